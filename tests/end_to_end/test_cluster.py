"""Two nodes on three PostgreSQL under Patroni, whose leader is killed or frozen under load: nothing that was acknowledged is
lost, writes come back, and what memory answers never stops. `./test --cluster` installs what it needs and runs it."""

import concurrent.futures
import itertools
import json
import os
import pathlib
import signal
import threading
import time

import pytest

import commands
import raw
from clients import Boto3
from cluster import Cluster, Node
from people import role, session, user_with_key
from plane import UNTHROTTLED, Plane
from policies import allow

WRITERS = 4
PAUSE = 0.03
"""Seconds between two writes of a writer: an account may have 5,000 users."""
BEFORE, AFTER = 60, 60
"""Acknowledged writes before the leader is struck, and by each node after writes are back."""
BACK_SECONDS = 60
PATIENCE = 30

pytestmark = [
    pytest.mark.skipif("PORTCULLIS_CLUSTER" not in os.environ, reason="./test --cluster runs it"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def cluster():
    started = Cluster()
    yield started
    started.stop()


class Nodes:
    """Two nodes, and who calls them."""

    def __init__(self, directory: pathlib.Path, cluster: Cluster):
        self.data = directory / "data"
        self.data.mkdir(mode=0o700)
        self.planes = [self.start(directory / name, cluster.url) for name in ("a", "b")]
        root = Boto3(self.planes[0], commands.administrator(data=self.data, store=cluster.url))
        self.operator = user_with_key(root, "operator", allow("iam:*", "sts:*"))
        self.role = role(root, "reader", f"arn:aws:iam::{self.planes[0].account_id}:user/operator")

    def start(self, directory: pathlib.Path, url: str) -> Plane:
        directory.mkdir()
        config = directory / "portcullis.toml"
        config.write_text(UNTHROTTLED)
        return Plane(directory, "--data-dir", str(self.data), "--config", str(config), "--store", url)

    def stop(self) -> None:
        for plane in self.planes:
            if plane.process.poll() is None:
                plane.stop()


@pytest.fixture(scope="module")
def nodes(tmp_path_factory, cluster):
    started = Nodes(tmp_path_factory.mktemp("nodes"), cluster)
    yield started
    started.stop()


class Load:
    """Users that are made through both nodes, and calls that memory answers, until it is told to stop."""

    def __init__(self, nodes: Nodes, prefix: str):
        self.ending, self.lock = threading.Event(), threading.Lock()
        self.acknowledged: dict[str, tuple[int, float]] = {}
        """Names, with the node that acknowledged them and when."""
        self.doubtful: set[str] = set()
        self.hot = [0] * len(nodes.planes)
        self.longest = [0.0] * len(nodes.planes)
        writers = [(self.write, nodes, number, f"{prefix}-{number}") for number in range(WRITERS)]
        readers = [(self.read, nodes, number) for number in range(len(nodes.planes))]
        self.pool = concurrent.futures.ThreadPoolExecutor(len(writers) + len(readers))
        self.futures = [self.pool.submit(*work) for work in writers + readers]

    def write(self, nodes: Nodes, number: int, prefix: str) -> None:
        node = number % len(nodes.planes)
        for count in itertools.count():
            if self.ending.is_set():
                return
            name = f"{prefix}-{count}"
            answer = raw.call(nodes.planes[node], nodes.operator, "iam", "CreateUser", UserName=name)
            with self.lock:
                if answer.status == 200:
                    self.acknowledged[name] = (node, time.monotonic())
                else:
                    assert answer.status == 503 or answer.code == "Throttling", f"{answer.status}: {answer.body}"
                    self.doubtful.add(name)
            self.ending.wait(PAUSE)

    def read(self, nodes: Nodes, node: int) -> None:
        plane, held = nodes.planes[node], nodes.operator
        identity = lambda who: raw.call(plane, who, "sts", "GetCallerIdentity")  # noqa: E731
        while not self.ending.is_set():
            begun = time.monotonic()
            answer = raw.call(plane, nodes.operator, "sts", "AssumeRole", RoleArn=nodes.role, RoleSessionName="hot")
            assert answer.status == 200, f"AssumeRole: {answer.status} {answer.body}"
            for who in (nodes.operator, held):
                answer = identity(who)
                assert answer.status == 200, f"GetCallerIdentity: {answer.status} {answer.body}"
            self.longest[node] = max(self.longest[node], time.monotonic() - begun)
            if self.hot[node] == 0:
                held = session(Boto3(plane, nodes.operator), nodes.role)
            self.hot[node] += 3
            self.ending.wait(0.01)

    def since(self, when: float, node: int) -> list[float]:
        with self.lock:
            return sorted(at for of, at in self.acknowledged.values() if of == node and at > when)

    def wait(self, what: str, seconds: float, question) -> None:
        deadline = time.monotonic() + seconds
        while not question():
            for future in self.futures:
                if future.done():
                    future.result()
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
            time.sleep(0.05)

    def stop(self) -> None:
        self.ending.set()
        for future in self.futures:
            future.result(PATIENCE)
        self.pool.shutdown()


def kill_all_of_it(leader: Node) -> None:
    leader.signal(signal.SIGKILL)


def kill_postgresql(leader: Node) -> None:
    leader.signal(signal.SIGKILL, patroni=False)


def kill_patroni(leader: Node) -> None:
    """PostgreSQL goes on, with nobody to tell it that another one leads."""
    leader.signal(signal.SIGKILL, postgresql=False)


def freeze(leader: Node) -> None:
    leader.signal(signal.SIGSTOP)


@pytest.mark.parametrize("strike", [kill_all_of_it, kill_postgresql, kill_patroni, freeze], ids=lambda strike: strike.__name__)
def test_a_leader_that_is_struck_loses_nothing(cluster, nodes, strike, request):
    cluster.wait_until_whole()
    leader = cluster.leader()
    load = Load(nodes, strike.__name__.replace("_", "-"))
    each = range(len(nodes.planes))
    try:
        load.wait("writes", PATIENCE, lambda: all(len(load.since(0, node)) >= BEFORE / 2 for node in each))
        struck = time.monotonic()
        strike(leader)
        if strike is not kill_postgresql:  # which its Patroni starts again
            load.wait("another leads", BACK_SECONDS, lambda: cluster.leads() not in (None, leader))
        # Answers that were under way may still arrive.
        settled = time.monotonic() + 0.5
        load.wait("writes are back", BACK_SECONDS, lambda: all(load.since(settled, node) for node in each))
        load.wait("writes go on", PATIENCE, lambda: all(len(load.since(settled, node)) >= AFTER / 2 for node in each))
    finally:
        leader.signal(signal.SIGCONT)
        if leader.patroni.poll() is not None:
            leader.start()
        load.stop()
    gap = max(longest_gap([struck, *load.since(struck, node)]) for node in each)
    cluster.wait_until_whole()
    users = {json.loads(doc)["name"] for doc in cluster.query("SELECT doc FROM iam_user")}
    lost = load.acknowledged.keys() - users
    assert not lost, f"acknowledged and lost: {sorted(lost)}"
    events = [json.loads(doc) for doc in cluster.query("SELECT doc FROM audit_event WHERE doc LIKE '%CreateUser%'")]
    recorded = {event["requestParameters"]["userName"] for event in events if "errorCode" not in event}
    assert load.acknowledged.keys() <= recorded
    assert "in order" in commands.run("check", data=nodes.data, store=cluster.url)
    for plane in nodes.planes:
        assert plane.operations("GET", "/readyz") == "ready\n"
    kept = len(load.doubtful & users)
    print(
        f"\n{strike.__name__}: {len(load.acknowledged)} acknowledged writes, none lost; {len(load.doubtful)} refused, {kept} of"
        f" them kept; longest time without a write {gap:.1f} s; {sum(load.hot)} calls from memory, all answered, the slowest"
        f" three within {max(load.longest):.2f} s; leader {leader.name}, now {cluster.leader().name}"
    )


def longest_gap(times: list[float]) -> float:
    return max(after - before for before, after in itertools.pairwise(times))


def test_the_trail_is_whole(nodes, cluster):
    """After all of that, and with the nodes stopped."""
    nodes.stop()
    commands.run("audit verify", data=nodes.data, store=cluster.url)
