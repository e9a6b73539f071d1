"""What the stack rests on in the images it runs: the same for published images and stand-ins."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploygen.settings import SETTINGS
from tests.rig import engine, images

READY_WITHIN = 60  # seconds
NAMES = {image.folder.rpartition("/")[2]: image.name for image in images.PRODUCT}


@pytest.fixture(scope="module", autouse=True)
def _images() -> None:
    engine.ensure()
    images.ensure()


def test_every_image_that_the_product_asks_for_by_default_is_provided() -> None:
    asked = {
        setting.default
        for setting in SETTINGS
        if setting.name.endswith("_IMAGE") and setting.default
    }

    assert asked == {image.name for image in images.PRODUCT}


@pytest.mark.parametrize(
    ("image", "user", "group"),
    [("postgres", 70, 70), ("redis", 999, 1000), ("nginx", 101, 101)],
)
def test_a_servers_user_has_the_published_number(image: str, user: int, group: int) -> None:
    said = _run(image, "sh", "-c", f"id -u {image}; id -g {image}")

    assert said.split() == [str(user), str(group)]


def test_postgres_serves_as_its_own_user_after_a_start_as_root() -> None:
    with _started("postgres", environment={"POSTGRES_PASSWORD": "x"}) as container:
        _eventually(container, "pg_isready", "--host", "127.0.0.1")

        assert _owner_of_process_1(container) == "70"


def test_postgres_makes_the_role_and_database_it_is_told_and_takes_its_password() -> None:
    told = {"POSTGRES_PASSWORD": "s e'c\\r$t", "POSTGRES_USER": "some", "POSTGRES_DB": "thing"}
    with _started("postgres", environment=told) as container:
        _eventually(container, "pg_isready", "--host", "127.0.0.1")
        address = _inside(container, "hostname", "-i").strip()
        query = ("psql", "-h", address, "-U", "some", "thing", "-Atc", "SELECT 1")

        assert _inside(container, *query, environment={"PGPASSWORD": "s e'c\\r$t"}) == "1\n"
        with pytest.raises(subprocess.CalledProcessError):
            _inside(container, *query, environment={"PGPASSWORD": "wrong"})


def test_postgres_refuses_to_make_a_cluster_without_a_password() -> None:
    with pytest.raises(subprocess.CalledProcessError) as refusal:
        _run("postgres", "postgres")

    assert "superuser password is not specified" in refusal.value.stderr


def test_redis_drops_root_and_owns_its_data() -> None:
    with _started("redis") as container:
        _eventually(container, "redis-cli", "ping")

        assert _owner_of_process_1(container) == "999"
        assert _inside(container, "stat", "-c", "%u", "/data") == "999\n"


def test_nginx_checks_a_configuration_as_its_own_user_on_a_read_only_root() -> None:
    script = (
        "printf 'pid /tmp/pid; error_log stderr; events {} http { access_log off;"
        " client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c;"
        " uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e; }' > /tmp/n.conf"
        " && nginx -t -c /tmp/n.conf"
    )

    _run("nginx", "sh", "-c", script, options=("--user=101:101", "--read-only", "--tmpfs=/tmp"))


def test_minios_command_goes_to_the_server_and_its_shell_opens_sockets() -> None:
    with _started("minio", "server", "/data", "--address", ":9000") as container:
        _eventually(container, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9000")

        assert _inside(container, "cat", "/proc/1/comm") == "minio\n"


def test_mc_has_what_its_set_up_script_calls() -> None:
    said = _run(
        "mc",
        "-c",
        "command -v mc && command -v mkdir && command -v cat",
        options=("--entrypoint=sh",),
    )

    assert len(said.split()) == 3


def test_acme_sh_runs_as_any_user_on_a_read_only_root_and_has_the_tools_that_are_called() -> None:
    script = (
        "for tool in awk cmp curl openssl sha256sum sync timeout; do command -v $tool || exit; done"
        "; readlink -f /bin/sh; acme.sh --version"
    )
    confined = ("--user=10001:10001", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL")

    said = _run("acme", "-c", script, options=(*confined, "--entrypoint=sh"))

    assert "busybox" in said
    assert "v3.1." in said


def test_pythons_venv_and_pip_work_in_its_own_prefix() -> None:
    said = _run(
        "python",
        "sh",
        "-c",
        "command -v python; command -v pip; python -m venv --without-pip /tmp/v;"
        " python -m pip --python /tmp/v/bin/python list --format=freeze; pip check",
    )

    assert said.split()[:2] == ["/usr/local/bin/python", "/usr/local/bin/pip"]


def _docker(*words: str) -> str:
    done = subprocess.run(
        ["docker", *words],
        check=True,
        capture_output=True,
        env={**os.environ, **engine.environment()},
        text=True,
        timeout=READY_WITHIN,
    )
    return done.stdout


def _run(image: str, *command: str, options: tuple[str, ...] = ()) -> str:
    return _docker("run", "--rm", "--network=none", *options, NAMES[image], *command)


@contextmanager
def _started(image: str, *command: str, environment: dict[str, str] | None = None) -> Iterator[str]:
    """Run a container until the block ends, and give its name."""
    name = f"rig-{uuid.uuid4().hex[:12]}"
    given = [f"--env={key}={value}" for key, value in (environment or {}).items()]
    _docker("run", "--detach", "--name", name, *given, NAMES[image], *command)
    try:
        yield name
    finally:
        _docker("rm", "--force", "--volumes", name)


def _inside(container: str, *command: str, environment: dict[str, str] | None = None) -> str:
    given = [f"--env={key}={value}" for key, value in (environment or {}).items()]
    return _docker("exec", *given, container, *command)


def _eventually(container: str, *command: str) -> None:
    limit = time.monotonic() + READY_WITHIN
    while True:
        try:
            _inside(container, *command)
        except subprocess.CalledProcessError:
            if time.monotonic() > limit:
                raise AssertionError(_docker("logs", container)) from None
            time.sleep(0.2)
        else:
            return


def _owner_of_process_1(container: str) -> str:
    return _inside(container, "stat", "-c", "%u", "/proc/1")[:-1]
