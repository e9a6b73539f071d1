"""Every linter over every file it knows, all of them in one run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.rig.machine import run, say
from tests.rig.python_env import CHECKOUT, program

TYPED = ("deploygen", "oidc_server", "tests")


def check() -> bool:
    """Run the linters and return whether all were content."""
    content = True
    for words in _commands():
        done = subprocess.run([str(word) for word in words], cwd=CHECKOUT, check=False)
        if done.returncode:
            say(f"failed: {' '.join(str(word) for word in words)[:200]}")
            content = False
    return content


def _commands() -> Iterator[list[str | Path]]:
    files = _files()
    yield [program("ruff"), "check"]
    yield [program("ruff"), "format", "--check"]
    yield [program("mypy"), *TYPED]
    yield [program("lint-imports")]
    yield [program("hadolint"), *(file for file in files if Path(file).name == "Dockerfile")]
    scripts = [file for file in files if _is_shell(file)]
    settings = [file for file in scripts if _is_settings(file)]
    yield ["shellcheck", *(file for file in scripts if file not in settings)]
    # config.sh is assignments that only deploygen reads, and `admin` there is no command.
    yield ["shellcheck", "--shell=bash", "--exclude=SC2034,SC2209", *settings]
    yaml = (".yml", ".yaml")
    yield [program("yamllint"), "--strict", *(file for file in files if file.endswith(yaml))]


def _files() -> list[str]:
    """Return the files under version control, and those about to be."""
    listed = run(
        "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=CHECKOUT
    )
    templates = ("templates/", "docker-compose.tmpl.yml")
    return [
        name
        for name in listed.split("\0")
        if name and not name.startswith(templates) and (CHECKOUT / name).is_file()
    ]


def _is_shell(name: str) -> bool:
    if name.endswith(".sh") or _is_settings(name):
        return True
    with (CHECKOUT / name).open("rb") as handle:
        return handle.read(64).startswith((b"#!/bin/sh", b"#!/usr/bin/env bash", b"#!/bin/bash"))


def _is_settings(name: str) -> bool:
    return Path(name).name in {"config.sh", "config.sh.example", "config.zh-CN.sh.example"}
