"""A disk that fails when it is told to, and power that is cut: what was not synced may be there afterwards or not."""

import functools
import pathlib
import random
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).with_name("disk.c")
SECTOR = 512
"""Bytes that a disk writes whole or not at all."""


@functools.cache
def library() -> pathlib.Path:
    """The library that is preloaded into servers; see its source for how it works."""
    built = pathlib.Path(tempfile.mkdtemp(prefix="portcullis-disk-")) / "disk.so"
    flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["cc", *flags, "-o", str(built), str(SOURCE), "-ldl", "-lpthread"], check=True)
    return built


class Disk:
    """The disk under the files below `root`."""

    def __init__(self, root: pathlib.Path, beside: pathlib.Path):
        self.root, self.rules, self.synced = root, beside / "rules", beside / "synced"
        self.synced.mkdir(parents=True)

    def environment(self, seconds: int = 0) -> dict[str, str]:
        """What a server needs to be on this disk; its clock is so many seconds ahead."""
        return {
            "LD_PRELOAD": str(library()),
            "DISK_RULES": str(self.rules),
            "DISK_ROOT": str(self.root),
            "DISK_SYNCED": str(self.synced),
            "DISK_SECONDS": str(seconds),
        }

    def fail(self, *rules: str) -> None:
        """From now on these fail: `fsync` or `write`, an errno, and how the file's path ends, such as `fsync 5 .db-wal`, or
        what is in it, such as `write 28 .partial-*`."""
        draft = self.rules.with_suffix(".new")
        draft.write_text("\n".join(rules))
        draft.rename(self.rules)

    def failures(self) -> int:
        """How often something failed by the rules."""
        hits = self.rules.with_name(self.rules.name + ".hits")
        return hits.stat().st_size if hits.exists() else 0

    def heal(self) -> None:
        self.rules.unlink(missing_ok=True)

    def sync(self) -> None:
        """What is there now is on disk: for files that were written by programs which are not on this disk."""
        for path in self.root.rglob("*"):
            if path.is_file():
                shutil.copyfile(path, self.synced / str(path.stat().st_ino))

    def cut_power(self, chance: random.Random | None = None) -> None:
        """Of what was written and not synced, whole sectors are kept or lost by chance; without chance all is lost. The
        server must have ended."""
        for path in [path for path in self.root.rglob("*") if path.is_file()]:
            if path.name.endswith("-shm"):  # memory that happens to have a name
                path.unlink()
                continue
            synced = self.synced / str(path.stat().st_ino)
            written, certain = path.read_bytes(), synced.read_bytes() if synced.exists() else b""
            if written != certain:
                left = mixed(written, certain, chance) if chance else certain
                with path.open("r+b") as file:
                    file.write(left)
                    file.truncate()
            shutil.copyfile(path, synced)


def mixed(written: bytes, certain: bytes, chance: random.Random) -> bytes:
    """Each sector from one of the two; a file may have either length. Sometimes all of it from one of them. What was cut off
    and is there again is as it was."""
    length = chance.choice((len(written), len(certain)))
    share = chance.choice((0.0, 0.5, 1.0))
    pieces = []
    for at in range(0, length, SECTOR):
        source = written if at < len(written) and chance.random() < share else certain
        pieces.append(source[at : at + SECTOR].ljust(min(SECTOR, length - at), b"\0"))
    return b"".join(pieces)
