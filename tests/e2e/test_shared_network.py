"""On a network that other stacks share, none is taken for ours and ours for none."""

from __future__ import annotations

import dataclasses
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e import outer
from tests.e2e.deployments import CHECKOUT, deployment, free_port, machinery
from tests.e2e.outer import NGINX, Authority, Front
from tests.e2e.stack import Stack, eventually
from tests.e2e.ways import Way
from tests.rig import engine, images

HOST = "wiki.test"
LOOPBACK = "127.0.0.1"
FILES = "files.test"
# What a foreign stack calls its services: the names that ours have among themselves.
TAKEN = ("gateway", "outline", "oidc", "minio", "redis", "postgres")
PORTS = (80, 443, 3000, 5432, 6379, 8000, 8080, 9000)
STRANGER = "a-stranger"
WITHIN = 30  # seconds


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    machinery()
    with outer.network(f"e2e-shared-{free_port()}") as name:
        yield name


@pytest.fixture(scope="module")
def strangers(network: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A container that answers on the network to all those names, at all our ports."""
    name = f"{network}-stranger"
    listens = "".join(f"listen {port}; " for port in PORTS)
    text = f"server {{ {listens} location / {{ return 200 {STRANGER}; }} }}\n"
    yield from _nginx(name, network, TAKEN, text, tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def file_browser(network: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A useful neighbour: it shows a folder of files."""
    text = "server { listen 80; location / { root /etc/nginx; autoindex on; } }\n"
    name = f"{network}-files"
    yield from _nginx(name, network, (name,), text, tmp_path_factory.mktemp("files"))


def _nginx(
    name: str, network: str, aliases: tuple[str, ...], text: str, folder: Path
) -> Iterator[str]:
    file = folder / "site.conf"
    file.write_text(text)
    named = [word for alias in aliases for word in ("--network-alias", alias)]
    start = ("nginx", "-g", "daemon off;")
    outer.docker("create", "--name", name, "--network", network, *named, images.OUTER.name, *start)
    try:
        outer.put(name, {"/etc/nginx/conf.d/site.conf": file})
        outer.docker("start", name)
        yield name
    finally:
        outer.docker("rm", "--force", "--volumes", name)


@pytest.fixture(scope="module")
def neighbour_stack(
    network: str, strangers: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A deployment that comes up on a network where all its names are taken."""
    assert strangers
    yield from deployment(
        tmp_path_factory.mktemp("neighbour") / "wiki",
        generator=CHECKOUT,
        COMPOSE_PROJECT_NAME=f"{network}-wiki",
        URL=f"https://{HOST}",
        TLS="proxy",
        OUTER_PROXY="nginx",
        NETWORK=network,
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"), HOST)
    made.make()
    return made


@pytest.fixture(scope="module")
def front(
    neighbour_stack: Stack,
    file_browser: str,
    authority: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Front]:
    """The one nginx that everybody comes by, with a site of each stack."""
    site = (
        f"server {{ listen 80; server_name {FILES}; "
        f"location / {{ proxy_pass http://{file_browser}; }} }}\n"
    )
    folder = tmp_path_factory.mktemp("front")
    others = {**NGINX.others, "/etc/nginx/conf.d/files.conf": site}
    program = dataclasses.replace(NGINX, others=others)
    with outer.in_front(neighbour_stack, program, authority, folder / "made") as made:
        yield made


@pytest.fixture
def way(front: Front, authority: Authority) -> Way:
    return Way(
        client=LOOPBACK,
        address=LOOPBACK,
        hosts=frozenset({HOST, FILES}),
        ports=front.ports,
        trusts=ssl.create_default_context(cafile=authority.ca),
    )


def named_for(stack: Stack) -> list[str]:
    """Return the names by which the gateway knows what is behind it."""
    return [f"{stack.name}-{service}" for service in ("outline", "oidc", "minio")]


def container_addresses(container: dict[str, Any]) -> set[str]:
    networks = container["NetworkSettings"]["Networks"].values()
    return {network["IPAddress"] for network in networks}


def test_one_signs_in_and_uploads_where_all_names_are_taken(
    neighbour_stack: Stack, way: Way
) -> None:
    config = neighbour_stack.config
    with way.visitor(neighbour_stack.url) as person:
        landed = person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        attachment = person.upload("a.txt", b"text")

        assert str(landed.request.url) == f"https://{HOST}/home"
        assert person.download(attachment).content == b"text"
        assert person.storage_check() == {"ok": True}


def test_the_gateway_alone_is_on_the_network_and_no_port_is_published(
    neighbour_stack: Stack, network: str
) -> None:
    on_it = {
        service
        for service, container in neighbour_stack.containers().items()
        if network in container["NetworkSettings"]["Networks"]
    }
    published = [
        place
        for container in neighbour_stack.containers().values()
        for places in container["NetworkSettings"]["Ports"].values()
        for place in places or ()
    ]

    assert on_it == {f"{neighbour_stack.name}-gateway"}
    assert published == []


def test_strangers_resolve_none_of_our_services(neighbour_stack: Stack, strangers: str) -> None:
    containers = neighbour_stack.containers().values()
    ours = set().union(*map(container_addresses, containers))
    for name in (*TAKEN, *named_for(neighbour_stack)):
        script = f"getent ahostsv4 {name} || true"
        found = outer.docker("exec", strangers, "sh", "-c", script).split()

        assert not ours & set(found), name


def test_our_services_resolve_no_stranger(neighbour_stack: Stack, strangers: str) -> None:
    theirs = _addresses(strangers)
    for service in ("outline", "oidc"):
        for name in TAKEN:
            script = f"getent ahostsv4 {name} || true"
            found = neighbour_stack.execute(service, "sh", "-c", script).split()

            assert not theirs & set(found), name


def test_the_gateway_resolves_its_services_and_while_they_are_stopped_nothing(
    neighbour_stack: Stack,
) -> None:
    services = ("outline", "oidc", "minio")
    script = "for name; do getent hosts $name || echo none; done"
    ask = (f"{neighbour_stack.name}-gateway", "sh", "-c", script, "-", *named_for(neighbour_stack))
    containers = neighbour_stack.containers()
    expected = [container_addresses(containers[service]) for service in services]

    found = [line.split()[0] for line in neighbour_stack.execute(*ask).splitlines()]
    neighbour_stack.compose("stop", "--timeout", "2", *services)
    stopped = neighbour_stack.execute(*ask).split()
    neighbour_stack.up()

    assert [address in its for address, its in zip(found, expected, strict=True)] == [True] * 3
    assert stopped == ["none"] * 3


@pytest.mark.parametrize(
    ("service", "path"),
    [("outline", "/"), ("oidc", "/uc/accounts/login/"), ("minio", "/{bucket}/a")],
)
def test_a_stranger_does_not_answer_for_a_service_of_ours_that_is_down(
    neighbour_stack: Stack, way: Way, service: str, path: str
) -> None:
    path = path.format(bucket=neighbour_stack.config["AWS_S3_UPLOAD_BUCKET_NAME"])
    neighbour_stack.compose("stop", "--timeout", "2", service)
    try:
        with way.visitor(neighbour_stack.url) as person:
            answers = [person.request("GET", path) for _ in range(5)]
    finally:
        neighbour_stack.compose("up", "--detach", "--no-deps", "--wait", service)

    assert {answer.status_code for answer in answers} == {httpx.codes.SERVICE_UNAVAILABLE}
    assert not [answer for answer in answers if STRANGER in answer.text]


def test_the_neighbour_works_under_its_own_name_and_without_us(
    neighbour_stack: Stack, front: Front, way: Way
) -> None:
    gateway = f"{neighbour_stack.name}-gateway"

    def lists_files() -> None:
        with way.visitor(f"http://{FILES}") as person:
            assert "Index of /" in person.request("GET", "/").text

    lists_files()
    neighbour_stack.compose("stop", "--timeout", "2", gateway)
    front.restart()
    eventually(lists_files, within=WITHIN)
    with way.visitor(neighbour_stack.url) as person:
        assert person.request("GET", "/").is_server_error
        before = outer.inspected(front.container)["State"]["StartedAt"]
        with outer.lodger(neighbour_stack):
            neighbour_stack.compose("start", gateway)
            eventually(person.seen, within=WITHIN)

    assert outer.inspected(front.container)["State"]["StartedAt"] == before


def test_a_missing_network_is_told_with_the_command_that_makes_it(tmp_path: Path) -> None:
    missing = f"e2e-none-{free_port()}"
    stack = Stack(folder=tmp_path / "wiki", generator=CHECKOUT)
    stack.init(ADMIN_EMAIL="wiki@example.com", URL=f"https://{HOST}", TLS="proxy", NETWORK=missing)
    done = subprocess.run(
        [sys.executable, "-m", "deploygen", "check", str(stack.folder)],
        cwd=CHECKOUT,
        env={**os.environ, **engine.environment()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode != 0
    assert f"docker network create {missing}" in done.stderr


def _addresses(container: str) -> set[str]:
    networks = outer.inspected(container)["NetworkSettings"]["Networks"]
    return {item["IPAddress"] for item in networks.values()}
