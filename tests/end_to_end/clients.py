"""The clients that AWS ships, behind one face: `call(service, operation, **parameters)`.

Every client here is the unmodified program or library. What it answers is a dict as botocore would give it; what it
raises for a refusal by the server is `Refused`.
"""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import urllib.parse

import boto3
import botocore.client
import botocore.config
import botocore.exceptions
from botocore import xform_name

from plane import REGION, REPOSITORY, Credentials, Plane, clean_environment

COMMAND_LINES = {
    "cli-current": pathlib.Path(os.environ.get("PORTCULLIS_AWS_CLI") or REPOSITORY / ".cache/aws-cli/aws"),
    "cli-debian": pathlib.Path("/usr/bin/aws"),
}
JAVASCRIPT = REPOSITORY / "tests/javascript"
# A system without Debian's package leaves it out by PORTCULLIS_CLIENTS, a list with commas.
NAMES = (os.environ.get("PORTCULLIS_CLIENTS") or ",".join(["boto3", *COMMAND_LINES, "javascript"])).split(",")
COMMAND_SECONDS = 60


@dataclasses.dataclass
class Refused(Exception):
    """The server's answer was an error."""

    code: str
    message: str
    status: int | None = None

    def __str__(self) -> str:
        return f"{self.code} ({self.status}): {self.message}"


class Client:
    """One client with one set of credentials."""

    def call(self, service: str, operation: str, **parameters) -> dict:
        raise NotImplementedError


def boto3_client(plane: Plane, service: str, credentials: Credentials | None, region: str = REGION, **settings):
    """A plain boto3 client; `None` signs nothing."""
    settings.setdefault("retries", {"total_max_attempts": 1})
    if credentials is None:
        settings["signature_version"] = botocore.UNSIGNED
    session = boto3.session.Session(
        aws_access_key_id=credentials.access_key_id if credentials else "unused",
        aws_secret_access_key=credentials.secret_access_key if credentials else "unused",
        aws_session_token=credentials.session_token if credentials else None,
        region_name=region,
    )
    return session.client(service, endpoint_url=plane.endpoint, config=botocore.config.Config(**settings))


class Boto3(Client):
    def __init__(self, plane: Plane, credentials: Credentials | None, **settings):
        self.plane, self.credentials, self.settings = plane, credentials, settings
        self.services: dict[str, botocore.client.BaseClient] = {}

    def call(self, service: str, operation: str, **parameters) -> dict:
        if service not in self.services:
            self.services[service] = boto3_client(self.plane, service, self.credentials, **self.settings)
        try:
            answer = getattr(self.services[service], xform_name(operation))(**parameters)
        except botocore.exceptions.ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise Refused(error.response["Error"]["Code"], error.response["Error"]["Message"], status) from None
        answer.pop("ResponseMetadata")
        return answer


class CommandLine(Client):
    """The AWS CLI: Debian's old v2, which knows no AWS_ENDPOINT_URL, or the current one, which is told by it."""

    REFUSAL = re.compile(
        r"An error occurred \((?P<code>[\w.]+)\) when calling the \w+ operation(?: \([^)]*\))?: (?P<message>.*?)\s*(?:\n\n|\Z)",
        re.DOTALL,
    )

    def __init__(self, plane: Plane, credentials: Credentials, name: str, region: str = REGION):
        self.program = COMMAND_LINES[name]
        assert self.program.exists(), f"{self.program} is missing: ./test installs it"
        home = plane.directory / "home"
        home.mkdir(exist_ok=True)
        self.endpoint = plane.endpoint
        self.knows_endpoint_variable = name == "cli-current"
        variables = {
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_DEFAULT_REGION": region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
            "HOME": str(home),
        }
        if credentials.session_token:
            variables["AWS_SESSION_TOKEN"] = credentials.session_token
        if self.knows_endpoint_variable:
            variables["AWS_ENDPOINT_URL"] = plane.endpoint
        self.environment = clean_environment(**variables)

    def run(self, *words: str) -> subprocess.CompletedProcess:
        """Runs `aws WORDS...`, whatever comes of it."""
        endpoint = () if self.knows_endpoint_variable else ("--endpoint-url", self.endpoint)
        command = [str(self.program), *endpoint, "--output", "json", *words]
        return subprocess.run(
            command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_SECONDS
        )

    def words(self, *words: str) -> dict:
        """Runs `aws WORDS...`; the answer, or `Refused`."""
        done = self.run(*words)
        if done.returncode == 0:
            return json.loads(done.stdout) if done.stdout.strip() else {}
        refusal = self.REFUSAL.search(done.stderr)
        assert refusal, f"aws {' '.join(words)}: exit {done.returncode}: {done.stderr}"
        raise Refused(refusal["code"], refusal["message"])

    def call(self, service: str, operation: str, **parameters) -> dict:
        return self.words(service, xform_name(operation, "-"), "--cli-input-json", json.dumps(parameters))


class JavaScript(Client):
    """The AWS SDK for JavaScript, through a Node.js process that does what lines of JSON tell it."""

    process: subprocess.Popen | None = None

    def __init__(self, plane: Plane, credentials: Credentials, region: str = REGION):
        self.settings = {
            "endpoint": plane.endpoint,
            "region": region,
            "credentials": {
                "accessKeyId": credentials.access_key_id,
                "secretAccessKey": credentials.secret_access_key,
                "sessionToken": credentials.session_token,
            },
        }

    def call(self, service: str, operation: str, **parameters) -> dict:
        process = self.driver()
        order = {"settings": self.settings, "service": service, "operation": operation, "parameters": parameters}
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        if "refused" in answer:
            raise Refused(**answer["refused"])
        assert "answer" in answer, answer
        return answer["answer"]

    @classmethod
    def driver(cls) -> subprocess.Popen:
        """The one Node.js process of this test run; started when first needed."""
        if JavaScript.process is None:
            assert (JAVASCRIPT / "node_modules").exists(), "tests/javascript/node_modules is missing: ./test installs it"
            JavaScript.process = subprocess.Popen(
                ["node", "--no-deprecation", "--no-warnings", str(JAVASCRIPT / "driver.mjs")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=clean_environment(HOME=os.devnull),
            )
        return JavaScript.process

    @classmethod
    def end(cls) -> None:
        if JavaScript.process is not None:
            JavaScript.process.stdin.close()
            JavaScript.process.wait(10)


def connect(name: str, plane: Plane, credentials: Credentials, **settings) -> Client:
    """The client called `name`, one of `NAMES`."""
    if name == "boto3":
        return Boto3(plane, credentials, **settings)
    if name == "javascript":
        return JavaScript(plane, credentials, **settings)
    return CommandLine(plane, credentials, name, **settings)


def document(value: str | dict) -> dict:
    """A policy document from an answer: botocore and the CLI decode it, the other SDKs hand it over as it came."""
    return value if isinstance(value, dict) else json.loads(urllib.parse.unquote(value))
