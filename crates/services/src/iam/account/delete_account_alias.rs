use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use domain::AccountAlias;
use shapes::iam::{DeleteAccountAlias, DeleteAccountAliasInput, DeleteAccountAliasOutput};
use store::Transaction;

impl Operation for DeleteAccountAlias {
    const EFFECT: Effect = Effect::Write;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &DeleteAccountAliasInput) -> Result<Access> {
        Ok(Access::to("iam:DeleteAccountAlias", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteAccountAliasInput,
    ) -> Result<DeleteAccountAliasOutput> {
        let mut account = store::account::get(tx, cx.account()).await?;
        if account.alias.as_ref().map(AccountAlias::as_str) != Some(input.account_alias.as_str()) {
            let message = format!("The account alias {} cannot be found.", input.account_alias);
            return Err(errors::no_such_entity(message));
        }
        account.alias = None;
        store::account::update(tx, &account).await?;
        Ok(DeleteAccountAliasOutput)
    }
}
