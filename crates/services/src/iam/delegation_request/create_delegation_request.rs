use super::arn;
use crate::{
    Access, Cx, Effect, Error, Operation, Permission, Result,
    iam::{
        errors,
        policy::{self, Managed},
        policy_document, quotas,
        template::{self, Value},
        uuid,
    },
};
use ::policy::PolicyKind;
use domain::{AccountId, Arn, DelegationParameter, DelegationRequest, DelegationStage};
use jiff::SignedDuration;
use shapes::iam::{
    CreateDelegationRequest, CreateDelegationRequestInput, CreateDelegationRequestOutput,
    types::{DelegationPermission, PolicyParameter, PolicyParameterTypeEnum},
};
use std::collections::BTreeMap;
use store::Transaction;

/// How long an expired request can still be looked at.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Characters of a provider's name.
const NAME_LENGTH: usize = 30;

impl Operation for CreateDelegationRequest {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &CreateDelegationRequestInput) -> Result<Access> {
        let mut request = Permission::to("iam:CreateDelegationRequest", arn(cx, "*"))
            .with("iam:DelegationDuration", input.session_duration.to_string())
            .with("iam:NotificationChannel", &input.notification_channel);
        if let Some(template) = &input.permissions.policy_template_arn {
            request = request.with("iam:TemplateArn", template);
        }
        Ok(request.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateDelegationRequestInput,
    ) -> Result<CreateDelegationRequestOutput> {
        let requestor = cx.account();
        let owner_account = match &input.owner_account_id {
            Some(id) => {
                let parsed = AccountId::parse(id);
                Some(parsed.map_err(|_| errors::invalid_input(format!("Account {id} is not valid.")))?)
            }
            None => None,
        };
        if !Arn::parse(&input.notification_channel).is_ok_and(|arn| arn.service == "sns") {
            return Err(errors::invalid_input("The notification channel must be the ARN of an SNS topic."));
        }
        let (template_arn, parameters) = parameters(input.permissions)?;
        let policy = filled_in(cx, tx, &template_arn, &parameters).await?;
        let forgotten = cx.now.checked_sub(REMEMBERED).map_err(Error::internal)?;
        store::delegation_request::delete_expired(tx, requestor, forgotten).await?;
        if store::delegation_request::has_workflow(tx, requestor, &input.requestor_workflow_id).await? {
            return Err(errors::entity_already_exists(format!(
                "A delegation request with the workflow id {} already exists.",
                input.requestor_workflow_id
            )));
        }
        let present = store::delegation_request::count(tx, requestor).await?;
        quotas::check("DelegationRequestsPerAccount", quotas::DELEGATION_REQUESTS, present)?;
        let account = store::account::get(tx, requestor).await?;
        let request = DelegationRequest {
            id: uuid(cx.random()).to_string(),
            requestor,
            requestor_name: account.name.chars().take(NAME_LENGTH).collect(),
            workflow_id: input.requestor_workflow_id,
            owner_account,
            owner: None,
            owner_unique_id: None,
            approver: None,
            approver_unique_id: None,
            stage: DelegationStage::Unassigned,
            stage_since: cx.now,
            created_at: cx.now,
            updated_at: cx.now,
            description: input.description,
            message: input.request_message,
            redirect_url: input.redirect_url,
            notification_channel: input.notification_channel,
            session_duration: u32::try_from(input.session_duration).map_err(Error::internal)?,
            only_send_by_owner: input.only_send_by_owner.unwrap_or_default(),
            template_arn,
            parameters,
            policy,
            notes: None,
            rejection_reason: None,
        };
        store::delegation_request::insert(tx, &request).await?;
        Ok(CreateDelegationRequestOutput {
            console_deep_link: Some(format!("/console/iam/delegation-requests/{}", request.id)),
            delegation_request_id: Some(request.id),
        })
    }
}

/// The template that is asked for, and what is put into it.
fn parameters(permissions: DelegationPermission) -> Result<(String, Vec<DelegationParameter>)> {
    let template_arn = permissions.policy_template_arn;
    let template_arn =
        template_arn.ok_or_else(|| errors::invalid_input("Permissions must name a PolicyTemplateArn."))?;
    let mut parameters: Vec<DelegationParameter> = Vec::new();
    for PolicyParameter { name, values, r#type } in permissions.parameters.unwrap_or_default() {
        let name = name.ok_or_else(|| errors::invalid_input("Every parameter must have a name."))?;
        let values = values.unwrap_or_default();
        let is_list = r#type == Some(PolicyParameterTypeEnum::StringList);
        if parameters.iter().any(|other| other.name == name) {
            return Err(errors::invalid_input(format!("The parameter {name} is given more than once.")));
        }
        if values.is_empty() || (!is_list && values.len() > 1) {
            return Err(errors::invalid_input(format!("The parameter {name} takes one value.")));
        }
        parameters.push(DelegationParameter { name, values, is_list });
    }
    Ok((template_arn, parameters))
}

/// The policy that is asked for: the default version of the template, with the parameters in it.
async fn filled_in(
    cx: &Cx,
    tx: &mut Transaction,
    template_arn: &str,
    parameters: &[DelegationParameter],
) -> Result<String> {
    let unknown = || errors::invalid_input(format!("The policy template {template_arn} does not exist."));
    let template = match policy::find(cx, tx, template_arn).await? {
        Some(Managed::Aws(policy)) => policy.document(tx).await?.into_owned(),
        Some(Managed::Own(policy)) => {
            let (id, version) = (&policy.id, policy.default_version);
            let version = store::policy_version::find(tx, cx.account(), id, version).await?;
            version.ok_or_else(unknown)?.document
        }
        None => return Err(unknown()),
    };
    if let Some(unused) =
        parameters.iter().find(|given| template::names(&template).all(|name| name != given.name))
    {
        return Err(errors::invalid_input(format!("The template has no parameter {}.", unused.name)));
    }
    let values: BTreeMap<String, Value> = parameters.iter().map(value).collect();
    let filled =
        template::json(&template, &values).map_err(|error| errors::invalid_input(error.to_string()))?;
    policy_document::parse(&filled, PolicyKind::Identity)
        .map_err(|error| errors::invalid_input(error.message().to_owned()))?;
    Ok(filled)
}

fn value(parameter: &DelegationParameter) -> (String, Value) {
    let value = match parameter.values.as_slice() {
        [only] if !parameter.is_list => Value::One(only.clone()),
        values => Value::Many(values.to_vec()),
    };
    (parameter.name.clone(), value)
}
