"""Passwords and MFA devices as AWS's tutorials set them up, with boto3 and the AWS CLI."""

import csv
import time

import pytest

from clients import Boto3, connect
from people import user_with_key
from plane import Credentials
from policies import allow
from refusals import refused
from totp import code

PASSWORD = "correct-Horse-1"


def step_of(plane) -> int:
    """The time step of the server's clock, which tests move forward."""
    return int(time.time() + plane.moved) // 30


def pass_steps(plane, steps: int = 2) -> None:
    plane.advance(30 * steps)
    plane.moved += 30 * steps


@pytest.fixture
def clock(plane):
    plane.moved = 0
    return plane


@pytest.mark.parametrize("name", ["boto3", "cli-current"])
def test_an_mfa_device_is_enrolled_and_used(clock, name, tmp_path):
    root = connect(name, clock, clock.root)
    keys = user_with_key(root, "alice", allow("iam:GetUser", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    if name == "boto3":
        made = root.call("iam", "CreateVirtualMFADevice", VirtualMFADeviceName="phone")["VirtualMFADevice"]
        seed = made["Base32StringSeed"]
    else:
        # The CLI writes the seed to a file and shows the rest.
        words = [
            "--virtual-mfa-device-name",
            "phone",
            "--outfile",
            str(tmp_path / "seed"),
            "--bootstrap-method",
            "Base32StringSeed",
        ]
        made = root.words("iam", "create-virtual-mfa-device", *words)["VirtualMFADevice"]
        seed = (tmp_path / "seed").read_bytes()
    now = step_of(clock)
    root.call(
        "iam",
        "EnableMFADevice",
        UserName="alice",
        SerialNumber=made["SerialNumber"],
        AuthenticationCode1=code(seed, now - 1),
        AuthenticationCode2=code(seed, now),
    )
    alice = connect(name, clock, keys)
    with refused("AccessDenied"):
        alice.call("iam", "GetUser")
    pass_steps(clock)
    shown = {"SerialNumber": made["SerialNumber"], "TokenCode": code(seed, step_of(clock))}
    session = alice.call("sts", "GetSessionToken", **shown)["Credentials"]
    with refused("AccessDenied"):
        alice.call("sts", "GetSessionToken", **shown)
    assert connect(name, clock, Credentials.of(session)).call("iam", "GetUser")["User"]["UserName"] == "alice"
    root.call("iam", "DeactivateMFADevice", UserName="alice", SerialNumber=made["SerialNumber"])
    root.call("iam", "DeleteVirtualMFADevice", SerialNumber=made["SerialNumber"])


def test_a_user_changes_its_password(plane, root):
    alice = Boto3(plane, user_with_key(root, "alice"))
    root.call("iam", "CreateLoginProfile", UserName="alice", Password=PASSWORD, PasswordResetRequired=True)
    with refused("AccessDenied"):
        alice.call("iam", "ChangePassword", OldPassword=PASSWORD, NewPassword="another-Horse-2")
    root.call("iam", "UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True, PasswordReusePrevention=1)
    with refused("AccessDenied", 403, "The old password was incorrect."):
        alice.call("iam", "ChangePassword", OldPassword="wrong", NewPassword="another-Horse-2")
    with refused("PasswordPolicyViolation", 400):
        alice.call("iam", "ChangePassword", OldPassword=PASSWORD, NewPassword=PASSWORD)
    alice.call("iam", "ChangePassword", OldPassword=PASSWORD, NewPassword="another-Horse-2")
    assert root.call("iam", "GetLoginProfile", UserName="alice")["LoginProfile"]["PasswordResetRequired"] is False


def test_the_credential_report_is_read(root):
    root.call("iam", "CreateUser", UserName="alice")
    root.call("iam", "CreateLoginProfile", UserName="alice", Password=PASSWORD)
    assert root.call("iam", "GenerateCredentialReport")["State"] == "STARTED"
    assert root.call("iam", "GenerateCredentialReport")["State"] == "COMPLETE"
    content = root.call("iam", "GetCredentialReport")["Content"].decode()
    rows = {row["user"]: row for row in csv.DictReader(content.splitlines())}
    assert rows["alice"]["password_enabled"] == "true"
    assert rows["<root_account>"]["access_key_1_active"] == "true"
