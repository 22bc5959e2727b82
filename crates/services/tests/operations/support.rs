//! What the tests of IAM's operations share.

use crate::plane::{ACCOUNT, Refused, TestPlane};
use domain::{InlinePolicy, PolicyName, PolicyOwner, User, UserName};
use hmac::{Hmac, KeyInit, Mac};
use services::Operation;
use shapes::iam::{CreateUser, CreateUserInput};
use std::task::Poll;
use store::Transaction;

/// A managed policy that is always there.
pub const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// `arn:aws:iam::ACCOUNT:RESOURCE`
pub fn arn(resource: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{resource}")
}

/// A policy that allows one action on one resource.
pub fn allow(action: &str, resource: &str) -> String {
    document(&format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#))
}

/// A policy that allows one action on everything, under a condition such as `{"StringEquals":{"key":"value"}}`.
pub fn allow_if(action: &str, condition: &str) -> String {
    document(&format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*","Condition":{condition}}}"#))
}

/// A policy of those statements, joined by commas.
pub fn document(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

/// Makes a user who may do what the policy says.
pub async fn user_with_policy(plane: &TestPlane, name: &str, policy: &str) {
    let input = CreateUserInput { user_name: name.into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    let owner = PolicyOwner::User(user(plane, name).await.id);
    put_inline_policy(plane, &owner, policy).await;
}

/// The user's record.
pub async fn user(plane: &TestPlane, name: &str) -> User {
    find_user(plane, name).await.unwrap()
}

async fn find_user(plane: &TestPlane, name: &str) -> Option<User> {
    let name = UserName::parse(name).unwrap();
    let mut tx = plane.plane.store.read();
    store::user::find_by_name(&mut tx, plane.account, &name).await.unwrap()
}

/// Puts an inline policy on its owner.
pub async fn put_inline_policy(plane: &TestPlane, owner: &PolicyOwner, document: &str) {
    let policy = InlinePolicy { name: PolicyName::parse("inline").unwrap(), document: document.into() };
    in_store(plane, async |tx| {
        store::inline_policy::put(tx, plane.account, owner, &policy).await.unwrap();
    })
    .await;
}

/// Takes the inline policy away again.
pub async fn delete_inline_policy(plane: &TestPlane, owner: &PolicyOwner) {
    let name = PolicyName::parse("inline").unwrap();
    in_store(plane, async |tx| {
        assert!(store::inline_policy::delete(tx, plane.account, owner, &name).await.unwrap());
    })
    .await;
}

/// Attaches the managed policy that is always there.
pub async fn attach(plane: &TestPlane, owner: &PolicyOwner) {
    in_store(plane, async |tx| {
        assert!(store::attachment::insert(tx, plane.account, owner, ADMINISTRATOR_ACCESS).await.unwrap());
    })
    .await;
}

/// Detaches it again.
pub async fn detach(plane: &TestPlane, owner: &PolicyOwner) {
    in_store(plane, async |tx| {
        assert!(store::attachment::delete(tx, plane.account, owner, ADMINISTRATOR_ACCESS).await.unwrap());
    })
    .await;
}

/// What a virtual MFA device with that seed shows in the time step of that number.
pub fn one_time_code(seed: &[u8], step: i64) -> String {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(seed).unwrap();
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest.last().unwrap() & 15);
    let bytes = digest.get(at..at + 4).unwrap().try_into().unwrap();
    let number = u32::from_be_bytes(bytes) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// Changes the store without an operation.
pub async fn in_store<T>(plane: &TestPlane, change: impl AsyncFnOnce(&mut Transaction) -> T) -> T {
    let mut tx = plane.plane.store.write().await.unwrap();
    let done = change(&mut tx).await;
    tx.commit().await.unwrap();
    done
}

/// What the root user is refused with.
pub async fn refused<O: Operation>(plane: &TestPlane, input: O::Input) -> Refused {
    match plane.root::<O>(input).await {
        Ok(_) => panic!("{} is not refused", O::NAME),
        Err(refused) => refused,
    }
}

/// Asserts the code, the status and the whole message.
#[track_caller]
pub fn assert_refused(refused: Refused, code: &'static str, status: u16, message: &str) {
    assert_eq!(refused, Refused { code, status, message: message.into() });
}

/// Asserts that a user without policies is refused, in AWS's words. `resource` is the part of the ARN behind the account.
pub async fn assert_denied<O: Operation>(plane: &TestPlane, input: O::Input, resource: &str) {
    let action = format!("iam:{}", O::NAME);
    assert_denied_on::<O>(plane, "nobody", input, &action, resource).await;
}

/// Asserts that the user of that name is refused that action. A user who does not exist is made, without policies.
pub async fn assert_denied_on<O: Operation>(
    plane: &TestPlane,
    caller: &str,
    input: O::Input,
    action: &str,
    resource: &str,
) {
    if find_user(plane, caller).await.is_none() {
        let input = CreateUserInput { user_name: caller.into(), ..Default::default() };
        plane.root::<CreateUser>(input).await.unwrap();
    }
    let Err(refused) = plane.user::<O>(caller, input).await else { panic!("{} is not refused", O::NAME) };
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: {} because no identity-based policy allows the \
         {action} action",
        arn(&format!("user/{caller}")),
        arn(resource),
    );
    assert_refused(refused, "AccessDenied", 403, &message);
}

/// Asserts that a user without policies is refused an action that has no resource of its own.
pub(crate) async fn assert_denied_on_all<O: Operation>(plane: &TestPlane, input: O::Input) {
    let Err(refused) = plane.user::<O>("nobody", input).await else { panic!("{} is not refused", O::NAME) };
    let action = format!("iam:{}", O::NAME);
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: * because no identity-based policy allows the \
         {action} action",
        arn("user/nobody"),
    );
    assert_refused(refused, "AccessDenied", 403, &message);
}

/// What calls come to that are all under way before any of them is done.
pub async fn at_once<F: Future>(calls: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut calls: Vec<_> = calls.into_iter().map(Box::pin).collect();
    let mut outcomes = Vec::new();
    std::future::poll_fn(|context| {
        calls.retain_mut(|call| match call.as_mut().poll(context) {
            Poll::Ready(outcome) => {
                outcomes.push(outcome);
                false
            }
            Poll::Pending => true,
        });
        if calls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outcomes
}
