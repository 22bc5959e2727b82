use domain::{
    AssertionEncryptionMode, IdKind, OpenIdConnectProvider, Path, ProviderUrl, SamlPrivateKey, SamlProvider,
    SamlProviderName, ServerCertificate, ServerCertificateName, Tag,
};
use store::{
    Finding, Sealer, StoreError, open_id_connect_provider, saml_provider,
    server_certificate::{self, Pem},
};

use crate::fixture::{Bench, assert_sealed, id, time};

pub(crate) const PRIVATE_KEY: &str = "a private key that nobody may read";

fn saml(bench: &Bench, name: &str) -> SamlProvider {
    SamlProvider {
        account_id: bench.account,
        id: id(IdKind::SamlProvider),
        name: SamlProviderName::parse(name).unwrap(),
        created_at: time(1),
        valid_until: time(9),
        assertion_encryption_mode: None,
        tags: vec![Tag { key: "team".into(), value: "é".into() }],
    }
}

fn private_key(provider: &SamlProvider) -> SamlPrivateKey {
    SamlPrivateKey {
        account_id: provider.account_id,
        id: id(IdKind::SamlPrivateKey),
        provider_id: provider.id.clone(),
        created_at: time(2),
    }
}

fn certificate(bench: &Bench, name: &str, path: &str) -> ServerCertificate {
    ServerCertificate {
        account_id: bench.account,
        id: id(IdKind::ServerCertificate),
        name: ServerCertificateName::parse(name).unwrap(),
        path: Path::parse(path).unwrap(),
        uploaded_at: time(1),
        expires_at: time(9),
        tags: vec![],
    }
}

/// Puts in one record of each kind, under that name.
pub(crate) async fn fill(bench: &Bench, sealer: &Sealer, name: &str) {
    let provider = saml(bench, name);
    let open_id = OpenIdConnectProvider {
        account_id: bench.account,
        url: ProviderUrl::parse(&format!("{name}.example.com/path")).unwrap(),
        created_at: time(1),
        client_ids: vec!["client".into()],
        thumbprints: vec!["a".repeat(40)],
        tags: vec![],
    };
    let pem = Pem { body: "body".into(), chain: Some("chain".into()) };
    bench
        .write(async |tx| {
            saml_provider::insert(tx, &provider, "<metadata/>").await?;
            saml_provider::insert_private_key(tx, sealer, &private_key(&provider), PRIVATE_KEY).await?;
            open_id_connect_provider::insert(tx, &open_id).await?;
            let certificate = certificate(bench, name, "/");
            server_certificate::insert(tx, sealer, &certificate, &pem, PRIVATE_KEY).await
        })
        .await;
}

pub(crate) async fn saml_providers(bench: &Bench) {
    let sealer = bench.sealer().await;
    let (mut one, two) = (saml(bench, "Okta"), saml(bench, "adfs"));
    let keys = [private_key(&one), private_key(&one)];
    bench
        .write(async |tx| {
            saml_provider::insert(tx, &one, "<one/>").await?;
            saml_provider::insert(tx, &two, "<two/>").await?;
            for key in &keys {
                saml_provider::insert_private_key(tx, &sealer, key, PRIVATE_KEY).await?;
            }
            Ok(())
        })
        .await;
    let taken = bench.try_write(async |tx| saml_provider::insert(tx, &saml(bench, "OKTA"), "").await).await;
    assert!(matches!(taken, Err(StoreError::Unique { .. })), "{taken:?}");
    let orphan = private_key(&saml(bench, "other"));
    let refused = bench
        .try_write(async |tx| saml_provider::insert_private_key(tx, &sealer, &orphan, PRIVATE_KEY).await)
        .await;
    assert!(matches!(refused, Err(StoreError::Reference(_))), "{refused:?}");
    bench
        .read(async |tx| {
            let name = SamlProviderName::parse("okta").unwrap();
            assert_eq!(saml_provider::find_by_name(tx, bench.account, &name).await?, Some(one.clone()));
            assert_eq!(saml_provider::metadata(tx, bench.account, &one.id).await?, "<one/>");
            assert_eq!(saml_provider::list(tx, bench.account).await?, [two.clone(), one.clone()]);
            assert_eq!(saml_provider::count(tx, bench.account).await?, 2);
            let mut expected = keys.to_vec();
            expected.sort_by(|a, b| a.id.cmp(&b.id));
            assert_eq!(saml_provider::list_private_keys(tx, bench.account, &one.id).await?, expected);
            assert_eq!(saml_provider::list_private_keys(tx, bench.account, &two.id).await?, []);
            assert_sealed(
                tx,
                "SELECT private_key AS sealed FROM iam_saml_private_key",
                PRIVATE_KEY.as_bytes(),
            )
            .await
        })
        .await;
    let report = bench.store.check(Some(&sealer)).await.unwrap();
    assert_eq!(report.findings, vec![]);

    one.assertion_encryption_mode = Some(AssertionEncryptionMode::Required);
    let other = saml(bench, "other");
    bench
        .write(async |tx| {
            saml_provider::update(tx, &one).await?;
            saml_provider::update_metadata(tx, bench.account, &one.id, "<new/>").await?;
            assert_eq!(saml_provider::metadata(tx, bench.account, &one.id).await?, "<new/>");
            assert_eq!(saml_provider::find_by_name(tx, bench.account, &one.name).await?, Some(one.clone()));
            assert!(saml_provider::delete_private_key(tx, bench.account, &keys[0].id).await?);
            assert!(!saml_provider::delete_private_key(tx, bench.account, &keys[0].id).await?);
            assert!(saml_provider::delete(tx, bench.account, &one.id).await?);
            assert!(!saml_provider::delete(tx, bench.account, &one.id).await?);
            assert_eq!(saml_provider::list_private_keys(tx, bench.account, &one.id).await?, []);
            Ok(())
        })
        .await;
    let gone = bench.try_write(async |tx| saml_provider::update(tx, &other).await).await;
    assert_eq!(gone, Err(StoreError::NotFound { kind: "SAML provider" }));
}

pub(crate) async fn open_id_connect_providers(bench: &Bench) {
    let provider = |url: &str| OpenIdConnectProvider {
        account_id: bench.account,
        url: ProviderUrl::parse(url).unwrap(),
        created_at: time(1),
        client_ids: vec![],
        thumbprints: vec![],
        tags: vec![],
    };
    let (mut one, two) = (provider("b.example.com/id/A"), provider("b.example.com/id/a"));
    bench
        .write(async |tx| {
            open_id_connect_provider::insert(tx, &one).await?;
            open_id_connect_provider::insert(tx, &two).await
        })
        .await;
    let taken = bench.try_write(async |tx| open_id_connect_provider::insert(tx, &two).await).await;
    assert!(matches!(taken, Err(StoreError::Unique { .. })), "{taken:?}");
    one.client_ids.push("client".into());
    bench
        .write(async |tx| {
            open_id_connect_provider::update(tx, &one).await?;
            let found = open_id_connect_provider::find(tx, bench.account, &one.url).await?;
            assert_eq!(found, Some(one.clone()));
            assert_eq!(open_id_connect_provider::list(tx, bench.account).await?, [one.clone(), two.clone()]);
            assert_eq!(open_id_connect_provider::count(tx, bench.account).await?, 2);
            assert!(open_id_connect_provider::delete(tx, bench.account, &one.url).await?);
            assert!(!open_id_connect_provider::delete(tx, bench.account, &one.url).await?);
            assert_eq!(open_id_connect_provider::find(tx, bench.account, &one.url).await?, None);
            Ok(())
        })
        .await;
    let gone = bench.try_write(async |tx| open_id_connect_provider::update(tx, &one).await).await;
    assert_eq!(gone, Err(StoreError::NotFound { kind: "OpenID Connect provider" }));
}

pub(crate) async fn server_certificates(bench: &Bench) {
    const MOVED: &str = "UPDATE iam_server_certificate SET private_key = (SELECT o.private_key
        FROM iam_server_certificate o WHERE o.certificate_id <> iam_server_certificate.certificate_id)
        WHERE name_key = 'one'";
    let sealer = bench.sealer().await;
    let (mut one, two) = (certificate(bench, "One", "/a/"), certificate(bench, "two", "/b/"));
    let whole = Pem { body: "body".into(), chain: Some("chain".into()) };
    let alone = Pem { body: "body".into(), chain: None };
    bench
        .write(async |tx| {
            server_certificate::insert(tx, &sealer, &one, &whole, PRIVATE_KEY).await?;
            server_certificate::insert(tx, &sealer, &two, &alone, PRIVATE_KEY).await
        })
        .await;
    bench
        .read(async |tx| {
            let name = ServerCertificateName::parse("ONE").unwrap();
            let found = server_certificate::find_by_name(tx, bench.account, &name).await?;
            assert_eq!(found, Some(one.clone()));
            assert_eq!(server_certificate::pem(tx, bench.account, &one.id).await?, whole);
            assert_eq!(server_certificate::pem(tx, bench.account, &two.id).await?, alone);
            let list = server_certificate::list(tx, bench.account, "/", None, 1).await?;
            assert_eq!(list, std::slice::from_ref(&one));
            let list = server_certificate::list(tx, bench.account, "/", Some("one"), 9).await?;
            assert_eq!(list, std::slice::from_ref(&two));
            let list = server_certificate::list(tx, bench.account, "/b", None, 9).await?;
            assert_eq!(list, std::slice::from_ref(&two));
            assert_eq!(server_certificate::count(tx, bench.account).await?, 2);
            assert_sealed(
                tx,
                "SELECT private_key AS sealed FROM iam_server_certificate",
                PRIVATE_KEY.as_bytes(),
            )
            .await
        })
        .await;
    assert_eq!(bench.store.check(Some(&sealer)).await.unwrap().findings, vec![]);

    // Another name and path, and the key opens as before; under another certificate it does not.
    one.path = Path::parse("/c/").unwrap();
    bench.write(async |tx| server_certificate::update(tx, &one).await).await;
    assert_eq!(bench.store.check(Some(&sealer)).await.unwrap().findings, vec![]);
    bench.write(async |tx| tx.execute(MOVED, &[]).await).await;
    let findings = bench.store.check(Some(&sealer)).await.unwrap().findings;
    assert!(matches!(&findings[..], [Finding::Secret { kind: "server_certificate", .. }]), "{findings:?}");

    bench
        .write(async |tx| {
            assert!(server_certificate::delete(tx, bench.account, &one.id).await?);
            assert!(!server_certificate::delete(tx, bench.account, &one.id).await?);
            Ok(())
        })
        .await;
    let gone = bench.try_write(async |tx| server_certificate::update(tx, &one).await).await;
    assert_eq!(gone, Err(StoreError::NotFound { kind: "server certificate" }));
}
