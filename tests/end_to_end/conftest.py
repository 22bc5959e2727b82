"""Fixtures: a fresh plane for every test, and the clients to reach it with."""

import collections
import json
import subprocess

import pytest

import clients
import store
from plane import BINARY, Credentials, Plane, clean_environment
from postgresql import PostgreSQL
from sites import Sites


@pytest.fixture
def plane(tmp_path):
    """A `--dev` plane: a store of its own, root key in hand."""
    running = Plane(tmp_path, "--dev", *store.flags())
    yield running
    running.stop()


@pytest.fixture
def durable_plane(tmp_path):
    """Starts planes on one data directory, one after the other; stops the last."""
    running = []

    def start(*arguments: str) -> Plane:
        data = tmp_path / "data"
        running[:] = [Plane(tmp_path, "--data-dir", str(data), *store.flags(data), *arguments)]
        return running[0]

    yield start
    if running and running[0].process.poll() is None:
        running[0].stop()


@pytest.fixture
def administrator(tmp_path):
    """Mints administrator credentials the way an operator does: from the data directory, with the server running."""

    def mint() -> Credentials:
        data = tmp_path / "data"
        command = [str(BINARY), "credentials", "--data-dir", str(data), *store.flags(data), "--format", "process"]
        done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return Credentials.of(json.loads(done.stdout))

    return mint


@pytest.fixture(scope="session")
def throwaway_postgresql(tmp_path_factory):
    cluster = PostgreSQL(tmp_path_factory.mktemp("cluster") / "postgresql")
    yield cluster
    cluster.stop()


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def sites(request, tmp_path):
    """Stores of one engine; the test runs once for each."""
    made = Sites(tmp_path, request.getfixturevalue("throwaway_postgresql") if request.param == "PostgreSQL" else None)
    yield made
    made.stop()


@pytest.fixture(params=clients.NAMES)
def connect(request, plane):
    """`connect(credentials)`: the client under test; the test runs once for each."""

    def connected(credentials: Credentials, **settings) -> clients.Client:
        return clients.connect(request.param, plane, credentials, **settings)

    return connected


@pytest.fixture
def root(plane):
    """boto3 as the root user."""
    return clients.Boto3(plane, plane.root)


@pytest.fixture(scope="session", autouse=True)
def _servers_end():
    yield
    clients.JavaScript.end()
    store.end()


def pytest_terminal_summary(terminalreporter):
    """Says how much was survived by the planes of test_kill.py."""
    sums = collections.Counter()
    for report in terminalreporter.getreports("passed"):
        for name, counts in report.user_properties:
            if name == "kills" and report.when == "call":
                sums.update(counts)
    if sums:
        moments = ", ".join(f"{count} {name}" for name, count in sorted(sums.items()) if name not in ("rounds", "writes"))
        terminalreporter.write_line(
            f"kills: {sums['rounds']} rounds ({moments}), {sums['writes']} acknowledged writes, none lost"
        )
