"""A docker that answers as a test wants: for machines that lack something."""

from pathlib import Path

import pytest


def answers(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, out: str = "", err: str = "", code: int = 0
) -> Path:
    """Make the only program on PATH a docker that prints this and ends so. Returns its file."""
    (folder / "out").write_text(out)
    (folder / "err").write_text(err)
    docker = folder / "docker"
    docker.write_text(f"#!/bin/sh\n/bin/cat {folder}/out; /bin/cat {folder}/err >&2\nexit {code}\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return docker
