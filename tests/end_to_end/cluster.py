"""Three PostgreSQL under Patroni, with synchronous replication and an etcd of their own, on loopback."""

import contextlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from plane import clean_environment

START_SECONDS = 120
NAMES = ("n1", "n2", "n3")
PASSWORD = "of-the-tests"

CONFIGURATION = """
scope: portcullis
namespace: /tests/
name: {name}
restapi: {{listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}}
etcd: {{host: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 10
    loop_wait: 2
    retry_timeout: 3
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        max_connections: 100
        max_wal_senders: 10
        max_replication_slots: 10
        wal_level: replica
        wal_log_hints: "on"
        synchronous_commit: "on"
        wal_retrieve_retry_interval: 500ms
        shared_buffers: 64MB
  initdb: [{{encoding: UTF8}}, data-checksums]
  pg_hba: ["host replication replicator 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 scram-sha-256"]
postgresql:
  listen: "127.0.0.1:{postgresql}"
  connect_address: "127.0.0.1:{postgresql}"
  data_dir: {root}/{name}/data
  bin_dir: {binaries}
  pgpass: {root}/{name}/pgpass
  authentication:
    superuser: {{username: postgres, password: {password}}}
    replication: {{username: replicator, password: {password}}}
    rewind: {{username: rewinder, password: {password}}}
  parameters: {{unix_socket_directories: "{root}/{name}"}}
watchdog: {{mode: "off"}}
"""


class Node:
    """One member: its Patroni, and the PostgreSQL that this keeps."""

    def __init__(self, cluster: "Cluster", name: str):
        self.cluster, self.name = cluster, name
        self.directory = cluster.root / name
        self.rest, self.port = free_port(), free_port()
        self.patroni: subprocess.Popen | None = None

    def start(self) -> None:
        command = ["/usr/bin/python3", shutil.which("patroni"), str(self.cluster.root / f"{self.name}.yml")]
        self.patroni = self.cluster.run(command, self.cluster.root / f"{self.name}.log")

    def postgresql(self) -> list[int]:
        """The processes of its PostgreSQL, the postmaster first; empty while there is none."""
        try:
            postmaster = int((self.directory / "data/postmaster.pid").read_text().split()[0])
            # The file may be left over, and the number somebody else's.
            if str(self.directory / "data").encode() not in pathlib.Path(f"/proc/{postmaster}/cmdline").read_bytes():
                return []
        except (OSError, IndexError, ValueError):
            return []
        return [postmaster, *children(postmaster)]

    def signal(self, number: signal.Signals, patroni: bool = True, postgresql: bool = True) -> None:
        processes = [self.patroni.pid] if patroni and self.patroni.poll() is None else []
        processes += self.postgresql() if postgresql else []
        for process in processes:
            with contextlib.suppress(ProcessLookupError):  # it went with its postmaster
                os.kill(process, number)
        if number == signal.SIGKILL and patroni:
            self.patroni.wait()


class Cluster:
    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="portcullis-cluster-")
        self.root = pathlib.Path(self.directory.name)
        # PostgreSQL refuses to run as root.
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        initdb = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        self.binaries = initdb.parent
        self.etcd_port, peer = free_port(), free_port()
        self.nodes = [Node(self, name) for name in NAMES]
        for node in self.nodes:
            node.directory.mkdir(mode=0o700)
            text = CONFIGURATION.format(
                name=node.name,
                rest=node.rest,
                etcd=self.etcd_port,
                postgresql=node.port,
                root=self.root,
                binaries=self.binaries,
                password=PASSWORD,
            )
            (self.root / f"{node.name}.yml").write_text(text)
        if self.user:
            owner = pwd.getpwnam("postgres")
            for path in (self.root, *self.root.iterdir()):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        client, between = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{peer}"
        flags = {
            "name": "e1",
            "data-dir": self.root / "etcd",
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": between,
            "initial-advertise-peer-urls": between,
            "initial-cluster": f"e1={between}",
            # Patroni before 3.1 may go on for ever with an old copy of the third interface's keys, after it was frozen or
            # starved: it then neither names a synchronous standby nor lets one take over.
            "enable-v2": "true",
        }
        command = [shutil.which("etcd"), *(f"--{name}={value}" for name, value in flags.items())]
        self.etcd = self.run(command, self.root / "etcd.log")
        try:
            for node in self.nodes:
                node.start()
            self.wait_until_whole()
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgres://postgres:{PASSWORD}@{hosts}/postgres?target_session_attrs=read-write"

    def run(self, command: list[str], log: pathlib.Path) -> subprocess.Popen:
        environment = clean_environment(LC_ALL="C.UTF-8", HOME=str(self.root), PYTHONDONTWRITEBYTECODE="1")
        with log.open("ab") as out:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment,
                cwd="/",
                start_new_session=True,
                **self.user,
            )

    def members(self) -> list[dict]:
        """The members as one of them that can be asked sees them."""
        for node in self.nodes:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{node.rest}/cluster", timeout=1) as answer:
                    return json.load(answer)["members"]
            except (OSError, ValueError):
                continue
        return []

    def leads(self) -> Node | None:
        """Who leads, if anybody does."""
        names = [member["name"] for member in self.members() if member["role"] == "leader" and member["state"] == "running"]
        return next((node for node in self.nodes if node.name in names), None)

    def leader(self) -> Node:
        leader = self.leads()
        assert leader, self.members()
        return leader

    def wait_until_whole(self) -> None:
        """Until all members run on one timeline and one of them is the synchronous standby."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            members = self.members()
            running = [member for member in members if member["state"] in ("running", "streaming")]
            synchronous = [member for member in members if member["role"] == "sync_standby"]
            if len(running) == len(NAMES) and synchronous and len({member.get("timeline") for member in running}) == 1:
                return
            assert time.monotonic() < deadline, f"not whole after {START_SECONDS} s: {members}\n{self.last_words()}"
            time.sleep(0.2)

    def last_words(self) -> str:
        logs = sorted(self.root.glob("*.log"))
        return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in logs)

    def query(self, sql: str) -> list[str]:
        """Lines of what the leader answers."""
        address = ["-h", "127.0.0.1", "-p", str(self.leader().port), "-U", "postgres"]
        command = [str(self.binaries / "psql"), "-qAt", *address, "-c", sql]
        environment = clean_environment(PGPASSWORD=PASSWORD)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.splitlines()

    def stop(self) -> None:
        for node in self.nodes:
            if node.patroni:
                node.signal(signal.SIGKILL, postgresql=False)
        for node in self.nodes:
            node.signal(signal.SIGKILL, patroni=False)
        self.etcd.kill()
        self.etcd.wait()
        deadline = time.monotonic() + 30
        while any(node.postgresql() for node in self.nodes) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.directory.cleanup()


def children(parent: int) -> list[int]:
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(stat.parent.name))
        except OSError:
            continue  # it has just ended
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
