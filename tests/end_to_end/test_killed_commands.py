"""Commands that are killed at some moment leave a store as it was before or as it is after, and can be run again."""

import random
import subprocess
import time

import pytest

import commands
from clients import Boto3
from commands import export, run
from people import role, session, user_with_key
from plane import Credentials, Plane, clean_environment
from policies import allow

KILLS = 12
USERS = 120

pytestmark = pytest.mark.timeout(600)


def killed_at_random(command: list[str], longest: float, chance: random.Random) -> bool:
    """Runs the command and kills it at some moment; whether it had not ended by itself."""
    process = subprocess.Popen(command, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(chance.uniform(0, longest))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def duration_of(action) -> float:
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def identity(plane: Plane, credentials: Credentials) -> str:
    return Boto3(plane, credentials).call("sts", "GetCallerIdentity")["Arn"]


# `--reseal` waits for a new key to settle before it seals anew: it is killed there, and behind it.
@pytest.mark.parametrize("words", [("root",), ("data",), ("--reseal",)], ids=lambda words: words[-1].strip("-"))
def test_a_killed_rotation_leaves_a_store_that_opens(sites, words):
    place = sites.make("data")
    plane = sites.start(place)
    root = Boto3(plane, commands.administrator(**place))
    alice = user_with_key(root, "alice", allow("sts:AssumeRole"))
    keys = [user_with_key(root, f"user-{number}") for number in range(10)]
    arn = role(root, "reader", f"arn:aws:iam::{plane.account_id}:user/alice")
    held = session(Boto3(plane, alice), arn)
    longest = duration_of(lambda: run("rotate-keys", *words, **place))
    chance, killed = random.Random(), 0
    for _ in range(KILLS if longest < 5 else KILLS // 3):
        killed += killed_at_random(commands.arguments("rotate-keys", *words, **place), longest, chance)
        assert "in order" in run("check", **place)
    assert killed > 0
    for credentials in (alice, held, *keys):
        identity(plane, credentials)
    plane.stop()
    again = sites.start(place)
    for credentials in (alice, held, *keys):
        identity(again, credentials)
    run("rotate-keys", *words, **place)
    assert not (place["data"] / "root.key.new").exists()
    assert "in order" in run("check", **place)


def test_a_killed_restore_leaves_nothing_or_everything(sites):
    place = sites.make("data")
    plane = sites.start(place)
    root = Boto3(plane, commands.administrator(**place))
    for number in range(USERS):
        root.call("iam", "CreateUser", UserName=f"user-{number}")
    file = sites.directory / "backup"
    run("backup", str(file), **place)
    everything = export(**place)
    key = place["data"] / "root.key"
    longest = duration_of(lambda: run("restore", str(file), **sites.make("measured", key)))
    chance, killed = random.Random(), 0
    for number in range(KILLS):
        elsewhere = sites.make(f"elsewhere-{number}", key)
        killed += killed_at_random(commands.arguments("restore", str(file), **elsewhere), longest, chance)
        again = subprocess.run(
            commands.arguments("restore", str(file), **elsewhere), env=clean_environment(), capture_output=True, text=True
        )
        assert again.returncode == 0 or "not empty" in again.stderr, again.stderr
        assert export(**elsewhere) == everything
        assert "in order" in run("check", **elsewhere)
    assert killed > 0


def test_a_killed_migration_leaves_the_old_schema_or_the_new(sites):
    """From nothing, which is the longest way there is."""
    longest = duration_of(lambda: run("migrate", **sites.make("measured")))
    chance, killed = random.Random(), 0
    for number in range(KILLS):
        place = sites.make(f"data-{number}")
        killed += killed_at_random(commands.arguments("migrate", **place), longest, chance)
        said = run("migrate", "--dry-run", **place)
        assert "up to date" in said or "lacks version 1" in said, "all steps or none"
        run("migrate", **place)
        plane = sites.start(place)
        Boto3(plane, commands.administrator(**place)).call("iam", "CreateUser", UserName="alice")
        plane.stop()
        assert "in order" in run("check", **place)
    assert killed > 0
