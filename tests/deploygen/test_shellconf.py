"""deploygen.shellconf against bash, whose reading of a config.sh is the one that counts."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from deploygen import shellconf
from deploygen.errors import Problem

BASH = shutil.which("bash") or "bash"
KEYS = ["K", "URL", "K_2", "Kk"]
# What decides how bash reads a value, more often than chance would have it.
CHARACTERS = st.one_of(
    st.sampled_from(list("'\"\\$`#=~:; &|<>()*?[]{}!%^+-@,./")),
    st.sampled_from(list(" \t\n\r\x0b\x0c\x01\x7f\u00a0\u2028\ufeff")),
    st.sampled_from(list("aZ09_é中🙂")),
    st.characters(codec="utf-8", exclude_characters="\0"),
)
VALUES = st.text(CHARACTERS, max_size=12)
SOURCE = st.one_of(
    VALUES,
    VALUES.map(shellconf.quote),
    VALUES.map(lambda text: f'"{text}"'),
    VALUES.map(lambda text: f"'{text}'"),
)
LINES = st.one_of(
    st.builds(
        "{}{}{}={}{}{}".format,
        st.sampled_from(["", "", " ", "\t"]),
        st.sampled_from(["", "", "export ", "export \t"]),
        st.sampled_from(KEYS),
        SOURCE,
        st.one_of(st.just(""), SOURCE),
        st.sampled_from(["", "", " ", "\t# why", " #", "#a", "\r"]),
    ),
    VALUES.map(lambda text: "#" + text.replace("\n", "")),
    st.sampled_from(["", "  ", "\t", "# K=commented out", " # indented \\"]),
)
TEXTS = st.builds(
    "{}{}".format, st.lists(LINES, max_size=5).map("\n".join), st.sampled_from(["\n", ""])
)


def meaning(text: str) -> dict[str, str]:
    return {item.key: item.value for item in shellconf.values(shellconf.parse(text))}


def bash_meaning(folder: Path, text: str) -> Mapping[str, str]:
    """Return what bash has in each key that is set after sourcing ``text``."""
    keys = sorted({*KEYS, *meaning(text)})
    file = folder / "config.sh"
    file.write_bytes(text.encode())
    script = (
        'unset "${@:2}"; source "$1" >&2 || exit 1; '
        'for key in "${@:2}"; do [[ -v $key ]] && printf "%s\\0%s\\0" "$key" "${!key}"; done; :'
    )
    done = subprocess.run(
        [BASH, "--norc", "-c", script, "bash", file, *keys],
        env={"PATH": "/nowhere", "HOME": "/home/somebody", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
        timeout=10,
    )
    assert done.stderr == b""
    words = done.stdout.decode().split("\0")[:-1]
    return dict(zip(words[::2], words[1::2], strict=True))


@settings(max_examples=200)
@given(TEXTS)
@example("K=a#b\n")
@example("K=#b\n")
@example("K= # nothing\n")
@example("K='a'\\''b'\"c\"d # why\n")
@example('K="a\\\nb"\n')
@example('K="a\\b\\"\\$"\n')
@example('K="a\\\\b"\n')
@example("K=1\nexport K=2\n")
@example("K='two\nlines'\n")
@example("K=a=~b\n")
@example("# a comment that ends in a backslash \\\nK=a\n")
@example("# a carriage return\r\nK=a\n")
@example("K=*{a,b}[c]!\n")
@example("K=\\~\n")
def test_what_is_accepted_means_the_same_to_bash(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    assume(not shellconf.parse(text).problems)

    assert bash_meaning(tmp_path_factory.getbasetemp(), text) == meaning(text)


@settings(max_examples=50)
@given(VALUES.filter(lambda text: "\r" not in text))
def test_a_quoted_value_means_itself_to_bash_and_to_us(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    text = f"K={shellconf.quote(value)}\n"

    assert meaning(text) == {"K": value}
    assert bash_meaning(tmp_path_factory.getbasetemp(), text) == {"K": value}


@settings(max_examples=500)
@given(TEXTS, st.sampled_from(KEYS), VALUES.filter(lambda text: "\r" not in text))
def test_an_edit_changes_one_key_and_no_byte_of_another_line(
    text: str, key: str, value: str
) -> None:
    before = shellconf.parse(text)
    assume(not before.problems)

    edited = shellconf.assign(text, key, value)

    after = shellconf.parse(edited)
    assert not after.problems
    assert meaning(edited) == {**meaning(text), key: value}
    found = before.last(key)
    if found is None:
        assert edited.startswith(text)
    else:
        replaced = after.last(key)
        assert replaced is not None
        assert edited[: replaced.start] == text[: found.start]
        assert edited[replaced.end :] == text[found.end :]


def test_a_value_that_is_already_so_keeps_its_quoting() -> None:
    text = 'K="a" # why\n'

    assert shellconf.assign(text, "K", "a") == text


def test_an_edit_of_a_key_given_twice_changes_the_one_that_counts() -> None:
    assert shellconf.assign("K=1\nK=2\n", "K", "3") == "K=1\nK=3\n"


def test_a_new_key_comes_last_under_its_comment() -> None:
    assert shellconf.assign("K=1", "L", "a b", "# why\n") == "K=1\n# why\nL='a b'\n"


def test_an_assignment_knows_its_line() -> None:
    text = "# one\nK='two\nthree'\n\nL=five\n"

    assert [(item.key, item.line) for item in shellconf.parse(text).assignments] == [
        ("K", 2),
        ("L", 5),
    ]


ACCEPTED = "accepted are KEY=value, comments and empty lines"
QUOTE = "put the value in single quotes"
UNIX = "save the file with Unix line ends (LF)"


@pytest.mark.parametrize(
    ("line", "key", "wrong", "accepted", "remedy"),
    [
        ("K=$HOME", "K", "a $ is expanded by bash", "", QUOTE),
        ("K=`id`", "K", "a ` runs a command in bash", "", QUOTE),
        ("K=a;L=b", "K", "a ; ends the command in bash", "", QUOTE),
        ("K=a&", "K", "an & ends the command in bash", "", QUOTE),
        ("K=a|b", "K", "a | starts another command in bash", "", QUOTE),
        ("K=a<b", "K", "a < redirects in bash", "", QUOTE),
        ("K=a>b", "K", "a > redirects in bash", "", QUOTE),
        ("K=(a)", "K", "a ( starts an array or a subshell in bash", "", QUOTE),
        ("K=a)", "K", "a ) is syntax to bash", "", QUOTE),
        ("export K={a,b}", "K", "a { may be expanded by bash", "", QUOTE),
        (
            'K="$HOME"',
            "K",
            "a $ is expanded by bash",
            "",
            "use single quotes instead of double quotes",
        ),
        (
            'K="`id`"',
            "K",
            "a ` runs a command in bash",
            "",
            "use single quotes instead of double quotes",
        ),
        (
            "K=~/wiki",
            "K",
            "a ~ is expanded by bash",
            "",
            "write the path out, or use single quotes",
        ),
        (
            "K=/bin:~/bin",
            "K",
            "a ~ is expanded by bash",
            "",
            "write the path out, or use single quotes",
        ),
        ("K='a", "K", "the single quote is never closed", "", "add the closing '"),
        ('K="a', "K", "the double quote is never closed", "", 'add the closing "'),
        ("K=a\\", "K", "the line ends in a backslash", "", QUOTE),
        (
            "K=a b",
            "K",
            "there is a space in the value, after which bash runs a command",
            "",
            QUOTE,
        ),
        (
            "K=a\r",
            "K",
            "the value holds a carriage return, as bash would keep it from a Windows line end",
            "",
            UNIX,
        ),
        ("K='a' \r", "K", "the line ends in a carriage return", "", UNIX),
        ("\r", "this line", "the line ends in a carriage return", ACCEPTED, UNIX),
        ("K='a\0b'", "K", "the value holds a NUL byte", "", "remove it"),
        ("# \0", "this line", "the line holds a NUL byte", ACCEPTED, "remove it"),
        (
            "\ufeff# begin",
            "this line",
            "the file starts with a byte order mark",
            ACCEPTED,
            "save it as UTF-8 without BOM",
        ),
        ("UID=0", "UID", "bash can't set this name", "", "remove the line"),
        (
            "K = a",
            "K",
            "there is a space before the =",
            ACCEPTED,
            "write KEY=value without spaces",
        ),
        (
            "K+=a",
            "K",
            "this is not an assignment",
            ACCEPTED,
            "remove the line, or start it with #",
        ),
        (
            "=a",
            "this line",
            "this is not an assignment",
            ACCEPTED,
            "remove the line, or start it with #",
        ),
        (
            "hunter2: x",
            "this line",
            "this is not an assignment",
            ACCEPTED,
            "remove the line, or start it with #",
        ),
        (
            "if true; then",
            "this line",
            "this is not an assignment",
            ACCEPTED,
            "remove the line, or start it with #",
        ),
    ],
)
def test_what_bash_would_interpret_is_refused_with_the_remedy(
    line: str, key: str, wrong: str, accepted: str, remedy: str
) -> None:
    document = shellconf.parse(f"GOOD=1\n{line}\n" if not line.startswith("\ufeff") else line)

    (problem,) = document.problems

    assert problem == Problem(
        line=1 if line.startswith("\ufeff") else 2,
        key=key,
        wrong=wrong,
        accepted=accepted,
        remedy=remedy,
    )


def test_every_refused_line_is_reported_and_the_others_are_read() -> None:
    document = shellconf.parse("A=$x\nB=1\nC=a b\nD=2\n")

    assert [(problem.line, problem.key) for problem in document.problems] == [(1, "A"), (3, "C")]
    assert [item.key for item in document.assignments] == ["B", "D"]


@settings(max_examples=500)
@given(st.text(CHARACTERS | st.just("\0"), max_size=60))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    shellconf.parse(text)
