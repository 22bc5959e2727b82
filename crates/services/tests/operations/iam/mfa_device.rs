//! MFA devices of users and of the root user, and codes in calls to STS.

use crate::{
    plane::{ACCOUNT, TestPlane},
    support::{
        allow_if, arn, assert_denied, assert_denied_on_all, assert_refused, at_once, in_store, one_time_code,
        refused, user, user_with_policy,
    },
};
use domain::{
    AccessKeyOwner, IdKind, MfaAssignment, MfaDevice, MfaDeviceKind, TotpClock, UniqueId, WrongGuesses,
};
use shapes::{
    iam::{
        CreateRole, CreateRoleInput, CreateUser, CreateUserInput, CreateVirtualMFADevice,
        CreateVirtualMFADeviceInput, DeactivateMFADevice, DeactivateMFADeviceInput, DeleteUser,
        DeleteUserInput, DeleteVirtualMFADevice, DeleteVirtualMFADeviceInput, EnableMFADevice,
        EnableMFADeviceInput, GetMFADevice, GetMFADeviceInput, GetUser, GetUserInput, ListMFADeviceTags,
        ListMFADeviceTagsInput, ListMFADevices, ListMFADevicesInput, ListVirtualMFADevices,
        ListVirtualMFADevicesInput, ResyncMFADevice, ResyncMFADeviceInput, TagMFADevice, TagMFADeviceInput,
        UntagMFADevice, UntagMFADeviceInput,
        types::{AssignmentStatusType, Tag},
    },
    sts::{
        AssumeRole, AssumeRoleInput, GetCallerIdentity, GetCallerIdentityInput, GetSessionToken,
        GetSessionTokenInput,
    },
};

/// A device's serial number and seed.
pub(super) struct Device {
    pub(super) serial: String,
    pub(super) seed: Vec<u8>,
}

impl Device {
    /// The code at an offset of steps from now.
    pub(super) fn code(&self, plane: &TestPlane, offset: i64) -> String {
        one_time_code(&self.seed, plane.now().as_second() / 30 + offset)
    }

    pub(super) fn enable(&self, plane: &TestPlane, user: &str) -> EnableMFADeviceInput {
        EnableMFADeviceInput {
            user_name: user.into(),
            serial_number: self.serial.clone(),
            authentication_code1: self.code(plane, -1).into(),
            authentication_code2: self.code(plane, 0).into(),
        }
    }

    pub(super) fn session(&self, plane: &TestPlane, offset: i64) -> GetSessionTokenInput {
        GetSessionTokenInput {
            serial_number: Some(self.serial.clone()),
            token_code: Some(self.code(plane, offset).into()),
            ..Default::default()
        }
    }
}

fn named(name: &str) -> CreateVirtualMFADeviceInput {
    CreateVirtualMFADeviceInput { virtual_mfa_device_name: name.into(), ..Default::default() }
}

pub(super) async fn create_user(plane: &TestPlane, name: &str) {
    let input = CreateUserInput { user_name: name.into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
}

pub(super) async fn create(plane: &TestPlane, name: &str) -> Device {
    let made = plane.root::<CreateVirtualMFADevice>(named(name)).await.unwrap().virtual_mfa_device;
    let base32 = made.base32_string_seed.unwrap();
    Device { serial: made.serial_number, seed: data_encoding::BASE32_NOPAD.decode(&base32.0).unwrap() }
}

/// A user with an enabled device.
async fn enrolled(plane: &TestPlane, name: &str) -> Device {
    create_user(plane, name).await;
    let device = create(plane, name).await;
    plane.root::<EnableMFADevice>(device.enable(plane, name)).await.unwrap();
    plane.advance(30);
    device
}

pub(super) fn list(user: Option<&str>) -> ListMFADevicesInput {
    ListMFADevicesInput { user_name: user.map(Into::into), ..Default::default() }
}

pub(super) fn deactivated(user: Option<&str>, serial: &str) -> DeactivateMFADeviceInput {
    DeactivateMFADeviceInput { user_name: user.map(Into::into), serial_number: serial.into() }
}

pub(super) fn deleted(serial: &str) -> DeleteVirtualMFADeviceInput {
    DeleteVirtualMFADeviceInput { serial_number: serial.into() }
}

#[tokio::test]
async fn a_virtual_device_shows_its_seed_once() {
    let plane = TestPlane::new().await;
    let input = CreateVirtualMFADeviceInput { path: Some("/team/".into()), ..named("phone") };
    let made = plane.root::<CreateVirtualMFADevice>(input).await.unwrap().virtual_mfa_device;
    assert_eq!(made.serial_number, arn("mfa/team/phone"));
    assert_eq!(made.base32_string_seed.unwrap().0.len(), 64);
    assert!(made.qr_code_png.unwrap().0.starts_with(b"\x89PNG"));
    let input = CreateVirtualMFADeviceInput { path: Some("/team/".into()), ..named("PHONE") };
    let refusal = refused::<CreateVirtualMFADevice>(&plane, input).await;
    let message = "MFADevice entity at the same path and name already exists.";
    assert_refused(refusal, "EntityAlreadyExists", 409, message);
    create(&plane, "phone").await;
    let listed = plane.root::<ListVirtualMFADevices>(ListVirtualMFADevicesInput::default()).await.unwrap();
    assert_eq!(listed.virtual_mfa_devices.len(), 2);
    assert!(listed.virtual_mfa_devices.iter().all(|device| device.base32_string_seed.is_none()));

    refused::<CreateVirtualMFADevice>(&plane, named(&"x".repeat(227))).await.is("ValidationError", "");
    let long = CreateVirtualMFADeviceInput {
        path: Some(format!("/{}/", "p".repeat(100))),
        ..named(&"x".repeat(200))
    };
    refused::<CreateVirtualMFADevice>(&plane, long).await.is("ValidationError", "too long together");
}

#[tokio::test]
async fn enabling_takes_two_codes_in_a_row() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let device = create(&plane, "phone").await;
    let good = device.enable(&plane, "alice");
    let codes = |one: i64, two: i64| EnableMFADeviceInput {
        authentication_code1: device.code(&plane, one).into(),
        authentication_code2: device.code(&plane, two).into(),
        ..good.clone()
    };
    for input in [codes(0, 0), codes(0, -1), codes(-1, 1), codes(-30, -29), codes(20, 21)] {
        let refusal = refused::<EnableMFADevice>(&plane, input).await;
        assert_refused(
            refusal,
            "InvalidAuthenticationCode",
            403,
            "Authentication code for device is not valid.",
        );
    }
    assert_eq!(plane.root::<ListMFADevices>(list(Some("alice"))).await.unwrap().mfa_devices, []);
    plane.root::<EnableMFADevice>(good.clone()).await.unwrap();
    let devices = plane.root::<ListMFADevices>(list(Some("alice"))).await.unwrap().mfa_devices;
    assert_eq!((devices[0].user_name.as_str(), &devices[0].serial_number), ("alice", &device.serial));
    assert_eq!(devices[0].enable_date, plane.now());
    let refusal = refused::<EnableMFADevice>(&plane, good.clone()).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "MFA Device is already in use.");

    let ghost = EnableMFADeviceInput { user_name: "ghost".into(), ..good.clone() };
    refused::<EnableMFADevice>(&plane, ghost).await.is("NoSuchEntity", "ghost");
    let unknown = EnableMFADeviceInput { serial_number: arn("mfa/none"), ..good.clone() };
    let message = format!("VirtualMFADevice with serial number {} doesn't exist.", arn("mfa/none"));
    assert_refused(refused::<EnableMFADevice>(&plane, unknown).await, "NoSuchEntity", 404, &message);
    let unknown = EnableMFADeviceInput { serial_number: "GAHT12345678".into(), ..good };
    assert_refused(
        refused::<EnableMFADevice>(&plane, unknown).await,
        "NoSuchEntity",
        404,
        "MFA Device invalid for user.",
    );
}

#[tokio::test]
async fn eight_devices_are_the_limit() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    for owner in ["alice", ACCOUNT] {
        for number in 0..8 {
            let device = create(&plane, &format!("{owner}-{number}")).await;
            plane.root::<EnableMFADevice>(device.enable(&plane, owner)).await.unwrap();
        }
        let device = create(&plane, &format!("{owner}-8")).await;
        let refusal = refused::<EnableMFADevice>(&plane, device.enable(&plane, owner)).await;
        assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for MFADevicesPerUser: 8");
    }
    let own = plane.root::<ListMFADevices>(list(None)).await.unwrap().mfa_devices;
    assert_eq!(own.len(), 8, "the root user's own");
    // Pages neither repeat nor miss what was there all the time.
    let mut seen = Vec::new();
    let mut input = ListMFADevicesInput { max_items: Some(3), ..list(Some("alice")) };
    loop {
        let page = plane.root::<ListMFADevices>(input.clone()).await.unwrap();
        assert_eq!(page.is_truncated, Some(page.marker.is_some()));
        seen.extend(page.mfa_devices.into_iter().map(|device| device.serial_number));
        let gone = arn("mfa/alice-0");
        let _ = plane.root::<DeactivateMFADevice>(deactivated(Some("alice"), &gone)).await;
        if page.marker.is_none() {
            break;
        }
        input.marker = page.marker;
    }
    assert_eq!(seen, (0..8).map(|number| arn(&format!("mfa/alice-{number}"))).collect::<Vec<_>>());
}

#[tokio::test]
async fn virtual_devices_are_listed_by_what_they_are() {
    let plane = TestPlane::new().await;
    enrolled(&plane, "alice").await;
    let own = create(&plane, "root").await;
    plane.root::<EnableMFADevice>(own.enable(&plane, ACCOUNT)).await.unwrap();
    create(&plane, "spare").await;
    let serials = async |status: Option<AssignmentStatusType>| {
        let input = ListVirtualMFADevicesInput { assignment_status: status, ..Default::default() };
        plane.root::<ListVirtualMFADevices>(input).await.unwrap().virtual_mfa_devices
    };
    let all = serials(None).await;
    assert_eq!(all.len(), 3);
    assert_eq!(serials(Some(AssignmentStatusType::Any)).await, all);
    assert_eq!(serials(Some(AssignmentStatusType::Unassigned)).await[0].serial_number, arn("mfa/spare"));
    let assigned = serials(Some(AssignmentStatusType::Assigned)).await;
    assert_eq!(assigned.len(), 2);
    assert_eq!(assigned[0].user.as_ref().unwrap().user_name, "alice");
    assert_eq!(assigned[1].user.as_ref().unwrap().arn, arn("root"));
    assert!(assigned[0].enable_date.is_some());
}

#[tokio::test]
async fn a_device_is_deactivated_and_deleted() {
    let plane = TestPlane::new().await;
    let device = enrolled(&plane, "alice").await;
    let refusal = refused::<DeleteVirtualMFADevice>(&plane, deleted(&device.serial)).await;
    assert_refused(refusal, "DeleteConflict", 409, "MFA VirtualDevice in use. Must deactivate first.");
    let refusal = refused::<DeleteUser>(&plane, DeleteUserInput { user_name: "alice".into() }).await;
    assert_refused(refusal, "DeleteConflict", 409, "Cannot delete entity, must delete MFA device first.");
    let refusal = refused::<DeactivateMFADevice>(&plane, deactivated(None, &device.serial)).await;
    assert_refused(refusal, "NoSuchEntity", 404, "MFA Device invalid for user.");
    plane.root::<DeactivateMFADevice>(deactivated(Some("alice"), &device.serial)).await.unwrap();
    // Codes that were taken are not taken again.
    plane.advance(-30);
    let refusal = refused::<EnableMFADevice>(&plane, device.enable(&plane, "alice")).await;
    refusal.is("InvalidAuthenticationCode", "");
    plane.root::<DeleteVirtualMFADevice>(deleted(&device.serial)).await.unwrap();
    let message = format!("VirtualMFADevice with serial number {} doesn't exist.", device.serial);
    let refusal = refused::<DeleteVirtualMFADevice>(&plane, deleted(&device.serial)).await;
    assert_refused(refusal, "NoSuchEntity", 404, &message);
    plane.root::<DeleteUser>(DeleteUserInput { user_name: "alice".into() }).await.unwrap();
    assert_ne!(create(&plane, "alice").await.seed, device.seed);
}

#[tokio::test]
async fn a_session_with_mfa_may_call_iam() {
    let plane = TestPlane::new().await;
    let if_mfa = allow_if(
        "iam:GetUser",
        r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}"#,
    );
    user_with_policy(&plane, "alice", &if_mfa).await;
    let device = create(&plane, "phone").await;
    plane.root::<EnableMFADevice>(device.enable(&plane, "alice")).await.unwrap();
    plane.advance(30);
    let refusal = plane.user::<GetUser>("alice", GetUserInput::default()).await.unwrap_err();
    refusal.is("AccessDenied", "iam:GetUser");
    let held = plane.user::<GetSessionToken>("alice", device.session(&plane, 0)).await.unwrap();
    let held = held.credentials.unwrap();
    let (id, token) = (held.access_key_id.as_str(), held.session_token.as_str());
    plane.session::<GetUser>(id, token, GetUserInput::default()).await.unwrap();
    plane.advance(3600);
    let refusal = plane.session::<GetUser>(id, token, GetUserInput::default()).await.unwrap_err();
    refusal.is("AccessDenied", "iam:GetUser");
}

#[tokio::test]
async fn only_the_right_code_of_the_callers_own_device_counts() {
    let plane = TestPlane::new().await;
    let (alice, bob) = (enrolled(&plane, "alice").await, enrolled(&plane, "bob").await);
    let failed = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    for offset in [-2, 2, 100] {
        let refusal =
            plane.user::<GetSessionToken>("alice", alice.session(&plane, offset)).await.unwrap_err();
        assert_refused(refusal, "AccessDenied", 403, failed);
    }
    let unable = "unable to validate MFA code.";
    for caller in ["bob", "alice"] {
        let other = if caller == "bob" { &alice } else { &bob };
        plane
            .user::<GetSessionToken>(caller, other.session(&plane, 0))
            .await
            .unwrap_err()
            .is("AccessDenied", unable);
    }
    let refusal = refused::<GetSessionToken>(&plane, alice.session(&plane, 0)).await;
    refusal.is("AccessDenied", unable);
    let half = GetSessionTokenInput { token_code: None, ..alice.session(&plane, 0) };
    plane.user::<GetSessionToken>("alice", half).await.unwrap_err().is("AccessDenied", "must provide both");
    plane.user::<GetSessionToken>("alice", alice.session(&plane, 0)).await.unwrap();
    let again = plane.user::<GetSessionToken>("alice", alice.session(&plane, 0)).await.unwrap_err();
    assert_refused(again, "AccessDenied", 403, failed);
    plane.user::<GetSessionToken>("bob", bob.session(&plane, 1)).await.unwrap();
}

#[tokio::test]
async fn of_many_who_show_a_code_at_once_one_gets_in() {
    let plane = TestPlane::new().await;
    let device = enrolled(&plane, "alice").await;
    let calls = (0..8).map(|_| plane.user::<GetSessionToken>("alice", device.session(&plane, 0)));
    let outcomes = at_once(calls).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let plane = TestPlane::new().await;
    let device = enrolled(&plane, "alice").await;
    for _ in 0..10 {
        let wrong = device.session(&plane, 50);
        plane.user::<GetSessionToken>("alice", wrong).await.unwrap_err().is("AccessDenied", "invalid MFA");
    }
    let refusal = plane.user::<GetSessionToken>("alice", device.session(&plane, 0)).await.unwrap_err();
    assert_refused(refusal, "Throttling", 400, "Rate exceeded");
    plane.advance(300);
    plane.user::<GetSessionToken>("alice", device.session(&plane, 0)).await.unwrap();
}

#[tokio::test]
async fn a_role_may_ask_for_mfa() {
    let plane = TestPlane::new().await;
    let device = enrolled(&plane, "alice").await;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"sts:AssumeRole","Condition":{{"Bool":{{"aws:MultiFactorAuthPresent":"true"}}}}}}}}"#,
        arn("user/alice")
    );
    let input = CreateRoleInput {
        role_name: "guarded".into(),
        assume_role_policy_document: trust,
        ..Default::default()
    };
    plane.root::<CreateRole>(input).await.unwrap();
    let assume = |serial: Option<String>, code: Option<String>| AssumeRoleInput {
        role_arn: arn("role/guarded"),
        role_session_name: "session".into(),
        serial_number: serial,
        token_code: code.map(Into::into),
        ..Default::default()
    };
    let refusal = plane.user::<AssumeRole>("alice", assume(None, None)).await.unwrap_err();
    refusal.is("AccessDenied", "not authorized to perform: sts:AssumeRole");
    let wrong = assume(Some(device.serial.clone()), Some(device.code(&plane, 9)));
    plane.user::<AssumeRole>("alice", wrong).await.unwrap_err().is("AccessDenied", "invalid MFA");
    let right = assume(Some(device.serial.clone()), Some(device.code(&plane, 0)));
    let held = plane.user::<AssumeRole>("alice", right.clone()).await.unwrap().credentials.unwrap();
    plane.user::<AssumeRole>("alice", right).await.unwrap_err().is("AccessDenied", "invalid MFA");
    let id = domain::AccessKeyId::parse(&held.access_key_id).unwrap();
    let session =
        services::session_token::open(&held.session_token, &id, plane.plane.sealer.sessions()).unwrap();
    assert_eq!(session.mfa_authenticated_at, Some(plane.now()));
    plane.advance(30);
    // What no code helps uses none up.
    let code = || Some(device.code(&plane, 0));
    let too_long =
        AssumeRoleInput { duration_seconds: Some(43_200), ..assume(Some(device.serial.clone()), code()) };
    plane
        .user::<AssumeRole>("alice", too_long)
        .await
        .unwrap_err()
        .is("ValidationError", "MaxSessionDuration");
    plane.user::<AssumeRole>("alice", assume(Some(device.serial.clone()), code())).await.unwrap();
    plane.advance(30);
    let chained = assume(Some(device.serial.clone()), Some(device.code(&plane, 0)));
    let refusal =
        plane.session::<AssumeRole>(&held.access_key_id, &held.session_token, chained).await.unwrap_err();
    refusal.is("AccessDenied", "unable to validate MFA code.");
    plane
        .session::<GetCallerIdentity>(&held.access_key_id, &held.session_token, GetCallerIdentityInput)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_device_whose_clock_went_wrong_is_set_right() {
    let plane = TestPlane::new().await;
    let device = enrolled(&plane, "alice").await;
    // Half an hour ahead.
    let refusal = plane.user::<GetSessionToken>("alice", device.session(&plane, 60)).await.unwrap_err();
    refusal.is("AccessDenied", "invalid MFA");
    let resync = |one: i64, two: i64| ResyncMFADeviceInput {
        user_name: "alice".into(),
        serial_number: device.serial.clone(),
        authentication_code1: device.code(&plane, one).into(),
        authentication_code2: device.code(&plane, two).into(),
    };
    for input in [resync(60, 62), resync(130, 131)] {
        refused::<ResyncMFADevice>(&plane, input).await.is("InvalidAuthenticationCode", "not valid");
    }
    plane.root::<ResyncMFADevice>(resync(59, 60)).await.unwrap();
    plane.advance(30);
    plane.user::<GetSessionToken>("alice", device.session(&plane, 60)).await.unwrap();
    let unknown = ResyncMFADeviceInput { serial_number: arn("mfa/none"), ..resync(1, 2) };
    refused::<ResyncMFADevice>(&plane, unknown).await.is("NoSuchEntity", "MFA Device invalid for user.");
}

async fn provisioned(plane: &TestPlane, kind: MfaDeviceKind, serial: &str, owner: Option<&str>) -> Device {
    let assignment = match owner {
        Some(owner) => Some(MfaAssignment {
            owner: AccessKeyOwner::User(user(plane, owner).await.id),
            enabled_at: plane.now(),
        }),
        None => None,
    };
    let device = MfaDevice {
        account_id: plane.account,
        id: UniqueId::new(IdKind::MfaDevice, &*plane.plane.random),
        serial_number: serial.into(),
        kind,
        created_at: plane.now(),
        assignment,
        clock: TotpClock::default(),
        wrong_codes: WrongGuesses::default(),
        certifications: [("FIDO".to_owned(), "L1".to_owned())].into(),
        tags: Vec::new(),
    };
    let seed = (kind == MfaDeviceKind::Hardware).then_some(b"12345678901234567890".as_slice());
    let sealer = &plane.plane.sealer;
    in_store(plane, async |tx| store::mfa_device::insert(tx, sealer, &device, seed).await.unwrap()).await;
    Device { serial: serial.into(), seed: seed.unwrap_or_default().to_vec() }
}

#[tokio::test]
async fn hardware_and_fido_devices_are_described() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let token = provisioned(&plane, MfaDeviceKind::Hardware, "GAHT12345678", None).await;
    plane.root::<EnableMFADevice>(token.enable(&plane, "alice")).await.unwrap();
    let key = arn("u2f/user/alice/key-ABC");
    provisioned(&plane, MfaDeviceKind::Fido, &key, Some("alice")).await;
    let get =
        |serial: &str| GetMFADeviceInput { serial_number: serial.into(), user_name: Some("alice".into()) };
    let shown = plane.root::<GetMFADevice>(get(&key)).await.unwrap();
    assert_eq!(shown.user_name.as_deref(), Some("alice"));
    assert_eq!(shown.certifications.unwrap()["FIDO"], "L1");
    assert_eq!(plane.root::<ListMFADevices>(list(Some("alice"))).await.unwrap().mfa_devices.len(), 2);
    let virtuals = plane.root::<ListVirtualMFADevices>(ListVirtualMFADevicesInput::default()).await.unwrap();
    assert_eq!(virtuals.virtual_mfa_devices, []);
    refused::<DeleteVirtualMFADevice>(&plane, deleted("GAHT12345678"))
        .await
        .is("NoSuchEntity", "GAHT12345678");
    refused::<GetMFADevice>(&plane, get("GAHT00000000")).await.is("NoSuchEntity", "MFA Device invalid");
    // A security key shows no codes, and is of no use once it is nobody's.
    let code = GetSessionTokenInput {
        serial_number: Some(key.clone()),
        token_code: Some("123456".to_owned().into()),
        ..Default::default()
    };
    plane.user::<GetSessionToken>("alice", code).await.unwrap_err().is("AccessDenied", "unable to validate");
    plane.root::<DeactivateMFADevice>(deactivated(Some("alice"), &key)).await.unwrap();
    refused::<GetMFADevice>(&plane, get(&key)).await.is("NoSuchEntity", "MFA Device invalid");
    plane.root::<DeactivateMFADevice>(deactivated(Some("alice"), "GAHT12345678")).await.unwrap();
    create_user(&plane, "bob").await;
    plane.advance(60);
    plane.root::<EnableMFADevice>(token.enable(&plane, "bob")).await.unwrap();
}

#[tokio::test]
async fn tags_are_put_on_virtual_devices() {
    let plane = TestPlane::new().await;
    let tag = |key: &str| Tag { key: key.into(), value: "v".into() };
    let input = CreateVirtualMFADeviceInput { tags: Some(vec![tag("a")]), ..named("phone") };
    let made = plane.root::<CreateVirtualMFADevice>(input).await.unwrap().virtual_mfa_device;
    assert_eq!(made.tags, Some(vec![tag("a")]));
    let serial = made.serial_number;
    let put = |tags: Vec<Tag>| TagMFADeviceInput { serial_number: serial.clone(), tags };
    plane.root::<TagMFADevice>(put(vec![tag("b"), tag("c")])).await.unwrap();
    let many = (0..48).map(|number| tag(&format!("t{number}"))).collect();
    refused::<TagMFADevice>(&plane, put(many)).await.is("LimitExceeded", "maximum limit");
    refused::<TagMFADevice>(&plane, put(vec![tag("aws:x")])).await.is("InvalidInput", "aws:");
    let input = UntagMFADeviceInput { serial_number: serial.clone(), tag_keys: vec!["b".into()] };
    plane.root::<UntagMFADevice>(input).await.unwrap();
    let input = ListMFADeviceTagsInput { serial_number: serial.clone(), max_items: Some(1), marker: None };
    let first = plane.root::<ListMFADeviceTags>(input.clone()).await.unwrap();
    assert_eq!((first.tags, first.is_truncated), (vec![tag("a")], Some(true)));
    let rest =
        plane.root::<ListMFADeviceTags>(ListMFADeviceTagsInput { marker: first.marker, ..input }).await;
    assert_eq!(rest.unwrap().tags, [tag("c")]);
    let unknown = TagMFADeviceInput { serial_number: arn("mfa/none"), tags: vec![tag("a")] };
    refused::<TagMFADevice>(&plane, unknown).await.is("NoSuchEntity", "doesn't exist");
}

#[tokio::test]
async fn tags_of_requests_and_devices_decide() {
    let plane = TestPlane::new().await;
    let blue = r#"{"StringEquals":{"aws:RequestTag/team":"blue"}}"#;
    user_with_policy(&plane, "maker", &allow_if("iam:*", blue)).await;
    let tagged = |value: &str| CreateVirtualMFADeviceInput {
        tags: Some(vec![Tag { key: "team".into(), value: value.into() }]),
        ..named("phone")
    };
    let refusal = plane.user::<CreateVirtualMFADevice>("maker", tagged("red")).await.unwrap_err();
    refusal.is("AccessDenied", "iam:CreateVirtualMFADevice");
    plane.user::<CreateVirtualMFADevice>("maker", tagged("blue")).await.unwrap();
    let of_blue = r#"{"StringEquals":{"aws:ResourceTag/team":"blue"}}"#;
    user_with_policy(&plane, "keeper", &allow_if("iam:DeleteVirtualMFADevice", of_blue)).await;
    create(&plane, "other").await;
    let refusal =
        plane.user::<DeleteVirtualMFADevice>("keeper", deleted(&arn("mfa/other"))).await.unwrap_err();
    refusal.is("AccessDenied", "iam:DeleteVirtualMFADevice");
    plane.user::<DeleteVirtualMFADevice>("keeper", deleted(&arn("mfa/phone"))).await.unwrap();
}

#[tokio::test]
async fn devices_are_denied_without_permission() {
    let plane = TestPlane::new().await;
    let device = enrolled(&plane, "alice").await;
    let serial = || device.serial.clone();
    assert_denied::<CreateVirtualMFADevice>(&plane, named("x"), "mfa/x").await;
    assert_denied::<EnableMFADevice>(&plane, device.enable(&plane, "alice"), "user/alice").await;
    let resync = ResyncMFADeviceInput {
        user_name: "alice".into(),
        serial_number: serial(),
        authentication_code1: "123456".to_owned().into(),
        authentication_code2: "123456".to_owned().into(),
    };
    assert_denied::<ResyncMFADevice>(&plane, resync, "user/alice").await;
    assert_denied::<DeactivateMFADevice>(&plane, deactivated(Some("alice"), &serial()), "user/alice").await;
    assert_denied::<DeleteVirtualMFADevice>(&plane, deleted(&serial()), "mfa/alice").await;
    assert_denied::<ListMFADevices>(&plane, list(Some("alice")), "user/alice").await;
    assert_denied_on_all::<ListVirtualMFADevices>(&plane, ListVirtualMFADevicesInput::default()).await;
    let get = GetMFADeviceInput { serial_number: serial(), user_name: Some("alice".into()) };
    assert_denied::<GetMFADevice>(&plane, get, "user/alice").await;
    let tag = TagMFADeviceInput { serial_number: serial(), tags: vec![] };
    assert_denied::<TagMFADevice>(&plane, tag, "mfa/alice").await;
    let untag = UntagMFADeviceInput { serial_number: serial(), tag_keys: vec![] };
    assert_denied::<UntagMFADevice>(&plane, untag, "mfa/alice").await;
    let tags = ListMFADeviceTagsInput { serial_number: serial(), ..Default::default() };
    assert_denied::<ListMFADeviceTags>(&plane, tags, "mfa/alice").await;
}
