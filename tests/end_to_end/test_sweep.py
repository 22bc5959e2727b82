"""Every operation of every model: nobody unsigned gets in, nobody without permission gets far, nothing unbuilt pretends."""

import json
import re

import boto3
import botocore.config
import botocore.exceptions
import botocore.session
import pytest
from botocore import UNSIGNED

from people import user_with_key
from plane import REGION, REPOSITORY

SERVICES = ["iam", "sts", "cloudtrail", "organizations", "sso-admin", "identitystore", "secretsmanager"]
# Spoken to at paths of their own; most of their operations take callers without a signature. Not `signin`: boto3 sends
# some of its operations to AWS whatever endpoint it was given.
AT_PATHS = ["sso", "sso-oidc"]
# Answered without a policy: AWS asks for none.
NEED_NO_PERMISSION = {"GetCallerIdentity", "GetSessionToken"}
# Take callers without a signature.
UNSIGNED_OPERATIONS = {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}


def unbuilt() -> dict[str, set[str]]:
    """The names in the generated list."""
    text = (REPOSITORY / "crates/services/src/unimplemented.rs").read_text()
    blocks = re.findall(r'\("([a-z-]+)", &\[(.*?)\]\)', text, re.DOTALL)
    return {service: set(re.findall(r'"(\w+)"', names)) for service, names in blocks}


def smallest(shape, depth: int = 0, member: str = ""):
    """A value that passes the shape's constraints where they are simple."""
    if shape.type_name == "structure" and shape.is_tagged_union:
        name, only = next(iter(shape.members.items()))
        return {name: smallest(only, depth + 1, name)}
    if shape.type_name == "structure" and depth and not shape.required_members and depth < 6:
        # The query protocol has no words for what is empty.
        return {name: smallest(only, depth + 1, name) for name, only in list(shape.members.items())[:1]}
    if shape.type_name == "structure":
        return {name: smallest(shape.members[name], depth + 1, name) for name in shape.required_members}
    if shape.type_name == "list":
        return [smallest(shape.member, depth + 1)] if depth < 6 else []
    if shape.type_name == "map":
        return {smallest(shape.key, depth + 1): smallest(shape.value, depth + 1)} if depth < 6 else {}
    if shape.type_name in ("integer", "long", "float", "double"):
        return max(1, int(shape.metadata.get("min", 1)))
    if shape.type_name == "boolean":
        return False
    if shape.type_name == "timestamp":
        return "2026-01-01T00:00:00Z"
    if shape.type_name == "blob":
        return b"x"
    if shape.enum:
        return shape.enum[0]
    return known_text(member + shape.name, int(shape.metadata.get("min", 1)))


def known_text(name: str, least: int) -> str:
    lower = name.lower()
    if "rolearn" in lower:
        return "arn:aws:iam::123456789012:role/some"
    if "samlproviderarn" in lower:
        return "arn:aws:iam::123456789012:saml-provider/some"
    if "openidconnectproviderarn" in lower:
        return "arn:aws:iam::123456789012:oidc-provider/example.com"
    if "arn" in lower:
        return "arn:aws:iam::123456789012:policy/some"
    if "versionid" in lower:
        return "v1"
    if "accesskeyid" in lower:
        return "AKIAQAAAAAAAAAAAAAAA"
    if "authenticationcode" in lower:
        return "123456"
    if "entitypath" in lower:
        return "o-abcdefghij/r-abcd/123456789012"
    if "document" in lower:
        return json.dumps({"Version": "2012-10-17", "Statement": []}).ljust(least)
    if "url" in lower:
        # Where no plane connects to.
        return "https://127.0.0.1"
    return "x" * max(least, 3)


def client(plane, service: str, **settings):
    config = botocore.config.Config(retries={"total_max_attempts": 1}, parameter_validation=False, **settings.pop("config", {}))
    return boto3.client(service, endpoint_url=plane.endpoint, region_name=REGION, config=config, **settings)


def code_of(caller, operation: str, parameters: dict) -> tuple[str, int]:
    method = botocore.xform_name(operation)
    try:
        getattr(caller, method)(**parameters)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return "OK", 200


def operations(service: str):
    model = botocore.session.get_session().get_service_model(service)
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        yield name, smallest(shape) if shape else {}


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_unsigned_gets_in(plane, service):
    caller = client(plane, service, config={"signature_version": UNSIGNED})
    for name, parameters in operations(service):
        code, status = code_of(caller, name, parameters)
        if name in UNSIGNED_OPERATIONS:
            assert (code, status) == ("NotImplemented", 501), name
        else:
            assert code.startswith("MissingAuthenticationToken"), f"{name}: {code} {status}"


@pytest.mark.parametrize(
    "service, denied",
    [("iam", ("AccessDenied", 403)), ("sts", ("AccessDenied", 403)), ("cloudtrail", ("AccessDeniedException", 400))],
)
def test_nobody_without_permission_gets_far(plane, root, service, denied):
    key = user_with_key(root, "nobody")
    caller = client(plane, service, aws_access_key_id=key.access_key_id, aws_secret_access_key=key.secret_access_key)
    missing = unbuilt()[service]
    for name, parameters in operations(service):
        code, status = code_of(caller, name, parameters)
        if name in missing:
            assert (code, status) == ("NotImplemented", 501), f"{name}: {code} {status}"
        elif name in NEED_NO_PERMISSION:
            assert code == "OK", f"{name}: {code}"
        else:
            assert (code, status) == denied, f"{name}: {code} {status}"


@pytest.mark.parametrize("service", ["iam", "sts"])
def test_no_text_with_a_nul_makes_the_server_fail(plane, service):
    """Most texts have a pattern that refuses it; the others must not be more than a store can hold."""
    credentials = {
        "aws_access_key_id": plane.root.access_key_id,
        "aws_secret_access_key": plane.root.secret_access_key,
    }
    caller = client(plane, service, **credentials)
    model = botocore.session.get_session().get_service_model(service)
    tried = 0
    for name, parameters in operations(service):
        shape = model.operation_model(name).input_shape
        if name in unbuilt()[service] or not shape:
            continue
        for member, of in shape.members.items():
            if of.type_name != "string" or of.enum:
                continue
            text = smallest(of, member=member)
            code, status = code_of(caller, name, parameters | {member: text[:-1] + "\0" + text[-1:]})
            assert status < 500, f"{name} {member}: {code}"
            tried += 1
    assert tried >= 10


@pytest.mark.parametrize("service", SERVICES[3:])
def test_nothing_unbuilt_pretends(plane, service):
    credentials = {
        "aws_access_key_id": plane.root.access_key_id,
        "aws_secret_access_key": plane.root.secret_access_key,
    }
    caller = client(plane, service, **credentials)
    for name, parameters in operations(service):
        code, status = code_of(caller, name, parameters)
        assert (code, status) == ("NotImplemented", 501), f"{name}: {code} {status}"


@pytest.mark.parametrize("service", AT_PATHS)
def test_nothing_unbuilt_pretends_to_the_unsigned(plane, service):
    caller = client(plane, service, config={"signature_version": UNSIGNED})
    codes = {name: code_of(caller, name, parameters) for name, parameters in operations(service)}
    assert ("NotImplemented", 501) in codes.values()
    for name, (code, status) in codes.items():
        refused = code == "MissingAuthenticationTokenException" and status == 403
        assert refused or (code, status) == ("NotImplemented", 501), f"{name}: {code} {status}"
