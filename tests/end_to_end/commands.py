"""The binary's commands beside `serve`, as an operator runs them."""

import json
import pathlib
import subprocess

import store as stores
from plane import BINARY, Credentials, clean_environment

COMMAND_SECONDS = 120


def arguments(command: str, *words: str, data: pathlib.Path | None = None, store: str | None = None) -> list[str]:
    """The command line of a command, such as `audit verify`, on the run's store for that directory, or at that URL with its
    root key there."""
    place = ["--data-dir", str(data)] if data else []
    place += ["--store", store] if store else stores.flags(data) if data else []
    return [str(BINARY), *command.split(), *place, *words]


def outcome(
    command: str, *words: str, stdin: str = "", environment: dict[str, str] | None = None, **place
) -> subprocess.CompletedProcess:
    """Runs the command, with more in its environment; how it ended, and what it printed."""
    return subprocess.run(
        arguments(command, *words, **place),
        env=clean_environment(**(environment or {})),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
    )


def run(command: str, *words: str, code: int = 0, stdin: str = "", **place) -> str:
    """Runs the command, which must end with that exit code; what it printed, errors included."""
    done = outcome(command, *words, stdin=stdin, **place)
    said = done.stdout + done.stderr
    assert done.returncode == code, f"exit {done.returncode}, {code} was due: {said}"
    assert "panicked" not in said, said
    return said


def export(*words: str, **place) -> dict:
    """What `export` prints, without when it did."""
    done = subprocess.run(
        arguments("export", *words, **place), env=clean_environment(), capture_output=True, text=True, timeout=COMMAND_SECONDS
    )
    assert done.returncode == 0, done.stderr
    exported = json.loads(done.stdout)
    exported.pop("exported_at")
    return exported


def administrator(**place) -> Credentials:
    """Short-term credentials of the administrator."""
    said = subprocess.run(
        arguments("credentials", **place), env=clean_environment(), capture_output=True, text=True, timeout=COMMAND_SECONDS
    )
    assert said.returncode == 0, said.stderr
    return Credentials.of(json.loads(said.stdout))
