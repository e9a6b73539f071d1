"""Traefik, which reads labels, and nginx as nginx-proxy and Nginx Proxy Manager configure it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from tests.e2e import outer
from tests.e2e.deployments import deployment, free_port
from tests.e2e.outer import NGINX, Authority, Front, Program
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
SERVER = f"""
server {{
    listen 443 ssl;
    http2 on;
    server_name {HOST};
    ssl_certificate /etc/letsencrypt/live/{HOST}/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/{HOST}/privkey.pem;
"""
# nginx-proxy 1.11 adds to what clients say of themselves, unless it is told not to.
NGINX_PROXY = """
map $http_upgrade $proxy_connection { default upgrade; "" close; }
proxy_http_version 1.1;
proxy_set_header Host $host;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $proxy_connection;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
SERVER
    include /etc/nginx/added.conf;
    location / { proxy_pass http://GATEWAY:8080; }
}
"""
# Nginx Proxy Manager 2.15 believes X-Real-IP of whoever has a private address.
NGINX_PROXY_MANAGER = """
set_real_ip_from 10.0.0.0/8;
set_real_ip_from 172.16.0.0/12;
set_real_ip_from 192.168.0.0/16;
real_ip_header X-Real-IP;
real_ip_recursive on;
client_max_body_size 2000m;
resolver 127.0.0.11;
SERVER
    set $forward_scheme http;
    set $server "GATEWAY";
    set $port 8080;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $http_connection;
    proxy_http_version 1.1;
    include /etc/nginx/added.conf;
}
"""
# What is entered is the block of code in the steps.
ENTER = "awk '/^```/ {inside = !inside; next} inside' /steps.md >/etc/nginx/added.conf"


def around_nginx(outer_proxy: str, gateway: str) -> Program:
    """Return an nginx as ``outer_proxy`` configures it, without what is generated."""
    text, generated, target, start = {
        "nginx-proxy": (NGINX_PROXY, "vhost.conf", "/etc/nginx/added.conf", NGINX.start),
        "nginx-proxy-manager": (
            NGINX_PROXY_MANAGER,
            "nginx-proxy-manager.md",
            "/steps.md",
            ("sh", "-c", f"{ENTER} && exec nginx -g 'daemon off;'"),
        ),
    }[outer_proxy]
    return Program(
        outer_proxy=outer_proxy,
        generated=generated,
        target=target,
        check=NGINX.check,
        start=start,
        others={
            "/etc/nginx/conf.d/it.conf": text.replace("SERVER", SERVER).replace("GATEWAY", gateway),
        },
    )


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
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"), HOST)
    made.make()
    return made


@pytest.fixture(scope="module")
def traefik(labelled_stack: Stack, authority: Authority) -> Iterator[Front]:
    """Traefik with the names that its documentation gives to entrypoints and resolver."""
    folder = authority.folder
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
            roots=authority.ca.read_text(),
        )
        eventually(lambda: answers(front), within=outer.READY_WITHIN)
        yield front
        sys.stderr.write(outer.docker("logs", container))
    finally:
        outer.docker("rm", "--force", relay, container)


@pytest.fixture(scope="module", params=["traefik", "nginx-proxy", "nginx-proxy-manager"])
def front(
    request: pytest.FixtureRequest,
    labelled_stack: Stack,
    authority: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Front]:
    """What reads marks, or an nginx as such a program configures it with what is added."""
    if request.param == "traefik":
        yield request.getfixturevalue("traefik")
        return
    program = around_nginx(request.param, f"{labelled_stack.name}-gateway")
    folder = tmp_path_factory.mktemp(request.param)
    with outer.in_front(labelled_stack, program, authority, folder) as made:
        yield made


def answers(front: Front) -> None:
    with front.visitor() as person:
        person.seen()


def test_one_signs_in_and_files_go_up_and_down(front: Front) -> None:
    content = os.urandom(3 * 1024 * 1024)
    config = front.stack.config
    with front.visitor() as person:
        person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        who = person.who()
        fetched = person.download(person.upload("a.bin", content))

    assert who is not None
    assert who["email"] == config["ADMIN_EMAIL"]
    assert fetched.content == content


def test_who_the_client_is_arrives_and_nothing_that_it_says_of_itself(front: Front) -> None:
    with front.visitor() as person:
        seen = person.seen()
        assert person.seen(**FORGED) == seen

    assert (seen["proto"], seen["host"], seen["ip"]) == (
        "https",
        HOST,
        front.address_of_this_machine,
    )


@pytest.mark.parametrize("path", ["/realtime/?EIO=4&transport=websocket", "/collaboration/a"])
def test_a_websocket_passes(front: Front, path: str) -> None:
    with front.connect("http/1.1") as connection:
        connection.sendall(opening(front.stack.url, path))
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
