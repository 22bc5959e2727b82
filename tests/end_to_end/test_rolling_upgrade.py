"""This program beside a newer one: on a store that has taken one more step than it knows. See docs/decisions/0033."""

import pytest

import commands
from clients import Boto3
from commands import run
from people import role, session, user_with_key
from policies import allow
from sites import Sites

# What steps usually do. Whoever does not know them may go on.
STEP = """
    CREATE TABLE thing_of_a_newer_program (account_id TEXT NOT NULL PRIMARY KEY, sealed TEXT);
    ALTER TABLE iam_user ADD COLUMN newer TEXT;
    CREATE INDEX newer_index ON iam_user (newer);
    INSERT INTO schema_migration (version, checksum)
        SELECT MAX(version) + 1, 'of a newer program' FROM schema_migration;
    DELETE FROM schema_works_with;
    INSERT INTO schema_works_with (version) SELECT MAX(version) - 1 FROM schema_migration;
"""
NO_LONGER = "UPDATE schema_works_with SET version = version + 1"


class Callers:
    """Calls that read and write what is there, through one node after the other."""

    def __init__(self, root: Boto3, account: str):
        self.alice = user_with_key(root, "alice", allow("iam:*", "sts:*"))
        self.role = role(root, "reader", f"arn:aws:iam::{account}:user/alice", allow("iam:ListUsers"))
        self.numbers = iter(range(1000))

    def call(self, *planes) -> None:
        name = f"user-{next(self.numbers)}"
        for plane in planes:
            client = Boto3(plane, self.alice)
            client.call("iam", "CreateUser", UserName=name)
            client.call("iam", "TagUser", UserName=name, Tags=[{"Key": "a", "Value": "b"}])
            key = client.call("iam", "CreateAccessKey", UserName=name)["AccessKey"]["AccessKeyId"]
            assert name in [user["UserName"] for user in client.call("iam", "ListUsers")["Users"]]
            Boto3(plane, session(client, self.role)).call("iam", "ListUsers")
            client.call("iam", "DeleteAccessKey", UserName=name, AccessKeyId=key)
            client.call("iam", "DeleteUser", UserName=name)


def test_this_program_works_beside_the_next(sites: Sites):
    place = sites.make("data")
    planes = [sites.start(place) for _ in range(2 if sites.postgresql else 1)]
    callers = Callers(Boto3(planes[0], commands.administrator(**place)), planes[0].account_id)
    callers.call(*planes)
    sites.query(place, STEP)
    callers.call(*planes)
    # Back, too: a node of this program that is put in place of a newer one.
    for plane in planes:
        plane.kill()
    planes = [sites.start(place) for _ in planes]
    callers.call(*planes)

    assert "up to date" in run("migrate", **place)
    assert "in order" in run("check", **place)
    run("rotate-keys", **place)
    callers.call(*planes)
    # What would have to know everything is left to the newer program.
    backup = sites.directory / "backup"
    assert "use the newer program" in run("backup", str(backup), code=1, **place)
    assert not backup.exists()
    assert "use the newer program" in run("rotate-keys", "data", "--reseal", code=1, **place)
    callers.call(*planes)

    planes.pop().stop()
    sites.query(place, NO_LONGER)
    with pytest.raises(AssertionError, match="use a newer program"):
        sites.start(place)
