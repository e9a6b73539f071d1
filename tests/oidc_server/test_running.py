"""The provider as it is deployed, over HTTP."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from oidc_server.health import probe
from tests.oidc_server import flow, running
from tests.oidc_server.postgresql import PASSWORD, USER, Cluster, free_port


@pytest.fixture(scope="module")
def variables(
    tmp_path_factory: pytest.TempPathFactory, postgresql: Cluster | None
) -> dict[str, str]:
    """A deployment of its own on a database of its own."""
    return running.fresh(postgresql, tmp_path_factory.mktemp("database"))


@pytest.fixture(scope="module")
def provider(
    variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[running.Running]:
    running.command("init", variables=variables)
    log = tmp_path_factory.mktemp("log") / "log"
    with running.serve(variables, running.port_of(variables), log) as started:
        yield started


def test_from_nothing_to_a_sign_in(provider: running.Running, variables: dict[str, str]) -> None:
    tokens = provider.sign_in()
    again = running.command("init", variables=variables).stdout

    assert "made" not in again
    assert provider.userinfo(tokens).json()["preferred_username"] == "admin"
    assert probe.is_ready(running.port_of(variables))


@pytest.fixture
def another(
    provider: running.Running,  # noqa: ARG001 - has set the database up
    variables: dict[str, str],
    tmp_path: Path,
) -> Iterator[running.Running]:
    """A server beside that one, on its database."""
    port = free_port()
    address = {"SITE_URL": f"http://127.0.0.1:{port}"}
    with running.serve(variables | address, port, tmp_path / "log") as started:
        yield started


def test_it_keeps_to_one_processor(provider: running.Running) -> None:
    provider.sign_in()

    threads = [int(one.name) for one in Path(f"/proc/{provider.process.pid}/task").iterdir()]
    assert len(threads) > 1
    assert len(set[int]().union(*map(os.sched_getaffinity, threads))) == 1


def test_it_stops_cleanly_when_told(another: running.Running) -> None:
    another.process.send_signal(signal.SIGTERM)

    assert another.process.wait(timeout=10) == 0


def test_a_request_that_began_is_answered_when_told_to_stop(another: running.Running) -> None:
    request = running.connection(another.port)
    request.sendall(b"POST /uc/oauth/token HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    request.sendall(b"Content-Type: application/x-www-form-urlencoded\r\n")
    request.sendall(b"Content-Length: 8\r\n\r\ncod")
    time.sleep(0.5)  # until it is being read

    another.process.send_signal(signal.SIGTERM)

    running.wait_until(another, lambda: not running.accepts(another.port))
    assert not probe.is_ready(another.port)
    request.sendall(b"e=any")
    with request, request.makefile("rb") as answer:
        assert answer.readline().split()[1] == b"401"
    assert another.process.wait(timeout=10) == 0


@pytest.fixture
def started_by(
    provider: running.Running,  # noqa: ARG001 - has set the database up
    variables: dict[str, str],
    tmp_path: Path,
) -> Callable[[str], AbstractContextManager[running.Running]]:
    """A server beside that one that a program of ours starts; it is ready."""

    @contextmanager
    def start(program: str) -> Iterator[running.Running]:
        port = free_port()
        with running.started(variables, port, tmp_path / "log", ("-c", program)) as started:
            running.wait_until(started, lambda: probe.is_ready(port))
            yield started

    return start


def test_a_request_that_stops_half_way_holds_no_thread_for_ever(
    started_by: Callable[[str], AbstractContextManager[running.Running]],
) -> None:
    head = b"POST /uc/oauth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 8\r\n"
    halves = [head, head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\ncod"] * 2
    with started_by(IMPATIENT) as started, ExitStack() as opened:
        connections = [opened.enter_context(running.connection(started.port)) for _ in halves]
        for connection, half in zip(connections, halves, strict=True):
            connection.sendall(half)

        running.wait_until(started, lambda: probe.is_ready(started.port))
        answers = [connection.recv(12) for connection in connections]

    assert answers == [b"", b"HTTP/1.1 400"] * 2
    assert "Traceback" not in started.log.read_text()


def test_too_many_connections_end_nothing(
    started_by: Callable[[str], AbstractContextManager[running.Running]],
) -> None:
    with started_by(NARROW) as started:
        with ExitStack() as opened:
            for _ in range(100):
                opened.enter_context(running.connection(started.port))
            running.wait_until(started, lambda: "Too many open files" in started.log.read_text())

        running.wait_until(started, lambda: probe.is_ready(started.port))


IMPATIENT = """
import sys
from oidc_server import serve
from oidc_server.__main__ import main
serve.STALLED = 1
main(sys.argv[1:])
"""
NARROW = """
import resource, sys
from oidc_server.__main__ import main
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
main(sys.argv[1:])
"""


def test_whoever_started_it_may_end_before(
    provider: running.Running,  # noqa: ARG001 - has set the database up
    variables: dict[str, str],
    tmp_path: Path,
) -> None:
    port = free_port()
    log = tmp_path / "log"
    script = (
        f'"{sys.executable}" -m oidc_server serve --bind 127.0.0.1:{port} >{log} 2>&1 & echo $!'
    )
    started = subprocess.run(
        ["sh", "-c", script],
        cwd=running.REPOSITORY,
        env=variables,
        stdout=subprocess.PIPE,
        check=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not probe.is_ready(port):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        time.sleep(2)  # the server looks around once a second

        assert probe.is_ready(port)
    finally:
        os.kill(int(started.stdout), signal.SIGTERM)


IN_A_HURRY = """
import sys
from oidc_server.__main__ import main
from oidc_server.upkeep import clock
clock.SECONDS = 0.5
main(sys.argv[1:])
"""
EXPIRE = """
from django.utils import timezone
from oidc_server.provider.models import Grant
Grant.objects.update(expires_at=timezone.now())
"""


def test_it_cleans_up_by_itself(
    provider: running.Running,
    variables: dict[str, str],
    started_by: Callable[[str], AbstractContextManager[running.Running]],
) -> None:
    provider.authorize()
    running.command("shell", "-v0", "-c", EXPIRE, variables=variables)

    with started_by(IN_A_HURRY) as started:
        running.wait_until(started, lambda: "cleaned up: " in started.log.read_text())

    assert "grants: 0 deleted" in running.command("clean_up", variables=variables).stdout


def test_many_sign_in_at_once(provider: running.Running) -> None:
    with ThreadPoolExecutor(4) as people:
        signed_in = list(people.map(lambda _: provider.sign_in(), range(24)))

    assert len({tokens["access_token"] for tokens in signed_in}) == 24
    assert all(provider.userinfo(tokens).status_code == 200 for tokens in signed_in)


def at_once(request: Callable[[str], httpx.Response], token: str) -> list[httpx.Response]:
    """Four answers to one request, sent by four at the same moment."""
    start = Barrier(4)

    def send(_: int) -> httpx.Response:
        start.wait()
        return request(token)

    with ThreadPoolExecutor(4) as clients:
        return list(clients.map(send, range(4)))


def test_a_code_used_by_several_at_once_is_worth_nothing(provider: running.Running) -> None:
    for _ in range(5):
        code, _session = provider.authorize()

        answers = at_once(provider.exchange, code)

        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
        (tokens,) = (answer.json() for answer in answers if answer.status_code == 200)
        assert provider.userinfo(tokens).status_code == 401
        assert provider.refresh(tokens["refresh_token"]).status_code == 400


def test_who_refreshes_several_times_at_once_gets_the_same_good_tokens(
    provider: running.Running,
) -> None:
    tokens = provider.sign_in()
    for _ in range(5):
        answers = at_once(provider.refresh, tokens["refresh_token"])

        assert {answer.status_code for answer in answers} == {200}
        given = [answer.json() for answer in answers]
        for name in ("access_token", "refresh_token"):
            assert len({answer[name] for answer in given}) == 1
        assert given[0]["refresh_token"] != tokens["refresh_token"]
        tokens = given[0]
        assert provider.userinfo(tokens).status_code == 200


def test_the_log_has_no_code_token_or_session(provider: running.Running) -> None:
    tokens = provider.sign_in()
    httpx.get(f"{provider.address}/uc/missing", params={"code": tokens["code"]})
    httpx.get(f"{provider.address}/uc/oauth/end-session", params={"id_token_hint": "garbage"})

    log = provider.log.read_text()

    assert "[INFO] Listening at: " in log
    assert "/uc/missing" in log
    for name in ("code", "access_token", "refresh_token", "id_token", "session"):
        assert tokens[name] not in log
    assert flow.PASSWORD not in log
    assert flow.CLIENT_SECRET not in log


def test_a_hard_restart_of_the_database_signs_nobody_out(
    provider: running.Running, postgresql: Cluster | None
) -> None:
    tokens = provider.sign_in()
    if postgresql is not None:  # a file needs no server
        with ThreadPoolExecutor(1) as operator:
            restarting = operator.submit(postgresql.restart_hard)
            answers = [provider.userinfo(tokens)]
            while not restarting.done():
                answers.append(provider.userinfo(tokens))
            restarting.result()
        assert {answer.status_code for answer in answers} == {200}

    assert provider.userinfo(tokens).status_code == 200
    assert provider.sign_in()


def test_an_unusable_environment_stops_before_anything_is_done(tmp_path: Path) -> None:
    variables = running.environment(1, SQLITE_PATH=str(tmp_path / "db"), ADMIN_EMAIL="nobody")
    variables |= {"SITE_URL": "nowhere", "SECRET_KEY": "short-but-secret"}

    told = running.command("init", variables=variables, check=False)

    assert told.returncode == 78
    assert [line.split(":")[0].strip() for line in told.stderr.splitlines()[1:]] == [
        "SITE_URL",
        "SECRET_KEY",
        "ADMIN_EMAIL",
    ]
    assert "short-but-secret" not in told.stderr
    assert not (tmp_path / "db").exists()


def test_serving_waits_for_its_database_with_no_socket_open(tmp_path: Path) -> None:
    port, database_port = free_port(), free_port()
    variables = running.environment(
        port,
        DATABASE_HOST="127.0.0.1",
        DATABASE_PORT=str(database_port),
        DATABASE_NAME="oidc",
        DATABASE_USER=USER,
        DATABASE_PASSWORD=PASSWORD,
    )

    with running.started(variables, port, tmp_path / "log") as waiting:
        running.wait_until(waiting, lambda: "waiting for" in waiting.log.read_text())

        with pytest.raises(httpx.ConnectError):
            httpx.get(waiting.address)
        waiting.process.send_signal(signal.SIGTERM)
        assert waiting.process.wait(timeout=10) == 128 + signal.SIGTERM


def run(variables: dict[str, str], *arguments: str) -> Any:
    return running.command(*arguments, variables=variables, check=False)


def test_an_https_deployment_passes_djangos_own_check(variables: dict[str, str]) -> None:
    variables = variables | {
        "SITE_URL": "https://wiki.example.com",
        "WIKI_URL": "https://wiki.example.com",
    }

    checked = run(variables, "check", "--deploy", "--fail-level", "WARNING")

    assert checked.returncode == 0, checked.stderr
    assert "no issues (2 silenced)" in checked.stdout + checked.stderr


def test_an_http_deployment_passes_djangos_own_check(variables: dict[str, str]) -> None:
    checked = run(variables, "check", "--deploy", "--fail-level", "WARNING")

    assert checked.returncode == 0, checked.stderr


def test_no_migration_is_missing(variables: dict[str, str]) -> None:
    checked = run(variables, "makemigrations", "--check", "--dry-run")

    assert checked.returncode == 0, checked.stdout
