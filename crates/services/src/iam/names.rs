//! From the texts of a request to names and paths.

use super::errors;
use crate::Result;
use domain::{
    AccountAlias, GroupName, InstanceProfileName, MfaDeviceName, Path, PolicyName, RoleName,
    SamlProviderName, ServerCertificateName, UserName,
};

/// `AccountAlias`
pub(crate) fn account_alias(text: &str) -> Result<AccountAlias> {
    AccountAlias::parse(text).map_err(|_| errors::invalid_account_alias())
}

/// `UserName`
pub(crate) fn user(text: &str) -> Result<UserName> {
    UserName::parse(text).map_err(|_| errors::invalid_name("userName"))
}

/// `VirtualMFADeviceName`
pub(crate) fn virtual_mfa_device(text: &str) -> Result<MfaDeviceName> {
    MfaDeviceName::parse(text).map_err(|_| errors::invalid_name("virtualMFADeviceName"))
}

/// `GroupName`
pub(crate) fn group(text: &str) -> Result<GroupName> {
    GroupName::parse(text).map_err(|_| errors::invalid_name("groupName"))
}

/// `InstanceProfileName`
pub(crate) fn instance_profile(text: &str) -> Result<InstanceProfileName> {
    InstanceProfileName::parse(text).map_err(|_| errors::invalid_name("instanceProfileName"))
}

/// `RoleName`
pub(crate) fn role(text: &str) -> Result<RoleName> {
    RoleName::parse(text).map_err(|_| errors::invalid_name("roleName"))
}

/// `PolicyName`
pub(crate) fn policy(text: &str) -> Result<PolicyName> {
    PolicyName::parse(text).map_err(|_| errors::invalid_name("policyName"))
}

/// `Name` of a SAML provider
pub(crate) fn saml_provider(text: &str) -> Result<SamlProviderName> {
    SamlProviderName::parse(text).map_err(|_| errors::invalid_name("name"))
}

/// `ServerCertificateName`, in that member of the request
pub(crate) fn server_certificate(member: &str, text: &str) -> Result<ServerCertificateName> {
    ServerCertificateName::parse(text).map_err(|_| errors::invalid_name(member))
}

/// `Path`; the root path when absent.
pub(crate) fn path(text: Option<&str>) -> Result<Path> {
    text.map_or_else(|| Ok(Path::default()), |text| Path::parse(text).map_err(|_| errors::invalid_path()))
}

/// `PathPrefix`; everything when absent.
pub(crate) fn path_prefix(text: Option<&str>) -> &str {
    text.unwrap_or("/")
}
