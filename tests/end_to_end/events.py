"""The audit events in an SQLite store, read without Portcullis: rows, and packed batches."""

import sqlite3

Event = tuple[str, str]
"""The id of an event and its document."""


def stored(store: sqlite3.Connection) -> list[Event]:
    """All events: of older files in rows of their own, else in batches."""
    events = [(event, doc) for event, doc in store.execute("SELECT event_id, doc FROM audit_event")]
    for first, form, packed in store.execute("SELECT batch_id, doc_version, packed FROM audit_batch"):
        assert form == 1
        batch = unpacked(packed)
        assert batch and batch[0][0] == first
        events += batch
    return events


def unpacked(packed: bytes) -> list[Event]:
    """The events of a batch: for each a line of facts, one of resources, one with time, id and length of the document, and
    that."""
    rest, events = decompressed(packed), []
    while rest:
        _, _, line, rest = rest.split(b"\n", 3)
        _, event, length = line.split(b" ")
        assert rest[int(length) : int(length) + 1] == b"\n"
        events.append((event.decode(), rest[: int(length)].decode()))
        rest = rest[int(length) + 1 :]
    return events


def decompressed(packed: bytes) -> bytes:
    """An LZ4 block behind its length. Source: the description of the LZ4 block format."""
    length, at, out = int.from_bytes(packed[:4], "little"), 4, bytearray()

    def extended(number: int) -> int:
        nonlocal at
        more = 255 if number == 15 else 0
        while more == 255:
            more, at = packed[at], at + 1
            number += more
        return number

    while at < len(packed):
        token, at = packed[at], at + 1
        literals = extended(token >> 4)
        out += packed[at : at + literals]
        at += literals
        if at < len(packed):  # the last sequence is literals alone
            back, at = int.from_bytes(packed[at : at + 2], "little"), at + 2
            match = extended(token & 15) + 4
            assert 0 < back <= len(out)
            piece = bytes(out[-back:][:match])
            out += (piece * (match // len(piece) + 1))[:match]
    assert len(out) == length
    return bytes(out)
