"""A PostgreSQL server of the tests' own."""

import contextlib
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import time

START_SECONDS = 60


class PostgreSQL:
    """A throw-away cluster of the newest version that is installed."""

    def __init__(self, directory: pathlib.Path):
        versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
        self.binaries = max((path.parent for path in versions), key=lambda path: float(path.parent.name))
        self.as_user = []
        directory.mkdir()
        if os.getuid() == 0:  # which PostgreSQL refuses to run as
            user = pwd.getpwnam("postgres")
            os.chown(directory, user.pw_uid, user.pw_gid)
            self.as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]
            for above in directory.parents:
                os.chmod(above, above.stat().st_mode | 0o011)
        data = directory / "data"
        made = [self.binaries / "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "-D", data]
        subprocess.run([*self.as_user, *made], cwd="/", check=True, capture_output=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        settings = [
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "fsync=off",
            "max_connections=100",
            f"unix_socket_directories={directory}",
        ]
        flags = [word for setting in settings for word in ("-c", setting)]
        self.log = directory / "log"
        with self.log.open("wb") as log:
            command = [*self.as_user, self.binaries / "postgres", "-D", data, *flags]
            self.process = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        ready = [self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready).returncode != 0:
            assert time.monotonic() < deadline and self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        self.psql = [self.binaries / "psql", "-qAt", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        self.databases = 0

    def url(self, port: int | None = None, database: str = "postgres") -> str:
        return f"postgres://postgres@127.0.0.1:{port or self.port}/{database}"

    def database(self) -> str:
        """The URL of a new, empty database."""
        self.databases += 1
        name = f"portcullis_{self.databases}"
        subprocess.run([*self.psql, "-c", f"CREATE DATABASE {name}"], cwd="/", check=True)
        return self.url(database=name)

    def freeze(self) -> None:
        """Stops every process of the server where it stands, as a machine that hangs does."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        self.thaw()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def _signal(self, number: int) -> None:
        for process in self._processes():
            # Those whose clients are gone end as soon as they go on.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def _processes(self) -> list[int]:
        postmaster = self.process.pid
        found = [postmaster]
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue  # it has just ended
            if parent == postmaster:
                found.append(int(stat.parent.name))
        return found
