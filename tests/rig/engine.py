"""The container engine that the tests drive: the one that is there, else one of our own.

Ours is for root on Debian without an engine. It has its own socket, data folder and address ranges,
and keeps its images between runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path

from tests.rig.debian_files import unpack
from tests.rig.machine import (
    RigError,
    apt_install,
    as_root,
    cache_dir,
    distribution,
    locked,
    run,
    say,
    version,
)

# `start_interval` of a health check is the newest thing that the generated stack asks for.
ENGINE_AT_LEAST = (25, 0)
COMPOSE_AT_LEAST = (2, 21)
READY_WITHIN = 60.0  # seconds
STOPPED_WITHIN = 60.0
BUILD_CACHE_AT_MOST = "6gb"

# Kept, since Python complains of a child that is forgotten while it runs.
_started: list[subprocess.Popen[bytes]] = []

ADVICE = (
    "Install Docker Engine 25 or later with the compose plugin 2.21 or later "
    "(https://docs.docker.com/engine/install/), or run as root on Debian 12 or 13."
)

# Debian 13's engine runs on Debian 12's C library, its runc does not.
ENGINE_SUITE = "trixie"
ENGINE_PACKAGES = ("docker.io", "containerd", "docker-cli", "docker-compose", "docker-buildx")
NATIVE_PACKAGES = ("runc", "docker.io", "tini")
NATIVE_PROGRAMS = ("usr/sbin/runc", "usr/sbin/docker-proxy", "usr/bin/tini-static")


def environment() -> dict[str, str]:
    """Return the variables with which docker and compose reach the engine.

    Empty for an engine that was on the machine already: it answers as it is.
    """
    if not _ours() or os.environ.get("DOCKER_HOST", _host()) != _host():
        return {}
    own = _home()
    path = os.environ.get("PATH", os.defpath)
    first = f"{own / 'bin'}{os.pathsep}"
    return {
        "DOCKER_HOST": _host(),
        "DOCKER_CONFIG": str(own / "config"),
        "PATH": path if path.startswith(first) else first + path,
    }


def ensure() -> dict[str, str]:
    """Make an engine answer and return its variables.

    Raises RigError saying what to install when there is none and we can't make one.
    """
    with locked("engine"):
        if not _answers(environment()):
            _start_own()
        problem = _shortcoming(environment())
    if problem:
        raise RigError(f"{problem} {ADVICE}")
    return environment()


def restart() -> None:
    """Stop the engine and start it again, as a reboot of the machine would for its containers."""
    if _ours():
        with locked("engine"):
            _stop_own()
            _await_answer(_launch())
    else:
        as_root("systemctl", "restart", "docker")
        _await_answer()


def kill_process(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to a container's process from the host, where it needs root."""
    as_root("kill", f"-{int(number)}", str(pid))


def describe() -> str:
    """Return the engine in words, for the head of a test report."""
    own = "our own" if environment() else "the machine's"
    engine, compose = _versions(environment())
    return f"{own} Docker engine {engine}, compose {compose}"


def _home() -> Path:
    return cache_dir() / "engine"


@cache
def _runtime() -> Path:
    # A socket's path holds at most 107 bytes, and a cache folder's may be long.
    name = hashlib.sha256(str(_home()).encode()).hexdigest()[:8]
    return Path("/run") / f"deploygen-tests-{name}"


def _host() -> str:
    return f"unix://{_runtime()}/docker.sock"


def _ours() -> bool:
    return (_runtime() / "docker.sock").exists()


def _answers(env: dict[str, str]) -> bool:
    docker = shutil.which("docker", path=env.get("PATH"))
    if docker is None:
        return False
    try:
        done = subprocess.run(
            [docker, "version", "--format", "{{.Server.Version}}"],
            env={**os.environ, **env},
            capture_output=True,
            timeout=20,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _versions(env: dict[str, str]) -> tuple[str, str]:
    engine = run("docker", "version", "--format", "{{.Server.Version}}", env=env).strip()
    compose = run("docker", "compose", "version", "--short", env=env).strip()
    return engine, compose


def _shortcoming(env: dict[str, str]) -> str:
    try:
        engine, compose = _versions(env)
    except RigError:
        return "The Docker engine has no compose plugin."
    if version(engine) < ENGINE_AT_LEAST:
        return f"The Docker engine is {engine}."
    if version(compose) < COMPOSE_AT_LEAST:
        return f"Docker compose is {compose}."
    return ""


def _start_own() -> None:
    if os.environ.get("DOCKER_HOST", _host()) != _host():
        raise RigError(f"No Docker engine answers at DOCKER_HOST. {ADVICE}")
    if os.geteuid() != 0 or distribution() not in {("debian", "12"), ("debian", "13")}:
        raise RigError(f"No Docker engine answers. {ADVICE}")
    if Path("/var/run/docker.sock").exists() and _answers(
        {"DOCKER_HOST": "unix:///var/run/docker.sock"}
    ):
        raise RigError(
            "Another Docker engine runs here, at a socket that DOCKER_HOST does not name."
        )
    _install()
    _stop_own()
    _await_answer(_launch())
    _remove_leftovers()


def _install() -> None:
    apt_install("iptables", "libseccomp2", "ca-certificates", reason="the container engine")
    own = _home()
    done = own / "installed.json"
    wanted = json.dumps([ENGINE_SUITE, ENGINE_PACKAGES, NATIVE_PROGRAMS, distribution()])
    if done.exists() and done.read_text() == wanted:
        return
    say("downloading a Docker engine from Debian's archive")
    root = own / "root"
    shutil.rmtree(root, ignore_errors=True)
    shutil.rmtree(own / "bin", ignore_errors=True)
    unpack(ENGINE_SUITE, ENGINE_PACKAGES, root)
    native = "bookworm" if distribution()[1] == "12" else ENGINE_SUITE
    unpack(native, NATIVE_PACKAGES, own / "native")
    programs = own / "bin"
    programs.mkdir(parents=True)
    for folder in ("usr/bin", "usr/sbin"):
        for program in (root / folder).iterdir():
            if program.is_file():
                shutil.copy2(program, programs / program.name)
    for name in NATIVE_PROGRAMS:
        target = programs / Path(name).name
        target.unlink(missing_ok=True)
        shutil.copy2(own / "native" / name, target)
    (programs / "tini-static").replace(programs / "docker-init")
    plugins = own / "config" / "cli-plugins"
    shutil.rmtree(plugins, ignore_errors=True)
    plugins.mkdir(parents=True)
    for plugin in (root / "usr/libexec/docker/cli-plugins").iterdir():
        shutil.copy2(plugin, plugins / plugin.name)
        (plugins / plugin.name).chmod(0o755)
    for leftover in (root, own / "native"):
        shutil.rmtree(leftover)
    done.write_text(wanted)


def _launch() -> subprocess.Popen[bytes]:
    own, runtime = _home(), _runtime()
    runtime.mkdir(mode=0o700, exist_ok=True)
    say("starting a Docker engine")
    options = {
        "--host": _host(),
        "--data-root": str(own / "data"),
        "--exec-root": str(runtime / "exec"),
        "--pidfile": str(runtime / "dockerd.pid"),
        # Away from the ranges that other engines and home networks use.
        "--bip": "10.201.0.1/24",
        "--default-address-pool": "base=10.202.0.0/16,size=24",
    }
    with (own / "dockerd.log").open("ab") as log:
        started = subprocess.Popen(
            [own / "bin" / "dockerd", *(word for option in options.items() for word in option)],
            env={**os.environ, "PATH": f"{own / 'bin'}{os.pathsep}{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _started.append(started)
    return started


def _await_answer(own: subprocess.Popen[bytes] | None = None) -> None:
    limit = time.monotonic() + READY_WITHIN
    while not _answers(environment()):
        if time.monotonic() > limit or (own and own.poll() is not None):
            log = _home() / "dockerd.log"
            lines = log.read_text(errors="replace").splitlines() if own else []
            raise RigError("The Docker engine did not start:\n" + "\n".join(lines[-20:]))
        time.sleep(0.2)


def _stop_own() -> None:
    """End an engine of ours that hangs, and clear what one that died left behind."""
    runtime = _runtime()
    containerd = runtime / "exec" / "containerd"
    for pidfile, mark in (
        (runtime / "dockerd.pid", _host()),
        (containerd / "containerd.pid", str(containerd)),
    ):
        _end(pidfile, mark)
        # The number may be another process's by now, which would pass for a running engine.
        pidfile.unlink(missing_ok=True)
    (runtime / "docker.sock").unlink(missing_ok=True)


def _end(pidfile: Path, mark: str) -> None:
    """End the process of a pidfile if its command line bears our mark."""
    pid = int(pidfile.read_text()) if pidfile.exists() else 0
    if not _bears(pid, mark):
        return
    os.kill(pid, signal.SIGTERM)
    limit = time.monotonic() + STOPPED_WITHIN
    while _bears(pid, mark):
        if time.monotonic() > limit:
            raise RigError(f"Process {pid} of the Docker engine does not stop.")
        time.sleep(0.1)


def _bears(pid: int, mark: str) -> bool:
    try:
        return mark.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _remove_leftovers() -> None:
    """Remove what a run that was cut off left behind: nothing can be using it now."""
    env = environment()
    if not env:
        raise RigError("Only an engine of our own is cleared.")
    leftovers = run("docker", "ps", "--all", "--quiet", env=env).split()
    if leftovers:
        run("docker", "rm", "--force", "--volumes", *leftovers, env=env)
    run("docker", "network", "prune", "--force", env=env)
    run("docker", "volume", "prune", "--all", "--force", env=env)
    run("docker", "image", "prune", "--force", env=env)
    run("docker", "builder", "prune", "--force", "--keep-storage", BUILD_CACHE_AT_MOST, env=env)
