"""Hardware tokens: an operator provisions what the vendor's file lists, users enable a token by its serial number."""

import json

import pytest

from clients import Boto3, connect
from commands import run
from people import user_with_key
from plane import Credentials
from policies import allow
from refusals import refused
from test_audit import audit, by, eventually, lookup, records
from totp import code, step_now

SERIAL = "GAHT12345678"
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
SPARE = "GAHT00000001,MFRGGZDFMZTWQ2LKNNWG23TPOBYQ"


def enabled(seed: str, user: str, serial: str, step: int) -> dict:
    codes = {"AuthenticationCode1": code(seed, step - 1), "AuthenticationCode2": code(seed, step)}
    return {"UserName": user, "SerialNumber": serial, **codes}


@pytest.mark.parametrize("name", ["boto3", "cli-current"])
def test_a_token_is_provisioned_enabled_used_and_handed_on(durable_plane, administrator, tmp_path, name):
    plane = durable_plane()
    data = tmp_path / "data"
    assert run("mfa list", data=data) == ""
    file = tmp_path / "tokens.csv"
    file.write_text(f"# from the vendor\n{SERIAL},{SEED}\n")
    provisioned = f"tokens provisioned in account {plane.account_id}: 1\n"
    assert run("mfa provision", str(file), data=data) == provisioned
    assert provisioned == run("mfa provision", "-", "--account", plane.account_id, stdin=SPARE, data=data)

    admin = connect(name, plane, administrator())
    only_with_mfa = allow("iam:GetUser", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    alice = connect(name, plane, user_with_key(admin, "alice", only_with_mfa))
    step = step_now()
    with refused("InvalidAuthenticationCode"):
        admin.call("iam", "EnableMFADevice", **enabled(SEED, "alice", SERIAL, step + 100))
    admin.call("iam", "EnableMFADevice", **enabled(SEED, "alice", SERIAL, step))
    [device] = admin.call("iam", "ListMFADevices", UserName="alice")["MFADevices"]
    assert (device["UserName"], device["SerialNumber"]) == ("alice", SERIAL)
    assert admin.call("iam", "GetMFADevice", UserName="alice", SerialNumber=SERIAL)["SerialNumber"] == SERIAL
    assert run("mfa list", data=data) == f"GAHT00000001 nobody's\n{SERIAL} user alice\n"

    shown = {"SerialNumber": SERIAL, "TokenCode": code(SEED, step + 1)}
    session = alice.call("sts", "GetSessionToken", **shown)["Credentials"]
    with refused("AccessDenied"):
        alice.call("sts", "GetSessionToken", **shown)
    assert connect(name, plane, Credentials.of(session)).call("iam", "GetUser")["User"]["UserName"] == "alice"
    with refused("AccessDenied"):
        alice.call("iam", "GetUser")

    assert f"{SERIAL} is enabled" in run("mfa remove", "GAHT00000001", SERIAL, code=1, data=data)
    admin.call("iam", "DeactivateMFADevice", UserName="alice", SerialNumber=SERIAL)
    admin.call("iam", "CreateUser", UserName="bob")
    admin.call("iam", "EnableMFADevice", **enabled(SEED, "bob", SERIAL, step + 3))
    assert f"{SERIAL} user bob" in run("mfa list", data=data)
    assert "removed from account" in run("mfa remove", "GAHT00000001", data=data)
    assert run("check", data=data).endswith("in order\n")


def test_a_wrong_file_changes_nothing_and_is_not_repeated(durable_plane, tmp_path):
    durable_plane()
    data = tmp_path / "data"
    for text, said in [
        (f"{SPARE}\n{SEED},{SERIAL}\n", "line 2: its seed is not base32"),
        (f"{SPARE}\n{SERIAL} {SEED}\n", "line 2: it is not SERIAL,SEED"),
        (f"{SPARE}\n{SPARE}\n", "line 2: its serial number is in the file twice"),
        ("", "the file has no tokens"),
    ]:
        answer = run("mfa provision", "-", code=1, stdin=text, data=data)
        assert said in answer and SEED not in answer
    assert run("mfa list", data=data) == ""
    assert "there is no account 999999999999" in run(
        "mfa provision", "-", "--account", "999999999999", code=1, stdin=SPARE, data=data
    )
    run("mfa provision", "-", stdin=SPARE, data=data)
    again = run("mfa provision", "-", code=1, stdin=f"{SERIAL},{SEED}\n{SPARE}", data=data)
    assert "line 2: its serial number is in account" in again
    assert run("mfa list", data=data) == "GAHT00000001 nobody's\n"


def test_provisioning_is_in_the_trail_and_its_files(durable_plane, administrator, tmp_path):
    plane = durable_plane()
    run("mfa provision", "-", stdin=SPARE, data=tmp_path / "data")
    admin = Boto3(plane, administrator())
    [event] = lookup(admin, LookupAttributes=by("EventName", "ProvisionMFADevices"))
    document = json.loads(event["CloudTrailEvent"])
    assert document["eventSource"] == event["EventSource"] == "portcullis"
    assert document["userIdentity"]["type"] == "Operator"
    assert event["Username"] == f"operator/{document['userIdentity']['userName']}"
    assert document["serviceEventDetails"] == {"serialNumbers": ["GAHT00000001"]}
    written = eventually(
        lambda: [record for record in records(tmp_path) if record["eventName"] == "ProvisionMFADevices"], "the record in a file"
    )
    assert written[0]["eventID"] == event["EventId"]
    verified = audit(tmp_path, "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
