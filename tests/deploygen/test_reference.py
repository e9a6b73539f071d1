import unicodedata

import pytest

from deploygen import config, reference, shellconf
from deploygen.settings import GROUPS, SETTINGS
from tests.deploygen.made import config_text
from tests.deploygen.reference import CHECKOUT, files

LANGUAGES = pytest.mark.parametrize("language", ["C", "zh"])


def test_what_is_made_from_the_declarations_is_up_to_date() -> None:
    made = files()
    there = {
        path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "docs/reference").iterdir()
    }
    there |= {path.name for path in CHECKOUT.glob("*.sh.example")}

    assert there == set(made)
    assert [
        name for name, text in made.items() if (CHECKOUT / name).read_text(encoding="utf-8") != text
    ] == [], "run `python -m tests.deploygen.reference`"


@LANGUAGES
def test_the_example_has_every_key_with_its_default_and_comment(language: str) -> None:
    example = reference.example(language)
    found = {item.key: item.value for item in shellconf.parse(example).assignments}

    keys = [setting for setting in SETTINGS if not setting.prefix]
    assert found == {setting.name: setting.written for setting in keys}
    for setting in keys:
        assert f"{setting.comment_in(language)}{setting.name}=" in example
    assert all(setting.comment_in(language) in example for setting in SETTINGS if setting.prefix)


def test_the_example_has_the_title_of_every_group() -> None:
    assert all(f"# --- {title} ---" in reference.example() for title in GROUPS.values())


def test_the_example_lacks_only_what_has_no_default() -> None:
    config.load(config_text())


@LANGUAGES
def test_no_line_of_the_example_is_too_wide_to_read(language: str) -> None:
    assert max(map(_columns, reference.example(language).splitlines())) <= 100


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in {"F", "W"} else 1 for char in line)


@LANGUAGES
def test_no_line_of_the_example_ends_in_a_space(language: str) -> None:
    lines = reference.example(language).splitlines()

    assert not [line for line in lines if line != line.rstrip()]
