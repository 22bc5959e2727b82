use crate::{Access, Cx, Effect, Operation, Result, iam::page::Page};
use shapes::iam::{ListAccountAliases, ListAccountAliasesInput, ListAccountAliasesOutput};
use store::Transaction;

impl Operation for ListAccountAliases {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &ListAccountAliasesInput) -> Result<Access> {
        Ok(Access::to("iam:ListAccountAliases", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListAccountAliasesInput,
    ) -> Result<ListAccountAliasesOutput> {
        let page = Page::of(cx, "ListAccountAliases", input.marker.as_deref(), input.max_items)?;
        let account = store::account::get(tx, cx.account()).await?;
        let cut = page.cut_whole(cx, account.alias.into_iter().collect(), ToString::to_string)?;
        Ok(ListAccountAliasesOutput {
            account_aliases: cut.items.iter().map(ToString::to_string).collect(),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
