"""Rounds of `kill -9`, half of them with the power cut as well, under concurrent writes on SQLite: what was acknowledged is
there, with its audit event, and nothing is there by halves.

200 rounds, or `PORTCULLIS_KILL_ROUNDS` of them, in lanes side by side, each on a data directory of its own. A round ends at a
moment that is chosen by chance: while the server starts, between commits, while it copies its log into the database, while it
writes audit files, when it begins a new one (the server's clock is set shortly before midnight), while it shuts down.
"""

import collections
import concurrent.futures
import contextlib
import datetime
import itertools
import json
import os
import pathlib
import random
import shutil
import sqlite3
import threading
import time

import pytest

import commands
import events
import raw
from clients import Boto3
from disk import Disk, library
from people import user_with_key
from plane import UNTHROTTLED, Credentials, Plane, begin
from policies import allow, policy

ROUNDS = int(os.environ.get("PORTCULLIS_KILL_ROUNDS") or 200)
SEED = int(os.environ.get("PORTCULLIS_KILL_SEED") or random.SystemRandom().randrange(2**32))
ROUNDS_OF_A_LANE = 25
"""What is written in more rounds takes too long to look through after each."""
WRITERS = 4
MOST_WRITES = 40
MOMENTS = ("start", "commit", "checkpoint", "flush", "rotation", "stop")
CHECK_EVERY = 10
"""Rounds between two runs of `portcullis check`."""
PATIENCE = 60
DAY = 86_400
PADDING = "x" * 1500
"""Makes policies long, so that the log is soon full."""

pytestmark = pytest.mark.timeout(900)


class Ledger:
    """What must be there, and what may be because its request got no answer. Things are kinds with names."""

    def __init__(self):
        self.lock = threading.Lock()
        self.must: set[tuple[str, str]] = set()
        self.may: set[tuple[str, str]] = set()
        self.writes = 0

    def begun(self, thing: tuple[str, str]) -> None:
        with self.lock:
            self.must.discard(thing)
            self.may.add(thing)

    def made(self, thing: tuple[str, str]) -> None:
        with self.lock:
            self.may.discard(thing)
            self.must.add(thing)
            self.writes += 1

    def deleted(self, thing: tuple[str, str]) -> None:
        with self.lock:
            self.may.discard(thing)
            self.writes += 1

    def compare(self, found: set[tuple[str, str]]) -> None:
        """What got no answer stays in doubt: it may be in the system's memory and go with the power of a later round."""
        assert self.must <= found, f"acknowledged and lost: {sorted(self.must - found)}"
        extra = found - self.must - self.may
        assert not extra, f"deleted, or never asked for: {sorted(extra)}"


class Lane:
    """A data directory, what has happened to it, and the next rounds."""

    def __init__(self, directory: pathlib.Path, chance: random.Random):
        self.directory, self.chance, self.ledger = directory, chance, Ledger()
        self.data, self.copy, self.log = directory / "data", directory / "copy", directory / "portcullis.log"
        self.disk = Disk(self.data, directory / "disk")
        self.arguments = ("--data-dir", str(self.data), "--config", str(directory / "portcullis.toml"))
        (directory / "portcullis.toml").write_text(UNTHROTTLED)
        self.seconds, self.torn = 0, False
        self.moments = collections.Counter()
        plane = Plane(directory, *self.arguments)
        root = Boto3(plane, commands.administrator(data=self.data))
        self.credentials = user_with_key(root, "writer", allow("iam:*"))
        self.ledger.must |= {("user", "writer"), ("inline", "writer")}
        plane.stop()
        self.disk.sync()

    def start(self) -> Plane:
        return Plane(self.directory, *self.arguments, environment=self.disk.environment(self.seconds))

    def round(self, number: int) -> None:
        moment = self.chance.choice(MOMENTS)
        self.moments[moment] += 1
        if moment == "rotation":
            self.seconds += int(DAY - (time.time() + self.seconds) % DAY) - 2
        if moment == "start":
            self.kill_while_starting()
        else:
            self.kill_while_writing(number, moment)
        cut = self.chance.random() < 0.5
        if cut:
            self.moments["power cut"] += 1
            self.disk.cut_power(self.chance)
        # Half a record may lie behind the end of the trail, until a server writes over it.
        self.torn = cut or (self.torn and moment not in ("flush", "rotation"))
        self.inspect(number)

    def kill_while_starting(self) -> None:
        server = begin(self.directory, self.log, *self.arguments, environment=self.disk.environment(self.seconds))
        time.sleep(self.chance.uniform(0, 0.4))
        server.kill()
        server.wait()
        server.stdout.close()

    def kill_while_writing(self, number: int, moment: str) -> None:
        seen = self.watched(moment)
        plane = self.start()
        if moment != "rotation":  # which may come while it starts
            seen = self.watched(moment)
        ending = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            try:
                self.ask_for_some(plane)
                writers = [pool.submit(self.write, plane, f"r{number}-{thread}", ending) for thread in range(WRITERS)]
                self.wait_for(moment, seen, writers)
                ending.set()
                if moment == "stop":
                    plane.process.terminate()
                    time.sleep(self.chance.uniform(0, 0.15))
                else:
                    time.sleep(self.chance.uniform(0, 0.004))
            finally:
                plane.kill()
            for writer in writers:
                writer.result(PATIENCE)

    def watched(self, moment: str):
        """What of the files changes when the moment comes."""
        segments = [path for path in sorted((self.data / "audit").rglob("*.jsonl")) if path.name != "digests.jsonl"]
        match moment:
            case "checkpoint":
                return (self.data / "portcullis.db").stat().st_mtime_ns
            case "flush":
                with contextlib.suppress(FileNotFoundError):  # a server that starts takes away what it did not finish
                    return [path.stat().st_size for path in segments]
                return segments
            case "rotation":
                return segments[-1:]
            case _:
                return None

    def wait_for(self, moment: str, seen, writers: list[concurrent.futures.Future]) -> None:
        enough = self.ledger.writes + self.chance.randrange(1, MOST_WRITES)
        deadline = time.monotonic() + PATIENCE
        while self.watched(moment) == seen if seen is not None else self.ledger.writes < enough:
            for writer in writers:
                if writer.done():
                    writer.result()
            assert time.monotonic() < deadline, f"not within {PATIENCE} s: {moment}"
            time.sleep(0.0005)

    def write(self, plane: Plane, prefix: str, ending: threading.Event) -> None:
        """Makes and deletes until the server is gone."""
        document = policy(allow("iam:ListUsers", Sid=PADDING))
        arn = f"arn:aws:iam::{plane.account_id}:policy/"
        with contextlib.suppress(Gone):
            for count in itertools.count():
                name = f"{prefix}-{count}"
                change = lambda *what, **parameters: self.change(plane, ending, *what, **parameters)  # noqa: E731
                change(self.ledger.made, "user", name, "CreateUser", UserName=name)
                change(
                    self.ledger.made,
                    "inline",
                    name,
                    "PutUserPolicy",
                    UserName=name,
                    PolicyName=name,
                    PolicyDocument=document,
                )
                change(self.ledger.made, "policy", name, "CreatePolicy", PolicyName=name, PolicyDocument=document)
                if count % 32 < 31:
                    change(self.ledger.deleted, "policy", name, "DeletePolicy", PolicyArn=arn + name)
                    change(self.ledger.deleted, "inline", name, "DeleteUserPolicy", UserName=name, PolicyName=name)
                    change(self.ledger.deleted, "user", name, "DeleteUser", UserName=name)

    def change(self, plane: Plane, ending: threading.Event, done, kind: str, name: str, operation: str, **parameters) -> None:
        self.ledger.begun((kind, name))
        try:
            answer = call(plane, self.credentials, self.seconds, operation, **parameters)
        except (OSError, ConnectionError, ValueError) as error:  # the connection went with the server
            # It is told a moment after the server has died.
            assert ending.wait(5), f"{operation}: {error}"
            raise Gone from None
        if answer.status != 200:
            assert ending.is_set() and answer.status == 503, f"{operation}: {answer.status} {answer.body}"
            raise Gone
        done((kind, name))

    def ask_for_some(self, plane: Plane) -> None:
        """What the last rounds left is there for those who ask the server, too."""
        users = sorted(name for kind, name in self.ledger.must if kind == "user")
        for name in users[-3:]:
            answer = call(plane, self.credentials, self.seconds, "GetUser", UserName=name)
            assert answer.status == 200, answer.body

    def inspect(self, number: int) -> None:
        """Looks at a copy of what was left, so that the server finds it untouched."""
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.data, self.copy)
        if (self.copy / "portcullis.db-wal").exists():
            self.inspect_store()
        if self.torn:
            ahead = {"LD_PRELOAD": str(library()), "DISK_SECONDS": str(self.seconds)}
            Plane(self.directory, "--data-dir", str(self.copy), environment=ahead).stop()
        commands.run("audit verify", data=self.copy)
        if number % CHECK_EVERY == 0:
            assert "in order" in commands.run("check", data=self.copy)

    def inspect_store(self) -> None:
        with contextlib.closing(sqlite3.connect(self.copy / "portcullis.db")) as store:
            ask = lambda sql, *values: store.execute(sql, values).fetchall()  # noqa: E731
            assert ask("PRAGMA integrity_check") == [("ok",)]
            assert ask("PRAGMA foreign_key_check") == []
            users = {json.loads(doc)["name"]: user for user, doc in ask("SELECT user_id, doc FROM iam_user")}
            policies = {json.loads(doc)["name"] for (doc,) in ask("SELECT doc FROM iam_policy")}
            inline = {owner for (owner,) in ask("SELECT owner_id FROM iam_inline_policy WHERE owner_kind = 'user'")}
            assert inline <= set(users.values())
            found = {("user", name) for name in users} | {("policy", name) for name in policies}
            found |= {("inline", name) for name, user in users.items() if user in inline}
            # A policy comes with its first version, and every change with its audit event.
            versions = "SELECT 1 FROM iam_policy_version v WHERE v.policy_id = p.policy_id"
            assert ask(f"SELECT COUNT(*) FROM iam_policy p WHERE NOT EXISTS ({versions})") == [(0,)]
            assert recorded(doc for _, doc in events.stored(store)) == found
            self.ledger.compare(found)

    def end(self) -> None:
        """Starts and stops once more: every event of a change is in the files, once, and none is twice."""
        plane = self.start()
        asked = call(plane, self.credentials, self.seconds, "GetUser", UserName="writer")
        assert asked.status == 200, asked.body
        plane.stop()
        with contextlib.closing(sqlite3.connect(self.data / "portcullis.db")) as store:
            kept = [json.loads(doc)["eventID"] for _, doc in events.stored(store)]
            assert len(kept) == len(set(kept)), "an event is stored twice"
            for waiting in ("audit_outbox", "audit_batch_outbox"):
                assert store.execute(f"SELECT COUNT(*) FROM {waiting}").fetchone() == (0,)
        written, requests = collections.Counter(), set()
        for path in (self.data / "audit").rglob("*.jsonl"):
            if path.name != "digests.jsonl":
                records = [json.loads(line) for line in path.read_text().splitlines()]
                written.update(record["eventID"] for record in records)
                requests |= {record.get("requestID") for record in records}
        assert set(kept) <= set(written) and set(written.values()) == {1}
        assert asked.headers["x-amzn-requestid"] in requests
        commands.run("audit verify", data=self.data)
        assert "in order" in commands.run("check", data=self.data)
        assert "panicked at" not in self.log.read_text(errors="replace")


class Gone(Exception):
    """The server answers no more."""


def call(plane: Plane, credentials: Credentials, seconds: int, operation: str, **parameters) -> raw.Answer:
    """An IAM call, signed at the server's time."""
    body = raw.urllib.parse.urlencode({"Action": operation, "Version": raw.IAM} | parameters)
    at = raw.now() + datetime.timedelta(seconds=seconds)
    return raw.send(plane, raw.request(plane, body).signed(credentials, "iam", at=at), timeout=PATIENCE)


def recorded(documents) -> set[tuple[str, str]]:
    """What is there by the word of the audit trail: made, and not deleted. No name is used twice."""
    made, deleted = set(), set()
    for document in documents:
        event = json.loads(document)
        parameters, operation = event["requestParameters"] or {}, event["eventName"]
        if "errorCode" in event:
            continue
        if operation in ("CreateUser", "DeleteUser"):
            thing = ("user", parameters["userName"])
        elif operation in ("PutUserPolicy", "DeleteUserPolicy"):
            thing = ("inline", parameters["userName"])
        elif operation == "CreatePolicy":
            thing = ("policy", parameters["policyName"])
        elif operation == "DeletePolicy":
            thing = ("policy", parameters["policyArn"].rsplit("/", 1)[-1])
        else:
            continue
        (deleted if operation.startswith("Delete") else made).add(thing)
    assert deleted <= made
    return made - deleted


@pytest.mark.parametrize("first", range(0, ROUNDS, ROUNDS_OF_A_LANE))
def test_rounds_of_kills_lose_nothing_and_leave_nothing_by_halves(tmp_path, first, request):
    print(f"\nPORTCULLIS_KILL_SEED={SEED}")
    lane = Lane(tmp_path, random.Random(f"{SEED}-{first}"))
    rounds = range(first, min(first + ROUNDS_OF_A_LANE, ROUNDS))
    for number in rounds:
        lane.round(number)
    lane.end()
    # Summed up by conftest.py.
    request.node.user_properties.append(("kills", {"rounds": len(rounds), "writes": lane.ledger.writes, **lane.moments}))


def test_a_first_start_that_is_killed_is_begun_again(tmp_path):
    """The root key, the store and the first account are made in an order that survives any cut."""
    print(f"\nPORTCULLIS_KILL_SEED={SEED}")
    chance = random.Random(f"{SEED}-first")
    for number in range(max(ROUNDS // 20, 5)):
        directory = tmp_path / str(number)
        directory.mkdir()
        data, log = directory / "data", directory / "portcullis.log"
        disk = Disk(data, directory / "disk")
        for _ in range(2):
            server = begin(directory, log, "--data-dir", str(data), environment=disk.environment())
            time.sleep(chance.uniform(0, 0.5))
            server.kill()
            server.wait()
            server.stdout.close()
            if chance.random() < 0.5:
                disk.cut_power(chance)
        plane = Plane(directory, "--data-dir", str(data))
        Boto3(plane, commands.administrator(data=data)).call("iam", "CreateUser", UserName="alice")
        plane.stop()
        assert "in order" in commands.run("check", data=data)
        shutil.rmtree(directory)
