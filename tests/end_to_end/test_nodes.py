"""Many nodes on one PostgreSQL: what one commits the others know within a second, and a node that is cut off goes on."""

import concurrent.futures
import contextlib
import json
import re
import subprocess
import threading
import time

import pytest

from clients import Boto3, Refused
from people import role, session, user_with_key
from plane import BINARY, Credentials, Plane, clean_environment
from policies import allow
from postgresql import PostgreSQL
from refusals import refused
from totp import code, step_now
from watching import SOON, metric, readiness, until
from way import Way

KEYS = 40
LOAD_THREADS = 3


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory):
    server = PostgreSQL(tmp_path_factory.mktemp("cluster") / "postgresql")
    # The root key belongs to the database, as all of them use the same one.
    server.keys = tmp_path_factory.mktemp("keys")
    yield server
    server.stop()


class Nodes:
    """Nodes `a` and `b` on one database; the way of `b` to it can be cut."""

    def __init__(self, directory, postgresql: PostgreSQL, offline_seconds: int):
        self.directory, self.data = directory, postgresql.keys
        self.url = postgresql.url()
        self.way = Way(postgresql.port)
        self.a = self._start("a", self.url, offline_seconds)
        self.b = self._start("b", postgresql.url(self.way.port), offline_seconds)

    def administrator(self) -> Credentials:
        command = [str(BINARY), "credentials", "--data-dir", str(self.data), "--store", self.url]
        done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=SOON)
        assert done.returncode == 0, done.stderr
        return Credentials.of(json.loads(done.stdout))

    def stop(self) -> None:
        self.way.cut.clear()
        for node in (self.a, self.b):
            if node.process.poll() is None:
                node.stop()
        self.way.close()

    def _start(self, name: str, url: str, offline_seconds: int) -> Plane:
        directory = self.directory / name
        directory.mkdir()
        config = directory / "portcullis.toml"
        store = f'[store]\nurl = "{url}"\noffline_seconds = {offline_seconds}\n'
        config.write_text(f'{store}[node]\nname = "node-{name}"\n')
        return Plane(directory, "--data-dir", str(self.data), "--config", str(config))


@pytest.fixture
def nodes(tmp_path, postgresql):
    started = []

    def start(offline_seconds: int = 300) -> Nodes:
        started.append(Nodes(tmp_path, postgresql, offline_seconds))
        return started[0]

    yield start
    for nodes in started:
        nodes.stop()


@pytest.fixture
def names(request):
    """A prefix for names: the tests share a database."""
    return re.sub(r"\W", "-", request.node.name)[:30] + "-"


def is_refused(client: Boto3, code: str, service: str, operation: str, **parameters) -> bool:
    try:
        client.call(service, operation, **parameters)
    except Refused as refusal:
        assert refusal.code == code, refusal
        return True
    return False


@contextlib.contextmanager
def load(node: Plane, credentials: Credentials):
    """Identity calls without a pause."""
    done, failures, calls = threading.Event(), [], [0]

    def call() -> None:
        client = Boto3(node, credentials)
        while not done.is_set():
            try:
                client.call("sts", "GetCallerIdentity")
                calls[0] += 1
            except Exception as failure:
                failures.append(failure)
                return

    threads = [threading.Thread(target=call) for _ in range(LOAD_THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures, failures[0]
    assert calls[0] > 0


def test_a_key_deactivated_on_one_node_is_refused_by_the_other_within_a_second(nodes, names):
    on = nodes()
    root = Boto3(on.a, on.administrator())
    keys = {}
    for number in range(KEYS):
        name = f"{names}{number}"
        keys[name] = user_with_key(root, name)
    took = []
    with load(on.b, user_with_key(root, f"{names}busy")):
        for name, key in keys.items():
            client = Boto3(on.b, key)
            client.call("sts", "GetCallerIdentity")
            root.call("iam", "UpdateAccessKey", UserName=name, AccessKeyId=key.access_key_id, Status="Inactive")
            identity = (client, "InvalidClientTokenId", "sts", "GetCallerIdentity")
            took.append(until("refused", lambda identity=identity: is_refused(*identity)))
    took.sort()
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(f"\nrefused elsewhere after p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms ({len(took)} keys)")
    assert p99 < 1


def test_policies_and_roles_that_go_are_gone_everywhere(nodes, names):
    on = nodes()
    root = Boto3(on.a, on.administrator())
    alice = user_with_key(root, f"{names}alice", allow("iam:ListUsers", "sts:AssumeRole"))
    arn = role(root, f"{names}reader", f"arn:aws:iam::{on.a.account_id}:user/{names}alice", allow("iam:ListUsers"))
    here, there = Boto3(on.a, alice), Boto3(on.b, alice)
    held = Boto3(on.b, session(here, arn))
    there.call("iam", "ListUsers")
    held.call("iam", "ListUsers")
    root.call("iam", "DeleteUserPolicy", UserName=f"{names}alice", PolicyName="inline")
    assert until("denied", lambda: is_refused(there, "AccessDenied", "iam", "ListUsers")) < 1
    root.call("iam", "DeleteRolePolicy", RoleName=f"{names}reader", PolicyName="inline")
    assert until("denied", lambda: is_refused(held, "AccessDenied", "iam", "ListUsers")) < 1
    root.call("iam", "DeleteRole", RoleName=f"{names}reader")
    gone = lambda: is_refused(held, "InvalidClientTokenId", "sts", "GetCallerIdentity")  # noqa: E731
    assert until("the session died with its role", gone) < 1


def test_a_code_used_on_one_node_is_refused_by_the_other(nodes, names):
    on = nodes()
    root = Boto3(on.a, on.administrator())

    def enrolled(name: str):
        """A new user's key, and a function that shows its device's next code with a client and says what came of it."""
        keys = user_with_key(root, names + name)
        made = root.call("iam", "CreateVirtualMFADevice", VirtualMFADeviceName=names + name)["VirtualMFADevice"]
        serial, seed, step = made["SerialNumber"], made["Base32StringSeed"], step_now()
        codes = {"AuthenticationCode1": code(seed, step - 1), "AuthenticationCode2": code(seed, step)}
        root.call("iam", "EnableMFADevice", UserName=names + name, SerialNumber=serial, **codes)

        def show(client: Boto3, offset: int = 1) -> str:
            try:
                client.call("sts", "GetSessionToken", SerialNumber=serial, TokenCode=code(seed, step + offset))
            except Refused as refusal:
                return f"{refusal.code}: {refusal.message.strip()}"
            return "taken"

        return keys, show

    spent = "AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code."
    keys, show = enrolled("alice")
    here, there = Boto3(on.a, keys), Boto3(on.b, keys)
    assert show(there, 0) == spent, "the code that enabled the device"
    assert [show(here), show(there), show(here)] == ["taken", spent, spent]

    keys, show = enrolled("bob")
    clients = [Boto3(node, keys) for node in (on.a, on.b) * 4]
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        outcomes = list(pool.map(show, clients))
    assert sorted(outcomes) == [spent] * (len(clients) - 1) + ["taken"]


def test_nodes_are_told_apart(nodes):
    on = nodes()
    infos = [re.search(r"^portcullis_node_info.*$", node.operations("GET", "/metrics"), re.MULTILINE)[0] for node in (on.a, on.b)]
    assert 'name="node-a"' in infos[0] and 'name="node-b"' in infos[1]
    ids = {re.search(r'node="([^"]+)"', info)[1] for info in infos}
    assert len(ids) == 2
    assert metric(on.b, "store_up") == 1
    assert metric(on.b, "change_log_lag_seconds") < 5


def test_a_node_that_is_cut_off_serves_from_memory_and_refuses_changes(nodes, names):
    on = nodes()
    root = Boto3(on.a, on.administrator())
    alice = user_with_key(root, f"{names}alice", allow("sts:AssumeRole", "iam:CreateUser"))
    bob = user_with_key(root, f"{names}bob")
    arn = role(root, f"{names}reader", f"arn:aws:iam::{on.a.account_id}:user/{names}alice")
    there, bob_there = Boto3(on.b, alice), Boto3(on.b, bob)
    session(there, arn)
    there.call("sts", "GetCallerIdentity")
    bob_there.call("sts", "GetCallerIdentity")

    on.way.cut.set()
    until("node b knows", lambda: readiness(on.b)[0] == 503)
    _, reason = readiness(on.b)
    assert "does not answer" in reason and "serving from memory" in reason, reason
    assert readiness(on.b, "/readyz/memory")[0] == 200
    assert readiness(on.a)[0] == 200
    assert metric(on.b, "store_up") == 0
    there.call("sts", "GetCallerIdentity")
    Boto3(on.b, session(there, arn)).call("sts", "GetCallerIdentity")
    begun = time.monotonic()
    with refused("ServiceUnavailable", 503):
        there.call("iam", "CreateUser", UserName=f"{names}carol")
    assert time.monotonic() - begun < 1, "at once"
    # What node a changes meanwhile node b cannot know; it must, before it answers again from what it held.
    key = bob.access_key_id
    root.call("iam", "UpdateAccessKey", UserName=f"{names}bob", AccessKeyId=key, Status="Inactive")
    bob_there.call("sts", "GetCallerIdentity")

    on.way.cut.clear()
    until("node b is back", lambda: readiness(on.b)[0] == 200)
    with refused("InvalidClientTokenId", 403):
        bob_there.call("sts", "GetCallerIdentity")
    there.call("iam", "CreateUser", UserName=f"{names}carol")
    assert metric(on.b, "store_up") == 1


def test_a_database_that_hangs_is_noticed_and_its_return_too(nodes, names, postgresql):
    on = nodes()
    root = Boto3(on.a, on.administrator())
    alice = user_with_key(root, f"{names}alice", allow("iam:CreateUser"))
    clients = [Boto3(node, alice) for node in (on.a, on.b)]
    for client in clients:
        client.call("sts", "GetCallerIdentity")
    postgresql.freeze()
    try:
        for node, client in zip((on.a, on.b), clients, strict=True):
            until("noticed", lambda node=node: readiness(node)[0] == 503)
            client.call("sts", "GetCallerIdentity")
            with refused("ServiceUnavailable", 503):
                client.call("iam", "CreateUser", UserName=f"{names}bob")
    finally:
        postgresql.thaw()
    for number, (node, client) in enumerate(zip((on.a, on.b), clients, strict=True)):
        until("back", lambda node=node: readiness(node)[0] == 200)
        client.call("iam", "CreateUser", UserName=f"{names}{number}")


def test_after_its_time_a_node_that_is_cut_off_refuses_everything(nodes, names):
    on = nodes(offline_seconds=4)
    root = Boto3(on.a, on.administrator())
    alice = user_with_key(root, f"{names}alice")
    there = Boto3(on.b, alice)
    there.call("sts", "GetCallerIdentity")
    on.way.cut.set()
    until("node b gave up", lambda: is_refused(there, "ServiceUnavailable", "sts", "GetCallerIdentity"))
    assert readiness(on.b, "/readyz/memory")[0] == 503
    assert "refusing everything" in readiness(on.b)[1]
    on.way.cut.clear()
    until("node b is back", lambda: readiness(on.b)[0] == 200)
    there.call("sts", "GetCallerIdentity")
