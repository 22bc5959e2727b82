use super::{add_client_ids, parse_url, thumbprint};
use crate::{
    Access, Cx, Effect, Operation, Permission, Prepared, Result,
    iam::{errors, quotas, tags},
};
use domain::{Arn, OpenIdConnectProvider};
use shapes::iam::{
    CreateOpenIDConnectProvider, CreateOpenIDConnectProviderInput, CreateOpenIDConnectProviderOutput,
};
use store::Transaction;

impl Operation for CreateOpenIDConnectProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        _tx: &mut Transaction,
        input: &CreateOpenIDConnectProviderInput,
    ) -> Result<Access> {
        let arn = Arn::iam(cx.account(), format!("oidc-provider/{}", parse_url(&input.url)?));
        let provider = Permission::to("iam:CreateOpenIDConnectProvider", arn);
        Ok(provider.with_tagging("iam:TagOpenIDConnectProvider", &tags::pairs(input.tags.as_deref())))
    }

    /// A list that is empty or not there is filled by asking the provider.
    async fn prepare(cx: &Cx, input: &CreateOpenIDConnectProviderInput) -> Result<Prepared> {
        if input.thumbprint_list.as_ref().is_some_and(|list| !list.is_empty()) {
            return Ok(Prepared::Nothing);
        }
        Ok(Prepared::Thumbprint(thumbprint::fetch(cx, &parse_url(&input.url)?).await?))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateOpenIDConnectProviderInput,
    ) -> Result<CreateOpenIDConnectProviderOutput> {
        let thumbprints = match &cx.prepared {
            Prepared::Thumbprint(fetched) => vec![fetched.clone()],
            _ => input.thumbprint_list.unwrap_or_default(),
        };
        let mut provider = OpenIdConnectProvider {
            account_id: cx.account(),
            url: parse_url(&input.url)?,
            created_at: cx.now,
            client_ids: Vec::new(),
            thumbprints: thumbprint::parse(thumbprints)?,
            tags: tags::parse_exact(input.tags.unwrap_or_default())?,
        };
        add_client_ids(&mut provider.client_ids, input.client_id_list.unwrap_or_default())?;
        if store::open_id_connect_provider::find(tx, cx.account(), &provider.url).await?.is_some() {
            let message = format!("Provider with url https://{} already exists.", provider.url);
            return Err(errors::entity_already_exists(message));
        }
        let present = store::open_id_connect_provider::count(tx, cx.account()).await?;
        quotas::check("OpenIdConnectProvidersPerAccount", quotas::OPEN_ID_CONNECT_PROVIDERS, present)?;
        store::open_id_connect_provider::insert(tx, &provider).await?;
        Ok(CreateOpenIDConnectProviderOutput {
            open_id_connect_provider_arn: Some(provider.arn().to_string()),
            tags: tags::shape(&provider.tags),
        })
    }
}
