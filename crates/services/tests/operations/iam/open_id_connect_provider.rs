//! OpenID Connect providers: URLs, client ids, thumbprints given and fetched, tags.

use crate::{
    certificates::{LEAF, LEAF_KEY, ROOT},
    plane::TestPlane,
    support::{
        allow_if, arn, assert_denied, assert_denied_on, assert_denied_on_all, assert_refused, in_store,
        refused, user_with_policy,
    },
};
use domain::{OpenIdConnectProvider, ProviderUrl};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use services::OutboundSettings;
use shapes::iam::{
    AddClientIDToOpenIDConnectProvider, AddClientIDToOpenIDConnectProviderInput, CreateOpenIDConnectProvider,
    CreateOpenIDConnectProviderInput, DeleteOpenIDConnectProvider, DeleteOpenIDConnectProviderInput,
    GetOpenIDConnectProvider, GetOpenIDConnectProviderInput, GetOpenIDConnectProviderOutput,
    ListOpenIDConnectProviderTags, ListOpenIDConnectProviderTagsInput, ListOpenIDConnectProviders,
    ListOpenIDConnectProvidersInput, RemoveClientIDFromOpenIDConnectProvider,
    RemoveClientIDFromOpenIDConnectProviderInput, TagOpenIDConnectProvider, TagOpenIDConnectProviderInput,
    UntagOpenIDConnectProvider, UntagOpenIDConnectProviderInput, UpdateOpenIDConnectProviderThumbprint,
    UpdateOpenIDConnectProviderThumbprintInput, types,
};
use std::{sync::Arc, time::Duration};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// `openssl x509 -in pem/root.pem -fingerprint -sha1`
const ROOT_THUMBPRINT: &str = "904bbf1d5ed24efe2d53939ff9b4ccfb8f0a4fff";

fn thumbprint() -> String {
    "a".repeat(40)
}

fn new(url: &str) -> CreateOpenIDConnectProviderInput {
    CreateOpenIDConnectProviderInput {
        url: url.into(),
        thumbprint_list: Some(vec![thumbprint()]),
        ..Default::default()
    }
}

/// One whose thumbprint is to be fetched.
fn unknown(url: &str) -> CreateOpenIDConnectProviderInput {
    CreateOpenIDConnectProviderInput { thumbprint_list: None, ..new(url) }
}

fn of(url: &str) -> String {
    arn(&format!("oidc-provider/{url}"))
}

async fn create(plane: &TestPlane, url: &str) -> String {
    let created = plane.root::<CreateOpenIDConnectProvider>(new(url)).await.unwrap();
    created.open_id_connect_provider_arn.unwrap()
}

fn shown(arn: &str) -> GetOpenIDConnectProviderInput {
    GetOpenIDConnectProviderInput { open_id_connect_provider_arn: arn.into() }
}

async fn get(plane: &TestPlane, arn: &str) -> GetOpenIDConnectProviderOutput {
    plane.root::<GetOpenIDConnectProvider>(shown(arn)).await.unwrap()
}

fn deleted(arn: &str) -> DeleteOpenIDConnectProviderInput {
    DeleteOpenIDConnectProviderInput { open_id_connect_provider_arn: arn.into() }
}

fn adding(arn: &str, client: &str) -> AddClientIDToOpenIDConnectProviderInput {
    AddClientIDToOpenIDConnectProviderInput {
        open_id_connect_provider_arn: arn.into(),
        client_id: client.into(),
    }
}

fn removing(arn: &str, client: &str) -> RemoveClientIDFromOpenIDConnectProviderInput {
    RemoveClientIDFromOpenIDConnectProviderInput {
        open_id_connect_provider_arn: arn.into(),
        client_id: client.into(),
    }
}

fn pinned(arn: &str, thumbprints: Vec<String>) -> UpdateOpenIDConnectProviderThumbprintInput {
    UpdateOpenIDConnectProviderThumbprintInput {
        open_id_connect_provider_arn: arn.into(),
        thumbprint_list: thumbprints,
    }
}

fn tag(key: &str, value: &str) -> types::Tag {
    types::Tag { key: key.into(), value: value.into() }
}

fn tagged(arn: &str, tags: Vec<types::Tag>) -> TagOpenIDConnectProviderInput {
    TagOpenIDConnectProviderInput { open_id_connect_provider_arn: arn.into(), tags }
}

fn untagged(arn: &str, keys: &[&str]) -> UntagOpenIDConnectProviderInput {
    let tag_keys = keys.iter().map(|key| (*key).to_owned()).collect();
    UntagOpenIDConnectProviderInput { open_id_connect_provider_arn: arn.into(), tag_keys }
}

fn tags_of(arn: &str) -> ListOpenIDConnectProviderTagsInput {
    ListOpenIDConnectProviderTagsInput { open_id_connect_provider_arn: arn.into(), ..Default::default() }
}

#[tokio::test]
async fn a_new_provider_is_shown_as_it_was_made() {
    let plane = TestPlane::new().await;
    let input = CreateOpenIDConnectProviderInput {
        client_id_list: Some(vec!["sts.amazonaws.com".into(), "b".into(), "b".into()]),
        thumbprint_list: Some(vec!["A".repeat(40), "b".repeat(40), "a".repeat(40)]),
        tags: Some(vec![tag("team", "blue")]),
        ..new("https://OIDC.Example.com/id/ABC")
    };
    let created = plane.root::<CreateOpenIDConnectProvider>(input).await.unwrap();
    assert_eq!(created.open_id_connect_provider_arn, Some(of("oidc.example.com/id/ABC")));
    assert_eq!(created.tags, Some(vec![tag("team", "blue")]));
    let expected = GetOpenIDConnectProviderOutput {
        url: Some("oidc.example.com/id/ABC".into()),
        client_id_list: Some(vec!["sts.amazonaws.com".into(), "b".into()]),
        thumbprint_list: Some(vec!["a".repeat(40), "b".repeat(40)]),
        create_date: Some(plane.now()),
        tags: Some(vec![tag("team", "blue")]),
    };
    assert_eq!(get(&plane, &of("oidc.example.com/id/ABC")).await, expected);
}

#[tokio::test]
async fn urls_are_unique_letter_by_letter_but_for_the_host() {
    let plane = TestPlane::new().await;
    create(&plane, "https://example.com/a").await;
    create(&plane, "https://example.com/A").await;
    create(&plane, "https://example.com/a/").await;
    let refusal = refused::<CreateOpenIDConnectProvider>(&plane, new("https://EXAMPLE.com/a")).await;
    let message = "Provider with url https://example.com/a already exists.";
    assert_refused(refusal, "EntityAlreadyExists", 409, message);
    let list = plane.root::<ListOpenIDConnectProviders>(ListOpenIDConnectProvidersInput).await.unwrap();
    let arns: Vec<_> =
        list.open_id_connect_provider_list.unwrap().into_iter().filter_map(|entry| entry.arn).collect();
    assert_eq!(arns, [of("example.com/A"), of("example.com/a"), of("example.com/a/")]);
}

#[tokio::test]
async fn what_breaks_the_rules_is_refused() {
    let plane = TestPlane::new().await;
    let clients = |count: usize| CreateOpenIDConnectProviderInput {
        client_id_list: Some((0..count).map(|number| number.to_string()).collect()),
        ..new("https://example.com")
    };
    let thumbprints = |count: usize| CreateOpenIDConnectProviderInput {
        thumbprint_list: Some((0..count).map(|number| number.to_string().repeat(40)).collect()),
        ..new("https://example.com")
    };
    let same_tags = CreateOpenIDConnectProviderInput {
        tags: Some(vec![tag("a", ""), tag("a", "")]),
        ..new("https://example.com")
    };
    let short = CreateOpenIDConnectProviderInput {
        thumbprint_list: Some(vec!["a".repeat(39)]),
        ..new("https://example.com")
    };
    let mut answers = Vec::new();
    for input in [
        new("example.com"),
        new("http://example.com"),
        new("https://example.com:8443"),
        clients(101),
        thumbprints(6),
        short,
        same_tags,
    ] {
        let refusal = refused::<CreateOpenIDConnectProvider>(&plane, input).await;
        answers.push(format!("{} {} {}", refusal.code, refusal.status, refusal.message));
    }
    insta::assert_snapshot!(answers.join("\n"), @"
    ValidationError 400 Invalid Open ID Connect Provider URL
    InvalidInput 400 Invalid Open ID Connect Provider URL. The URL must begin with https://.
    InvalidInput 400 Invalid Open ID Connect Provider URL.
    LimitExceeded 409 Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100
    InvalidInput 400 Thumbprint list must contain fewer than 5 entries.
    ValidationError 400 1 validation error detected: Value '[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]' at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]
    InvalidInput 400 Duplicate tag keys found. Please note that Tag keys are case insensitive.
    ");
    let long = format!("https://{}.com", "a".repeat(250));
    refused::<CreateOpenIDConnectProvider>(&plane, new(&long)).await.is("ValidationError", "255");
    plane.root::<CreateOpenIDConnectProvider>(clients(100)).await.unwrap();
    let refusal =
        refused::<AddClientIDToOpenIDConnectProvider>(&plane, adding(&of("example.com"), "new")).await;
    let message = "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100";
    assert_refused(refusal, "LimitExceeded", 409, message);
}

#[tokio::test]
async fn an_account_has_a_hundred_providers_at_most() {
    let plane = TestPlane::new().await;
    in_store(&plane, async |tx| {
        for number in 0..99 {
            let provider = OpenIdConnectProvider {
                account_id: plane.account,
                url: ProviderUrl::parse(&format!("idp-{number}.example.com")).unwrap(),
                created_at: plane.now(),
                client_ids: vec![],
                thumbprints: vec![],
                tags: vec![],
            };
            store::open_id_connect_provider::insert(tx, &provider).await.unwrap();
        }
    })
    .await;
    create(&plane, "https://last.example.com").await;
    let refusal = refused::<CreateOpenIDConnectProvider>(&plane, new("https://more.example.com")).await;
    let message = "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100";
    assert_refused(refusal, "LimitExceeded", 409, message);
}

#[tokio::test]
async fn client_ids_and_thumbprints_change() {
    let plane = TestPlane::new().await;
    let idp = create(&plane, "https://example.com").await;
    for client in ["a", "b", "a"] {
        plane.root::<AddClientIDToOpenIDConnectProvider>(adding(&idp, client)).await.unwrap();
    }
    assert_eq!(get(&plane, &idp).await.client_id_list.unwrap(), ["a", "b"]);
    for client in ["a", "a", "c"] {
        plane.root::<RemoveClientIDFromOpenIDConnectProvider>(removing(&idp, client)).await.unwrap();
    }
    assert_eq!(get(&plane, &idp).await.client_id_list.unwrap(), ["b"]);
    let new = vec!["1".repeat(40), "2".repeat(40)];
    plane.root::<UpdateOpenIDConnectProviderThumbprint>(pinned(&idp, new.clone())).await.unwrap();
    assert_eq!(get(&plane, &idp).await.thumbprint_list.unwrap(), new);
    let refusal = refused::<UpdateOpenIDConnectProviderThumbprint>(&plane, pinned(&idp, vec![])).await;
    assert_refused(refusal, "InvalidInput", 400, "Thumbprint list must contain at least one entry.");
}

#[tokio::test]
async fn providers_that_do_not_exist() {
    let plane = TestPlane::new().await;
    let ghost = of("ghost.example.com");
    let all = [
        refused::<GetOpenIDConnectProvider>(&plane, shown(&ghost)).await,
        refused::<AddClientIDToOpenIDConnectProvider>(&plane, adding(&ghost, "a")).await,
        refused::<RemoveClientIDFromOpenIDConnectProvider>(&plane, removing(&ghost, "a")).await,
        refused::<UpdateOpenIDConnectProviderThumbprint>(&plane, pinned(&ghost, vec![thumbprint()])).await,
        refused::<TagOpenIDConnectProvider>(&plane, tagged(&ghost, vec![tag("a", "b")])).await,
        refused::<UntagOpenIDConnectProvider>(&plane, untagged(&ghost, &["a"])).await,
        refused::<ListOpenIDConnectProviderTags>(&plane, tags_of(&ghost)).await,
    ];
    for refusal in all {
        let message = format!("OpenIDConnect Provider not found for arn {ghost}");
        assert_refused(refusal, "NoSuchEntity", 404, &message);
    }
    // What is gone is deleted.
    let idp = create(&plane, "https://example.com").await;
    for _ in 0..2 {
        plane.root::<DeleteOpenIDConnectProvider>(deleted(&idp)).await.unwrap();
    }
    let wrong = arn("saml-provider/example");
    let refusal = refused::<DeleteOpenIDConnectProvider>(&plane, deleted(&wrong)).await;
    assert_refused(refusal, "InvalidInput", 400, &format!("ARN {wrong} is not valid."));
}

#[tokio::test]
async fn who_is_allowed_nothing_is_denied() {
    let plane = TestPlane::new().await;
    let idp = create(&plane, "https://example.com/a").await;
    let resource = "oidc-provider/example.com/a";
    assert_denied::<CreateOpenIDConnectProvider>(&plane, new("https://example.com/a"), resource).await;
    assert_denied::<GetOpenIDConnectProvider>(&plane, shown(&idp), resource).await;
    assert_denied::<DeleteOpenIDConnectProvider>(&plane, deleted(&idp), resource).await;
    assert_denied::<AddClientIDToOpenIDConnectProvider>(&plane, adding(&idp, "a"), resource).await;
    assert_denied::<RemoveClientIDFromOpenIDConnectProvider>(&plane, removing(&idp, "a"), resource).await;
    let input = pinned(&idp, vec![thumbprint()]);
    assert_denied::<UpdateOpenIDConnectProviderThumbprint>(&plane, input, resource).await;
    assert_denied::<TagOpenIDConnectProvider>(&plane, tagged(&idp, vec![]), resource).await;
    assert_denied::<UntagOpenIDConnectProvider>(&plane, untagged(&idp, &[]), resource).await;
    assert_denied::<ListOpenIDConnectProviderTags>(&plane, tags_of(&idp), resource).await;
    assert_denied_on_all::<ListOpenIDConnectProviders>(&plane, ListOpenIDConnectProvidersInput).await;
}

#[tokio::test]
async fn policies_see_tags() {
    let plane = TestPlane::new().await;
    let idp = create(&plane, "https://example.com").await;
    plane.root::<TagOpenIDConnectProvider>(tagged(&idp, vec![tag("team", "blue")])).await.unwrap();
    let is = |key: &str| format!(r#"{{"StringEquals":{{"{key}":"blue"}}}}"#);
    let policy = allow_if("iam:GetOpenIDConnectProvider", &is("aws:ResourceTag/team"));
    user_with_policy(&plane, "blue", &policy).await;
    plane.user::<GetOpenIDConnectProvider>("blue", shown(&idp)).await.unwrap();
    plane.root::<UntagOpenIDConnectProvider>(untagged(&idp, &["team"])).await.unwrap();
    let (action, resource) = ("iam:GetOpenIDConnectProvider", "oidc-provider/example.com");
    assert_denied_on::<GetOpenIDConnectProvider>(&plane, "blue", shown(&idp), action, resource).await;

    let policy = allow_if("iam:CreateOpenIDConnectProvider", &is("aws:RequestTag/team"));
    user_with_policy(&plane, "maker", &policy).await;
    let input = CreateOpenIDConnectProviderInput {
        tags: Some(vec![tag("team", "blue")]),
        ..new("https://made.example.com")
    };
    let (action, resource) = ("iam:TagOpenIDConnectProvider", "oidc-provider/made.example.com");
    assert_denied_on::<CreateOpenIDConnectProvider>(&plane, "maker", input, action, resource).await;
}

#[tokio::test]
async fn tags_are_listed_in_pages() {
    let plane = TestPlane::new().await;
    let idp = create(&plane, "https://example.com").await;
    let tags = (0..50).map(|number| tag(&format!("{number:02}"), "")).collect();
    plane.root::<TagOpenIDConnectProvider>(tagged(&idp, tags)).await.unwrap();
    let more = refused::<TagOpenIDConnectProvider>(&plane, tagged(&idp, vec![tag("more", "")])).await;
    more.is("LimitExceeded", "maximum limit");
    let page = |marker| ListOpenIDConnectProviderTagsInput { marker, max_items: Some(49), ..tags_of(&idp) };
    let first = plane.root::<ListOpenIDConnectProviderTags>(page(None)).await.unwrap();
    let second = plane.root::<ListOpenIDConnectProviderTags>(page(first.marker)).await.unwrap();
    assert_eq!((first.tags.len(), second.tags), (49, vec![tag("49", "")]));
}

/// An HTTPS server on loopback that shows the leaf and the root, and the settings by which it is reached.
async fn identity_provider() -> OutboundSettings {
    let chain = [LEAF, ROOT].map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap());
    let key = PrivateKeyDer::from_pem_slice(LEAF_KEY.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.into(), key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let https_port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(acceptor.accept(stream).await);
        }
    });
    loopback(https_port)
}

fn loopback(https_port: u16) -> OutboundSettings {
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    OutboundSettings { allow, https_port, ..OutboundSettings::default() }
}

#[tokio::test]
async fn a_thumbprint_that_is_not_given_is_fetched() {
    let plane = TestPlane::with_outbound(identity_provider().await).await;
    for (url, list) in [("127.0.0.1/a", None), ("localhost", Some(vec![]))] {
        let input =
            CreateOpenIDConnectProviderInput { thumbprint_list: list, ..unknown(&format!("https://{url}")) };
        plane.root::<CreateOpenIDConnectProvider>(input).await.unwrap();
        assert_eq!(get(&plane, &of(url)).await.thumbprint_list.unwrap(), [ROOT_THUMBPRINT]);
    }
}

#[tokio::test]
async fn who_may_not_create_makes_the_plane_connect_to_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plane = TestPlane::with_outbound(loopback(listener.local_addr().unwrap().port())).await;
    let input = unknown("https://localhost");
    assert_denied::<CreateOpenIDConnectProvider>(&plane, input, "oidc-provider/localhost").await;
    let connected = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
    assert!(connected.is_err(), "nobody has connected");
}

#[tokio::test]
async fn a_provider_that_is_not_reached_is_not_made() {
    // A server that says nothing, and a port where nobody listens.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent =
        OutboundSettings { time: Duration::from_millis(50), ..loopback(silent.local_addr().unwrap().port()) };
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    // One that answers, at an address that nobody allowed.
    let within = OutboundSettings { allow: vec![], ..identity_provider().await };
    for settings in [silent, loopback(closed), within] {
        let plane = TestPlane::with_outbound(settings).await;
        for url in ["https://127.0.0.1", "https://localhost/x"] {
            let refusal = refused::<CreateOpenIDConnectProvider>(&plane, unknown(url)).await;
            let message = format!("Could not connect to {url}");
            assert_refused(refusal, "OpenIdIdpCommunicationError", 400, &message);
        }
        let url = "https://name.invalid";
        let refusal = refused::<CreateOpenIDConnectProvider>(&plane, unknown(url)).await;
        refusal.is("OpenIdIdpCommunicationError", "https://name.invalid");
        let list = plane.root::<ListOpenIDConnectProviders>(ListOpenIDConnectProvidersInput).await.unwrap();
        assert_eq!(list.open_id_connect_provider_list, Some(vec![]));
    }
}

#[tokio::test]
async fn a_plane_that_opens_no_connections_says_what_to_do() {
    let settings = OutboundSettings { connect: false, ..identity_provider().await };
    let plane = TestPlane::with_outbound(settings).await;
    let refusal = refused::<CreateOpenIDConnectProvider>(&plane, unknown("https://localhost")).await;
    let message =
        "Could not connect to https://localhost: this plane opens no connections. Provide a thumbprint list.";
    assert_refused(refusal, "OpenIdIdpCommunicationError", 400, message);
    create(&plane, "https://localhost").await;
}
