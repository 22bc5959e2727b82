"""Requests that nobody should send: each gets AWS's error, stores nothing, and leaves the server well."""

import json
import socket
import time
import urllib.parse

import pytest

import raw
from plane import Plane

USER = {"Action": "CreateUser", "Version": raw.IAM, "UserName": "alice"}


@pytest.fixture(autouse=True)
def nothing_happened(plane, root):
    """After every test here the server is well and no user exists."""
    yield
    assert plane.is_healthy()
    assert root.call("iam", "ListUsers")["Users"] == []


def signed(plane, body: str | bytes, service: str = "sts", **more) -> raw.Answer:
    return raw.send(plane, raw.request(plane, body, **more).signed(plane.root, service))


def test_an_unknown_action_or_version_is_named(plane):
    for body, message in [
        (f"Action=Nope&Version={raw.STS}", f"Could not find operation Nope for version {raw.STS}"),
        ("Action=GetCallerIdentity&Version=1999-01-01", "Could not find operation GetCallerIdentity for version 1999-01-01"),
        ("Action=GetCallerIdentity", "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"),
        (f"Action=ListUsers&Version={raw.STS}", f"Could not find operation ListUsers for version {raw.STS}"),
        (f"Action=getcalleridentity&Version={raw.STS}", f"Could not find operation getcalleridentity for version {raw.STS}"),
    ]:
        answer = signed(plane, body)
        assert (answer.status, answer.code, answer.message) == (400, "InvalidAction", message)
        assert b'xmlns="http://webservices.amazon.com/AWSFault/2005-15-09"' in answer.body


def test_an_unknown_action_is_told_to_the_unsigned_too(plane):
    answer = raw.send(plane, raw.request(plane, f"Action=%3Cscript%3E&Version={raw.STS}"))
    assert (answer.status, answer.code) == (400, "InvalidAction")
    assert b"<script>" not in answer.body


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}])
def test_a_body_that_is_no_form_names_no_action(plane, headers):
    """Such a request was not meant for the API: AWS sends it to the documentation."""
    answer = raw.send(plane, raw.request(plane, headers=headers).signed(plane.root))
    assert (answer.status, answer.headers["Location"]) == (302, "https://aws.amazon.com/iam")


@pytest.mark.parametrize("kind", [raw.FORM, "text/plain"])
def test_an_action_in_the_query_string_takes_its_parameters_from_both(plane, kind):
    query = f"Action=GetUser&Version={raw.IAM}"
    for body, where, name in [("UserName=bob", query, "bob"), ("UserName=bob", query + "&UserName=eve", "eve")]:
        answer = signed(plane, body, "iam", query=where, headers={"Content-Type": kind})
        assert (answer.code, answer.message) == ("NoSuchEntity", f"The user with name {name} cannot be found.")
    answer = signed(plane, "UserName=%zz", "iam", query=query, headers={"Content-Type": kind})
    assert (answer.status, answer.code) == (400, "MalformedInput")


def test_no_action_at_all(plane):
    for what in (raw.request(plane, b""), raw.request(plane, b"", method="GET", headers={}), raw.request(plane, "Version=1")):
        assert raw.send(plane, what).status == 302


def test_the_first_of_duplicate_parameters_wins(plane):
    answer = signed(plane, f"{raw.IDENTITY}&Action=GetSessionToken&Version=1999-01-01")
    assert answer.status == 200
    assert b"GetCallerIdentityResult" in answer.body


def test_unknown_parameters_are_ignored(plane):
    assert signed(plane, raw.IDENTITY + "&Unknown=1&Other.member.7.Key=2&=&&x").status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"Action=GetSessionToken&Version=2011-06-15&DurationSeconds=%",
        b"Action=GetSessionToken&Version=2011-06-15&DurationSeconds=%zz",
        b"Action=GetSessionToken&Version=2011-06-15&DurationSeconds=%ff%fe",
        b"Action=GetSessionToken&Version=2011-06-15&DurationSeconds=\xff\xfe",
        b"Action=GetSessionToken&Version=2011-06-15&DurationSeconds=soon",
        b"Action=GetSessionToken&Version=2011-06-15&DurationSeconds=99999999999999999999",
        b"Action=GetSessionToken&Version=2011-06-15&DurationSeconds=1.5",
    ],
)
def test_a_value_that_cannot_be_read_is_refused(plane, body):
    answer = signed(plane, body)
    assert answer.status == 400
    assert answer.code in ("MalformedInput", "MalformedQueryString", "ValidationError")


@pytest.mark.parametrize(
    "more",
    [
        {"Tags.member.99999999999999999999.Key": "a"},
        {"Tags.member.1": "a"},
        {"Tags.member.1.Key": "a"},
        {"Tags": "a"},
        {f"Tags.member.{index}.Key": f"k{index}" for index in range(1, 2000)},
        {"Tags.member.1000000000.Key": "a", "Tags.member.1000000000.Value": "b"},
        {"UserName": "a" * 65},
        {"UserName": "a" * 1_000_000},
        {"UserName": ""},
        {"UserName": "al ice"},
        {"UserName": "alice\u0000"},
        {"UserName": "ålice/../bob"},
        {"Path": "no-slashes"},
        {"Path": "/" + "a" * 600 + "/"},
        {"PermissionsBoundary": "not-an-arn-but-long-enough"},
    ],
)
def test_a_user_that_breaks_the_rules_is_not_made(plane, more):
    answer = signed(plane, urllib.parse.urlencode(USER | more), "iam")
    assert answer.status in (400, 404, 409), answer.body
    assert answer.code in ("ValidationError", "MalformedInput", "InvalidInput", "LimitExceeded", "NoSuchEntity"), answer.body


def test_all_violations_are_told_at_once(plane):
    answer = signed(plane, urllib.parse.urlencode(USER | {"UserName": "b d" * 30, "Path": "x"}), "iam")
    assert (answer.status, answer.code) == (400, "ValidationError")
    name = "b d" * 30
    assert answer.message.startswith("3 validation errors detected: ")
    assert (
        f"Value '{name}' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64"
        in answer.message
    )
    assert (
        f"Value '{name}' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
        in answer.message
    )
    assert "Value 'x' at 'path' failed to satisfy constraint: Member must satisfy regular expression pattern: " in answer.message


def test_what_is_required_and_missing_is_told(plane):
    answer = signed(plane, f"Action=AssumeRole&Version={raw.STS}")
    assert (answer.status, answer.code) == (400, "ValidationError")
    assert answer.message.startswith("2 validation errors detected: ")
    for member in ("roleArn", "roleSessionName"):
        assert f"Value null at '{member}' failed to satisfy constraint: Member must not be null" in answer.message


def test_a_body_above_the_limit_is_refused(plane):
    body = raw.IDENTITY.encode() + b"&x=" + b"a" * 10_000_001
    answer = signed(plane, body)
    assert (answer.status, answer.body) == (413, b"")
    lying = raw.request(plane).to_bytes().replace(b"Content-Length: ", b"Content-Length: 9999999999999", 1)
    assert raw.send(plane, lying).status == 413


def test_other_paths_hold_nothing(plane):
    for path in ("/nope", "/%2e%2e/etc/passwd", "/\u00e9"):
        answer = raw.send(plane, raw.request(plane, path=path, headers={"Content-Type": raw.FORM}).to_bytes())
        assert answer.status in (400, 404)
        assert b"UnknownOperationException" in answer.body or answer.status == 400


JSON_TYPE = "application/x-amz-json-1.1"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"Name": 5}', b"{" * 100_000, b'{"a":"\\ud800"}'])
def test_bad_json_is_refused_in_json(plane, body):
    headers = {"Content-Type": JSON_TYPE, "X-Amz-Target": "secretsmanager.CreateSecret"}
    answer = signed(plane, body, "secretsmanager", headers=headers)
    assert answer.status in (400, 501)
    assert answer.headers["Content-Type"].startswith("application/x-amz-json-1")
    assert json.loads(answer.body)
    assert answer.code in ("SerializationException", "ValidationException", "NotImplemented", "InvalidParameterException")


@pytest.mark.parametrize("target", ["secretsmanager.Nope", "secretsmanager.", "secretsmanager.createsecret"])
def test_an_unknown_target_is_refused_in_json(plane, target):
    answer = signed(plane, b"{}", "secretsmanager", headers={"Content-Type": JSON_TYPE, "X-Amz-Target": target})
    assert (answer.status, answer.code) == (400, "UnknownOperationException")


@pytest.mark.parametrize("target", ["nope", "", ".", "\u00e9.x", "A" * 4000])
def test_a_target_of_no_service_is_refused(plane, target):
    answer = signed(plane, b"{}", "secretsmanager", headers={"Content-Type": JSON_TYPE, "X-Amz-Target": target})
    assert answer.status in (302, 400, 403, 404)


def test_what_is_not_built_says_so_in_its_own_protocol(plane):
    headers = {"Content-Type": JSON_TYPE, "X-Amz-Target": "secretsmanager.ListSecrets"}
    answer = signed(plane, b"{}", "secretsmanager", headers=headers)
    assert (answer.status, answer.code) == (501, "NotImplemented")
    assert "ListSecrets" in answer.message


def test_header_floods_are_cut_off(plane):
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(20_000))
    long = b"X-Long: " + b"a" * 2_000_000 + b"\r\n"
    for flood in (many, long):
        try:
            answer = raw.send(plane, b"POST / HTTP/1.1\r\nHost: x\r\n" + flood + b"\r\n")
        except ConnectionError:
            continue
        assert answer.status in (400, 431)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"GET\r\n\r\n",
        b"POST / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
        b"POST " + b"/a" * 50_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 64,
    ],
)
def test_what_is_hardly_http_is_dropped_or_refused(plane, garbage):
    try:
        with socket.create_connection(plane.address, timeout=20) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            first = connection.recv(4096)
    except OSError:
        first = b""
    if first.startswith(b"HTTP/1.1"):
        assert 400 <= int(first.split(b" ")[1]) < 500


def test_http_1_0_is_served_and_closed(plane):
    with socket.create_connection(plane.address, timeout=20) as connection:
        connection.sendall(raw.request(plane).signed(plane.root).to_bytes(version="1.0"))
        answer = raw.receive(connection)
        assert answer.status == 200
        assert connection.recv(1) == b""


def test_absolute_request_targets_are_served(plane):
    good = raw.request(plane).signed(plane.root)
    assert raw.send(plane, good.to_bytes(plane.endpoint + "/")).status == 200


def test_a_connection_serves_many_requests(plane):
    with socket.create_connection(plane.address, timeout=20) as connection:
        for body, status in ((raw.IDENTITY, 200), ("Action=Nope&Version=1", 400), (raw.IDENTITY, 200)):
            connection.sendall(raw.request(plane, body).signed(plane.root).to_bytes())
            assert raw.receive(connection).status == status


def test_a_chunked_body_is_a_body(plane):
    good = raw.request(plane).signed(plane.root)
    head, _, body = good.to_bytes().partition(b"\r\n\r\n")
    head = head.replace(b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked")
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (body[:7], body[7:])) + b"0\r\n\r\n"
    assert raw.send(plane, head + b"\r\n\r\n" + chunks).status == 200


def test_repeated_headers_are_verified_as_one_list(plane):
    """A second copy of a signed header changes what was signed."""
    good = raw.request(plane).signed(plane.root)
    doubled = good.to_bytes().replace(b"Content-Type: ", b"Content-Type: text/plain\r\nContent-Type: ", 1)
    assert raw.send(plane, doubled).status in (302, 403)


def test_the_payload_hash_must_be_the_bodys(plane):
    for value in ("0" * 64, "UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "short"):
        headers = {"Content-Type": raw.FORM, "X-Amz-Content-Sha256": value}
        answer = raw.send(plane, raw.request(plane, headers=headers).signed(plane.root))
        assert answer.status in (400, 403), value


def test_slow_clients_are_waited_for_and_then_left(tmp_path, plane):
    """Clients that stop in the middle are cut off in bounded time, while others are served."""
    directory = tmp_path / "slow"
    directory.mkdir()
    (directory / "portcullis.toml").write_text("[limits]\nheader_seconds = 1\nrequest_seconds = 2\n")
    impatient = Plane(directory, "--dev", "--config", "portcullis.toml")
    try:
        whole = raw.request(impatient).signed(impatient.root).to_bytes()
        stops = [len(b"POST / HT"), whole.index(b"\r\n\r\n") + 2, len(whole) - 3]
        waiting = [socket.create_connection(impatient.address, timeout=15) for _ in stops]
        for connection, stop in zip(waiting, stops, strict=True):
            connection.sendall(whole[:stop])
        assert raw.send(impatient, whole).status == 200
        begun = time.monotonic()
        for connection in waiting:
            with connection:
                first = connection.recv(4096)
                assert first == b"" or first.split(b" ")[1] in (b"400", b"408"), first
        assert time.monotonic() - begun < 10
        assert raw.send(impatient, whole).status == 200
    finally:
        impatient.stop()


def test_many_idle_connections_do_not_keep_others_out(plane):
    idle = [socket.create_connection(plane.address, timeout=5) for _ in range(500)]
    try:
        assert raw.send(plane, raw.request(plane).signed(plane.root)).status == 200
    finally:
        for connection in idle:
            connection.close()


def test_markup_in_values_is_escaped(plane):
    answer = signed(plane, urllib.parse.urlencode(USER | {"UserName": "<b>&\"'"}), "iam")
    assert (answer.status, answer.code) == (400, "ValidationError")
    assert b"<b>" not in answer.body
    assert "<b>&\"'" in answer.message
