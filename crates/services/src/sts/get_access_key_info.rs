use crate::{Access, Cx, Effect, Error, Operation, Result};
use domain::AccessKeyId;
use shapes::sts::{GetAccessKeyInfo, GetAccessKeyInfoInput, GetAccessKeyInfoOutput};
use store::Transaction;

impl Operation for GetAccessKeyInfo {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &GetAccessKeyInfoInput) -> Result<Access> {
        Ok(Access::to("sts:GetAccessKeyInfo", "*"))
    }

    /// The id itself names the account, whether or not such a key was ever issued.
    async fn handle(
        _cx: &Cx,
        _tx: &mut Transaction,
        input: GetAccessKeyInfoInput,
    ) -> Result<GetAccessKeyInfoOutput> {
        let account = AccessKeyId::account_of(&input.access_key_id)
            .ok_or_else(|| Error::validation("The access key ID is not valid."))?;
        Ok(GetAccessKeyInfoOutput { account: Some(account.to_string()) })
    }
}
