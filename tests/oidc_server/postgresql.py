"""A throwaway PostgreSQL server out of the machine's own binaries, on loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

USER = "oidc"
PASSWORD = "not-a-secret"
_START = 30  # seconds


@dataclass(frozen=True, kw_only=True)
class Cluster:
    port: int
    binaries: Path
    data: Path

    def restart_hard(self) -> None:
        """As after a power cut: no farewell to the connections, and recovery at the next start."""
        self.stop_hard()
        self.start()

    def start(self) -> None:
        self._control("start", "-l", str(self.data.parent / "log"))

    def stop_hard(self) -> None:
        self._control("stop", "-m", "immediate")

    def create_database(self, name: str) -> None:
        execute(self.address(), f'CREATE DATABASE "{name}"')  # names are the tests' own

    def address(self) -> str:
        return f"host=127.0.0.1 port={self.port} user={USER} password={PASSWORD} dbname=postgres"

    def postmaster(self) -> int:
        """Its first process, whose children all others are."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def _control(self, verb: str, *arguments: str) -> None:
        command: list[str | Path] = [
            self.binaries / "pg_ctl",
            verb,
            "-w",
            "-D",
            self.data,
            *arguments,
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **_as_nobody_special())


@contextmanager
def cluster() -> Iterator[Cluster]:
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="oidc-postgresql-"))
    run_as = _as_nobody_special()
    if run_as:
        shutil.chown(folder, "postgres", "postgres")
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    data = folder / "data"
    subprocess.run(
        [
            *(binaries / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", "--no-sync"),
            *("-E", "UTF8", "--locale=C.UTF-8", f"--pwfile={password_file}"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        **run_as,
    )
    port = free_port()
    # Neither survives a power cut, which a folder of tests needn't; a killed server loses nothing.
    (data / "postgresql.auto.conf").write_text(
        f"port={port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories=''\n"
        "fsync=off\nmax_connections=40\nshared_buffers=32MB\n"
    )
    made = Cluster(port=port, binaries=binaries, data=data)
    made.start()
    try:
        _wait_for(made)
        yield made
    finally:
        made.stop_hard()
        shutil.rmtree(folder, ignore_errors=True)


def execute(address: str, *statements: str) -> None:
    """Execute statements one by one, none of them in a transaction."""
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for statement in statements:
            cursor.execute(statement)


def _wait_for(made: Cluster) -> None:
    deadline = time.monotonic() + _START
    while True:
        try:
            psycopg2.connect(made.address()).close()
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _binaries() -> Path:
    """The newest of Debian's, which are not on the PATH, or whatever is."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
    )
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise RuntimeError("these tests need PostgreSQL's programs: apt-get install postgresql")


def _as_nobody_special() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {"cwd": "/"}
    return {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": "/"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
