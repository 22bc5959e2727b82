//! The errors of IAM in IAM's words: one place for all of them.

use crate::Error;
use domain::PasswordPolicyViolation;
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

/// The instance profile of that name is not there.
pub(crate) fn no_such_instance_profile(name: impl Display) -> Error {
    no_such_entity(format!("Instance Profile {name} cannot be found."))
}

/// The owner has no access key of that id.
pub(crate) fn no_such_access_key(id: impl Display) -> Error {
    no_such_entity(format!("The Access Key with id {id} cannot be found."))
}

/// The managed policy of that ARN is not there.
pub(crate) fn no_such_policy(arn: impl Display) -> Error {
    no_such_entity(format!("Policy {arn} does not exist or is not attachable."))
}

/// `PolicyNotAttachable`, 400: AWS keeps the policy for the role of one of its services. `kind` is `User`, `Role` or `Group`.
///
/// Source: "Cannot attach a Service Role Policy to a Customer Role" is what AWS was seen to answer.
pub(crate) fn policy_not_attachable(kind: &str) -> Error {
    let message = format!("Cannot attach a Service Role Policy to a Customer {kind}.");
    Error::modelled("PolicyNotAttachable", 400, message)
}

/// The managed policy of that ARN is not there, or not attached to what it was to be detached from.
pub(crate) fn policy_not_found(arn: impl Display) -> Error {
    no_such_entity(format!("Policy {arn} was not found."))
}

/// The managed policy has no such version.
pub(crate) fn no_such_policy_version(arn: impl Display, version: impl Display) -> Error {
    no_such_entity(format!("Policy {arn} version {version} does not exist or is not attachable."))
}

/// The SAML provider of that ARN is not there.
pub(crate) fn no_such_saml_provider(arn: impl Display) -> Error {
    no_such_entity(format!("Manifest not found for arn {arn}"))
}

/// The SAML provider has no private key of that id.
pub(crate) fn no_such_saml_private_key(id: impl Display) -> Error {
    no_such_entity(format!("The private key with id {id} cannot be found."))
}

/// The OpenID Connect provider of that ARN is not there.
pub(crate) fn no_such_open_id_connect_provider(arn: impl Display) -> Error {
    no_such_entity(format!("OpenIDConnect Provider not found for arn {arn}"))
}

/// The server certificate of that name is not there.
pub(crate) fn no_such_server_certificate(name: impl Display) -> Error {
    no_such_entity(format!("The Server Certificate with name {name} cannot be found."))
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

/// `EntityAlreadyExists` of a server certificate.
pub(crate) fn server_certificate_exists(name: impl Display) -> Error {
    entity_already_exists(format!("The Server Certificate with name {name} already exists."))
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

/// `MalformedCertificate`, 400.
pub(crate) fn malformed_certificate(message: impl Into<Text>) -> Error {
    Error::modelled("MalformedCertificate", 400, message)
}

/// `KeyPairMismatch`, 400.
pub(crate) fn key_pair_mismatch() -> Error {
    Error::modelled(
        "KeyPairMismatch",
        400,
        "The private key does not match the public key of the certificate.",
    )
}

/// `OpenIdIdpCommunicationError`, 400. Why there was no answer is not told: it would say what can be reached from here.
pub(crate) fn open_id_idp_communication_error(url: impl Display, connections_are_on: bool) -> Error {
    let message = if connections_are_on {
        format!("Could not connect to https://{url}")
    } else {
        format!(
            "Could not connect to https://{url}: this plane opens no connections. Provide a thumbprint list."
        )
    };
    Error::modelled("OpenIdIdpCommunicationError", 400, message)
}

/// `UnmodifiableEntity`, 400: the role is AWS's own.
pub(crate) fn protected_role(name: impl Display) -> Error {
    let message = format!(
        "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
    );
    Error::modelled("UnmodifiableEntity", 400, message)
}

/// `UnmodifiableEntity`, 400: how long sessions of a service's role may last is the service's affair.
pub(crate) fn service_linked_session_duration(name: impl Display) -> Error {
    let message = format!("{name} is an AWS service linked role, max session duration cannot be changed.");
    Error::modelled("UnmodifiableEntity", 400, message)
}

/// The name of a service's role is taken, by whatever role.
pub(crate) fn service_role_name_taken(name: impl Display) -> Error {
    invalid_input(format!(
        "Service role name {name} has been taken in this account, please try a different suffix."
    ))
}

/// The service makes no role for itself.
pub(crate) fn no_service_linked_role(service: impl Display) -> Error {
    Error::access_denied(format!("Cannot find Service Linked Role template for {service}"))
}

/// `NameConflict`, 409: another role has the name that the template gives.
pub(crate) fn role_name_conflict(name: impl Display) -> Error {
    let message = format!(
        "Role with name {name} already exists and was not made from this role template and these values."
    );
    Error::modelled("NameConflict", 409, message)
}

/// `RoleModified`, 409: the role is not what the template made it.
pub(crate) fn role_modified(name: impl Display) -> Error {
    let message = format!("Role with name {name} was modified after it was made from the role template.");
    Error::modelled("RoleModified", 409, message)
}

/// `RoleTemplateDisabled`, 400.
pub(crate) fn role_template_disabled(arn: impl Display) -> Error {
    Error::modelled("RoleTemplateDisabled", 400, format!("Role template {arn} is disabled."))
}

/// The delegation request of that id is not there, or not for the caller's account.
pub(crate) fn no_such_delegation_request(id: impl Display) -> Error {
    no_such_entity(format!("The delegation request with id {id} cannot be found."))
}

/// The delegation request is not in a state in which that can be done.
pub(crate) fn delegation_request_state(id: impl Display) -> Error {
    invalid_input(format!(
        "The delegation request with id {id} is not in a state that allows this operation."
    ))
}

/// The plane has no management account, and so no organization.
pub(crate) fn organization_not_found() -> Error {
    let message = "The account is not a member of an organization.";
    Error::modelled("OrganizationNotFoundException", 400, message)
}

/// Only the management account switches features on.
pub(crate) fn caller_is_not_management_account() -> Error {
    let message = "The account making the request is not the management account of the organization.";
    Error::modelled("CallerIsNotManagementAccountException", 400, message)
}

/// The features are the affair of the management account and of an administrator that it delegates to.
pub(crate) fn not_management_or_delegated_administrator() -> Error {
    let message = "The account making the request is neither the management account nor a delegated administrator of the \
                   organization.";
    Error::modelled("AccountNotManagementOrDelegatedAdministratorException", 400, message)
}

/// `FeatureEnabled`, 409: of outbound federation.
pub(crate) fn outbound_federation_enabled(account: impl Display) -> Error {
    let message = format!("Outbound identity federation is already enabled for account {account}");
    Error::modelled("FeatureEnabled", 409, message)
}

/// `FeatureDisabled`, 404: of outbound federation.
pub(crate) fn outbound_federation_disabled(account: impl Display) -> Error {
    let message = format!("Outbound identity federation is disabled for account {account}");
    Error::modelled("FeatureDisabled", 404, message)
}

/// A trust policy names an identity provider that does not exist.
pub(crate) fn invalid_provider(name: &str) -> Error {
    malformed_policy_document(format!("Invalid principal in policy: \"FEDERATED\":\"{name}\""))
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

/// `PasswordPolicyViolation`, 400.
pub(crate) fn password_policy_violation(violation: PasswordPolicyViolation) -> Error {
    Error::modelled("PasswordPolicyViolation", 400, violation.to_string())
}

/// `EntityTemporarilyUnmodifiable`, 409: somebody else has set the password since this request began.
pub(crate) fn password_changed_meanwhile() -> Error {
    let message = "Login Profile cannot be modified while its password is being changed. Please try again.";
    Error::modelled("EntityTemporarilyUnmodifiable", 409, message)
}

/// The user has no login profile.
pub(crate) fn no_such_login_profile(user: impl Display) -> Error {
    no_such_entity(format!("Login Profile for User {user} cannot be found."))
}

/// The account has no password policy.
pub(crate) fn no_such_password_policy(account: impl Display) -> Error {
    no_such_entity(format!("The Password Policy with domain name {account} cannot be found."))
}

/// `InvalidUserType`, 400: root users and roles have no password to change here.
pub(crate) fn only_users_change_passwords() -> Error {
    Error::modelled("InvalidUserType", 400, "Only IAM Users can change their own password")
}

/// `InvalidAuthenticationCode`, 403.
pub(crate) fn invalid_authentication_code() -> Error {
    Error::modelled("InvalidAuthenticationCode", 403, "Authentication code for device is not valid.")
}

/// There is no virtual device of that serial number.
pub(crate) fn no_such_virtual_device(serial_number: impl Display) -> Error {
    no_such_entity(format!("VirtualMFADevice with serial number {serial_number} doesn't exist."))
}

/// The device is not there or not that user's.
pub(crate) fn not_the_users_device() -> Error {
    no_such_entity("MFA Device invalid for user.")
}

/// The signing certificate is not there or not that user's.
pub(crate) fn no_such_signing_certificate(id: impl Display) -> Error {
    no_such_entity(format!("The Certificate with id {id} cannot be found."))
}

/// The SSH public key is not there or not that user's.
pub(crate) fn no_such_ssh_public_key(id: impl Display) -> Error {
    no_such_entity(format!("The Public Key with id {id} cannot be found."))
}

/// The service-specific credential is not there or not that user's.
pub(crate) fn no_such_service_specific_credential(id: impl Display) -> Error {
    no_such_entity(format!("No such credential {id} exists"))
}

/// A member that the model leaves out and IAM wants.
pub(crate) fn missing(member: &str) -> Error {
    Error::validation(format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    ))
}

/// `DeleteConflict`, 409, of a virtual device that is somebody's.
pub(crate) fn mfa_device_in_use() -> Error {
    Error::modelled("DeleteConflict", 409, "MFA VirtualDevice in use. Must deactivate first.")
}

/// `InvalidCertificate`, 400.
pub(crate) fn invalid_certificate(message: impl Into<Text>) -> Error {
    Error::modelled("InvalidCertificate", 400, message)
}

/// `DuplicateCertificate`, 409.
pub(crate) fn duplicate_certificate() -> Error {
    let message = "The same certificate is associated with an IAM user in the account.";
    Error::modelled("DuplicateCertificate", 409, message)
}

/// `InvalidPublicKey`, 400.
pub(crate) fn invalid_public_key(message: impl Into<Text>) -> Error {
    Error::modelled("InvalidPublicKey", 400, message)
}

/// `UnrecognizedPublicKeyEncoding`, 400.
pub(crate) fn unrecognized_public_key_encoding() -> Error {
    let message = "The public key encoding is not recognized: SSH or PEM is wanted.";
    Error::modelled("UnrecognizedPublicKeyEncoding", 400, message)
}

/// `DuplicateSSHPublicKey`, 400.
pub(crate) fn duplicate_ssh_public_key() -> Error {
    let message = "The SSH public key is already associated with the specified IAM user.";
    Error::modelled("DuplicateSSHPublicKey", 400, message)
}

/// `NotSupportedService`, 404.
pub(crate) fn not_supported_service(name: impl Display) -> Error {
    let message = format!("No such service {name} is supported for Service Specific Credentials");
    Error::modelled("NotSupportedService", 404, message)
}

/// `ReportNotPresent`, 410.
pub(crate) fn report_not_present() -> Error {
    Error::modelled("ReportNotPresent", 410, "No credential report is present. Generate one first.")
}

/// `ReportExpired`, 410.
pub(crate) fn report_expired() -> Error {
    let message = "The most recent credential report has expired. Generate a new one.";
    Error::modelled("ReportExpired", 410, message)
}
