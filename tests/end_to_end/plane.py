"""A Portcullis of one's own: started for a test, stopped after it."""

import dataclasses
import json
import os
import pathlib
import select
import signal
import subprocess
import time
import urllib.parse
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("PORTCULLIS_BIN") or REPOSITORY / "target/debug/portcullis").resolve()
REGION = "us-east-1"
START_SECONDS = 30
STOP_SECONDS = 30
UNTHROTTLED = "[throttle]\ncaller_rate = 1000000\ncaller_burst = 1000000\naddress_rate = 1000000\naddress_burst = 1000000\n"
"""Configuration for tests in which one caller sends everything."""


@dataclasses.dataclass(frozen=True)
class Credentials:
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None

    @classmethod
    def of(cls, answer: dict) -> "Credentials":
        """From `Credentials` or `AccessKey` of an STS or IAM answer, or from `credential_process` JSON."""
        return cls(answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("SessionToken"))


class Plane:
    """One running server."""

    def __init__(self, directory: pathlib.Path, *arguments: str, environment: dict[str, str] | None = None):
        self.directory = directory
        self.log = directory / "portcullis.log"
        self.process = begin(directory, self.log, *arguments, environment=environment)
        try:
            self.ready = json.loads(self._first_line())
        except BaseException:
            self.kill()
            raise
        self.endpoint = self.ready["endpoint"].rstrip("/")
        self.account_id = self.ready["account_id"]
        location = urllib.parse.urlsplit(self.endpoint)
        self.address = (location.hostname, location.port)

    @property
    def root(self) -> Credentials:
        """The root user's key, which a `--dev` plane alone hands out."""
        return Credentials(self.ready["access_key_id"], self.ready["secret_access_key"])

    def advance(self, seconds: int) -> None:
        """Moves the server's clock, and only that, forward."""
        self.operations("POST", f"/clock/advance?seconds={seconds}")

    def operations(self, method: str, path: str) -> str:
        """Asks the operations listener; raises when it does not answer with success."""
        url = self.ready["operations_endpoint"].rstrip("/") + path
        request = urllib.request.Request(url, method=method, data=b"" if method == "POST" else None)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def is_healthy(self) -> bool:
        return self.process.poll() is None and self.operations("GET", "/healthz") is not None

    def kill(self) -> None:
        """What a power cut does."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self) -> None:
        """Asks the server to end and holds it to what must be true of every run."""
        ended_before = self.process.poll()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {STOP_SECONDS} s after SIGTERM") from None
        self.process.stdout.close()
        log = self.log.read_text(errors="replace")
        assert ended_before is None, f"ended by itself with {ended_before}:\n{log}"
        assert status == 0, f"exit status {status} after SIGTERM:\n{log}"
        assert "panicked at" not in log, log
        for name in ("secret_access_key", "root_password"):
            secret = self.ready.get(name)
            assert not secret or secret not in log, f"the log holds {name}"

    def _first_line(self) -> bytes:
        deadline = time.monotonic() + START_SECONDS
        line = b""
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 65536) if readable else b""
            if not piece:
                reason = "ended" if readable else f"not ready within {START_SECONDS} s"
                raise AssertionError(f"{reason}: {BINARY}\n{self.log.read_text(errors='replace')}")
            line += piece
        return line


def begin(directory: pathlib.Path, log: pathlib.Path, *arguments: str, environment: dict[str, str] | None = None):
    """Starts a server and does not wait for it."""
    command = [str(BINARY), "serve", "--listen", "127.0.0.1:0", "--format", "json", *arguments]
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=out,
            env=clean_environment(**(environment or {})),
            cwd=directory,
        )


def clean_environment(**more: str) -> dict[str, str]:
    """An environment in which no client finds credentials, endpoints or settings of the person who runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | more
