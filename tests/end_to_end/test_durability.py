"""What was acknowledged is there after a kill, and what was minted before still opens after."""

import concurrent.futures
import itertools
import os
import stat
import threading
import urllib.error

import pytest

import store
from clients import Boto3, Refused
from commands import run
from people import role, session, user_with_key
from policies import allow
from refusals import refused

THREADS = 4
WRITES_BEFORE_KILL = 40


def test_every_acknowledged_write_survives_a_kill(durable_plane, administrator):
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
            except Refused:
                raise
            except Exception:  # the connection went with the server: this write was not acknowledged
                return
            acknowledged.append(name)
            if len(acknowledged) >= WRITES_BEFORE_KILL:
                enough.set()

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        writers = [pool.submit(write, thread) for thread in range(THREADS)]
        assert enough.wait(60)
        plane.kill()
        for writer in writers:
            writer.result(60)
    after = Boto3(durable_plane(), administrator())
    listed = set()
    marker = {}
    while True:
        page = after.call("iam", "ListUsers", MaxItems=1000, **marker)
        listed |= {user["UserName"] for user in page["Users"]}
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert set(acknowledged) <= listed
    assert len(listed) <= len(acknowledged) + THREADS


def test_keys_and_sessions_outlive_the_server(durable_plane, administrator):
    plane = durable_plane()
    root = Boto3(plane, administrator())
    alice = user_with_key(root, "alice", allow("sts:AssumeRole"))
    arn = role(root, "reader", f"arn:aws:iam::{plane.account_id}:user/alice", allow("iam:ListUsers"))
    held = session(Boto3(plane, alice), arn)
    plane.kill()
    again = durable_plane()
    assert again.account_id == plane.account_id
    assert Boto3(again, alice).call("sts", "GetCallerIdentity")["Arn"].endswith(":user/alice")
    assert Boto3(again, held).call("sts", "GetCallerIdentity")["Arn"].endswith(":assumed-role/reader/session")
    assert [user["UserName"] for user in Boto3(again, held).call("iam", "ListUsers")["Users"]] == ["alice"]
    Boto3(again, administrator()).call("iam", "DeleteUserPolicy", UserName="alice", PolicyName="inline")
    again.stop()
    third = durable_plane()
    with refused("NoSuchEntity", 404):
        Boto3(third, administrator()).call("iam", "GetUserPolicy", UserName="alice", PolicyName="inline")


def test_a_first_start_hands_out_no_long_term_key(durable_plane, tmp_path):
    plane = durable_plane()
    assert "secret_access_key" not in plane.ready
    for path in (tmp_path / "data").iterdir():
        mode = stat.S_IMODE(os.stat(path).st_mode)
        assert path.suffix != ".key" or mode == 0o600, path


@store.embedded_only
def test_secrets_lie_sealed_on_disk(durable_plane, administrator, tmp_path):
    plane = durable_plane()
    alice = user_with_key(Boto3(plane, administrator()), "alice")
    plane.stop()
    for path in (tmp_path / "data").rglob("*"):
        assert path.is_dir() or alice.secret_access_key.encode() not in path.read_bytes(), path


def test_the_clock_of_a_durable_plane_is_nobodys_to_move(durable_plane):
    plane = durable_plane()
    with pytest.raises(urllib.error.HTTPError) as refusal:
        plane.advance(1)
    assert refusal.value.code in (404, 405)


def test_a_dev_plane_wants_an_empty_store(durable_plane, tmp_path):
    durable_plane().stop()
    data = tmp_path / "data"
    used = store.flags(data) or ["--store", f"sqlite:{data / 'portcullis.db'}"]
    said = run("serve", "--dev", "--listen", "127.0.0.1:0", *used, code=1)
    assert "wants an empty store" in said
    durable_plane().stop()
