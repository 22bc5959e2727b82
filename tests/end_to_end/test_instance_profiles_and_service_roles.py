"""Instance profiles, roles that services make for themselves, and what else an account sets up around its roles."""

import json
import re

import pytest

import clients
from clients import Boto3, boto3_client, document
from people import session, user_with_key
from plane import Plane
from policies import allow, policy, trust
from refusals import refused

POWER_USER = "arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1"
MACHINES = json.dumps({
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
})  # fmt: skip


@pytest.fixture(params=[name for name in clients.NAMES if name in ("boto3", "cli-current")])
def current(request, plane):
    """The root user by clients that know the newest operations."""
    return clients.connect(request.param, plane, plane.root)


def test_a_profile_hands_a_role_to_machines(plane, connect):
    client = connect(plane.root)
    made = client.call(
        "iam", "CreateInstanceProfile", InstanceProfileName="front", Path="/web/", Tags=[{"Key": "team", "Value": "blue"}]
    )["InstanceProfile"]
    assert made["Arn"] == f"arn:aws:iam::{plane.account_id}:instance-profile/web/front"
    assert made["InstanceProfileId"].startswith("AIPA")
    client.call("iam", "CreateRole", RoleName="web", AssumeRolePolicyDocument=MACHINES)
    client.call("iam", "AddRoleToInstanceProfile", InstanceProfileName="front", RoleName="web")
    shown = client.call("iam", "GetInstanceProfile", InstanceProfileName="front")["InstanceProfile"]
    assert [role["RoleName"] for role in shown["Roles"]] == ["web"]
    assert document(shown["Roles"][0]["AssumeRolePolicyDocument"]) == json.loads(MACHINES)
    assert shown["Tags"] == [{"Key": "team", "Value": "blue"}]
    of_role = client.call("iam", "ListInstanceProfilesForRole", RoleName="web")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in of_role] == ["front"]
    client.call("iam", "TagInstanceProfile", InstanceProfileName="front", Tags=[{"Key": "a", "Value": "b"}])
    client.call("iam", "UntagInstanceProfile", InstanceProfileName="front", TagKeys=["team"])
    tags = client.call("iam", "ListInstanceProfileTags", InstanceProfileName="front")["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]
    with refused("DeleteConflict", message="Cannot delete entity, must remove roles from instance profile first."):
        client.call("iam", "DeleteRole", RoleName="web")
    with refused("LimitExceeded", message="Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"):
        client.call("iam", "AddRoleToInstanceProfile", InstanceProfileName="front", RoleName="web")
    client.call("iam", "RemoveRoleFromInstanceProfile", InstanceProfileName="front", RoleName="web")
    client.call("iam", "DeleteInstanceProfile", InstanceProfileName="front")
    client.call("iam", "DeleteRole", RoleName="web")
    with refused("NoSuchEntity", message="Instance Profile front cannot be found."):
        client.call("iam", "GetInstanceProfile", InstanceProfileName="front")


def test_waiters_and_paginators_know_profiles(plane):
    iam = boto3_client(plane, "iam", plane.root)
    for number in range(5):
        iam.create_instance_profile(InstanceProfileName=f"p{number}")
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="p4", WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    pages = iam.get_paginator("list_instance_profiles").paginate(PaginationConfig={"PageSize": 2})
    pages = [[profile["InstanceProfileName"] for profile in page["InstanceProfiles"]] for page in pages]
    assert pages == [["p0", "p1"], ["p2", "p3"], ["p4"]]
    assert iam.get_account_summary()["SummaryMap"]["InstanceProfiles"] == 5


def test_only_who_may_pass_a_role_puts_it_into_a_profile(plane, root):
    root.call("iam", "CreateInstanceProfile", InstanceProfileName="front")
    root.call("iam", "CreateRole", RoleName="web", AssumeRolePolicyDocument=MACHINES)
    add = allow("iam:AddRoleToInstanceProfile")
    passing = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})
    adder, passer = Boto3(plane, user_with_key(root, "adder", add)), Boto3(plane, user_with_key(root, "passer", add, passing))
    with refused("AccessDenied", 403, rf".*iam:PassRole on resource: arn:aws:iam::{plane.account_id}:role/web because .*"):
        adder.call("iam", "AddRoleToInstanceProfile", InstanceProfileName="front", RoleName="web")
    passer.call("iam", "AddRoleToInstanceProfile", InstanceProfileName="front", RoleName="web")


def test_a_service_linked_role_from_its_making_to_its_end(plane, connect):
    client = connect(plane.root)
    made = client.call(
        "iam", "CreateServiceLinkedRole", AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="blue", Description="Blue"
    )["Role"]
    name = "AWSServiceRoleForAutoScaling_blue"
    path = "/aws-service-role/autoscaling.amazonaws.com/"
    assert (made["RoleName"], made["Path"]) == (name, path)
    with refused("InvalidInput", message=f"Service role name {name} has been taken in this account, .*"):
        client.call("iam", "CreateServiceLinkedRole", AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="blue")
    with refused("UnmodifiableEntity", message=f"Cannot perform the operation on the protected role '{name}' .*"):
        client.call("iam", "DeleteRole", RoleName=name)
    client.call("iam", "UpdateRoleDescription", RoleName=name, Description="Green")
    task = client.call("iam", "DeleteServiceLinkedRole", RoleName=name)["DeletionTaskId"]
    assert re.fullmatch(rf"task{path}{name}/[0-9a-f-]{{36}}", task)
    status = client.call("iam", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
    assert status["Status"] == "SUCCEEDED"
    with refused("NoSuchEntity"):
        client.call("iam", "GetRole", RoleName=name)


def test_nobody_becomes_a_service(plane, root):
    arn = root.call("iam", "CreateServiceLinkedRole", AWSServiceName="spot.amazonaws.com")["Role"]["Arn"]
    alice = Boto3(plane, user_with_key(root, "alice", allow("sts:AssumeRole")))
    with refused("AccessDenied", 403):
        session(alice, arn)


def test_an_account_sets_itself_up(current):
    with refused("FeatureDisabled", message="Outbound identity federation is disabled for account .*"):
        current.call("iam", "GetOutboundWebIdentityFederationInfo")
    issuer = current.call("iam", "EnableOutboundWebIdentityFederation")["IssuerIdentifier"]
    assert re.fullmatch(r"https://[0-9a-f-]{36}\.tokens\.sts\.global\.api\.aws", issuer)
    assert current.call("iam", "GetOutboundWebIdentityFederationInfo") == {"IssuerIdentifier": issuer, "JwtVendingEnabled": True}
    with refused("FeatureEnabled"):
        current.call("iam", "EnableOutboundWebIdentityFederation")
    current.call("iam", "DisableOutboundWebIdentityFederation")

    current.call("iam", "SetSecurityTokenServicePreferences", GlobalEndpointTokenVersion="v1Token")
    assert current.call("iam", "GetAccountSummary")["SummaryMap"]["GlobalEndpointTokenVersion"] == 1

    assert current.call("iam", "GetAccountProperties")["Properties"] == {"RoleManager/Enabled": "false"}
    current.call("iam", "PutAccountProperties", Properties={"RoleManager/Enabled": "true"})
    assert current.call("iam", "GetAccountProperties")["Properties"] == {"RoleManager/Enabled": "true"}
    task = current.call("iam", "DeleteServiceLinkedRole", RoleName="AWSServiceRoleForIAMRoleManager")["DeletionTaskId"]
    status = current.call("iam", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
    assert status["Status"] == "FAILED" and "role manager" in status["Reason"]["Reason"]


def test_the_management_account_manages_root_users(current):
    first = current.call("iam", "ListOrganizationsFeatures")
    assert re.fullmatch(r"o-[a-z0-9]{10,32}", first["OrganizationId"]) and first["EnabledFeatures"] == []
    current.call("iam", "EnableOrganizationsRootSessions")
    on = current.call("iam", "EnableOrganizationsRootCredentialsManagement")
    assert on == {"OrganizationId": first["OrganizationId"], "EnabledFeatures": ["RootCredentialsManagement", "RootSessions"]}
    current.call("iam", "DisableOrganizationsRootCredentialsManagement")
    assert current.call("iam", "DisableOrganizationsRootSessions")["EnabledFeatures"] == []


def test_a_delegation_request_finds_its_way(plane, root):
    template = root.call(
        "iam", "CreatePolicy", PolicyName="template",
        PolicyDocument=policy(allow("s3:GetObject", resource="arn:aws:s3:::@{BucketName}/*")),
    )["Policy"]["Arn"]  # fmt: skip
    new = {
        "OwnerAccountId": plane.account_id,
        "Description": "Reads logs",
        "Permissions": {
            "PolicyTemplateArn": template,
            "Parameters": [{"Name": "BucketName", "Values": ["logs"], "Type": "string"}],
        },
        "RequestorWorkflowId": "workflow",
        "NotificationChannel": f"arn:aws:sns:us-east-1:{plane.account_id}:topic",
        "SessionDuration": 3600,
    }
    request = {"DelegationRequestId": root.call("iam", "CreateDelegationRequest", **new)["DelegationRequestId"]}
    with refused("EntityAlreadyExists", 409):
        root.call("iam", "CreateDelegationRequest", **new)
    alice = Boto3(plane, user_with_key(root, "alice"))
    bob = Boto3(plane, user_with_key(root, "bob"))
    alice.call("iam", "AssociateDelegationRequest", **request)
    shown = alice.call("iam", "GetDelegationRequest", DelegationPermissionCheck=True, **request)
    assert shown["DelegationRequest"]["State"] == "ASSIGNED"
    assert (shown["PermissionCheckStatus"], shown["PermissionCheckResult"]) == ("COMPLETE", "DENIED")
    with refused("AccessDenied", 403):
        bob.call("iam", "GetDelegationRequest", **request)
    arn = f"arn:aws:iam::{plane.account_id}:delegation-request/{request['DelegationRequestId']}"
    summary = alice.call("iam", "GetHumanReadableSummary", EntityArn=arn)
    assert "It may do s3:GetObject on arn:aws:s3:::logs/*." in summary["SummaryContent"]
    alice.call("iam", "UpdateDelegationRequest", Notes="Please", **request)
    with refused("AccessDenied", 403):
        alice.call("iam", "AcceptDelegationRequest", **request)
    root.call("iam", "AcceptDelegationRequest", **request)
    alice.call("iam", "SendDelegationToken", **request)
    with refused("InvalidInput", 400):
        alice.call("iam", "RejectDelegationRequest", **request)
    mine = alice.call("iam", "ListDelegationRequests", OwnerId=f"arn:aws:iam::{plane.account_id}:user/alice")
    assert [(each["State"], each["Notes"]) for each in mine["DelegationRequests"]] == [("FINALIZED", "Please")]


def test_a_role_is_acquired_from_a_template(current):
    template = current.call("iam", "GetRoleTemplateVersion", TemplateArn=POWER_USER)["RoleTemplateVersion"]
    assert template["AssumeRolePolicyDocumentTemplate"]["Statement"][0]["Principal"] == {"Service": "@{AWSServiceName}"}
    values = {"RoleName": {"Values": ["builder"]}, "AWSServiceName": {"Values": ["lambda.amazonaws.com"]}}
    made = current.call("iam", "AcquireRole", TemplateArn=POWER_USER, ReplacementValues=values)["Role"]
    assert current.call("iam", "AcquireRole", TemplateArn=POWER_USER, ReplacementValues=values)["Role"] == made
    shown = current.call("iam", "GetRole", RoleName="builder")["Role"]
    assert shown["SourceRoleTemplate"] == {"TemplateArn": POWER_USER, "TemplateMinorVersion": 0}
    values["AWSServiceName"] = {"Values": ["ec2.amazonaws.com"]}
    with refused("NameConflict"):
        current.call("iam", "AcquireRole", TemplateArn=POWER_USER, ReplacementValues=values)
    values["AWSServiceName"] = {"Values": ["lambda.amazonaws.com"]}
    current.call("iam", "UpdateAssumeRolePolicy", RoleName="builder", PolicyDocument=trust("*"))
    with refused("RoleModified"):
        current.call("iam", "AcquireRole", TemplateArn=POWER_USER, ReplacementValues=values)


@pytest.fixture
def templates(tmp_path):
    """Starts a plane with the role templates of an operator."""
    running = []

    def start(versions: list[dict]) -> Boto3:
        (tmp_path / "templates.json").write_text(json.dumps(versions))
        (tmp_path / "portcullis.toml").write_text(f'role_templates_file = "{tmp_path / "templates.json"}"\n')
        running.append(Plane(tmp_path, "--dev", "--config", str(tmp_path / "portcullis.toml")))
        return Boto3(running[0], running[0].root)

    yield start
    for plane in running:
        plane.stop()


def test_an_operator_brings_templates(templates):
    logs = policy(allow("s3:GetObject", resource="arn:aws:s3:::@{Project}/*"))
    runner = {
        "service": "ci.example.com",
        "name": "Runner",
        "major_version": 1,
        "minor_version": 3,
        "default_minor_version": 3,
        "created_at": "2026-01-01T00:00:00Z",
        "role_name": "runner-@{Project}",
        "trust_policy": json.loads(MACHINES),
        "inline_policies": [{"name": "logs", "document": json.loads(logs)}],
        "parameters": [{"name": "Project", "type": "String"}],
    }
    root = templates([runner])
    arn = "arn:aws:iam::aws:role-template/ci.example.com/Runner:1"
    role = root.call("iam", "AcquireRole", TemplateArn=arn, ReplacementValues={"Project": {"Values": ["blue"]}})["Role"]
    assert role["RoleName"] == "runner-blue"
    inline = root.call("iam", "GetRolePolicy", RoleName="runner-blue", PolicyName="logs")["PolicyDocument"]
    assert document(inline)["Statement"][0]["Resource"] == "arn:aws:s3:::blue/*"
    with refused("InvalidInput", 400):
        root.call("iam", "AcquireRole", TemplateArn=arn)
