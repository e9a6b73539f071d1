"""What the tests of interoperability sign in by: Node.js packages, and Apache with its module."""

from __future__ import annotations

from pathlib import Path

from tests.rig import node_packages, python_env
from tests.rig.machine import apt_install

FOLDER = python_env.CHECKOUT / "tests" / "interop"
# Where Debian's package has them, which has no other name for them on a user's path.
APACHE = Path("/usr/sbin/apache2")
APACHE_MODULES = Path("/usr/lib/apache2/modules")


def ensure() -> None:
    """Make the packages of tests/interop/package-lock.json and mod_auth_openidc be there."""
    # Not `apache2`, which would start a server of its own.
    if not (APACHE.exists() and (APACHE_MODULES / "mod_auth_openidc.so").exists()):
        apt_install("apache2-bin", "libapache2-mod-auth-openidc", reason="the tests with Apache")
    node_packages.ensure(FOLDER)
