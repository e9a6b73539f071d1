"""Programs that tests and linters call and no Python package brings."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.rig.machine import apt_install, as_root

# Program -> the Debian package that has it.
PROGRAMS = {"curl": "curl", "openssl": "openssl", "ps": "procps", "shellcheck": "shellcheck"}
CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.conf")


def ensure() -> None:
    """Make shellcheck, what shell scripts under test call, and PostgreSQL's server be there."""
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            apt_install(package, reason="linting and testing shell scripts")
    if not postgresql():
        _install_postgresql()


def postgresql() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest of several."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return found[-1].parent if found else None


def _install_postgresql() -> None:
    reason = "the provider's tests on PostgreSQL"
    apt_install("postgresql-common", reason=reason)
    # The tests start a cluster of their own; Debian's would only take up the usual port.
    if CLUSTER_SETTINGS.exists():
        setting = "s/^#?create_main_cluster.*/create_main_cluster = false/"
        as_root("sed", "-i", "-E", setting, CLUSTER_SETTINGS)
    apt_install("postgresql", reason=reason)
