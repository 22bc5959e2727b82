use crate::{Access, Cx, Effect, Operation, Result};
use domain::Arn;
use shapes::iam::{
    ListOpenIDConnectProviders, ListOpenIDConnectProvidersInput, ListOpenIDConnectProvidersOutput, types,
};
use store::Transaction;

impl Operation for ListOpenIDConnectProviders {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &ListOpenIDConnectProvidersInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:ListOpenIDConnectProviders", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: ListOpenIDConnectProvidersInput,
    ) -> Result<ListOpenIDConnectProvidersOutput> {
        let providers = store::open_id_connect_provider::list(tx, cx.account()).await?;
        let entry = |arn: Arn| types::OpenIDConnectProviderListEntry { arn: Some(arn.to_string()) };
        let entries = providers.iter().map(|provider| entry(provider.arn()));
        Ok(ListOpenIDConnectProvidersOutput { open_id_connect_provider_list: Some(entries.collect()) })
    }
}
