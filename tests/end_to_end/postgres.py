"""A PostgreSQL server of the tests' own, and a way to it that can be cut."""

import os
import pathlib
import pwd
import selectors
import signal
import socket
import subprocess
import threading
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

    def url(self, port: int | None = None) -> str:
        return f"postgres://postgres@127.0.0.1:{port or self.port}/postgres"

    def freeze(self) -> None:
        """Stops every process of the server where it stands, as a machine that hangs does."""
        for process in self._processes():
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self._processes():
            os.kill(process, signal.SIGCONT)

    def stop(self) -> None:
        self.thaw()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

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


class Way:
    """A TCP relay to a port, on a port of its own."""

    def __init__(self, to: int):
        self.to = to
        self.cut = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _relay(self, near: socket.socket) -> None:
        """Passes bytes on until either end closes; while the way is cut nothing moves, and nobody is told."""
        far = socket.create_connection(("127.0.0.1", self.to))
        with near, far, selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in selector.select(0.1):
                    while self.cut.is_set():
                        time.sleep(0.02)
                    try:
                        piece = key.fileobj.recv(65536)
                        if not piece:
                            return
                        key.data.sendall(piece)
                    except OSError:
                        return
