//! The examples of AWS's documentation, every member of a result, and agreement with the evaluator.

use super::*;
use crate::evaluate::decision::Outcome;
use crate::evaluate::evaluate;
use crate::evaluate::policies::Source;
use crate::language::policy::PolicyKind;
use crate::sample::Sample;
use crate::{ContextValue, Position};

const MATEO: &str = "arn:aws:iam::111122223333:user/mateo";

fn mateo() -> Principal {
    Principal::user("111122223333", MATEO, "AIDAMATEOMATEOMATEOMA")
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn entry(name: &str, values: &[&str], key_type: &str) -> ContextEntry {
    let key_type = ContextKeyType::parse(key_type).unwrap();
    ContextEntry { name: name.to_owned(), values: owned(values), key_type }
}

fn identity(texts: &[&str]) -> Vec<Source> {
    policy_inputs("PolicyInputList", PolicyKind::Identity, texts).unwrap()
}

fn boundary(text: &str) -> Vec<Source> {
    policy_inputs("PermissionsBoundaryPolicyInputList", PolicyKind::Boundary, &[text]).unwrap()
}

fn resource(text: &str) -> Source {
    policy_input("ResourcePolicy", PolicyKind::Resource, text).unwrap()
}

/// Results as text, a line for each member that is there.
fn shown(simulation: &Simulation<'_>) -> String {
    simulate(simulation).flat_map(|result| show(&result)).collect::<Vec<_>>().join("\n")
}

fn show(result: &EvaluationResult) -> Vec<String> {
    let name = result.eval_resource_name.as_deref().unwrap_or("-");
    let mut lines = vec![format!("{} on {name}: {}", result.eval_action_name, result.eval_decision.name())];
    lines.extend(result.allowed_by_organizations.map(|allowed| format!("AllowedByOrganizations {allowed}")));
    lines.extend(show_members(
        &result.matched_statements,
        &result.missing_context_values,
        result.allowed_by_permissions_boundary,
        result.eval_decision_details.as_deref(),
    ));
    for result in &result.resource_specific_results {
        lines.push(format!("> {}: {}", result.eval_resource_name, result.eval_resource_decision.name()));
        let members = show_members(
            &result.matched_statements,
            &result.missing_context_values,
            result.allowed_by_permissions_boundary,
            result.eval_decision_details.as_deref(),
        );
        lines.extend(members.iter().map(|line| format!("  {line}")));
    }
    lines
}

fn show_members(
    matched: &[MatchedStatement],
    missing: &[String],
    boundary: Option<bool>,
    details: Option<&[(&str, Outcome)]>,
) -> Vec<String> {
    let place = |position: &Position| format!("{}:{}", position.line, position.column);
    let matched = matched.iter().map(|matched| {
        let MatchedStatement { source_policy_id, source_policy_type, start_position, end_position } = matched;
        let (start, end) = (place(start_position), place(end_position));
        format!("Matched {source_policy_id} ({source_policy_type}) {start} to {end}")
    });
    let missing = (!missing.is_empty()).then(|| format!("Missing {}", missing.join(", ")));
    let boundary = boundary.map(|allowed| format!("AllowedByPermissionsBoundary {allowed}"));
    let details = details.map(|details| {
        let outcomes = details.iter().map(|(name, outcome)| format!("{name}={}", outcome.name()));
        format!("Details [{}]", outcomes.collect::<Vec<_>>().join(", "))
    });
    matched.chain(missing).chain(boundary).chain(details).collect()
}

/// The examples under `simulate-custom-policy` in the AWS CLI's reference.
#[test]
fn custom_policies_with_a_context_key() {
    let identity = identity(&[
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}"#,
    ]);
    let actions = owned(&["dynamodb:CreateBackup"]);
    let simulated = |context: &[ContextEntry]| {
        shown(&Simulation {
            caller: None,
            policies: Policies { identity: &identity, ..Policies::default() },
            resource_owner: None,
            actions: &actions,
            resources: &[],
            context,
        })
    };
    insta::assert_snapshot!(simulated(&[entry("aws:CurrentTime", &["2019-04-25T11:00:00Z"], "date")]), @r#"
    dynamodb:CreateBackup on *: allowed
    Matched PolicyInputList.1 (none) 1:38 to 1:167
    "#);
    insta::assert_snapshot!(simulated(&[entry("aws:CurrentTime", &["2014-04-25T11:00:00Z"], "date")]), @r#"dynamodb:CreateBackup on *: implicitDeny"#);
    insta::assert_snapshot!(simulated(&[]), @r#"
    dynamodb:CreateBackup on *: implicitDeny
    Missing aws:CurrentTime
    "#);
}

/// The first example under `SimulatePrincipalPolicy` in the API reference.
#[test]
fn attached_and_added_policies() {
    let added = r#"{
  "Version":"2012-10-17",
  "Statement":{
    "Effect":"Allow",
    "Action":"s3:PutObject",
    "Resource":"arn:aws:s3:::my-test-bucket"
  }
}"#;
    let read_only = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "s3:Get*",
        "s3:List*"
      ],
      "Resource": "*"
    }
  ]
}"#;
    let mut identity = identity(&[added]);
    let attached = policy_input("", PolicyKind::Identity, read_only).unwrap();
    let arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    identity.push(Source::new(arn, "aws-managed", attached.policy));
    let caller = mateo();
    let simulation = Simulation {
        caller: Some(&caller),
        policies: Policies { identity: &identity, ..Policies::default() },
        resource_owner: None,
        actions: &owned(&["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]),
        resources: &owned(&["arn:aws:s3:::my-test-bucket"]),
        context: &[],
    };
    insta::assert_snapshot!(shown(&simulation), @r#"
    s3:PutObject on arn:aws:s3:::my-test-bucket: allowed
    Matched PolicyInputList.1 (none) 3:16 to 7:4
    Details []
    > arn:aws:s3:::my-test-bucket: allowed
      Matched PolicyInputList.1 (none) 3:16 to 7:4
    s3:GetObject on arn:aws:s3:::my-test-bucket: allowed
    Matched AmazonS3ReadOnlyAccess (aws-managed) 3:17 to 11:6
    Details []
    > arn:aws:s3:::my-test-bucket: allowed
      Matched AmazonS3ReadOnlyAccess (aws-managed) 3:17 to 11:6
    s3:DeleteObject on arn:aws:s3:::my-test-bucket: implicitDeny
    Details []
    > arn:aws:s3:::my-test-bucket: implicitDeny
    "#);
}

const IAM_ONLY: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:*"],"Resource":["*"]}}"#;

/// The second example under `SimulateCustomPolicy`: the resource policy bypasses identity policies and boundary.
#[test]
fn same_account_with_boundary_and_resource_policy() {
    let (identity, boundary) = (identity(&[IAM_ONLY]), boundary(IAM_ONLY));
    let resource = resource(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/mateo"},"Action":["s3:List*","s3:Put*"],"Resource":["arn:aws:s3:::production/*"]}}"#,
    );
    let caller = mateo();
    let simulation = Simulation {
        caller: Some(&caller),
        policies: Policies {
            identity: &identity,
            boundary: Some(&boundary),
            resource: Some(&resource),
            ..Policies::default()
        },
        resource_owner: Some("111122223333"),
        actions: &owned(&["s3:PutObject"]),
        resources: &owned(&["arn:aws:s3:::production/Test"]),
        context: &[],
    };
    insta::assert_snapshot!(shown(&simulation), @r#"
    s3:PutObject on arn:aws:s3:::production/Test: allowed
    Matched ResourcePolicy (resource) 1:38 to 1:187
    AllowedByPermissionsBoundary false
    Details []
    > arn:aws:s3:::production/Test: allowed
      Matched ResourcePolicy (resource) 1:38 to 1:187
      AllowedByPermissionsBoundary false
    "#);
}

/// The third example under `SimulatePrincipalPolicy`, and the same with an identity policy that allows.
#[test]
fn cross_account() {
    let boundary = boundary(IAM_ONLY);
    let resource = resource(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:user/arnav"},"Action":["s3:List*","s3:Put*"],"Resource":["arn:aws:s3:::mary/*"]}}"#,
    );
    let caller =
        Principal::user("444455556666", "arn:aws:iam::444455556666:user/arnav", "AIDAARNAVARNAVARNAVAR");
    let simulation = Simulation {
        caller: Some(&caller),
        policies: Policies { boundary: Some(&boundary), resource: Some(&resource), ..Policies::default() },
        resource_owner: Some("123456789012"),
        actions: &owned(&["s3:PutObject"]),
        resources: &owned(&["arn:aws:s3:::mary/Test"]),
        context: &[],
    };
    insta::assert_snapshot!(shown(&simulation), @r#"
    s3:PutObject on arn:aws:s3:::mary/Test: implicitDeny
    AllowedByPermissionsBoundary false
    Details [Resource Policy=allowed, IAM Policy=implicitDeny, Permissions Boundary Policy=implicitDeny]
    > arn:aws:s3:::mary/Test: implicitDeny
      Matched ResourcePolicy (resource) 1:38 to 1:181
      AllowedByPermissionsBoundary false
      Details [Resource Policy=allowed, IAM Policy=implicitDeny, Permissions Boundary Policy=implicitDeny]
    "#);

    let identity = identity(&[
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
    ]);
    let policies = Policies { identity: &identity, boundary: None, ..simulation.policies };
    let resources = owned(&["arn:aws:s3:::mary/Test", "arn:aws:s3:::other"]);
    insta::assert_snapshot!(shown(&Simulation { policies, resources: &resources, ..simulation }), @r#"
    s3:PutObject on -: implicitDeny
    Details [Resource Policy=implicitDeny, IAM Policy=allowed]
    > arn:aws:s3:::mary/Test: allowed
      Matched ResourcePolicy (resource) 1:38 to 1:181
      Matched PolicyInputList.1 (none) 1:38 to 1:86
      Details [Resource Policy=allowed, IAM Policy=allowed]
    > arn:aws:s3:::other: implicitDeny
      Matched PolicyInputList.1 (none) 1:38 to 1:86
      Details [Resource Policy=implicitDeny, IAM Policy=allowed]
    "#);
    let without = Policies { resource: None, ..policies };
    insta::assert_snapshot!(shown(&Simulation { policies: without, ..simulation }), @r#"
    s3:PutObject on arn:aws:s3:::mary/Test: allowed
    Matched PolicyInputList.1 (none) 1:38 to 1:86
    Details []
    > arn:aws:s3:::mary/Test: allowed
      Matched PolicyInputList.1 (none) 1:38 to 1:86
    "#);
}

#[test]
fn several_resources_and_statements_that_deny() {
    let identity = identity(&[
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}, {"Effect":"Deny","Action":"s3:Put*","Resource":"arn:aws:s3:::bad/*"},
  {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::bad/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::${aws:PrincipalTag/Bucket}/*"}]}"#,
    ]);
    let simulation = Simulation {
        caller: None,
        policies: Policies { identity: &identity, ..Policies::default() },
        resource_owner: None,
        actions: &owned(&["s3:PutObject", "s3:GetObject"]),
        resources: &owned(&["arn:aws:s3:::good/k", "arn:aws:s3:::bad/k"]),
        context: &[],
    };
    insta::assert_snapshot!(shown(&simulation), @r#"
    s3:PutObject on -: explicitDeny
    Details []
    > arn:aws:s3:::good/k: allowed
      Matched PolicyInputList.1 (none) 1:38 to 1:87
    > arn:aws:s3:::bad/k: explicitDeny
      Matched PolicyInputList.1 (none) 1:87 to 1:157
      Missing aws:SecureTransport
    s3:GetObject on -: allowed
    Details []
    > arn:aws:s3:::good/k: allowed
      Matched PolicyInputList.1 (none) 1:38 to 1:87
      Missing aws:PrincipalTag/Bucket
    > arn:aws:s3:::bad/k: allowed
      Matched PolicyInputList.1 (none) 1:38 to 1:87
      Missing aws:SecureTransport, aws:PrincipalTag/Bucket
    "#);
    let context = [entry("AWS:SecureTransport", &["false"], "boolean")];
    insta::assert_snapshot!(shown(&Simulation { context: &context, resources: &simulation.resources[1..], ..simulation }), @r#"
    s3:PutObject on arn:aws:s3:::bad/k: explicitDeny
    Matched PolicyInputList.1 (none) 1:87 to 1:157
    Matched PolicyInputList.1 (none) 1:157 to 2:121
    Details []
    > arn:aws:s3:::bad/k: explicitDeny
      Matched PolicyInputList.1 (none) 1:87 to 1:157
      Matched PolicyInputList.1 (none) 1:157 to 2:121
    s3:GetObject on arn:aws:s3:::bad/k: explicitDeny
    Matched PolicyInputList.1 (none) 1:157 to 2:121
    Details []
    > arn:aws:s3:::bad/k: explicitDeny
      Matched PolicyInputList.1 (none) 1:157 to 2:121
      Missing aws:PrincipalTag/Bucket
    "#);
}

#[test]
fn organizations_and_boundaries() {
    let all = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let no_delete =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}]}"#;
    let (identity, boundary) = (identity(&[all]), boundary(IAM_ONLY));
    let list = "OrderedOrganizationPolicyInputList.1.ServiceControlPolicyInputList";
    let service_control = [policy_inputs(list, PolicyKind::ServiceControl, &[all, no_delete]).unwrap()];
    let simulation = Simulation {
        caller: None,
        policies: Policies {
            identity: &identity,
            boundary: Some(&boundary),
            service_control: &service_control,
            ..Policies::default()
        },
        resource_owner: None,
        actions: &owned(&["iam:GetUser", "s3:GetObject", "s3:DeleteObject"]),
        resources: &owned(&["*"]),
        context: &[],
    };
    insta::assert_snapshot!(shown(&simulation), @r#"
    iam:GetUser on *: allowed
    AllowedByOrganizations true
    Matched PolicyInputList.1 (none) 1:38 to 1:83
    AllowedByPermissionsBoundary true
    s3:GetObject on *: implicitDeny
    AllowedByOrganizations true
    AllowedByPermissionsBoundary false
    s3:DeleteObject on *: explicitDeny
    AllowedByOrganizations false
    Matched OrderedOrganizationPolicyInputList.1.ServiceControlPolicyInputList.2 (none) 1:38 to 1:92
    AllowedByPermissionsBoundary false
    "#);

    // Across accounts the simulation ends where an organization's policy refuses.
    let resource = resource(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#,
    );
    let caller = mateo();
    let across = Simulation {
        caller: Some(&caller),
        policies: Policies { resource: Some(&resource), boundary: None, ..simulation.policies },
        resource_owner: Some("999988887777"),
        actions: &owned(&["s3:GetObject", "s3:DeleteObject"]),
        resources: &owned(&["arn:aws:s3:::b/k"]),
        ..simulation
    };
    insta::assert_snapshot!(shown(&across), @r#"
    s3:GetObject on arn:aws:s3:::b/k: allowed
    AllowedByOrganizations true
    Matched ResourcePolicy (resource) 1:38 to 1:99
    Matched PolicyInputList.1 (none) 1:38 to 1:83
    Details [Resource Policy=allowed, IAM Policy=allowed]
    > arn:aws:s3:::b/k: allowed
      Matched ResourcePolicy (resource) 1:38 to 1:99
      Matched PolicyInputList.1 (none) 1:38 to 1:83
      Details [Resource Policy=allowed, IAM Policy=allowed]
    s3:DeleteObject on arn:aws:s3:::b/k: explicitDeny
    AllowedByOrganizations false
    Matched OrderedOrganizationPolicyInputList.1.ServiceControlPolicyInputList.2 (none) 1:38 to 1:92
    > arn:aws:s3:::b/k: explicitDeny
      Matched OrderedOrganizationPolicyInputList.1.ServiceControlPolicyInputList.2 (none) 1:38 to 1:92
    "#);
}

#[test]
fn trust_policies_count() {
    let assume =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}"#;
    let identity = identity(&[assume]);
    let actions = owned(&["sts:AssumeRole", "STS:tagsession"]);
    assert_eq!(resource_policy_kind(&actions), PolicyKind::Trust);
    assert_eq!(resource_policy_kind(&["sts:AssumeRole", "s3:GetObject"]), PolicyKind::Resource);
    assert_eq!(resource_policy_kind(&[""; 0]), PolicyKind::Resource);
    let caller = mateo();
    let role = owned(&["arn:aws:iam::111122223333:role/r"]);
    let decide = |kind, principal: &str, external_id: &[&str]| {
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{{"StringEquals":{{"sts:ExternalId":"42"}}}}}}}}"#
        );
        let trust = policy_input("ResourcePolicy", kind, &trust).unwrap();
        let simulation = Simulation {
            caller: Some(&caller),
            policies: Policies { identity: &identity, resource: Some(&trust), ..Policies::default() },
            resource_owner: None,
            actions: &actions,
            resources: &role,
            context: &[entry("sts:ExternalId", external_id, "string")],
        };
        simulate(&simulation).map(|result| result.eval_decision.name()).collect::<Vec<_>>().join(" ")
    };
    for kind in [PolicyKind::Trust, PolicyKind::Resource] {
        assert_eq!(decide(kind, "111122223333", &["42"]), "allowed implicitDeny");
        assert_eq!(decide(kind, MATEO, &["42"]), "allowed allowed");
        assert_eq!(decide(kind, MATEO, &["43"]), "implicitDeny implicitDeny");
        assert_eq!(decide(kind, MATEO, &[]), "implicitDeny implicitDeny");
        assert_eq!(decide(kind, "444455556666", &["42"]), "implicitDeny implicitDeny");
    }
}

#[test]
fn web_identities_live_by_the_trust_policy() {
    let provider = "arn:aws:iam::111122223333:oidc-provider/token.example.com";
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringLike":{{"token.example.com:sub":"repo:a/*"}}}}}}}}"#
    );
    let trust = policy_input("ResourcePolicy", PolicyKind::Trust, &trust).unwrap();
    let caller = Principal::federated(provider);
    let simulation = Simulation {
        caller: Some(&caller),
        policies: Policies { resource: Some(&trust), ..Policies::default() },
        resource_owner: None,
        actions: &owned(&["sts:AssumeRoleWithWebIdentity"]),
        resources: &owned(&["arn:aws:iam::111122223333:role/r"]),
        context: &[entry("token.example.com:sub", &["repo:a/b"], "string")],
    };
    insta::assert_snapshot!(shown(&simulation), @r#"
    sts:AssumeRoleWithWebIdentity on arn:aws:iam::111122223333:role/r: allowed
    Matched ResourcePolicy (resource) 1:38 to 1:246
    Details []
    > arn:aws:iam::111122223333:role/r: allowed
      Matched ResourcePolicy (resource) 1:38 to 1:246
    "#);
    insta::assert_snapshot!(shown(&Simulation { context: &[], ..simulation }), @r#"
    sts:AssumeRoleWithWebIdentity on arn:aws:iam::111122223333:role/r: implicitDeny
    Details []
    > arn:aws:iam::111122223333:role/r: implicitDeny
      Missing token.example.com:sub
    "#);
}

#[test]
fn entries_take_the_place_of_what_follows_from_the_caller() {
    let own = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:Get*","Resource":"arn:aws:iam::111122223333:user/${aws:username}"},
        {"Effect":"Allow","Action":"iam:Tag*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}}]}"#;
    let identity = identity(&[own]);
    let caller = mateo();
    let decide = |caller, context: &[ContextEntry]| {
        let simulation = Simulation {
            caller,
            policies: Policies { identity: &identity, ..Policies::default() },
            resource_owner: None,
            actions: &owned(&["iam:GetUser", "iam:TagUser"]),
            resources: &owned(&[MATEO]),
            context,
        };
        simulate(&simulation).map(|result| result.eval_decision.name()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(decide(Some(&caller), &[]), "allowed allowed");
    assert_eq!(decide(None, &[]), "implicitDeny allowed");
    let bob = entry("aws:username", &["bob"], "string");
    let tags = entry("aws:TagKeys", &["a", "c"], "stringList");
    assert_eq!(decide(Some(&caller), &[bob, tags]), "implicitDeny implicitDeny");
}

#[test]
fn context_entries_have_one_value_or_many() {
    let value = |values: &[&str], key_type: &str| entry("k:k", values, key_type).value();
    assert_eq!(value(&["1"], "numeric"), ContextValue::One("1".to_owned()));
    assert_eq!(value(&["1"], "numericList"), ContextValue::Many(owned(&["1"])));
    assert_eq!(value(&["a", "b"], "string"), ContextValue::Many(owned(&["a", "b"])));
    assert_eq!(value(&[], "ip"), ContextValue::Many(Vec::new()));
    for scalar in ["string", "numeric", "boolean", "ip", "binary", "date"] {
        assert_eq!(value(&["x"], scalar), ContextValue::One("x".to_owned()));
        assert_eq!(value(&["x"], &format!("{scalar}List")), ContextValue::Many(owned(&["x"])));
    }
    assert_eq!(ContextKeyType::parse("String"), None);
}

#[test]
fn the_input_that_is_no_policy_is_named() {
    let error = policy_inputs("PolicyInputList", PolicyKind::Identity, &[IAM_ONLY, "{"]).unwrap_err();
    assert_eq!(error.input, "PolicyInputList.2");
    assert_eq!(error.to_string(), "PolicyInputList.2: Syntax errors in policy.");
}

/// The example under `get-context-keys-for-custom-policy` in the AWS CLI's reference, and what it does not show.
#[test]
fn context_keys_in_order_and_once() {
    let documented = identity(&[
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2015-08-16T12:00:00Z"}}}}"#,
    ]);
    let keys = |sources: &[Source]| context_keys(sources.iter().map(|source| &*source.policy)).join(" ");
    assert_eq!(keys(&documented), "aws:username aws:CurrentTime");
    let more = identity(&[
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Deny","Action":"*","NotResource":["arn:aws:s3:::${ aws:PrincipalTag/Team , 'x'}/${*}","arn:aws:s3:::${AWS:UserName}"],
             "Condition":{"StringLike":{"s3:prefix":["${aws:username}/${k:other}","${}"]},"Null":{"aws:currenttime":"true"}}}]}"#,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
    ]);
    assert_eq!(keys(&more), "aws:PrincipalTag/Team AWS:UserName s3:prefix k:other aws:currenttime");
    let old = policy_input(
        "ResourcePolicy",
        PolicyKind::Resource,
        r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"${aws:username}","Condition":{"Bool":{"k:k":"true"}}}}"#,
    );
    assert_eq!(keys(&[old.unwrap()]), "k:k");
}

#[test]
fn scenarios_of_run_instances_need_their_resources() {
    let arn = |name: &str| format!("arn:aws:ec2:us-east-1:111122223333:{name}");
    let resources =
        ["instance/*", "security-group/sg-1", "network-interface/*", "subnet/s"].map(arn).to_vec();
    for (option, missing) in [
        ("EC2-VPC-EBS", "image volume"),
        ("EC2-VPC-EBS-Subnet", "image volume"),
        ("EC2-VPC-InstanceStore", "image"),
        ("EC2-VPC-InstanceStore-Subnet", "image"),
    ] {
        let option = ResourceHandling::parse(option).unwrap();
        assert_eq!(option.missing(&resources).join(" "), missing);
        let with_image = [resources.clone(), vec!["arn:aws:ec2:us-east-1::image/ami-1".to_owned()]].concat();
        assert_eq!(option.missing(&with_image).join(" "), missing.trim_start_matches("image").trim());
    }
    assert_eq!(ResourceHandling::Ec2VpcInstanceStore.missing(&["*"]).len(), 4);
    assert_eq!(ResourceHandling::parse("EC2-Classic-EBS"), None);
}

#[test]
fn simulations_agree_with_the_evaluator() {
    let actions = owned(&["s3:GetObject", "s3:PutObject", "sts:AssumeRole", "iam:GetUser"]);
    let resources = owned(&[
        "arn:aws:s3:::bucket/home/ann/file",
        "arn:aws:iam::444455556666:role/r",
        "arn:aws:s3:::bucket",
    ]);
    let mut outcomes = std::collections::BTreeMap::<Outcome, u32>::new();
    for seed in 0..1_500 {
        let sample = Sample::seeded(seed);
        let (request, policies) = (sample.request(), sample.policies());
        let context: Vec<_> = request.context.iter().map(|(name, value)| entry_of(name, value)).collect();
        let owner = request.resource_account;
        let simulation = Simulation {
            caller: Some(request.principal),
            policies,
            resource_owner: owner,
            actions: &actions,
            resources: &resources,
            context: &context,
        };
        let results: Vec<_> = simulate(&simulation).collect();
        assert_eq!(results.len(), actions.len());
        for (result, action) in results.iter().zip(&actions) {
            assert_eq!(result.eval_action_name, *action);
            assert_eq!(result.resource_specific_results.len(), resources.len());
            for (specific, resource) in result.resource_specific_results.iter().zip(&resources) {
                let required = policies.resource_policy_required
                    || (action == "sts:AssumeRole" && policies.resource.is_some());
                let owner = match policies.resource {
                    Some(_) => account_in(resource).or(owner),
                    None => request.principal.account(),
                };
                let request = Request { action, resource, resource_account: owner, ..request };
                let policies = Policies { resource_policy_required: required, ..policies };
                let decision = evaluate(&request, &policies);
                assert_eq!(specific.eval_resource_name, *resource);
                assert_eq!(specific.eval_resource_decision, decision.outcome, "seed {seed}: {request:?}");
                let denies = decision.outcome == Outcome::ExplicitDeny;
                assert!(!denies || specific.matched_statements.len() == decision.matched.len());
                let details = specific.eval_decision_details.is_some();
                let organized = !policies.service_control.is_empty() || !policies.resource_control.is_empty();
                assert!(!details || decision.cross_account);
                assert!(details || !decision.cross_account || organized);
                *outcomes.entry(decision.outcome).or_default() += 1;
            }
            let strictest =
                result.resource_specific_results.iter().map(|specific| specific.eval_resource_decision);
            let rank = |outcome: &Outcome| match outcome {
                Outcome::Allowed => 0,
                Outcome::ImplicitDeny => 1,
                Outcome::ExplicitDeny => 2,
            };
            assert_eq!(Some(result.eval_decision), strictest.max_by_key(rank));
        }
    }
    assert!(outcomes.len() == 3 && outcomes.values().all(|count| *count > 500), "{outcomes:?}");
}

fn entry_of(name: &str, value: &ContextValue) -> ContextEntry {
    let key_type = match value {
        ContextValue::One(_) => ContextKeyType::String,
        ContextValue::Many(_) => ContextKeyType::StringList,
    };
    ContextEntry { name: name.to_owned(), values: value.values().to_vec(), key_type }
}
