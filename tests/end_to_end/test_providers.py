"""Identity providers and server certificates, with certificates that OpenSSL makes."""

import base64
import dataclasses
import hashlib
import json
import re
import socket
import ssl
import subprocess
import threading

import pytest

import clients
import commands
from clients import Boto3
from plane import Plane
from policies import policy
from refusals import refused

THUMBPRINT = "a" * 40
# Of this machine alone, and not where anything else listens.
PROVIDER_ADDRESS = "127.83.65.77"


@dataclasses.dataclass
class Pair:
    """A certificate and its private key, in PEM."""

    certificate: str
    key: str

    @property
    def der(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.certificate)


@pytest.fixture
def pair(tmp_path):
    """`pair(name)`: a new certificate that signs itself; `pair(name, "ec")` one of an elliptic curve."""

    def make(name: str, kind: str = "rsa") -> Pair:
        key, certificate = tmp_path / f"{name}.key", tmp_path / f"{name}.pem"
        algorithm = ["rsa:2048"] if kind == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        command = ["openssl", "req", "-x509", "-nodes", "-newkey", *algorithm, "-subj", f"/CN={name}", "-days", "30"]
        subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        return Pair(certificate.read_text(), key.read_text())

    return make


def metadata(pair: Pair, entity_id: str = "https://idp.example.com/saml") -> str:
    """The metadata of an identity provider, with the line ends of Windows: what is submitted must come back as it was."""
    certificate = base64.encodebytes(pair.der).decode().replace("\n", "\r\n")
    return f"""<?xml version="1.0" encoding="UTF-8"?>\r
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">\r
  <!-- {"é & ü " * 40} -->\r
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\r
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">\r
      <X509Data><X509Certificate>{certificate}</X509Certificate></X509Data>\r
    </KeyInfo></KeyDescriptor>\r
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"/>\r
  </IDPSSODescriptor>\r
</EntityDescriptor>\r
"""


def federated(provider: str, action: str) -> str:
    return policy({"Effect": "Allow", "Principal": {"Federated": provider}, "Action": f"sts:{action}"})


def test_a_saml_provider_lives(plane, connect, pair):
    root = connect(plane.root)
    document = metadata(pair("idp"))
    tags = [{"Key": "team", "Value": "Blå"}]
    made = root.call("iam", "CreateSAMLProvider", Name="Okta", SAMLMetadataDocument=document, Tags=tags)
    arn = made["SAMLProviderArn"]
    assert arn == f"arn:aws:iam::{plane.account_id}:saml-provider/Okta"
    shown = root.call("iam", "GetSAMLProvider", SAMLProviderArn=arn)
    assert shown["SAMLMetadataDocument"] == document
    assert shown["Tags"] == tags
    assert [listed["Arn"] for listed in root.call("iam", "ListSAMLProviders")["SAMLProviderList"]] == [arn]
    root.call("iam", "UntagSAMLProvider", SAMLProviderArn=arn, TagKeys=["team"])
    root.call("iam", "TagSAMLProvider", SAMLProviderArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert root.call("iam", "ListSAMLProviderTags", SAMLProviderArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    other = metadata(pair("other"))
    assert root.call("iam", "UpdateSAMLProvider", SAMLProviderArn=arn, SAMLMetadataDocument=other)["SAMLProviderArn"] == arn
    trust = federated(arn, "AssumeRoleWithSAML")
    root.call("iam", "CreateRole", RoleName="sso", AssumeRolePolicyDocument=trust)
    root.call("iam", "DeleteSAMLProvider", SAMLProviderArn=arn)
    with refused("NoSuchEntity", message=f"Manifest not found for arn {arn}"):
        root.call("iam", "GetSAMLProvider", SAMLProviderArn=arn)
    with refused("MalformedPolicyDocument", message=f'Invalid principal in policy: "FEDERATED":"{arn}"'):
        root.call("iam", "UpdateAssumeRolePolicy", RoleName="sso", PolicyDocument=trust)


def test_an_open_id_connect_provider_lives(plane, connect):
    root = connect(plane.root)
    arn = root.call(
        "iam",
        "CreateOpenIDConnectProvider",
        Url="https://Token.Example.com/id/ABC",
        ClientIDList=["sts.amazonaws.com"],
        ThumbprintList=[THUMBPRINT],
    )["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{plane.account_id}:oidc-provider/token.example.com/id/ABC"
    root.call("iam", "AddClientIDToOpenIDConnectProvider", OpenIDConnectProviderArn=arn, ClientID="other")
    root.call("iam", "RemoveClientIDFromOpenIDConnectProvider", OpenIDConnectProviderArn=arn, ClientID="sts.amazonaws.com")
    root.call("iam", "UpdateOpenIDConnectProviderThumbprint", OpenIDConnectProviderArn=arn, ThumbprintList=["B" * 40])
    root.call("iam", "TagOpenIDConnectProvider", OpenIDConnectProviderArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    shown = root.call("iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
    assert (shown["Url"], shown["ClientIDList"], shown["ThumbprintList"]) == (
        "token.example.com/id/ABC",
        ["other"],
        ["b" * 40],
    )
    tags = root.call("iam", "ListOpenIDConnectProviderTags", OpenIDConnectProviderArn=arn)["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]
    root.call("iam", "UntagOpenIDConnectProvider", OpenIDConnectProviderArn=arn, TagKeys=["a"])
    listed = root.call("iam", "ListOpenIDConnectProviders")["OpenIDConnectProviderList"]
    assert listed == [{"Arn": arn}]
    trust = federated(arn, "AssumeRoleWithWebIdentity")
    root.call("iam", "CreateRole", RoleName="ci", AssumeRolePolicyDocument=trust)
    for _ in range(2):
        root.call("iam", "DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
    with refused("NoSuchEntity", message=f"OpenIDConnect Provider not found for arn {arn}"):
        root.call("iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_server_certificate_lives(plane, connect, pair, kind):
    root = connect(plane.root)
    web = pair("web", kind)
    made = root.call(
        "iam",
        "UploadServerCertificate",
        ServerCertificateName="web",
        Path="/cloudfront/",
        CertificateBody=web.certificate,
        PrivateKey=web.key,
        CertificateChain=web.certificate,
    )["ServerCertificateMetadata"]
    assert re.fullmatch(r"ASCA[A-Z2-7]{17}", made["ServerCertificateId"])
    root.call("iam", "UpdateServerCertificate", ServerCertificateName="web", NewServerCertificateName="api", NewPath="/")
    root.call("iam", "TagServerCertificate", ServerCertificateName="api", Tags=[{"Key": "a", "Value": "b"}])
    shown = root.call("iam", "GetServerCertificate", ServerCertificateName="api")["ServerCertificate"]
    assert shown["CertificateBody"].strip() == web.certificate.strip()
    assert web.key.splitlines()[1] not in json.dumps(shown, default=str)
    assert shown["ServerCertificateMetadata"]["Arn"] == f"arn:aws:iam::{plane.account_id}:server-certificate/api"
    assert root.call("iam", "ListServerCertificateTags", ServerCertificateName="api")["Tags"] == shown["Tags"]
    root.call("iam", "UntagServerCertificate", ServerCertificateName="api", TagKeys=["a"])
    [listed] = root.call("iam", "ListServerCertificates", PathPrefix="/")["ServerCertificateMetadataList"]
    assert listed["ServerCertificateId"] == made["ServerCertificateId"]
    root.call("iam", "DeleteServerCertificate", ServerCertificateName="api")
    with refused("NoSuchEntity", message="The Server Certificate with name api cannot be found."):
        root.call("iam", "GetServerCertificate", ServerCertificateName="api")


@pytest.mark.parametrize("name", ["boto3", "cli-current"])
def test_private_keys_of_a_saml_provider(plane, pair, name):
    root = clients.connect(name, plane, plane.root)
    idp = pair("idp")
    arn = root.call(
        "iam",
        "CreateSAMLProvider",
        Name="idp",
        SAMLMetadataDocument=metadata(idp),
        AssertionEncryptionMode="Required",
        AddPrivateKey=idp.key,
    )["SAMLProviderArn"]
    [key] = root.call("iam", "GetSAMLProvider", SAMLProviderArn=arn)["PrivateKeyList"]
    root.call("iam", "UpdateSAMLProvider", SAMLProviderArn=arn, AddPrivateKey=pair("next").key)
    root.call("iam", "UpdateSAMLProvider", SAMLProviderArn=arn, RemovePrivateKey=key["KeyId"])
    shown = root.call("iam", "GetSAMLProvider", SAMLProviderArn=arn)
    assert shown["AssertionEncryptionMode"] == "Required"
    [left] = shown["PrivateKeyList"]
    assert left["KeyId"] != key["KeyId"]
    events = Boto3(plane, plane.root).call("cloudtrail", "LookupEvents")["Events"]
    assert {"CreateSAMLProvider", "UpdateSAMLProvider"} <= {event["EventName"] for event in events}
    assert idp.key.splitlines()[1] not in json.dumps(events, default=str), "the key is in a record"


def test_a_certificate_and_another_ones_key(root, pair):
    web, other = pair("web"), pair("other")
    upload = {"ServerCertificateName": "web", "CertificateBody": web.certificate, "PrivateKey": other.key}
    with refused("KeyPairMismatch", 400):
        root.call("iam", "UploadServerCertificate", **upload)
    with refused("MalformedCertificate", 400):
        root.call("iam", "UploadServerCertificate", **upload | {"PrivateKey": "file://web.key"})
    with refused("MalformedCertificate", 400, ".*The index within the chain of the invalid certificate is: 0"):
        root.call("iam", "UploadServerCertificate", **upload | {"PrivateKey": web.key, "CertificateChain": other.certificate})


def test_metadata_that_is_meant_to_harm(root, pair):
    good = metadata(pair("idp"))
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = good.replace("\r\n<Entity", f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><Entity', 1)
    assert "DOCTYPE" in bomb
    for document in [
        bomb,
        "<a>" * 1_000_000,
        "<a " + "".join(f'a{n}="" ' for n in range(100_000)) + "/>",
        good.replace('Location="https:', 'Location="javascript:'),
        good + " " * 6_000_000,
    ]:
        with refused("InvalidInput", 400, "Could not parse metadata"):
            root.call("iam", "CreateSAMLProvider", Name="idp", SAMLMetadataDocument=document)


def listening() -> socket.socket:
    """A listener where a provider would be."""
    try:
        return socket.create_server((PROVIDER_ADDRESS, 443))
    except PermissionError:
        pytest.skip("port 443 is for the administrator of this machine")


def test_the_plane_connects_to_nobody_within(root):
    with listening() as listener:
        for host in [PROVIDER_ADDRESS, "127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1"]:
            with refused("OpenIdIdpCommunicationError", 400, f"Could not connect to https://{host}"):
                root.call("iam", "CreateOpenIDConnectProvider", Url=f"https://{host}")
        # Whoever had connected would wait here.
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_thumbprint_is_fetched_from_where_the_operator_allows(tmp_path, pair):
    idp = pair("idp")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "idp.pem", tmp_path / "idp.key")
    listener = listening()

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True) as stream:
                stream.recv(1)
        except OSError:
            pass

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    configuration = tmp_path / "portcullis.toml"
    configuration.write_text('[outbound]\nallow = ["127.83.0.0/16"]\n')
    plane = Plane(tmp_path, "--dev", "--config", str(configuration))
    try:
        root = Boto3(plane, plane.root)
        arn = root.call("iam", "CreateOpenIDConnectProvider", Url=f"https://{PROVIDER_ADDRESS}/x")["OpenIDConnectProviderArn"]
        shown = root.call("iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
        assert shown["ThumbprintList"] == [hashlib.sha1(idp.der).hexdigest()]
    finally:
        plane.stop()
        listener.close()
    server.join(timeout=10)


def test_private_keys_are_sealed_and_rotate(durable_plane, administrator, tmp_path, pair):
    root = Boto3(durable_plane(), administrator())
    web, idp = pair("web", "ec"), pair("idp")
    root.call("iam", "UploadServerCertificate", ServerCertificateName="web", CertificateBody=web.certificate, PrivateKey=web.key)
    root.call("iam", "CreateSAMLProvider", Name="idp", SAMLMetadataDocument=metadata(idp), AddPrivateKey=idp.key)
    commands.run("rotate-keys", data=tmp_path / "data")
    said = commands.run("check", data=tmp_path / "data")
    assert "iam_server_certificate 1" in said
    assert "iam_saml_private_key 1" in said
    files = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("portcullis.db*"))
    for pair_ in (web, idp):
        for line in pair_.key.splitlines()[1:-1]:
            assert line.encode() not in files
