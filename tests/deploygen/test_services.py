"""What the rules of the engine ask of the services, in each kind of deployment (facts: stack)."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from deploygen import services, sources, topology
from deploygen.generate import plan
from deploygen.services import COMPLETED
from tests.deploygen.made import configuration, stack

ANOTHER_PROVIDER = {"OIDC_ISSUER_URL": "https://id.example.org", "OIDC_CLIENT_ID": "wiki"}
DEPLOYMENTS: dict[str, dict[str, str]] = {
    "defaults": {},
    "local": {"FILE_STORAGE": "local"},
    "lan": {"URL": "http://192.0.2.10:8888"},
    "proxy": {"URL": "https://wiki.example.com", "TLS": "proxy"},
    "proxy, local": {
        "URL": "https://wiki.example.com",
        "TLS": "proxy",
        "FILE_STORAGE": "local",
    },
    "acme": {"URL": "https://wiki.example.com", "TLS": "acme"},
    "shared network": {"URL": "https://wiki.example.com", "TLS": "proxy", "NETWORK": "web"},
    "another provider": ANOTHER_PROVIDER,
    "ready image": {"OIDC_SERVER_IMAGE": "registry.example.com/oidc-server:1"},
}
# These images have a health check of their own, which compose only times.
CHECKED_BY_THEIR_IMAGE = {"outline", "oidc"}

Compose = Mapping[str, Any]
Parts = Mapping[str, Compose]


@pytest.fixture(params=list(DEPLOYMENTS), scope="module")
def compose(request: pytest.FixtureRequest) -> Compose:
    """The compose file as it is written: each kind of deployment in turn."""
    planned = plan.files(configuration(**DEPLOYMENTS[request.param]), sources.find())
    loaded: Compose = yaml.safe_load(planned["docker-compose.yml"].content)
    return loaded


@pytest.fixture
def parts(compose: Compose) -> Parts:
    """Its services."""
    found: Parts = compose["services"]
    return found


@pytest.fixture
def one_shots(parts: Parts) -> Parts:
    return {name: part for name, part in parts.items() if part["restart"] == "no"}


@pytest.fixture
def long_running(parts: Parts, one_shots: Parts) -> Parts:
    return {name: part for name, part in parts.items() if name not in one_shots}


def awaited(parts: Parts) -> set[tuple[str, str]]:
    return {
        (name, how["condition"])
        for part in parts.values()
        for name, how in part.get("depends_on", {}).items()
    }


def test_every_one_shot_is_awaited_until_it_is_done(parts: Parts, one_shots: Parts) -> None:
    assert one_shots
    assert {(name, COMPLETED) for name in one_shots} <= awaited(parts)


def test_only_one_shots_are_awaited_until_they_are_done(parts: Parts, one_shots: Parts) -> None:
    assert {name for name, condition in awaited(parts) if condition == COMPLETED} <= set(one_shots)


def test_what_is_awaited_exists_and_comes_first(parts: Parts) -> None:
    order = list(parts)

    for name, part in parts.items():
        for before in part.get("depends_on", {}):
            assert order.index(before) < order.index(name)


def test_what_runs_long_comes_back_after_a_crash(long_running: Parts) -> None:
    assert {part["restart"] for part in long_running.values()} == {"unless-stopped"}


def test_what_runs_long_is_checked_soon_after_its_start(long_running: Parts) -> None:
    for name, part in long_running.items():
        health = part["healthcheck"]
        assert ("test" in health) == (name not in CHECKED_BY_THEIR_IMAGE)
        assert health["start_interval"] == "1s"
        assert health["start_period"]


def test_no_log_grows_without_end(parts: Parts) -> None:
    for part in parts.values():
        assert part["logging"]["driver"] == "json-file"
        assert set(part["logging"]["options"]) == {"max-size", "max-file"}


def test_every_service_has_a_memory_limit(parts: Parts) -> None:
    assert all(part["mem_limit"].endswith("m") for part in parts.values())


def test_all_services_together_fit_a_server_of_two_gibibytes_with_swap(long_running: Parts) -> None:
    # Limits bound what goes wrong; together they may pass the 2 GiB by what is never used at once.
    limits = {name: int(part["mem_limit"].removesuffix("m")) for name, part in long_running.items()}

    assert sum(limits.values()) <= 2.5 * 1024
    assert max(limits.values()) <= 1024


def test_no_service_can_gain_privileges(parts: Parts) -> None:
    for part in parts.values():
        assert "no-new-privileges:true" in part["security_opt"]
        assert part["cap_drop"] == ["ALL"]
        assert "cap_add" not in part
        assert "privileged" not in part


def test_what_docker_would_inject_of_proxies_is_emptied(parts: Parts) -> None:
    for part in parts.values():
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            assert part["environment"][name] == ""


def test_only_generated_directories_are_mounted_and_read_only(compose: Compose) -> None:
    for part in compose["services"].values():
        for volume in part.get("volumes", []):
            source, _, options = volume.partition(":")
            if source.startswith("."):
                assert options.endswith(":ro,z")
            else:
                assert source in compose["volumes"]


def test_every_volume_is_used(compose: Compose) -> None:
    used = {
        volume.partition(":")[0]
        for part in compose["services"].values()
        for volume in part.get("volumes", [])
    }

    assert set(compose["volumes"]) <= used


def volumes(**changes: str) -> dict[str, Any]:
    planned = plan.files(configuration(**changes), sources.find())
    found: dict[str, Any] = yaml.safe_load(planned["docker-compose.yml"].content)["volumes"]
    return found


def test_data_is_kept_in_a_folder_of_the_persons_and_the_rest_in_dockers() -> None:
    acme = {"URL": "https://wiki.example.com", "TLS": "acme"}
    found = volumes(**acme, DATA_DIR="/srv/wiki/data")

    outside = {name: volume["driver_opts"] for name, volume in found.items() if volume}
    assert outside == {
        name: {"type": "none", "o": "bind", "device": f"/srv/wiki/data/{name}"}
        for name in ("acme", "minio-data", "outline-data", "postgres-data", "redis-data")
    }


def test_another_folder_is_another_volume() -> None:
    names = {
        volumes(DATA_DIR=place)["postgres-data"]["name"] for place in ("/srv/wiki/a", "/srv/wiki/b")
    }

    assert len(names) == 2
    assert all(name.startswith("wiki_postgres-data_") for name in names)


def test_selinux_lets_containers_into_the_folder_for_data() -> None:
    def mounted(**changes: str) -> list[str]:
        return [mount.short_syntax for mount in stack(**changes)["redis"].mounts]

    assert mounted() == ["./redis:/redis:ro,z", "redis-data:/data"]
    assert mounted(DATA_DIR="/srv/wiki/data") == ["./redis:/redis:ro,z", "redis-data:/data:z"]


def test_nobody_reaches_the_engine(compose: Compose) -> None:
    assert "docker.sock" not in str(compose)


def test_only_the_gateway_publishes_ports(parts: Parts) -> None:
    assert {name for name, part in parts.items() if "ports" in part} <= {"wiki-gateway"}


def test_on_a_shared_network_nothing_is_published_unless_asked() -> None:
    shared = {"URL": "https://wiki.example.com", "TLS": "proxy", "NETWORK": "web"}

    assert not topology.of(configuration(**shared)).published
    assert topology.of(configuration(**shared, HTTP_PORT="8888")).published


def test_only_the_gateway_joins_a_network_of_others() -> None:
    parts = stack(URL="https://wiki.example.com", TLS="proxy", NETWORK="web")

    assert [name for name, part in parts.items() if services.SHARED in part.networks] == [
        "wiki-gateway"
    ]


def test_the_user_accounts_reach_the_world_for_a_mail_server_alone() -> None:
    mail = {"SMTP_HOST": "mail.example.com", "SMTP_FROM_EMAIL": "wiki@example.com"}

    assert services.FRONTEND not in stack()["oidc"].networks
    assert services.FRONTEND in stack(**mail)["oidc"].networks


def test_everything_but_acme_is_on_the_network_that_reaches_nowhere(compose: Compose) -> None:
    assert compose["networks"]["backend"] == {"internal": True}
    elsewhere = {
        name for name, part in compose["services"].items() if "backend" not in part["networks"]
    }
    assert elsewhere <= {"acme"}


def test_what_has_its_own_volumes_of_certificates_owns_them() -> None:
    """The first to mount a volume decides whose it is: it must be the image that knows the user."""
    parts = stack(URL="https://wiki.example.com", TLS="acme")

    made_first = {mount.source for mount in parts["tls-init"].mounts}
    others = {mount.source for mount in (*parts["acme"].mounts, *parts["wiki-gateway"].mounts)}
    assert {source for source in others if not source.startswith("./")} <= made_first
    assert parts["acme"].awaits["acme-init"] == COMPLETED
    assert parts["acme-init"].awaits == {"tls-init": COMPLETED}


def test_what_holds_data_is_on_no_other_network(parts: Parts) -> None:
    for name in {"postgres", "postgres-init", "redis", "minio", "minio-init"} & set(parts):
        assert list(parts[name]["networks"]) == ["backend"]


def test_a_label_tells_of_the_content_of_each_mounted_directory(parts: Parts) -> None:
    for part in parts.values():
        mounts_directory = any(volume.startswith(".") for volume in part.get("volumes", []))
        assert ("deploygen.content" in part.get("labels", {})) == mounts_directory


def test_an_image_that_is_built_here_is_never_pulled(parts: Parts) -> None:
    building = {name for name, part in parts.items() if "build" in part}
    ours = {
        name
        for name, part in parts.items()
        if part["image"].startswith(("wiki-oidc:", "wiki-oidc-init:", "wiki-tls-init:"))
    }
    never_pulled = {name for name, part in parts.items() if part.get("pull_policy") == "never"}

    assert building == ours == never_pulled


def test_no_two_services_build_under_one_name(parts: Parts) -> None:
    """Compose labels what it builds with the service, so the images would take turns."""
    built = [part["image"] for part in parts.values() if "build" in part]

    assert len(set(built)) == len(built)


def test_secrets_come_by_env_files_of_each_services_own(parts: Parts) -> None:
    for name, part in parts.items():
        assert part.get("env_file", []) in ([f"./env/{name}.env"], [])


@pytest.mark.parametrize("changes", DEPLOYMENTS.values(), ids=list(DEPLOYMENTS))
def test_what_the_gateway_proxies_to_has_a_name_unique_to_the_deployment(
    changes: dict[str, str],
) -> None:
    parts = stack(COMPOSE_PROJECT_NAME="second", **changes)

    proxied = {"outline", "oidc", "minio"} & set(parts)
    for name in proxied:
        assert parts[name].networks[services.BACKEND] == (f"second-{name}",)
    outside = {name for name, part in parts.items() if services.FRONTEND in part.networks}
    assert outside <= {"second-gateway", "outline", "acme"}


@pytest.mark.parametrize(
    ("reference", "mirrored"),
    [
        ("nginx:1", "docker.io/library/nginx:1"),
        ("outlinewiki/outline:1", "docker.io/outlinewiki/outline:1"),
        ("quay.io/minio/minio:1", "quay.io/minio/minio:1"),
        ("localhost/nginx:1", "localhost/nginx:1"),
        ("registry:5000/nginx:1", "registry:5000/nginx:1"),
    ],
)
def test_an_image_comes_through_the_mirror_under_its_full_name(
    reference: str, mirrored: str
) -> None:
    parts = stack(NGINX_IMAGE=reference, IMAGE_MIRROR="mirror.example.com/proxy")

    assert parts["wiki-gateway"].image == f"mirror.example.com/proxy/{mirrored}"


def test_without_a_mirror_an_image_keeps_its_name() -> None:
    assert stack(NGINX_IMAGE="nginx:1")["wiki-gateway"].image == "nginx:1"


def test_local_storage_needs_no_minio() -> None:
    assert not [name for name in stack(FILE_STORAGE="local") if "minio" in name]


def test_another_provider_takes_the_place_of_the_user_accounts() -> None:
    parts = stack(**ANOTHER_PROVIDER)

    assert not [name for name in parts if "oidc" in name]
    assert set(parts["outline"].awaits) == {"postgres-init", "redis", "minio-init"}


def test_the_internal_certificate_is_made_with_another_provider_too() -> None:
    parts = stack(**ANOTHER_PROVIDER, URL="https://wiki.example.com", TLS="proxy")

    assert parts["tls-init"].built


def test_the_gateway_starts_after_its_certificate_was_made() -> None:
    parts = stack(URL="https://wiki.example.com", TLS="proxy")

    assert parts["wiki-gateway"].awaits == {"tls-init": COMPLETED}
