//! AWS's names as Rust's.

/// Words whose capitals do not show where they end.
const WORDS: [(&str, &str); 4] = [("OAuth2", "Oauth2"), ("ARNs", "Arns"), ("IDs", "Ids"), ("URLs", "Urls")];

const KEYWORDS: [&str; 12] =
    ["as", "async", "const", "default", "enum", "fn", "match", "mod", "ref", "static", "type", "use"];

/// `CreateSAMLProvider` -> `create_saml_provider`: names of modules, files and members.
pub(crate) fn snake(name: &str) -> String {
    let mut name = name.replace(['-', '.', ':', '/', ' '], "_");
    for (from, to) in WORDS {
        name = name.replace(from, to);
    }
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (position, letter) in letters.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|position| letters.get(position));
        let after = letters.get(position + 1);
        let starts = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if starts {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// A member's name as a field: keywords are raw.
pub(crate) fn field(name: &str) -> String {
    let name = snake(name);
    if KEYWORDS.contains(&name.as_str()) { format!("r#{name}") } else { name }
}

/// A shape's name as a static.
pub(crate) fn constant(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

/// A shape's name as a type: `statusType` -> `StatusType`.
pub(crate) fn type_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// An enum's value as a variant: `SERVICE_LEVEL` -> `ServiceLevel`, `aws-managed` -> `AwsManaged`.
pub(crate) fn variant(value: &str) -> String {
    let has_lowercase = value.chars().any(|letter| letter.is_ascii_lowercase());
    let words = value.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let camel: String = words
        .map(|word| {
            let shouts = !has_lowercase || !word.chars().any(|letter| letter.is_ascii_lowercase());
            type_name(&if shouts { word.to_ascii_lowercase() } else { word.to_owned() })
        })
        .collect();
    match camel.as_str() {
        // Taken by the variant for values the model does not know.
        "Unknown" => "UnknownValue".to_owned(),
        _ if camel.starts_with(|letter: char| letter.is_ascii_digit()) => format!("N{camel}"),
        _ => camel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (aws, rust) in [
            ("CreateRole", "create_role"),
            ("CreateSAMLProvider", "create_saml_provider"),
            ("AssumeRoleWithSAML", "assume_role_with_saml"),
            ("CreateOAuth2TokenWithIAM", "create_oauth2_token_with_iam"),
            ("PolicyARNs", "policy_arns"),
            ("MFADevices", "mfa_devices"),
            ("sso-oidc", "sso_oidc"),
            ("error_description", "error_description"),
        ] {
            assert_eq!(snake(aws), rust);
        }
        assert_eq!(field("Type"), "r#type");
        assert_eq!(constant("roleNameType"), "ROLE_NAME_TYPE");
        assert_eq!(type_name("statusType"), "StatusType");
        for (value, rust) in [
            ("SERVICE_LEVEL", "ServiceLevel"),
            ("aws-managed", "AwsManaged"),
            ("text/csv", "TextCsv"),
            ("explicitDeny", "ExplicitDeny"),
            ("KMS_AccessDeniedException", "KmsAccessDeniedException"),
            ("UNKNOWN", "UnknownValue"),
        ] {
            assert_eq!(variant(value), rust);
        }
    }
}
