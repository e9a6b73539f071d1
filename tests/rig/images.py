"""The images that the stack runs: the published ones, or stand-ins where no registry is in reach.

A stand-in carries the published image's exact name, so that nothing under test knows the difference.
An image that was on the machine already and is not ours is never replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Literal

from tests.rig import debian_base, engine, minio
from tests.rig.machine import RigError, locked, run, say

Mode = Literal["published", "stand-in"]

# The name that the product asks for -> the folder that stands in for it.
PUBLISHED = {
    "postgres:17-alpine": "postgres",
    "redis:8-alpine": "redis",
    "nginx:1.28-alpine": "nginx",
    "python:3.13-slim": "python",
    "quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z": "mc",
    "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z": "minio",
}
# Bases of the tests' own images, built in both modes: name -> folder.
OWN = {"deploygen-test/node:trixie": "node"}
OWN_BASE = "debian:trixie-slim"

FOLDER = Path(__file__).parents[1] / "standins" / "images"
LABEL = "deploygen.test.stand-in"
REGISTRY_ANSWERS_WITHIN = 15  # seconds
BUILDERS = 2


@cache
def mode() -> Mode:
    """Return which images run: DEPLOYGEN_TEST_IMAGES says, else whether a registry answers."""
    asked = os.environ.get("DEPLOYGEN_TEST_IMAGES", "")
    if asked == "published" or asked == "stand-in":
        return asked
    if asked:
        raise RigError(f"DEPLOYGEN_TEST_IMAGES is {asked!r}; it may be published or stand-in.")
    return "published" if _registry_answers() else "stand-in"


def ensure() -> None:
    """Make every image that the tests run be on the engine."""
    with locked("images"):
        if mode() == "published":
            _pull()
            _build_all(OWN, OWN_BASE)
        else:
            _build_all({**PUBLISHED, **OWN}, debian_base.ensure())


def _registry_answers() -> bool:
    try:
        done = subprocess.run(
            ["docker", "manifest", "inspect", next(iter(PUBLISHED))],
            env={**os.environ, **engine.environment()},
            capture_output=True,
            timeout=REGISTRY_ANSWERS_WITHIN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _present() -> dict[str, str]:
    """Return the images on the engine among those that we handle: name -> our mark, or nothing."""
    names = [*PUBLISHED, *OWN]
    done = subprocess.run(
        ["docker", "image", "inspect", *names],
        env={**os.environ, **engine.environment()},
        capture_output=True,
        check=False,  # it fails for the missing ones and tells of the others
    )
    found: dict[str, str] = {}
    for image in json.loads(done.stdout or "[]"):
        labels = image["Config"].get("Labels") or {}
        found.update(dict.fromkeys(image["RepoTags"], labels.get(LABEL, "")))
    return found


def _pull() -> None:
    present = _present()
    for name in PUBLISHED:
        # A stand-in of an earlier run gives way to what it stood for.
        if present.get(name, "missing"):
            say(f"pulling {name}")
            run("docker", "pull", "--quiet", name, env=engine.environment())


def _build_all(wanted: dict[str, str], base: str) -> None:
    present = _present()
    due = []
    for name, folder in wanted.items():
        mark = _mark(folder, base)
        if present.get(name, "missing") not in {"", mark}:
            due.append((name, folder, mark))
    # The slowest first: MinIO's server may have to be compiled.
    due.sort(key=lambda image: image[1] != "minio")
    with ThreadPoolExecutor(BUILDERS) as pool:
        for _ in pool.map(lambda image: _build(*image, base), due):
            pass


def _build(name: str, folder: str, mark: str, base: str) -> None:
    say(f"building {name}")
    extra = []
    if folder == "minio":
        extra = ["--build-context", f"program={minio.ensure().parent}"]
    if folder == "python":
        extra = ["--build-arg", f"PIP_INDEX_URL={debian_base.pip_index()}"]
    run(
        "docker", "build", "--quiet", "--tag", name, "--label", f"{LABEL}={mark}",
        "--build-arg", f"BASE={base}", *extra, FOLDER / folder,
        env={**engine.environment(), "DOCKER_BUILDKIT": "1"},
    )  # fmt: skip


def _mark(folder: str, base: str) -> str:
    """Return a hash of all that an image of ours is made from."""
    made = hashlib.sha256(base.encode())
    if folder == "minio":
        made.update(minio.VERSION.encode())
    for file in sorted((FOLDER / folder).rglob("*")):
        if file.is_file():
            made.update(file.name.encode() + file.read_bytes())
    return made.hexdigest()[:16]
