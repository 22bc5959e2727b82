"""HTTP by hand: requests that no well-behaved client would send, and signatures over whatever one likes."""

import contextlib
import dataclasses
import datetime
import hashlib
import hmac
import json
import re
import socket
import urllib.parse
from email.message import Message

from plane import REGION, Credentials, Plane

FORM = "application/x-www-form-urlencoded; charset=utf-8"
STS, IAM = "2011-06-15", "2010-05-08"
IDENTITY = f"Action=GetCallerIdentity&Version={STS}"


@dataclasses.dataclass
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def code(self) -> str:
        """The error code, from XML or JSON; empty where there is none."""
        if self.body[:1] == b"{":
            body = json.loads(self.body)
            code = body.get("__type") or body.get("Error", {}).get("Code", "")
            return code.rsplit("#", 1)[-1]
        found = re.search(rb"<Code>([^<]*)</Code>", self.body)
        return found[1].decode() if found else ""

    @property
    def message(self) -> str:
        if self.body[:1] == b"{":
            body = json.loads(self.body)
            return body.get("message") or body.get("Message") or body.get("Error", {}).get("Message", "")
        found = re.search(rb"<Message>([^<]*)</Message>", self.body)
        text = found[1].decode() if found else ""
        for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")):
            text = text.replace(entity, character)
        return text


@dataclasses.dataclass
class Request:
    """A request before it becomes bytes; what a test leaves alone is as a client would send it."""

    body: bytes = IDENTITY.encode()
    path: str = "/"
    query: str = ""
    method: str = "POST"
    headers: dict[str, str] = dataclasses.field(default_factory=lambda: {"Content-Type": FORM})
    host: str = ""

    def signed(
        self, credentials: Credentials, service: str = "sts", region: str = REGION, at: datetime.datetime | None = None
    ) -> "Request":
        """With a Version 4 `Authorization` header over host, content type, date and every other header set so far."""
        at = at or now()
        headers = self.headers | {"X-Amz-Date": at.strftime("%Y%m%dT%H%M%SZ")}
        if credentials.session_token:
            headers["X-Amz-Security-Token"] = credentials.session_token
        scope = f"{at:%Y%m%d}/{region}/{service}/aws4_request"
        canonical = {name.lower(): " ".join(value.split()) for name, value in headers.items()} | {"host": self.host}
        names = ";".join(sorted(canonical))
        request = "\n".join([
            self.method,
            canonical_path(self.path),
            canonical_query(self.query),
            *(f"{name}:{canonical[name]}" for name in sorted(canonical)),
            "",
            names,
            hashlib.sha256(self.body).hexdigest(),
        ])  # fmt: skip
        text = "\n".join(["AWS4-HMAC-SHA256", headers["X-Amz-Date"], scope, hashlib.sha256(request.encode()).hexdigest()])
        key = ("AWS4" + credentials.secret_access_key).encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        credential = f"{credentials.access_key_id}/{scope}"
        headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
        return dataclasses.replace(self, headers=headers)

    def to_bytes(self, target: str | None = None, version: str = "1.1") -> bytes:
        target = target or self.path + ("?" + self.query if self.query else "")
        lines = [f"{self.method} {target} HTTP/{version}", f"Host: {self.host}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def request(plane: Plane, body: str | bytes = IDENTITY, **more) -> Request:
    """A request to the plane's API listener."""
    host = "{}:{}".format(*plane.address)
    return Request(body=body.encode() if isinstance(body, str) else body, host=host, **more)


def send(plane: Plane, what: Request | bytes, timeout: float = 20) -> Answer:
    """Sends and reads one answer."""
    with socket.create_connection(plane.address, timeout=timeout) as connection:
        # A server that has heard enough closes its side; its answer may still be there.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(what if isinstance(what, bytes) else what.to_bytes())
        return receive(connection)


def receive(connection: socket.socket) -> Answer:
    """One answer, its length by Content-Length or by the end of the connection."""
    stream = connection.makefile("rb")
    try:
        line = stream.readline()
    except ConnectionResetError:
        line = b""
    if not line:
        raise ConnectionError("closed without an answer")
    _, status, *_ = line.decode().split(" ", 2)
    headers = Message()
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode().partition(":")
        headers[name] = value.strip()
    length = headers.get("Content-Length")
    return Answer(int(status), headers, stream.read(int(length)) if length is not None else stream.read())


def call(plane: Plane, credentials: Credentials, service: str, operation: str, **parameters: str) -> Answer:
    """A signed query-protocol call with the parameters just as they are given: no client checks them first."""
    version = {"sts": STS, "iam": IAM}[service]
    body = urllib.parse.urlencode({"Action": operation, "Version": version} | parameters)
    return send(plane, request(plane, body).signed(credentials, service))


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def canonical_path(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(urllib.parse.quote(part, safe="-_.~"))
    return "/" + "/".join(parts) + ("/" if parts and path.endswith("/") else "")


def canonical_query(query: str) -> str:
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    encoded = sorted((urllib.parse.quote(name, safe="-_.~"), urllib.parse.quote(value, safe="-_.~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)
