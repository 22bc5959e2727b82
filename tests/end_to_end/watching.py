"""What a plane says of itself, and waiting for it."""

import re
import time
import urllib.error

from plane import Plane

SOON = 30
"""Seconds within which what must come has come, also on a machine that does much else."""


def metric(plane: Plane, name: str) -> float:
    found = re.search(rf"^portcullis_{name}(?:{{[^}}]*}})? (\S+)$", plane.operations("GET", "/metrics"), re.MULTILINE)
    assert found, name
    return float(found[1])


def readiness(plane: Plane, path: str = "/readyz") -> tuple[int, str]:
    try:
        return 200, plane.operations("GET", path)
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


def until(what: str, question) -> float:
    """Asks until the answer is yes; the seconds that took."""
    begun = time.monotonic()
    while not question():
        assert time.monotonic() < begun + SOON, f"not within {SOON} s: {what}"
        time.sleep(0.01)
    return time.monotonic() - begun
