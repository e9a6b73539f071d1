import re
import shutil
from pathlib import Path

import pytest
import yaml

from deploygen import reference, sources
from deploygen.generate import plan
from deploygen.generate.plan import PRIVATE, PUBLIC
from deploygen.sources import Sources
from tests.deploygen.made import FAKE_SECRETS, configuration


@pytest.fixture
def copied(tmp_path: Path) -> Sources:
    """Sources of a test's own, to change."""
    root = sources.find().root
    shutil.copytree(root / "templates", tmp_path / "templates")
    shutil.copy(root / "docker-compose.tmpl.yml", tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "oidc_server").mkdir()
    (tmp_path / "oidc_server" / "wsgi.py").write_text("application = None\n")
    return Sources(tmp_path)


def image(origin: Sources, **changes: str) -> str:
    """Return the image of the oidc service."""
    planned = plan.files(configuration(**changes), origin)
    found: str = yaml.safe_load(planned["docker-compose.yml"].content)["services"]["oidc"]["image"]
    return found


def labels(origin: Sources) -> dict[str, str]:
    compose = yaml.safe_load(plan.files(configuration(), origin)["docker-compose.yml"].content)
    return {
        name: part["labels"]["deploygen.content"]
        for name, part in compose["services"].items()
        if "labels" in part
    }


def test_the_same_configuration_gives_the_same_bytes() -> None:
    assert plan.files(configuration(), sources.find()) == plan.files(
        configuration(), sources.find()
    )


def test_files_come_in_order() -> None:
    paths = list(plan.files(configuration(), sources.find()))

    assert paths == sorted(paths)


def test_the_language_of_who_generates_changes_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    english = plan.files(configuration(), sources.find())

    monkeypatch.setenv("LANGUAGE", "zh")

    assert plan.files(configuration(), sources.find()) == english


def test_every_key_is_listed_in_each_language() -> None:
    planned = plan.files(configuration(), sources.find())

    assert planned["config.sh.example"].content.decode() == reference.example()
    assert planned["config.zh-CN.sh.example"].content.decode() == reference.example("zh")


def test_only_what_holds_secrets_is_private() -> None:
    planned = plan.files(configuration(), sources.find())

    private = {path for path, file in planned.items() if file.mode == PRIVATE}
    assert private
    assert private == {path for path in planned if path.startswith("env/")}
    assert {file.mode for path, file in planned.items() if path not in private} == {PUBLIC}


def test_no_secret_is_in_a_file_that_others_can_read() -> None:
    hexadecimal = {
        "OUTLINE_SECRET_KEY": "a" * 64,
        "OUTLINE_UTILS_SECRET": "b" * 64,
        "OIDC_ENCRYPTION_KEY": "c" * 64,
    }
    secrets = {
        key: f"secret-{number:02}" + "0" * 55
        for number, key in enumerate(FAKE_SECRETS)
        if key != "COMPOSE_PROJECT_NAME"
    } | hexadecimal

    planned = plan.files(configuration(**secrets), sources.find())

    public = b"".join(file.content for file in planned.values() if file.mode == PUBLIC)
    private = b"".join(file.content for file in planned.values() if file.mode == PRIVATE)
    assert not [key for key, value in secrets.items() if value.encode() in public]
    assert not [key for key, value in secrets.items() if value.encode() not in private]


def test_the_image_is_tagged_with_the_deployments_name_and_a_hash(copied: Sources) -> None:
    assert re.fullmatch(r"wiki-oidc:[0-9a-f]{16}", image(copied))


@pytest.mark.parametrize("file", ["Dockerfile", "oidc_server/wsgi.py", "oidc_server/added.py"])
def test_a_change_of_the_providers_source_changes_the_image(copied: Sources, file: str) -> None:
    before = image(copied)

    with (copied.root / file).open("a") as stream:
        stream.write("# changed\n")

    assert image(copied) != before


@pytest.mark.parametrize(
    "changes",
    [
        {"PYTHON_IMAGE": "python:3.14-slim"},
        {"PIP_INDEX_URL": "https://pypi.example.com/simple"},
        {"IMAGE_MIRROR": "mirror.example.com"},
    ],
)
def test_a_change_of_a_build_argument_changes_the_image(
    copied: Sources, changes: dict[str, str]
) -> None:
    assert image(copied, **changes) != image(copied)


def test_what_is_no_source_does_not_change_the_image(copied: Sources) -> None:
    before = image(copied)

    for name in ("__pycache__/wsgi.cpython-313.pyc", ".coverage", "wsgi.pyc"):
        path = copied.root / "oidc_server" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")

    assert image(copied) == before


@pytest.mark.parametrize(
    ("template", "services"),
    [
        ("nginx/proxy.conf.j2", {"wiki-gateway"}),
        ("nginx/starting.html", {"wiki-gateway"}),
        ("redis/start.sh", {"redis"}),
        ("postgres-init/setup.sh", {"postgres-init"}),
        ("minio-init/policy.json.j2", {"minio-init"}),
        ("minio/health.sh", {"minio"}),
    ],
)
def test_a_change_of_a_template_changes_the_label_of_who_mounts_it(
    copied: Sources, template: str, services: set[str]
) -> None:
    before = labels(copied)

    with (copied.templates / template).open("a") as stream:
        stream.write("# changed\n")

    after = labels(copied)
    assert {name for name in after if after[name] != before[name]} == services


def test_a_ready_image_needs_no_source_of_ours(copied: Sources) -> None:
    ready = "registry.example.com/oidc-server:1"
    planned = plan.files(configuration(OIDC_SERVER_IMAGE=ready), copied)

    assert not [path for path in planned if path.startswith("oidc-server/")]
    assert image(copied, OIDC_SERVER_IMAGE=ready) == ready


def test_where_nothing_is_built_there_is_no_source_of_ours(copied: Sources) -> None:
    another = {"OIDC_ISSUER_URL": "https://id.example.org", "OIDC_CLIENT_ID": "wiki"}
    planned = plan.files(configuration(**another), copied)

    assert not [path for path in planned if "oidc" in path and not path.startswith("nginx/")]
    assert b"/uc/" not in planned["nginx/nginx.conf"].content
    assert b"oidc" not in planned["nginx/wiki.conf"].content
    assert b"OIDC" not in planned["env/postgres-init.env"].content


def test_the_build_context_holds_all_that_the_image_is_built_from(copied: Sources) -> None:
    planned = plan.files(configuration(), copied)

    context = {path: file.content for path, file in planned.items() if "oidc-server/" in path}
    assert context == {
        "oidc-server/Dockerfile": b"FROM scratch\n",
        "oidc-server/oidc_server/wsgi.py": b"application = None\n",
    }
