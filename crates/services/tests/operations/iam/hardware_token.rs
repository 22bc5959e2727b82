//! Hardware tokens: provisioned by an operator, enabled by users.

use super::mfa_device::{Device, create, create_user, deactivated, deleted, list};
use crate::{
    plane::{ACCOUNT, TestPlane},
    support::{assert_refused, at_once, refused},
};
use domain::AccountId;
use services::{Operator, ProvisionError, TokenFile, remove_tokens};
use shapes::{
    cloudtrail::{LookupEvents, LookupEventsInput, types},
    iam::{
        DeactivateMFADevice, DeleteUser, DeleteUserInput, DeleteVirtualMFADevice, EnableMFADevice,
        GetAccountSummary, GetAccountSummaryInput, GetMFADevice, GetMFADeviceInput, ListMFADevices,
        ListVirtualMFADevices, ListVirtualMFADevicesInput, ResyncMFADevice, ResyncMFADeviceInput,
    },
    sts::GetSessionToken,
};

const SERIAL: &str = "GAHT12345678";
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn token(serial: &str) -> Device {
    Device { serial: serial.into(), seed: b"12345678901234567890".to_vec() }
}

fn operator() -> Operator {
    Operator { user_name: "root".into(), user_id: 0, login_id: None, host: "host".into() }
}

async fn provision(plane: &TestPlane, account: AccountId, lines: &str) -> Result<usize, ProvisionError> {
    let (inner, operator) = (&plane.plane, operator());
    let file = TokenFile::parse(lines).unwrap();
    file.provision(&inner.store, &inner.sealer, account, &operator, &*inner.random, plane.now()).await
}

async fn remove(plane: &TestPlane, serials: &[&str]) -> Result<(), ProvisionError> {
    let serials: Vec<String> = serials.iter().map(|serial| (*serial).to_owned()).collect();
    remove_tokens(&plane.plane.store, plane.account, &serials, &operator(), plane.now()).await
}

async fn serials(plane: &TestPlane) -> Vec<String> {
    let mut tx = plane.plane.store.read();
    let listed = store::mfa_device::list_hardware(&mut tx, plane.account, None, 1000).await.unwrap();
    listed.into_iter().map(|device| device.serial_number).collect()
}

/// The documents of what operators did, newest first.
async fn deeds(plane: &TestPlane) -> Vec<String> {
    let attribute = types::LookupAttribute {
        attribute_key: types::LookupAttributeKey::EventSource,
        attribute_value: "portcullis".into(),
    };
    let input = LookupEventsInput { lookup_attributes: Some(vec![attribute]), ..Default::default() };
    let events = plane.root::<LookupEvents>(input).await.unwrap().events.unwrap();
    events.into_iter().filter_map(|event| event.cloud_trail_event).collect()
}

#[tokio::test]
async fn a_token_is_enabled_by_its_serial_number() {
    let plane = TestPlane::new().await;
    let token = token(SERIAL);
    create_user(&plane, "alice").await;
    let unknown = refused::<EnableMFADevice>(&plane, token.enable(&plane, "alice")).await;
    assert_refused(unknown, "NoSuchEntity", 404, "MFA Device invalid for user.");
    assert_eq!(provision(&plane, plane.account, &format!("{SERIAL},{SEED}")).await.unwrap(), 1);
    let count = async |key: &str| {
        let summary = plane.root::<GetAccountSummary>(GetAccountSummaryInput).await.unwrap();
        summary.summary_map.unwrap()[key]
    };
    assert_eq!((count("MFADevices").await, count("MFADevicesInUse").await), (1, 0));

    let mut wrong = token.enable(&plane, "alice");
    wrong.authentication_code2 = wrong.authentication_code1.clone();
    let refusal = refused::<EnableMFADevice>(&plane, wrong).await;
    refusal.is("InvalidAuthenticationCode", "not valid");
    plane.root::<EnableMFADevice>(token.enable(&plane, "alice")).await.unwrap();
    assert_eq!(count("MFADevicesInUse").await, 1);
    let listed = plane.root::<ListMFADevices>(list(Some("alice"))).await.unwrap().mfa_devices;
    assert_eq!((listed[0].user_name.as_str(), listed[0].serial_number.as_str()), ("alice", SERIAL));
    assert_eq!(listed[0].enable_date, plane.now());
    let get = GetMFADeviceInput { serial_number: SERIAL.into(), user_name: Some("alice".into()) };
    let shown = plane.root::<GetMFADevice>(get).await.unwrap();
    assert_eq!((shown.serial_number.as_str(), shown.enable_date), (SERIAL, Some(plane.now())));
    let virtuals = plane.root::<ListVirtualMFADevices>(ListVirtualMFADevicesInput::default()).await.unwrap();
    assert_eq!(virtuals.virtual_mfa_devices, []);

    create_user(&plane, "bob").await;
    let refusal = refused::<EnableMFADevice>(&plane, token.enable(&plane, "bob")).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "MFA Device is already in use.");
    plane.user::<GetSessionToken>("alice", token.session(&plane, 1)).await.unwrap();
    let again = plane.user::<GetSessionToken>("alice", token.session(&plane, 1)).await.unwrap_err();
    again.is("AccessDenied", "invalid MFA");
    plane.advance(3600);
    let resync = ResyncMFADeviceInput {
        user_name: "alice".into(),
        serial_number: SERIAL.into(),
        authentication_code1: token.code(&plane, 39).into(),
        authentication_code2: token.code(&plane, 40).into(),
    };
    plane.root::<ResyncMFADevice>(resync).await.unwrap();
    plane.user::<GetSessionToken>("alice", token.session(&plane, 41)).await.unwrap();
    let refusal = refused::<DeleteUser>(&plane, DeleteUserInput { user_name: "alice".into() }).await;
    refusal.is("DeleteConflict", "must delete MFA device first");
}

#[tokio::test]
async fn a_token_that_is_deactivated_can_be_enabled_again() {
    let plane = TestPlane::new().await;
    provision(&plane, plane.account, &format!("{SERIAL},{SEED}")).await.unwrap();
    let token = token(SERIAL);
    for (owner, user) in [("alice", Some("alice")), ("bob", Some("bob")), (ACCOUNT, None)] {
        if let Some(user) = user {
            create_user(&plane, user).await;
        }
        plane.root::<EnableMFADevice>(token.enable(&plane, owner)).await.unwrap();
        assert_eq!(plane.root::<ListMFADevices>(list(user)).await.unwrap().mfa_devices.len(), 1);
        let refusal = refused::<DeleteVirtualMFADevice>(&plane, deleted(SERIAL)).await;
        refusal.is("NoSuchEntity", SERIAL);
        plane.root::<DeactivateMFADevice>(deactivated(user, SERIAL)).await.unwrap();
        assert_eq!(plane.root::<ListMFADevices>(list(user)).await.unwrap().mfa_devices, []);
        // Codes that the one before has seen are good for nobody.
        let refusal = refused::<EnableMFADevice>(&plane, token.enable(&plane, owner)).await;
        refusal.is("InvalidAuthenticationCode", "");
        plane.advance(60);
    }
    assert_eq!(serials(&plane).await, [SERIAL]);
}

#[tokio::test]
async fn tokens_are_provisioned_all_or_none() {
    let plane = TestPlane::new().await;
    let other = AccountId::parse("999999999999").unwrap();
    let line =
        |serial: &str, number: u8| format!("{serial},{}\n", data_encoding::BASE32.encode(&[number; 20]));
    let missing = provision(&plane, other, &line(SERIAL, 1)).await.unwrap_err();
    assert_eq!(missing.to_string(), "there is no account 999999999999");
    plane.other_account(other).await;
    provision(&plane, other, &line(SERIAL, 1)).await.unwrap();
    provision(&plane, plane.account, &line("GAHT00000001", 2)).await.unwrap();
    for taken in ["gaht00000001", SERIAL] {
        let account = if taken == SERIAL { other } else { plane.account };
        let lines = line("GAHT00000002", 3) + &line(taken, 4);
        let error = provision(&plane, plane.account, &lines).await.unwrap_err();
        assert_eq!(error.to_string(), format!("line 2: its serial number is in account {account} already"));
    }
    assert_eq!(serials(&plane).await, ["GAHT00000001"]);

    // The other account's token is not this account's to enable.
    create_user(&plane, "alice").await;
    let foreign = Device { serial: SERIAL.into(), seed: vec![1; 20] };
    let refusal = refused::<EnableMFADevice>(&plane, foreign.enable(&plane, "alice")).await;
    refusal.is("NoSuchEntity", "MFA Device invalid for user.");

    let lines = [line("GAHT00000003", 5), line("GAHT00000003", 6)];
    let outcomes = at_once(lines.iter().map(|line| provision(&plane, plane.account, line))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}

#[tokio::test]
async fn tokens_that_are_nobodys_are_removed() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let lines = format!("{SERIAL},{SEED}\nGAHT00000001,MFRGGZDFMZTWQ2LKNNWG23TPOBYQ");
    provision(&plane, plane.account, &lines).await.unwrap();
    plane.root::<EnableMFADevice>(token(SERIAL).enable(&plane, "alice")).await.unwrap();
    let phone = create(&plane, "phone").await.serial;
    for (serials, said) in [
        (["GAHT00000001", SERIAL], "GAHT12345678 is enabled: deactivate it first".to_owned()),
        (["GAHT00000001", "GAHT99999999"], "there is no hardware token GAHT99999999".to_owned()),
        (["GAHT00000001", &phone], format!("there is no hardware token {phone}")),
    ] {
        assert_eq!(remove(&plane, &serials).await.unwrap_err().to_string(), said);
    }
    assert_eq!(serials(&plane).await, ["GAHT00000001", SERIAL]);
    plane.root::<DeactivateMFADevice>(deactivated(Some("alice"), SERIAL)).await.unwrap();
    remove(&plane, &["GAHT00000001", SERIAL]).await.unwrap();
    assert_eq!(serials(&plane).await, [""; 0]);
    provision(&plane, plane.account, &lines).await.unwrap();
}

#[tokio::test]
async fn what_an_operator_does_is_recorded_without_seeds() {
    let plane = TestPlane::new().await;
    let lines = format!("{SERIAL},{SEED}");
    provision(&plane, plane.account, &lines).await.unwrap();
    provision(&plane, plane.account, &lines).await.unwrap_err();
    plane.advance(1);
    remove(&plane, &[SERIAL]).await.unwrap();
    remove(&plane, &[SERIAL]).await.unwrap_err();
    plane.advance(1);
    let deeds = deeds(&plane).await;
    let told: Vec<serde_json::Value> = deeds.iter().map(|deed| serde_json::from_str(deed).unwrap()).collect();
    let names: Vec<_> = told.iter().map(|deed| deed["eventName"].as_str().unwrap()).collect();
    assert_eq!(names, ["RemoveMFADevices", "ProvisionMFADevices"]);
    assert!(told.iter().all(|deed| deed["serviceEventDetails"]["serialNumbers"][0] == SERIAL));
    assert!(deeds.iter().all(|deed| !deed.contains(SEED)));
}
