"""The golden folders of the generator, read by the programs that they are written for."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from deploygen import shellconf
from deploygen.services import CONFIGURATION, INTERNAL_TLS, NGINX_UID
from oidc_server.tls.environment import InternalTLS
from oidc_server.tls.internal import ensure_internal_tls
from tests.deploygen import golden
from tests.e2e.deployments import machinery
from tests.rig import engine

NGINX = "nginx:1.28-alpine"
# Where a value of config.sh arrives as it is: service, variable, key.
PASSED_ON = [
    ("outline", "SECRET_KEY", "OUTLINE_SECRET_KEY"),
    ("outline", "UTILS_SECRET", "OUTLINE_UTILS_SECRET"),
    ("outline", "DATABASE_PASSWORD", "OUTLINE_DATABASE_PASSWORD"),
    ("outline", "OIDC_CLIENT_ID", "OIDC_CLIENT_ID"),
    ("outline", "OIDC_CLIENT_SECRET", "OIDC_CLIENT_SECRET"),
    ("outline", "OIDC_DISPLAY_NAME", "OIDC_DISPLAY_NAME"),
    ("outline", "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
    ("outline", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
    ("oidc", "SECRET_KEY", "DJANGO_SECRET_KEY"),
    ("oidc", "ENCRYPTION_KEY", "OIDC_ENCRYPTION_KEY"),
    ("oidc", "DATABASE_PASSWORD", "OIDC_DATABASE_PASSWORD"),
    ("oidc", "WIKI_NAME", "WIKI_NAME"),
    ("oidc", "AUDIT_DAYS", "OIDC_AUDIT_DAYS"),
    ("oidc-init", "OIDC_CLIENT_SECRET", "OIDC_CLIENT_SECRET"),
    ("oidc-init", "ADMIN_EMAIL", "ADMIN_EMAIL"),
    ("oidc-init", "ADMIN_USERNAME", "ADMIN_USERNAME"),
    ("oidc-init", "ADMIN_PASSWORD", "ADMIN_PASSWORD"),
    ("postgres", "POSTGRES_PASSWORD", "POSTGRES_PASSWORD"),
    ("postgres-init", "OUTLINE_DATABASE_PASSWORD", "OUTLINE_DATABASE_PASSWORD"),
    ("postgres-init", "OIDC_DATABASE_PASSWORD", "OIDC_DATABASE_PASSWORD"),
    ("redis", "REDIS_PASSWORD", "REDIS_PASSWORD"),
    ("minio", "MINIO_ROOT_USER", "MINIO_ROOT_USER"),
    ("minio", "MINIO_ROOT_PASSWORD", "MINIO_ROOT_PASSWORD"),
    ("minio-init", "MINIO_ROOT_PASSWORD", "MINIO_ROOT_PASSWORD"),
    ("minio-init", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
]

every_case = pytest.mark.parametrize("case", golden.CASES)


@pytest.fixture(scope="module", autouse=True)
def _machinery() -> None:
    machinery()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate to throw away."""
    folder = tmp_path_factory.mktemp("tls")
    ensure_internal_tls(InternalTLS(hosts=("wiki.example.com",), ca_dir=folder, tls_dir=folder))
    # The gateway's group, which could read the key, may be nobody's on this machine.
    folder.chmod(0o755)
    (folder / "key.pem").chmod(0o644)
    return folder


def docker(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *words],
        cwd=folder,
        env={**os.environ, **engine.environment()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def readable(case: str, tmp_path: Path) -> Path:
    """Return a folder with all that a golden one stands for, which a container's user may read."""
    for path, content in golden.whole(case).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    for place in (tmp_path, *tmp_path.rglob("*")):
        place.chmod(0o755 if place.is_dir() else 0o644)
    return tmp_path


@every_case
def test_compose_takes_the_file_without_a_warning(case: str) -> None:
    done = docker("compose", "config", "--quiet", folder=golden.FOLDER / case / "expected")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_compose_hands_on_every_value_unchanged() -> None:
    case = golden.FOLDER / "every-key-set"
    document = shellconf.parse((case / "config.sh").read_text(encoding="utf-8"))
    config = {item.key: item.value for item in document.assignments}

    done = docker("compose", "config", "--format", "json", folder=case / "expected")

    found = {
        # What it prints is a compose file again, in which a dollar is doubled.
        (name, variable): value.replace("$$", "$")
        for name, part in json.loads(done.stdout)["services"].items()
        for variable, value in part["environment"].items()
    }
    wanted = {(name, variable): config[key] for name, variable, key in PASSED_ON}
    assert {place: found[place] for place in wanted} == wanted


@every_case
def test_nginx_takes_the_gateways_configuration(
    case: str, tmp_path: Path, certificate: Path
) -> None:
    folder = readable(case, tmp_path)

    services = yaml.safe_load((folder / "docker-compose.yml").read_text())["services"]
    (gateway,) = (part for name, part in services.items() if name.endswith("-gateway"))
    entrypoint, *options = gateway["entrypoint"]

    done = docker(
        "run", "--rm", "--pull=never", "--network=none", "--read-only", "--tmpfs=/tmp",
        "--sysctl=net.ipv4.ip_unprivileged_port_start=0", f"--user={NGINX_UID}:{NGINX_UID}",
        f"--volume={folder / 'nginx'}:{CONFIGURATION}:ro",
        f"--volume={certificate}:{INTERNAL_TLS}:ro",
        f"--entrypoint={entrypoint}", NGINX, *options, "--", "-t", "-q",
        folder=folder,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    # What a gateway without a network does not find is said by its script.
    assert [line for line in done.stderr.splitlines() if "not found" not in line] == []
