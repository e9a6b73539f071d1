"""The rig's command: `python -m tests.rig ensure [PART …] | env | lint | defects | fast | test`."""

from __future__ import annotations

import argparse
import shlex
import sys

from tests.rig import browser, clients, engine, images, linters, python_env, stages, tools
from tests.rig.machine import RigError, say

# In the order in which one needs the other.
PARTS = ("python", "tools", "engine", "images", "browser", "clients")


def ensure(parts: list[str]) -> None:
    """Make the named parts ready, with what they rest on."""
    wanted = set(parts or PARTS)
    if "images" in wanted:
        wanted.add("engine")
    if wanted & {"browser", "clients"}:
        wanted.add("python")
    for part in PARTS:
        if part in wanted:
            _ensure(part)


def _ensure(part: str) -> None:
    match part:
        case "python":
            python_env.ensure()
        case "tools":
            tools.ensure()
        case "engine":
            engine.ensure()
        case "images":
            images.ensure()
        case "browser":
            browser.ensure()
        case "clients":
            clients.ensure()
    say(f"{part}: ready")


def main() -> int:
    """Run one of the rig's commands and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.rig", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("ensure", help="make parts ready, all of them by default").add_argument(
        "parts", nargs="*", metavar="PART", help=", ".join(PARTS)
    )
    commands.add_parser("env", help="print what reaches the engine, for a shell to evaluate")
    commands.add_parser("lint", help="run every linter")
    commands.add_parser("defects", help="print what stock django-oidc-provider fails, ours not")
    commands.add_parser("fast", help="run the tests that need no engine")
    commands.add_parser("test", help="run everything")
    chosen = parser.parse_args()
    unknown = set(getattr(chosen, "parts", [])) - set(PARTS)
    if unknown:
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    try:
        return _run(chosen.command, getattr(chosen, "parts", []))
    except RigError as error:
        say(str(error))
        return 1


def _run(command: str, parts: list[str]) -> int:
    match command:
        case "ensure":
            ensure(parts)
        case "env":
            for name, value in engine.ensure().items():
                sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
        case "lint":
            ensure(["python", "tools"])
            return 0 if linters.check() else 1
        case "defects":
            ensure(["python"])
            return 0 if stages.run_defects() else 1
        case "fast":
            ensure(["python", "tools"])
            return 0 if stages.run_fast() else 1
        case "test":
            return stages.run_all()
    return 0


sys.exit(main())
