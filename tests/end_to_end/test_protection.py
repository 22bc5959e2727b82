"""One client's eagerness is not the others' outage: rates, connections, the memory of bodies."""

import contextlib
import socket

import pytest

from clients import Boto3
from people import user_with_key
from plane import Plane
from policies import allow
from raw import call, receive, request, send
from watching import metric, until

BODY = 1_000_000


@pytest.fixture
def limited_plane(tmp_path):
    """Starts a `--dev` plane with a configuration of the test's."""
    running = []

    def start(configuration: str) -> Plane:
        (tmp_path / "portcullis.toml").write_text(configuration)
        running.append(Plane(tmp_path, "--dev", "--config", str(tmp_path / "portcullis.toml")))
        return running[-1]

    yield start
    for plane in running:
        plane.stop()


def test_a_caller_has_its_own_rate(limited_plane):
    # One comes back in a second: what is refused stays refused while the test runs.
    plane = limited_plane("[throttle]\ncaller_rate = 1\ncaller_burst = 20\n")
    alice = user_with_key(Boto3(plane, plane.root), "alice", allow("sts:*"))
    answers = [call(plane, alice, "sts", "GetCallerIdentity") for _ in range(40)]
    assert [answer.status for answer in answers[:20]] == [200] * 20
    throttled = [answer for answer in answers if answer.status != 200]
    assert len(throttled) >= 10
    assert {(answer.status, answer.code, answer.message) for answer in throttled} == {(400, "Throttling", "Rate exceeded")}
    assert call(plane, plane.root, "sts", "GetCallerIdentity").status == 200
    wrong = [call(plane, type(alice)(plane.root.access_key_id, "wrong"), "sts", "GetCallerIdentity") for _ in range(40)]
    assert {answer.code for answer in wrong} == {"SignatureDoesNotMatch"}
    assert call(plane, plane.root, "sts", "GetCallerIdentity").status == 200, "spent by someone else's bad signatures"
    assert 'code="Throttling"' in plane.operations("GET", "/metrics")


def test_an_address_has_its_own_rate_and_is_told_in_its_protocol(limited_plane):
    plane = limited_plane("[throttle]\naddress_rate = 1\naddress_burst = 5\n")
    statuses = [send(plane, request(plane)).code for _ in range(10)]
    assert statuses[:5] == ["MissingAuthenticationToken"] * 5
    assert "Throttling" in statuses[5:]
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.ListSecrets"}
    answers = [send(plane, request(plane, "{}", headers=headers)) for _ in range(10)]
    assert ("ThrottlingException", "Rate exceeded") in {(answer.code, answer.message) for answer in answers}


def test_an_address_may_hold_only_so_many_connections(limited_plane):
    plane = limited_plane("[limits]\nconnections_per_address = 4\n")
    with contextlib.ExitStack() as held:
        kept = [held.enter_context(socket.create_connection(plane.address, timeout=20)) for _ in range(4)]
        for connection in kept:
            connection.sendall(request(plane).signed(plane.root).to_bytes())
            assert receive(connection).status == 200
        fifth = held.enter_context(socket.create_connection(plane.address, timeout=20))
        # Closed at once: the end of the connection, or its reset where the request came first.
        with contextlib.suppress(ConnectionResetError):
            assert fifth.recv(1) == b""
        kept[0].sendall(request(plane).signed(plane.root).to_bytes())
        assert receive(kept[0]).status == 200
    assert plane.is_healthy()


def test_large_bodies_share_a_bounded_memory(limited_plane):
    # Time enough for a machine that does much else: the first body is held until its last byte comes.
    plane = limited_plane("[limits]\nbody_megabytes = 1\nrequest_seconds = 170\n")
    form = "Action=CreateUser&Version=2010-05-08&UserName=" + "x" * BODY
    large = request(plane, form).signed(plane.root, "iam").to_bytes()
    with socket.create_connection(plane.address, timeout=60) as first:
        first.sendall(large[:-1])
        until("the first body holds nearly all of the memory", lambda: metric(plane, "body_memory_bytes") > BODY)
        assert send(plane, large, timeout=60).code == "ServiceUnavailable", "there is no room for a second"
        assert call(plane, plane.root, "sts", "GetCallerIdentity").status == 200, "small requests go on"
        first.sendall(large[-1:])
        assert receive(first).code == "ValidationError"
    assert metric(plane, "body_memory_bytes") == 0
    assert send(plane, large, timeout=60).code == "ValidationError"


def test_who_does_not_read_its_answers_is_left(limited_plane):
    plane = limited_plane("[limits]\nrequest_seconds = 1\n")
    asked = request(plane, "Action=ListPolicies&Version=2010-05-08").signed(plane.root, "iam").to_bytes()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect(plane.address)
        # Requests without end, until the server, whose answers have nowhere to go, reads no more and then lets go.
        with pytest.raises(ConnectionError):
            while True:
                connection.sendall(asked)
    assert plane.is_healthy()
