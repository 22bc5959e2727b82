//! What is asked.

pub(crate) mod context;
pub(crate) mod key;
pub(crate) mod principal;

use crate::request::context::Context;
use crate::request::principal::Principal;

/// One question: may this principal do this action on this resource? A call that touches several resources or needs
/// several actions asks once for each, and all must be allowed.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// The action, `service:Operation`; case does not matter.
    pub action: &'a str,
    /// The ARN of the resource, or `*` for actions that have none.
    pub resource: &'a str,
    /// The 12-digit account that owns the resource. When absent, the account in the ARN, else the principal's own.
    pub resource_account: Option<&'a str>,
    /// The condition keys of the request.
    pub context: &'a Context,
}

impl Request<'_> {
    /// The 12-digit account that owns the resource, as far as the request tells.
    pub(crate) fn owner(&self) -> Option<&str> {
        self.resource_account.or_else(|| account_in(self.resource))
    }

    /// Whether the resource belongs to another account than the principal.
    pub(crate) fn is_cross_account(&self) -> bool {
        match (self.principal.account(), self.owner()) {
            (Some(principal), Some(resource)) => principal != resource,
            _ => false,
        }
    }
}

/// The account that an ARN names.
pub(crate) fn account_in(resource: &str) -> Option<&str> {
    resource.split(':').nth(4).filter(|account| is_account_id(account))
}

pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
