//! Cases as AWS documents them for its custom policy checks, and one for each thing that decides.

use super::*;

const ACTIONS: [&str; 8] = [
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:PutObject",
    "s3:ListBucket",
    "iam:GetUser",
    "iam:PassRole",
    "ec2:RunInstances",
    "sts:GetCallerIdentity",
];

fn allow(rest: &str) -> String {
    format!(r#"{{"Effect": "Allow", {rest}}}"#)
}

fn deny(rest: &str) -> String {
    format!(r#"{{"Effect": "Deny", {rest}}}"#)
}

/// Allows everything under a condition.
fn under(condition: &str) -> Vec<Source> {
    identity(&[&allow(&format!(r#""Action": "*", "Resource": "*", "Condition": {condition}"#))])
}

/// Allows everything but under a condition.
fn unless(condition: &str) -> Vec<Source> {
    identity(&[
        &allow(r#""Action": "*", "Resource": "*""#),
        &deny(&format!(r#""Action": "*", "Resource": "*", "Condition": {condition}"#)),
    ])
}

#[test]
fn actions_and_resources() {
    let get_in = |resource: &str| {
        identity(&[&allow(&format!(r#""Action": "s3:GetObject", "Resource": "{resource}""#))])
    };
    let narrow = get_in("arn:aws:s3:::bucket/home/*");
    let wide = get_in("arn:aws:s3:::bucket/*");
    assert_eq!(compared(&narrow, &wide), "yes");
    assert_eq!(compared(&wide, &narrow), "no: s3:getobject on arn:aws:s3:::bucket/");
    assert_eq!(compared(&wide, &wide), "yes");
    assert_eq!(compared(&wide, &[]), "no: s3:getobject on arn:aws:s3:::bucket/");
    assert_eq!(compared(&[], &wide), "yes");
    assert_eq!(compared(&get_in("*"), &get_in("arn:aws:s3:::*")), "no: s3:getobject on arn:aws:x:::x");

    let all = identity(&[&allow(r#""Action": "s3:*", "Resource": "*""#)]);
    let two = identity(&[&allow(r#""Action": ["s3:Get*", "s3:P?t*", "s3:ListBucket"], "Resource": "*""#)]);
    assert_eq!(compared(&two, &all), "yes");
    assert_eq!(compared(&all, &two), "no: s3:x on arn:aws:x:::x");
    let known = Reasoning::new().with_actions(ACTIONS);
    assert!(known.equivalent(&two, &all).is_yes(), "of the known actions they allow the same");
    let not = identity(&[&allow(r#""NotAction": ["iam:*", "ec2:*"], "Resource": "*""#)]);
    assert!(known.equivalent(&not, &all).is_yes());
    assert_eq!(compared(&all, &not), "yes");
    assert_eq!(compared(&not, &all), "no: x:x on arn:aws:x:::x");
    let more = identity(&[&allow(r#""NotAction": "ec2:*", "Resource": "*""#)]);
    assert_eq!(shown(&known.no_more_permissive(&more, &all)), "no: iam:GetUser on arn:aws:x:::x");
}

#[test]
fn several_statements_cover_one() {
    let whole = identity(&[&allow(
        r#""Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]"#,
    )]);
    let parts = identity(&[
        &allow(r#""Action": "s3:GetObject", "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]"#),
        &allow(r#""Action": "s3:PutObject", "Resource": "arn:aws:s3:::b""#),
        &allow(r#""Action": "s3:Put*", "Resource": "arn:aws:s3:::a""#),
    ]);
    assert_eq!(compared(&whole, &parts), "yes");
    assert_eq!(compared(&parts, &whole), "no: s3:put on arn:aws:s3:::a");
    let split = [
        identity(&[&allow(r#""Action": "s3:GetObject", "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]"#)]),
        identity(&[&allow(r#""Action": "s3:PutObject", "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]"#)]),
    ]
    .concat();
    assert!(Reasoning::new().equivalent(&whole, &split).is_yes());
}

#[test]
fn denials() {
    let all = identity(&[&allow(r#""Action": "s3:*", "Resource": "*""#)]);
    let without = identity(&[
        &allow(r#""Action": "s3:*", "Resource": "*""#),
        &deny(r#""Action": "s3:Delete*", "Resource": "arn:aws:s3:::logs/*""#),
    ]);
    assert_eq!(compared(&without, &all), "yes");
    assert_eq!(compared(&all, &without), "no: s3:delete on arn:aws:s3:::logs/");
    let not_resource = identity(&[
        &allow(r#""NotAction": "s3:Delete*", "Resource": "arn:aws:s3:::logs/*""#),
        &allow(r#""Action": "s3:*", "NotResource": "arn:aws:s3:::logs/*""#),
    ]);
    assert_eq!(compared(&without, &not_resource), "yes");
    let only_s3 = identity(&[
        &allow(r#""Action": "*", "Resource": "arn:aws:s3:::logs/*""#),
        &deny(r#""NotAction": "s3:Get*", "Resource": "*""#),
    ]);
    assert_eq!(
        compared(&only_s3, &identity(&[&allow(r#""Action": "s3:Get*", "Resource": "arn:aws:s3:::logs/*""#)])),
        "yes"
    );
}

#[test]
fn a_condition_removed_is_new_access() {
    let rows: &[(&str, &str, &str)] = &[
        ("StringEquals", r#""aws:PrincipalOrgID": "o-1""#, "no: x:x on arn:aws:x:::x"),
        (
            "StringNotEquals",
            r#""aws:RequestedRegion": ["eu-west-1", "eu-west-2"]"#,
            r#"no: x:x on arn:aws:x:::x with aws:requestedregion = "eu-west-1""#,
        ),
        ("Bool", r#""aws:SecureTransport": "true""#, "no: x:x on arn:aws:x:::x"),
        (
            "BoolIfExists",
            r#""aws:MultiFactorAuthPresent": "true""#,
            r#"no: x:x on arn:aws:x:::x with aws:multifactorauthpresent = "x""#,
        ),
        (
            "Null",
            r#""aws:TokenIssueTime": "true""#,
            r#"no: x:x on arn:aws:x:::x with aws:tokenissuetime = "x""#,
        ),
        (
            "NumericLessThanIfExists",
            r#""aws:MultiFactorAuthAge": "300""#,
            r#"no: x:x on arn:aws:x:::x with aws:multifactorauthage = "300""#,
        ),
        ("DateLessThan", r#""aws:CurrentTime": "2025-01-01T00:00:00Z""#, "no: x:x on arn:aws:x:::x"),
        (
            "NotIpAddress",
            r#""aws:SourceIp": "10.0.0.0/8""#,
            r#"no: x:x on arn:aws:x:::x with aws:sourceip = "10.0.0.0""#,
        ),
        (
            "ForAllValues:StringEquals",
            r#""aws:TagKeys": ["a", "b"]"#,
            r#"no: x:x on arn:aws:x:::x with aws:tagkeys = "x""#,
        ),
    ];
    let all = identity(&[&allow(r#""Action": "*", "Resource": "*""#)]);
    for (operator, block, expected) in rows {
        let limited = under(&format!(r#"{{"{operator}": {{{block}}}}}"#));
        assert_eq!(compared(&limited, &all), "yes", "{operator}");
        assert_eq!(compared(&all, &limited), *expected, "{operator}");
    }
}

#[test]
fn conditions_of_one_kind() {
    // The first allows no more than the second, but the second more than the first.
    let rows = [
        (
            r#"{"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}"#,
            r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
        ),
        (
            r#"{"IpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/10"]}}"#,
            r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
        ),
        (r#"{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}"#, r#"{"NotIpAddress": {"aws:SourceIp": "::/0"}}"#),
        (r#"{"NumericLessThan": {"k:n": "5"}}"#, r#"{"NumericLessThanEquals": {"k:n": "5.0"}}"#),
        (r#"{"NumericEquals": {"k:n": ["1", "2"]}}"#, r#"{"NumericGreaterThan": {"k:n": "0.99"}}"#),
        (r#"{"NumericEquals": {"k:n": "1"}}"#, r#"{"NumericEqualsIfExists": {"k:n": "1"}}"#),
        (
            r#"{"DateGreaterThan": {"k:d": "2025-01-01"}}"#,
            r#"{"DateGreaterThanEquals": {"k:d": "1735689600"}}"#,
        ),
        (r#"{"StringEquals": {"k:t": "ab"}}"#, r#"{"StringLike": {"k:t": "a*"}}"#),
        (r#"{"StringEquals": {"k:t": ["AB", "ab"]}}"#, r#"{"StringEqualsIgnoreCase": {"k:t": "aB"}}"#),
        (r#"{"StringNotLike": {"k:t": "a*"}}"#, r#"{"StringNotEquals": {"k:t": "ab"}}"#),
        (r#"{"StringLike": {"k:t": "??*"}}"#, r#"{"Null": {"k:t": "false"}}"#),
        (r#"{"ArnLike": {"k:a": "arn:aws:iam::*:role/*"}}"#, r#"{"ArnLike": {"k:a": "arn:*:iam::*:*"}}"#),
        (
            r#"{"ArnNotLike": {"k:a": "arn:aws:iam::*"}}"#,
            r#"{"ArnNotEquals": {"k:a": "arn:aws:iam::1:role/r"}}"#,
        ),
        (r#"{"BinaryEquals": {"k:b": "QmluYXJ5"}}"#, r#"{"BinaryEquals": {"k:b": ["QmluYXJ5", "AAAA"]}}"#),
        (r#"{"Bool": {"k:f": "true"}}"#, r#"{"BoolIfExists": {"k:f": "true"}}"#),
        (
            r#"{"ForAnyValue:StringEquals": {"k:l": "a"}}"#,
            r#"{"ForAnyValue:StringLike": {"k:l": ["a*", "b"]}}"#,
        ),
        (
            r#"{"ForAllValues:StringEquals": {"k:l": "a"}, "Null": {"k:l": "false"}}"#,
            r#"{"ForAnyValue:StringEquals": {"k:l": "a"}}"#,
        ),
        (r#"{"ForAllValues:StringEquals": {"k:l": "a"}}"#, r#"{"ForAllValues:StringLike": {"k:l": "a*"}}"#),
        (r#"{"StringEquals": {"k:t": "a", "k:u": "b"}}"#, r#"{"StringEquals": {"K:U": "b"}}"#),
    ];
    for (narrow, wide) in rows {
        assert_eq!(compared(&under(narrow), &under(wide)), "yes", "{narrow} in {wide}");
        let answer = compared(&under(wide), &under(narrow));
        assert!(answer.starts_with("no: "), "{wide} in {narrow}: {answer}");
    }
}

#[test]
fn the_same_in_other_words() {
    let rows = [
        (
            under(r#"{"NumericGreaterThan": {"k:n": "5"}, "Null": {"k:n": "false"}}"#),
            under(r#"{"NumericGreaterThan": {"k:n": "5.00"}}"#),
        ),
        (under(r#"{"StringNotEquals": {"k:t": "a"}}"#), unless(r#"{"StringEquals": {"k:t": "a"}}"#)),
        (
            under(r#"{"NotIpAddress": {"k:i": "10.0.0.0/8"}}"#),
            unless(r#"{"IpAddress": {"k:i": ["10.0.0.0/9", "10.128.0.0/9"]}}"#),
        ),
        (
            under(r#"{"ForAnyValue:StringEquals": {"k:l": "a"}}"#),
            unless(r#"{"ForAllValues:StringNotEquals": {"k:l": "a"}}"#),
        ),
        (under(r#"{"StringLike": {"k:t": "*"}}"#), under(r#"{"StringLike": {"k:t": ["?*", ""]}}"#)),
        (
            under(r#"{"ArnLike": {"k:a": "arn:aws:s3:::b"}}"#),
            under(r#"{"ArnEquals": {"k:a": "arn:aws:s3:::b"}}"#),
        ),
        (
            under(r#"{"StringEquals": {"k:t": "a"}, "StringLike": {"k:t": "b*"}}"#),
            under(r#"{"StringEquals": {"k:t": []}}"#),
        ),
    ];
    for (number, (left, right)) in rows.iter().enumerate() {
        let both = Reasoning::new().equivalent(left, right);
        assert!(
            both.is_yes(),
            "row {number}: {} / {}",
            shown(&both.first_in_second),
            shown(&both.second_in_first)
        );
    }
}

#[test]
fn variables() {
    let home =
        |name: &str| allow(&format!(r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/{name}/*""#));
    let own = identity(&[&home("${aws:username}")]);
    assert_eq!(compared(&own, &own), "yes");
    assert_eq!(compared(&own, &identity(&[&home("*")])), "yes");
    let wide = identity(&[&allow(
        r#""Action": "s3:Get*", "Resource": ["arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::c"]"#,
    )]);
    assert_eq!(compared(&own, &wide), "yes");
    assert_eq!(
        compared(&wide, &own),
        "no: s3:getobject on arn:aws:s3:::c with aws:username = \"some-username\""
    );
    assert_eq!(
        compared(&own, &identity(&[&home("${aws:userid}")])),
        "no: s3:getobject on arn:aws:s3:::b/some-username/ with aws:userid = \"some-userid\", aws:username = \"some-username\"",
    );
    assert_eq!(
        compared(&identity(&[&home("*")]), &own),
        "no: s3:getobject on arn:aws:s3:::b// with aws:username = \"some-username\"",
    );
    assert_eq!(
        compared(&own, &identity(&[&home("bob")])),
        "no: s3:getobject on arn:aws:s3:::b/some-username/ with aws:username = \"some-username\""
    );
    // Whoever is called so has that home; it takes knowing the value to see it.
    let named = identity(&[&allow(
        r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}/*", "Condition": {"StringEquals": {"aws:username": "bob"}}"#,
    )]);
    assert_eq!(
        compared(&named, &identity(&[&home("bob")])),
        "unknown: policy, statement 0, line 1 column 41: Resource depends on a policy variable",
    );
    let tag = |operator: &str, value: &str| {
        under(&format!(r#"{{"{operator}": {{"aws:ResourceTag/owner": {value}}}}}"#))
    };
    assert_eq!(
        compared(
            &tag("StringEquals", r#""${aws:username}""#),
            &tag("StringEquals", r#"["${aws:username}", "x"]"#)
        ),
        "yes"
    );
    assert_eq!(
        compared(
            &tag("StringNotEquals", r#"["${aws:username}", "x"]"#),
            &tag("StringNotEquals", r#""${aws:username}""#)
        ),
        "yes"
    );
    assert_eq!(
        compared(
            &tag("StringEquals", r#""${aws:username}""#),
            &tag("StringEquals", r#""${aws:PrincipalTag/owner}""#)
        ),
        "no: x:x on arn:aws:x:::x with aws:principaltag/owner = \"some-owner\", \
         aws:resourcetag/owner = \"some-username\", aws:username = \"some-username\"",
    );
}

#[test]
fn mixed_types() {
    let number = under(r#"{"NumericLessThan": {"k:m": "5"}}"#);
    let both = under(r#"{"NumericLessThan": {"k:m": "5"}, "StringLike": {"k:m": "-*"}}"#);
    assert_eq!(compared(&both, &number), "yes");
    assert_eq!(compared(&number, &both), "no: x:x on arn:aws:x:::x with k:m = \"0\"");
    let text = under(r#"{"StringEquals": {"k:m": ["1", "2"]}}"#);
    assert_eq!(
        compared(&text, &number),
        "unknown: policy, statement 0, line 1 column 41: StringEquals k:m compares a key that others compare as another type; \
         policy, statement 0, line 1 column 41: NumericLessThan k:m compares a key that others compare as another type",
    );
}

#[test]
fn values_beyond_what_is_decided() {
    let far = under(r#"{"DateLessThan": {"k:d": "9223372036854775807"}}"#);
    let near = under(r#"{"DateLessThan": {"k:d": "2025-01-01"}}"#);
    assert_eq!(compared(&far, &far), "yes");
    assert!(
        compared(&near, &far)
            .starts_with("unknown: policy, statement 0, line 1 column 41: DateLessThan k:d has a value")
    );
    let dotted = under(r#"{"StringEqualsIgnoreCase": {"k:t": "İ"}}"#);
    assert_eq!(compared(&dotted, &dotted), "yes");
    let more = under(r#"{"StringEqualsIgnoreCase": {"k:t": ["İ", "x"]}}"#);
    assert_eq!(compared(&dotted, &more), "yes");
    assert!(compared(&more, &dotted).starts_with("no: "), "{}", compared(&more, &dotted));
}

#[test]
fn principals() {
    let get = |principal: &str, more: &str| {
        resource(&[&allow(&format!(
            r#""Principal": {principal}, "Action": "s3:GetObject", "Resource": "*"{more}"#
        ))])
    };
    let account = get(r#"{"AWS": "111122223333"}"#, "");
    let user = get(r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#, "");
    let all = get(r#""*""#, "");
    assert_eq!(compared(&user, &account), "yes");
    assert_eq!(
        compared(&account, &user),
        "no: arn:aws:iam::111122223333:user/user does s3:getobject on arn:aws:x:::x"
    );
    assert_eq!(compared(&account, &all), "yes");
    assert_eq!(
        compared(&all, &account),
        "no: arn:aws:iam::999988887777:user/user does s3:getobject on arn:aws:x:::x"
    );
    assert_eq!(compared(&get(r#"{"AWS": "arn:aws:iam::111122223333:root"}"#, ""), &account), "yes");
    let service = get(r#"{"Service": "ec2.amazonaws.com"}"#, "");
    assert_eq!(compared(&service, &account), "no: ec2.amazonaws.com does s3:getobject on arn:aws:x:::x");
    assert_eq!(compared(&service, &all), "yes");
    let session = get(r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/r/s"}"#, "");
    let role = get(r#"{"AWS": "arn:aws:iam::111122223333:role/r"}"#, "");
    assert_eq!(
        compared(&session, &role),
        "no: arn:aws:sts::111122223333:assumed-role/r/s does s3:getobject on arn:aws:x:::x",
        "the role may be another of that name, with a path",
    );
    assert_eq!(compared(&session, &account), "yes");

    // The keys that follow from the principal do follow from it.
    let by_key =
        get(r#""*""#, r#", "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}"#);
    assert_eq!(
        compared(&by_key, &user),
        "no: arn:aws:iam::111122223333:user/user does s3:getobject on arn:aws:x:::x with aws:principalaccount = \"111122223333\"",
    );
    assert_eq!(
        compared(&account, &by_key),
        "unknown: policy, statement 0, line 1 column 41: aws:principalaccount depends on the principal",
    );
    assert_eq!(compared(&by_key, &all), "yes");
}

#[test]
fn resource_control_policies_allow_what_they_do_not_deny() {
    let control = |condition: &str| {
        policies(
            PolicyKind::ResourceControl,
            &[&deny(&format!(
                r#""Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {condition}"#
            ))],
        )
    };
    let strict = control(r#"{"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}"#);
    let loose = control(r#"{"StringNotEquals": {"aws:PrincipalOrgID": ["o-1", "o-2"]}}"#);
    assert_eq!(compared(&strict, &loose), "yes");
    assert!(compared(&loose, &strict).starts_with("no: "), "{}", compared(&loose, &strict));
    assert!(compared(&[], &strict).starts_with("no: "));
    assert_eq!(compared(&strict, &[]), "yes");
    let control_of_service =
        policies(PolicyKind::ServiceControl, &[&allow(r#""Action": "*", "Resource": "*""#)]);
    assert_eq!(compared(&control_of_service, &strict), "unknown: policies of these kinds are not compared");
}

#[test]
fn accesses_that_are_not_granted() {
    let granted = identity(&[
        &allow(r#""Action": "s3:*", "Resource": "arn:aws:s3:::data/*""#),
        &deny(r#""Action": "s3:Delete*", "Resource": "*""#),
    ]);
    let ask = |reasoning: &Reasoning, actions: &[&str], resources: &[&str]| {
        shown(&reasoning.grants_none_of(&granted, &[Access::parse(actions, resources).unwrap()]))
    };
    let any = Reasoning::new();
    assert_eq!(ask(&any, &["s3:DeleteObject"], &[]), "yes");
    assert_eq!(ask(&any, &["iam:PassRole", "s3:DeleteObject"], &[]), "yes");
    assert_eq!(ask(&any, &["s3:GetObject"], &[]), "no: s3:GetObject on arn:aws:s3:::data/");
    assert_eq!(ask(&any, &["s3:GetObject"], &["arn:aws:s3:::other/*"]), "yes");
    assert_eq!(ask(&any, &[], &["arn:aws:s3:::data/x"]), "no: s3:x on arn:aws:s3:::data/x");
    let known = Reasoning::new().with_actions(ACTIONS);
    assert_eq!(ask(&known, &["S3:getobject"], &[]), "no: s3:GetObject on arn:aws:s3:::data/");
    assert_eq!(ask(&known, &["s3:GetObjcet"], &[]), "unknown: no request lies in access 0");
    assert_eq!(
        ask(&any, &["s3:GetObject"], &["arn:moon:s3:::data/*"]),
        "unknown: no request lies in access 0"
    );
    assert_eq!(ask(&any, &["sts:GetCallerIdentity"], &[]), "unknown: no request lies in access 0");
    let both = [Access::parse(["x:Y"], ["*"]).unwrap(), Access::parse(["s3:PutObject"], ["*"]).unwrap()];
    assert_eq!(shown(&any.grants_none_of(&granted, &both)), "no: s3:PutObject on arn:aws:s3:::data/");
}

#[test]
fn public_access() {
    let public = |principal: &str, condition: &str| {
        let condition =
            if condition.is_empty() { String::new() } else { format!(r#", "Condition": {condition}"#) };
        let statement = allow(&format!(
            r#""Principal": {principal}, "Action": "s3:GetObject", "Resource": "*"{condition}"#
        ));
        shown(&Reasoning::new().grants_nothing_public(&resource(&[&statement])))
    };
    for (principal, condition) in [
        (r#"{"AWS": "111122223333"}"#, ""),
        (r#"{"Service": "ec2.amazonaws.com"}"#, ""),
        (r#""*""#, r#"{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#),
        (r#""*""#, r#"{"StringEquals": {"aws:PrincipalAccount": "999988887777"}}"#),
        (r#""*""#, r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}"#),
        (r#""*""#, r#"{"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}}"#),
        (r#""*""#, r#"{"StringEquals": {"aws:SourceVpce": "vpce-1"}}"#),
        (r#""*""#, r#"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#),
        (r#""*""#, r#"{"Bool": {"aws:PrincipalIsAWSService": "true"}}"#),
        (r#""*""#, r#"{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}"#),
    ] {
        assert_eq!(public(principal, condition), "yes", "{principal} {condition}");
    }
    for (principal, condition) in [
        (r#""*""#, ""),
        (r#""*""#, r#"{"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}"#),
        (r#""*""#, r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin*"}}"#),
        (r#""*""#, r#"{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}"#),
        (r#""*""#, r#"{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#),
        (r#""*""#, r#"{"StringEquals": {"aws:PrincipalTag/team": "a"}}"#),
        (r#""*""#, r#"{"Bool": {"aws:SecureTransport": "true"}}"#),
    ] {
        assert!(
            public(principal, condition).starts_with("no: "),
            "{principal} {condition}: {}",
            public(principal, condition)
        );
    }
    let denied = resource(&[
        &allow(r#""Principal": "*", "Action": "s3:GetObject", "Resource": "*""#),
        &deny(
            r#""Principal": "*", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}"#,
        ),
    ]);
    assert_eq!(shown(&Reasoning::new().grants_nothing_public(&denied)), "yes");
    let of_identity = identity(&[&allow(r#""Action": "*", "Resource": "*""#)]);
    assert_eq!(shown(&Reasoning::new().grants_nothing_public(&of_identity)), "yes");
}

#[test]
fn hostile_policies_are_answered_in_bounds() {
    let list =
        |values: &[String]| values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(",");
    let on = |resources: &[String]| {
        identity(&[&allow(&format!(r#""Action": "*", "Resource": [{}]"#, list(resources)))])
    };
    let each = |resources: &[String]| {
        let statements: Vec<String> = resources
            .iter()
            .map(|resource| allow(&format!(r#""Action": "*", "Resource": "{resource}""#)))
            .collect();
        identity(&statements.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let few = Reasoning::new().with_steps(2_000_000);
    let bucket = |pattern: String| format!("arn:aws:s3:::{pattern}");

    // Every subset of these matches some resource, but as one list they are one condition.
    let letters: Vec<String> = ('a'..='z').map(|letter| bucket(format!("*{letter}*"))).collect();
    assert_eq!(shown(&few.no_more_permissive(&on(&letters), &on(&[bucket("*".to_owned())]))), "yes");
    assert_eq!(
        shown(&few.no_more_permissive(&each(&letters), &on(&[bucket("?".to_owned())]))),
        "unknown: the question is too complex"
    );
    // The remainders of these patterns multiply.
    let windows: Vec<String> =
        (0..12).map(|length| bucket(format!("*a{}b", "?".repeat(length + 10)))).collect();
    assert_eq!(
        shown(&few.no_more_permissive(&each(&windows), &on(&[bucket("x*".to_owned())]))),
        "unknown: the question is too complex"
    );
    let stars = bucket(format!("{}b", "*a".repeat(100)));
    assert_eq!(
        shown(&few.no_more_permissive(&on(std::slice::from_ref(&stars)), &on(&[bucket("*b".to_owned())]))),
        "yes"
    );
    assert!(few.no_more_permissive(&on(&[bucket("*b".to_owned())]), &on(&[stars])).witness().is_some());

    let many: Vec<String> = (0..1_000).map(|number| bucket(format!("bucket-{number}/*"))).collect();
    assert_eq!(shown(&Reasoning::new().no_more_permissive(&on(&many), &on(&many))), "yes");
    let fewer = on(many.get(1..).unwrap_or_default());
    assert_eq!(
        shown(&Reasoning::new().no_more_permissive(&on(&many), &fewer)),
        "no: x:x on arn:aws:s3:::bucket-0/"
    );

    // Conditions on many keys of which each may fail.
    let keys: Vec<String> = (0..40).map(|number| format!(r#""k:{number}": "a""#)).collect();
    let narrow = under(&format!(r#"{{"StringEquals": {{{}}}}}"#, keys.join(",")));
    assert_eq!(shown(&few.no_more_permissive(&narrow, &under(r#"{"StringLike": {"k:7": "?"}}"#))), "yes");
    let choices: Vec<String> = (0..40)
        .map(|number| allow(&format!(r#""Action": "*", "Resource": "*", "Condition": {{"StringEquals": {{"k:{number}": "a", "k:{}": "b"}}}}"#, (number * 7 + 3) % 40)))
        .collect();
    let choices = identity(&choices.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(!few.no_more_permissive(&under(r#"{"Null": {"k:0": "false"}}"#), &choices).is_yes());
    assert_eq!(
        shown(&Reasoning::new().with_steps(10).no_more_permissive(&narrow, &narrow)),
        "unknown: the question is too complex"
    );
}
