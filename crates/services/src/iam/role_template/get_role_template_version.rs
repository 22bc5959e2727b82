use super::{catalog::Parameter, version};
use crate::{Access, Cx, Effect, Operation, Result, iam::policy_document};
use shapes::iam::{
    GetRoleTemplateVersion, GetRoleTemplateVersionInput, GetRoleTemplateVersionOutput,
    types::{self, ManagedByTypeType, RoleTemplateVersion},
};
use store::Transaction;

impl Operation for GetRoleTemplateVersion {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, input: &GetRoleTemplateVersionInput) -> Result<Access> {
        Ok(Access::to("iam:GetRoleTemplateVersion", &input.template_arn))
    }

    async fn handle(
        cx: &Cx,
        _tx: &mut Transaction,
        input: GetRoleTemplateVersionInput,
    ) -> Result<GetRoleTemplateVersionOutput> {
        let template = version(cx, &input.template_arn, input.minor_version)?;
        let inline = template.inline_policies.iter().map(|policy| types::InlinePolicy {
            policy_name: policy.name.clone(),
            policy_document: policy_document::encoded(policy.document.get()),
        });
        let tags = template
            .tags
            .iter()
            .map(|tag| types::TagTemplate { key: tag.key.clone(), value: tag.value.clone() });
        let max_session_duration = template.max_session_duration.and_then(|seconds| seconds.try_into().ok());
        Ok(GetRoleTemplateVersionOutput {
            role_template_version: RoleTemplateVersion {
                template_arn: Some(template.arn()),
                template_name: Some(template.name.clone()),
                template_version_id: None,
                description: template.description.clone(),
                major_version: Some(i32::from(template.major_version)),
                default_minor_version: Some(template.default_minor_version),
                managed_by_type: Some(ManagedByTypeType::Service),
                managed_by_value: Some(template.service().to_owned()),
                enabled: Some(template.enabled),
                minor_version: Some(template.minor_version),
                role_name_pattern: Some(template.role_name.clone()),
                role_path_pattern: Some(template.role_path.clone()),
                role_description_pattern: template.role_description.clone(),
                assume_role_policy_document_template: Some(policy_document::encoded(
                    template.trust_policy.get(),
                )),
                inline_policy_templates: some(inline.collect()),
                managed_policy_arns: some(template.managed_policies.clone()),
                permission_boundary_arn: template.permissions_boundary.clone(),
                parameters_definition: some(template.parameters.iter().map(definition).collect()),
                role_tags_template: some(tags.collect()),
                max_session_duration,
                version_enabled: Some(template.version_enabled),
                create_timestamp: Some(template.created_at),
                update_timestamp: Some(template.created_at),
            },
        })
    }
}

fn definition(parameter: &Parameter) -> types::ParameterDefinition {
    types::ParameterDefinition {
        name: parameter.name.clone(),
        r#type: parameter.kind.shape(),
        sub_type: None,
        description: parameter.description.clone(),
        is_required: Some(parameter.default.is_none()),
        default_value: parameter.default.clone(),
        immutable: None,
    }
}

/// Empty lists are left out.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
