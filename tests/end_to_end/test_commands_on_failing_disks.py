"""Operators' commands on disks that are full and disks that fail: a clear error and nothing half done; what was reported done
is there."""

import errno
import json
import pathlib
import re

import pytest

import commands
from clients import Boto3
from disk import Disk
from people import user_with_key
from plane import Credentials, Plane
from store import embedded_only

FAILURES = [("fsync", errno.EIO), ("fsync", errno.ENOSPC), ("write", errno.ENOSPC), ("write", errno.EIO)]
LOGGED = re.compile(r"^\d\d\d\d-\d\d-\d\dT\S+Z +[A-Z]+ ")
"""How lines of the log begin, which come before the one that says why."""

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
IMPORTED = json.dumps([{"PolicyName": "Imported", "PolicyDocument": POLICY}])
TOKEN = "GAHT12345678,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

DEEDS = {
    "credentials": (["credentials"], ""),
    "rotate the root key": (["rotate-keys", "root"], ""),
    "rotate data keys": (["rotate-keys", "data"], ""),
    "import policies": (["policies import", "-"], IMPORTED),
    "provision tokens": (["mfa provision", "-"], TOKEN),
    "remove tokens": (["mfa remove", "GAHT00000001"], ""),
}
"""Commands that change the store, each with its input."""

pytestmark = [embedded_only, pytest.mark.timeout(600)]


class Site:
    """A data directory on a disk that fails when it is told to, with a user whose key must go on working."""

    def __init__(self, directory: pathlib.Path):
        self.directory, self.data = directory, directory / "data"
        self.disk = Disk(self.data, directory / "disk")
        plane = self.start()
        self.alice = user_with_key(Boto3(plane, commands.administrator(data=self.data)), "alice")
        commands.run("mfa provision", "-", stdin="GAHT00000001,MFRGGZDFMZTWQ2LKNNWG23TPOBYQ", data=self.data)
        plane.stop()
        self.disk.sync()

    def start(self) -> Plane:
        return Plane(self.directory, "--data-dir", str(self.data))

    def run(self, words: list[str], stdin: str = ""):
        done = commands.outcome(*words, stdin=stdin, environment=self.disk.environment(), data=self.data)
        assert "panicked" not in done.stderr, done.stderr
        return done

    def fails(self, words: list[str], stdin: str = "") -> str:
        """Runs what must fail by the disk; the line that says so, the only one beside the log."""
        failures = self.disk.failures()
        done = self.run(words, stdin)
        assert self.disk.failures() > failures, f"the disk was not asked: {done}"
        assert done.returncode == 1 and done.stdout == "", done
        [line] = [line for line in done.stderr.splitlines() if not LOGGED.match(line)]
        assert line.startswith("portcullis: ") and done.stderr.endswith(line + "\n"), done.stderr
        return line

    def everything(self) -> dict:
        return commands.export(data=self.data)

    def is_checked(self) -> None:
        assert "in order" in commands.run("check", data=self.data)
        self.disk.sync()

    def is_in_order(self) -> None:
        """By the check, and for a server and its clients."""
        self.is_checked()
        plane = self.start()
        assert Boto3(plane, self.alice).call("sts", "GetCallerIdentity")["Arn"].endswith(":user/alice")
        plane.stop()
        self.disk.sync()


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def files(directory: pathlib.Path) -> set[str]:
    """Without those that belong to the database while it is open."""
    return {path.name for path in directory.iterdir() if not path.name.startswith("portcullis.db-")}


@pytest.mark.parametrize(("call", "number"), FAILURES)
@pytest.mark.parametrize("cut", [False, True], ids=["killed", "power cut"])
def test_a_change_that_cannot_be_logged_is_not_made(site, call, number, cut):
    for name, (words, stdin) in DEEDS.items():
        before = site.everything()
        site.disk.fail(f"{call} {number} portcullis.db-wal")
        said = site.fails(words, stdin)
        assert "disk" in said or "portcullis.db-wal" in said, f"{name}: {said}"
        if cut:
            site.disk.cut_power()
        site.disk.heal()
        # A sync that failed may have put all of it on disk: it was not said to be done, and may be. Nothing is there by half.
        assert cut is False or site.everything() == before, name
        site.is_checked()
    site.is_in_order()
    for name, (words, stdin) in DEEDS.items():
        done = site.run(words, stdin)
        assert done.returncode == 0 or "GAHT" in done.stderr, f"{name}: {done}"
    site.disk.cut_power()
    site.is_in_order()


def test_what_was_reported_done_outlives_a_database_that_cannot_be_synced(site):
    """It is safe in the log, which stays."""
    site.disk.fail(f"fsync {errno.EIO} portcullis.db")
    minted = None
    for name, (words, stdin) in DEEDS.items():
        done = site.run(words, stdin)
        assert done.returncode == 0, f"{name}: {done}"
        minted = Credentials.of(json.loads(done.stdout)) if name == "credentials" else minted
    site.disk.cut_power()
    site.disk.heal()
    site.is_in_order()
    exported = json.dumps(site.everything())
    assert "policy/Imported" in exported and "GAHT12345678" in exported and "GAHT00000001" not in exported
    plane = site.start()
    events = Boto3(plane, minted).call("cloudtrail", "LookupEvents")["Events"]
    assert {"MintCredentials", "RotateRootKey", "RotateDataKeys", "ImportPolicies"} <= {event["EventName"] for event in events}
    plane.stop()


@pytest.mark.parametrize(("call", "number"), FAILURES)
def test_a_root_key_that_cannot_be_kept_is_not_taken_into_use(site, call, number):
    before, there = site.everything(), files(site.data)
    key = (site.data / "root.key").read_bytes()
    site.disk.fail(f"{call} {number} root.key*")
    for words in (["rotate-keys", "root"], ["rotate-keys", "root", "--prepare"]):
        assert "root.key" in site.fails(words)
    site.disk.heal()
    assert (site.data / "root.key").read_bytes() == key and site.everything() == before
    site.is_in_order()
    assert site.run(["rotate-keys", "root"]).returncode == 0
    assert (site.data / "root.key").read_bytes() != key
    assert not {name for name in files(site.data) - there if not re.fullmatch(r"root\.key\.([0-9a-f]+|lock)|audit", name)}
    site.is_in_order()


@pytest.mark.parametrize(("call", "number"), FAILURES)
@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_file_that_cannot_be_written_whole_is_not_there(site, command, call, number):
    target = site.directory / "out"
    target.mkdir()
    site.disk.fail(f"{call} {number} /out/*")
    said = site.fails([command, str(target / "file")])
    assert str(target / "file") in said, said
    assert not list(target.iterdir())
    site.disk.heal()
    assert site.run([command, str(target / "file")]).returncode == 0
    assert [path.name for path in target.iterdir()] == ["file"]
    site.is_in_order()


@pytest.mark.parametrize(("call", "number"), FAILURES)
def test_a_restore_that_fails_can_be_repeated(site, call, number):
    backup, key = site.directory / "backup", site.data / "root.key"
    commands.run("backup", str(backup), data=site.data)
    everything = site.everything()
    elsewhere = site.directory / "data" / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "root.key").write_bytes(key.read_bytes())
    (elsewhere / "root.key").chmod(0o600)
    site.disk.fail(f"{call} {number} portcullis.db-wal", f"{call} {number} elsewhere/portcullis.db")
    done = commands.outcome("restore", str(backup), environment=site.disk.environment(), data=elsewhere)
    assert done.returncode != 0 and "panicked" not in done.stderr, done
    assert done.stderr.splitlines()[-1].startswith("portcullis: "), done.stderr
    site.disk.heal()
    again = commands.outcome("restore", str(backup), environment=site.disk.environment(), data=elsewhere)
    assert again.returncode == 0, again
    assert commands.export(data=elsewhere) == everything


def test_looking_beside_a_server_needs_no_room(site):
    """A full disk is when an operator looks: what only reads goes on, and so does a backup to elsewhere."""
    plane = site.start()
    Boto3(plane, site.alice).call("sts", "GetCallerIdentity")
    site.disk.fail(*(f"{call} {errno.ENOSPC} portcullis.db*" for call in ("write", "fsync")))
    elsewhere = site.directory / "backup"
    looks = (["check"], ["export", "-"], ["backup", str(elsewhere)], ["mfa list"], ["migrate", "--dry-run"], ["audit verify"])
    for words in looks:
        done = commands.outcome(*words, environment=site.disk.environment(), data=site.data)
        assert done.returncode == 0, f"{words}: {done}"
    site.disk.heal()
    plane.stop()
    site.disk.sync()
    site.is_in_order()
