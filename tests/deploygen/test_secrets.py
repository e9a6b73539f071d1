import re
from pathlib import Path

import pytest

from deploygen import config, reference, secrets, shellconf
from deploygen.settings import SETTINGS
from tests.deploygen.made import config_text

FOLDER = Path("/srv/wiki")
MADE = [setting for setting in SETTINGS if setting.secret]


def values(text: str) -> dict[str, str]:
    return {item.key: item.value for item in shellconf.values(shellconf.parse(text))}


def test_every_secret_that_is_missing_is_made() -> None:
    filled = values(secrets.fill(reference.example(), FOLDER, fresh=True))

    assert len(MADE) > 10
    assert all(filled[setting.name] for setting in MADE)


def test_what_is_made_is_right() -> None:
    text = shellconf.assign(reference.example(), "ADMIN_EMAIL", "wiki@example.com")

    config.load(secrets.fill(text, FOLDER, fresh=True))


def test_a_secret_is_kept_ever_after() -> None:
    once = secrets.fill(reference.example(), FOLDER, fresh=True)

    assert secrets.fill(once, Path("/srv/moved"), fresh=True) == once


def test_a_secret_of_the_persons_own_is_kept() -> None:
    text = config_text(ADMIN_PASSWORD="of their own")

    assert secrets.fill(text, FOLDER, fresh=True) == text


def test_two_deployments_share_no_secret() -> None:
    one, other = (values(secrets.fill(reference.example(), FOLDER, fresh=True)) for _ in range(2))

    shared = [item.name for item in MADE if one[item.name] == other[item.name]]
    assert shared == ["COMPOSE_PROJECT_NAME"]


def test_a_quote_that_is_never_closed_is_not_closed_by_a_comment_of_ours() -> None:
    text = "WIKI_NAME='my wiki\n"

    (problem,) = shellconf.parse(secrets.fill(text, FOLDER, fresh=True)).problems

    assert problem.wrong == "the single quote is never closed"


def test_secrets_of_one_deployment_all_differ() -> None:
    filled = values(secrets.fill(reference.example(), FOLDER, fresh=True))

    made = [filled[setting.name] for setting in MADE]
    assert len(set(made)) == len(made)


def test_only_the_lines_of_secrets_change() -> None:
    before = reference.example().splitlines()
    after = secrets.fill(reference.example(), FOLDER, fresh=True).splitlines()

    assert len(after) == len(before)
    changed = {new.partition("=")[0] for old, new in zip(before, after, strict=True) if old != new}
    assert changed == {setting.name for setting in MADE}


@pytest.mark.parametrize(
    ("key", "pattern"),
    [
        ("ADMIN_PASSWORD", r"([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}"),
        ("OUTLINE_SECRET_KEY", r"[0-9a-f]{64}"),
        ("OIDC_CLIENT_ID", r"[0-9a-f]{20}"),
        # MinIO takes 8 to 40 characters.
        ("AWS_SECRET_ACCESS_KEY", r"[0-9a-f]{40}"),
        ("AWS_ACCESS_KEY_ID", r"[0-9a-f]{20}"),
    ],
)
def test_a_secret_has_the_format_that_its_reader_asks_for(key: str, pattern: str) -> None:
    assert re.fullmatch(pattern, values(secrets.fill(reference.example(), FOLDER, fresh=True))[key])


def test_a_secret_under_its_old_name_is_kept() -> None:
    text = reference.example() + "MINIO_SECRET_KEY=from-an-old-file\n"

    filled = values(secrets.fill(text, FOLDER, fresh=True))

    assert filled["MINIO_SECRET_KEY"] == "from-an-old-file"
    assert not filled["AWS_SECRET_ACCESS_KEY"]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("/srv/wiki", "wiki"),
        ("/srv/My Wiki_2", "my-wiki-2"),
        ("/srv/維基", "wiki"),
        ("/srv/.hidden", "hidden"),
        ("/srv/" + "a" * 30 + "-b", "a" * 30),
        ("/", "wiki"),
    ],
)
def test_a_deployment_is_named_for_its_folder(folder: str, name: str) -> None:
    assert secrets.project_name(Path(folder)) == name


def test_what_data_depends_on_is_made_for_a_new_deployment_only() -> None:
    whole = secrets.fill(reference.example(), FOLDER, fresh=True)
    text = shellconf.assign(whole, "OUTLINE_SECRET_KEY", "")
    text = shellconf.assign(text, "COMPOSE_PROJECT_NAME", "")
    text = shellconf.assign(text, "REDIS_PASSWORD", "")

    filled = values(secrets.fill(text, FOLDER, fresh=False))

    assert filled["REDIS_PASSWORD"]
    assert (filled["OUTLINE_SECRET_KEY"], filled["COMPOSE_PROJECT_NAME"]) == ("", "")


@pytest.mark.parametrize("key", ["DJANGO_SECRET_KEY", "OIDC_ENCRYPTION_KEY"])
def test_a_deployment_from_before_gets_a_secret_that_is_new(key: str) -> None:
    whole = secrets.fill(reference.example(), FOLDER, fresh=True)
    before = "".join(line for line in whole.splitlines(True) if not line.startswith(f"{key}="))

    assert values(secrets.fill(before, FOLDER, fresh=False))[key]


def test_a_key_that_is_new_to_a_file_comes_with_its_comment() -> None:
    filled = secrets.fill("URL=http://localhost:8888\n", FOLDER, fresh=True)

    assert "\n\n# Of Redis.\nREDIS_PASSWORD=" in filled


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ((), "wiki"),
        (("wiki",), "wiki-2"),
        (("wiki", "wiki-2", "wiki-4"), "wiki-3"),
        (("wiki-2",), "wiki"),
    ],
)
def test_a_new_deployment_takes_no_others_name(taken: tuple[str, ...], name: str) -> None:
    filled = secrets.fill(reference.example(), FOLDER, fresh=True, taken=lambda: taken)

    assert values(filled)["COMPOSE_PROJECT_NAME"] == name


def test_a_long_name_with_a_number_is_still_a_name() -> None:
    long = "w" * 40

    assert secrets.project_name(Path(long), {"w" * 31}) == f"{'w' * 29}-2"


def test_nobody_is_asked_for_names_where_there_is_one() -> None:
    def asked() -> tuple[str, ...]:
        raise AssertionError

    secrets.fill("COMPOSE_PROJECT_NAME=wiki\n", FOLDER, fresh=True, taken=asked)
    secrets.fill("URL=http://localhost\n", FOLDER, fresh=False, taken=asked)
