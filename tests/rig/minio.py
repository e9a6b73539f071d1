"""MinIO's server, built from source: no package archive has it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.rig.debian_files import unpack
from tests.rig.machine import RigError, cache_dir, locked, run, say, version

# The last source with all published fixes; `go install` is the way its makers document.
MODULE = "github.com/minio/minio"
VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
GO_AT_LEAST = (1, 24)
GO_SUITE = "trixie"
GO_PACKAGES = ("golang-1.24-go", "golang-1.24-src")
GO_ROOT = "usr/lib/go-1.24"


def ensure() -> Path:
    """Return MinIO's server program, built on the first call (some minutes on two cores)."""
    program = cache_dir() / "minio" / VERSION / "minio"
    with locked("minio"):
        if not program.exists():
            _build(program)
    return program


def _build(program: Path) -> None:
    scratch = cache_dir() / "minio" / "build"
    env = {
        **_go(),
        "GOPATH": str(scratch / "path"),
        "GOCACHE": str(scratch / "cache"),
        "GOBIN": str(scratch / "bin"),
        "GOFLAGS": "-modcacherw -trimpath -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    say("building MinIO's server from source; this takes some minutes")
    run("go", "install", "-ldflags=-s -w", f"{MODULE}@{VERSION}", env=env, cwd=cache_dir())
    program.parent.mkdir(parents=True, exist_ok=True)
    (scratch / "bin" / "minio").replace(program)
    shutil.rmtree(scratch)


def _go() -> dict[str, str]:
    """Return the variables that put a Go compiler that is new enough first in PATH."""
    try:
        present = version(
            run("go", "env", "GOVERSION", env={"GOTOOLCHAIN": "local"}, cwd=Path("/"))
        )
    except RigError:
        present = ()
    if present >= GO_AT_LEAST:
        return {}
    home = cache_dir() / "go"
    if not (home / GO_ROOT / "bin" / "go").exists():
        say("downloading a Go compiler from Debian's archive")
        unpack(GO_SUITE, GO_PACKAGES, home)
    root = home / GO_ROOT
    return {"GOROOT": str(root), "PATH": f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"}
