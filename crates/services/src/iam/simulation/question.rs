//! What a simulation is asked, checked, and its answer page by page.

use super::{not_a_policy, result};
use crate::{
    Cx, Error, Result,
    iam::{errors, page::Page},
};
use domain::Arn;
use policy::{
    Policies, Principal, PrincipalKind, Source,
    simulation::{
        ContextEntry, ContextKeyType, ResourceHandling, Simulation, context_keys, policy_input,
        resource_policy_kind, simulate,
    },
};
use shapes::iam::types;

/// Resources of one simulation.
const MOST_RESOURCES: usize = 1000;
/// What deciding costs, in units: one for each decision and one more for every so many characters of policies, as often as
/// these may have to be compared with something.
const CHARACTERS_PER_UNIT: usize = 1024;
/// Characters that are compared about as fast as a few.
const FEW_CHARACTERS: usize = 64;
/// Units after which a page ends, though it might hold more results: about as many microseconds, times ten.
const UNITS_OF_PAGE: usize = 10_000;
/// Units that the decisions on one action may take: an answer has at least one result.
const UNITS_OF_ACTION: usize = 100_000;
/// Statements and context keys that the results of one page, and at most of one action, may name.
const ENTRIES_OF_PAGE: usize = 20_000;
const ENTRIES_OF_ACTION: usize = 200_000;

/// What both operations are asked alike.
pub(super) struct Asked {
    pub(super) action_names: Vec<String>,
    pub(super) resource_arns: Option<Vec<String>>,
    pub(super) resource_policy: Option<String>,
    pub(super) resource_owner: Option<String>,
    pub(super) caller_arn: Option<String>,
    pub(super) context_entries: Option<Vec<types::ContextEntry>>,
    pub(super) resource_handling_option: Option<String>,
}

/// A simulation, ready to be made.
pub(super) struct Question {
    caller: Option<Principal>,
    identity: Vec<Source>,
    boundary: Option<Vec<Source>>,
    service_control: Vec<Vec<Source>>,
    resource: Option<Source>,
    resource_owner: Option<String>,
    actions: Vec<String>,
    resources: Vec<String>,
    context: Vec<ContextEntry>,
}

impl Question {
    /// Checks what is asked. `default_caller` stands in where no caller is given; with a resource policy it must be a user.
    pub(super) fn new(
        asked: Asked,
        default_caller: Option<Principal>,
        identity: Vec<Source>,
        boundary: Option<Vec<Source>>,
        service_control: Vec<Vec<Source>>,
    ) -> Result<Self> {
        let Asked { action_names: actions, resource_arns, resource_policy, .. } = asked;
        actions.iter().try_for_each(|action| check_action(action))?;
        let resources = resource_arns.unwrap_or_default();
        check_resources(&resources)?;
        if let Some(option) = &asked.resource_handling_option {
            check_handling(option, &resources)?;
        }
        let caller = asked.caller_arn.as_deref().map(caller).transpose()?.or(default_caller);
        let kind = resource_policy_kind(&actions);
        let resource = resource_policy.map(|text| policy_input("ResourcePolicy", kind, &text));
        let resource = resource.transpose().map_err(|error| not_a_policy(&error))?;
        let has_user = caller.as_ref().is_some_and(|caller| caller.kind() == PrincipalKind::User);
        if resource.is_some() && !has_user {
            return Err(errors::invalid_input(
                "CallerArn must be the ARN of an IAM user when ResourcePolicy is specified.",
            ));
        }
        let context = asked.context_entries.unwrap_or_default().into_iter().map(context_entry);
        let question = Self {
            caller,
            identity,
            boundary,
            service_control,
            resource,
            resource_owner: asked.resource_owner.as_deref().map(owner).transpose()?,
            context: context.collect::<Result<_>>()?,
            actions,
            resources,
        };
        if question.units_of_action() > UNITS_OF_ACTION || question.entries_of_action() > ENTRIES_OF_ACTION {
            return Err(errors::invalid_input(
                "The simulation is too large. Specify fewer resources, fewer context values or smaller policies.",
            ));
        }
        Ok(question)
    }

    /// One page of results and, when more follow, the marker of the next. How many went before is its key.
    pub(super) fn answer(
        &self,
        cx: &Cx,
        page: &Page,
    ) -> Result<(Vec<types::EvaluationResult>, Option<String>)> {
        let before = page.after().map_or(Ok(0), str::parse).map_err(Error::internal)?;
        let actions = self.actions.get(before..).unwrap_or_default();
        let by_work = UNITS_OF_PAGE / self.units_of_action();
        let by_size = ENTRIES_OF_PAGE / self.entries_of_action().max(1);
        let asked = usize::try_from(page.limit() - 1).unwrap_or(usize::MAX);
        let most = asked.min(by_work.min(by_size).max(1));
        let simulation = Simulation {
            caller: self.caller.as_ref(),
            policies: Policies {
                identity: &self.identity,
                boundary: self.boundary.as_deref(),
                resource: self.resource.as_ref(),
                service_control: &self.service_control,
                ..Policies::default()
            },
            resource_owner: self.resource_owner.as_deref(),
            actions,
            resources: &self.resources,
            context: &self.context,
        };
        let results: Vec<_> = simulate(&simulation).take(most).map(result::of_action).collect();
        let more = results.len() < actions.len();
        let key = (before + results.len()).to_string();
        let marker = more.then(|| page.marker(cx, &key)).transpose()?;
        Ok((results, marker))
    }

    fn sources(&self) -> impl Iterator<Item = &Source> {
        let lists = self.service_control.iter().map(Vec::as_slice).chain(self.boundary.as_deref());
        lists.flatten().chain(&self.identity).chain(&self.resource)
    }

    /// The work of deciding on one action.
    fn units_of_action(&self) -> usize {
        let characters: usize = self.sources().map(|source| source.policy.size()).sum();
        let unit = (1 + characters / CHARACTERS_PER_UNIT).saturating_mul(self.breadth());
        unit.saturating_mul(self.resources.len().max(1))
    }

    /// With how much a pattern of a policy may have to be compared, at least 1: each value of the context's longest list, and
    /// the longest resource.
    fn breadth(&self) -> usize {
        let of = |text: &String| 1 + text.len() / FEW_CHARACTERS;
        let lists = self.context.iter().map(|entry| entry.values.iter().map(of).sum());
        lists.chain(self.resources.iter().map(of)).max().unwrap_or_default().max(1)
    }

    /// Most statements and missing context keys that the results of one action can name.
    fn entries_of_action(&self) -> usize {
        let statements: usize = self.sources().map(|source| source.policy.statements().len()).sum();
        let keys = context_keys(self.sources().map(|source| &*source.policy)).len();
        (statements + keys).saturating_mul(self.resources.len().max(1))
    }
}

/// Actions are named whole.
fn check_action(action: &str) -> Result<()> {
    let whole = action.split_once(':').is_some_and(|(service, name)| {
        let plain = |text: &str| !text.is_empty() && !text.contains([':', '*', '?']);
        plain(service) && plain(name)
    });
    if whole { Ok(()) } else { Err(errors::invalid_input(format!("Action name {action} is not valid."))) }
}

/// ARNs, or `*` alone.
fn check_resources(resources: &[String]) -> Result<()> {
    if resources.len() > MOST_RESOURCES {
        return Err(errors::invalid_input(format!("At most {MOST_RESOURCES} resources can be specified.")));
    }
    for resource in resources {
        let valid = if resource == "*" { resources.len() == 1 } else { Arn::parse(resource).is_ok() };
        if !valid {
            return Err(errors::invalid_input(format!(
                "ResourceNames are not in a valid ARN format: {resource}."
            )));
        }
    }
    Ok(())
}

fn check_handling(option: &str, resources: &[String]) -> Result<()> {
    let handling = ResourceHandling::parse(option)
        .ok_or_else(|| errors::invalid_input(format!("ResourceHandlingOption {option} is not valid.")))?;
    let missing = handling.missing(resources);
    if missing.is_empty() {
        return Ok(());
    }
    Err(errors::invalid_input(format!(
        "ResourceHandlingOption {option} requires resources of the following types: {}.",
        missing.join(", ")
    )))
}

/// AWS simulates users alone as callers.
fn caller(arn: &str) -> Result<Principal> {
    let user = Principal::from_arn(arn).filter(|principal| principal.kind() == PrincipalKind::User);
    user.ok_or_else(|| errors::invalid_input(format!("CallerArn {arn} is not the ARN of an IAM user.")))
}

/// The account behind the ARN of one.
fn owner(arn: &str) -> Result<String> {
    let account = Arn::parse(arn).ok().and_then(|arn| arn.account_id());
    let account = account.map(|account| account.to_string());
    account.ok_or_else(|| errors::invalid_input(format!("'{arn}' is not a valid as a Resource Owner.")))
}

fn context_entry(entry: types::ContextEntry) -> Result<ContextEntry> {
    let name = entry.context_key_name.unwrap_or_default();
    let named = entry.context_key_type.as_ref().and_then(|named| ContextKeyType::parse(named.as_str()));
    match named {
        Some(key_type) if !name.is_empty() => {
            Ok(ContextEntry { name, values: entry.context_key_values.unwrap_or_default(), key_type })
        }
        _ => Err(errors::invalid_input("A context entry must have a name, a type and values.")),
    }
}
