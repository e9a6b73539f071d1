"""What a deployment costs: time to the first sign-in, memory, image size.

    python -m tests.benchmarks.stack [--sign-ins N]

Method: a deployment with the defaults on the rig's engine, images present and ours built, no
volume; the clock runs from `docker compose up -d --wait` to the end of the first sign-in. Memory is
the sum of PSS (/proc/PID/smaps_rollup) over each container's processes after N sign-ins, each in a
session of its own, and one visit to the admin; it needs root on the engine's host. The image's size
is that of its layers above its base image.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.processes import MIB, pss
from tests.e2e.deployments import CHECKOUT, free_port
from tests.e2e.people import Admin, Person
from tests.e2e.stack import Stack
from tests.rig import engine, images

BASE = "python:3.13-slim"


def main() -> int:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description="Measure a deployment.")
    parser.add_argument("--sign-ins", type=int, default=300, metavar="N")
    sign_ins = parser.parse_args().sign_ins
    engine.ensure()
    images.ensure()
    with tempfile.TemporaryDirectory() as place:
        stack = Stack(folder=Path(place) / "wiki", generator=CHECKOUT)
        port = free_port()
        stack.init(
            URL=f"http://localhost:{port}",
            ADMIN_EMAIL="admin@example.com",
            COMPOSE_PROJECT_NAME=f"benchmark-{port}",
            **images.settings(),
        )
        stack.compose("build", timeout=600)
        try:
            _measure(stack, sign_ins)
        finally:
            stack.down()
    return 0


def _measure(stack: Stack, sign_ins: int) -> None:
    started = time.monotonic()
    stack.up()
    _sign_in(stack)
    first = time.monotonic() - started
    for _ in range(sign_ins - 1):
        _sign_in(stack)
    with Admin(stack.url) as admin:
        admin.enter(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])

    report = [("up to first sign-in", f"{first:.1f} s"), ("sign-ins before memory", str(sign_ins))]
    containers = stack.running()
    for name, container in containers.items():
        pids = stack.processes(container)
        report.append((f"{name.removeprefix(stack.name + '-')}, PSS", f"{pss(pids) / MIB:.0f} MiB"))
    image = containers["oidc"]["Config"]["Image"]
    above = stack.image_size(image) - stack.image_size(BASE)
    report.append((f"oidc image above {BASE}", f"{above / 1e6:.0f} MB"))
    width = max(len(name) for name, _ in report)
    sys.stdout.write(f"{engine.describe()}; images: {images.mode()}; Outline: stand-in\n")
    sys.stdout.writelines(f"{name:<{width}}  {value:>9}\n" for name, value in report)


def _sign_in(stack: Stack) -> None:
    with Person(stack.url) as person:
        person.sign_in(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])
        if person.who() is None:
            raise RuntimeError("the sign-in failed")


if __name__ == "__main__":
    sys.exit(main())
