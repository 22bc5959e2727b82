"""TLS with certificates that are read again, HTTP/2, and curl as one more signer."""

import json
import pathlib
import shutil
import ssl
import subprocess
import time

import boto3
import botocore.config
import pytest

from plane import REGION, Plane, clean_environment

RENEWAL_SECONDS = 30
FORM = "Action=GetCallerIdentity&Version=2011-06-15"


def make_certificate(directory: pathlib.Path) -> None:
    """A self-signed certificate for 127.0.0.1; each call makes another one."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=portcullis", "-addext", "subjectAltName=IP:127.0.0.1"]
    fresh = directory / "fresh"
    fresh.mkdir(exist_ok=True)
    subprocess.run([*command, "-keyout", fresh / "tls.key", "-out", fresh / "tls.crt"], check=True, capture_output=True)
    for name in ("tls.key", "tls.crt"):
        (fresh / name).rename(directory / name)


@pytest.fixture
def secure_plane(tmp_path):
    make_certificate(tmp_path)
    config = tmp_path / "portcullis.toml"
    config.write_text(f'[tls]\ncertificate_file = "{tmp_path}/tls.crt"\nprivate_key_file = "{tmp_path}/tls.key"\n')
    plane = Plane(tmp_path, "--dev", "--config", str(config))
    yield plane
    plane.stop()


def curl(plane: Plane, *arguments: str) -> subprocess.CompletedProcess:
    key = f"{plane.root.access_key_id}:{plane.root.secret_access_key}"
    command = ["curl", "--silent", "--show-error", "--max-time", "20", "--aws-sigv4", f"aws:amz:{REGION}:sts", "--user", key]
    command += ["--data", FORM, "--header", "Accept: application/json", *arguments, f"{plane.endpoint}/"]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=30)


def served_certificate(plane: Plane) -> str:
    return ssl.get_server_certificate(plane.address)


def test_tls_serves_the_sdk_and_tells_policies_so(secure_plane, tmp_path):
    assert secure_plane.endpoint.startswith("https://")
    client = boto3.client(
        "sts",
        endpoint_url=secure_plane.endpoint,
        region_name=REGION,
        aws_access_key_id=secure_plane.root.access_key_id,
        aws_secret_access_key=secure_plane.root.secret_access_key,
        verify=str(tmp_path / "tls.crt"),
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )
    assert client.get_caller_identity()["Account"] == secure_plane.account_id
    trail = boto3.client(
        "cloudtrail",
        endpoint_url=secure_plane.endpoint,
        region_name=REGION,
        aws_access_key_id=secure_plane.root.access_key_id,
        aws_secret_access_key=secure_plane.root.secret_access_key,
        verify=str(tmp_path / "tls.crt"),
    )
    deadline = time.monotonic() + RENEWAL_SECONDS
    while not (events := trail.lookup_events()["Events"]):
        assert time.monotonic() < deadline, "the call is not recorded"
        time.sleep(0.05)
    details = json.loads(events[-1]["CloudTrailEvent"])["tlsDetails"]
    assert details["tlsVersion"] == "TLSv1.3" and details["cipherSuite"].startswith("TLS_")
    assert details["clientProvidedHostHeader"] == secure_plane.endpoint.removeprefix("https://")


def test_a_renewed_certificate_is_served_without_a_restart(secure_plane, tmp_path):
    before = served_certificate(secure_plane)
    make_certificate(tmp_path)
    wanted = (tmp_path / "tls.crt").read_text().strip()
    deadline = time.monotonic() + RENEWAL_SECONDS
    while served_certificate(secure_plane).strip() != wanted:
        assert time.monotonic() < deadline, "the old certificate is still served"
        time.sleep(0.2)
    assert before.strip() != wanted


def test_a_broken_renewal_leaves_the_old_certificate(secure_plane, tmp_path):
    before = served_certificate(secure_plane)
    (tmp_path / "tls.crt").write_text("not a certificate\n")
    deadline = time.monotonic() + RENEWAL_SECONDS
    while "the old certificate stays" not in secure_plane.log.read_text():
        assert time.monotonic() < deadline, "the change was not noticed"
        time.sleep(0.2)
    assert served_certificate(secure_plane) == before


def test_a_key_of_another_certificate_is_refused_at_the_start(tmp_path):
    make_certificate(tmp_path)
    shutil.copy(tmp_path / "tls.crt", tmp_path / "other.crt")
    make_certificate(tmp_path)
    config = tmp_path / "portcullis.toml"
    config.write_text(f'[tls]\ncertificate_file = "{tmp_path}/other.crt"\nprivate_key_file = "{tmp_path}/tls.key"\n')
    with pytest.raises(AssertionError, match="do not make a pair"):
        Plane(tmp_path, "--dev", "--config", str(config))


@pytest.mark.parametrize("flag", ["--http1.1", "--http2-prior-knowledge"])
def test_curl_signs_over_plain_http(plane, flag):
    done = curl(plane, flag)
    assert done.returncode == 0, done.stderr
    identity = json.loads(done.stdout)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
    assert identity["Account"] == plane.account_id


def test_http2_is_offered_over_tls(secure_plane, tmp_path):
    done = curl(secure_plane, "--http2", "--cacert", str(tmp_path / "tls.crt"), "--write-out", "\n%{http_version}")
    assert done.returncode == 0, done.stderr
    body, version = done.stdout.rsplit("\n", 1)
    assert version == "2"
    assert json.loads(body)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]["Account"] == secure_plane.account_id
