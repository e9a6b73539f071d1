"""The golden folders are what their config.sh gives; tests/e2e has the real programs read them."""

import re
from pathlib import Path

import pytest

from deploygen import config, shellconf, sources
from deploygen.settings import OUTER_PROXIES, SETTINGS
from tests.deploygen import golden, matrix
from tests.deploygen.made import config_text

AGAIN = "run `python -m tests.deploygen.golden` and look at what it changes"
every_case = pytest.mark.parametrize("case", golden.CASES)


def config_of(case: str) -> str:
    return (golden.FOLDER / case / "config.sh").read_text(encoding="utf-8")


def test_there_is_a_golden_folder_for_each_row_of_the_matrix_and_some_more() -> None:
    rows = {row.name for row in matrix.ROWS}
    outer = {case for case in golden.CASES if case.startswith("outer-")}

    assert rows <= set(golden.CASES)
    assert outer == {f"outer-{name}" for name in OUTER_PROXIES if name != "nginx"}
    assert set(golden.CASES) - rows - outer == {
        "data-dir",
        "defaults",
        "every-key-set",
        "external-provider",
        "ip-address",
        "localhost",
        "mail-and-passed-on",
        "mirrors",
        "seed",
    }


@pytest.mark.parametrize("row", matrix.ROWS, ids=[row.name for row in matrix.ROWS])
def test_the_config_of_a_row_says_what_the_matrix_says(row: matrix.Row) -> None:
    found = {item.key: item.value for item in shellconf.parse(config_of(row.name)).assignments}

    assert {key: found[key] for key in row.settings} == row.settings, AGAIN


@every_case
def test_a_config_gives_its_golden_files_byte_for_byte(case: str) -> None:
    generated, expected = golden.generated(case), golden.expected(case)

    assert sorted(generated) == sorted(expected), AGAIN
    for path, content in expected.items():
        assert generated[path].decode() == content.decode(), f"{path}: {AGAIN}"


def test_the_defaults_are_the_example_with_fake_secrets() -> None:
    assert config_of("defaults") == config_text(), AGAIN


def test_where_every_key_is_set_no_key_has_its_default() -> None:
    text = config_of("every-key-set")
    config.load(text, golden.FOLDER / "every-key-set")
    found = {item.key: item.value for item in shellconf.parse(text).assignments}

    # Other values of these would leave out what the other keys say.
    plain = [item for item in SETTINGS if not item.prefix]
    like_default = {item.name for item in plain if found.get(item.name, "") == item.default}
    assert {item.name for item in plain} <= set(found)
    another_provider = {name for name in like_default if name.startswith("OIDC_")}
    assert another_provider == {
        f"OIDC_{name}"
        for name in ("ISSUER_URL", "AUTH_URI", "TOKEN_URI", "USERINFO_URI", "LOGOUT_URI")
    }
    assert like_default - another_provider == {"FILE_STORAGE", "OUTER_PROXY", "ACME_STAGING"}


def test_every_template_shows_in_a_golden_folder() -> None:
    shown = {path for case in golden.CASES for path in golden.expected(case)}
    templates = {
        str(path.relative_to(sources.find().templates)).removesuffix(".j2")
        for path in sources.find().templates.rglob("*.j2")
    }

    assert templates | {"docker-compose.yml"} == shown


@every_case
def test_the_gateway_has_what_its_configuration_includes_and_no_more(case: str) -> None:
    files = {
        path.removeprefix("nginx/"): content.decode()
        for path, content in golden.whole(case).items()
        if path.startswith("nginx/")
    }
    configuration = "\n".join(text for path, text in files.items() if path.endswith(".conf"))
    included = re.findall(r"^ *include ([a-z-]+\.conf);", configuration, re.MULTILINE)
    shown = re.findall(r"^ *error_page .* /([a-z-]+\.html);", configuration, re.MULTILINE)

    assert {path for path in files if not path.endswith(".sh")} == {
        "nginx.conf",
        *included,
        *(f"pages/{page}" for page in shown),
    }


def test_the_source_of_the_oidc_server_does_not_show_in_a_golden_folder() -> None:
    files = {
        "oidc-server/Dockerfile": b"FROM scratch\n",
        "docker-compose.yml": b'image: "wiki-oidc:0123456789abcdef"\n',
    }

    assert golden.comparable(files) == {
        "docker-compose.yml": b'image: "wiki-oidc:0000000000000000"\n'
    }


def test_a_folder_is_read_with_all_that_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "a.env").write_bytes(b"A=1\n")

    assert golden.read(tmp_path) == {"env/a.env": b"A=1\n"}
