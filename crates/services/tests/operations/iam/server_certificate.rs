//! Server certificates: what is uploaded, renamed, listed, and never shown again.

use crate::{
    certificates::{LEAF, LEAF_KEY, ROOT},
    plane::TestPlane,
    support::{
        allow, allow_if, arn, assert_denied, assert_denied_on, assert_denied_on_all, assert_refused,
        document, in_store, refused, user_with_policy,
    },
};
use domain::{IdKind, Path, ServerCertificate, ServerCertificateName, UniqueId};
use rcgen::{CertificateParams, KeyPair};
use shapes::iam::{
    DeleteServerCertificate, DeleteServerCertificateInput, GetServerCertificate, GetServerCertificateInput,
    ListServerCertificateTags, ListServerCertificateTagsInput, ListServerCertificates,
    ListServerCertificatesInput, TagServerCertificate, TagServerCertificateInput, UntagServerCertificate,
    UntagServerCertificateInput, UpdateServerCertificate, UpdateServerCertificateInput,
    UploadServerCertificate, UploadServerCertificateInput, types,
};
use store::server_certificate::Pem;

fn new(name: &str) -> UploadServerCertificateInput {
    UploadServerCertificateInput {
        server_certificate_name: name.into(),
        certificate_body: LEAF.into(),
        private_key: LEAF_KEY.to_owned().into(),
        ..Default::default()
    }
}

fn at(path: &str, name: &str) -> UploadServerCertificateInput {
    UploadServerCertificateInput { path: Some(path.into()), ..new(name) }
}

async fn upload(plane: &TestPlane, input: UploadServerCertificateInput) -> types::ServerCertificateMetadata {
    let output = plane.root::<UploadServerCertificate>(input).await.unwrap();
    output.server_certificate_metadata.unwrap()
}

fn shown(name: &str) -> GetServerCertificateInput {
    GetServerCertificateInput { server_certificate_name: name.into() }
}

async fn get(plane: &TestPlane, name: &str) -> types::ServerCertificate {
    plane.root::<GetServerCertificate>(shown(name)).await.unwrap().server_certificate
}

fn deleted(name: &str) -> DeleteServerCertificateInput {
    DeleteServerCertificateInput { server_certificate_name: name.into() }
}

fn renamed(name: &str, new_name: Option<&str>, new_path: Option<&str>) -> UpdateServerCertificateInput {
    UpdateServerCertificateInput {
        server_certificate_name: name.into(),
        new_server_certificate_name: new_name.map(Into::into),
        new_path: new_path.map(Into::into),
    }
}

fn tag(key: &str, value: &str) -> types::Tag {
    types::Tag { key: key.into(), value: value.into() }
}

fn tagged(name: &str, tags: Vec<types::Tag>) -> TagServerCertificateInput {
    TagServerCertificateInput { server_certificate_name: name.into(), tags }
}

fn untagged(name: &str, keys: &[&str]) -> UntagServerCertificateInput {
    let tag_keys = keys.iter().map(|key| (*key).to_owned()).collect();
    UntagServerCertificateInput { server_certificate_name: name.into(), tag_keys }
}

fn tags_of(name: &str) -> ListServerCertificateTagsInput {
    ListServerCertificateTagsInput { server_certificate_name: name.into(), ..Default::default() }
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_its_key() {
    let plane = TestPlane::new().await;
    let input = UploadServerCertificateInput {
        certificate_chain: Some(ROOT.into()),
        tags: Some(vec![tag("team", "blue")]),
        ..at("/cloudfront/test/", "Web")
    };
    let output = plane.root::<UploadServerCertificate>(input).await.unwrap();
    let metadata = output.server_certificate_metadata.unwrap();
    let expected = types::ServerCertificateMetadata {
        path: "/cloudfront/test/".into(),
        server_certificate_name: "Web".into(),
        server_certificate_id: metadata.server_certificate_id.clone(),
        arn: arn("server-certificate/cloudfront/test/Web"),
        upload_date: Some(plane.now()),
        expiration: Some("2124-01-01T00:00:00Z".parse().unwrap()),
    };
    assert_eq!(metadata, expected);
    assert!(metadata.server_certificate_id.starts_with("ASCA"));
    assert_eq!(output.tags, Some(vec![tag("team", "blue")]));
    let expected = types::ServerCertificate {
        server_certificate_metadata: expected,
        certificate_body: LEAF.into(),
        certificate_chain: Some(ROOT.into()),
        tags: Some(vec![tag("team", "blue")]),
    };
    assert_eq!(get(&plane, "web").await, expected);
}

#[tokio::test]
async fn keys_and_certificates_must_fit() {
    let plane = TestPlane::new().await;
    let other = KeyPair::generate().unwrap();
    let own = |not_before: i32, not_after: i32| {
        let mut params = CertificateParams::default();
        params.not_before = rcgen::date_time_ymd(not_before, 1, 1);
        params.not_after = rcgen::date_time_ymd(not_after, 1, 1);
        let certificate = params.self_signed(&other).unwrap().pem();
        UploadServerCertificateInput {
            certificate_body: certificate,
            private_key: other.serialize_pem().into(),
            ..new("web")
        }
    };
    let body = |text: &str| UploadServerCertificateInput { certificate_body: text.into(), ..new("web") };
    let key = |text: &str| UploadServerCertificateInput { private_key: text.to_owned().into(), ..new("web") };
    let chain =
        |text: &str| UploadServerCertificateInput { certificate_chain: Some(text.into()), ..new("web") };
    let mut answers = Vec::new();
    for input in [
        body("x"),
        body(LEAF_KEY),
        body(&format!("{LEAF}{ROOT}")),
        body(&format!("{LEAF}{LEAF_KEY}")),
        body(&LEAF.replace("MII", "MIJ")),
        key("x"),
        key(LEAF),
        key(&LEAF_KEY.replace("PRIVATE", "ENCRYPTED PRIVATE")),
        key(&other.serialize_pem()),
        body(ROOT),
        own(2027, 2030),
        own(2020, 2025),
        chain("x"),
        chain(LEAF_KEY),
        chain(LEAF),
        chain(&format!("{ROOT}{LEAF}")),
    ] {
        let refusal = refused::<UploadServerCertificate>(&plane, input).await;
        answers.push(format!("{} {} {}", refusal.code, refusal.status, refusal.message));
    }
    insta::assert_snapshot!(answers.join("\n"), @"
    MalformedCertificate 400 Unable to parse certificate. Please ensure the certificate is in PEM format.
    MalformedCertificate 400 Unable to parse certificate. Please ensure the certificate is in PEM format.
    MalformedCertificate 400 Unable to parse certificate. Please ensure the certificate is in PEM format.
    MalformedCertificate 400 Unable to parse certificate. Please ensure the certificate is in PEM format.
    MalformedCertificate 400 Unable to parse certificate. Please ensure the certificate is in PEM format.
    MalformedCertificate 400 Private key was in an unrecognized format.
    MalformedCertificate 400 Private key was in an unrecognized format.
    MalformedCertificate 400 Private key was in an unrecognized format.
    KeyPairMismatch 400 The private key does not match the public key of the certificate.
    KeyPairMismatch 400 The private key does not match the public key of the certificate.
    MalformedCertificate 400 The certificate is not valid yet.
    MalformedCertificate 400 The certificate has expired.
    MalformedCertificate 400 Unable to parse certificate chain. Please ensure the certificate chain is in PEM format.
    MalformedCertificate 400 Unable to parse certificate chain. Please ensure the certificate chain is in PEM format.
    MalformedCertificate 400 Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: 0
    MalformedCertificate 400 Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: 1
    ");
    plane.root::<UploadServerCertificate>(own(2020, 2030)).await.unwrap();
    assert_eq!(get(&plane, "web").await.certificate_chain, None);
}

#[tokio::test]
async fn a_chain_of_ten_is_verified_before_others_are_kept_from_writing() {
    let plane = TestPlane::new().await;
    let chain =
        |count| UploadServerCertificateInput { certificate_chain: Some(ROOT.repeat(count)), ..new("web") };
    // Whoever had to wait for this writer would be asked to come back later.
    let writer = plane.plane.store.write().await.unwrap();
    let refusal = refused::<UploadServerCertificate>(&plane, chain(11)).await;
    refusal.is("MalformedCertificate", "Unable to parse certificate chain");
    drop(writer);
    plane.root::<UploadServerCertificate>(chain(10)).await.unwrap();
}

#[tokio::test]
async fn constraints_of_the_model_come_first() {
    let plane = TestPlane::new().await;
    let huge = UploadServerCertificateInput { certificate_body: LEAF.repeat(50), ..new("web") };
    refused::<UploadServerCertificate>(&plane, huge).await.is("ValidationError", "16384");
    let odd = UploadServerCertificateInput { certificate_body: "証明書".into(), ..new("web") };
    refused::<UploadServerCertificate>(&plane, odd).await.is("ValidationError", "certificateBody");
    refused::<UploadServerCertificate>(&plane, new("a/b"))
        .await
        .is("ValidationError", "serverCertificateName");
    refused::<UploadServerCertificate>(&plane, at("/a//b/", "web")).await.is("ValidationError", "path");
}

#[tokio::test]
async fn names_are_unique_in_whatever_case() {
    let plane = TestPlane::new().await;
    upload(&plane, new("Web")).await;
    let refusal = refused::<UploadServerCertificate>(&plane, at("/other/", "WEB")).await;
    let message = "The Server Certificate with name WEB already exists.";
    assert_refused(refusal, "EntityAlreadyExists", 409, message);
    upload(&plane, new("api")).await;
    let refusal = refused::<UpdateServerCertificate>(&plane, renamed("api", Some("web"), None)).await;
    let message = "The Server Certificate with name web already exists.";
    assert_refused(refusal, "EntityAlreadyExists", 409, message);
}

#[tokio::test]
async fn an_account_has_twenty_at_most() {
    let plane = TestPlane::new().await;
    in_store(&plane, async |tx| {
        for number in 0..19 {
            let certificate = ServerCertificate {
                account_id: plane.account,
                id: UniqueId::new(IdKind::ServerCertificate, &*plane.plane.random),
                name: ServerCertificateName::parse(&format!("c-{number}")).unwrap(),
                path: Path::default(),
                uploaded_at: plane.now(),
                expires_at: plane.now(),
                tags: vec![],
            };
            let pem = Pem { body: "body".into(), chain: None };
            store::server_certificate::insert(tx, &plane.plane.sealer, &certificate, &pem, "key")
                .await
                .unwrap();
        }
    })
    .await;
    upload(&plane, new("last")).await;
    let refusal = refused::<UploadServerCertificate>(&plane, new("one-more")).await;
    let message = "Cannot exceed quota for ServerCertificatesPerAccount: 20";
    assert_refused(refusal, "LimitExceeded", 409, message);
}

#[tokio::test]
async fn a_certificate_is_renamed_and_moved() {
    let plane = TestPlane::new().await;
    let before = upload(&plane, new("web")).await;
    plane.root::<UpdateServerCertificate>(renamed("web", Some("WEB"), None)).await.unwrap();
    plane.root::<UpdateServerCertificate>(renamed("web", None, Some("/a/"))).await.unwrap();
    plane.root::<UpdateServerCertificate>(renamed("web", Some("api"), None)).await.unwrap();
    let after = get(&plane, "api").await.server_certificate_metadata;
    let expected = types::ServerCertificateMetadata {
        path: "/a/".into(),
        server_certificate_name: "api".into(),
        arn: arn("server-certificate/a/api"),
        ..before
    };
    assert_eq!(after, expected);
    refused::<GetServerCertificate>(&plane, shown("web")).await.is("NoSuchEntity", "web");
    let report = plane.plane.store.check(Some(&plane.plane.sealer)).await.unwrap();
    assert_eq!(report.findings, vec![], "the private key opens as before");
}

#[tokio::test]
async fn certificates_are_listed_by_path_and_in_pages() {
    let plane = TestPlane::new().await;
    for (path, name) in [("/", "d"), ("/a/", "B"), ("/a/b/", "a"), ("/", "C")] {
        upload(&plane, at(path, name)).await;
    }
    let list = async |prefix: Option<&str>, marker, max_items| {
        let input = ListServerCertificatesInput { path_prefix: prefix.map(Into::into), marker, max_items };
        let output = plane.root::<ListServerCertificates>(input).await.unwrap();
        let names = output.server_certificate_metadata_list.into_iter();
        let names: Vec<_> = names.map(|metadata| metadata.server_certificate_name).collect();
        (names, output.is_truncated, output.marker)
    };
    assert_eq!(
        list(None, None, None).await,
        (vec!["a".into(), "B".into(), "C".into(), "d".into()], Some(false), None)
    );
    assert_eq!(list(Some("/a/"), None, None).await.0, ["a", "B"]);
    let (first, more, marker) = list(None, None, Some(2)).await;
    assert_eq!((first, more), (vec!["a".into(), "B".into()], Some(true)));
    // What comes and goes in between moves nothing.
    plane.root::<DeleteServerCertificate>(deleted("a")).await.unwrap();
    upload(&plane, new("aa")).await;
    assert_eq!(list(None, marker, Some(2)).await, (vec!["C".into(), "d".into()], Some(false), None));
}

#[tokio::test]
async fn certificates_that_do_not_exist() {
    let plane = TestPlane::new().await;
    let all = [
        refused::<GetServerCertificate>(&plane, shown("ghost")).await,
        refused::<UpdateServerCertificate>(&plane, renamed("ghost", Some("a"), None)).await,
        refused::<DeleteServerCertificate>(&plane, deleted("ghost")).await,
        refused::<TagServerCertificate>(&plane, tagged("ghost", vec![tag("a", "b")])).await,
        refused::<UntagServerCertificate>(&plane, untagged("ghost", &["a"])).await,
        refused::<ListServerCertificateTags>(&plane, tags_of("ghost")).await,
    ];
    for refusal in all {
        let message = "The Server Certificate with name ghost cannot be found.";
        assert_refused(refusal, "NoSuchEntity", 404, message);
    }
}

#[tokio::test]
async fn who_is_allowed_nothing_is_denied() {
    let plane = TestPlane::new().await;
    upload(&plane, at("/a/", "web")).await;
    let resource = "server-certificate/a/web";
    assert_denied::<UploadServerCertificate>(&plane, at("/a/", "web"), resource).await;
    assert_denied::<GetServerCertificate>(&plane, shown("web"), resource).await;
    assert_denied::<GetServerCertificate>(&plane, shown("ghost"), "server-certificate/ghost").await;
    assert_denied::<UpdateServerCertificate>(&plane, renamed("web", None, None), resource).await;
    assert_denied::<DeleteServerCertificate>(&plane, deleted("web"), resource).await;
    assert_denied::<TagServerCertificate>(&plane, tagged("web", vec![]), resource).await;
    assert_denied::<UntagServerCertificate>(&plane, untagged("web", &[]), resource).await;
    assert_denied::<ListServerCertificateTags>(&plane, tags_of("web"), resource).await;
    assert_denied_on_all::<ListServerCertificates>(&plane, ListServerCertificatesInput::default()).await;
    let policy = allow("iam:*ServerCertificate", &arn("server-certificate/b/*"));
    user_with_policy(&plane, "alice", &policy).await;
    plane.user::<UploadServerCertificate>("alice", at("/b/", "hers")).await.unwrap();
    plane.user::<GetServerCertificate>("alice", shown("hers")).await.unwrap();
}

#[tokio::test]
async fn a_new_name_takes_permission_on_both() {
    let plane = TestPlane::new().await;
    upload(&plane, new("old")).await;
    let on = |name: &str| arn(&format!("server-certificate/{name}"));
    user_with_policy(&plane, "half", &allow("iam:UpdateServerCertificate", &on("old"))).await;
    let (action, input) = ("iam:UpdateServerCertificate", renamed("old", Some("new"), None));
    let resource = "server-certificate/new";
    assert_denied_on::<UpdateServerCertificate>(&plane, "half", input.clone(), action, resource).await;
    let both = document(&format!(
        r#"{{"Effect":"Allow","Action":"{action}","Resource":["{}","{}"]}}"#,
        on("old"),
        on("new")
    ));
    user_with_policy(&plane, "whole", &both).await;
    plane.user::<UpdateServerCertificate>("whole", input).await.unwrap();
}

#[tokio::test]
async fn policies_see_tags() {
    let plane = TestPlane::new().await;
    upload(&plane, new("web")).await;
    plane.root::<TagServerCertificate>(tagged("web", vec![tag("team", "blue")])).await.unwrap();
    let is = |key: &str| format!(r#"{{"StringEquals":{{"{key}":"blue"}}}}"#);
    let policy = allow_if("iam:DeleteServerCertificate", &is("aws:ResourceTag/team"));
    user_with_policy(&plane, "blue", &policy).await;
    upload(&plane, new("api")).await;
    let (action, resource) = ("iam:DeleteServerCertificate", "server-certificate/api");
    assert_denied_on::<DeleteServerCertificate>(&plane, "blue", deleted("api"), action, resource).await;
    plane.user::<DeleteServerCertificate>("blue", deleted("web")).await.unwrap();

    let policy = allow_if("iam:UploadServerCertificate", &is("aws:RequestTag/team"));
    user_with_policy(&plane, "maker", &policy).await;
    let input = UploadServerCertificateInput { tags: Some(vec![tag("team", "blue")]), ..new("made") };
    let (action, resource) = ("iam:TagServerCertificate", "server-certificate/made");
    assert_denied_on::<UploadServerCertificate>(&plane, "maker", input, action, resource).await;
}

#[tokio::test]
async fn tags_come_go_and_are_listed_in_pages() {
    let plane = TestPlane::new().await;
    upload(&plane, new("web")).await;
    let tags = (0..50).map(|number| tag(&format!("{number:02}"), "")).collect();
    plane.root::<TagServerCertificate>(tagged("web", tags)).await.unwrap();
    let more = refused::<TagServerCertificate>(&plane, tagged("web", vec![tag("more", "")])).await;
    more.is("LimitExceeded", "maximum limit");
    plane.root::<UntagServerCertificate>(untagged("web", &["00", "none"])).await.unwrap();
    let page = |marker| ListServerCertificateTagsInput { marker, max_items: Some(48), ..tags_of("web") };
    let first = plane.root::<ListServerCertificateTags>(page(None)).await.unwrap();
    let second = plane.root::<ListServerCertificateTags>(page(first.marker)).await.unwrap();
    assert_eq!((first.tags.len(), second.tags), (48, vec![tag("49", "")]));
}
