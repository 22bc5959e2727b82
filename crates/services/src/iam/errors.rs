//! The errors of IAM in IAM's words: one place for all of them.

use crate::Error;
use std::{borrow::Cow, fmt::Display};

type Text = Cow<'static, str>;

/// `NoSuchEntity`, 404.
pub(crate) fn no_such_entity(message: impl Into<Text>) -> Error {
    Error::modelled("NoSuchEntity", 404, message)
}

/// The user, role or group of that name is not there. `kind` is `user`, `role` or `group`.
pub(crate) fn no_such(kind: &str, name: impl Display) -> Error {
    no_such_entity(format!("The {kind} with name {name} cannot be found."))
}

/// The owner has no access key of that id.
pub(crate) fn no_such_access_key(id: impl Display) -> Error {
    no_such_entity(format!("The Access Key with id {id} cannot be found."))
}

/// The managed policy of that ARN is not there.
pub(crate) fn no_such_policy(arn: impl Display) -> Error {
    no_such_entity(format!("Policy {arn} does not exist or is not attachable."))
}

/// The managed policy of that ARN is not there, or not attached to what it was to be detached from.
pub(crate) fn policy_not_found(arn: impl Display) -> Error {
    no_such_entity(format!("Policy {arn} was not found."))
}

/// The managed policy has no such version.
pub(crate) fn no_such_policy_version(arn: impl Display, version: impl Display) -> Error {
    no_such_entity(format!("Policy {arn} version {version} does not exist or is not attachable."))
}

/// The inline policy of that name is not there. `kind` is `user`, `role` or `group`.
pub(crate) fn no_such_inline_policy(kind: &str, name: impl Display) -> Error {
    no_such_entity(format!("The {kind} policy with name {name} cannot be found."))
}

/// `EntityAlreadyExists`, 409. `kind` is `User`, `Role` or `Group`.
pub(crate) fn already_exists(kind: &str, name: impl Display) -> Error {
    entity_already_exists(format!("{kind} with name {name} already exists."))
}

/// `EntityAlreadyExists`, 409.
pub(crate) fn entity_already_exists(message: impl Into<Text>) -> Error {
    Error::modelled("EntityAlreadyExists", 409, message)
}

/// `DeleteConflict`, 409: `Cannot delete entity, must ... first.`
pub(crate) fn delete_conflict(what: &str) -> Error {
    Error::modelled("DeleteConflict", 409, format!("Cannot delete entity, must {what} first."))
}

/// `DeleteConflict`, 409, of a managed policy or one of its versions.
pub(crate) fn policy_delete_conflict(message: &'static str) -> Error {
    Error::modelled("DeleteConflict", 409, message)
}

/// `LimitExceeded`, 409.
pub(crate) fn limit_exceeded(message: impl Into<Text>) -> Error {
    Error::modelled("LimitExceeded", 409, message)
}

/// `LimitExceeded` of a numbered quota.
pub(crate) fn quota(name: &str, limit: impl Display) -> Error {
    limit_exceeded(format!("Cannot exceed quota for {name}: {limit}"))
}

/// `InvalidInput`, 400.
pub(crate) fn invalid_input(message: impl Into<Text>) -> Error {
    Error::modelled("InvalidInput", 400, message)
}

/// An ARN that cannot be the ARN of what is asked for.
pub(crate) fn invalid_arn(arn: &str) -> Error {
    invalid_input(format!("ARN {arn} is not valid."))
}

/// An ARN that is not the ARN of a user, group or role.
pub(crate) fn invalid_entity_arn(arn: &str) -> Error {
    invalid_input(format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."))
}

/// The report of that job is not there, or somebody else's.
pub(crate) fn no_such_job(job_id: &str) -> Error {
    no_such_entity(format!("Job with id {job_id} cannot be found."))
}

/// `PolicyEvaluation`, 500: a policy that is kept here cannot be evaluated.
pub(crate) fn policy_evaluation(message: impl Into<Text>) -> Error {
    Error::modelled("PolicyEvaluation", 500, message)
}

/// `MalformedPolicyDocument`, 400.
pub(crate) fn malformed_policy_document(message: impl Into<Text>) -> Error {
    Error::modelled("MalformedPolicyDocument", 400, message)
}

/// `UnmodifiableEntity`, 400: the role is AWS's own.
pub(crate) fn protected_role(name: impl Display) -> Error {
    let message = format!(
        "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
    );
    Error::modelled("UnmodifiableEntity", 400, message)
}

/// A trust policy names someone who does not exist.
pub(crate) fn invalid_principal(name: &str) -> Error {
    malformed_policy_document(format!("Invalid principal in policy: \"AWS\":\"{name}\""))
}

/// An account alias that the model's pattern lets through and IAM does not: twelve digits are an account id.
pub(crate) fn invalid_account_alias() -> Error {
    Error::validation(
        "The specified value for accountAlias is invalid. It must not be twelve digits, as account ids are.",
    )
}

/// A path that the model's pattern lets through and IAM does not.
pub(crate) fn invalid_path() -> Error {
    Error::validation(
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters \
         and/or / characters.",
    )
}

/// A name that the model's pattern lets through and IAM does not.
pub(crate) fn invalid_name(member: &str) -> Error {
    Error::validation(format!(
        "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the following: \
         +=,.@_-"
    ))
}

/// Root users have no user to act on.
pub(crate) fn must_specify_user_name() -> Error {
    Error::validation("Must specify userName when calling with non-User credentials")
}
