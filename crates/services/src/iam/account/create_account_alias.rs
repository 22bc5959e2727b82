use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, names},
};
use shapes::iam::{CreateAccountAlias, CreateAccountAliasInput, CreateAccountAliasOutput};
use store::{StoreError, Transaction};

impl Operation for CreateAccountAlias {
    const EFFECT: Effect = Effect::Write;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &CreateAccountAliasInput) -> Result<Access> {
        Ok(Access::to("iam:CreateAccountAlias", "*"))
    }

    /// An account has one alias: a new one takes the place of the old one. One that is taken is refused, by whomever.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateAccountAliasInput,
    ) -> Result<CreateAccountAliasOutput> {
        let alias = names::account_alias(&input.account_alias)?;
        let taken = || {
            errors::entity_already_exists(format!(
                "The account alias {} already exists.",
                input.account_alias
            ))
        };
        if store::account::find_by_alias(tx, &alias).await?.is_some() {
            return Err(taken());
        }
        let mut account = store::account::get(tx, cx.account()).await?;
        account.alias = Some(alias);
        match store::account::update(tx, &account).await {
            // Another account was quicker.
            Err(StoreError::Unique { .. }) => Err(taken()),
            updated => Ok(updated.map(|()| CreateAccountAliasOutput)?),
        }
    }
}
