"""What `render --check` and `--diff` tell: each path that differs, and no secret."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from deploygen import folder as deployment
from deploygen import shellconf
from deploygen.generate.difference import Difference
from tests.deploygen import visible
from tests.deploygen.made import FAKE_SECRETS, config_text

SECRETS = {
    **FAKE_SECRETS,
    "ADMIN_PASSWORD": "old-admin-password",
    "REDIS_PASSWORD": "old redis/password",
    "AWS_SECRET_ACCESS_KEY": "old-secret-access-key",
    "OUTLINE_SECRET_KEY": "a" * 64,
    "ACME_ENV_CF_Token": "old-token-at-cloudflare",
    "ACME_EAB_HMAC_KEY": "old-hmac-key",
}
ACME = {
    "URL": "https://wiki.example.com",
    "TLS": "acme",
    "ACME_DNS": "dns_cf",
    "ACME_ENV_CF_Zone_ID": "zone",
    "ACME_EAB_KID": "kid",
}


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the disk behind at each file; no test here crashes the machine."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    """A folder as config.sh has it."""
    deployment.render(tmp_path, config_text(**{**SECRETS, **ACME}))
    return tmp_path


def change(folder: Path, **values: str) -> None:
    path = folder / "config.sh"
    text = path.read_text()
    for key, value in values.items():
        text = shellconf.assign(text, key, value)
    path.write_text(text)


def differences(folder: Path) -> dict[str, Difference]:
    return {item.path: item for item in deployment.compare(folder).differences}


def kinds(folder: Path) -> dict[str, str]:
    return {path: item.kind for path, item in differences(folder).items()}


def test_a_folder_that_was_just_rendered_differs_in_nothing(wiki: Path) -> None:
    assert differences(wiki) == {}


def test_looking_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.sh").write_text("ADMIN_EMAIL=wiki@example.com\n")

    found = kinds(tmp_path)

    assert found["docker-compose.yml"] == "missing"
    assert found["config.sh"] == "outdated"  # secrets would be made
    assert visible.names(tmp_path) == ["config.sh"]


def outdated(folder: Path) -> None:
    change(folder, ADMIN_USERNAME="somebody")


def missing(folder: Path) -> None:
    (folder / "env" / "oidc-init.env").unlink()


def edited(folder: Path) -> None:
    with (folder / "env" / "oidc-init.env").open("a") as file:
        file.write("MORE=1\n")


def readable_by_all(folder: Path) -> None:
    (folder / "env" / "oidc-init.env").chmod(0o644)


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (outdated, "outdated"),
        (missing, "missing"),
        (edited, "edited"),
        (readable_by_all, "mode"),
    ],
)
def test_each_way_to_differ_has_its_name(
    wiki: Path, damage: Callable[[Path], None], kind: str
) -> None:
    damage(wiki)

    assert kinds(wiki) == {"env/oidc-init.env": kind}


def test_what_config_sh_no_longer_asks_for_is_named(wiki: Path) -> None:
    change(wiki, FILE_STORAGE="local")
    (wiki / "minio-init" / "setup.sh").write_text("mine")

    found = kinds(wiki)

    assert found["minio/health.sh"] == "not needed"
    assert found["minio-init/setup.sh"] == "edited"


def test_what_is_a_persons_own_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.sh").write_text(config_text())
    (tmp_path / "docker-compose.yml").write_text("theirs\n")
    (tmp_path / "nginx").touch()

    found = differences(tmp_path)

    assert found["docker-compose.yml"].kind == "in the way"
    assert "\n-theirs\n" in found["docker-compose.yml"].diff
    assert found["nginx"].kind == "in the way"


def test_a_config_that_others_can_read_is_named(wiki: Path) -> None:
    (wiki / "config.sh").chmod(0o644)

    found = differences(wiki)["config.sh"]

    assert (found.kind, found.diff) == ("mode", "old mode 644\nnew mode 600\n")


def test_a_folder_that_containers_can_not_enter_is_named_with_its_files(wiki: Path) -> None:
    (wiki / "minio").chmod(0o700)

    found = differences(wiki)["minio/health.sh"]

    assert kinds(wiki) == {"minio/health.sh": "mode"}
    assert found.diff == "old mode 700 of minio\nnew mode 755 of minio\n"


def test_the_text_shows_what_would_change(wiki: Path) -> None:
    change(wiki, WIKI_NAME="Handbook")

    assert differences(wiki)["env/outline.env"].diff.splitlines() == [
        "--- env/outline.env",
        "+++ env/outline.env",
        *(re.findall("@@.*@@", differences(wiki)["env/outline.env"].diff)),
        '-OIDC_DISPLAY_NAME="Wiki"',
        '+OIDC_DISPLAY_NAME="Handbook"',
    ]


def test_a_changed_secret_is_seen_to_change_without_its_value(wiki: Path) -> None:
    change(wiki, REDIS_PASSWORD="new redis password")

    diff = differences(wiki)["env/redis.env"].diff
    assert [line for line in diff.splitlines() if "REDIS" in line] == [
        "-REDIS_PASSWORD=…",
        "+REDIS_PASSWORD=…",
    ]
    assert "REDIS_URL=…" in differences(wiki)["env/outline.env"].diff


def all_new(folder: Path) -> None:
    new = {key: value.replace("old", "new").replace("a", "b") for key, value in SECRETS.items()}
    change(folder, **{**new, "COMPOSE_PROJECT_NAME": "wiki"})


def another_deployment(folder: Path) -> None:
    """Services with secrets go, and their files are not needed any more."""
    gone = dict.fromkeys((*ACME, "ACME_ENV_CF_Token", "ACME_EAB_HMAC_KEY"), "")
    change(folder, **{**gone, "URL": ACME["URL"], "TLS": "proxy", "FILE_STORAGE": "local"})


def open_to_all(folder: Path) -> None:
    another_deployment(folder)
    for path in (folder / "env").iterdir():
        path.chmod(0o644)


def pasted_elsewhere(folder: Path) -> None:
    with (folder / "docker-compose.yml").open("a") as file:
        file.write("# old-admin-password\n  REDIS_PASSWORD: some-password-of-before\n")
    with (folder / "env" / "outline.env").open("a") as file:
        file.write("# some-password-of-before\nANYTHING=some-password-of-before\n")


def nothing_there(folder: Path) -> None:
    (folder / "env").unlink()


@pytest.mark.parametrize(
    "damage", [all_new, another_deployment, open_to_all, pasted_elsewhere, nothing_there]
)
def test_no_secret_is_shown_neither_old_nor_new(wiki: Path, damage: Callable[[Path], None]) -> None:
    damage(wiki)
    text = (wiki / "config.sh").read_text()
    told = "".join(item.diff for item in deployment.compare(wiki).differences)

    assert told
    secrets = {value for key, value in SECRETS.items() if key != "COMPOSE_PROJECT_NAME"}
    secrets |= {
        item.value
        for item in shellconf.parse(text).assignments
        if item.key in SECRETS and item.key != "COMPOSE_PROJECT_NAME"
    }
    secrets |= {"some-password-of-before", "old%20redis"}
    assert [value for value in secrets if value and value in told] == []


def test_a_certificates_key_is_not_shown(tmp_path: Path) -> None:
    golden = Path(__file__).parent / "golden" / "certificate"
    (tmp_path / "config.sh").write_text(
        config_text(
            URL="https://wiki.example.com",
            TLS="files",
            TLS_CERT_FILE=str(golden / "fullchain.pem"),
            TLS_KEY_FILE=str(golden / "key.pem"),
        )
    )

    diff = differences(tmp_path)["env/tls-init.env"].diff

    assert "+GATEWAY_TLS_KEY=…" in diff
    assert (golden / "key.pem").read_text().splitlines()[1] not in diff


def test_a_login_in_an_address_is_not_shown(wiki: Path) -> None:
    with (wiki / "docker-compose.yml").open("a") as file:
        file.write("# https://somebody:with-password@pip.example.com/simple\n")

    diff = differences(wiki)["docker-compose.yml"].diff

    assert "https://…@pip.example.com/simple" in diff
    assert "with-password" not in diff


@pytest.mark.parametrize(
    ("path", "line", "shown"),
    [
        ("docker-compose.yml", "      x.password: hunter2", "      x.password…"),
        ("docker-compose.yml", "      - API_TOKEN=hunter2", "      - API_TOKEN…"),
        ("nginx/nginx.conf", '    add_header X-Api-Key "hunter2";', "    add_header X-Api-Key…"),
        ("nginx/nginx.conf", "    proxy_pass http://hunter2;", "    proxy_pass http://hunter2;"),
        ("nginx/nginx.conf", "    # the key", "    # the key"),
    ],
)
def test_a_secret_of_a_persons_own_is_not_shown_where_its_name_tells(
    wiki: Path, path: str, line: str, shown: str
) -> None:
    with (wiki / path).open("a") as file:
        file.write(f"{line}\n")

    assert f"-{shown}" in differences(wiki)[path].diff.splitlines()


def test_what_is_generated_is_shown_whatever_it_is_called(wiki: Path) -> None:
    (wiki / "nginx" / "tls.conf").unlink()

    assert re.search(r"(?m)^\+ssl_certificate_key /.*;$", differences(wiki)["nginx/tls.conf"].diff)


def test_no_generated_file_that_others_can_read_holds_a_secret(wiki: Path) -> None:
    words = [value for key, value in SECRETS.items() if key != "COMPOSE_PROJECT_NAME"]
    found = [
        str(path)
        for path in wiki.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077
        for word in words
        if word.encode() in path.read_bytes()
    ]

    assert found == []
