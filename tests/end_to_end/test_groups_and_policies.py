"""Groups, inline and managed policies with their versions, and what the documents in them may say."""

import json

import pytest

from clients import Boto3, document
from people import user_with_key
from policies import allow, deny, policy
from refusals import refused

LOOK = policy(allow("iam:ListUsers"))


@pytest.fixture
def managed(root):
    return root.call("iam", "CreatePolicy", PolicyName="look", PolicyDocument=LOOK)["Policy"]


def test_a_group_and_its_members(plane, root):
    made = root.call("iam", "CreateGroup", GroupName="staff", Path="/people/")["Group"]
    assert made["Arn"] == f"arn:aws:iam::{plane.account_id}:group/people/staff"
    assert made["GroupId"].startswith("AGPA")
    for name in ("alice", "bob"):
        root.call("iam", "CreateUser", UserName=name)
        root.call("iam", "AddUserToGroup", GroupName="staff", UserName=name)
    root.call("iam", "AddUserToGroup", GroupName="staff", UserName="bob")
    shown = root.call("iam", "GetGroup", GroupName="staff")
    assert sorted(user["UserName"] for user in shown["Users"]) == ["alice", "bob"]
    with refused("DeleteConflict", 409, "Cannot delete entity, must remove users from group first."):
        root.call("iam", "DeleteGroup", GroupName="staff")
    for name in ("alice", "bob"):
        root.call("iam", "RemoveUserFromGroup", GroupName="staff", UserName=name)
    root.call("iam", "UpdateGroup", GroupName="staff", NewGroupName="crew", NewPath="/")
    root.call("iam", "DeleteGroup", GroupName="crew")
    with refused("NoSuchEntity", 404, "The group with name crew cannot be found."):
        root.call("iam", "GetGroup", GroupName="crew")


def test_a_user_is_in_ten_groups_at_most(root):
    root.call("iam", "CreateUser", UserName="alice")
    for number in range(11):
        root.call("iam", "CreateGroup", GroupName=f"g{number}")
    for number in range(10):
        root.call("iam", "AddUserToGroup", GroupName=f"g{number}", UserName="alice")
    with refused("LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: 10"):
        root.call("iam", "AddUserToGroup", GroupName="g10", UserName="alice")


@pytest.mark.parametrize("owner", ["User", "Group", "Role"])
def test_inline_policies_of_every_owner(root, owner):
    name = {f"{owner}Name": "owner"}
    trusted = {"AssumeRolePolicyDocument": json.dumps({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    })} if owner == "Role" else {}  # fmt: skip
    root.call("iam", f"Create{owner}", **name, **trusted)
    one = {**name, "PolicyName": "one"}
    root.call("iam", f"Put{owner}Policy", PolicyDocument=LOOK, **one)
    root.call("iam", f"Put{owner}Policy", PolicyDocument=policy(deny("iam:*")), **one)
    shown = root.call("iam", f"Get{owner}Policy", **one)
    assert document(shown["PolicyDocument"])["Statement"][0]["Effect"] == "Deny"
    assert root.call("iam", f"List{owner}Policies", **name)["PolicyNames"] == ["one"]
    with refused("DeleteConflict", 409, "Cannot delete entity, must delete policies first."):
        root.call("iam", f"Delete{owner}", **name)
    root.call("iam", f"Delete{owner}Policy", **one)
    with refused("NoSuchEntity", 404):
        root.call("iam", f"Get{owner}Policy", **one)
    with refused("NoSuchEntity", 404):
        root.call("iam", f"Delete{owner}Policy", **one)
    root.call("iam", f"Delete{owner}", **name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        '"Allow"',
        '{"Version":"2012-10-17"}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"allow","Action":"iam:*","Resource":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam","Resource":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"bucket"}]}',
        '{"Version":"2030-01-01","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*","Colour":"red"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","NotAction":"s3:*","Resource":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*","Principal":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"Nope":{"a":"b"}}}]}',
        '{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"iam:*","Resource":"*"},'
        '{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
        '{"Version":"2012-10-17","Statement":[' + "[" * 3000 + "]" * 3000 + "]}",
    ],
)
def test_a_malformed_document_is_not_stored(plane, text):
    root = Boto3(plane, plane.root, parameter_validation=False)
    root.call("iam", "CreateUser", UserName="alice")
    code = "MalformedPolicyDocument" if text else "ValidationError"
    with refused(code, 400):
        root.call("iam", "PutUserPolicy", UserName="alice", PolicyName="p", PolicyDocument=text)
    with refused(code, 400):
        root.call("iam", "CreatePolicy", PolicyName="p", PolicyDocument=text)
    assert root.call("iam", "ListUserPolicies", UserName="alice")["PolicyNames"] == []
    assert root.call("iam", "ListPolicies", Scope="Local")["Policies"] == []


def test_versions_up_to_five_and_one_default(root, managed):
    arn = {"PolicyArn": managed["Arn"]}
    assert managed["DefaultVersionId"] == "v1"
    for number in range(2, 6):
        made = root.call("iam", "CreatePolicyVersion", PolicyDocument=policy(allow(f"iam:Get{'x' * number}*")), **arn)
        assert made["PolicyVersion"]["VersionId"] == f"v{number}"
        assert made["PolicyVersion"]["IsDefaultVersion"] is False
    with refused("LimitExceeded", 409, "A managed policy can have up to 5 versions. .*"):
        root.call("iam", "CreatePolicyVersion", PolicyDocument=LOOK, **arn)
    with refused("DeleteConflict", 409, "Cannot delete the default version of a policy."):
        root.call("iam", "DeletePolicyVersion", VersionId="v1", **arn)
    with refused("DeleteConflict", 409):
        root.call("iam", "DeletePolicy", **arn)
    root.call("iam", "SetDefaultPolicyVersion", VersionId="v3", **arn)
    assert root.call("iam", "GetPolicy", **arn)["Policy"]["DefaultVersionId"] == "v3"
    root.call("iam", "DeletePolicyVersion", VersionId="v1", **arn)
    made = root.call("iam", "CreatePolicyVersion", PolicyDocument=LOOK, SetAsDefault=True, **arn)["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v6", True)
    listed = root.call("iam", "ListPolicyVersions", **arn)["Versions"]
    assert sorted(version["VersionId"] for version in listed) == ["v2", "v3", "v4", "v5", "v6"]
    assert [version["VersionId"] for version in listed if version["IsDefaultVersion"]] == ["v6"]
    for number in range(2, 6):
        root.call("iam", "DeletePolicyVersion", VersionId=f"v{number}", **arn)
    root.call("iam", "DeletePolicy", **arn)
    with refused("NoSuchEntity", 404):
        root.call("iam", "GetPolicy", **arn)


def test_the_default_version_is_the_one_that_counts(plane, root, managed):
    alice = Boto3(plane, user_with_key(root, "alice"))
    arn = {"PolicyArn": managed["Arn"]}
    root.call("iam", "AttachUserPolicy", UserName="alice", **arn)
    alice.call("iam", "ListUsers")
    root.call("iam", "CreatePolicyVersion", PolicyDocument=policy(allow("iam:ListGroups")), SetAsDefault=True, **arn)
    alice.call("iam", "ListGroups")
    with refused("AccessDenied", 403):
        alice.call("iam", "ListUsers")
    root.call("iam", "SetDefaultPolicyVersion", VersionId="v1", **arn)
    alice.call("iam", "ListUsers")


def test_attachments_are_counted_and_listed(root, managed):
    arn = {"PolicyArn": managed["Arn"]}
    root.call("iam", "CreateUser", UserName="alice")
    root.call("iam", "CreateGroup", GroupName="staff")
    root.call("iam", "AttachUserPolicy", UserName="alice", **arn)
    root.call("iam", "AttachUserPolicy", UserName="alice", **arn)
    root.call("iam", "AttachGroupPolicy", GroupName="staff", **arn)
    assert root.call("iam", "GetPolicy", **arn)["Policy"]["AttachmentCount"] == 2
    entities = root.call("iam", "ListEntitiesForPolicy", **arn)
    assert [user["UserName"] for user in entities["PolicyUsers"]] == ["alice"]
    assert [group["GroupName"] for group in entities["PolicyGroups"]] == ["staff"]
    assert entities["PolicyRoles"] == []
    with refused("DeleteConflict", 409):
        root.call("iam", "DeletePolicy", **arn)
    root.call("iam", "DetachUserPolicy", UserName="alice", **arn)
    with refused("NoSuchEntity", 404):
        root.call("iam", "DetachUserPolicy", UserName="alice", **arn)
    root.call("iam", "DetachGroupPolicy", GroupName="staff", **arn)
    root.call("iam", "DeletePolicy", **arn)


def test_ten_attachments_are_the_limit(root):
    root.call("iam", "CreateUser", UserName="alice")
    arns = [
        root.call("iam", "CreatePolicy", PolicyName=f"p{number}", PolicyDocument=LOOK)["Policy"]["Arn"] for number in range(11)
    ]
    for arn in arns[:10]:
        root.call("iam", "AttachUserPolicy", UserName="alice", PolicyArn=arn)
    with refused("LimitExceeded", 409, "Cannot exceed quota for PoliciesPerUser: 10"):
        root.call("iam", "AttachUserPolicy", UserName="alice", PolicyArn=arns[10])


def test_a_policy_that_is_not_there(plane, root):
    root.call("iam", "CreateUser", UserName="alice")
    ghost = f"arn:aws:iam::{plane.account_id}:policy/ghost"
    with refused("NoSuchEntity", 404, f"Policy {ghost} does not exist or is not attachable."):
        root.call("iam", "AttachUserPolicy", UserName="alice", PolicyArn=ghost)
    with refused("NoSuchEntity", 404, f"Policy {ghost} was not found."):
        root.call("iam", "GetPolicy", PolicyArn=ghost)


def test_sizes_do_not_count_white_space(root):
    root.call("iam", "CreateUser", UserName="alice")
    spaced = LOOK.replace(" ", " " * 3000)
    root.call("iam", "PutUserPolicy", UserName="alice", PolicyName="spaced", PolicyDocument=spaced)
    big = policy(allow(*(f"iam:Get{'x' * 20}{number:04}" for number in range(80))))
    with refused("LimitExceeded", 409, "Maximum policy size of 2048 bytes exceeded for user alice"):
        root.call("iam", "PutUserPolicy", UserName="alice", PolicyName="big", PolicyDocument=big)


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([allow("iam:list*")], True),
        ([allow("IAM:ListUsers")], True),
        ([allow("*")], True),
        ([allow("iam:ListUser?")], True),
        ([allow("iam:ListUse")], False),
        ([{"Effect": "Allow", "NotAction": "iam:Create*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "NotAction": "iam:List*", "Resource": "*"}], False),
        ([allow("iam:ListUsers", Condition={"StringEquals": {"aws:username": "alice"}})], True),
        ([allow("iam:ListUsers", Condition={"StringEquals": {"aws:username": "bob"}})], False),
        ([allow("iam:ListUsers", Condition={"StringLike": {"aws:username": ["b*", "a*"]}})], True),
        ([allow("iam:ListUsers", Condition={"StringNotEquals": {"aws:username": ["alice", "bob"]}})], False),
        ([allow("iam:ListUsers", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}})], True),
        ([allow("iam:ListUsers", Condition={"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}})], False),
        ([allow("iam:ListUsers", Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})], True),
        ([allow("iam:ListUsers", Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})], False),
        ([allow("iam:ListUsers", Condition={"Bool": {"aws:SecureTransport": "true"}})], False),
        ([allow("iam:ListUsers", Condition={"Null": {"aws:TokenIssueTime": "true"}})], True),
        ([allow("iam:ListUsers", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})], False),
        ([allow("iam:ListUsers", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})], True),
        ([allow("iam:*"), deny("iam:ListUsers", Condition={"StringEquals": {"aws:username": "bob"}})], True),
        ([allow("iam:*"), deny("iam:ListUsers", Condition={"StringNotEquals": {"aws:username": "bob"}})], False),
    ],
)
def test_what_a_policy_grants(plane, root, statements, allowed):
    alice = Boto3(plane, user_with_key(root, "alice", *statements))
    if allowed:
        alice.call("iam", "ListUsers")
    else:
        with refused("AccessDenied", 403):
            alice.call("iam", "ListUsers")


def test_a_variable_stands_for_the_caller(plane, root):
    own = f"arn:aws:iam::{plane.account_id}:user/${{aws:username}}"
    alice = Boto3(plane, user_with_key(root, "alice", allow("iam:GetUser", resource=own)))
    root.call("iam", "CreateUser", UserName="bob")
    alice.call("iam", "GetUser", UserName="alice")
    with refused("AccessDenied", 403):
        alice.call("iam", "GetUser", UserName="bob")


def test_the_denied_learn_nothing_about_what_exists(plane, root):
    alice = Boto3(plane, user_with_key(root, "alice"))
    root.call("iam", "CreateUser", UserName="bob")
    for name in ("bob", "ghost"):
        with refused("AccessDenied", 403):
            alice.call("iam", "GetUser", UserName=name)
