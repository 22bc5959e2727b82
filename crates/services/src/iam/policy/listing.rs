//! Lists of managed policies: the account's own and AWS's in one order.

use super::Managed;
use crate::{Cx, Result, iam::aws_managed_policy};
use store::{
    Transaction,
    managed_policy::{PolicyFilter, PolicyUsage},
};

/// Which policies a list takes in.
#[derive(Debug)]
pub(crate) struct Selection<'a> {
    /// Which of the account's own.
    pub(crate) own: Use,
    /// Which of AWS's.
    pub(crate) aws: Use,
    /// The beginning of their paths.
    pub(crate) path_prefix: &'a str,
}

/// How a policy must be used in the account to be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Used or not.
    Any,
    /// Attached to something.
    Attached,
    /// Attached to something, and a permissions boundary.
    AttachedAndBoundary,
    /// Attached to something, or a permissions boundary.
    AttachedOrBoundary,
    /// A permissions boundary.
    Boundary,
    /// No policy is used so.
    Never,
}

/// Up to `limit` policies with their usage, in the order of [`key`], from behind the key `after`.
pub(crate) async fn list(
    cx: &Cx,
    tx: &mut Transaction,
    selection: &Selection<'_>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<(Managed, PolicyUsage)>> {
    let mut found = own(cx, tx, selection, after, limit).await?;
    found.extend(aws(cx, tx, selection, after, limit).await?);
    found.sort_by_cached_key(|(managed, _)| key(managed));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The order of lists: by name without case. Of two that share a name, the account's own comes first. The blank comes
/// before every letter of a name, so that keys are ordered as names are.
pub(crate) fn key(managed: &Managed) -> String {
    match managed {
        Managed::Aws(policy) => format!("{} aws", policy.name.to_ascii_lowercase()),
        Managed::Own(policy) => format!("{} ", policy.name.key()),
    }
}

async fn own(
    cx: &Cx,
    tx: &mut Transaction,
    selection: &Selection<'_>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<(Managed, PolicyUsage)>> {
    let filter = match selection.own {
        Use::Any | Use::AttachedOrBoundary => PolicyFilter::All,
        Use::Attached | Use::AttachedAndBoundary => PolicyFilter::Attached,
        Use::Boundary => PolicyFilter::Boundary,
        Use::Never => return Ok(Vec::new()),
    };
    let limit_of_found = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut after = after.and_then(|key| key.split(' ').next()).map(str::to_owned);
    let mut found = Vec::new();
    // The store knows two of the uses; for the others, what it gives is sifted until there is enough.
    loop {
        let prefix = selection.path_prefix;
        let read =
            store::managed_policy::list(tx, cx.account(), filter, prefix, after.as_deref(), limit).await?;
        let is_last = read.len() < limit_of_found;
        after = read.last().map(|(policy, _)| policy.name.key());
        let fit = read.into_iter().filter(|(_, usage)| selection.own.includes(*usage));
        found.extend(fit.map(|(policy, usage)| (Managed::Own(Box::new(policy)), usage)));
        if is_last || found.len() >= limit_of_found {
            return Ok(found);
        }
    }
}

async fn aws(
    cx: &Cx,
    tx: &mut Transaction,
    selection: &Selection<'_>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<(Managed, PolicyUsage)>> {
    let enough = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    if selection.aws == Use::Never {
        return Ok(found);
    }
    let mut usages = store::managed_policy::usages_of_aws(tx, cx.account()).await?;
    let after = after.and_then(|key| key.split_once(' '));
    // Behind the account's own policy of a name comes AWS's of the same name.
    let namesake = match after {
        Some((name, "")) => aws_managed_policy::named(tx, name, selection.path_prefix).await?,
        _ => None,
    };
    let mut after = after.map(|(name, _)| name.to_owned());
    let mut read: Vec<_> = namesake.into_iter().collect();
    loop {
        let next = aws_managed_policy::list(tx, selection.path_prefix, after.as_deref(), limit).await?;
        let is_last = next.len() < enough;
        after = next.last().map(|policy| aws_managed_policy::key(&policy.name));
        read.extend(next);
        for policy in read.drain(..) {
            let usage = usages.remove(&policy.arn()).unwrap_or_default();
            if selection.aws.includes(usage) {
                found.push((Managed::Aws(policy), usage));
            }
        }
        if is_last || found.len() >= enough {
            return Ok(found);
        }
    }
}

impl Use {
    fn includes(self, usage: PolicyUsage) -> bool {
        let (attached, boundary) = (usage.attachments > 0, usage.boundaries > 0);
        match self {
            Self::Any => true,
            Self::Attached => attached,
            Self::AttachedAndBoundary => attached && boundary,
            Self::AttachedOrBoundary => attached || boundary,
            Self::Boundary => boundary,
            Self::Never => false,
        }
    }
}
