"""Which store the planes of a run keep their records in: `PORTCULLIS_TEST_STORE`, `embedded` (the default) or `postgresql`."""

import os
import pathlib
import tempfile

import pytest

from postgresql import PostgreSQL

KIND = os.environ.get("PORTCULLIS_TEST_STORE") or "embedded"
assert KIND in ("embedded", "postgresql"), KIND

embedded_only = pytest.mark.skipif(KIND != "embedded", reason="about the embedded store's own files")

_servers: list[tuple[PostgreSQL, tempfile.TemporaryDirectory]] = []
_urls: dict[pathlib.Path, str] = {}


def flags(directory: pathlib.Path | None = None) -> list[str]:
    """What makes a command keep its records in this run's store: in that of `directory`, or in one of its own."""
    if KIND == "embedded":
        return []
    if directory is None:
        return ["--store", _server().database()]
    if directory not in _urls:
        _urls[directory] = _server().database()
    return ["--store", _urls[directory]]


def end() -> None:
    """Stops the server of this process, if one was needed."""
    while _servers:
        server, directory = _servers.pop()
        server.stop()
        directory.cleanup()


def _server() -> PostgreSQL:
    """One server for all tests of a process, each plane with a database of its own."""
    if not _servers:
        directory = tempfile.TemporaryDirectory(prefix="portcullis-postgresql-")
        _servers.append((PostgreSQL(pathlib.Path(directory.name) / "cluster"), directory))
    return _servers[0][0]
