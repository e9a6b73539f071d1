"""What a deployment costs: time to the first sign-in, memory, image size.

    python -m tests.benchmarks.stack [--sign-ins N]

Method: a deployment with the defaults on the rig's engine, images present and ours built, no
volume; the clock runs from `docker compose up -d --wait` to the end of the first sign-in. Then some
people sign in by password, and go on signing in one after the other with their sessions open, N
times in all; CPU is what the provider's processes take for each of the latter. Memory is the sum of
PSS (/proc/PID/smaps_rollup) over each container's processes after one visit to the admin; "alone"
is what it would be if no other container shared files with it (tests/benchmarks/processes.py). It
needs root on the engine's host. The image's size is that of its layers above its base image.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

from tests.benchmarks.processes import MIB, cpu, pss, resident
from tests.e2e.deployments import CHECKOUT, free_port
from tests.e2e.people import Admin, Person
from tests.e2e.stack import Stack
from tests.rig import engine, images

BASE = "python:3.13-slim"
_PEOPLE = 8  # the gateway lets nobody try passwords faster than people do


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
    with ExitStack() as opened:
        people = [opened.enter_context(Person(stack.url)) for _ in range(_PEOPLE)]
        started = time.monotonic()
        stack.up()
        _sign_in(stack, people[0])
        first = time.monotonic() - started
        for person in people[1:]:
            _sign_in(stack, person)
        provider = stack.processes(stack.running()["oidc"])
        before = cpu(provider)
        with_session = sign_ins - len(people)
        for person in islice(cycle(people), with_session):
            _sign_in(stack, person)
        each = (cpu(provider) - before) / with_session
    with Admin(stack.url) as admin:
        admin.enter(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])

    report = [("up to first sign-in", f"{first:.1f} s"), ("sign-ins", str(sign_ins))]
    report.append(("oidc, CPU a sign-in", f"{each * 1000:.1f} ms"))
    containers = stack.running()
    for name, container in containers.items():
        pids = stack.processes(container)
        service = name.removeprefix(stack.name + "-")
        report.append((f"{service}, PSS", f"{pss(pids) / MIB:.1f} MiB"))
        report.append((f"{service}, alone", f"{(resident(pids) or 0) / MIB:.1f} MiB"))
    image = containers["oidc"]["Config"]["Image"]
    above = stack.image_size(image) - stack.image_size(BASE)
    report.append((f"oidc image above {BASE}", f"{above / 1e6:.0f} MB"))
    width = max(len(name) for name, _ in report)
    sys.stdout.write(f"{engine.describe()}; images: {images.mode()}; Outline: stand-in\n")
    sys.stdout.writelines(f"{name:<{width}}  {value:>9}\n" for name, value in report)


def _sign_in(stack: Stack, person: Person) -> None:
    person.sign_in(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])
    if person.who() is None:
        raise RuntimeError("the sign-in failed")


if __name__ == "__main__":
    sys.exit(main())
