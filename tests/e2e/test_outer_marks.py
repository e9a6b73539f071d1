"""Traefik, which reads labels, and those whose snippets nginx can read without them."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploygen import sources
from deploygen.generate import plan
from tests.deploygen.made import configuration
from tests.e2e import outer
from tests.e2e.deployments import deployment, free_port, machinery
from tests.e2e.outer import Authority, Front, Program
from tests.e2e.stack import Stack, eventually
from tests.e2e.test_outer_proxies import FORGED, message, opening
from tests.rig import engine, images

HOST = "wiki.test"
# Traefik needs to read of containers, and no more.
ENGINE = """\
user root;
events {}
http {
    server {
        listen 2375;
        location / {
            limit_except GET { deny all; }
            proxy_pass http://unix:/var/run/docker.sock:;
            proxy_http_version 1.1;
            proxy_buffering off;
            proxy_read_timeout 1h;
        }
    }
}
"""
CERTIFICATES = """\
tls:
  certificates:
    - certFile: /outer/fullchain.pem
      keyFile: /outer/privkey.pem
"""
# As Nginx Proxy Manager has it around what is entered under Advanced.
AROUND = """\
server {{
    listen 80;
    server_name wiki.example.com;
    set $forward_scheme http;
    set $server "wiki-gateway";
    set $port 8080;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $http_connection;
    proxy_http_version 1.1;
{snippet}
}}
"""


@pytest.fixture(scope="module")
def labelled_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment that Traefik finds by its labels."""
    name = f"e2e-marks-{free_port()}"
    with outer.network(name) as shared:
        yield from deployment(
            tmp_path_factory.mktemp("labelled") / "wiki",
            COMPOSE_PROJECT_NAME=name,
            URL=f"https://{HOST}",
            TLS="proxy",
            OUTER_PROXY="traefik",
            NETWORK=shared,
        )


@pytest.fixture(scope="module")
def traefik(labelled_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Traefik with the names that its documentation gives to entrypoints and resolver."""
    folder = tmp_path_factory.mktemp("traefik")
    authority = Authority(folder, HOST)
    authority.make()
    (folder / "engine.conf").write_text(ENGINE)
    (folder / "certificates.yml").write_text(CERTIFICATES)
    name, shared = labelled_stack.name, labelled_stack.config["NETWORK"]
    ports = {outer.HTTPS: free_port(), outer.HTTP: free_port()}
    published = [
        word
        for inside, outside in ports.items()
        for word in ("--publish", f"{outer.LOOPBACK}:{outside}:{inside}")
    ]
    run = ("run", "--detach", "--network", shared, "--volume", f"{folder}:/outer:ro")
    relay, container = f"{name}-engine", f"{name}-traefik"
    endpoint = {**os.environ, **engine.environment()}.get("DOCKER_HOST", "")
    socket = endpoint.removeprefix("unix://") or "/var/run/docker.sock"
    try:
        outer.docker(
            *run, "--name", relay, "--volume", f"{socket}:/var/run/docker.sock", images.OUTER.name,
            "nginx", "-c", "/outer/engine.conf", "-g", "daemon off;",
        )  # fmt: skip
        outer.docker(
            *run, "--name", container, *published, images.TRAEFIK.name, "traefik",
            "--entrypoints.web.address=:80", "--entrypoints.websecure.address=:443",
            f"--providers.docker.endpoint=tcp://{relay}:2375",
            "--providers.docker.exposedbydefault=false",
            "--providers.file.filename=/outer/certificates.yml",
            # The certificate is there already, and no authority is asked.
            f"--certificatesresolvers.letsencrypt.acme.caserver=https://{outer.LOOPBACK}:1/",
            "--certificatesresolvers.letsencrypt.acme.storage=/tmp/acme.json",
            "--certificatesresolvers.letsencrypt.acme.httpchallenge.entrypoint=web",
        )  # fmt: skip
        front = Front(
            stack=labelled_stack,
            program=Program(outer_proxy="traefik", generated="", target="", check=(), start=()),
            container=container,
            ports=ports,
            trusts=ssl.create_default_context(cafile=authority.ca),
        )
        eventually(lambda: answers(front), within=outer.READY_WITHIN)
        yield front
        sys.stderr.write(outer.docker("logs", container))
    finally:
        outer.docker("rm", "--force", relay, container)


def answers(front: Front) -> None:
    with front.visitor() as person:
        person.seen()


def test_one_signs_in_and_files_go_up_and_down_through_traefik(traefik: Front) -> None:
    content = os.urandom(3 * 1024 * 1024)
    config = traefik.stack.config
    with traefik.visitor() as person:
        person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        who = person.who()
        fetched = person.download(person.upload("a.bin", content))

    assert who is not None
    assert who["email"] == config["ADMIN_EMAIL"]
    assert fetched.content == content


def test_traefik_says_who_the_client_is_and_passes_on_nothing_forged(traefik: Front) -> None:
    with traefik.visitor() as person:
        seen = person.seen()
        assert person.seen(**FORGED) == seen

    assert (seen["proto"], seen["host"], seen["ip"]) == (
        "https",
        HOST,
        traefik.address_of_this_machine,
    )


@pytest.mark.parametrize("path", ["/realtime/?EIO=4&transport=websocket", "/collaboration/a"])
def test_a_websocket_passes_traefik(traefik: Front, path: str) -> None:
    with traefik.connect("http/1.1") as connection:
        connection.sendall(opening(traefik.stack.url, path))
        status = connection.recv(65536).split()[1]
        connection.sendall(message(b"still here"))
        received = connection.recv(65536)
        if not received.endswith(b"still here"):  # the greeting came after the headers
            received += connection.recv(65536)

    assert status == b"101"
    assert received.endswith(b"still here")


def test_traefik_sends_http_to_https(traefik: Front) -> None:
    with traefik.visitor() as person:
        answer = person.request("GET", f"http://{HOST}/doc/a-page?b=c")

    assert answer.status_code in {301, 308}
    assert answer.headers["location"] == f"https://{HOST}/doc/a-page?b=c"


@pytest.mark.parametrize("outer_proxy", ["nginx-proxy", "nginx-proxy-manager"])
def test_nginx_reads_what_is_added_to_a_server(outer_proxy: str, tmp_path: Path) -> None:
    machinery()
    config = configuration(
        URL="https://wiki.example.com", TLS="proxy", OUTER_PROXY=outer_proxy, NETWORK="web"
    )
    planned = plan.files(config, sources.find())
    (text,) = [
        file.content.decode() for path, file in planned.items() if path.startswith("outer-proxy/")
    ]
    snippet = text.partition("```nginx\n")[2].partition("```")[0] or text
    (tmp_path / "added.conf").write_text(AROUND.format(snippet=snippet))

    volume = f"{tmp_path}:/etc/nginx/conf.d:ro"
    said = outer.docker("run", "--rm", "--volume", volume, images.OUTER.name, "nginx", "-t")

    assert "client_max_body_size 0;" in snippet
    assert "test is successful" in said
