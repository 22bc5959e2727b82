"""A PostgreSQL of one's own, from the newest binaries of Debian's package."""

import os
import pathlib
import pwd
import socket
import subprocess
import tempfile
import time

from plane import clean_environment

START_SECONDS = 60


class PostgreSQL:
    """A cluster that listens on a socket in its directory, and is gone after `stop`."""

    def __init__(self):
        versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
        binaries = max(versions, key=lambda path: int(path.parts[-3])).parent
        self.directory = tempfile.TemporaryDirectory(prefix="portcullis-postgresql-")
        root = pathlib.Path(self.directory.name)
        # PostgreSQL refuses to run as root.
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if user:
            owner = pwd.getpwnam("postgres")
            os.chown(root, owner.pw_uid, owner.pw_gid)
        os.chmod(root, 0o700)
        options = {"env": clean_environment(LC_ALL="C.UTF-8"), "cwd": "/", **user}
        initdb = [str(binaries / "initdb"), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "-D"]
        subprocess.run([*initdb, str(root / "data")], check=True, capture_output=True, **options)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": root, "fsync": "off"}
        command = [str(binaries / "postgres"), "-D", str(root / "data")]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        self.psql = [str(binaries / "psql"), "-qAt", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-c"]
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([*self.psql, "SELECT 1"], capture_output=True).returncode != 0:
            assert time.monotonic() < deadline and self.server.poll() is None, "PostgreSQL does not start"
            time.sleep(0.05)
        self.databases = 0

    def database(self) -> str:
        """The URL of a new, empty database."""
        self.databases += 1
        name = f"portcullis_{self.databases}"
        subprocess.run([*self.psql, f"CREATE DATABASE {name}"], check=True)
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        self.server.terminate()
        self.server.wait(START_SECONDS)
        self.directory.cleanup()
