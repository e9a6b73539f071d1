"""Server programs that no package archive has, built from their makers' Go source."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.rig.debian_files import unpack
from tests.rig.machine import RigError, cache_dir, locked, run, say, version

GO_AT_LEAST = (1, 24)
GO_SUITE = "trixie"
GO_PACKAGES = ("golang-1.24-go", "golang-1.24-src")
GO_ROOT = "usr/lib/go-1.24"


@dataclass(frozen=True)
class Program:
    """A program: its name, and the package and version that ``go install`` is given.

    ``toolchain`` is go's GOTOOLCHAIN: "auto" lets it fetch a compiler as new as the source asks.
    """

    name: str
    package: str
    version: str
    toolchain: str = "local"

    def ensure(self) -> Path:
        """Return the program, built on the first call (minutes on two cores)."""
        program = cache_dir() / self.name / self.version / self.name
        with locked(self.name):
            if not program.exists():
                self._build(program)
        return program

    def _build(self, program: Path) -> None:
        scratch = cache_dir() / self.name / "build"
        env = {
            **_go(),
            "GOPATH": str(scratch / "path"),
            "GOCACHE": str(scratch / "cache"),
            "GOBIN": str(scratch / "bin"),
            "GOFLAGS": "-modcacherw -trimpath -buildvcs=false",
            "GOTOOLCHAIN": self.toolchain,
            "CGO_ENABLED": "0",
        }
        say(f"building {self.name} from source; this takes some minutes")
        source = f"{self.package}@{self.version}"
        run("go", "install", "-ldflags=-s -w", source, env=env, cwd=cache_dir())
        program.parent.mkdir(parents=True, exist_ok=True)
        (scratch / "bin" / self.name).replace(program)
        shutil.rmtree(scratch)


def _go() -> dict[str, str]:
    """Return the variables that put a Go compiler that is new enough first in PATH."""
    with locked("go"):
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
