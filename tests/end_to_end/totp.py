"""One-time codes as an MFA device shows them."""

import base64
import hashlib
import hmac
import struct
import time


def code(seed: bytes | str, step: int) -> str:
    """RFC 6238, written apart from the server; the seed in base32."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def step_now() -> int:
    """The time step of the machine's clock."""
    return int(time.time()) // 30
