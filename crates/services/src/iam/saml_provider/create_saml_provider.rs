use super::{mode, prepare, prepared_until, private_key};
use crate::{
    Access, Cx, Effect, Error, Operation, Permission, Prepared, Result,
    iam::{errors, names, quotas, tags},
};
use domain::{Arn, IdKind, SamlProvider, UniqueId};
use shapes::iam::{CreateSAMLProvider, CreateSAMLProviderInput, CreateSAMLProviderOutput};
use store::Transaction;

impl Operation for CreateSAMLProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &CreateSAMLProviderInput) -> Result<Access> {
        let name = names::saml_provider(&input.name)?;
        let arn = Arn::iam(cx.account(), format!("saml-provider/{name}"));
        let provider = Permission::to("iam:CreateSAMLProvider", arn);
        Ok(provider.with_tagging("iam:TagSAMLProvider", &tags::pairs(input.tags.as_deref())))
    }

    async fn prepare(cx: &Cx, input: &CreateSAMLProviderInput) -> Result<Prepared> {
        let private_key = input.add_private_key.as_ref().map(|key| key.as_str());
        prepare(cx, Some(&input.saml_metadata_document), private_key)
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateSAMLProviderInput,
    ) -> Result<CreateSAMLProviderOutput> {
        let name = names::saml_provider(&input.name)?;
        let tags = tags::parse_exact(input.tags.unwrap_or_default())?;
        if store::saml_provider::find_by_name(tx, cx.account(), &name).await?.is_some() {
            let message = format!("Provider with name {name} already exists.");
            return Err(errors::entity_already_exists(message));
        }
        let present = store::saml_provider::count(tx, cx.account()).await?;
        quotas::check("SAMLProvidersPerAccount", quotas::SAML_PROVIDERS, present)?;
        let provider = SamlProvider {
            account_id: cx.account(),
            id: UniqueId::new(IdKind::SamlProvider, cx.random()),
            name,
            created_at: cx.now,
            valid_until: prepared_until(cx)?.ok_or_else(|| Error::internal("no metadata was prepared"))?,
            assertion_encryption_mode: input.assertion_encryption_mode.as_ref().and_then(mode),
            tags,
        };
        store::saml_provider::insert(tx, &provider, &input.saml_metadata_document).await?;
        if let Some(pem) = &input.add_private_key {
            private_key::add(cx, tx, &provider, pem).await?;
        }
        private_key::check_mode(tx, &provider).await?;
        Ok(CreateSAMLProviderOutput {
            saml_provider_arn: Some(provider.arn().to_string()),
            tags: tags::shape(&provider.tags),
        })
    }
}
