//! SAML providers: metadata, private keys, tags.

use crate::{
    certificates::{LEAF_KEY, metadata, metadata_with},
    plane::TestPlane,
    support::{
        allow_if, arn, assert_denied, assert_denied_on, assert_denied_on_all, assert_refused, document,
        in_store, refused, user_with_policy,
    },
};
use domain::{IdKind, SamlProvider, SamlProviderName, UniqueId};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use shapes::iam::{
    CreateSAMLProvider, CreateSAMLProviderInput, DeleteSAMLProvider, DeleteSAMLProviderInput,
    GetSAMLProvider, GetSAMLProviderInput, GetSAMLProviderOutput, ListSAMLProviderTags,
    ListSAMLProviderTagsInput, ListSAMLProviders, ListSAMLProvidersInput, TagSAMLProvider,
    TagSAMLProviderInput, UntagSAMLProvider, UntagSAMLProviderInput, UpdateSAMLProvider,
    UpdateSAMLProviderInput,
    types::{self, AssertionEncryptionModeType},
};
use std::sync::LazyLock;
use store::Location;

/// A key that opens assertions.
static KEY: LazyLock<String> =
    LazyLock::new(|| KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap().serialize_pem());
const NOT_PARSED: &str = "Could not parse metadata";

fn new(name: &str) -> CreateSAMLProviderInput {
    CreateSAMLProviderInput {
        name: name.into(),
        saml_metadata_document: metadata("https://idp.example.com/saml"),
        ..Default::default()
    }
}

fn of(name: &str) -> String {
    arn(&format!("saml-provider/{name}"))
}

async fn create(plane: &TestPlane, name: &str) -> String {
    plane.root::<CreateSAMLProvider>(new(name)).await.unwrap().saml_provider_arn.unwrap()
}

fn shown(arn: &str) -> GetSAMLProviderInput {
    GetSAMLProviderInput { saml_provider_arn: arn.into() }
}

async fn get(plane: &TestPlane, arn: &str) -> GetSAMLProviderOutput {
    plane.root::<GetSAMLProvider>(shown(arn)).await.unwrap()
}

fn deleted(arn: &str) -> DeleteSAMLProviderInput {
    DeleteSAMLProviderInput { saml_provider_arn: arn.into() }
}

fn updated(arn: &str) -> UpdateSAMLProviderInput {
    UpdateSAMLProviderInput { saml_provider_arn: arn.into(), ..Default::default() }
}

fn with_key(arn: &str) -> UpdateSAMLProviderInput {
    UpdateSAMLProviderInput { add_private_key: Some(KEY.clone().into()), ..updated(arn) }
}

fn without_key(arn: &str, id: &str) -> UpdateSAMLProviderInput {
    UpdateSAMLProviderInput { remove_private_key: Some(id.into()), ..updated(arn) }
}

fn tag(key: &str, value: &str) -> types::Tag {
    types::Tag { key: key.into(), value: value.into() }
}

fn tagged(arn: &str, tags: Vec<types::Tag>) -> TagSAMLProviderInput {
    TagSAMLProviderInput { saml_provider_arn: arn.into(), tags }
}

fn untagged(arn: &str, keys: &[&str]) -> UntagSAMLProviderInput {
    let tag_keys = keys.iter().map(|key| (*key).to_owned()).collect();
    UntagSAMLProviderInput { saml_provider_arn: arn.into(), tag_keys }
}

fn tags_of(arn: &str) -> ListSAMLProviderTagsInput {
    ListSAMLProviderTagsInput { saml_provider_arn: arn.into(), ..Default::default() }
}

#[tokio::test]
async fn a_new_provider_is_shown_as_it_was_made() {
    let plane = TestPlane::new().await;
    let input = CreateSAMLProviderInput { tags: Some(vec![tag("team", "blue")]), ..new("Okta") };
    let created = plane.root::<CreateSAMLProvider>(input).await.unwrap();
    assert_eq!(created.saml_provider_arn, Some(of("Okta")));
    assert_eq!(created.tags, Some(vec![tag("team", "blue")]));
    let shown = get(&plane, &of("Okta")).await;
    let uuid = shown.saml_provider_uuid.clone().unwrap();
    assert!(uuid.starts_with("SAMLSP") && uuid.len() >= 22, "{uuid}");
    let expected = GetSAMLProviderOutput {
        saml_provider_uuid: Some(uuid),
        saml_metadata_document: Some(metadata("https://idp.example.com/saml")),
        create_date: Some(plane.now()),
        valid_until: Some("2126-01-01T00:00:00Z".parse().unwrap()),
        tags: Some(vec![tag("team", "blue")]),
        assertion_encryption_mode: None,
        private_key_list: None,
    };
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn the_metadata_says_until_when_a_provider_is_good() {
    let plane = TestPlane::new().await;
    let document = metadata_with("https://idp.example.com", r#"validUntil="2027-02-03T04:05:06.7Z""#);
    let input = CreateSAMLProviderInput { saml_metadata_document: document, ..new("idp") };
    plane.root::<CreateSAMLProvider>(input).await.unwrap();
    let until = get(&plane, &of("idp")).await.valid_until.unwrap();
    assert_eq!(until.to_string(), "2027-02-03T04:05:06Z");

    plane.advance(60);
    let document = metadata("https://other.example.com");
    let input =
        UpdateSAMLProviderInput { saml_metadata_document: Some(document.clone()), ..updated(&of("idp")) };
    let output = plane.root::<UpdateSAMLProvider>(input).await.unwrap();
    assert_eq!(output.saml_provider_arn, Some(of("idp")));
    let shown = get(&plane, &of("idp")).await;
    assert_eq!(shown.saml_metadata_document, Some(document));
    assert_eq!(shown.valid_until.unwrap().to_string(), "2126-01-01T00:01:00Z");
    assert_eq!(shown.create_date.unwrap().to_string(), "2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn names_are_unique_in_whatever_case() {
    let plane = TestPlane::new().await;
    create(&plane, "Okta").await;
    let refusal = refused::<CreateSAMLProvider>(&plane, new("okta")).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "Provider with name okta already exists.");
    // An ARN is compared letter by letter.
    refused::<GetSAMLProvider>(&plane, shown(&of("okta"))).await.is("NoSuchEntity", "Manifest not found");
}

#[tokio::test]
async fn constraints_of_the_model_come_first() {
    let plane = TestPlane::new().await;
    for (input, part) in [
        (new("a b"), "[\\w._-]+"),
        (new(""), "at 'name' failed to satisfy constraint: Member must have length"),
        (CreateSAMLProviderInput { saml_metadata_document: "<a/>".into(), ..new("idp") }, "1000"),
    ] {
        refused::<CreateSAMLProvider>(&plane, input).await.is("ValidationError", part);
    }
}

#[tokio::test]
async fn what_is_no_metadata_is_refused() {
    let plane = TestPlane::new().await;
    create(&plane, "idp").await;
    let good = metadata("https://idp.example.com");
    let long = |text: &str| format!("{text}<!--{}-->", " ".repeat(1000));
    let laughs = r#"<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><a>&b;</a>"#;
    for document in [
        "x".repeat(1000),
        long("<a/>"),
        long(laughs),
        long(r#"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#),
        "<a>".repeat(100_000),
        good.replace("IDPSSODescriptor", "SPSSODescriptor"),
        good.replace("MII", "AAA"),
        good.replace("https://idp.example.com/sso", "javascript:alert(1)"),
        good.replace("UTF-8", "UTF-16"),
        good.replace("</md:IDPSSODescriptor>", ""),
        format!("{good}{}", " ".repeat(saml::MAX_BYTES)),
    ] {
        let input = CreateSAMLProviderInput { saml_metadata_document: document.clone(), ..new("other") };
        let refusal = refused::<CreateSAMLProvider>(&plane, input).await;
        assert_refused(refusal, "InvalidInput", 400, NOT_PARSED);
        let input = UpdateSAMLProviderInput { saml_metadata_document: Some(document), ..updated(&of("idp")) };
        let refusal = refused::<UpdateSAMLProvider>(&plane, input).await;
        assert_refused(refusal, "InvalidInput", 400, NOT_PARSED);
    }
    let shown = get(&plane, &of("idp")).await;
    assert_eq!(shown.saml_metadata_document, Some(metadata("https://idp.example.com/saml")));
}

#[tokio::test]
async fn metadata_and_keys_are_read_before_others_are_kept_from_writing() {
    let directory = tempfile::tempdir().unwrap();
    let plane = TestPlane::on(&Location::Sqlite(directory.path().join("store.sqlite"))).await;
    let idp = create(&plane, "idp").await;
    let (document, key) = ("x".repeat(1000), "x".to_owned());
    // Whoever had to wait for this writer would be asked to come back later.
    let writer = plane.plane.store.write().await.unwrap();
    let input = CreateSAMLProviderInput { saml_metadata_document: document.clone(), ..new("other") };
    refused::<CreateSAMLProvider>(&plane, input).await.is("InvalidInput", NOT_PARSED);
    let input = CreateSAMLProviderInput { add_private_key: Some(key.clone().into()), ..new("other") };
    refused::<CreateSAMLProvider>(&plane, input).await.is("InvalidInput", "unrecognized format");
    let input = UpdateSAMLProviderInput { saml_metadata_document: Some(document), ..updated(&idp) };
    refused::<UpdateSAMLProvider>(&plane, input).await.is("InvalidInput", NOT_PARSED);
    let input = UpdateSAMLProviderInput { add_private_key: Some(key.into()), ..updated(&idp) };
    refused::<UpdateSAMLProvider>(&plane, input).await.is("InvalidInput", "unrecognized format");
    drop(writer);
}

#[tokio::test]
async fn an_account_has_a_hundred_providers_at_most() {
    let plane = TestPlane::new().await;
    in_store(&plane, async |tx| {
        for number in 0..99 {
            let provider = SamlProvider {
                account_id: plane.account,
                id: UniqueId::new(IdKind::SamlProvider, &*plane.plane.random),
                name: SamlProviderName::parse(&format!("idp-{number}")).unwrap(),
                created_at: plane.now(),
                valid_until: plane.now(),
                assertion_encryption_mode: None,
                tags: vec![],
            };
            store::saml_provider::insert(tx, &provider, "").await.unwrap();
        }
    })
    .await;
    create(&plane, "last").await;
    let refusal = refused::<CreateSAMLProvider>(&plane, new("one-more")).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for SAMLProvidersPerAccount: 100");
    let list = plane.root::<ListSAMLProviders>(ListSAMLProvidersInput).await.unwrap();
    let list = list.saml_provider_list.unwrap();
    assert_eq!(list.len(), 100);
    assert_eq!(list[0].arn, Some(of("idp-0")));
    assert_eq!(list[99].arn, Some(of("last")));
    assert_eq!((list[99].create_date, list[99].valid_until.is_some()), (Some(plane.now()), true));
}

#[tokio::test]
async fn private_keys_come_and_go() {
    let plane = TestPlane::new().await;
    let input = CreateSAMLProviderInput {
        add_private_key: Some(KEY.clone().into()),
        assertion_encryption_mode: Some(AssertionEncryptionModeType::Required),
        ..new("idp")
    };
    plane.root::<CreateSAMLProvider>(input).await.unwrap();
    let idp = of("idp");
    let shown = get(&plane, &idp).await;
    assert_eq!(shown.assertion_encryption_mode, Some(AssertionEncryptionModeType::Required));
    let [first] = shown.private_key_list.unwrap().try_into().unwrap();
    assert_eq!(first.timestamp, Some(plane.now()));
    let first = first.key_id.unwrap();

    // The only key goes when assertions may be in the clear, and not before.
    let refusal = refused::<UpdateSAMLProvider>(&plane, without_key(&idp, &first)).await;
    let message = "A private key is needed when the assertion encryption mode is Required.";
    assert_refused(refusal, "InvalidInput", 400, message);
    plane.advance(1);
    plane.root::<UpdateSAMLProvider>(with_key(&idp)).await.unwrap();
    let keys = get(&plane, &idp).await.private_key_list.unwrap();
    assert_eq!((keys.len(), keys[0].key_id.as_ref()), (2, Some(&first)));
    let refusal = refused::<UpdateSAMLProvider>(&plane, with_key(&idp)).await;
    let message = "Cannot exceed quota for PrivateKeysPerSAMLProvider: 2";
    assert_refused(refusal, "LimitExceeded", 409, message);
    let both = UpdateSAMLProviderInput { remove_private_key: Some(first.clone()), ..with_key(&idp) };
    refused::<UpdateSAMLProvider>(&plane, both).await.is("InvalidInput", "same request");

    plane.root::<UpdateSAMLProvider>(without_key(&idp, &first)).await.unwrap();
    let refusal = refused::<UpdateSAMLProvider>(&plane, without_key(&idp, &first)).await;
    let message = format!("The private key with id {first} cannot be found.");
    assert_refused(refusal, "NoSuchEntity", 404, &message);
    let allowed = UpdateSAMLProviderInput {
        assertion_encryption_mode: Some(AssertionEncryptionModeType::Allowed),
        ..updated(&idp)
    };
    plane.root::<UpdateSAMLProvider>(allowed).await.unwrap();
    let [second] = get(&plane, &idp).await.private_key_list.unwrap().try_into().unwrap();
    plane.root::<UpdateSAMLProvider>(without_key(&idp, &second.key_id.unwrap())).await.unwrap();
    assert_eq!(get(&plane, &idp).await.private_key_list, None);
}

#[tokio::test]
async fn a_key_of_another_provider_is_not_removed() {
    let plane = TestPlane::new().await;
    let (one, two) = (create(&plane, "one").await, create(&plane, "two").await);
    plane.root::<UpdateSAMLProvider>(with_key(&one)).await.unwrap();
    let key = get(&plane, &one).await.private_key_list.unwrap()[0].key_id.clone().unwrap();
    refused::<UpdateSAMLProvider>(&plane, without_key(&two, &key)).await.is("NoSuchEntity", &key);
    plane.root::<DeleteSAMLProvider>(deleted(&one)).await.unwrap();
    let report = plane.plane.store.check(Some(&plane.plane.sealer)).await.unwrap();
    assert!(report.rows.contains(&("iam_saml_private_key", 0)), "keys go with their provider: {report:?}");
    assert_eq!(report.findings, vec![]);
}

#[tokio::test]
async fn what_is_no_private_key_is_refused() {
    let plane = TestPlane::new().await;
    let idp = create(&plane, "idp").await;
    let encrypted = KEY.replace("PRIVATE", "ENCRYPTED PRIVATE");
    // One that signs opens nothing.
    for pem in ["x", LEAF_KEY, &encrypted, KEY.get(..KEY.len() / 2).unwrap()] {
        let input = UpdateSAMLProviderInput { add_private_key: Some(pem.to_owned().into()), ..updated(&idp) };
        let refusal = refused::<UpdateSAMLProvider>(&plane, input).await;
        assert_refused(refusal, "InvalidInput", 400, "Private key was in an unrecognized format.");
    }
    let required = Some(AssertionEncryptionModeType::Required);
    let input = CreateSAMLProviderInput { assertion_encryption_mode: required, ..new("without-key") };
    refused::<CreateSAMLProvider>(&plane, input).await.is("InvalidInput", "A private key is needed");
    refused::<GetSAMLProvider>(&plane, shown(&of("without-key"))).await.is("NoSuchEntity", "without-key");
}

#[tokio::test]
async fn providers_that_do_not_exist() {
    let plane = TestPlane::new().await;
    let ghost = of("ghost");
    let all = [
        refused::<GetSAMLProvider>(&plane, shown(&ghost)).await,
        refused::<UpdateSAMLProvider>(&plane, updated(&ghost)).await,
        refused::<DeleteSAMLProvider>(&plane, deleted(&ghost)).await,
        refused::<TagSAMLProvider>(&plane, tagged(&ghost, vec![tag("a", "b")])).await,
        refused::<UntagSAMLProvider>(&plane, untagged(&ghost, &["a"])).await,
        refused::<ListSAMLProviderTags>(&plane, tags_of(&ghost)).await,
    ];
    for refusal in all {
        let message = format!("Manifest not found for arn {ghost}");
        assert_refused(refusal, "NoSuchEntity", 404, &message);
    }
    for wrong in [arn("role/ghost-of-a-role"), "nothing like an ARN at all".into()] {
        let refusal = refused::<GetSAMLProvider>(&plane, shown(&wrong)).await;
        assert_refused(refusal, "InvalidInput", 400, &format!("ARN {wrong} is not valid."));
    }
    create(&plane, "idp").await;
    let other = "arn:aws:iam::999999999999:saml-provider/idp";
    refused::<DeleteSAMLProvider>(&plane, deleted(other)).await.is("AccessDenied", other);
}

#[tokio::test]
async fn who_is_allowed_nothing_is_denied() {
    let plane = TestPlane::new().await;
    let idp = create(&plane, "idp").await;
    let resource = "saml-provider/idp";
    assert_denied::<CreateSAMLProvider>(&plane, new("idp"), resource).await;
    assert_denied::<GetSAMLProvider>(&plane, shown(&idp), resource).await;
    assert_denied::<UpdateSAMLProvider>(&plane, updated(&idp), resource).await;
    assert_denied::<DeleteSAMLProvider>(&plane, deleted(&idp), resource).await;
    assert_denied::<TagSAMLProvider>(&plane, tagged(&idp, vec![]), resource).await;
    assert_denied::<UntagSAMLProvider>(&plane, untagged(&idp, &[]), resource).await;
    assert_denied::<ListSAMLProviderTags>(&plane, tags_of(&idp), resource).await;
    assert_denied_on_all::<ListSAMLProviders>(&plane, ListSAMLProvidersInput).await;
    let policy = document(&format!(
        r#"{{"Effect":"Allow","Action":["iam:CreateSAMLProvider","iam:*SAMLProvider*"],"Resource":["{}","*"]}}"#,
        of("*")
    ));
    user_with_policy(&plane, "alice", &policy).await;
    plane.user::<CreateSAMLProvider>("alice", new("hers")).await.unwrap();
    plane.user::<ListSAMLProviders>("alice", ListSAMLProvidersInput).await.unwrap();
    plane.user::<DeleteSAMLProvider>("alice", deleted(&of("hers"))).await.unwrap();
}

#[tokio::test]
async fn policies_see_tags() {
    let plane = TestPlane::new().await;
    let idp = create(&plane, "idp").await;
    plane.root::<TagSAMLProvider>(tagged(&idp, vec![tag("team", "blue")])).await.unwrap();
    let is = |key: &str| format!(r#"{{"StringEquals":{{"{key}":"blue"}}}}"#);
    user_with_policy(&plane, "blue", &allow_if("iam:GetSAMLProvider", &is("aws:ResourceTag/team"))).await;
    plane.user::<GetSAMLProvider>("blue", shown(&idp)).await.unwrap();
    create(&plane, "other").await;
    let action = "iam:GetSAMLProvider";
    assert_denied_on::<GetSAMLProvider>(&plane, "blue", shown(&of("other")), action, "saml-provider/other")
        .await;

    // To make one with tags takes the permission to tag, and both see the tags.
    let create_only = allow_if("iam:CreateSAMLProvider", &is("aws:RequestTag/team"));
    user_with_policy(&plane, "maker", &create_only).await;
    let with_tags = CreateSAMLProviderInput { tags: Some(vec![tag("team", "blue")]), ..new("made") };
    let action = "iam:TagSAMLProvider";
    assert_denied_on::<CreateSAMLProvider>(&plane, "maker", with_tags.clone(), action, "saml-provider/made")
        .await;
    user_with_policy(&plane, "tagger", &allow_if("iam:*SAMLProvider", &is("aws:RequestTag/team"))).await;
    plane.user::<CreateSAMLProvider>("tagger", with_tags).await.unwrap();
    let keys = r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}"#;
    user_with_policy(&plane, "untagger", &allow_if("iam:UntagSAMLProvider", keys)).await;
    plane.user::<UntagSAMLProvider>("untagger", untagged(&idp, &["team"])).await.unwrap();
    let action = "iam:UntagSAMLProvider";
    let input = untagged(&idp, &["team", "cost"]);
    assert_denied_on::<UntagSAMLProvider>(&plane, "untagger", input, action, "saml-provider/idp").await;
}

#[tokio::test]
async fn tags_come_go_and_are_counted() {
    let plane = TestPlane::new().await;
    let idp = create(&plane, "idp").await;
    let tags = (0..50).map(|number| tag(&format!("{number:02}"), "")).collect();
    plane.root::<TagSAMLProvider>(tagged(&idp, tags)).await.unwrap();
    let refusal = refused::<TagSAMLProvider>(&plane, tagged(&idp, vec![tag("more", "")])).await;
    assert_refused(refusal, "LimitExceeded", 409, "The number of tags has reached the maximum limit.");
    let aws = refused::<TagSAMLProvider>(&plane, tagged(&idp, vec![tag("aws:x", "")])).await;
    aws.is("InvalidInput", "aws: prefixed");
    let page = |marker| ListSAMLProviderTagsInput { marker, max_items: Some(30), ..tags_of(&idp) };
    let first = plane.root::<ListSAMLProviderTags>(page(None)).await.unwrap();
    assert_eq!((first.tags.len(), first.is_truncated), (30, Some(true)));
    // What goes in between moves nothing.
    plane.root::<UntagSAMLProvider>(untagged(&idp, &["00", "30"])).await.unwrap();
    let second = plane.root::<ListSAMLProviderTags>(page(first.marker)).await.unwrap();
    assert_eq!((second.tags.len(), second.is_truncated), (19, Some(false)));
    assert_eq!(second.tags[0], tag("31", ""));
    // Keys are compared with case.
    let tags = vec![tag("Team", "a"), tag("team", "b")];
    plane.root::<TagSAMLProvider>(tagged(&idp, tags)).await.unwrap();
    assert_eq!(get(&plane, &idp).await.tags.unwrap().len(), 50);
    refused::<ListSAMLProviderTags>(
        &plane,
        ListSAMLProviderTagsInput { marker: Some("x".into()), ..tags_of(&idp) },
    )
    .await
    .is("ValidationError", "Invalid Marker.");
}
