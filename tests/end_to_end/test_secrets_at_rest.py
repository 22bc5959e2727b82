"""No secret that the plane hands out or is given can be found in what it keeps, logs or exports."""

import base64

import commands
import store
from clients import Boto3
from plane import Credentials
from refusals import refused

PASSWORDS = ["correct-Horse-1", "another-Horse-2"]
# A hardware token, as its vendor tells of it.
TOKEN, TOKEN_SEED = "GAHT12345678", "KRUGKIDROVUWG2ZAMJZG653OEBTG66BA"
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
# Whatever can be asked about credentials after they were made.
QUESTIONS = [
    ("ListAccessKeys", {"UserName": "alice"}),
    ("GetLoginProfile", {"UserName": "alice"}),
    ("ListMFADevices", {"UserName": "alice"}),
    ("ListVirtualMFADevices", {}),
    ("ListServiceSpecificCredentials", {"UserName": "alice"}),
    ("ListServiceSpecificCredentials", {"AllUsers": True}),
    ("GetUser", {"UserName": "alice"}),
    ("ListUsers", {}),
    ("GetAccountAuthorizationDetails", {}),
    ("GetAccountSummary", {}),
    ("GenerateCredentialReport", {}),
    ("GetCredentialReport", {}),
]


@store.embedded_only
def test_secrets_are_found_nowhere(durable_plane, administrator, tmp_path):
    plane = durable_plane()
    minted = administrator()
    admin = Boto3(plane, minted)
    secrets = {"session token": minted.session_token, "session secret": minted.secret_access_key}
    admin.call("iam", "CreateUser", UserName="alice")
    admin.call("iam", "AttachUserPolicy", UserName="alice", PolicyArn=ADMINISTRATOR_ACCESS)
    key = Credentials.of(admin.call("iam", "CreateAccessKey", UserName="alice")["AccessKey"])
    secrets["access key"] = key.secret_access_key
    alice = Boto3(plane, key)
    admin.call("iam", "CreateLoginProfile", UserName="alice", Password=PASSWORDS[0])
    alice.call("iam", "ChangePassword", OldPassword=PASSWORDS[0], NewPassword=PASSWORDS[1])
    secrets |= {f"password {number}": password for number, password in enumerate(PASSWORDS)}
    base32 = admin.call("iam", "CreateVirtualMFADevice", VirtualMFADeviceName="phone")["VirtualMFADevice"]["Base32StringSeed"]
    seed = base64.b32decode(base32)
    secrets |= {"seed": seed, "seed in base32": base32, "seed in base64": base64.b64encode(seed)}
    secrets["seed on the wire"] = base64.b64encode(base32)
    commands.run("mfa provision", "-", stdin=f"{TOKEN},{TOKEN_SEED}\n", data=tmp_path / "data")
    token_seed = base64.b32decode(TOKEN_SEED)
    secrets |= {"token's seed": token_seed, "token's seed in base32": TOKEN_SEED, "token's seed in hex": token_seed.hex()}
    # Codes of calls that fail before they are used up stay good for a while.
    secrets |= {"code": "918273", "next code": "645546"}
    phone = f"arn:aws:iam::{plane.account_id}:mfa/phone"
    codes = {"AuthenticationCode1": secrets["code"], "AuthenticationCode2": secrets["next code"]}
    with refused("InvalidAuthenticationCode", 403):
        admin.call("iam", "EnableMFADevice", UserName="alice", SerialNumber=phone, **codes)
    with refused("AccessDenied", 403):
        alice.call("sts", "GetSessionToken", SerialNumber=phone, TokenCode=secrets["code"])
    with refused("InvalidAuthenticationCode", 403):
        admin.call("iam", "EnableMFADevice", UserName="alice", SerialNumber=TOKEN, **codes)
    for service, member in (("codecommit", "ServicePassword"), ("bedrock", "ServiceCredentialSecret")):
        made = admin.call("iam", "CreateServiceSpecificCredential", UserName="alice", ServiceName=f"{service}.amazonaws.com")
        secrets[f"secret for {service}"] = made["ServiceSpecificCredential"][member]
        identifier = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
        anew = admin.call("iam", "ResetServiceSpecificCredential", UserName="alice", ServiceSpecificCredentialId=identifier)
        secrets[f"second secret for {service}"] = anew["ServiceSpecificCredential"][member]
    session = Credentials.of(alice.call("sts", "GetSessionToken")["Credentials"])
    secrets |= {"second session token": session.session_token, "second session secret": session.secret_access_key}
    secrets = {name: secret if isinstance(secret, bytes) else secret.encode() for name, secret in secrets.items()}

    answers = [admin.call("iam", operation, **parameters) for operation, parameters in QUESTIONS]
    # boto3 shows bytes as Python writes them, which for text is the text.
    kept = {"answers": repr(answers).encode()}
    data = tmp_path / "data"
    kept["list of tokens"] = commands.run("mfa list", data=data).encode()
    kept["events"] = repr(admin.call("cloudtrail", "LookupEvents", MaxResults=50)).encode()
    kept["running"] = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    kept["export"] = repr(commands.export(data=data)).encode()
    backup = tmp_path / "backup"
    commands.run("backup", str(backup), data=data)
    kept["backup"] = backup.read_bytes()
    plane.stop()
    kept["stopped"] = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    kept["log"] = plane.log.read_bytes()
    # What is there would be found: the name of the user is in all of them that are not sealed.
    assert TOKEN.encode() in kept["list of tokens"] and TOKEN.encode() in kept["events"]
    assert all(b"alice" in kept[place] for place in ("answers", "events", "running", "export", "stopped"))
    found = [(name, place) for name, secret in secrets.items() for place, content in kept.items() if secret in content]
    assert found == []
    hashes = [place for place, content in kept.items() if b"$argon2id$" in content]
    assert hashes == [], "hashes of passwords are sealed"
