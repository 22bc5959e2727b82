"""What an operator does beside serving: back up, restore, rotate keys, check, migrate, export."""

import concurrent.futures
import contextlib
import itertools
import json
import os
import pathlib
import random
import shutil
import sqlite3
import stat
import threading
import time

import pytest

import commands
from clients import Boto3
from commands import export, run
from people import role, session, user_with_key
from plane import Credentials, Plane
from policies import allow
from refusals import refused

PASSPHRASE = "correct horse battery staple"
USERS = 120


@pytest.fixture
def planes(tmp_path):
    """`planes(data=DIR, store=URL)` starts a plane there; those that run at the end are stopped."""
    running: list[Plane] = []

    def start(data: pathlib.Path, store: str | None = None) -> Plane:
        place = ["--data-dir", str(data)] + (["--store", store] if store else [])
        running.append(Plane(tmp_path, *place))
        return running[-1]

    yield start
    for plane in running:
        if plane.process.poll() is None:
            plane.stop()


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


class Load:
    """Calls a function in threads until it is told to stop; what it raised, it raises again at the end."""

    def __init__(self, *functions):
        self.ending = threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(len(functions))
        self.counts = [0] * len(functions)
        self.futures = [self.pool.submit(self._repeat, index, function) for index, function in enumerate(functions)]

    def _repeat(self, index, function):
        while not self.ending.is_set():
            function()
            self.counts[index] += 1

    def wait_for(self, calls: int) -> None:
        """Until every function was called so often from now on."""
        wanted = [count + calls for count in self.counts]
        deadline = time.monotonic() + 60
        while any(count < due for count, due in zip(self.counts, wanted, strict=True)):
            for future in self.futures:
                if future.done():
                    future.result()
            assert time.monotonic() < deadline, "the load does not go on"
            time.sleep(0.01)

    def stop(self) -> None:
        self.ending.set()
        for future in self.futures:
            future.result(60)
        self.pool.shutdown()


def identity(plane: Plane, credentials: Credentials) -> str:
    return Boto3(plane, credentials).call("sts", "GetCallerIdentity")["Arn"]


def with_root_key(source: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """A new data directory that holds the root key alone."""
    target.mkdir(mode=0o700)
    shutil.copy(source / "root.key", target / "root.key")
    return target


def users(exported: dict) -> set[str]:
    return {user["name"] for account in exported["accounts"] for user in account["users"]}


def test_a_backup_beside_writes_is_restored_elsewhere(planes, data, tmp_path):
    plane = planes(data)
    root = Boto3(plane, commands.administrator(data=data))
    alice = user_with_key(root, "alice", allow("iam:ListUsers"))
    arn = role(root, "reader", f"arn:aws:iam::{plane.account_id}:root", allow("iam:ListUsers"))
    held = session(root, arn)
    acknowledged: list[str] = []
    numbers = itertools.count()

    def write():
        name = f"user-{next(numbers)}"
        root.call("iam", "CreateUser", UserName=name)
        acknowledged.append(name)

    load = Load(write)
    load.wait_for(20)
    before = set(acknowledged)
    file = tmp_path / "backup"
    assert "restoring it takes root key" in run("backup", str(file), data=data)
    load.wait_for(5)
    load.stop()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    for secret in (alice.secret_access_key, "alice", "user-1", "Version"):
        assert secret.encode() not in content
    assert "not overwritten" in run("backup", str(file), data=data, code=1)
    assert file.read_bytes() == content
    plane.stop()

    elsewhere = with_root_key(data, tmp_path / "elsewhere")
    said = run("restore", str(file), data=elsewhere)
    assert "restored" in said and "in order" in said
    assert before <= users(export(data=elsewhere)) <= {"alice", *(f"user-{n}" for n in range(next(numbers)))}
    restored = planes(elsewhere)
    assert restored.account_id == plane.account_id
    assert identity(restored, alice).endswith(":user/alice")
    assert Boto3(restored, alice).call("iam", "ListUsers", MaxItems=1)["Users"]
    assert identity(restored, held).endswith(":assumed-role/reader/session")


def test_a_passphrase_alone_restores_everything(planes, data, tmp_path):
    plane = planes(data)
    alice = user_with_key(Boto3(plane, commands.administrator(data=data)), "alice")
    words, wrong, short = tmp_path / "words", tmp_path / "wrong", tmp_path / "short"
    words.write_text(PASSPHRASE + "\n")
    wrong.write_text(PASSPHRASE + "!\n")
    short.write_text("too short\n")
    file = tmp_path / "backup"
    assert "too short" in run("backup", "--passphrase-file", str(short), str(file), data=data, code=1)
    assert not file.exists()
    run("backup", "--passphrase-file", str(words), str(file), data=data)
    elsewhere = tmp_path / "elsewhere"
    assert "passphrase" in run("restore", str(file), data=with_root_key(data, tmp_path / "third"), code=1)
    assert "passphrase" in run("restore", "--passphrase-file", str(wrong), str(file), data=elsewhere, code=1)
    run("restore", "--passphrase-file", str(words), str(file), data=elsewhere)
    assert (elsewhere / "root.key").read_bytes() == (data / "root.key").read_bytes()
    assert stat.S_IMODE((elsewhere / "root.key").stat().st_mode) == 0o600
    plane.stop()
    assert identity(planes(elsewhere), alice).endswith(":user/alice")


def test_a_backup_that_is_not_whole_is_refused(planes, data, tmp_path):
    plane = planes(data)
    user_with_key(Boto3(plane, commands.administrator(data=data)), "alice")
    file = tmp_path / "backup"
    run("backup", str(file), data=data)
    whole = file.read_bytes()
    elsewhere = with_root_key(data, tmp_path / "elsewhere")
    chosen = random.Random(7)
    damaged = tmp_path / "damaged"
    for _ in range(8):
        at = chosen.randrange(len(whole))
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << chosen.randrange(8))]) + whole[at + 1 :])
        run("restore", str(damaged), data=elsewhere, code=1)
        damaged.write_bytes(whole[:at])
        run("restore", str(damaged), data=elsewhere, code=1)
    run("check", data=elsewhere, code=2)
    other = tmp_path / "other"
    other.mkdir()
    (other / "root.key").write_bytes(os.urandom(32))
    (other / "root.key").chmod(0o600)
    assert "was made under root key" in run("restore", str(file), data=other, code=1)
    run("restore", str(file), data=elsewhere)
    assert export(data=elsewhere) == export(data=data)


def test_nothing_is_restored_over_data(planes, data, tmp_path):
    plane = planes(data)
    user_with_key(Boto3(plane, commands.administrator(data=data)), "alice")
    file = tmp_path / "backup"
    run("backup", str(file), data=data)
    assert "already running" in run("restore", str(file), data=data, code=1)
    before = export(data=data)
    plane.stop()
    assert "not empty" in run("restore", str(file), data=data, code=1)
    assert export(data=data) == before
    run("check", data=data)


def test_keys_are_rotated_under_load(planes, data):
    plane = planes(data)
    root = Boto3(plane, commands.administrator(data=data))
    alice = user_with_key(root, "alice", allow("sts:AssumeRole"))
    arn = role(root, "reader", f"arn:aws:iam::{plane.account_id}:user/alice", allow("iam:ListUsers"))
    held = [session(Boto3(plane, alice), arn)]
    made: list[Credentials] = []
    root.call("iam", "CreateUser", UserName="many")

    def make_key():
        if len(made) % 2:
            root.call("iam", "DeleteAccessKey", UserName="many", AccessKeyId=made.pop().access_key_id)
        made.append(Credentials.of(root.call("iam", "CreateAccessKey", UserName="many")["AccessKey"]))
        assert identity(plane, made[-1]).endswith(":user/many")

    def call_with_all():
        assert identity(plane, alice).endswith(":user/alice")
        for credentials in (held[0], held[-1]):
            assert identity(plane, credentials).endswith(":assumed-role/reader/session")

    load = Load(make_key, call_with_all, lambda: held.append(session(Boto3(plane, alice), arn)))
    load.wait_for(5)
    first = (data / "root.key").read_bytes()
    run("rotate-keys", "root", data=data)
    assert (data / "root.key").read_bytes() != first
    load.wait_for(5)
    said = run("rotate-keys", "--reseal", data=data)
    assert "secrets anew" in said and "(none)" not in said
    load.wait_for(5)
    load.stop()
    assert "in order" in run("check", data=data)
    plane.stop()
    again = planes(data)
    for credentials in (alice, held[0], held[-1], made[-1]):
        identity(again, credentials)
    assert len(held) > 10


def test_sqlite_to_postgresql_and_back(planes, data, tmp_path, throwaway_postgresql):
    plane = planes(data)
    root = Boto3(plane, commands.administrator(data=data))
    alice = user_with_key(root, "alice", allow("iam:ListUsers"))
    root.call("iam", "TagUser", UserName="alice", Tags=[{"Key": "é", "Value": "ü ñ/=+@"}])
    run("backup", str(tmp_path / "one"), data=data)
    everything = export(data=data)
    plane.stop()

    node = with_root_key(data, tmp_path / "node")
    url = throwaway_postgresql.database()
    run("restore", str(tmp_path / "one"), data=node, store=url)
    assert export(data=node, store=url) == everything
    assert "not empty" in run("restore", str(tmp_path / "one"), data=node, store=url, code=1)
    on_postgresql = planes(node, url)
    assert Boto3(on_postgresql, alice).call("iam", "ListUsers")["Users"][0]["UserName"] == "alice"
    Boto3(on_postgresql, commands.administrator(data=node, store=url)).call("iam", "CreateUser", UserName="bob")
    run("rotate-keys", "--reseal", data=node, store=url)
    assert identity(on_postgresql, alice).endswith(":user/alice")
    run("check", data=node, store=url)
    run("backup", str(tmp_path / "two"), data=node, store=url)
    on_postgresql.stop()

    back = with_root_key(node, tmp_path / "back")
    run("restore", str(tmp_path / "two"), data=back)
    assert users(export(data=back)) == {"alice", "bob"}
    assert identity(planes(back), alice).endswith(":user/alice")


def test_an_export_holds_no_secret(planes, data, tmp_path):
    plane = planes(data)
    root = Boto3(plane, commands.administrator(data=data))
    alice = user_with_key(root, "alice", allow("sts:AssumeRole"))
    arn = role(root, "reader", f"arn:aws:iam::{plane.account_id}:user/alice", allow("iam:ListUsers"), Description="r")
    held = session(Boto3(plane, alice), arn)
    root.call("iam", "CreateGroup", GroupName="devs")
    root.call("iam", "AddUserToGroup", GroupName="devs", UserName="alice")
    root.call("iam", "AttachGroupPolicy", GroupName="devs", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    root.call("iam", "CreateAccountAlias", AccountAlias="my-alias")
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow("iam:*")]}, indent=1)
    policy = root.call("iam", "CreatePolicy", PolicyName="all", PolicyDocument=document)["Policy"]["Arn"]
    root.call("iam", "PutUserPermissionsBoundary", UserName="alice", PermissionsBoundary=policy)

    file = tmp_path / "export.json"
    run("export", str(file), data=data)
    text = file.read_text()
    for secret in (alice.secret_access_key, held.secret_access_key, held.session_token, "secret", "wrapped"):
        assert secret not in text
    exported = export(data=data)
    assert exported == export(data=data) == export("--account", plane.account_id, data=data)
    (account,) = exported["accounts"]
    assert (account["account_id"], account["alias"]) == (plane.account_id, "my-alias")
    (user,) = account["users"]
    assert (user["name"], user["groups"], user["permissions_boundary"]) == ("alice", ["devs"], policy)
    assert user["inline_policies"] == [
        {"name": "inline", "document": {"Version": "2012-10-17", "Statement": [allow("sts:AssumeRole")]}}
    ]
    assert [(key["id"], key["status"]) for key in user["access_keys"]] == [(alice.access_key_id, "Active")]
    assert account["groups"][0]["attached_policies"] == ["arn:aws:iam::aws:policy/IAMReadOnlyAccess"]
    assert account["policies"][0]["versions"][0]["document"] == json.loads(document)
    assert "no account" in run("export", "--account", "000000000001", data=data, code=1)


def test_check_says_what_is_wrong(planes, data, tmp_path):
    assert "no store" in run("check", data=data, code=2)
    assert "lacks version" in run("migrate", "--dry-run", data=data)
    assert not data.exists()
    assert "has version" in run("migrate", data=data)
    assert "up to date" in run("migrate", data=data)
    assert "first start" in run("check", data=data, code=1)
    planes(data).stop()
    assert "in order" in run("check", data=data)
    config = tmp_path / "config.toml"
    config.write_text("nonsense = 1\n")
    assert "nonsense" in run("check", "--config", str(config), data=data, code=2)
    config.write_text('[tls]\ncertificate_file = "/nowhere"\nprivate_key_file = "/nowhere"\n')
    assert "tls: " in run("check", "--config", str(config), data=data, code=1)
    (data / "root.key").write_bytes(os.urandom(32))
    assert "root key: " in run("check", data=data, code=1)
    (data / "root.key").unlink()
    assert "missing" in run("check", data=data, code=1)


def test_check_finds_damage(planes, data):
    plane = planes(data)
    root = Boto3(plane, commands.administrator(data=data))
    for number in range(USERS):
        root.call("iam", "CreateUser", UserName=f"user-{number}")
    plane.stop()
    database = data / "portcullis.db"
    content = bytearray(database.read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle : middle + 16384] = b"\xa5" * 16384
    database.write_bytes(content)
    run("check", data=data, code=1)


def test_a_store_without_its_root_key_is_taken_up_again(planes, data):
    plane = planes(data)
    alice = user_with_key(Boto3(plane, commands.administrator(data=data)), "alice", allow("iam:ListUsers"))
    plane.stop()
    before = export(data=data)
    (data / "root.key").unlink()
    assert "put it back" in run("serve", "--listen", "127.0.0.1:0", data=data, code=1)
    with contextlib.closing(sqlite3.connect(data / "portcullis.db")) as connection, connection:
        connection.execute("DELETE FROM access_key")
        connection.execute("DELETE FROM audit_chain")
        connection.execute("DELETE FROM data_key")
    again = planes(data)
    root = Boto3(again, commands.administrator(data=data))
    with refused("InvalidClientTokenId"):
        identity(again, alice)
    new = Credentials.of(root.call("iam", "CreateAccessKey", UserName="alice")["AccessKey"])
    assert Boto3(again, new).call("iam", "ListUsers")["Users"]
    assert users(export(data=data)) == users(before)
