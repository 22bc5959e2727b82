"""The way of life of an identity, the same through every client: boto3, both AWS CLIs, the JavaScript SDK."""

import dataclasses
import re

import pytest

from clients import Client, document
from people import role, session, user_with_key
from plane import Credentials
from policies import allow, deny, policy, trust
from refusals import refused

NO_IDENTITY_POLICY = "because no identity-based policy allows the {action} action"


def test_root_learns_who_it_is(plane, connect):
    assert connect(plane.root).call("sts", "GetCallerIdentity") == {
        "UserId": plane.account_id,
        "Account": plane.account_id,
        "Arn": f"arn:aws:iam::{plane.account_id}:root",
    }


def test_a_user_is_made_shown_renamed_and_deleted(plane, connect):
    root = connect(plane.root)
    made = root.call("iam", "CreateUser", UserName="alice", Path="/staff/", Tags=[{"Key": "team", "Value": "Blå"}])["User"]
    assert made["Arn"] == f"arn:aws:iam::{plane.account_id}:user/staff/alice"
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", made["UserId"])
    shown = root.call("iam", "GetUser", UserName="alice")["User"]
    assert shown["UserId"] == made["UserId"]
    assert shown["Tags"] == [{"Key": "team", "Value": "Blå"}]
    assert [user["UserName"] for user in root.call("iam", "ListUsers", PathPrefix="/staff/")["Users"]] == ["alice"]
    assert root.call("iam", "ListUsers", PathPrefix="/other/")["Users"] == []
    root.call("iam", "UpdateUser", UserName="alice", NewUserName="alicia", NewPath="/")
    with refused("NoSuchEntity"):
        root.call("iam", "GetUser", UserName="alice")
    renamed = root.call("iam", "GetUser", UserName="alicia")["User"]
    assert (renamed["UserId"], renamed["Path"]) == (made["UserId"], "/")
    assert root.call("iam", "DeleteUser", UserName="alicia") == {}
    with refused("NoSuchEntity") as refusal:
        root.call("iam", "GetUser", UserName="alicia")
    assert refusal.value.message == "The user with name alicia cannot be found."


def test_a_new_access_key_signs(plane, connect):
    root = connect(plane.root)
    user = root.call("iam", "CreateUser", UserName="alice")["User"]
    key = root.call("iam", "CreateAccessKey", UserName="alice")["AccessKey"]
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", key["AccessKeyId"])
    assert re.fullmatch(r"[A-Za-z0-9/+]{40}", key["SecretAccessKey"])
    assert key["Status"] == "Active"
    assert connect(Credentials.of(key)).call("sts", "GetCallerIdentity") == {
        "UserId": user["UserId"],
        "Account": plane.account_id,
        "Arn": user["Arn"],
    }
    [listed] = root.call("iam", "ListAccessKeys", UserName="alice")["AccessKeyMetadata"]
    assert listed["AccessKeyId"] == key["AccessKeyId"]
    assert "SecretAccessKey" not in listed


def test_a_wrong_secret_is_refused(plane, connect, root):
    key = user_with_key(root, "alice")
    wrong = key.secret_access_key[:-1] + ("a" if key.secret_access_key[-1] != "a" else "b")
    with refused("SignatureDoesNotMatch") as refusal:
        connect(dataclasses.replace(key, secret_access_key=wrong)).call("sts", "GetCallerIdentity")
    assert refusal.value.message.startswith(
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method."
    )
    assert key.secret_access_key not in refusal.value.message


def test_an_unknown_key_is_refused(plane, connect):
    with refused("InvalidClientTokenId") as refusal:
        connect(Credentials("AKIAIOSFODNN7EXAMPLE", "x" * 40)).call("sts", "GetCallerIdentity")
    assert refusal.value.message == "The security token included in the request is invalid."


def test_a_deactivated_key_is_refused_until_it_is_active_again(plane, connect, root):
    key = user_with_key(root, "alice")
    alice = connect(key)
    alice.call("sts", "GetCallerIdentity")
    change = {"UserName": "alice", "AccessKeyId": key.access_key_id}
    connect(plane.root).call("iam", "UpdateAccessKey", Status="Inactive", **change)
    with refused("InvalidClientTokenId"):
        alice.call("sts", "GetCallerIdentity")
    root.call("iam", "UpdateAccessKey", Status="Active", **change)
    alice.call("sts", "GetCallerIdentity")
    root.call("iam", "DeleteAccessKey", **change)
    with refused("InvalidClientTokenId"):
        alice.call("sts", "GetCallerIdentity")


def test_nothing_is_allowed_until_an_inline_policy_says_so(plane, connect, root):
    alice = connect(user_with_key(root, "alice"))
    arn = f"arn:aws:iam::{plane.account_id}:user/alice"
    with refused("AccessDenied") as refusal:
        alice.call("iam", "GetUser", UserName="alice")
    assert refusal.value.message == (
        f"User: {arn} is not authorized to perform: iam:GetUser on resource: {arn} "
        + NO_IDENTITY_POLICY.format(action="iam:GetUser")
    )
    administrator = connect(plane.root)
    put = {"UserName": "alice", "PolicyName": "self"}
    administrator.call("iam", "PutUserPolicy", PolicyDocument=policy(allow("iam:Get*", resource=arn)), **put)
    assert alice.call("iam", "GetUser", UserName="alice")["User"]["Arn"] == arn
    root.call("iam", "CreateUser", UserName="bob")
    with refused("AccessDenied"):
        alice.call("iam", "GetUser", UserName="bob")
    administrator.call("iam", "DeleteUserPolicy", **put)
    with refused("AccessDenied"):
        alice.call("iam", "GetUser", UserName="alice")


def test_a_managed_policy_allows_while_it_is_attached(plane, connect, root):
    alice = connect(user_with_key(root, "alice"))
    administrator = connect(plane.root)
    made = administrator.call(
        "iam", "CreatePolicy", PolicyName="readers", PolicyDocument=policy(allow("iam:ListUsers")), Description="May look"
    )["Policy"]
    assert made["Arn"] == f"arn:aws:iam::{plane.account_id}:policy/readers"
    administrator.call("iam", "AttachUserPolicy", UserName="alice", PolicyArn=made["Arn"])
    assert [user["UserName"] for user in alice.call("iam", "ListUsers")["Users"]] == ["alice"]
    attached = administrator.call("iam", "ListAttachedUserPolicies", UserName="alice")["AttachedPolicies"]
    assert attached == [{"PolicyName": "readers", "PolicyArn": made["Arn"]}]
    administrator.call("iam", "DetachUserPolicy", UserName="alice", PolicyArn=made["Arn"])
    with refused("AccessDenied") as refusal:
        alice.call("iam", "ListUsers")
    arn = f"arn:aws:iam::{plane.account_id}"
    assert refusal.value.message.startswith(
        f"User: {arn}:user/alice is not authorized to perform: iam:ListUsers on resource: {arn}:user/"
    )
    assert refusal.value.message.endswith(NO_IDENTITY_POLICY.format(action="iam:ListUsers"))


def test_an_explicit_deny_wins(plane, connect, root):
    key = user_with_key(root, "alice", allow("iam:*"), deny("iam:DeleteUser"))
    alice = connect(key)
    alice.call("iam", "CreateUser", UserName="bob")
    with refused("AccessDenied") as refusal:
        alice.call("iam", "DeleteUser", UserName="bob")
    assert re.search(r" with an explicit deny in an? identity-based policy", refusal.value.message)
    assert root.call("iam", "GetUser", UserName="bob")["User"]["UserName"] == "bob"


def test_a_group_lends_its_policy_to_its_members(plane, connect, root):
    alice = connect(user_with_key(root, "alice"))
    administrator = connect(plane.root)
    administrator.call("iam", "CreateGroup", GroupName="auditors")
    administrator.call(
        "iam", "PutGroupPolicy", GroupName="auditors", PolicyName="look", PolicyDocument=policy(allow("iam:ListGroups"))
    )
    with refused("AccessDenied"):
        alice.call("iam", "ListGroups")
    administrator.call("iam", "AddUserToGroup", GroupName="auditors", UserName="alice")
    [group] = alice.call("iam", "ListGroups")["Groups"]
    assert group["Arn"] == f"arn:aws:iam::{plane.account_id}:group/auditors"
    administrator.call("iam", "RemoveUserFromGroup", GroupName="auditors", UserName="alice")
    with refused("AccessDenied"):
        alice.call("iam", "ListGroups")


def assume(caller: Client, role_arn: str, **more) -> dict:
    return caller.call("sts", "AssumeRole", RoleArn=role_arn, RoleSessionName="visit", **more)


def test_a_role_is_assumed_with_its_external_id_alone(plane, connect, root):
    key = user_with_key(root, "alice", allow("sts:AssumeRole"))
    user_arn = f"arn:aws:iam::{plane.account_id}:user/alice"
    made = connect(plane.root).call(
        "iam", "CreateRole", RoleName="partner", AssumeRolePolicyDocument=trust(user_arn, external_id="door:17@partner")
    )["Role"]
    assert document(made["AssumeRolePolicyDocument"])["Statement"][0]["Action"] == "sts:AssumeRole"
    alice = connect(key)
    for wrong in ({}, {"ExternalId": "door:18@partner"}):
        with refused("AccessDenied") as refusal:
            assume(alice, made["Arn"], **wrong)
        assert refusal.value.message.startswith(
            f"User: {user_arn} is not authorized to perform: sts:AssumeRole on resource: {made['Arn']}"
        )
    answer = assume(alice, made["Arn"], ExternalId="door:17@partner")
    session_arn = f"arn:aws:sts::{plane.account_id}:assumed-role/partner/visit"
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": f"{made['RoleId']}:visit", "Arn": session_arn}
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", answer["Credentials"]["AccessKeyId"])
    assert connect(Credentials.of(answer["Credentials"])).call("sts", "GetCallerIdentity") == {
        "UserId": f"{made['RoleId']}:visit",
        "Account": plane.account_id,
        "Arn": session_arn,
    }


def test_a_session_has_the_roles_permissions_and_no_others(plane, connect, root):
    caller = connect(user_with_key(root, "alice", allow("sts:AssumeRole", "iam:CreateUser")))
    role_arn = role(root, "reader", f"arn:aws:iam::{plane.account_id}:root", allow("iam:ListRoles"))
    reader = connect(Credentials.of(assume(caller, role_arn)["Credentials"]))
    assert [entry["RoleName"] for entry in reader.call("iam", "ListRoles")["Roles"] if entry["Path"] == "/"].count("reader") == 1
    with refused("AccessDenied") as refusal:
        reader.call("iam", "CreateUser", UserName="mallory")
    assert refusal.value.message.startswith(
        f"User: arn:aws:sts::{plane.account_id}:assumed-role/reader/visit is not authorized to perform: iam:CreateUser"
    )


def alice_of(plane, root) -> Client:
    """alice, who may assume any role, through boto3."""
    return type(root)(plane, user_with_key(root, "alice", allow("sts:AssumeRole")))


def test_an_expired_session_is_refused(plane, connect, root):
    caller = alice_of(plane, root)
    reader = connect(session(caller, role(root, "reader", f"arn:aws:iam::{plane.account_id}:root"), DurationSeconds=900))
    reader.call("sts", "GetCallerIdentity")
    plane.advance(901)
    with refused("ExpiredToken") as refusal:
        reader.call("sts", "GetCallerIdentity")
    assert refusal.value.message == "The security token included in the request is expired"


def test_a_tampered_or_missing_session_token_is_refused(plane, connect, root):
    caller = alice_of(plane, root)
    good = session(caller, role(root, "reader", f"arn:aws:iam::{plane.account_id}:root"))
    middle = len(good.session_token) // 2
    other = "A" if good.session_token[middle] != "A" else "B"
    tampered = good.session_token[:middle] + other + good.session_token[middle + 1 :]
    for token in (tampered, good.session_token[:-8], "nonsense", None):
        with refused("InvalidClientTokenId") as refusal:
            connect(dataclasses.replace(good, session_token=token)).call("sts", "GetCallerIdentity")
        assert refusal.value.message == "The security token included in the request is invalid."


def test_any_region_may_be_signed_for(plane, connect):
    """With an endpoint of one's own every client signs for its configured region, IAM's too: one plane serves them all."""
    elsewhere = connect(plane.root, region="eu-north-1")
    assert elsewhere.call("sts", "GetCallerIdentity")["Account"] == plane.account_id
    assert elsewhere.call("iam", "ListUsers")["Users"] == []


def test_session_tokens_of_a_user_and_of_root(plane, connect, root):
    key = user_with_key(root, "alice", allow("iam:ListUsers"))
    for credentials, arn in ((key, f"arn:aws:iam::{plane.account_id}:user/alice"), (plane.root, None)):
        answer = connect(credentials).call("sts", "GetSessionToken", DurationSeconds=900)["Credentials"]
        identity = connect(Credentials.of(answer)).call("sts", "GetCallerIdentity")
        assert identity["Arn"] == (arn or f"arn:aws:iam::{plane.account_id}:root")


def test_an_access_key_names_its_account(plane, connect, root):
    key = user_with_key(root, "alice")
    answer = connect(plane.root).call("sts", "GetAccessKeyInfo", AccessKeyId=key.access_key_id)
    assert answer["Account"] == plane.account_id


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("CreateUser", {"UserName": "Twin"}),
        ("CreateGroup", {"GroupName": "Twin"}),
        ("CreateRole", {"RoleName": "Twin", "AssumeRolePolicyDocument": trust("*")}),
        ("CreatePolicy", {"PolicyName": "Twin", "PolicyDocument": policy(allow("iam:*"))}),
    ],
)
def test_names_are_taken_once(plane, connect, root, operation, parameters):
    root.call("iam", operation, **parameters)
    with refused("EntityAlreadyExists") as refusal:
        connect(plane.root).call("iam", operation, **parameters)
    if operation == "CreatePolicy":
        assert refusal.value.message == "A policy called Twin already exists. Duplicate names are not allowed."
    else:
        assert refusal.value.message == f"{operation.removeprefix('Create')} with name Twin already exists."


def test_what_is_still_in_use_is_not_deleted(plane, connect, root):
    user_with_key(root, "alice")
    administrator = connect(plane.root)
    with refused("DeleteConflict") as refusal:
        administrator.call("iam", "DeleteUser", UserName="alice")
    assert refusal.value.message == "Cannot delete entity, must delete access keys first."


def test_what_is_not_built_says_so(plane, connect):
    with refused("NotImplemented") as refusal:
        connect(plane.root).call("sts", "GetFederationToken", Name="someone")
    assert "GetFederationToken" in refusal.value.message
    assert refusal.value.status in (501, None)
