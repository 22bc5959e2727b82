"""What is shipped around the binary fits it."""

import re
import shutil
import subprocess

import pytest

from commands import run
from plane import BINARY, REPOSITORY, Plane

PACKAGING = REPOSITORY / "packaging"


def test_the_example_configuration_is_valid(tmp_path):
    data = tmp_path / "data"
    Plane(tmp_path, "--data-dir", str(data)).stop()
    run("check", "--config", str(PACKAGING / "portcullis.toml"), data=data)
    # Every setting that is commented out, too: only the certificate and the store's file are not there.
    text = (PACKAGING / "portcullis.toml").read_text()
    settings = re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    assert settings != text
    config = tmp_path / "portcullis.toml"
    config.write_text(settings.replace("store_file", "# store_file"))
    said = run("check", "--config", str(config), data=data, store=f"sqlite:{data}/portcullis.db", code=1)
    assert "tls: cannot read /etc/portcullis/tls/" in said


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_unit_is_valid(tmp_path):
    unit = (PACKAGING / "portcullis.service").read_text()
    assert "ExecStart=/usr/bin/portcullis serve" in unit
    copy = tmp_path / "portcullis.service"
    copy.write_text(unit.replace("/usr/bin/portcullis", str(BINARY)))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "portcullis.service" not in done.stderr, done.stderr


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="not a Debian system")
def test_a_debian_package_is_made(tmp_path):
    stripped = tmp_path / "portcullis"
    subprocess.run(["strip", "-o", str(stripped), str(BINARY)], check=True)
    made = subprocess.run(
        [str(PACKAGING / "debian/build"), str(stripped), str(tmp_path)], capture_output=True, text=True, timeout=300
    )
    assert made.returncode == 0, made.stderr
    package = made.stdout.strip()
    subprocess.run(["dpkg-deb", "--raw-extract", package, str(tmp_path / "root")], check=True)
    root = tmp_path / "root"
    control = (root / "DEBIAN/control").read_text()
    assert "@" not in control and "Package: portcullis\n" in control
    for conffile in (root / "DEBIAN/conffiles").read_text().split():
        assert (root / conffile.lstrip("/")).is_file()
    for script in ("postinst", "prerm", "postrm"):
        subprocess.run(["sh", "-n", str(root / "DEBIAN" / script)], check=True)
    done = subprocess.run([str(root / "usr/bin/portcullis"), "--version"], capture_output=True, text=True, check=True)
    assert f"Version: {done.stdout.split()[1]}\n" in control
