"""Disks that are full and disks that fail: what was acknowledged stays, what cannot be kept is refused, reading goes on."""

import contextlib
import errno
import itertools
import pathlib
import shutil
import subprocess
import time

import pytest

import commands
from clients import Boto3, Refused
from disk import Disk
from people import role, session, user_with_key
from plane import Credentials, Plane
from policies import allow
from refusals import refused
from watching import SOON, metric, readiness, until

SMALL_MEGABYTES = 12


class Site:
    """A data directory on a disk that fails when it is told to, and the plane on it."""

    def __init__(self, directory: pathlib.Path):
        self.directory, self.data = directory, directory / "data"
        self.disk = Disk(self.data, directory / "disk")
        self.config = directory / "portcullis.toml"
        self.config.write_text("[audit]\nmax_lag_seconds = 2\n")
        self.numbers = itertools.count()
        self.acknowledged: list[str] = []
        plane = self.start_elsewhere()
        root = Boto3(plane, commands.administrator(data=self.data))
        self.credentials = user_with_key(root, "operator", allow("iam:*", "sts:*"))
        self.role = role(root, "reader", f"arn:aws:iam::{plane.account_id}:user/operator")
        plane.stop()
        self.disk.sync()
        self.plane = self.start()

    def start_elsewhere(self) -> Plane:
        return Plane(self.directory, "--data-dir", str(self.data))

    def start(self) -> Plane:
        arguments = ("--data-dir", str(self.data), "--config", str(self.config))
        self.plane = Plane(self.directory, *arguments, environment=self.disk.environment())
        return self.plane

    @property
    def client(self) -> Boto3:
        return Boto3(self.plane, self.credentials)

    def create(self) -> None:
        name = f"user-{next(self.numbers)}"
        self.client.call("iam", "CreateUser", UserName=name)
        self.acknowledged.append(name)

    def create_some(self, count: int = 5) -> None:
        for _ in range(count):
            self.create()

    def refuses_changes_and_reads_on(self, reason: str) -> None:
        for _ in range(3):
            begun = time.monotonic()
            with refused("ServiceUnavailable", 503):
                self.client.call("iam", "CreateUser", UserName=f"refused-{next(self.numbers)}")
            assert time.monotonic() - begun < SOON
        status, said = readiness(self.plane)
        assert status == 503 and reason in said and "refusing changes" in said, said
        assert readiness(self.plane, "/readyz/memory")[0] == 200
        assert self.plane.is_healthy()
        self.client.call("sts", "GetCallerIdentity")
        held = session(self.client, self.role)
        assert Boto3(self.plane, held).call("sts", "GetCallerIdentity")["Arn"].endswith(":assumed-role/reader/session")
        for name in self.acknowledged[-2:]:
            self.client.call("iam", "GetUser", UserName=name)
        assert len(users(self.client)) > len(self.acknowledged)

    def everything_is_there(self, cut: bool = True) -> None:
        """After a kill, and with the power cut too."""
        self.plane.kill()
        if cut:
            self.disk.cut_power()
        assert "in order" in commands.run("check", data=self.data)
        commands.run("audit verify", data=self.data)
        self.disk.sync()
        self.start()
        lost = set(self.acknowledged) - users(self.client)
        assert not lost, f"acknowledged and lost: {sorted(lost)}"


def users(client: Boto3) -> set[str]:
    names, marker = set(), {}
    while True:
        page = client.call("iam", "ListUsers", MaxItems=1000, **marker)
        names |= {user["UserName"] for user in page["Users"]}
        if not page["IsTruncated"]:
            return names
        marker = {"Marker": page["Marker"]}


def is_ready(plane: Plane) -> bool:
    return readiness(plane)[0] == 200


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.disk.heal()
    if made.plane.process.poll() is None:
        made.plane.stop()


# A sync that fails, by the disk or by a quota that is noticed late; and a write that finds no room.
FAILURES = [("fsync", errno.EIO), ("fsync", errno.ENOSPC), ("write", errno.ENOSPC), ("write", errno.EIO)]


@pytest.mark.parametrize(("call", "number"), FAILURES)
def test_what_cannot_be_logged_is_not_acknowledged(site, call, number):
    site.create_some()
    site.disk.fail(f"{call} {number} portcullis.db-wal")
    with refused("ServiceUnavailable", 503):
        site.create()
    site.refuses_changes_and_reads_on("the disk failed")
    assert metric(site.plane, "store_writable") == 0
    site.disk.heal()
    until("the disk is seen to work", lambda: is_ready(site.plane))
    assert metric(site.plane, "store_writable") == 1
    site.create_some()
    site.everything_is_there()
    site.create()


def test_a_log_that_was_not_synced_is_not_gone_on_with(site):
    """After the failure the log is whole in the system's memory and not on disk: what is appended would be lost with it."""
    site.create_some()
    site.disk.fail(f"fsync {errno.EIO} portcullis.db-wal")
    with refused("ServiceUnavailable", 503):
        site.create()
    site.plane.kill()
    site.disk.heal()
    site.start()
    site.create_some()
    site.everything_is_there()


def test_a_server_starts_on_a_disk_that_fails(site):
    site.create_some()
    site.plane.kill()
    site.disk.fail(f"fsync {errno.EIO} portcullis.db-wal", f"fsync {errno.EIO} portcullis.db")
    site.start()
    site.refuses_changes_and_reads_on("the disk failed")
    site.disk.heal()
    until("the disk is seen to work", lambda: is_ready(site.plane))
    site.create_some()
    site.everything_is_there()


def test_a_database_that_cannot_be_synced_is_written_again(site):
    """Transactions are safe in the log, which grows meanwhile."""
    site.disk.fail(f"fsync {errno.EIO} portcullis.db")
    client = site.client
    # With as many pages as there are in the log when it is copied into the database.
    while site.disk.failures() == 0:
        name = f"user-{next(site.numbers)}"
        client.call("iam", "CreateUser", UserName=name)
        site.acknowledged.append(name)
    assert metric(site.plane, "store_log_bytes") >= 4000 * 4096
    site.everything_is_there()
    site.disk.heal()
    site.create_some()
    site.everything_is_there()


@pytest.mark.parametrize(("call", "number"), FAILURES)
def test_changes_are_refused_while_the_trail_cannot_be_written(site, call, number):
    site.create_some()
    site.disk.fail(f"{call} {number} .jsonl")
    until("a flush failed", lambda: wrote_and_was_refused(site))
    site.refuses_changes_and_reads_on("audit files")
    assert metric(site.plane, "audit_files_behind") == 1
    site.disk.heal()
    until("the files are written again", lambda: is_ready(site.plane))
    assert metric(site.plane, "audit_files_behind") == 0
    site.create_some()
    site.everything_is_there()


def wrote_and_was_refused(site: Site) -> bool:
    try:
        site.create()
    except Refused as refusal:
        assert refusal.status == 503
        return True
    return False


@contextlib.contextmanager
def small_file_system(directory: pathlib.Path):
    directory.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_MEGABYTES}m,mode=0700", "tmpfs", str(directory)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if mounted.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.strip()}")
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)


def test_a_file_system_without_room(tmp_path):
    """The real thing, as far as a file system in memory is one."""
    with small_file_system(tmp_path / "small") as small:
        data = small / "data"
        plane = Plane(tmp_path, "--data-dir", str(data))
        client = Boto3(plane, commands.administrator(data=data))
        ballast = small / "ballast"
        with ballast.open("wb") as file, contextlib.suppress(OSError):
            while shutil.disk_usage(small).free > 512 * 1024:
                file.write(bytes(64 * 1024))
                file.flush()
        acknowledged = []
        with refused("ServiceUnavailable", 503):
            for number in range(5000):
                client.call("iam", "CreateUser", UserName=f"user-{number}")
                acknowledged.append(f"user-{number}")
        assert acknowledged
        until("it says so", lambda: "refusing changes" in readiness(plane)[1])
        assert set(acknowledged) <= users(client)
        client.call("sts", "GetCallerIdentity")
        ballast.unlink()
        until("there is room", lambda: is_ready(plane))
        client.call("iam", "CreateUser", UserName="after")
        plane.kill()
        assert "in order" in commands.run("check", data=data)
        commands.run("audit verify", data=data)
        again = Plane(tmp_path, "--data-dir", str(data))
        credentials: Credentials = commands.administrator(data=data)
        assert {*acknowledged, "after"} <= users(Boto3(again, credentials))
        again.stop()
