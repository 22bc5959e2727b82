//! `portcullis policy simulate`: `SimulateCustomPolicy` without a server, on the JSON that the AWS CLI takes.

use super::{Simulate, files};
use crate::Failure;
use policy::{
    Policies, PolicyKind, Position, Principal, Source,
    simulation::{
        ContextEntry, ContextKeyType, EvaluationResult, MatchedStatement, ResourceHandling,
        ResourceSpecificResult, Simulation, policy_input, policy_inputs, resource_policy_kind,
        simulate as simulate_policies,
    },
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{io::Write, process::ExitCode};

/// `SimulateCustomPolicyRequest`; everything is answered at once, so that `MaxItems` and `Marker` are not taken.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    policy_input_list: Vec<String>,
    permissions_boundary_policy_input_list: Option<Vec<String>>,
    ordered_organization_policy_input_list: Option<Vec<OrganizationPolicies>>,
    action_names: Vec<String>,
    #[serde(default)]
    resource_arns: Vec<String>,
    resource_policy: Option<String>,
    resource_owner: Option<String>,
    caller_arn: Option<String>,
    #[serde(default)]
    context_entries: Vec<Entry>,
    resource_handling_option: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OrganizationPolicies {
    #[serde(default)]
    service_control_policy_input_list: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "ContextKeyName")]
    name: String,
    #[serde(rename = "ContextKeyType")]
    key_type: String,
    #[serde(rename = "ContextKeyValues")]
    values: Vec<String>,
}

/// Reads the input and prints `SimulatePolicyResponse`.
pub(super) fn simulate(flags: &Simulate, mut output: impl Write) -> Result<ExitCode, Failure> {
    let answer = answer(&files::read(&flags.file)?)?;
    serde_json::to_writer_pretty(&mut output, &answer)?;
    writeln!(output)?;
    Ok(ExitCode::SUCCESS)
}

fn answer(text: &str) -> Result<Value, Failure> {
    let input: Input = serde_json::from_str(text)?;
    let identity = policy_inputs("PolicyInputList", PolicyKind::Identity, &input.policy_input_list)?;
    let boundary = input.permissions_boundary_policy_input_list.as_deref();
    let boundary = boundary
        .map(|texts| policy_inputs("PermissionsBoundaryPolicyInputList", PolicyKind::Boundary, texts))
        .transpose()?;
    let kind = resource_policy_kind(&input.action_names);
    let resource = input.resource_policy.as_deref();
    let resource = resource.map(|text| policy_input("ResourcePolicy", kind, text)).transpose()?;
    let levels = input.ordered_organization_policy_input_list.unwrap_or_default();
    let levels = levels.iter().enumerate().map(|(number, level)| {
        let list = format!("OrderedOrganizationPolicyInputList.{}.ServiceControlPolicyInputList", number + 1);
        policy_inputs(&list, PolicyKind::ServiceControl, &level.service_control_policy_input_list)
    });
    let service_control: Vec<Vec<Source>> = levels.collect::<Result<_, _>>()?;
    let caller = input.caller_arn.as_deref();
    let caller = caller
        .map(|arn| {
            Principal::from_arn(arn).ok_or_else(|| format!("CallerArn: {arn} is no user, role or session"))
        })
        .transpose()?;
    if resource.is_some() && caller.is_none() {
        return Err("CallerArn must be given with a ResourcePolicy".into());
    }
    let context: Vec<ContextEntry> =
        input.context_entries.into_iter().map(entry).collect::<Result<_, _>>()?;
    if let Some(name) = &input.resource_handling_option {
        let option =
            ResourceHandling::parse(name).ok_or_else(|| format!("ResourceHandlingOption: {name} is none"))?;
        let missing = option.missing(&input.resource_arns);
        if !missing.is_empty() {
            return Err(format!("{name} needs resources of the types {}", missing.join(", ")).into());
        }
    }
    let owner = input.resource_owner.as_deref();
    // The owner comes as an account or as the ARN of one.
    let owner = owner.map(|owner| owner.split(':').nth(4).unwrap_or(owner));
    let simulation = Simulation {
        caller: caller.as_ref(),
        policies: Policies {
            identity: &identity,
            boundary: boundary.as_deref(),
            resource: resource.as_ref(),
            service_control: &service_control,
            ..Policies::default()
        },
        resource_owner: owner,
        actions: &input.action_names,
        resources: &input.resource_arns,
        context: &context,
    };
    let results: Vec<Value> = simulate_policies(&simulation).map(|result| of_action(&result)).collect();
    Ok(json!({ "EvaluationResults": results, "IsTruncated": false }))
}

fn entry(entry: Entry) -> Result<ContextEntry, Failure> {
    let Entry { name, key_type, values } = entry;
    let key_type = ContextKeyType::parse(&key_type)
        .ok_or_else(|| format!("ContextEntries: {name}: {key_type} is no ContextKeyType"))?;
    Ok(ContextEntry { name, values, key_type })
}

fn of_action(result: &EvaluationResult) -> Value {
    let mut members = Members::default();
    members.put("EvalActionName", result.eval_action_name.as_str());
    members.put_some("EvalResourceName", result.eval_resource_name.as_deref());
    members.put("EvalDecision", result.eval_decision.name());
    members.put("MatchedStatements", statements(&result.matched_statements));
    members.put("MissingContextValues", &*result.missing_context_values);
    let by_organizations = result.allowed_by_organizations.map(|by| json!({ "AllowedByOrganizations": by }));
    members.put_some("OrganizationsDecisionDetail", by_organizations);
    members
        .put_some("PermissionsBoundaryDecisionDetail", by_boundary(result.allowed_by_permissions_boundary));
    members.put_some("EvalDecisionDetails", details(result.eval_decision_details.as_deref()));
    let specific = &result.resource_specific_results;
    members.put_some(
        "ResourceSpecificResults",
        (!specific.is_empty()).then(|| specific.iter().map(of_resource).collect::<Value>()),
    );
    members.0.into()
}

fn of_resource(result: &ResourceSpecificResult) -> Value {
    let mut members = Members::default();
    members.put("EvalResourceName", result.eval_resource_name.as_str());
    members.put("EvalResourceDecision", result.eval_resource_decision.name());
    members.put("MatchedStatements", statements(&result.matched_statements));
    members.put("MissingContextValues", &*result.missing_context_values);
    members.put_some("EvalDecisionDetails", details(result.eval_decision_details.as_deref()));
    members
        .put_some("PermissionsBoundaryDecisionDetail", by_boundary(result.allowed_by_permissions_boundary));
    members.0.into()
}

fn statements(statements: &[MatchedStatement]) -> Value {
    let position = |at: Position| json!({ "Line": at.line, "Column": at.column });
    let statement = |matched: &MatchedStatement| {
        json!({
            "SourcePolicyId": matched.source_policy_id,
            "SourcePolicyType": matched.source_policy_type,
            "StartPosition": position(matched.start_position),
            "EndPosition": position(matched.end_position),
        })
    };
    statements.iter().map(statement).collect()
}

fn by_boundary(allowed: Option<bool>) -> Option<Value> {
    allowed.map(|allowed| json!({ "AllowedByPermissionsBoundary": allowed }))
}

fn details(details: Option<&[(&'static str, policy::Outcome)]>) -> Option<Value> {
    let member =
        |(name, outcome): &(&'static str, policy::Outcome)| ((*name).to_owned(), json!(outcome.name()));
    details.map(|details| Value::Object(details.iter().map(member).collect()))
}

/// Members of an answer in their order; what is absent is left out, as the API does.
#[derive(Default)]
struct Members(Map<String, Value>);

impl Members {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn put_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_as_the_api_does() {
        let input = json!({
            "PolicyInputList": [r#"{"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*",
                 "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}}]}"#],
            "ActionNames": ["s3:GetObject", "s3:PutObject"],
            "ResourceArns": ["arn:aws:s3:::b/k"],
        });
        let answer = answer(&input.to_string()).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&answer).unwrap());
    }

    #[test]
    fn says_which_input_is_wrong() {
        let fault = |change: Value| {
            let mut input = json!({ "PolicyInputList": [], "ActionNames": ["s3:GetObject"] });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            answer(&input.to_string()).unwrap_err().to_string()
        };
        let faults = [
            json!({ "PolicyInputList": ["{}"] }),
            json!({ "CallerArn": "ann" }),
            json!({ "ResourcePolicy": r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}"# }),
            json!({ "ContextEntries": [{ "ContextKeyName": "k", "ContextKeyValues": ["v"], "ContextKeyType": "text" }] }),
            json!({ "ResourceHandlingOption": "EC2-VPC-EBS" }),
            json!({ "Marker": "m" }),
        ]
        .map(fault);
        insta::assert_snapshot!(faults.join("\n"));
    }
}
