"""How tests say that a call must be refused."""

import re

from clients import Refused


class refused:
    """The block must raise `Refused` with this code, and this status and whole message where they are given."""

    def __init__(self, code: str, status: int | None = None, message: str | None = None):
        self.code, self.status, self.message = code, status, message
        self.value: Refused | None = None

    def __enter__(self) -> "refused":
        return self

    def __exit__(self, kind, value, trace) -> bool:
        assert kind is not None, f"not refused: {self.code} was due"
        if not isinstance(value, Refused):
            return False
        assert value.code == self.code, f"{self.code} was due: {value}"
        assert self.status in (None, value.status), f"status {self.status} was due: {value}"
        assert self.message is None or re.fullmatch(self.message, value.message, re.DOTALL), f"{self.message} was due: {value}"
        self.value = value
        return True
