use super::{
    parse,
    question::{Asked, Question},
    sole_boundary,
};
use crate::{Access, Cx, Effect, Operation, Result, iam::page::Page};
use policy::PolicyKind;
use shapes::iam::{SimulateCustomPolicy, SimulateCustomPolicyInput, SimulateCustomPolicyOutput};
use store::Transaction;

impl Operation for SimulateCustomPolicy {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &SimulateCustomPolicyInput) -> Result<Access> {
        Ok(Access::to("iam:SimulateCustomPolicy", "*"))
    }

    async fn handle(
        cx: &Cx,
        _tx: &mut Transaction,
        input: SimulateCustomPolicyInput,
    ) -> Result<SimulateCustomPolicyOutput> {
        let page = Page::of(cx, "SimulateCustomPolicy", input.marker.as_deref(), input.max_items)?;
        let identity = parse("PolicyInputList", PolicyKind::Identity, Some(&input.policy_input_list))?;
        let boundary = sole_boundary(input.permissions_boundary_policy_input_list.as_deref())?;
        let levels = input.ordered_organization_policy_input_list.unwrap_or_default();
        let levels = levels.iter().zip(1..).map(|(level, number)| {
            let list = format!("OrderedOrganizationPolicyInputList.{number}.ServiceControlPolicyInputList");
            parse(&list, PolicyKind::ServiceControl, level.service_control_policy_input_list.as_deref())
        });
        let service_control = levels.collect::<Result<_>>()?;
        let asked = Asked {
            action_names: input.action_names,
            resource_arns: input.resource_arns,
            resource_policy: input.resource_policy,
            resource_owner: input.resource_owner,
            caller_arn: input.caller_arn,
            context_entries: input.context_entries,
            resource_handling_option: input.resource_handling_option,
        };
        let question = Question::new(asked, None, identity, boundary, service_control)?;
        let (results, marker) = question.answer(cx, &page)?;
        Ok(SimulateCustomPolicyOutput {
            evaluation_results: Some(results),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}
