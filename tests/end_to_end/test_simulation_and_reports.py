"""Policies that are tried before they are attached, the policies that AWS and an operator manage, and reports on access."""

import json
import time
import uuid

import pytest

import commands
from clients import Boto3, document
from people import role, session, user_with_key
from plane import Plane
from policies import allow, deny, policy
from refusals import refused

DEADLINE_SECONDS = 20


def poll(what):
    """What `what` gives once it gives something."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)


def everything(client, operation, member, **parameters) -> list:
    """All pages of a list."""
    found, more = [], {}
    while True:
        page = client.call("iam", operation, **parameters, **more)
        found += page.get(member, [])
        if not page.get("IsTruncated"):
            return found
        more = {"Marker": page["Marker"]}


def test_simulate_before_attach(plane, root, connect):
    """The tutorial: write a policy, ask the simulator, attach it, ask again, and see the same happen."""
    client = connect(plane.root)
    reads = policy(allow("iam:List*"), deny("iam:ListRoles"))
    actions = ["iam:ListUsers", "iam:ListRoles", "iam:CreateUser"]
    tried = client.call("iam", "SimulateCustomPolicy", PolicyInputList=[reads], ActionNames=actions)
    expected = ["allowed", "explicitDeny", "implicitDeny"]
    assert [result["EvalDecision"] for result in tried["EvaluationResults"]] == expected
    assert tried["EvaluationResults"][0]["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.1"

    ann = user_with_key(root, "ann")
    arn = f"arn:aws:iam::{plane.account_id}:user/ann"
    before = client.call("iam", "SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=actions)
    assert [result["EvalDecision"] for result in before["EvaluationResults"]] == ["implicitDeny"] * 3
    both = client.call("iam", "SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=actions, PolicyInputList=[reads])
    assert [result["EvalDecision"] for result in both["EvaluationResults"]] == expected

    made = client.call("iam", "CreatePolicy", PolicyName="reads", PolicyDocument=reads)["Policy"]
    client.call("iam", "AttachUserPolicy", UserName="ann", PolicyArn=made["Arn"])
    after = client.call("iam", "SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=actions)
    assert [result["EvalDecision"] for result in after["EvaluationResults"]] == expected
    statement = after["EvaluationResults"][0]["MatchedStatements"][0]
    assert (statement["SourcePolicyId"], statement["SourcePolicyType"]) == ("reads", "user-managed")
    caller = Boto3(plane, ann)
    caller.call("iam", "ListUsers")
    for operation in ("ListRoles", "CreateUser"):
        with refused("AccessDenied", 403):
            caller.call("iam", operation, **({"UserName": "eve"} if operation == "CreateUser" else {}))


def test_simulations_of_resources_context_and_pages(plane, root):
    own = policy(allow("s3:GetObject", resource="arn:aws:s3:::${aws:username}/*"))
    root.call("iam", "CreateUser", UserName="ann")
    root.call("iam", "PutUserPolicy", UserName="ann", PolicyName="own", PolicyDocument=own)
    arn = f"arn:aws:iam::{plane.account_id}:user/ann"
    asked = {
        "PolicySourceArn": arn,
        "ActionNames": ["s3:GetObject"],
        "ResourceArns": ["arn:aws:s3:::ann/k", "arn:aws:s3:::bob/k"],
    }
    result = root.call("iam", "SimulatePrincipalPolicy", **asked)["EvaluationResults"][0]
    assert [one["EvalResourceDecision"] for one in result["ResourceSpecificResults"]] == ["allowed", "implicitDeny"]
    assert result["ResourceSpecificResults"][0]["MatchedStatements"][0]["SourcePolicyId"] == "user_ann_own"
    entries = [{"ContextKeyName": "aws:username", "ContextKeyValues": ["bob"], "ContextKeyType": "string"}]
    result = root.call("iam", "SimulatePrincipalPolicy", **asked, ContextEntries=entries)["EvaluationResults"][0]
    assert [one["EvalResourceDecision"] for one in result["ResourceSpecificResults"]] == ["implicitDeny", "allowed"]
    assert root.call("iam", "GetContextKeysForPrincipalPolicy", PolicySourceArn=arn)["ContextKeyNames"] == ["aws:username"]

    actions = [f"s3:Action{number}" for number in range(120)]
    parameters = {"PolicyInputList": [own], "ActionNames": actions, "MaxItems": 50}
    results = everything(root, "SimulateCustomPolicy", "EvaluationResults", **parameters)
    assert [result["EvalActionName"] for result in results] == actions
    with refused("InvalidInput", 400, r"ResourceNames are not in a valid ARN format: \*\."):
        root.call("iam", "SimulateCustomPolicy", PolicyInputList=[own], ActionNames=["s3:GetObject"], ResourceArns=["*", arn])


def test_the_policies_of_aws(plane, root):
    aws = everything(root, "ListPolicies", "Policies", Scope="AWS")
    arns = {one["Arn"] for one in aws}
    assert len(arns) == len(aws) >= 80
    start = "arn:aws:iam::aws:policy/"
    for name in (
        "ReadOnlyAccess",
        "job-function/ViewOnlyAccess",
        "service-role/AWSLambdaBasicExecutionRole",
        "root-task/S3UnlockBucketPolicy",
    ):
        assert start + name in arns
    assert [one["PolicyName"] for one in aws] == sorted((one["PolicyName"] for one in aws), key=str.lower)
    functions = everything(root, "ListPolicies", "Policies", PathPrefix="/job-function/")
    assert {one["Path"] for one in functions} == {"/job-function/"}

    arn = start + "service-role/AWSLambdaBasicExecutionRole"
    trusted = role(root, "function", plane.account_id).rsplit("/", 1)[-1]
    root.call("iam", "AttachRolePolicy", RoleName=trusted, PolicyArn=arn)
    shown = root.call("iam", "GetPolicy", PolicyArn=arn)["Policy"]
    assert shown["AttachmentCount"] == 1
    version = root.call("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=shown["DefaultVersionId"])["PolicyVersion"]
    assert "logs:PutLogEvents" in document(version["Document"])["Statement"][0]["Action"]
    assert [one["Arn"] for one in everything(root, "ListPolicies", "Policies", OnlyAttached=True)] == [arn]
    assert root.call("iam", "ListEntitiesForPolicy", PolicyArn=arn)["PolicyRoles"][0]["RoleName"] == "function"


def test_read_only_access_reads_and_changes_nothing(plane, root):
    ann = Boto3(plane, user_with_key(root, "ann"))
    root.call("iam", "AttachUserPolicy", UserName="ann", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    ann.call("iam", "ListUsers")
    with refused("AccessDenied", 403):
        ann.call("iam", "CreateUser", UserName="eve")


def test_an_operators_policies_are_those_of_every_account(durable_plane, administrator, tmp_path):
    plane = durable_plane()
    client = Boto3(plane, administrator())
    file = tmp_path / "policies.json"
    arn = "arn:aws:iam::aws:policy/team/Lists"

    def write(*actions):
        listed = {
            "PolicyName": "Lists",
            "Path": "/team/",
            "Description": "Lists.",
            "PolicyDocument": json.loads(policy(allow(*actions))),
        }
        file.write_text(json.dumps([listed]))

    def imported(code=0):
        return commands.run("policies import", str(file), data=tmp_path / "data", code=code)

    file.write_text('[{"PolicyName": "Lists", "PolicyDocument": {}}]')
    assert "policy Lists: Syntax errors in policy." in imported(code=1)
    with refused("NoSuchEntity", 404):
        client.call("iam", "GetPolicy", PolicyArn=arn)
    write("iam:ListUsers")
    assert imported() == f"added {arn}\n1 added, 0 changed, 0 unchanged\n"
    assert imported() == "0 added, 0 changed, 1 unchanged\n"
    shown = client.call("iam", "GetPolicy", PolicyArn=arn)["Policy"]
    assert (shown["DefaultVersionId"], shown["Description"]) == ("v1", "Lists.")
    assert [one["Arn"] for one in everything(client, "ListPolicies", "Policies", PathPrefix="/team/", Scope="AWS")] == [arn]

    ann = Boto3(plane, user_with_key(client, "ann"))
    client.call("iam", "AttachUserPolicy", UserName="ann", PolicyArn=arn)
    ann.call("iam", "ListUsers")
    with refused("AccessDenied", 403):
        ann.call("iam", "ListGroups")
    # The running server has the policy in memory, and learns that it has changed.
    write("iam:ListGroups")
    assert imported() == f"changed {arn}\n0 added, 1 changed, 0 unchanged\n"

    def changed():
        try:
            return ann.call("iam", "ListGroups")
        except Exception as error:
            assert error.code == "AccessDenied"
            return None

    poll(changed)
    with refused("AccessDenied", 403):
        ann.call("iam", "ListUsers")
    assert client.call("iam", "GetPolicy", PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    with refused("AccessDenied", 403):
        client.call("iam", "DeletePolicy", PolicyArn=arn)


@pytest.fixture
def report(root):
    def of(arn: str, client=root, **more) -> list:
        job = client.call("iam", "GenerateServiceLastAccessedDetails", Arn=arn, **more)["JobId"]
        uuid.UUID(job)
        return everything(client, "GetServiceLastAccessedDetails", "ServicesLastAccessed", JobId=job)

    return of


def test_what_was_last_accessed(plane, root, report):
    user = user_with_key(root, "ann", allow("iam:*", "sts:*", "s3:*"))
    arn = f"arn:aws:iam::{plane.account_id}:user/ann"
    assert [one["ServiceNamespace"] for one in report(arn)] == ["iam", "s3", "sts"]
    assert not any("LastAuthenticated" in one for one in report(arn))
    Boto3(plane, user).call("iam", "ListRoles")

    def accessed():
        return [one for one in report(arn, Granularity="ACTION_LEVEL") if "LastAuthenticated" in one]

    (iam,) = poll(accessed)
    assert (iam["LastAuthenticatedEntity"], iam["TotalAuthenticatedEntities"]) == (arn, 1)
    actions = {one["ActionName"]: one for one in iam["TrackedActionsLastAccessed"]}
    assert "LastAccessedTime" in actions["ListRoles"] and "LastAccessedTime" not in actions["CreateRole"]
    granting = root.call("iam", "ListPoliciesGrantingServiceAccess", Arn=arn, ServiceNamespaces=["s3", "ec2"])
    found = [len(entry["Policies"]) for entry in granting["PoliciesGrantingServiceAccess"]]
    assert found == [1, 0]


def test_the_report_of_a_role_belongs_to_the_role(plane, root, report):
    arn = role(root, "auditor", plane.account_id, allow("iam:*"))
    ann = Boto3(plane, user_with_key(root, "ann", allow("sts:AssumeRole")))
    one, other = (Boto3(plane, session(ann, arn, name)) for name in ("one", "other"))
    job = one.call("iam", "GenerateServiceLastAccessedDetails", Arn=arn)["JobId"]
    other.call("iam", "GetServiceLastAccessedDetails", JobId=job)
    with refused("NoSuchEntity", 404):
        root.call("iam", "GetServiceLastAccessedDetails", JobId=job)
    assert poll(lambda: [one for one in report(arn) if "LastAuthenticated" in one])


def test_accesses_survive_a_stop(durable_plane, administrator, tmp_path):
    plane: Plane = durable_plane()
    client = Boto3(plane, administrator())
    user = user_with_key(client, "ann", allow("iam:*"))
    Boto3(plane, user).call("iam", "ListUsers")
    plane.stop()
    client = Boto3(durable_plane(), administrator())
    arn = client.call("iam", "GetUser", UserName="ann")["User"]["Arn"]
    job = client.call("iam", "GenerateServiceLastAccessedDetails", Arn=arn)["JobId"]
    (iam,) = client.call("iam", "GetServiceLastAccessedDetails", JobId=job)["ServicesLastAccessed"]
    assert iam["LastAuthenticatedEntity"] == arn


def test_a_report_on_the_own_account_of_an_organization(plane, root):
    path = f"o-abcdefghij/r-abcd/{plane.account_id}"
    job = root.call("iam", "GenerateOrganizationsAccessReport", EntityPath=path)["JobId"]
    report = root.call("iam", "GetOrganizationsAccessReport", JobId=job)
    assert report["JobStatus"] == "COMPLETED"
    assert report["NumberOfServicesAccessible"] >= report["NumberOfServicesNotAccessed"] > 400
    job = root.call("iam", "GenerateOrganizationsAccessReport", EntityPath="o-abcdefghij/r-abcd")["JobId"]
    assert root.call("iam", "GetOrganizationsAccessReport", JobId=job)["ErrorDetails"]["Code"] == "NoSuchEntity"
