"""Who is let in, decided on requests made by hand: signatures, scopes, dates, tokens, presigned URLs."""

import dataclasses
import datetime
import json
import re
import urllib.parse

import pytest

import raw
from clients import CommandLine, boto3_client
from people import role, session, user_with_key
from plane import Credentials
from policies import allow
from refusals import refused

TOKEN_INVALID = "The security token included in the request is invalid."


def test_a_signature_by_hand_is_accepted_and_answered_as_sts_answers(plane):
    answer = raw.send(plane, raw.request(plane).signed(plane.root))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/xml"
    request_id = answer.headers["x-amzn-RequestId"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request_id)
    assert answer.body.decode() == (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n'
        "  <GetCallerIdentityResult>\n"
        f"    <Arn>arn:aws:iam::{plane.account_id}:root</Arn>\n"
        f"    <UserId>{plane.account_id}</UserId>\n"
        f"    <Account>{plane.account_id}</Account>\n"
        "  </GetCallerIdentityResult>\n"
        "  <ResponseMetadata>\n"
        f"    <RequestId>{request_id}</RequestId>\n"
        "  </ResponseMetadata>\n"
        "</GetCallerIdentityResponse>\n"
    )


def test_json_is_answered_to_those_who_ask_for_it(plane):
    headers = {"Content-Type": raw.FORM, "Accept": "application/json"}
    answer = raw.send(plane, raw.request(plane, headers=headers).signed(plane.root))
    assert answer.headers["Content-Type"].startswith("application/json")
    body = json.loads(answer.body)["GetCallerIdentityResponse"]
    assert body["GetCallerIdentityResult"]["Account"] == plane.account_id
    assert body["ResponseMetadata"]["RequestId"] == answer.headers["x-amzn-RequestId"]


def test_an_unsigned_request_is_refused(plane):
    answer = raw.send(plane, raw.request(plane))
    assert (answer.status, answer.code) == (403, "MissingAuthenticationToken")
    assert answer.message == "Request is missing Authentication Token"


@pytest.mark.parametrize("part", ["method", "path", "query", "body", "header", "signature"])
def test_any_change_after_signing_is_noticed(plane, part):
    good = raw.request(plane, headers={"Content-Type": raw.FORM, "X-Amz-Note": "a"}).signed(plane.root)
    assert raw.send(plane, good).status == 200
    if part == "method":
        changed = dataclasses.replace(good, method="PUT")
    elif part == "path":
        changed = dataclasses.replace(good, path="/%2F")
    elif part == "query":
        changed = dataclasses.replace(good, query="Extra=1")
    elif part == "body":
        changed = dataclasses.replace(good, body=good.body + b"&Extra=1")
    elif part == "header":
        changed = dataclasses.replace(good, headers=good.headers | {"X-Amz-Note": "b"})
    else:
        authorization = good.headers["Authorization"]
        other = "0" if authorization[-1] != "0" else "1"
        changed = dataclasses.replace(good, headers=good.headers | {"Authorization": authorization[:-1] + other})
    answer = raw.send(plane, changed)
    assert answer.status in (403, 404, 405)
    if part not in ("method", "path"):
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("path", ["//", "///"])
def test_slashes_are_one_slash_to_router_and_signature(plane, path):
    """Verifiers that replay a client's request add the slash of their own base URL."""
    assert raw.send(plane, raw.request(plane, path=path).signed(plane.root)).status == 200


def test_the_scope_must_name_the_service_called(plane):
    answer = raw.send(plane, raw.request(plane).signed(plane.root, service="s3"))
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert answer.message == "Credential should be scoped to correct service: 'sts'. "


def test_the_scope_must_end_as_version_4_ends(plane):
    good = raw.request(plane).signed(plane.root)
    changed = good.headers["Authorization"].replace("/aws4_request", "/aws5_request")
    answer = raw.send(plane, dataclasses.replace(good, headers=good.headers | {"Authorization": changed}))
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert "valid terminator: 'aws4_request'" in answer.message


def test_the_date_of_the_scope_must_be_the_date_of_the_request(plane):
    yesterday = (raw.now() - datetime.timedelta(days=1)).strftime("%Y%m%d")
    good = raw.request(plane).signed(plane.root)
    changed = re.sub(r"/\d{8}/", f"/{yesterday}/", good.headers["Authorization"])
    answer = raw.send(plane, dataclasses.replace(good, headers=good.headers | {"Authorization": changed}))
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert answer.message.startswith(
        f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{yesterday}' != "
    )


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-16, r"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)"),
        (16, r"Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)"),
    ],
)
def test_the_clocks_may_differ_by_fifteen_minutes(plane, minutes, words):
    at = raw.now() + datetime.timedelta(minutes=minutes)
    answer = raw.send(plane, raw.request(plane).signed(plane.root, at=at))
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert re.fullmatch(words, answer.message), answer.message
    nearer = raw.now() + datetime.timedelta(minutes=minutes * 14 / 16)
    assert raw.send(plane, raw.request(plane).signed(plane.root, at=nearer)).status == 200


@pytest.mark.parametrize(
    "date", ["", "yesterday", "20261301T000000Z", "20260101T000000", "9" * 100, "20260101T250000Z", "２０２６０１０１T000000Z"]
)
def test_a_date_that_is_none_is_refused(plane, date):
    good = raw.request(plane).signed(plane.root)
    answer = raw.send(plane, dataclasses.replace(good, headers=good.headers | {"X-Amz-Date": date}))
    assert answer.status in (400, 403)
    assert answer.code in ("IncompleteSignature", "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    "authorization",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential",
        "AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=",
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/sts, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f/g, SignedHeaders=;;;, Signature=zz",
        "AWS4-HMAC-SHA256 " + "Credential=a, " * 500,
        "AWS4-HMAC-SHA512 Credential=a/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-ECDSA-P256-SHA256 Credential=a/20260101/sts/aws4_request, SignedHeaders=host, Signature=3000",
    ],
)
def test_a_malformed_authorization_is_refused(plane, authorization):
    good = raw.request(plane).signed(plane.root)
    answer = raw.send(plane, dataclasses.replace(good, headers=good.headers | {"Authorization": authorization}))
    assert answer.status in (400, 403)
    assert answer.code in (
        "IncompleteSignature", "InvalidClientTokenId", "MissingAuthenticationToken", "SignatureDoesNotMatch",
    )  # fmt: skip


def test_an_incomplete_authorization_names_what_it_lacks(plane):
    good = raw.request(plane).signed(plane.root)
    answer = raw.send(plane, dataclasses.replace(good, headers=good.headers | {"Authorization": "AWS4-HMAC-SHA256 Credential=a"}))
    assert (answer.status, answer.code) == (400, "IncompleteSignature")
    assert "Authorization header requires 'Signature' parameter." in answer.message
    assert "Authorization header requires 'SignedHeaders' parameter." in answer.message


def test_every_amazon_header_must_be_signed(plane):
    good = raw.request(plane).signed(plane.root)
    answer = raw.send(plane, dataclasses.replace(good, headers=good.headers | {"X-Amz-Smuggled": "1"}))
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")


def test_a_session_outlives_neither_its_time_nor_its_user(plane, root):
    caller = boto3_client(plane, "sts", user_with_key(root, "alice", allow("iam:ListUsers")))
    held = Credentials.of(caller.get_session_token(DurationSeconds=900)["Credentials"])
    assert raw.send(plane, raw.request(plane).signed(held)).status == 200
    for key in root.call("iam", "ListAccessKeys", UserName="alice")["AccessKeyMetadata"]:
        root.call("iam", "DeleteAccessKey", UserName="alice", AccessKeyId=key["AccessKeyId"])
    root.call("iam", "DeleteUserPolicy", UserName="alice", PolicyName="inline")
    root.call("iam", "DeleteUser", UserName="alice")
    answer = raw.send(plane, raw.request(plane).signed(held))
    assert (answer.status, answer.code, answer.message) == (403, "InvalidClientTokenId", TOKEN_INVALID)


def test_a_session_dies_with_its_role_even_when_a_namesake_follows(plane, root):
    trusted = f"arn:aws:iam::{plane.account_id}:root"
    alice = user_with_key(root, "alice", allow("sts:AssumeRole"))
    held = session(type(root)(plane, alice), role(root, "reader", trusted))
    root.call("iam", "DeleteRole", RoleName="reader")
    role(root, "reader", trusted)
    answer = raw.send(plane, raw.request(plane).signed(held))
    assert (answer.status, answer.code) == (403, "InvalidClientTokenId")


def test_an_expired_session_says_so_even_when_the_signature_is_wrong(plane, root):
    alice = user_with_key(root, "alice", allow("sts:AssumeRole"))
    held = session(type(root)(plane, alice), role(root, "reader", f"arn:aws:iam::{plane.account_id}:root"), DurationSeconds=900)
    plane.advance(800)
    at = raw.now() + datetime.timedelta(seconds=800)
    assert raw.send(plane, raw.request(plane).signed(held, at=at)).status == 200
    plane.advance(101)
    wrong = dataclasses.replace(held, secret_access_key="x" * 40)
    for credentials in (held, wrong):
        answer = raw.send(plane, raw.request(plane).signed(credentials, at=at + datetime.timedelta(seconds=101)))
        assert (answer.status, answer.code) == (403, "ExpiredToken")


def test_a_session_token_goes_with_its_own_key_only(plane, root):
    alice = user_with_key(root, "alice", allow("sts:AssumeRole"))
    caller = type(root)(plane, alice)
    reader = role(root, "reader", f"arn:aws:iam::{plane.account_id}:root")
    one, two = session(caller, reader), session(caller, reader)
    for mixed in (
        dataclasses.replace(one, session_token=two.session_token),
        dataclasses.replace(alice, session_token=one.session_token),
    ):
        answer = raw.send(plane, raw.request(plane).signed(mixed))
        assert (answer.status, answer.code) == (403, "InvalidClientTokenId")


@pytest.mark.parametrize("token", ["A" * 100_000, "=" * 64, "%00", "AAAA" * 64, "\\u0000", "é" * 10])
def test_a_token_that_is_none_is_refused(plane, token):
    held = Credentials("ASIAIOSFODNN7EXAMPLE", "x" * 40, token)
    answer = raw.send(plane, raw.request(plane).signed(held))
    assert answer.status in (400, 403, 431)
    assert answer.code in ("InvalidClientTokenId", "IncompleteSignature", "SignatureDoesNotMatch", "")


def presigned(plane, credentials: Credentials) -> str:
    """The request target of a presigned GetCallerIdentity, as boto3 makes it."""
    url = boto3_client(plane, "sts", credentials).generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}"


def get(plane, target: str, **headers: str) -> raw.Answer:
    return raw.send(plane, raw.request(plane, b"", method="GET", headers=headers).to_bytes(target))


def test_a_presigned_url_is_a_proof_of_identity(plane, root):
    bob = user_with_key(root, "bob")
    target = presigned(plane, bob)
    assert get(plane, target).status == 200
    answer = get(plane, target, Accept="application/json")
    result = json.loads(answer.body)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
    assert result["Arn"] == f"arn:aws:iam::{plane.account_id}:user/bob"
    tampered = get(plane, target[:-1] + ("0" if target[-1] != "0" else "1"))
    assert (tampered.status, tampered.code) == (403, "SignatureDoesNotMatch")
    other_action = get(plane, target.replace("GetCallerIdentity", "GetSessionToken"))
    assert (other_action.status, other_action.code) == (403, "SignatureDoesNotMatch")


def test_a_presigned_url_carries_a_session(plane, root):
    alice = user_with_key(root, "alice", allow("sts:AssumeRole"))
    held = session(type(root)(plane, alice), role(root, "reader", f"arn:aws:iam::{plane.account_id}:root"))
    assert b"assumed-role/reader/session" in get(plane, presigned(plane, held)).body


def test_a_presigned_url_grows_old(plane):
    target = presigned(plane, plane.root)
    assert get(plane, target).status == 200
    plane.advance(16 * 60)
    answer = get(plane, target)
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert answer.message.startswith("Signature expired: ")


def test_two_signatures_at_once_are_one_too_many(plane):
    parts = urllib.parse.urlsplit(presigned(plane, plane.root))
    both = raw.request(plane, b"", method="GET", query=parts.query, headers={}).signed(plane.root)
    answer = raw.send(plane, both)
    assert answer.status in (400, 403)
    assert answer.code in ("IncompleteSignature", "InvalidQueryParameter", "MalformedQueryString", "SignatureDoesNotMatch")


@pytest.fixture
def signing_for_many_regions(plane):
    """The current AWS CLI, told to sign with Version 4A for some region set."""

    def told(credentials: Credentials, region_set: str) -> CommandLine:
        client = CommandLine(plane, credentials, "cli-current")
        client.environment["AWS_AUTH_SCHEME_PREFERENCE"] = "sigv4a"
        client.environment["AWS_SIGV4A_SIGNING_REGION_SET"] = region_set
        return client

    return told


@pytest.mark.parametrize("region_set", ["*", "eu-*,us-east-1"])
def test_version_4a_of_the_command_line_is_accepted(plane, signing_for_many_regions, region_set):
    identity = signing_for_many_regions(plane.root, region_set).call("sts", "GetCallerIdentity")
    assert identity["Account"] == plane.account_id


def test_version_4a_with_the_wrong_secret_is_refused(plane, signing_for_many_regions):
    stranger = dataclasses.replace(plane.root, secret_access_key="wrong")
    with refused("SignatureDoesNotMatch"):
        signing_for_many_regions(stranger, "*").call("sts", "GetCallerIdentity")
