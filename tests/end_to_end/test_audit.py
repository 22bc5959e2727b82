"""The audit trail: every call in it and no secret, found again by LookupEvents, and in files that show tampering."""

import collections
import concurrent.futures
import contextlib
import datetime
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import threading
import time

import botocore.session
import pytest

import store
from clients import Boto3, Refused
from commands import administrator as mint
from commands import run
from people import role, session, user_with_key
from plane import BINARY, Plane, clean_environment
from policies import allow
from refusals import refused
from test_sweep import smallest, unbuilt

SECONDS = 30
THREADS = 4
WRITES_BEFORE_KILL = 40


def eventually(look, what: str):
    """What `look` gives as soon as it is true."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {SECONDS} s: {what}")


def lookup(client: Boto3, **parameters) -> list[dict]:
    """All events that are asked for, newest first."""
    events = []
    while True:
        page = client.call("cloudtrail", "LookupEvents", **parameters)
        events += page["Events"]
        if "NextToken" not in page:
            return events
        parameters["NextToken"] = page["NextToken"]


def by(key: str, value: str) -> list[dict]:
    return [{"AttributeKey": key, "AttributeValue": value}]


def audit(tmp_path: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess:
    data = tmp_path / "data"
    command = [str(BINARY), "audit", *arguments, "--data-dir", str(data), *store.flags(data)]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=SECONDS)


def chain(tmp_path: pathlib.Path) -> pathlib.Path:
    [found] = [path for path in (tmp_path / "data" / "audit").iterdir() if path.is_dir()]
    return found


def files(tmp_path: pathlib.Path) -> list[pathlib.Path]:
    return sorted(chain(tmp_path).glob("*/*/*/*.jsonl"), key=lambda path: path.name)


def records(tmp_path: pathlib.Path) -> list[dict]:
    return [json.loads(line) for path in files(tmp_path) for line in path.read_text().splitlines()]


def test_events_are_looked_up(plane, root):
    alice = Boto3(plane, user_with_key(root, "alice", allow("iam:GetUser", "sts:*")))
    alice.call("iam", "GetUser", UserName="alice")
    with refused("AccessDenied", 403):
        alice.call("iam", "DeleteUser", UserName="alice")
    with refused("NoSuchEntity", 404):
        alice.call("iam", "GetUser", UserName="nobody")
    events = eventually(
        lambda: (found := lookup(root, LookupAttributes=by("Username", "alice"))) and len(found) >= 3 and found, "her calls"
    )
    documents = [json.loads(event["CloudTrailEvent"]) for event in events]
    assert [document["eventName"] for document in documents] == ["GetUser", "DeleteUser", "GetUser"]
    assert [document.get("errorCode") for document in documents] == ["NoSuchEntityException", "AccessDenied", None]
    assert all(document["userIdentity"]["userName"] == "alice" for document in documents)
    assert all(document["userAgent"].startswith("Boto3/") for document in documents)
    assert events[1]["EventName"] == "DeleteUser" and events[1]["ReadOnly"] == "false"
    assert {"ResourceType": "AWS::IAM::User", "ResourceName": "alice"} in events[1]["Resources"]
    assert isinstance(events[1]["EventTime"], datetime.datetime)

    made = lookup(root, LookupAttributes=by("EventName", "CreateUser"))
    assert [event["Username"] for event in made] == ["root"]
    [same] = lookup(root, LookupAttributes=by("EventId", made[0]["EventId"]))
    assert same["CloudTrailEvent"] == made[0]["CloudTrailEvent"]
    pages = lookup(root, LookupAttributes=by("ReadOnly", "false"), MaxResults=1)
    assert len(pages) == 4 and len({event["EventId"] for event in pages}) == 4
    with refused("AccessDeniedException", 400):
        alice.call("cloudtrail", "LookupEvents")
    with refused("InvalidNextTokenException", 400):
        root.call("cloudtrail", "LookupEvents", NextToken="x")


def test_who_is_not_known_leaves_no_event(plane, root):
    stranger = Boto3(plane, plane.root.__class__("AKIAQAAAAAAAAAAAAAAA", "x" * 40))
    with refused("InvalidClientTokenId", 403):
        stranger.call("iam", "ListUsers")
    wrong = Boto3(plane, plane.root.__class__(plane.root.access_key_id, "x" * 40))
    with refused("SignatureDoesNotMatch", 403):
        wrong.call("iam", "ListUsers")
    root.call("iam", "ListGroups")
    eventually(lambda: lookup(root, LookupAttributes=by("EventName", "ListGroups")), "a known caller's event")
    assert not lookup(root, LookupAttributes=by("EventName", "ListUsers"))


def test_what_operators_do_is_recorded_without_secrets(durable_plane, tmp_path):
    plane = durable_plane()
    data, backup, passphrase = tmp_path / "data", tmp_path / "backup", tmp_path / "passphrase"
    minted = mint(data=data)
    run("rotate-keys", "--reseal", data=data)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
    policies = json.dumps([{"PolicyName": "Imported", "PolicyDocument": document}])
    for _ in range(2):  # the second changes nothing
        run("policies import", "-", stdin=policies, data=data)
    run("rotate-keys", "data", "--prepare", code=1, data=data)
    last = mint(data=data)
    events = lookup(Boto3(plane, last), LookupAttributes=by("EventSource", "portcullis"))
    done = {"MintCredentials": 2, "RotateRootKey": 1, "RotateDataKeys": 1, "ResealSecrets": 1, "ImportPolicies": 1}
    assert collections.Counter(event["EventName"] for event in events) == done
    for event in events:
        record = json.loads(event["CloudTrailEvent"])
        assert record["userIdentity"]["type"] == "Operator" and record["eventType"] == "AwsServiceEvent"
        assert record["userIdentity"]["principalId"] == str(os.getuid()) and record["recipientAccountId"] == plane.account_id
    [event] = lookup(Boto3(plane, last), LookupAttributes=by("AccessKeyId", minted.access_key_id))
    assert event["EventName"] == "MintCredentials"
    assert {"ResourceType": "AWS::IAM::Role", "ResourceName": "PortcullisAdministrator"} in event["Resources"]
    said = repr(events)
    for credentials in (minted, last):
        assert credentials.access_key_id in said
        assert credentials.secret_access_key not in said and credentials.session_token not in said
    eventually(lambda: sum(record["eventSource"] == "portcullis" for record in records(tmp_path)) == 6, "their records in files")

    passphrase.write_text("correct horse battery staple\n")
    run("backup", str(backup), "--passphrase-file", str(passphrase), data=data)
    elsewhere = tmp_path / "elsewhere" / "data"
    run("restore", str(backup), "--passphrase-file", str(passphrase), data=elsewhere)
    restored = Plane(tmp_path / "elsewhere", "--data-dir", str(elsewhere), *store.flags(elsewhere))
    try:
        admin = Boto3(restored, mint(data=elsewhere))
        [event] = lookup(admin, LookupAttributes=by("EventName", "RestoreBackup"))
        assert json.loads(event["CloudTrailEvent"])["serviceEventDetails"]["rows"] > 10
        eventually(
            lambda: "RestoreBackup" in [record["eventName"] for record in records(tmp_path / "elsewhere")], "its record in a file"
        )
    finally:
        restored.stop()
    assert audit(tmp_path, "verify").returncode == 0


def test_no_secret_is_in_any_record(plane, root):
    """Calls every operation that is built, and looks for everything secret that came back in everything recorded."""
    user_with_key(root, "alice", allow("*"))
    arn = role(root, "reader", plane.account_id, allow("*"))
    alice = Boto3(plane, user_with_key(root, "bob", allow("*")))
    secrets: set[str] = {plane.root.secret_access_key, alice.credentials.secret_access_key}
    session_of_alice = session(alice, arn)
    secrets |= {session_of_alice.secret_access_key, session_of_alice.session_token}

    def gather(value) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in ("SecretAccessKey", "SessionToken", "Password", "SecretString") and isinstance(inner, str):
                    secrets.add(inner)
                gather(inner)
        elif isinstance(value, list):
            for inner in value:
                gather(inner)

    missing = unbuilt()
    called = set()
    for service in ("iam", "sts", "cloudtrail"):
        model = botocore.session.get_session().get_service_model(service)
        for operation in model.operation_names:
            if operation in missing.get(service, set()):
                continue
            shape = model.operation_model(operation).input_shape
            parameters = smallest(shape) if shape else {}
            if operation == "CreateAccessKey":
                parameters = {"UserName": "alice"}
            if operation == "AssumeRole":
                parameters = {"RoleArn": arn, "RoleSessionName": "session"}
            caller = alice if service == "sts" else root
            with contextlib.suppress(Refused):
                gather(caller.call(service, operation, **parameters))
            called.add((f"{service}.amazonaws.com", operation))
    assert len(secrets) > 6 and len(called) > 60

    def recorded():
        events = lookup(root)
        seen = {(event["EventSource"], event["EventName"]) for event in events}
        return called <= seen and events

    text = "\n".join(json.dumps(event, default=str) for event in eventually(recorded, "an event for every operation"))
    for secret in secrets:
        assert secret not in text, "a secret is in a record"


def test_a_kill_loses_no_event_and_breaks_no_chain(durable_plane, administrator, tmp_path):
    plane = durable_plane()
    credentials = administrator()
    acknowledged: list[str] = []
    enough = threading.Event()

    def write(thread: int) -> None:
        client = Boto3(plane, credentials)
        for number in itertools.count():
            name = f"user-{thread}-{number}"
            try:
                client.call("iam", "CreateUser", UserName=name)
                client.call("sts", "GetCallerIdentity")
            except Refused:
                raise
            except Exception:  # the connection went with the server
                return
            acknowledged.append(name)
            if len(acknowledged) >= WRITES_BEFORE_KILL:
                enough.set()

    for _ in range(3):
        enough.clear()
        acknowledged_before = len(acknowledged)
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            names = [pool.submit(write, thread + acknowledged_before * THREADS) for thread in range(THREADS)]
            assert enough.wait(60)
            # In the middle of writing to files, which happens each second.
            eventually(lambda: files(tmp_path), "files")
            plane.kill()
            for name in names:
                name.result(60)
        done = audit(tmp_path, "verify")
        assert done.returncode == 0, done.stdout + done.stderr
        plane = durable_plane()
    plane.stop()

    done = audit(tmp_path, "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    seen = records(tmp_path)
    ids = [record["eventID"] for record in seen]
    assert len(ids) == len(set(ids)), "an event is there twice"
    assert [record["chain"]["sequence"] for record in seen] == list(range(1, len(seen) + 1))
    made = [record["requestParameters"]["userName"] for record in seen if record["eventName"] == "CreateUser"]
    assert set(acknowledged) <= set(made)


def tampered(durable_plane, administrator, tmp_path) -> pathlib.Path:
    """The file of a stopped plane: the record of an administrator's credentials, and five of users made with them."""
    plane = durable_plane()
    client = Boto3(plane, administrator())
    eventually(lambda: files(tmp_path) and records(tmp_path), "the first record")
    for number in range(5):
        client.call("iam", "CreateUser", UserName=f"user{number}")
    plane.stop()
    assert audit(tmp_path, "verify").returncode == 0
    [file] = files(tmp_path)
    return file


@pytest.mark.parametrize(
    "edit, found",
    [
        (lambda lines: [line.replace("user2", "user9") for line in lines], "record 4 was changed"),
        (lambda lines: lines[:2] + lines[3:], "record 3 is missing"),
        (lambda lines: lines[:3], "records 4 to 6 are missing"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "record 2 does not belong here"),
        (lambda lines: [*lines, lines[-1].replace('"sequence":6', '"sequence":7')], ":7: was added behind the end"),
        (lambda lines: [lines[0], *lines], "record 1 does not belong here"),
    ],
    ids=["changed", "removed", "truncated", "reordered", "added", "repeated"],
)
def test_tampering_is_found(durable_plane, administrator, tmp_path, edit, found):
    file = tampered(durable_plane, administrator, tmp_path)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(edit(lines)))
    done = audit(tmp_path, "verify")
    assert done.returncode == 1 and found in done.stdout, done.stdout + done.stderr
    # It stays found when the plane goes on.
    plane = durable_plane()
    Boto3(plane, administrator()).call("iam", "CreateUser", UserName="later")
    plane.stop()
    assert audit(tmp_path, "verify").returncode == 1


def test_a_record_put_among_older_files_is_found(durable_plane, administrator, tmp_path):
    file = tampered(durable_plane, administrator, tmp_path)
    forged = file.read_text().splitlines(keepends=True)[-1].replace('"sequence":6', '"sequence":1000000000')
    older = file.parents[3] / "2020" / "01" / "01" / "00000000000000000001.jsonl"
    older.parent.mkdir(parents=True)
    older.write_text(forged)
    done = audit(tmp_path, "verify")
    assert done.returncode == 1 and "2020/01/01" in done.stdout, done.stdout + done.stderr


def test_a_name_that_no_text_of_the_store_holds_stops_no_record(plane, root):
    alice = Boto3(plane, user_with_key(root, "alice"))
    with refused("ValidationError", 400):
        alice.call("iam", "GetPolicy", PolicyArn="arn:aws:iam::123456789012:policy/a\0b")
    with refused("AccessDenied", 403):
        alice.call("iam", "GetUser", UserName="nobody")
    events = eventually(
        lambda: (found := lookup(root, LookupAttributes=by("Username", "alice"))) and len(found) >= 2 and found, "her calls"
    )
    assert [event["EventName"] for event in events] == ["GetUser", "GetPolicy"]


def test_a_removed_directory_is_found(durable_plane, administrator, tmp_path):
    file = tampered(durable_plane, administrator, tmp_path)
    shutil.rmtree(file.parents[3])
    done = audit(tmp_path, "verify")
    assert done.returncode == 1 and "its files, of 6 records, are not in" in done.stdout, done.stdout + done.stderr


@store.embedded_only
def test_an_older_store_does_not_write_over_newer_files(durable_plane, administrator, tmp_path):
    tampered(durable_plane, administrator, tmp_path)
    backup = tmp_path / "backup.db"
    shutil.copy(tmp_path / "data" / "portcullis.db", backup)
    plane = durable_plane()
    Boto3(plane, administrator()).call("iam", "CreateUser", UserName="after-the-backup")
    plane.stop()
    before = chain(tmp_path)
    newer = {path: path.read_bytes() for path in files(tmp_path)}
    for left in (tmp_path / "data").glob("portcullis.db*"):
        left.unlink()
    shutil.copy(backup, tmp_path / "data" / "portcullis.db")
    plane = durable_plane()
    Boto3(plane, administrator()).call("iam", "CreateUser", UserName="again")
    plane.stop()
    assert {path: path.read_bytes() for path in newer} == newer
    done = audit(tmp_path, "verify")
    assert done.returncode == 1 and "was added behind the end of the chain" in done.stdout, done.stdout + done.stderr
    [other] = [path for path in before.parent.iterdir() if path.is_dir() and path != before]
    assert f"{other.name}: 2 records looked at, up to record 2: whole" in done.stdout


def test_old_files_are_pruned_and_the_rest_verifies(durable_plane, administrator, tmp_path):
    file = tampered(durable_plane, administrator, tmp_path)
    # Two years pass: what the files are named by is all that says when they were written.
    old = chain(tmp_path) / "2020" / "01" / "02"
    old.mkdir(parents=True)
    file.rename(old / file.name)
    plane = durable_plane()
    eventually(lambda: not (old / file.name).exists(), "the old file is gone")
    Boto3(plane, administrator()).call("iam", "CreateUser", UserName="later")
    plane.stop()
    assert '"kind":"pruned"' in (chain(tmp_path) / "digests.jsonl").read_text()
    done = audit(tmp_path, "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    made = [record["requestParameters"]["userName"] for record in records(tmp_path) if record["eventName"] == "CreateUser"]
    assert made == ["later"]


def test_files_that_cannot_be_written_stop_changes_and_not_reads(durable_plane, tmp_path, administrator):
    configuration = tmp_path / "portcullis.toml"
    configuration.write_text("[audit]\nmax_lag_seconds = 0\n")
    plane = durable_plane("--config", str(configuration))
    client = Boto3(plane, administrator())
    client.call("iam", "CreateUser", UserName="before")
    eventually(lambda: files(tmp_path), "files")
    real = chain(tmp_path)
    away = real.with_name("away.old")
    real.rename(away)
    real.write_text("not a directory")
    number = itertools.count()
    taken = {"before"}

    def is_refused() -> bool:
        try:
            name = f"during{next(number)}"
            client.call("iam", "CreateUser", UserName=name)
        except Refused as refusal:
            assert (refusal.code, refusal.status) == ("ServiceUnavailable", 503)
            return True
        taken.add(name)
        return False

    eventually(is_refused, "changes are refused")
    assert client.call("sts", "GetCallerIdentity")["Account"] == plane.account_id
    assert "portcullis_audit_files_behind 1" in plane.operations("GET", "/metrics")
    real.unlink()
    away.rename(real)
    eventually(lambda: not is_refused(), "changes are taken again")
    plane.stop()
    done = audit(tmp_path, "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    made = [record for record in records(tmp_path) if record["eventName"] == "CreateUser" and "errorCode" not in record]
    assert {record["requestParameters"]["userName"] for record in made} == taken


def test_the_newest_records_are_shown(durable_plane, administrator, tmp_path):
    tampered(durable_plane, administrator, tmp_path)
    done = audit(tmp_path, "tail", "-n", "2")
    shown = [json.loads(line)["requestParameters"]["userName"] for line in done.stdout.splitlines()]
    assert shown == ["user3", "user4"]
