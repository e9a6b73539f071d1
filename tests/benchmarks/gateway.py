"""What the gateway costs: requests through it against requests to what is behind it.

    python -m tests.benchmarks.gateway [--rounds N] [--seconds S] [--outline-image IMAGE]

Method: a deployment with the defaults on the rig's engine, but for Outline's own limit of requests,
which is off. wrk runs on the host with one thread and 16 connections kept open and reaches gateway
and upstream at the containers' addresses, so that no published port is in between. Each round runs
every answer directly, through the gateway and through a plain nginx of the same image, which passes
on with no log, no limit and no header of its own; one after the other, and the next round the other
way round. A ratio is of two runs of one round, and the figures are medians over the rounds with
the least and the most. Client, gateway and upstream share the machine's processors: what the
gateway takes, the upstream lacks, so a quick answer loses more of its rate; what each request takes
in the gateway is its processes' CPU time (proc(5)). Connections with TLS are those of a second
deployment (TLS=files, an ECDSA P-256 certificate), each closed after one small answer of the
gateway's own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from tests import certificates
from tests.benchmarks.processes import cpu
from tests.e2e.deployments import CHECKOUT, free_port
from tests.e2e.stack import Stack
from tests.rig import engine, images
from tests.rig.machine import RigError, apt_install

CONNECTIONS = 16
GOAL = 0.9
OBJECTS = {"1 KB": 1_000, "100 KB": 100_000, "10 MB": 10_000_000}
# Outline without its limit of requests, and beside the gateway an nginx that only passes on.
BESIDE = """
services:
  outline:
    environment:
      RATE_LIMITER_ENABLED: 'false'
  plain:
    image: {image}
    networks: [backend]
    depends_on: {{outline: {{condition: service_healthy}}}}
    volumes: [./plain.conf:/etc/nginx/nginx.conf:ro]
"""
PLAIN = """
worker_processes 2;
events {{
    worker_connections 4096;
}}
http {{
    access_log off;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_max_temp_file_size 0;
    proxy_buffers 4 32k;
    proxy_busy_buffers_size 64k;
{servers}
}}
"""
PLAIN_SERVER = """
    upstream {name} {{
        server {name}:{port};
        keepalive 32;
    }}
    server {{
        listen {port};
        location / {{
            proxy_pass http://{name};
        }}
    }}
"""
# Prints a signed address for each size that it is told, of an object that it put there.
PUT_AND_SIGN = """
import {S3Client, PutObjectCommand, GetObjectCommand} from '@aws-sdk/client-s3';
import {getSignedUrl} from '@aws-sdk/s3-request-presigner';
const {AWS_S3_UPLOAD_BUCKET_URL: endpoint, AWS_S3_UPLOAD_BUCKET_NAME: Bucket} = process.env;
const s3 = new S3Client({endpoint, forcePathStyle: true, region: 'us-east-1'});
const signed = {};
for (const size of process.argv.slice(1).map(Number)) {
  const Key = `benchmark/${size}`;
  await s3.send(new PutObjectCommand({Bucket, Key, Body: Buffer.alloc(size, 'x')}));
  signed[size] = await getSignedUrl(s3, new GetObjectCommand({Bucket, Key}), {expiresIn: 3600});
}
console.log(JSON.stringify(signed));
"""


@dataclass(frozen=True)
class Answer:
    """Something to ask for: its name, its path, the Host to ask, and who answers where."""

    name: str
    path: str
    host: str
    upstream: str


def main() -> int:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description="Measure the gateway.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=int, default=3, metavar="S", help="of each run")
    parser.add_argument("--outline-image", metavar="IMAGE", help="in the place of the stand-in")
    chosen = parser.parse_args()
    apt_install("wrk", reason="the gateway's benchmark")
    engine.ensure()
    images.ensure()
    sys.stdout.write(f"{__doc__}\n{engine.describe()}; images: {images.mode()}; ")
    outline = {"OUTLINE_IMAGE": chosen.outline_image} if chosen.outline_image else {}
    sys.stdout.write(f"Outline: {chosen.outline_image or 'stand-in'}; ")
    sys.stdout.write(f"{os.cpu_count()} processors\n\n")
    with deployed(**outline) as stack:
        _compare(stack, chosen.rounds, chosen.seconds)
    with tempfile.TemporaryDirectory() as place:
        made = certificates.make("localhost", "files.localhost")
        (Path(place) / "cert.pem").write_text(made.certificate_pem)
        (Path(place) / "key.pem").write_text(made.key_pem)
        with deployed(
            scheme="https",
            TLS="files",
            TLS_CERT_FILE=f"{place}/cert.pem",
            TLS_KEY_FILE=f"{place}/key.pem",
        ) as stack:
            _count_connections(stack, chosen.rounds, chosen.seconds)
    return 0


@contextmanager
def deployed(scheme: str = "http", **settings: str) -> Iterator[Stack]:
    """Have a deployment up."""
    with tempfile.TemporaryDirectory() as place:
        stack = Stack(folder=Path(place) / "wiki", generator=CHECKOUT)
        port = free_port()
        stack.init(
            URL=f"{scheme}://localhost:{port}",
            ADMIN_EMAIL="admin@example.com",
            COMPOSE_PROJECT_NAME=f"benchmark-{port}",
            **{**images.settings(), **settings},
        )
        _put_beside(stack)
        try:
            stack.up()
            yield stack
        finally:
            stack.down()


def _put_beside(stack: Stack) -> None:
    services = stack.services()
    gateway = json.loads(stack.compose("config", "--format", "json"))["services"]
    ports = {"outline": 3000, "oidc": 8000, "minio": 9000}
    servers = [
        PLAIN_SERVER.format(name=_service(services, name), port=port)
        for name, port in ports.items()
    ]
    (stack.folder / "plain.conf").write_text(PLAIN.format(servers="".join(servers)))
    image = gateway[_service(services, "gateway")]["image"]
    (stack.folder / "docker-compose.override.yml").write_text(BESIDE.format(image=image))


def _compare(stack: Stack, rounds: int, seconds: int) -> None:
    containers = stack.containers()
    address = {name: _address(container) for name, container in containers.items()}
    gateway = f"{address[f'{stack.name}-gateway']}:{urlsplit(stack.url).port}"
    processes = stack.processes(containers[f"{stack.name}-gateway"])
    answers = _answers(stack, address)
    figures = {answer.name: Figures() for answer in answers}
    for number in range(rounds):
        for answer in answers:
            found = figures[answer.name]
            port = answer.upstream.rpartition(":")[2]
            runs = [
                (found.direct, answer.upstream),
                (found.plain, f"{address['plain']}:{port}"),
                (found.through, gateway),
            ]
            for rates, where in runs if number % 2 else reversed(runs):
                before = cpu(processes)
                rate = _wrk(f"http://{where}{answer.path}", seconds, f"Host: {answer.host}")
                rates.append(rate)
                if where == gateway:
                    found.cpu.append((cpu(processes) - before) / (rate * seconds))
    sys.stdout.write(
        f"{'':<24}{'directly':>9}{'plain nginx':>13}{'gateway':>9}{'its CPU':>10}"
        f"   gateway/directly (goal {GOAL})   gateway/plain\n"
    )
    for name, found in figures.items():
        sys.stdout.write(
            f"{name:<24}{median(found.direct):>7.0f}/s{median(found.plain):>11.0f}/s"
            f"{median(found.through):>7.0f}/s{median(found.cpu) * 1000:>7.2f} ms"
            f"   {_ratio(found.through, found.direct):<30}{_ratio(found.through, found.plain)}\n"
        )


@dataclass(frozen=True)
class Figures:
    """Of one answer: requests per second by each way, and the gateway's CPU seconds a request."""

    direct: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    through: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def _ratio(rates: list[float], others: list[float]) -> str:
    ratios = [one / other for one, other in zip(rates, others, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _answers(stack: Stack, address: dict[str, str]) -> list[Answer]:
    wiki = urlsplit(stack.url).netloc
    outline = f"{address['outline']}:3000"
    oidc = f"{address[_service(address, 'oidc')]}:8000"
    minio = f"{address[_service(address, 'minio')]}:9000"
    sizes = [str(size) for size in OBJECTS.values()]
    script = ("node", "--input-type=module", "--eval", PUT_AND_SIGN, *sizes)
    signed = json.loads(stack.execute("outline", *script))
    answers = [
        Answer("Outline, page", "/", wiki, outline),
        Answer("provider, sign-in page", "/uc/accounts/login/", wiki, oidc),
        Answer("provider, metadata", "/uc/oauth/.well-known/openid-configuration", wiki, oidc),
    ]
    for name, size in OBJECTS.items():
        url = urlsplit(signed[str(size)])
        answers.append(Answer(f"MinIO, {name}", f"{url.path}?{url.query}", url.netloc, minio))
    return answers


def _service(names: Iterable[str], service: str) -> str:
    return next(name for name in names if name == service or name.endswith(f"-{service}"))


def _count_connections(stack: Stack, rounds: int, seconds: int) -> None:
    where = f"https://{_address(stack.containers()[f'{stack.name}-gateway'])}:8443/none"
    # By an address it is no host of ours, so that the answer is a page of the gateway's own.
    rates = [_wrk(where, seconds, "Connection: close", fine=False) for _ in range(rounds)]
    spread = f"{min(rates):.0f} to {max(rates):.0f}"
    sys.stdout.write(f"\nnew connections with TLS: {median(rates):.0f}/s ({spread})\n")


def _address(container: dict[str, Any]) -> str:
    networks = container["NetworkSettings"]["Networks"].items()
    # All of ours are on the network behind the gateway, the gateway on others as well.
    found = [part["IPAddress"] for name, part in networks if name.endswith("_backend")]
    return str(found[0]) if found else ""


def _wrk(url: str, seconds: int, header: str, *, fine: bool = True) -> float:
    """Return the requests per second; all must have been answered and, if ``fine``, well."""
    command = [
        "wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s",
        "--timeout", "10s", "--header", header, url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if rate is None or "Socket errors" in done.stdout or (fine and "Non-2xx" in done.stdout):
        raise RigError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return float(rate.group(1))


if __name__ == "__main__":
    sys.exit(main())
