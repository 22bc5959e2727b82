//! Signing certificates, SSH public keys, service-specific credentials, and the report on all credentials.

use crate::{
    plane::{ACCOUNT, TestPlane},
    support::{
        allow_if, arn, assert_denied, assert_denied_on_all, assert_refused, refused, user_with_policy,
    },
};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use shapes::iam::{
    CreateAccessKey, CreateAccessKeyInput, CreateLoginProfile, CreateLoginProfileInput,
    CreateServiceSpecificCredential, CreateServiceSpecificCredentialInput, CreateUser, CreateUserInput,
    DeleteSSHPublicKey, DeleteSSHPublicKeyInput, DeleteServiceSpecificCredential,
    DeleteServiceSpecificCredentialInput, DeleteSigningCertificate, DeleteSigningCertificateInput,
    DeleteUser, DeleteUserInput, GenerateCredentialReport, GenerateCredentialReportInput, GetAccountSummary,
    GetAccountSummaryInput, GetCredentialReport, GetCredentialReportInput, GetSSHPublicKey,
    GetSSHPublicKeyInput, ListSSHPublicKeys, ListSSHPublicKeysInput, ListServiceSpecificCredentials,
    ListServiceSpecificCredentialsInput, ListSigningCertificates, ListSigningCertificatesInput,
    ResetServiceSpecificCredential, ResetServiceSpecificCredentialInput, UpdateSSHPublicKey,
    UpdateSSHPublicKeyInput, UpdateServiceSpecificCredential, UpdateServiceSpecificCredentialInput,
    UpdateSigningCertificate, UpdateSigningCertificateInput, UploadSSHPublicKey, UploadSSHPublicKeyInput,
    UploadSigningCertificate, UploadSigningCertificateInput,
    types::{EncodingType, ReportStateType, ServiceSpecificCredential, StatusType},
};

const KEY: &str = include_str!("../../../src/iam/ssh_public_key/testdata/rsa.pub");
const KEY_PEM: &str = include_str!("../../../src/iam/ssh_public_key/testdata/rsa.pem");
const KEY_MD5: &str = include_str!("../../../src/iam/ssh_public_key/testdata/rsa.md5");

async fn create_user(plane: &TestPlane, name: &str) {
    let input = CreateUserInput { user_name: name.into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
}

/// A certificate that is valid in those years.
fn certificate(from: i32, to: i32) -> String {
    let mut params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

fn upload(user: Option<&str>, body: &str) -> UploadSigningCertificateInput {
    UploadSigningCertificateInput { user_name: user.map(Into::into), certificate_body: body.into() }
}

#[tokio::test]
async fn signing_certificates_come_and_go() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let one = certificate(2020, 2030);
    let made = plane.root::<UploadSigningCertificate>(upload(Some("alice"), &one)).await.unwrap().certificate;
    assert_eq!(
        (made.user_name.as_str(), &made.certificate_body, &made.status),
        ("alice", &one, &StatusType::Active)
    );
    assert_eq!(made.certificate_id.len(), 32);
    let refusal = refused::<UploadSigningCertificate>(&plane, upload(None, &one)).await;
    refusal.is("DuplicateCertificate", "same certificate");
    for (body, code) in [
        ("hello".to_owned(), "MalformedCertificate"),
        (format!("{one}{one}"), "MalformedCertificate"),
        (KEY_PEM.to_owned(), "MalformedCertificate"),
        (certificate(2020, 2025), "MalformedCertificate"),
        (certificate(2027, 2030), "InvalidCertificate"),
    ] {
        refused::<UploadSigningCertificate>(&plane, upload(Some("alice"), &body)).await.is(code, "");
    }
    plane.root::<UploadSigningCertificate>(upload(Some("alice"), &certificate(2020, 2030))).await.unwrap();
    let third = upload(Some("alice"), &certificate(2020, 2030));
    let refusal = refused::<UploadSigningCertificate>(&plane, third).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for SigningCertificatesPerUser: 2");

    let id = made.certificate_id;
    let update = |status| UpdateSigningCertificateInput {
        user_name: Some("alice".into()),
        certificate_id: id.clone(),
        status,
    };
    plane.root::<UpdateSigningCertificate>(update(StatusType::Inactive)).await.unwrap();
    refused::<UpdateSigningCertificate>(&plane, update(StatusType::Expired))
        .await
        .is("InvalidInput", "Expired");
    let list =
        ListSigningCertificatesInput { user_name: Some("alice".into()), max_items: Some(1), marker: None };
    let first = plane.root::<ListSigningCertificates>(list.clone()).await.unwrap();
    let next = ListSigningCertificatesInput { marker: first.marker, ..list };
    let second = plane.root::<ListSigningCertificates>(next).await.unwrap();
    assert_eq!((first.is_truncated, second.is_truncated), (Some(true), Some(false)));
    let both: Vec<_> = first.certificates.iter().chain(&second.certificates).collect();
    assert!(both.iter().any(|shown| shown.certificate_id == id && shown.status == StatusType::Inactive));

    let delete = |user: Option<&str>| DeleteSigningCertificateInput {
        user_name: user.map(Into::into),
        certificate_id: id.clone(),
    };
    refused::<DeleteSigningCertificate>(&plane, delete(None)).await.is("NoSuchEntity", &id);
    let refusal = refused::<DeleteUser>(&plane, DeleteUserInput { user_name: "alice".into() }).await;
    refusal.is("DeleteConflict", "must delete signing certificates first.");
    plane.root::<DeleteSigningCertificate>(delete(Some("alice"))).await.unwrap();
    plane.root::<UploadSigningCertificate>(upload(None, &one)).await.unwrap();
    let summary = plane.root::<GetAccountSummary>(GetAccountSummaryInput).await.unwrap().summary_map.unwrap();
    assert_eq!(summary["AccountSigningCertificatesPresent"], 1);
    assert_denied::<UploadSigningCertificate>(&plane, upload(Some("alice"), &one), "user/alice").await;
    assert_denied::<UpdateSigningCertificate>(&plane, update(StatusType::Active), "user/alice").await;
    assert_denied::<DeleteSigningCertificate>(&plane, delete(Some("alice")), "user/alice").await;
    let list = ListSigningCertificatesInput { user_name: Some("alice".into()), ..Default::default() };
    assert_denied::<ListSigningCertificates>(&plane, list, "user/alice").await;
}

fn ssh(user: &str, body: &str) -> UploadSSHPublicKeyInput {
    UploadSSHPublicKeyInput { user_name: user.into(), ssh_public_key_body: body.into() }
}

#[tokio::test]
async fn ssh_keys_come_and_go() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    create_user(&plane, "bob").await;
    let made = plane.root::<UploadSSHPublicKey>(ssh("alice", KEY)).await.unwrap().ssh_public_key.unwrap();
    assert_eq!(made.fingerprint, KEY_MD5.trim());
    assert!(made.ssh_public_key_id.starts_with("APKA"));
    refused::<UploadSSHPublicKey>(&plane, ssh("alice", KEY_PEM)).await.is("DuplicateSSHPublicKey", "already");
    plane.root::<UploadSSHPublicKey>(ssh("bob", KEY_PEM)).await.unwrap();
    refused::<UploadSSHPublicKey>(&plane, ssh("alice", "hello"))
        .await
        .is("UnrecognizedPublicKeyEncoding", "SSH or PEM");
    refused::<UploadSSHPublicKey>(&plane, ssh("alice", "ssh-rsa AAAA")).await.is("InvalidPublicKey", "2048");
    refused::<UploadSSHPublicKey>(&plane, ssh("ghost", KEY)).await.is("NoSuchEntity", "ghost");
    let id = made.ssh_public_key_id;
    let get = |user: &str, encoding| GetSSHPublicKeyInput {
        user_name: user.into(),
        ssh_public_key_id: id.clone(),
        encoding,
    };
    let body = async |encoding| {
        plane
            .root::<GetSSHPublicKey>(get("alice", encoding))
            .await
            .unwrap()
            .ssh_public_key
            .unwrap()
            .ssh_public_key_body
    };
    assert_eq!(body(EncodingType::Ssh).await, KEY.trim());
    assert_eq!(body(EncodingType::Pem).await, KEY_PEM.trim());
    refused::<GetSSHPublicKey>(&plane, get("bob", EncodingType::Ssh)).await.is("NoSuchEntity", &id);
    let update =
        |status| UpdateSSHPublicKeyInput { user_name: "alice".into(), ssh_public_key_id: id.clone(), status };
    plane.root::<UpdateSSHPublicKey>(update(StatusType::Inactive)).await.unwrap();
    refused::<UpdateSSHPublicKey>(&plane, update(StatusType::Expired)).await.is("InvalidInput", "Expired");
    let list = ListSSHPublicKeysInput { user_name: Some("alice".into()), ..Default::default() };
    let listed = plane.root::<ListSSHPublicKeys>(list.clone()).await.unwrap().ssh_public_keys.unwrap();
    assert_eq!((listed.len(), &listed[0].status), (1, &StatusType::Inactive));
    let delete = DeleteSSHPublicKeyInput { user_name: "alice".into(), ssh_public_key_id: id.clone() };
    assert_denied::<UploadSSHPublicKey>(&plane, ssh("alice", KEY), "user/alice").await;
    assert_denied::<GetSSHPublicKey>(&plane, get("alice", EncodingType::Ssh), "user/alice").await;
    assert_denied::<ListSSHPublicKeys>(&plane, list, "user/alice").await;
    assert_denied::<UpdateSSHPublicKey>(&plane, update(StatusType::Active), "user/alice").await;
    assert_denied::<DeleteSSHPublicKey>(&plane, delete.clone(), "user/alice").await;
    let refusal = refused::<DeleteUser>(&plane, DeleteUserInput { user_name: "alice".into() }).await;
    refusal.is("DeleteConflict", "must delete SSH public keys first.");
    plane.root::<DeleteSSHPublicKey>(delete.clone()).await.unwrap();
    refused::<DeleteSSHPublicKey>(&plane, delete).await.is("NoSuchEntity", &id);
    plane.root::<DeleteUser>(DeleteUserInput { user_name: "alice".into() }).await.unwrap();
}

fn credential(user: &str, service: &str, days: Option<i32>) -> CreateServiceSpecificCredentialInput {
    CreateServiceSpecificCredentialInput {
        user_name: user.into(),
        service_name: format!("{service}.amazonaws.com"),
        credential_age_days: days,
    }
}

async fn make(plane: &TestPlane, user: &str, service: &str, days: Option<i32>) -> ServiceSpecificCredential {
    let made = plane.root::<CreateServiceSpecificCredential>(credential(user, service, days)).await.unwrap();
    made.service_specific_credential.unwrap()
}

#[tokio::test]
async fn service_specific_credentials_come_and_go() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    create_user(&plane, "bob").await;
    let first = make(&plane, "alice", "codecommit", None).await;
    assert_eq!(first.service_user_name.as_deref(), Some(&*format!("alice-at-{ACCOUNT}")));
    assert_eq!(first.service_password.as_ref().unwrap().len(), 44);
    let second = make(&plane, "alice", "codecommit", None).await;
    assert_eq!(second.service_user_name.as_deref(), Some(&*format!("alice+1-at-{ACCOUNT}")));
    let refusal =
        refused::<CreateServiceSpecificCredential>(&plane, credential("alice", "codecommit", None)).await;
    refusal.is("LimitExceeded", "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2");
    let refusal = refused::<CreateServiceSpecificCredential>(&plane, credential("alice", "s3", None)).await;
    refusal.is("NotSupportedService", "s3.amazonaws.com");
    let refusal =
        refused::<CreateServiceSpecificCredential>(&plane, credential("bob", "cassandra", Some(1))).await;
    refusal.is("ValidationError", "CredentialAgeDays");
    let key = make(&plane, "alice", "bedrock", Some(1)).await;
    assert!(key.service_credential_secret.unwrap().starts_with("ABSK"));
    assert!(key.service_credential_alias.unwrap().starts_with("BedrockAPIKey-"));
    assert_eq!((key.service_password, key.service_user_name), (None, None));
    make(&plane, "bob", "cassandra", None).await;

    let list = |user: Option<&str>, service: Option<&str>, all| ListServiceSpecificCredentialsInput {
        user_name: user.map(Into::into),
        service_name: service.map(|service| format!("{service}.amazonaws.com")),
        all_users: all,
        ..Default::default()
    };
    let count = async |input| {
        let output = plane.root::<ListServiceSpecificCredentials>(input).await.unwrap();
        output.service_specific_credentials.unwrap().len()
    };
    assert_eq!(count(list(Some("alice"), None, None)).await, 3);
    assert_eq!(count(list(Some("alice"), Some("bedrock"), None)).await, 1);
    assert_eq!(count(list(None, None, Some(true))).await, 4);
    assert_eq!(count(list(None, Some("codecommit"), Some(true))).await, 2);
    let mut pages =
        ListServiceSpecificCredentialsInput { max_items: Some(3), ..list(None, None, Some(true)) };
    let page = plane.root::<ListServiceSpecificCredentials>(pages.clone()).await.unwrap();
    pages.marker = page.marker;
    assert_eq!(count(pages).await, 1);
    let both = list(Some("alice"), None, Some(true));
    refused::<ListServiceSpecificCredentials>(&plane, both).await.is("ValidationError", "AllUsers");
    let unknown = list(Some("alice"), Some("s3"), None);
    refused::<ListServiceSpecificCredentials>(&plane, unknown).await.is("NotSupportedService", "s3");
    plane.advance(24 * 3600);
    let output = plane
        .root::<ListServiceSpecificCredentials>(list(Some("alice"), Some("bedrock"), None))
        .await
        .unwrap();
    assert_eq!(output.service_specific_credentials.unwrap()[0].status, StatusType::Expired);

    let id = first.service_specific_credential_id;
    let reset = |user: &str| ResetServiceSpecificCredentialInput {
        user_name: Some(user.into()),
        service_specific_credential_id: id.clone(),
    };
    let anew = plane.root::<ResetServiceSpecificCredential>(reset("alice")).await.unwrap();
    let anew = anew.service_specific_credential.unwrap();
    assert_eq!(anew.service_user_name, first.service_user_name);
    assert_ne!(anew.service_password, first.service_password);
    refused::<ResetServiceSpecificCredential>(&plane, reset("bob")).await.is("NoSuchEntity", &id);
    let update = |status| UpdateServiceSpecificCredentialInput {
        user_name: Some("alice".into()),
        service_specific_credential_id: id.clone(),
        status,
    };
    plane.root::<UpdateServiceSpecificCredential>(update(StatusType::Inactive)).await.unwrap();
    refused::<UpdateServiceSpecificCredential>(&plane, update(StatusType::Expired))
        .await
        .is("ValidationError", "Expired");
    let delete = DeleteServiceSpecificCredentialInput {
        user_name: Some("alice".into()),
        service_specific_credential_id: id.clone(),
    };
    assert_denied::<CreateServiceSpecificCredential>(&plane, credential("alice", "logs", None), "user/alice")
        .await;
    assert_denied::<ListServiceSpecificCredentials>(&plane, list(Some("alice"), None, None), "user/alice")
        .await;
    assert_denied_on_all::<ListServiceSpecificCredentials>(&plane, list(None, None, Some(true))).await;
    assert_denied::<ResetServiceSpecificCredential>(&plane, reset("alice"), "user/alice").await;
    assert_denied::<UpdateServiceSpecificCredential>(&plane, update(StatusType::Active), "user/alice").await;
    assert_denied::<DeleteServiceSpecificCredential>(&plane, delete.clone(), "user/alice").await;
    let refusal = refused::<DeleteUser>(&plane, DeleteUserInput { user_name: "alice".into() }).await;
    refusal.is("DeleteConflict", "must delete service specific credentials first.");
    plane.root::<DeleteServiceSpecificCredential>(delete.clone()).await.unwrap();
    refused::<DeleteServiceSpecificCredential>(&plane, delete).await.is("NoSuchEntity", &id);
}

#[tokio::test]
async fn the_service_and_the_age_of_a_credential_decide() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let bedrock = r#"{"StringEquals":{"iam:ServiceSpecificCredentialServiceName":"bedrock.amazonaws.com"},"NumericLessThanEquals":{"iam:ServiceSpecificCredentialAgeDays":"30"}}"#;
    user_with_policy(&plane, "keeper", &allow_if("iam:CreateServiceSpecificCredential", bedrock)).await;
    for (input, allowed) in [
        (credential("alice", "bedrock", Some(30)), true),
        (credential("alice", "bedrock", Some(31)), false),
        (credential("alice", "bedrock", None), false),
        (credential("alice", "logs", Some(30)), false),
    ] {
        let outcome = plane.user::<CreateServiceSpecificCredential>("keeper", input.clone()).await;
        assert_eq!(outcome.is_ok(), allowed, "{input:?}");
    }
    let codecommit =
        r#"{"StringEquals":{"iam:ServiceSpecificCredentialServiceName":"codecommit.amazonaws.com"}}"#;
    user_with_policy(&plane, "cleaner", &allow_if("iam:DeleteServiceSpecificCredential", codecommit)).await;
    for (service, allowed) in [("codecommit", true), ("cassandra", false)] {
        let input = DeleteServiceSpecificCredentialInput {
            user_name: Some("alice".into()),
            service_specific_credential_id: make(&plane, "alice", service, None)
                .await
                .service_specific_credential_id,
        };
        let outcome = plane.user::<DeleteServiceSpecificCredential>("cleaner", input).await;
        assert_eq!(outcome.is_ok(), allowed, "{service}");
    }
}

#[tokio::test]
async fn a_report_tells_of_every_user() {
    let plane = TestPlane::new().await;
    refused::<GetCredentialReport>(&plane, GetCredentialReportInput)
        .await
        .is("ReportNotPresent", "No credential report");
    create_user(&plane, "alice").await;
    create_user(&plane, "comma,bob").await;
    let profile = CreateLoginProfileInput {
        user_name: Some("alice".into()),
        password: Some("correct-Horse-1".to_owned().into()),
        password_reset_required: None,
    };
    plane.root::<CreateLoginProfile>(profile).await.unwrap();
    let key = CreateAccessKeyInput { user_name: Some("alice".into()) };
    plane.root::<CreateAccessKey>(key).await.unwrap();
    let generate = async || {
        let output = plane.root::<GenerateCredentialReport>(GenerateCredentialReportInput).await.unwrap();
        (output.state.unwrap(), output.description)
    };
    let begun = Some("No report exists. Starting a new report generation task".to_owned());
    assert_eq!(generate().await, (ReportStateType::Started, begun.clone()));
    assert_eq!(generate().await, (ReportStateType::Complete, None));
    let report = plane.root::<GetCredentialReport>(GetCredentialReportInput).await.unwrap();
    assert_eq!(report.generated_time, Some(plane.now()));
    let expected = format!(
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
         password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,\
         access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
         access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,\
         access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n\
         <root_account>,{root},2026-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,\
         false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n\
         alice,{alice},2026-01-01T00:00:00+00:00,true,no_information,2026-01-01T00:00:00+00:00,N/A,\
         false,true,2026-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n\
         \"comma,bob\",\"{bob}\",2026-01-01T00:00:00+00:00,false,N/A,N/A,N/A,\
         false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A",
        root = arn("root"),
        alice = arn("user/alice"),
        bob = arn("user/comma,bob"),
    );
    assert_eq!(String::from_utf8(report.content.unwrap().0).unwrap(), expected);
    plane.advance(4 * 3600 - 1);
    assert_eq!(generate().await.0, ReportStateType::Complete);
    plane.advance(1);
    refused::<GetCredentialReport>(&plane, GetCredentialReportInput).await.is("ReportExpired", "expired");
    assert_eq!(generate().await, (ReportStateType::Started, begun));
    plane.root::<GetCredentialReport>(GetCredentialReportInput).await.unwrap();
    create_user(&plane, "nobody").await;
    assert_denied_on_all::<GenerateCredentialReport>(&plane, GenerateCredentialReportInput).await;
    assert_denied_on_all::<GetCredentialReport>(&plane, GetCredentialReportInput).await;
}
