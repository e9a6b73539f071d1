"""`make try`: the whole wiki where there is a Docker engine with images in reach, else the demo."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from deploygen import shellconf
from tests.e2e.people import Person
from tests.rig.machine import say

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "try"
PROJECT = "deploygen-try"
ADMIN_EMAIL = "admin@example.com"
FAVOURITE_PORT = 8888
ANSWERS_WITHIN = 20  # seconds
DEPLOYGEN = (sys.executable, "-m", "deploygen")


def main() -> int:
    """Run what can be run here; return its exit code."""
    lacking = _engine_lacking()
    if not lacking:
        if code := _init():
            return code
        lacking = _images_lacking()
    if lacking:
        say(f"{lacking}: the user accounts alone instead, without Docker. Ctrl-C stops them.")
        # In our place, so that whatever ends `make try` ends the demo.
        os.execv(sys.executable, [*DEPLOYGEN, "demo"])  # noqa: S606 - nothing for a shell to do
    say("starting the wiki")
    if _compose("up", "-d", "--wait") != 0:
        say("it did not start; `docker compose ps` and `docker compose logs` in try/ say why")
        return 1
    return _show()


def _engine_lacking() -> str:
    if shutil.which("docker") is None:
        return "there is no docker command here"
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=ANSWERS_WITHIN, check=False
            )
        except subprocess.TimeoutExpired:
            return f"`{' '.join(command)}` gave no answer in {ANSWERS_WITHIN} s"
        if done.returncode != 0:
            return f"`{' '.join(command)}` says: {_last_line(done.stderr)}"
    return ""


def _init() -> int:
    options = []
    if not (FOLDER / "config.sh").exists():
        options = [
            f"--set=URL=http://localhost:{_free_port()}",
            f"--set=ADMIN_EMAIL={ADMIN_EMAIL}",
            f"--set=COMPOSE_PROJECT_NAME={PROJECT}",
        ]
    command = [*DEPLOYGEN, "init", str(FOLDER), "--yes", *options]
    return subprocess.run(command, check=False).returncode


def _images_lacking() -> str:
    say("fetching the images that are not here yet")
    for words in (["pull", "--policy", "missing", "--ignore-buildable"], ["build"]):
        if _compose(*words) != 0:
            return f"`docker compose {words[0]}` could not have the images, as it says above"
    return ""


def _show() -> int:
    document = shellconf.parse((FOLDER / "config.sh").read_text(encoding="utf-8"))
    config = {item.key: item.value for item in document.assignments}
    with Person(config["URL"]) as admin:
        landed = admin.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        if not landed.is_success or admin.who() is None:
            say(f"the wiki runs at {config['URL']}, but signing in ended at {landed.request.url}")
            return 1
    sys.stdout.write(
        f"\nSigned in, and it works: {config['URL']}\n"
        f"Your turn: sign in there as {config['ADMIN_USERNAME']}, with the ADMIN_PASSWORD of"
        " try/config.sh\n"
        f"Users:     {config['URL']}/uc/admin/\n"
        "Stop it:   cd try && docker compose down --volumes\n"
    )
    return 0


def _compose(*words: str) -> int:
    return subprocess.run(["docker", "compose", *words], cwd=FOLDER, check=False).returncode


def _free_port() -> int:
    for wanted in (FAVOURITE_PORT, 0):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            port: int = listener.getsockname()[1]
            return port
    raise OSError("no port is free")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"


if __name__ == "__main__":
    os.chdir(CHECKOUT)
    sys.exit(main())
