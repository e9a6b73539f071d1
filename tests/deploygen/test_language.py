import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploygen import kinds, language
from deploygen.errors import Notice
from deploygen.language import N_, _, all_of, clauses, either, in_language, listed, ngettext

VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
MARKED = N_("it has no value")
CHINESE = "没有值"


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "zh")


def environment(**values: str) -> dict[str, str]:
    """Return a process's environment with no other variable of a language than these."""
    return {name: value for name, value in os.environ.items() if name not in VARIABLES} | values


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"LANGUAGE": "zh"}, CHINESE),
        ({"LANGUAGE": "zh_CN:en"}, CHINESE),
        ({"LANG": "zh_CN.UTF-8"}, CHINESE),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, CHINESE),
        ({"LC_ALL": "zh_CN.UTF-8", "LC_MESSAGES": "C", "LANG": "C"}, CHINESE),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8"}, MARKED),
        ({"LANGUAGE": "C", "LANG": "zh_CN.UTF-8"}, MARKED),
        ({"LANGUAGE": "", "LANG": "C.UTF-8"}, MARKED),
        ({"LANG": "en_US.UTF-8"}, MARKED),
        ({"LANG": "de_DE.UTF-8"}, MARKED),
        ({"LANG": "no such language"}, MARKED),
        ({}, MARKED),
    ],
)
def test_the_environment_says_in_which_language(
    values: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)

    assert _(MARKED) == expected


def test_a_language_can_be_asked_for_whatever_the_person_s_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert in_language(MARKED, "zh") == CHINESE
    assert language.of_person() == "C"

    monkeypatch.setenv("LANGUAGE", "zh_CN")

    assert in_language(MARKED, "C") == MARKED
    assert language.of_person() == "zh"


def test_what_is_made_at_import_is_shown_in_the_language_of_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    optional = kinds.optional(kinds.choice("off", "files", "proxy"))

    english = optional.accepts()
    monkeypatch.setenv("LANGUAGE", "zh")

    assert english == "empty, or off or files or proxy"
    assert optional.accepts().startswith("off、files 或 proxy")


@pytest.mark.parametrize("used", ["C", "zh"])
def test_braces_in_a_value_stay_as_they_are(used: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", used)
    value = "{what} {0} {} %s"

    assert value in _("accepted is {what}", what=value)
    assert value in _("warning: {message}", message=_("accepted is {what}", what=value))
    assert value in either((value, "b"))


def test_a_message_that_takes_no_values_may_hold_braces() -> None:
    assert _("a { may be expanded by bash") == "a { may be expanded by bash"


@pytest.mark.parametrize(
    ("n", "expected"), [(1, "1 file written"), (2, "2 files written"), (0, "0 files written")]
)
def test_a_number_of_things_has_its_plural(n: int, expected: str) -> None:
    assert ngettext("{n} file written", "{n} files written", n) == expected


@pytest.mark.usefixtures("chinese")
def test_chinese_has_one_form_for_any_number() -> None:
    one, two = (
        ngettext(
            "remove that line first ({page} says what such a key is here)",
            "remove those lines first ({page} says what such a key is here)",
            n,
            page="PAGE",
        )
        for n in (1, 2)
    )

    assert one == two
    assert "PAGE" in one


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        (either(("a",)), "a"),
        (either(("a", "b")), "a or b"),
        (either(("a", "b", "c")), "a or b or c"),
        (all_of(("a", "b", "c")), "a and b and c"),
        (listed(("a", "b", "c")), "a, b, c"),
        (clauses("it is wrong", "", "do that"), "it is wrong; do that"),
        (clauses("", ""), ""),
    ],
)
def test_what_belongs_together_is_joined(joined: str, expected: str) -> None:
    assert joined == expected


@pytest.mark.usefixtures("chinese")
def test_chinese_joins_with_signs_of_its_own() -> None:
    assert either(("a",)) == "a"
    assert either(("a", "b")) == "a 或 b"
    assert either(("a", "b", "c")) == "a、b 或 c"
    assert all_of(("a", "b")) == "a、b"
    assert listed(("a", "b")) == "a、b"
    assert clauses("a", "", "b") == "a\N{FULLWIDTH SEMICOLON}b"


@pytest.mark.usefixtures("chinese")
def test_a_place_is_the_same_in_every_language_since_editors_jump_to_it() -> None:
    notice = Notice(line=3, key="URL", message="m")

    assert notice.located("config.sh") == "config.sh:3: URL: 警告\N{FULLWIDTH COLON}m"


def test_the_command_line_speaks_chinese_by_lang(tmp_path: Path) -> None:
    (tmp_path / "config.sh").write_text("URL=https://wiki.example.com:99999\n")

    done = subprocess.run(
        [sys.executable, "-m", "deploygen", "check", str(tmp_path)],
        env=environment(LANG="zh_CN.UTF-8"),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 3
    assert "config.sh:1: URL: 'https://wiki.example.com:99999' 不正确" in done.stderr
