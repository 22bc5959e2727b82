use super::{find, permission, summary};
use crate::{Access, Cx, Effect, Operation, Permission, Result, iam::errors};
use domain::Arn;
use shapes::iam::{
    GetHumanReadableSummary, GetHumanReadableSummaryInput, GetHumanReadableSummaryOutput,
    types::SummaryStateType,
};
use store::Transaction;

const ACTION: &str = "iam:GetHumanReadableSummary";
/// The one language that summaries are in.
const LOCALE: &str = "en";

impl Operation for GetHumanReadableSummary {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetHumanReadableSummaryInput) -> Result<Access> {
        Ok(match id(cx, &input.entity_arn) {
            Some(id) => permission(cx, tx, ACTION, &id).await?.into(),
            None => Permission::to(ACTION, &input.entity_arn).into(),
        })
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetHumanReadableSummaryInput,
    ) -> Result<GetHumanReadableSummaryOutput> {
        let id = id(cx, &input.entity_arn).ok_or_else(|| errors::invalid_arn(&input.entity_arn))?;
        let request = find(cx, tx, &id).await?.ok_or_else(|| errors::no_such_delegation_request(&id))?;
        let locale = input.locale.unwrap_or_else(|| LOCALE.into());
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        if !language.eq_ignore_ascii_case(LOCALE) {
            return Ok(GetHumanReadableSummaryOutput {
                summary_content: None,
                locale: Some(locale),
                summary_state: Some(SummaryStateType::NotSupported),
            });
        }
        Ok(GetHumanReadableSummaryOutput {
            summary_content: Some(summary::of(&request)),
            locale: Some(locale),
            summary_state: Some(SummaryStateType::Available),
        })
    }
}

/// The id of the request of that ARN, as the caller's account sees it.
fn id(cx: &Cx, arn: &str) -> Option<String> {
    let arn = Arn::parse(arn).ok()?;
    let id = arn.resource.strip_prefix("delegation-request/")?;
    (arn.service == "iam" && arn.account_id() == Some(cx.account())).then(|| id.to_owned())
}
