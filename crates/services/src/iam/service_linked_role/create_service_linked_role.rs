use super::{ServiceLinkedRole, create, permission_to_create};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, names, role},
};
use shapes::iam::{CreateServiceLinkedRole, CreateServiceLinkedRoleInput, CreateServiceLinkedRoleOutput};
use store::Transaction;

impl Operation for CreateServiceLinkedRole {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &CreateServiceLinkedRoleInput) -> Result<Access> {
        let service = &input.aws_service_name;
        let name = ServiceLinkedRole::of(service).map(|role| name(role, input.custom_suffix.as_deref()));
        Ok(permission_to_create(cx, service, name.as_deref().unwrap_or("*")).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateServiceLinkedRoleInput,
    ) -> Result<CreateServiceLinkedRoleOutput> {
        let service = &input.aws_service_name;
        let of = ServiceLinkedRole::of(service).ok_or_else(|| errors::no_service_linked_role(service))?;
        if input.custom_suffix.is_some() && !of.takes_suffix {
            return Err(errors::invalid_input(format!("Custom suffix is not allowed for {service}")));
        }
        let name = names::role(&name(of, input.custom_suffix.as_deref()))?;
        let description = input.description.filter(|description| !description.is_empty());
        let made = create(cx, tx, of, name, description).await?;
        Ok(CreateServiceLinkedRoleOutput { role: Some(role::shape(tx, &made).await?) })
    }
}

fn name(of: &ServiceLinkedRole, suffix: Option<&str>) -> String {
    suffix.map_or_else(|| of.role.clone(), |suffix| format!("{}_{suffix}", of.role))
}
