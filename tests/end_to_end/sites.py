"""Data directories and databases of their own, on either engine."""

import pathlib
import shutil
import sqlite3
import subprocess

from plane import Plane
from postgresql import PostgreSQL


class Sites:
    """Places for stores of one engine."""

    def __init__(self, directory: pathlib.Path, postgresql: PostgreSQL | None):
        self.directory, self.postgresql, self.planes = directory, postgresql, []

    def make(self, name: str, root_key: pathlib.Path | None = None) -> dict:
        """An empty one, with a copy of that root key; as commands take it."""
        data = self.directory / name
        data.mkdir(mode=0o700)
        if root_key:
            shutil.copy(root_key, data / "root.key")
        return {"data": data} | ({"store": self.postgresql.database()} if self.postgresql else {})

    def start(self, place: dict) -> Plane:
        store = ["--store", place["store"]] if "store" in place else []
        self.planes.append(Plane(self.directory, "--data-dir", str(place["data"]), *store))
        return self.planes[-1]

    def query(self, place: dict, sql: str) -> None:
        if "store" in place:
            subprocess.run([*self.postgresql.psql, "-d", place["store"].rsplit("/", 1)[1], "-c", sql], check=True)
        else:
            with sqlite3.connect(place["data"] / "portcullis.db") as store:
                store.executescript(sql)
            store.close()

    def stop(self) -> None:
        for plane in self.planes:
            if plane.process.poll() is None:
                plane.stop()
