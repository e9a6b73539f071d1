"""The small Debian that all stand-in images are layered on, from the machine's own mirror."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from tests.rig import engine
from tests.rig.machine import (
    RigError,
    apt_install,
    debian_mirror,
    distribution,
    root_prefix,
    run,
    say,
)

NAME = "deploygen-test/debian"
SUITE = "trixie"
CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
OPTIONS = (
    "--variant=minbase",
    "--include=ca-certificates",
    '--aptopt=APT::Install-Recommends "false"',
    *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in ("doc", "man", "locale")),
    # The machine's certificate authorities: a package mirror may stand behind one of them.
    f"--customize-hook=copy-in {CA_BUNDLE} {CA_BUNDLE.parent}",
)


def ensure() -> str:
    """Return the base image's name, made on the first call (half a minute)."""
    if distribution()[0] != "debian" or root_prefix() is None:
        raise RigError(
            "No image registry answers, and stand-in images can be made only by root on Debian. "
            "Make the registry reachable, or run there."
        )
    apt_install("ca-certificates", "mmdebstrap", reason="stand-in base images")
    made_from = hashlib.sha256("\n".join(OPTIONS).encode() + CA_BUNDLE.read_bytes())
    name = f"{NAME}:{SUITE}-{made_from.hexdigest()[:12]}"
    env = engine.environment()
    if not run("docker", "image", "ls", "--quiet", name, env=env).strip():
        _make(name, env)
    return name


def _make(name: str, env: dict[str, str]) -> None:
    say("making the Debian base of the stand-in images")
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "base.tar"
        run(*(root_prefix() or ()), "mmdebstrap", *OPTIONS, SUITE, archive, debian_mirror())
        run("docker", "import", archive, name, env=env)
