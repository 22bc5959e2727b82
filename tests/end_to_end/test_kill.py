"""Rounds of `kill -9` under concurrent writes on SQLite: what was acknowledged is there, and nothing is there by halves.

20 rounds, or `PORTCULLIS_KILL_ROUNDS` of them.
"""

import concurrent.futures
import itertools
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import threading

import store
from clients import Boto3, Refused
from plane import BINARY, clean_environment
from policies import allow, policy

ROUNDS = int(os.environ.get("PORTCULLIS_KILL_ROUNDS") or 20)
WRITERS = 4
MOST_WRITES = 60
SEED = int(os.environ.get("PORTCULLIS_KILL_SEED") or random.SystemRandom().randrange(2**32))


class Ledger:
    """What was acknowledged, over all rounds."""

    def __init__(self):
        self.lock = threading.Lock()
        self.users: set[str] = set()
        self.policies: set[str] = set()
        self.deleted: set[str] = set()
        self.writes = 0

    def note(self, of: set[str], name: str) -> int:
        with self.lock:
            of.add(name)
            self.writes += 1
            return self.writes


@store.embedded_only
def test_rounds_of_kills_lose_nothing_and_leave_nothing_by_halves(durable_plane, administrator, tmp_path):
    print(f"\nPORTCULLIS_KILL_SEED={SEED}")
    chance, ledger = random.Random(SEED), Ledger()
    for number in range(ROUNDS):
        plane = durable_plane()
        write_until_killed(plane, administrator(), number, ledger, ledger.writes + chance.randrange(1, MOST_WRITES))
        check_files(tmp_path / "data", tmp_path / "crashed", ledger, number)
    plane = durable_plane()
    command = [str(BINARY), "check", "--data-dir", str(tmp_path / "data")]
    checked = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stderr
    last = Boto3(plane, administrator())
    for name in itertools.islice(sorted(ledger.users - ledger.deleted), 10):
        assert last.call("iam", "GetUser", UserName=name)["User"]["UserName"] == name
    print(f"{ROUNDS} rounds, {ledger.writes} acknowledged writes")


def write_until_killed(plane, credentials, number: int, ledger: Ledger, enough: int) -> None:
    """Kills the server in the middle of writing, once so many writes have been acknowledged in all."""
    killed = threading.Event()

    def write(thread: int) -> None:
        client = Boto3(plane, credentials)
        for count in itertools.count():
            name = f"r{number}-{thread}-{count}"
            try:
                client.call("iam", "CreateUser", UserName=name)
                ledger.note(ledger.users, name)
                client.call("iam", "CreatePolicy", PolicyName=name, PolicyDocument=policy(allow("iam:ListUsers")))
                ledger.note(ledger.policies, name)
                if count % 3 == 0:
                    ledger.note(ledger.deleted, name)  # from the request on it may be gone
                    client.call("iam", "DeleteUser", UserName=name)
            except Refused:
                raise
            except Exception:  # the connection went with the server
                assert killed.is_set()
                return
            if ledger.writes >= enough:
                killed.set()
                plane.process.kill()

    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        for writer in [pool.submit(write, thread) for thread in range(WRITERS)]:
            writer.result(120)
    plane.process.wait()
    plane.process.stdout.close()


def check_files(data: pathlib.Path, copy: pathlib.Path, ledger: Ledger, number: int) -> None:
    """Reads a copy of what the kill has left, so that the server finds it untouched."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data, copy)
    with sqlite3.connect(copy / "portcullis.db") as store:
        names = lambda table: {json.loads(doc)["name"] for (doc,) in store.execute(f"SELECT doc FROM {table}")}  # noqa: E731
        users, policies = names("iam_user"), names("iam_policy")
        assert ledger.users - ledger.deleted <= users
        assert ledger.policies <= policies
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []
        # A policy comes with its first version, and every change with its audit record and its line in the change log.
        versions = "SELECT 1 FROM iam_policy_version v WHERE v.policy_id = p.policy_id"
        alone = f"SELECT COUNT(*) FROM iam_policy p WHERE NOT EXISTS ({versions})"
        assert store.execute(alone).fetchone() == (0,)
        recorded = {"CreateUser": set(), "CreatePolicy": set(), "DeleteUser": set()}
        for (doc,) in store.execute("SELECT doc FROM audit_event"):
            event = json.loads(doc)
            if event["eventName"] in recorded:
                parameters = event["requestParameters"]
                recorded[event["eventName"]].add(parameters.get("userName") or parameters.get("policyName"))
        assert recorded["CreateUser"] - recorded["DeleteUser"] == users
        assert recorded["CreatePolicy"] == policies
        # The log is pruned in time: only this round's lines must be there.
        logged = {entity for (entity,) in store.execute("SELECT id FROM change_log WHERE kind = 'user_name'")}
        made = store.execute("SELECT name_key FROM iam_user WHERE name_key LIKE ?", (f"r{number}-%",))
        assert {user for (user,) in made} <= logged
    store.close()
