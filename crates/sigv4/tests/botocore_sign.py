"""Signs requests with botocore and prints each as a line of JSON.

Two sources: requests generated at random and given to botocore's signers, and calls of real botocore clients, caught
before they leave.
"""

import json
import random
import sys
from urllib.parse import quote, urlsplit

try:
    import botocore.session
    from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.config import Config
    from botocore.credentials import Credentials
except ImportError as error:
    sys.exit(f"botocore cannot be imported: {error}")

ENDPOINT = "http://localhost:4500"
HOST = "localhost:4500"
ACCESS_KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "AQoDYXdz/+=EXAMPLE" * 5
WORDS = ["a", "B", "0", "~", "-", ".", "_", " ", "é", "/", "+", "=", "&", "%", "*", "(", ":", "日本"]


def emit(source, method, url, headers, body, service, region, token, s3):
    parts = urlsplit(url)
    headers = [[name, value.decode() if isinstance(value, bytes) else value] for name, value in headers]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.append(["Host", parts.netloc])
    if isinstance(body, str):
        body = body.encode()
    print(
        json.dumps(
            {
                "source": source,
                "method": method,
                "path": parts.path,
                "query": parts.query,
                "headers": headers,
                "body": list(body or b""),
                "secret": SECRET,
                "service": service,
                "region": region,
                "session_token": token,
                "s3": s3,
            }
        )
    )


def text(rng, most):
    return "".join(rng.choice(WORDS) for _ in range(rng.randint(0, most)))


def generated(rng):
    s3 = rng.random() < 0.4
    presigned = rng.random() < 0.5
    token = TOKEN if rng.random() < 0.5 else None
    region = rng.choice(["us-east-1", "eu-central-1"])
    service = "s3" if s3 else rng.choice(["iam", "sts", "secretsmanager"])
    segments = [rng.choice(["", ".", "..", quote(text(rng, 4), safe="~")]) for _ in range(rng.randint(0, 5))]
    # botocore drops the slash after a final dot segment, which RFC 3986 keeps; no client sends one.
    path = "/" + "/".join(segments + ["end"]) if segments else "/"
    # Parsed and put together again when presigning, so the names differ and the values are not empty there.
    pairs = [(f"{text(rng, 2)}{i if presigned else i % 2}", text(rng, 4)) for i in range(rng.randint(0, 4))]
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    method = rng.choice(["GET", "POST", "PUT", "DELETE"])
    body = None if presigned or rng.random() < 0.3 else text(rng, 30).encode()
    request = AWSRequest(method=method, url=f"{ENDPOINT}{path}" + (f"?{query}" if query else ""), data=body)
    for _ in range(rng.randint(0, 4)):
        name = rng.choice(["X-Amz-Meta-A", "x-amz-meta-b", "My-Header", "Content-Type", "User-Agent"])
        request.headers.add_header(name, rng.choice(["", "x", "a  b   c", '"q  q"', "a,b", "é"]))
    credentials = Credentials(ACCESS_KEY, SECRET, token)
    if presigned:
        signer = (S3SigV4QueryAuth if s3 else SigV4QueryAuth)(credentials, service, region, expires=60)
    else:
        signer = (S3SigV4Auth if s3 else SigV4Auth)(credentials, service, region)
    signer.add_auth(request)
    emit("generated", method, request.url, request.headers.items(), body, service, region, token, s3)


class Caught(Exception):
    pass


def client_calls(token):
    region = "eu-central-1"
    session = botocore.session.Session()
    session.set_credentials(ACCESS_KEY, SECRET, token)

    def client(service):
        config = Config(retries={"max_attempts": 0}, signature_version="s3v4" if service == "s3" else "v4")
        made = session.create_client(service, region_name=region, endpoint_url=ENDPOINT, config=config)

        def catch(request, **_):
            emit(
                service,
                request.method,
                request.url,
                request.headers.items(),
                request.body,
                service,
                region,
                token,
                service == "s3",
            )
            raise Caught

        made.meta.events.register("before-send", catch)
        return made

    sts, iam, secrets = client("sts"), client("iam"), client("secretsmanager")
    role = "arn:aws:iam::123456789012:role/service/Ünïcode+role"
    for call in [
        lambda: sts.get_caller_identity(),
        lambda: sts.assume_role(RoleArn=role, RoleSessionName="a=b,c@d", ExternalId="1 2+3"),
        lambda: iam.create_user(UserName="alice", Path="/a b/", Tags=[{"Key": "k", "Value": "v é&="}]),
        lambda: iam.list_users(),
        lambda: secrets.create_secret(Name="s/é", SecretString='{"a": "b"}', ClientRequestToken="x" * 32),
    ]:
        try:
            call()
        except Caught:
            continue
        raise AssertionError("the request was not caught")
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    emit("sts presigned", "GET", url, [], None, "sts", region, token, False)
    url = client("s3").generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "a//b/../c d+é"})
    emit("s3 presigned", "GET", url, [], None, "s3", region, token, True)


def main(seed, count):
    rng = random.Random(seed)
    for _ in range(count):
        generated(rng)
    client_calls(None)
    client_calls(TOKEN)


main(int(sys.argv[1]), int(sys.argv[2]))
