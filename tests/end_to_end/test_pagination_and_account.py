"""Lists in pages, through boto3 and both command lines; the account's alias, summary and authorization details."""

import pytest

import raw
from clients import COMMAND_LINES, CommandLine, boto3_client, document
from people import role, user_with_key
from policies import allow, policy
from refusals import refused

NAMES = [f"user-{number:02}" for number in range(25)]


@pytest.fixture
def users(root):
    for name in reversed(NAMES):
        root.call("iam", "CreateUser", UserName=name, Path="/even/" if int(name[-2:]) % 2 == 0 else "/odd/")


def test_pages_are_whole_and_in_order(plane, users):
    pages = boto3_client(plane, "iam", plane.root).get_paginator("list_users")
    for size in (1, 7, 25, 1000):
        got = [page["Users"] for page in pages.paginate(PaginationConfig={"PageSize": size})]
        assert [len(page) for page in got[:-1]] == [size] * (len(got) - 1)
        assert [user["UserName"] for page in got for user in page] == NAMES
    odd = [
        user["UserName"]
        for page in pages.paginate(PathPrefix="/odd/", PaginationConfig={"PageSize": 5})
        for user in page["Users"]
    ]
    assert odd == NAMES[1::2]


def test_a_page_survives_a_deletion(plane, root, users):
    first = root.call("iam", "ListUsers", MaxItems=10)
    assert (len(first["Users"]), first["IsTruncated"]) == (10, True)
    for gone in (NAMES[9], NAMES[10]):
        root.call("iam", "DeleteUser", UserName=gone)
    rest = root.call("iam", "ListUsers", Marker=first["Marker"])
    assert [user["UserName"] for user in rest["Users"]] == NAMES[11:]
    assert rest["IsTruncated"] is False
    assert "Marker" not in rest


@pytest.mark.parametrize("marker", ["nonsense", "A" * 320, "../../x", "é"])
def test_a_marker_of_nobodys_making_is_refused(plane, users, marker):
    answer = raw.call(plane, plane.root, "iam", "ListUsers", Marker=marker)
    assert (answer.status, answer.code) == (400, "ValidationError")


def test_a_marker_goes_with_its_own_list(plane, root, users):
    marker = root.call("iam", "ListUsers", MaxItems=1)["Marker"]
    answer = raw.call(plane, plane.root, "iam", "ListRoles", Marker=marker)
    assert (answer.status, answer.code) == (400, "ValidationError")


@pytest.mark.parametrize(("size", "limit"), [("0", "greater than or equal to 1"), ("1001", "less than or equal to 1000")])
def test_a_page_has_a_size(plane, size, limit):
    answer = raw.call(plane, plane.root, "iam", "ListUsers", MaxItems=size)
    assert (answer.status, answer.code) == (400, "ValidationError")
    assert answer.message == (
        f"1 validation error detected: Value '{size}' at 'maxItems' failed to satisfy constraint: Member must have value {limit}"
    )


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_the_command_line_pages(plane, users, name):
    aws = CommandLine(plane, plane.root, name)
    first = aws.words("iam", "list-users", "--max-items", "10", "--page-size", "4")
    assert [user["UserName"] for user in first["Users"]] == NAMES[:10]
    rest = aws.words("iam", "list-users", "--starting-token", first["NextToken"])
    assert [user["UserName"] for user in rest["Users"]] == NAMES[10:]
    assert "NextToken" not in rest
    text = aws.run("iam", "list-users", "--query", "length(Users)", "--output", "text")
    assert (text.returncode, text.stdout.strip()) == (0, "25")


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_the_command_line_as_people_type_it(plane, name):
    aws = CommandLine(plane, plane.root, name)
    aws.words("iam", "create-user", "--user-name", "alice", "--tags", "Key=team,Value=blue", "--path", "/staff/")
    aws.words("iam", "put-user-policy", "--user-name", "alice", "--policy-name", "p", "--policy-document", policy(allow("iam:*")))
    shown = aws.words("iam", "get-user", "--user-name", "alice")["User"]
    assert (shown["Path"], shown["Tags"]) == ("/staff/", [{"Key": "team", "Value": "blue"}])
    assert aws.words("iam", "wait", "user-exists", "--user-name", "alice") == {}
    missing = aws.run("iam", "get-user", "--user-name", "ghost")
    assert missing.returncode == 254
    assert "An error occurred (NoSuchEntity) when calling the GetUser operation" in missing.stderr
    assert "The user with name ghost cannot be found." in missing.stderr


def test_the_account_has_one_alias(plane, root):
    assert root.call("iam", "ListAccountAliases")["AccountAliases"] == []
    root.call("iam", "CreateAccountAlias", AccountAlias="first-one")
    root.call("iam", "CreateAccountAlias", AccountAlias="second")
    assert root.call("iam", "ListAccountAliases")["AccountAliases"] == ["second"]
    with refused("NoSuchEntity", 404):
        root.call("iam", "DeleteAccountAlias", AccountAlias="first-one")
    root.call("iam", "DeleteAccountAlias", AccountAlias="second")
    assert root.call("iam", "ListAccountAliases")["AccountAliases"] == []
    for alias in ("Upper", "-a-", "a--b", "ab", "a" * 64):
        answer = raw.call(plane, plane.root, "iam", "CreateAccountAlias", AccountAlias=alias)
        assert (answer.status, answer.code) == (400, "ValidationError"), alias


def test_the_summary_counts(root):
    before = root.call("iam", "GetAccountSummary")["SummaryMap"]
    user_with_key(root, "alice")
    root.call("iam", "CreateGroup", GroupName="staff")
    root.call("iam", "CreatePolicy", PolicyName="look", PolicyDocument=policy(allow("iam:List*")))
    role(root, "reader", "*")
    after = root.call("iam", "GetAccountSummary")["SummaryMap"]
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert {"Users": 1, "Groups": 1, "Policies": 1, "Roles": 1}.items() <= grown.items()
    assert (after["UsersQuota"], after["AccessKeysPerUserQuota"], after["GroupsPerUserQuota"]) == (5000, 2, 10)


def test_the_authorization_details_tell_all(plane, root):
    user_with_key(root, "alice", allow("iam:Get*"))
    root.call("iam", "CreateGroup", GroupName="staff")
    root.call("iam", "AddUserToGroup", GroupName="staff", UserName="alice")
    arn = root.call("iam", "CreatePolicy", PolicyName="look", PolicyDocument=policy(allow("iam:List*")))["Policy"]["Arn"]
    root.call("iam", "AttachGroupPolicy", GroupName="staff", PolicyArn=arn)
    role(root, "reader", f"arn:aws:iam::{plane.account_id}:user/alice", allow("iam:ListRoles"))
    pages = boto3_client(plane, "iam", plane.root).get_paginator("get_account_authorization_details")
    for size in (1, 100):
        told = pages.paginate(PaginationConfig={"PageSize": size}).build_full_result()
        [alice] = told["UserDetailList"]
        assert (alice["GroupList"], [p["PolicyName"] for p in alice["UserPolicyList"]]) == (["staff"], ["inline"])
        assert document(alice["UserPolicyList"][0]["PolicyDocument"])["Statement"][0]["Action"] == ["iam:Get*"]
        [staff] = told["GroupDetailList"]
        assert staff["AttachedManagedPolicies"] == [{"PolicyName": "look", "PolicyArn": arn}]
        reader = [entry for entry in told["RoleDetailList"] if entry["RoleName"] == "reader"]
        assert [entry["RolePolicyList"][0]["PolicyName"] for entry in reader] == ["inline"]
        [look] = [entry for entry in told["Policies"] if entry["PolicyName"] == "look"]
        assert (look["AttachmentCount"], len(look["PolicyVersionList"])) == (1, 1)
    only = root.call("iam", "GetAccountAuthorizationDetails", Filter=["Group"])
    assert [bool(only[kind]) for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")] == [
        False, True, False, False,
    ]  # fmt: skip
