"""The images that the stack runs: the published ones, or stand-ins where no registry is in reach.

A stand-in carries the published image's exact name: nothing under test knows the difference.
Outline is stood in for always; next to published images its stand-in has a name of its own.
On an engine that is not ours, an image that we did not make is never replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from tests.rig import debian_base, engine, minio, versitygw
from tests.rig.machine import RigError, locked, pip_setting, run, say

Mode = Literal["published", "stand-in"]

STANDINS = Path(__file__).parents[1] / "standins"
LABEL = "deploygen.test.stand-in"
REGISTRY_ANSWERS_WITHIN = 15  # seconds
BUILDERS = 2


@dataclass(frozen=True)
class Image:
    """An image of ours: its name, and the folder below standins/ that it is built from."""

    name: str
    folder: str
    on: Image | None = None  # the image that it is built on, where that is not the base


NODE = Image("deploygen-test/node:trixie", "images/node")
OUTLINE = Image("deploygen-test/outline:1.9.2", "outline", on=NODE)
PEBBLE = Image("deploygen-test/pebble:trixie", "images/pebble")
POWERDNS = Image("deploygen-test/powerdns:trixie", "images/powerdns")
VERSITYGW = Image("deploygen-test/versitygw:1.8.0", "images/versitygw")
OUTER = Image("deploygen-test/outer:trixie", "images/outer")
TRAEFIK = Image("deploygen-test/traefik:3.7.15", "images/traefik")
# Beside the product's, whatever those are.
OURS = (NODE, PEBBLE, POWERDNS, VERSITYGW, OUTER, TRAEFIK)
# What the product asks for by default; a test holds it against the settings.
PRODUCT = (
    Image("quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z", "images/minio"),
    Image("postgres:17-alpine", "images/postgres"),
    Image("redis:8-alpine", "images/redis"),
    Image("nginx:1.28-alpine", "images/nginx"),
    Image("python:3.13-slim", "images/python"),
    Image("neilpang/acme.sh:3.1.3", "images/acme"),
    Image("quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z", "images/mc"),
    Image("outlinewiki/outline:1.9.2", "outline", on=NODE),
)
# Images around a program that is built from source.
BUILT = {"images/minio": minio.SERVER, "images/versitygw": versitygw.SERVER}
PULLED = tuple(image for image in PRODUCT if image.folder != OUTLINE.folder)
PUBLISHED_BASE = "debian:trixie-slim"


@cache
def mode() -> Mode:
    """Return which images run: DEPLOYGEN_TEST_IMAGES says, else whether a registry answers."""
    asked = os.environ.get("DEPLOYGEN_TEST_IMAGES", "")
    match asked:
        case "published" | "stand-in":
            return asked
        case "":
            return "published" if _registry_answers() else "stand-in"
    raise RigError(f"DEPLOYGEN_TEST_IMAGES is {asked!r}; it may be published or stand-in.")


def settings() -> dict[str, str]:
    """Return the keys of config.sh that a deployment under test needs beside its own."""
    return {"OUTLINE_IMAGE": OUTLINE.name} if mode() == "published" else {}


def ensure() -> None:
    """Make every image that the tests run be on the engine."""
    with locked("images"):
        if mode() == "published":
            _pull()
            _build_all((*OURS, OUTLINE), PUBLISHED_BASE)
        else:
            _build_all((*OURS, *PRODUCT), debian_base.ensure())


def _registry_answers() -> bool:
    try:
        done = subprocess.run(
            ["docker", "manifest", "inspect", PULLED[-1].name],
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
    names = [image.name for image in (*OURS, OUTLINE, *PRODUCT)]
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
    for image in PULLED:
        # A stand-in of an earlier run gives way to what it stood for.
        if present.get(image.name, "missing"):
            say(f"pulling {image.name}")
            run("docker", "pull", "--quiet", image.name, env=engine.environment())


def _build_all(wanted: Iterable[Image], base: str) -> None:
    present = _present()
    ours = bool(engine.environment())
    due = []
    for image in wanted:
        found = present.get(image.name)
        foreign = found == "" and not ours
        if found != _mark(image, base) and not foreign:
            due.append(image)
    for first in (True, False):
        batch = [image for image in due if (image.on is None) is first]
        with ThreadPoolExecutor(BUILDERS) as pool:
            list(pool.map(lambda image: _build(image, base), batch))
    if due:
        env = engine.environment()
        run("docker", "image", "prune", "--force", "--filter", f"label={LABEL}", env=env)


def _build(image: Image, base: str) -> None:
    say(f"building a stand-in: {image.name}")
    run(
        "docker", "build", "--quiet", "--tag", image.name,
        "--label", f"{LABEL}={_mark(image, base)}",
        *_arguments(image, base), STANDINS / image.folder,
        env={**engine.environment(), "DOCKER_BUILDKIT": "1"},
    )  # fmt: skip


def _arguments(image: Image, base: str) -> list[str]:
    words = [] if image.on else ["--build-arg", f"BASE={base}"]
    if image.folder in BUILT:
        words += ["--build-context", f"program={BUILT[image.folder].ensure().parent}"]
    if image.folder in {"images/python", "images/traefik"}:
        words += ["--build-arg", f"PIP_INDEX_URL={pip_setting('index-url')}"]
    return words


def _mark(image: Image, base: str) -> str:
    """Return a hash of all that an image of ours is made from."""
    below = _mark(image.on, base) if image.on else base
    made = hashlib.sha256(f"{below}\n{image.name}\n".encode())
    if image.folder in BUILT:
        made.update(BUILT[image.folder].version.encode())
    for file in sorted(_files(STANDINS / image.folder)):
        made.update(file.name.encode() + file.read_bytes())
    return made.hexdigest()[:16]


def _files(folder: Path) -> Iterable[Path]:
    for entry in folder.iterdir():
        if entry.is_file():
            yield entry
        elif entry.name != "node_modules":  # a developer's own; no build sees it
            yield from _files(entry)
