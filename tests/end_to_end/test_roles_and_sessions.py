"""Roles, who may assume them, for how long, and what their sessions can do."""

import datetime

import pytest

import raw
from clients import Boto3, document
from people import role, session, user_with_key
from plane import Credentials
from policies import allow, deny, policy, trust
from refusals import refused


@pytest.fixture
def trusted(plane):
    return f"arn:aws:iam::{plane.account_id}:root"


@pytest.fixture
def alice(plane, root):
    return Boto3(plane, user_with_key(root, "alice", allow("sts:AssumeRole")))


def test_a_role_is_made_shown_changed_and_deleted(plane, root, trusted):
    made = root.call(
        "iam", "CreateRole", RoleName="reader", Path="/team/", AssumeRolePolicyDocument=trust(trusted),
        Description="Reads", MaxSessionDuration=7200, Tags=[{"Key": "a", "Value": "b"}],
    )["Role"]  # fmt: skip
    assert made["Arn"] == f"arn:aws:iam::{plane.account_id}:role/team/reader"
    assert made["RoleId"].startswith("AROA")
    shown = root.call("iam", "GetRole", RoleName="reader")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"], shown["Tags"]) == ("Reads", 7200, [{"Key": "a", "Value": "b"}])
    root.call("iam", "UpdateRole", RoleName="reader", Description="Still reads", MaxSessionDuration=3600)
    root.call("iam", "UpdateAssumeRolePolicy", RoleName="reader", PolicyDocument=trust("*"))
    shown = root.call("iam", "GetRole", RoleName="reader")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("Still reads", 3600)
    assert document(shown["AssumeRolePolicyDocument"])["Statement"][0]["Principal"] == {"AWS": "*"}
    root.call("iam", "DeleteRole", RoleName="reader")
    with refused("NoSuchEntity", 404, "The role with name reader cannot be found."):
        root.call("iam", "GetRole", RoleName="reader")


@pytest.mark.parametrize(
    "document",
    [
        "{}",
        policy(allow("sts:AssumeRole")),
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}',
    ],
)
def test_a_trust_policy_names_principals_and_no_resources(root, document):
    with refused("MalformedPolicyDocument", 400):
        root.call("iam", "CreateRole", RoleName="reader", AssumeRolePolicyDocument=document)


def test_a_trust_policy_names_principals_that_exist(plane, root):
    ghost = f"arn:aws:iam::{plane.account_id}:user/ghost"
    with refused("MalformedPolicyDocument", 400, 'Invalid principal in policy: "AWS":".*"'):
        root.call("iam", "CreateRole", RoleName="reader", AssumeRolePolicyDocument=trust(ghost))


def test_an_unknown_role_and_a_closed_one_look_the_same(plane, root, alice):
    user_with_key(root, "bob")
    closed = role(root, "closed", f"arn:aws:iam::{plane.account_id}:user/bob")
    for arn in (closed, closed.replace("closed", "ghost")):
        words = (
            f"User: arn:aws:iam::{plane.account_id}:user/alice is not authorized to perform: sts:AssumeRole on resource: {arn}.*"
        )
        with refused("AccessDenied", 403, words):
            session(alice, arn)


def test_a_trust_in_the_account_needs_the_callers_policy_too(plane, root, trusted):
    arn = role(root, "reader", trusted)
    bob = Boto3(plane, user_with_key(root, "bob"))
    with refused("AccessDenied", 403):
        session(bob, arn)
    root.call(
        "iam", "PutUserPolicy", UserName="bob", PolicyName="p", PolicyDocument=policy(allow("sts:AssumeRole", resource=arn))
    )
    session(bob, arn)


def test_a_trust_in_the_user_needs_no_policy_but_bows_to_a_deny(plane, root):
    bob = Boto3(plane, user_with_key(root, "bob"))
    arn = role(root, "reader", f"arn:aws:iam::{plane.account_id}:user/bob")
    session(bob, arn)
    root.call("iam", "PutUserPolicy", UserName="bob", PolicyName="p", PolicyDocument=policy(deny("sts:AssumeRole")))
    with refused("AccessDenied", 403):
        session(bob, arn)


def test_root_assumes_no_role(plane, root, trusted):
    with refused("AccessDenied", 403, "Roles may not be assumed by root accounts."):
        session(root, role(root, "reader", trusted))


def test_durations_have_limits(plane, root, alice, trusted):
    arn = role(root, "reader", trusted, MaxSessionDuration=3600)
    with refused("ValidationError", 400, ".*MaxSessionDuration.*"):
        session(alice, arn, DurationSeconds=3601)
    for seconds, limit in ((899, "greater than or equal to 900"), (43201, "less than or equal to 43200")):
        answer = raw.call(
            plane, alice.credentials, "sts", "AssumeRole", RoleArn=arn, RoleSessionName="s1", DurationSeconds=str(seconds)
        )
        assert (answer.status, answer.code) == (400, "ValidationError")
        assert answer.message == (
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: "
            f"Member must have value {limit}"
        )
    made = alice.call("sts", "AssumeRole", RoleArn=arn, RoleSessionName="s1", DurationSeconds=900)["Credentials"]
    remaining = made["Expiration"] - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(seconds=890) < remaining <= datetime.timedelta(seconds=900)


def test_a_chain_of_roles_lasts_an_hour_at_most(plane, root, alice, trusted):
    first = role(root, "first", trusted, allow("sts:AssumeRole"), MaxSessionDuration=43200)
    second = role(root, "second", trusted, MaxSessionDuration=43200)
    held = Boto3(plane, session(alice, first, DurationSeconds=43200))
    with refused(
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    ):
        session(held, second, DurationSeconds=3601)
    chained = Boto3(plane, session(held, second, DurationSeconds=3600))
    assert chained.call("sts", "GetCallerIdentity")["Arn"].endswith(":assumed-role/second/session")


def test_a_session_policy_narrows_and_never_widens(plane, root, alice, trusted):
    arn = role(root, "reader", trusted, allow("iam:ListUsers", "iam:ListRoles"))
    narrow = session(alice, arn, Policy=policy(allow("iam:ListUsers", "iam:ListGroups")))
    reader = Boto3(plane, narrow)
    reader.call("iam", "ListUsers")
    for operation in ("ListRoles", "ListGroups"):
        with refused("AccessDenied", 403):
            reader.call("iam", operation)


def test_a_changed_role_changes_its_sessions(plane, root, alice, trusted):
    reader = Boto3(plane, session(alice, role(root, "reader", trusted, allow("iam:ListUsers"))))
    reader.call("iam", "ListUsers")
    root.call("iam", "DeleteRolePolicy", RoleName="reader", PolicyName="inline")
    with refused("AccessDenied", 403):
        reader.call("iam", "ListUsers")
    made = root.call("iam", "CreatePolicy", PolicyName="look", PolicyDocument=policy(allow("iam:ListUsers")))["Policy"]
    root.call("iam", "AttachRolePolicy", RoleName="reader", PolicyArn=made["Arn"])
    reader.call("iam", "ListUsers")
    attached = root.call("iam", "ListAttachedRolePolicies", RoleName="reader")["AttachedPolicies"]
    assert attached == [{"PolicyName": "look", "PolicyArn": made["Arn"]}]
    root.call("iam", "DetachRolePolicy", RoleName="reader", PolicyArn=made["Arn"])
    with refused("AccessDenied", 403):
        reader.call("iam", "ListUsers")


@pytest.mark.parametrize("arn", ["not an arn, but long enough", "arn:aws:iam::role/reader", "arn:aws:sns:::a-topic-of-some-name"])
def test_an_arn_that_is_none(plane, alice, arn):
    answer = raw.call(plane, alice.credentials, "sts", "AssumeRole", RoleArn=arn, RoleSessionName="s1")
    assert (answer.status, answer.code, answer.message) == (400, "ValidationError", f"{arn} is invalid")


@pytest.mark.parametrize("name", ["a", "a" * 65, "with space", "ü" * 5])
def test_a_session_name_has_rules(plane, root, alice, trusted, name):
    arn = role(root, "reader", trusted)
    answer = raw.call(plane, alice.credentials, "sts", "AssumeRole", RoleArn=arn, RoleSessionName=name)
    assert (answer.status, answer.code) == (400, "ValidationError")
    assert f"Value '{name}' at 'roleSessionName' failed to satisfy constraint" in answer.message


def test_a_session_token_of_a_user_may_not_touch_iam(plane, root):
    key = user_with_key(root, "alice", allow("iam:*", "sts:*"))
    answer = Boto3(plane, key).call("sts", "GetSessionToken")["Credentials"]
    held = Boto3(plane, Credentials.of(answer))
    assert held.call("sts", "GetCallerIdentity")["Arn"].endswith(":user/alice")
    with refused("InvalidClientTokenId", 403):
        held.call("iam", "ListUsers")
    with refused("AccessDenied", 403):
        held.call("sts", "GetSessionToken")


def test_a_user_that_a_role_trusts_is_pinned_by_its_id(plane, root):
    """A user deleted and made again by the same name is not the one that was trusted."""
    key = user_with_key(root, "alice")
    arn = role(root, "reader", f"arn:aws:iam::{plane.account_id}:user/alice")
    root.call("iam", "DeleteAccessKey", UserName="alice", AccessKeyId=key.access_key_id)
    root.call("iam", "DeleteUser", UserName="alice")
    again = Boto3(plane, user_with_key(root, "alice"))
    with refused("AccessDenied", 403):
        session(again, arn)
