use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{ListSAMLProviders, ListSAMLProvidersInput, ListSAMLProvidersOutput, types};
use store::Transaction;

impl Operation for ListSAMLProviders {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &ListSAMLProvidersInput) -> Result<Access> {
        Ok(Access::to("iam:ListSAMLProviders", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: ListSAMLProvidersInput,
    ) -> Result<ListSAMLProvidersOutput> {
        let providers = store::saml_provider::list(tx, cx.account()).await?;
        let entries = providers.into_iter().map(|provider| types::SAMLProviderListEntry {
            arn: Some(provider.arn().to_string()),
            valid_until: Some(provider.valid_until),
            create_date: Some(provider.created_at),
        });
        Ok(ListSAMLProvidersOutput { saml_provider_list: Some(entries.collect()) })
    }
}
