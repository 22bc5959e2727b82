"""IAM users and access keys, beyond what every client is tried with."""

import base64
import datetime

import pytest

from clients import Boto3, Refused
from people import user_with_key
from policies import allow, policy
from refusals import refused

NOT_FOUND = "The user with name {} cannot be found."


def test_names_are_unique_whatever_their_case(root):
    root.call("iam", "CreateUser", UserName="Alice")
    with refused("EntityAlreadyExists", 409, "User with name alice already exists."):
        root.call("iam", "CreateUser", UserName="alice", Path="/elsewhere/")


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("GetUser", {}),
        ("DeleteUser", {}),
        ("UpdateUser", {"NewPath": "/x/"}),
        ("CreateAccessKey", {}),
        ("ListAccessKeys", {}),
        ("ListUserPolicies", {}),
        ("ListAttachedUserPolicies", {}),
        ("ListGroupsForUser", {}),
        ("ListUserTags", {}),
        ("TagUser", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("UntagUser", {"TagKeys": ["a"]}),
        ("PutUserPolicy", {"PolicyName": "p", "PolicyDocument": policy(allow("iam:*"))}),
    ],
)
def test_a_user_that_is_not_there(root, operation, more):
    with refused("NoSuchEntity", 404, NOT_FOUND.format("ghost")):
        root.call("iam", operation, UserName="ghost", **more)


def test_a_user_without_name_is_the_caller(plane, root):
    alice = Boto3(plane, user_with_key(root, "alice", allow("iam:*")))
    assert alice.call("iam", "GetUser")["User"]["UserName"] == "alice"
    key = alice.call("iam", "CreateAccessKey")["AccessKey"]
    assert key["UserName"] == "alice"
    assert len(alice.call("iam", "ListAccessKeys")["AccessKeyMetadata"]) == 2
    alice.call("iam", "UpdateAccessKey", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    alice.call("iam", "DeleteAccessKey", AccessKeyId=key["AccessKeyId"])
    assert len(root.call("iam", "ListAccessKeys", UserName="alice")["AccessKeyMetadata"]) == 1


def test_two_keys_are_the_limit(root):
    root.call("iam", "CreateUser", UserName="alice")
    for _ in range(2):
        root.call("iam", "CreateAccessKey", UserName="alice")
    with refused("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2"):
        root.call("iam", "CreateAccessKey", UserName="alice")


def test_access_key_ids_carry_the_account(plane, root):
    key = user_with_key(root, "alice").access_key_id
    first = int.from_bytes(base64.b32decode(key[4:])[:6])
    assert (first & 0x7FFF_FFFF_FF80) >> 7 == int(plane.account_id)


def test_a_key_belongs_to_its_user(root):
    key = user_with_key(root, "alice").access_key_id
    root.call("iam", "CreateUser", UserName="bob")
    for operation, more in (("DeleteAccessKey", {}), ("UpdateAccessKey", {"Status": "Inactive"})):
        with refused("NoSuchEntity", 404, f"The Access Key with id {key} cannot be found."):
            root.call("iam", operation, UserName="bob", AccessKeyId=key, **more)


def test_the_last_use_of_a_key_is_known(plane, root):
    key = user_with_key(root, "alice", allow("iam:ListUsers"))
    shown = root.call("iam", "GetAccessKeyLastUsed", AccessKeyId=key.access_key_id)
    assert shown == {"UserName": "alice", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    Boto3(plane, key).call("iam", "ListUsers")
    used = root.call("iam", "GetAccessKeyLastUsed", AccessKeyId=key.access_key_id)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("iam", "us-east-1")
    assert before - datetime.timedelta(minutes=15) <= used["LastUsedDate"] <= datetime.datetime.now(datetime.UTC)


def test_tags_come_go_and_are_counted(root):
    root.call("iam", "CreateUser", UserName="alice", Tags=[{"Key": "Team", "Value": "one"}])
    root.call("iam", "TagUser", UserName="alice", Tags=[{"Key": "Team", "Value": "two"}, {"Key": "empty", "Value": ""}])
    tags = root.call("iam", "ListUserTags", UserName="alice")["Tags"]
    assert sorted((tag["Key"], tag["Value"]) for tag in tags) == [("Team", "two"), ("empty", "")]
    root.call("iam", "UntagUser", UserName="alice", TagKeys=["Team", "not there"])
    assert root.call("iam", "ListUserTags", UserName="alice")["Tags"] == [{"Key": "empty", "Value": ""}]
    root.call("iam", "TagUser", UserName="alice", Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(49)])
    with refused("LimitExceeded", 409):
        root.call("iam", "TagUser", UserName="alice", Tags=[{"Key": "one too many", "Value": "v"}])
    assert len(root.call("iam", "ListUserTags", UserName="alice", MaxItems=1000)["Tags"]) == 50


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": "aws:mine", "Value": "v"}],
        [{"Key": "same", "Value": "1"}, {"Key": "Same", "Value": "2"}],
        [{"Key": "k" * 129, "Value": "v"}],
        [{"Key": "k", "Value": "v" * 257}],
        [{"Key": "k", "Value": "<"}],
    ],
)
def test_tags_that_break_the_rules(root, tags):
    with pytest.raises(Refused) as refusal:
        root.call("iam", "CreateUser", UserName="alice", Tags=tags)
    assert refusal.value.code in ("InvalidInput", "ValidationError")
    assert root.call("iam", "ListUsers")["Users"] == []


def conflicts(root):
    root.call("iam", "CreateUser", UserName="alice")
    root.call("iam", "CreateGroup", GroupName="staff")
    arn = root.call("iam", "CreatePolicy", PolicyName="look", PolicyDocument=policy(allow("iam:List*")))["Policy"]["Arn"]
    key = root.call("iam", "CreateAccessKey", UserName="alice")["AccessKey"]["AccessKeyId"]
    root.call("iam", "PutUserPolicy", UserName="alice", PolicyName="inline", PolicyDocument=policy(allow("iam:Get*")))
    root.call("iam", "AttachUserPolicy", UserName="alice", PolicyArn=arn)
    root.call("iam", "AddUserToGroup", UserName="alice", GroupName="staff")
    return [
        ("DeleteAccessKey", {"AccessKeyId": key}),
        ("DeleteUserPolicy", {"PolicyName": "inline"}),
        ("DetachUserPolicy", {"PolicyArn": arn}),
        ("RemoveUserFromGroup", {"GroupName": "staff"}),
    ]


def test_a_user_is_deleted_only_when_nothing_hangs_on_it(root):
    for operation, more in conflicts(root):
        with refused("DeleteConflict", 409, "Cannot delete entity, must .* first."):
            root.call("iam", "DeleteUser", UserName="alice")
        root.call("iam", operation, UserName="alice", **more)
    root.call("iam", "DeleteUser", UserName="alice")


def test_a_renamed_user_keeps_keys_groups_and_policies(plane, root):
    key = user_with_key(root, "alice", allow("iam:GetUser"))
    root.call("iam", "CreateGroup", GroupName="staff")
    root.call("iam", "AddUserToGroup", UserName="alice", GroupName="staff")
    root.call("iam", "UpdateUser", UserName="alice", NewUserName="alicia")
    assert Boto3(plane, key).call("iam", "GetUser", UserName="alicia")["User"]["UserName"] == "alicia"
    assert [group["GroupName"] for group in root.call("iam", "ListGroupsForUser", UserName="alicia")["Groups"]] == ["staff"]
    root.call("iam", "CreateUser", UserName="bob")
    with refused("EntityAlreadyExists", 409):
        root.call("iam", "UpdateUser", UserName="alicia", NewUserName="BOB")


def test_a_user_made_again_is_another(root):
    first = root.call("iam", "CreateUser", UserName="alice")["User"]["UserId"]
    root.call("iam", "DeleteUser", UserName="alice")
    assert root.call("iam", "CreateUser", UserName="alice")["User"]["UserId"] != first
