"""Operators' commands while the PostgreSQL that they reach takes no changes, or does not answer: they say so soon, do nothing
and tell no secret."""

import json
import subprocess
import time

import pytest

import commands
from clients import Boto3
from people import user_with_key
from plane import Credentials
from sites import Sites
from watching import SOON, readiness, until

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
TOKEN = "GAHT12345678,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

COMMANDS = [
    (["credentials"], ""),
    (["credentials", "--format", "env"], ""),
    (["rotate-keys"], ""),
    (["rotate-keys", "root", "--prepare"], ""),
    (["policies import", "-"], json.dumps([{"PolicyName": "Imported", "PolicyDocument": POLICY}])),
    (["mfa provision", "-"], TOKEN),
    (["mfa list"], ""),
    (["mfa remove", "GAHT12345678"], ""),
    (["backup", "-"], ""),
    (["export", "-"], ""),
    (["migrate"], ""),
    (["check"], ""),
]

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def sites(tmp_path, throwaway_postgresql):
    made = Sites(tmp_path, throwaway_postgresql)
    yield made
    made.stop()


def sql(sites: Sites, text: str) -> None:
    subprocess.run([*sites.postgresql.psql, "-c", text], cwd="/", check=True, capture_output=True)


def demote(sites: Sites, place: dict, to: str) -> None:
    """What a failover leaves behind: sessions are over, and new ones may only read."""
    database = place["store"].rsplit("/", 1)[1]
    sql(sites, f"ALTER DATABASE {database} SET default_transaction_read_only = {to}")
    sql(sites, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


def refuse_all(place: dict, reason: str) -> None:
    key = (place["data"] / "root.key").read_bytes()
    for words, stdin in COMMANDS:
        begun = time.monotonic()
        done = commands.outcome(*words, stdin=stdin, **place)
        took = time.monotonic() - begun
        assert took < SOON, f"{words} took {took:.1f} s: {done}"
        assert done.returncode == (2 if words == ["check"] else 1) and done.stdout == "", f"{words}: {done}"
        [line] = [line for line in done.stderr.splitlines() if line.startswith("portcullis: ")]
        assert done.stderr.endswith(line + "\n") and reason in line, f"{words}: {done.stderr}"
        assert "panicked" not in done.stderr
    assert (place["data"] / "root.key").read_bytes() == key
    assert [path.name for path in place["data"].iterdir() if path.name.startswith("root.key")] == ["root.key"]


def test_commands_say_that_nobody_leads(sites):
    place = sites.make("data")
    plane = sites.start(place)
    administrator = commands.administrator(**place)
    alice = user_with_key(Boto3(plane, administrator), "alice")
    assert Boto3(plane, alice).call("sts", "GetCallerIdentity")["Arn"].endswith("user/alice")
    before = commands.export(**place)
    demote(sites, place, "on")
    until("the node sees it", lambda: readiness(plane)[0] == 503)
    refuse_all(place, "does not allow writes")
    # What was minted before goes on.
    for credentials in (administrator, alice):
        Boto3(plane, credentials).call("sts", "GetCallerIdentity")
    demote(sites, place, "off")
    until("the node sees that one leads", lambda: readiness(plane)[0] == 200)
    assert commands.export(**place) == before
    assert "in order" in commands.run("check", **place)
    minted = Credentials.of(json.loads(commands.outcome("credentials", **place).stdout))
    Boto3(plane, minted).call("sts", "GetCallerIdentity")


def test_commands_say_that_nobody_answers(sites):
    place = sites.make("data")
    sites.start(place).stop()
    sites.postgresql.freeze()
    try:
        refuse_all(place, "")
    finally:
        sites.postgresql.thaw()
    assert "in order" in commands.run("check", **place)
