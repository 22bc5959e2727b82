//! Passwords of users, and what the account asks of them.

use crate::{
    plane::{ACCOUNT, Refused, TestPlane},
    support::{
        allow, arn, assert_denied, assert_denied_on, assert_denied_on_all, assert_refused, at_once, document,
        refused, user, user_with_policy,
    },
};
use domain::AccessKeyOwner;
use services::password::{PasswordVerdict, verify};
use shapes::iam::{
    ChangePassword, ChangePasswordInput, CreateLoginProfile, CreateLoginProfileInput, CreateUser,
    CreateUserInput, DeleteAccountPasswordPolicy, DeleteAccountPasswordPolicyInput, DeleteLoginProfile,
    DeleteLoginProfileInput, DeleteUser, DeleteUserInput, GetAccountPasswordPolicy,
    GetAccountPasswordPolicyInput, GetLoginProfile, GetLoginProfileInput, GetUser, GetUserInput, ListUsers,
    ListUsersInput, UpdateAccountPasswordPolicy, UpdateAccountPasswordPolicyInput, UpdateLoginProfile,
    UpdateLoginProfileInput, UpdateUser, UpdateUserInput, types::PasswordPolicy,
};

const GOOD: &str = "correct-Horse-1";
const REUSED: &str = "Policy constraint violation with password reuse prevention during password change";

fn made(user: &str, password: &str) -> CreateLoginProfileInput {
    CreateLoginProfileInput {
        user_name: Some(user.into()),
        password: Some(password.to_owned().into()),
        password_reset_required: None,
    }
}

fn updated(user: &str, password: Option<&str>, reset: Option<bool>) -> UpdateLoginProfileInput {
    UpdateLoginProfileInput {
        user_name: user.into(),
        password: password.map(|password| password.to_owned().into()),
        password_reset_required: reset,
    }
}

fn changed(old: &str, new: &str) -> ChangePasswordInput {
    ChangePasswordInput { old_password: old.to_owned().into(), new_password: new.to_owned().into() }
}

fn named(user: Option<&str>) -> GetLoginProfileInput {
    GetLoginProfileInput { user_name: user.map(Into::into) }
}

fn deleted(user: Option<&str>) -> DeleteLoginProfileInput {
    DeleteLoginProfileInput { user_name: user.map(Into::into) }
}

async fn alice(plane: &TestPlane) {
    let input = CreateUserInput { user_name: "alice".into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    plane.root::<CreateLoginProfile>(made("alice", GOOD)).await.unwrap();
}

async fn set_policy(plane: &TestPlane, policy: UpdateAccountPasswordPolicyInput) {
    plane.root::<UpdateAccountPasswordPolicy>(policy).await.unwrap();
}

async fn sign_in(plane: &TestPlane, name: &str, password: &str) -> PasswordVerdict {
    let owner = AccessKeyOwner::User(user(plane, name).await.id);
    verify(&plane.plane, plane.account, Some(&owner), password, plane.now(), "us-east-1").await.unwrap()
}

#[track_caller]
fn violates(refusal: Refused, message: &str) {
    assert_refused(refusal, "PasswordPolicyViolation", 400, message);
}

#[tokio::test]
async fn a_profile_is_made_shown_and_deleted() {
    let plane = TestPlane::new().await;
    let input = CreateUserInput { user_name: "Alice".into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    let gone = "Login Profile for User Alice cannot be found.";
    assert_refused(refused::<GetLoginProfile>(&plane, named(Some("alice"))).await, "NoSuchEntity", 404, gone);
    assert_refused(
        refused::<DeleteLoginProfile>(&plane, deleted(Some("alice"))).await,
        "NoSuchEntity",
        404,
        gone,
    );
    let update = refused::<UpdateLoginProfile>(&plane, updated("alice", Some(GOOD), None)).await;
    assert_refused(update, "NoSuchEntity", 404, gone);

    let input = CreateLoginProfileInput { password_reset_required: Some(true), ..made("alice", GOOD) };
    let profile = plane.root::<CreateLoginProfile>(input).await.unwrap().login_profile;
    assert_eq!((profile.user_name.as_str(), profile.create_date), ("Alice", plane.now()));
    assert_eq!(profile.password_reset_required, Some(true));
    assert_eq!(plane.root::<GetLoginProfile>(named(Some("alice"))).await.unwrap().login_profile, profile);
    let again = refused::<CreateLoginProfile>(&plane, made("alice", "other-Horse-2")).await;
    assert_refused(again, "EntityAlreadyExists", 409, "Login Profile for user Alice already exists.");

    let refusal = refused::<DeleteUser>(&plane, DeleteUserInput { user_name: "alice".into() }).await;
    assert_refused(refusal, "DeleteConflict", 409, "Cannot delete entity, must delete login profile first.");
    plane.root::<DeleteLoginProfile>(deleted(Some("alice"))).await.unwrap();
    assert_eq!(sign_in(&plane, "alice", GOOD).await, PasswordVerdict::Wrong);
    plane.root::<DeleteUser>(DeleteUserInput { user_name: "alice".into() }).await.unwrap();
}

#[tokio::test]
async fn name_and_password_are_wanted() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let input = CreateLoginProfileInput { password: None, ..made("alice", GOOD) };
    refused::<CreateLoginProfile>(&plane, input).await.is("ValidationError", "Value null at 'password'");
    let input = CreateLoginProfileInput { user_name: None, ..made("alice", GOOD) };
    refused::<CreateLoginProfile>(&plane, input).await.is("ValidationError", "Value null at 'userName'");
    refused::<CreateLoginProfile>(&plane, made("ghost", GOOD)).await.is("NoSuchEntity", "ghost");
    refused::<CreateLoginProfile>(&plane, made("alice", &"x".repeat(129))).await.is("ValidationError", "128");
    refused::<CreateLoginProfile>(&plane, made("alice", "snow\u{2603}man"))
        .await
        .is("ValidationError", "password");
}

#[tokio::test]
async fn without_a_policy_aws_s_own_holds() {
    let plane = TestPlane::new().await;
    let input = CreateUserInput { user_name: "alice".into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    let refusal = refused::<CreateLoginProfile>(&plane, made("alice", "Ab1!xyz")).await;
    violates(refusal, "Password should have a minimum length of 8");
    let default = "Password does not conform to the account password policy.";
    violates(refused::<CreateLoginProfile>(&plane, made("alice", "abcdefgh")).await, default);
    violates(refused::<CreateLoginProfile>(&plane, made("alice", "abcdefg1")).await, default);
    violates(refused::<CreateLoginProfile>(&plane, made("alice", "root@Example.com")).await, default);
    plane.root::<CreateLoginProfile>(made("alice", "Abcdefg1")).await.unwrap();
    assert_eq!(sign_in(&plane, "alice", "Abcdefg1").await, PasswordVerdict::Accepted);
    assert_eq!(sign_in(&plane, "alice", "abcdefg1").await, PasswordVerdict::Wrong);
}

#[tokio::test]
async fn every_rule_of_a_policy_is_enforced() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let strict = UpdateAccountPasswordPolicyInput {
        minimum_password_length: Some(10),
        require_symbols: Some(true),
        require_numbers: Some(true),
        require_uppercase_characters: Some(true),
        require_lowercase_characters: Some(true),
        ..Default::default()
    };
    set_policy(&plane, strict).await;
    for (password, message) in [
        ("Ab1!", "Password should have a minimum length of 10"),
        ("Abcdefgh12", "Password should have at least one symbol"),
        ("Abcdefgh!!", "Password should have at least one number"),
        ("abcdefg12!", "Password should have at least one uppercase letter"),
        ("ABCDEFG12!", "Password should have at least one lowercase letter"),
    ] {
        violates(
            refused::<UpdateLoginProfile>(&plane, updated("alice", Some(password), None)).await,
            message,
        );
    }
    assert_eq!(sign_in(&plane, "alice", GOOD).await, PasswordVerdict::Accepted, "what is set stays good");
    plane.root::<UpdateLoginProfile>(updated("alice", Some("Abcdefg12!"), None)).await.unwrap();
    set_policy(&plane, UpdateAccountPasswordPolicyInput::default()).await;
    plane.root::<UpdateLoginProfile>(updated("alice", Some("aaaaaa"), None)).await.unwrap();
}

#[tokio::test]
async fn passwords_are_not_used_again() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let policy = |count| UpdateAccountPasswordPolicyInput {
        password_reuse_prevention: Some(count),
        allow_users_to_change_password: Some(true),
        ..Default::default()
    };
    set_policy(&plane, policy(2)).await;
    violates(refused::<UpdateLoginProfile>(&plane, updated("alice", Some(GOOD), None)).await, REUSED);
    plane.user::<ChangePassword>("alice", changed(GOOD, "second")).await.unwrap();
    violates(plane.user::<ChangePassword>("alice", changed("second", GOOD)).await.unwrap_err(), REUSED);
    violates(plane.user::<ChangePassword>("alice", changed("second", "second")).await.unwrap_err(), REUSED);
    plane.user::<ChangePassword>("alice", changed("second", "third3")).await.unwrap();
    plane.user::<ChangePassword>("alice", changed("third3", GOOD)).await.unwrap();
    // What is remembered does not depend on what the policy was then.
    set_policy(&plane, policy(24)).await;
    violates(plane.user::<ChangePassword>("alice", changed(GOOD, "second")).await.unwrap_err(), REUSED);
}

#[tokio::test]
async fn passwords_expire() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let policy = |hard| UpdateAccountPasswordPolicyInput {
        max_password_age: Some(1),
        hard_expiry: hard,
        allow_users_to_change_password: Some(true),
        ..Default::default()
    };
    set_policy(&plane, policy(None)).await;
    plane.advance(24 * 3600 - 1);
    assert_eq!(sign_in(&plane, "alice", GOOD).await, PasswordVerdict::Accepted);
    plane.advance(1);
    assert_eq!(sign_in(&plane, "alice", GOOD).await, PasswordVerdict::Expired);
    assert_eq!(sign_in(&plane, "alice", "wrong").await, PasswordVerdict::Wrong);
    set_policy(&plane, policy(Some(true))).await;
    assert_eq!(sign_in(&plane, "alice", GOOD).await, PasswordVerdict::HardExpired);
    // With keys the user still may.
    plane.user::<ChangePassword>("alice", changed(GOOD, "another")).await.unwrap();
    assert_eq!(sign_in(&plane, "alice", "another").await, PasswordVerdict::Accepted);
    plane.root::<UpdateLoginProfile>(updated("alice", None, Some(true))).await.unwrap();
    assert_eq!(sign_in(&plane, "alice", "another").await, PasswordVerdict::ResetRequired);
    plane.user::<ChangePassword>("alice", changed("another", "a-third")).await.unwrap();
    assert_eq!(sign_in(&plane, "alice", "a-third").await, PasswordVerdict::Accepted);
    let nobody = verify(&plane.plane, plane.account, None, "x", plane.now(), "us-east-1").await;
    assert_eq!(nobody.unwrap(), PasswordVerdict::Wrong);
}

#[tokio::test]
async fn a_sign_in_is_noted() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let used = async || {
        let input = GetUserInput { user_name: Some("alice".into()) };
        plane.root::<GetUser>(input).await.unwrap().user.password_last_used
    };
    assert_eq!(used().await, None);
    assert_eq!(sign_in(&plane, "alice", "wrong").await, PasswordVerdict::Wrong);
    assert_eq!(used().await, None);
    sign_in(&plane, "alice", GOOD).await;
    assert_eq!(used().await, Some(plane.now()));
    plane.plane.last_uses.flush(&plane.plane.store).await.unwrap();
    assert_eq!(used().await, Some(plane.now()));
    let listed = plane.root::<ListUsers>(ListUsersInput::default()).await.unwrap().users;
    assert_eq!(listed[0].password_last_used, Some(plane.now()));
    // Another password of hers has not been used.
    plane.root::<DeleteLoginProfile>(deleted(Some("alice"))).await.unwrap();
    plane.root::<CreateLoginProfile>(made("alice", GOOD)).await.unwrap();
    assert_eq!(used().await, None);
    assert_eq!(
        plane.root::<ListUsers>(ListUsersInput::default()).await.unwrap().users[0].password_last_used,
        None
    );
}

#[tokio::test]
async fn a_password_goes_with_its_user_through_a_rename() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let input = UpdateUserInput {
        user_name: "alice".into(),
        new_user_name: Some("alicia".into()),
        ..Default::default()
    };
    plane.root::<UpdateUser>(input).await.unwrap();
    assert_eq!(sign_in(&plane, "alicia", GOOD).await, PasswordVerdict::Accepted);
}

#[tokio::test]
async fn who_may_change_a_password() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    assert_denied_on::<ChangePassword>(
        &plane,
        "alice",
        changed(GOOD, "x"),
        "iam:ChangePassword",
        "user/alice",
    )
    .await;
    let allowing =
        UpdateAccountPasswordPolicyInput { allow_users_to_change_password: Some(true), ..Default::default() };
    set_policy(&plane, allowing).await;
    plane.user::<ChangePassword>("alice", changed(GOOD, "second")).await.unwrap();
    plane.user::<GetAccountPasswordPolicy>("alice", GetAccountPasswordPolicyInput).await.unwrap();
    // Nothing else comes with it.
    assert_denied_on::<GetLoginProfile>(&plane, "alice", named(None), "iam:GetLoginProfile", "user/alice")
        .await;

    let deny = document(r#"{"Effect":"Deny","Action":"iam:ChangePassword","Resource":"*"}"#);
    user_with_policy(&plane, "bob", &deny).await;
    plane.root::<CreateLoginProfile>(made("bob", GOOD)).await.unwrap();
    let refusal = plane.user::<ChangePassword>("bob", changed(GOOD, "second")).await.unwrap_err();
    refusal.is("AccessDenied", "with an explicit deny");

    user_with_policy(&plane, "carol", &allow("iam:ChangePassword", &arn("user/carol"))).await;
    let refusal = plane.user::<ChangePassword>("carol", changed(GOOD, "second")).await.unwrap_err();
    assert_refused(refusal, "NoSuchEntity", 404, "Login Profile for User carol cannot be found.");
    let refusal = refused::<ChangePassword>(&plane, changed(GOOD, "second")).await;
    assert_refused(refusal, "InvalidUserType", 400, "Only IAM Users can change their own password");
}

#[tokio::test]
async fn the_old_password_is_wanted_and_not_guessed() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let allowing =
        UpdateAccountPasswordPolicyInput { allow_users_to_change_password: Some(true), ..Default::default() };
    set_policy(&plane, allowing).await;
    for _ in 0..10 {
        let refusal = plane.user::<ChangePassword>("alice", changed("wrong", "second")).await.unwrap_err();
        assert_refused(refusal, "AccessDenied", 403, "The old password was incorrect.");
    }
    let refusal = plane.user::<ChangePassword>("alice", changed(GOOD, "second")).await.unwrap_err();
    assert_refused(refusal, "Throttling", 400, "Rate exceeded");
    assert_eq!(
        sign_in(&plane, "alice", GOOD).await,
        PasswordVerdict::Accepted,
        "signing in is another matter"
    );
    plane.advance(300);
    plane.user::<ChangePassword>("alice", changed(GOOD, "second")).await.unwrap();
}

#[tokio::test]
async fn many_guesses_at_once_are_no_more_than_one_after_the_other() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let allowing =
        UpdateAccountPasswordPolicyInput { allow_users_to_change_password: Some(true), ..Default::default() };
    set_policy(&plane, allowing).await;
    let guesses = (0..25).map(|_| plane.user::<ChangePassword>("alice", changed("wrong", "second")));
    let looked_at = at_once(guesses).await.into_iter().filter(|outcome| {
        let refusal = outcome.as_ref().unwrap_err();
        assert!(["AccessDenied", "Throttling"].contains(&refusal.code), "{refusal:?}");
        refusal.code == "AccessDenied"
    });
    assert_eq!(looked_at.count(), 10);
}

#[tokio::test]
async fn a_refused_new_password_is_an_attempt_where_it_was_hashed() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let policy = UpdateAccountPasswordPolicyInput {
        allow_users_to_change_password: Some(true),
        password_reuse_prevention: Some(5),
        ..Default::default()
    };
    set_policy(&plane, policy).await;
    for _ in 0..20 {
        plane
            .user::<ChangePassword>("alice", changed(GOOD, "short"))
            .await
            .unwrap_err()
            .is("PasswordPolicyViolation", "minimum length");
    }
    for _ in 0..10 {
        violates(plane.user::<ChangePassword>("alice", changed(GOOD, GOOD)).await.unwrap_err(), REUSED);
    }
    let refusal = plane.user::<ChangePassword>("alice", changed(GOOD, "password-two")).await.unwrap_err();
    assert_refused(refusal, "Throttling", 400, "Rate exceeded");
}

#[tokio::test]
async fn a_policy_that_changes_meanwhile_is_not_passed_by() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    let stricter =
        UpdateAccountPasswordPolicyInput { minimum_password_length: Some(40), ..Default::default() };
    let (update, ()) = tokio::join!(
        plane.root::<UpdateLoginProfile>(updated("alice", Some("another-Horse-2"), None)),
        set_policy(&plane, stricter),
    );
    // The second where the policy was there first.
    let refusal = update.unwrap_err();
    assert!(
        ["EntityTemporarilyUnmodifiable", "PasswordPolicyViolation"].contains(&refusal.code),
        "{refusal:?}"
    );
    assert_eq!(sign_in(&plane, "alice", GOOD).await, PasswordVerdict::Accepted);
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_made() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    set_policy(
        &plane,
        UpdateAccountPasswordPolicyInput { allow_users_to_change_password: Some(true), ..Default::default() },
    )
    .await;
    let (one, two) = tokio::join!(
        plane.user::<ChangePassword>("alice", changed(GOOD, "password-one")),
        plane.user::<ChangePassword>("alice", changed(GOOD, "password-two")),
    );
    let (made, refusal) = match (one, two) {
        (Ok(_), Err(refusal)) => ("password-one", refusal),
        (Err(refusal), Ok(_)) => ("password-two", refusal),
        other => panic!("{other:?}"),
    };
    assert!(["EntityTemporarilyUnmodifiable", "AccessDenied"].contains(&refusal.code), "{refusal:?}");
    assert_eq!(sign_in(&plane, "alice", made).await, PasswordVerdict::Accepted);
}

#[tokio::test]
async fn profiles_are_denied_without_permission() {
    let plane = TestPlane::new().await;
    alice(&plane).await;
    assert_denied::<CreateLoginProfile>(&plane, made("alice", GOOD), "user/alice").await;
    assert_denied::<GetLoginProfile>(&plane, named(Some("alice")), "user/alice").await;
    assert_denied::<UpdateLoginProfile>(&plane, updated("alice", Some(GOOD), None), "user/alice").await;
    assert_denied::<DeleteLoginProfile>(&plane, deleted(Some("alice")), "user/alice").await;
    assert_denied_on_all::<UpdateAccountPasswordPolicy>(&plane, UpdateAccountPasswordPolicyInput::default())
        .await;
    assert_denied_on_all::<GetAccountPasswordPolicy>(&plane, GetAccountPasswordPolicyInput).await;
    assert_denied_on_all::<DeleteAccountPasswordPolicy>(&plane, DeleteAccountPasswordPolicyInput).await;
    refused::<GetLoginProfile>(&plane, named(None)).await.is("NoSuchEntity", ACCOUNT);
}

#[tokio::test]
async fn a_policy_is_set_as_a_whole() {
    let plane = TestPlane::new().await;
    let message = format!("The Password Policy with domain name {ACCOUNT} cannot be found.");
    let refusal = refused::<GetAccountPasswordPolicy>(&plane, GetAccountPasswordPolicyInput).await;
    assert_refused(refusal, "NoSuchEntity", 404, &message);
    let refusal = refused::<DeleteAccountPasswordPolicy>(&plane, DeleteAccountPasswordPolicyInput).await;
    assert_refused(refusal, "NoSuchEntity", 404, &message);
    let get = async || {
        let output = plane.root::<GetAccountPasswordPolicy>(GetAccountPasswordPolicyInput).await.unwrap();
        output.password_policy
    };
    let full = UpdateAccountPasswordPolicyInput {
        minimum_password_length: Some(128),
        require_symbols: Some(true),
        max_password_age: Some(1095),
        password_reuse_prevention: Some(24),
        hard_expiry: Some(false),
        ..Default::default()
    };
    set_policy(&plane, full).await;
    let defaults = PasswordPolicy {
        minimum_password_length: Some(6),
        require_symbols: Some(false),
        require_numbers: Some(false),
        require_uppercase_characters: Some(false),
        require_lowercase_characters: Some(false),
        allow_users_to_change_password: Some(false),
        expire_passwords: Some(false),
        max_password_age: None,
        password_reuse_prevention: None,
        hard_expiry: None,
    };
    let expected = PasswordPolicy {
        minimum_password_length: Some(128),
        require_symbols: Some(true),
        expire_passwords: Some(true),
        max_password_age: Some(1095),
        password_reuse_prevention: Some(24),
        hard_expiry: Some(false),
        ..defaults.clone()
    };
    assert_eq!(get().await, expected);
    set_policy(&plane, UpdateAccountPasswordPolicyInput::default()).await;
    assert_eq!(get().await, defaults);
    for (length, age, reuse) in [(5, 1, 1), (129, 1, 1), (6, 0, 1), (6, 1096, 1), (6, 1, 0), (6, 1, 25)] {
        let input = UpdateAccountPasswordPolicyInput {
            minimum_password_length: Some(length),
            max_password_age: Some(age),
            password_reuse_prevention: Some(reuse),
            ..Default::default()
        };
        refused::<UpdateAccountPasswordPolicy>(&plane, input).await.is("ValidationError", "constraint");
    }
    plane.root::<DeleteAccountPasswordPolicy>(DeleteAccountPasswordPolicyInput).await.unwrap();
}
