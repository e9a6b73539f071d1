"""deploygen.shellconf against bash, whose reading of a config.sh is the one that counts."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
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


class Bash:
    """A bash that reads one config.sh after the other, each in a subshell of its own."""

    _LOOP = """
        while read -r file keys; do (
            unset $keys
            source "$file" </dev/null || echo "source failed" >&2
            for key in $keys; do
                [[ -v $key ]] && printf '%s\\0%s\\0' "$key" "${!key}"
            done
            printf '.end\\0'
        ) done
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "config.sh"
        self._errors = (folder / "errors").open("w+b")
        self._process = subprocess.Popen(
            [BASH, "--norc", "-c", self._LOOP],
            cwd=folder,
            env={"PATH": "/nowhere", "HOME": "/home/somebody", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def meaning(self, text: str, keys: Iterable[str] = ()) -> Mapping[str, str]:
        """Return what bash has in each key that is set after sourcing ``text``."""
        assert self._process.stdin
        assert self._process.stdout
        self._file.write_bytes(text.encode())
        self._process.stdin.write(f"config.sh {' '.join({*KEYS, *keys})}\n".encode())
        self._process.stdin.flush()
        answer = b""
        words: list[str] = []
        while ".end" not in words[::2]:
            more = os.read(self._process.stdout.fileno(), 65536)
            assert more, "bash has ended"
            answer += more
            words = answer.decode(errors="surrogateescape").split("\0")[:-1]
        assert self._errors.read() == b""
        return dict(zip(words[:-1:2], words[1:-1:2], strict=True))

    def close(self) -> None:
        """Let it come to its end."""
        self._process.communicate()
        self._errors.close()


@pytest.fixture(scope="module")
def bash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bash]:
    process = Bash(tmp_path_factory.mktemp("bash"))
    yield process
    process.close()


@settings(max_examples=2000)
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
def test_what_is_accepted_means_the_same_to_bash(bash: Bash, text: str) -> None:
    assume(not shellconf.parse(text).problems)

    assert bash.meaning(text, meaning(text)) == meaning(text)


@settings(max_examples=500)
@given(VALUES.filter(lambda text: "\r" not in text), st.sampled_from(["", "'", '"']))
def test_a_quoted_value_means_itself_to_bash_and_to_us(bash: Bash, value: str, like: str) -> None:
    text = f"K={shellconf.quote(value, like)}\n"

    assert meaning(text) == {"K": value}
    assert bash.meaning(text) == {"K": value}


@settings(max_examples=1000)
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


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("K=a # why", "b", "K=b # why"),
        ("K=a # why", "b c", "K='b c' # why"),
        ("K= # why", "b", "K=b # why"),
        ("export K='a'\t#why", "b", "export K='b'\t#why"),
        ("K='a'", "it's", "K='it'\\''s'"),
        ("K='a'", "", "K=''"),
        ('  K="a" # why', "b c", '  K="b c" # why'),
        ('K="a"', "", 'K=""'),
        ('K="a"', "$b", "K='$b'"),
        ('K="a"', "b\\", "K='b\\'"),
        ("K=", "", "K="),
    ],
)
def test_an_edit_keeps_the_quotes_and_what_stands_around(
    before: str, value: str, after: str
) -> None:
    assert shellconf.assign(before, "K", value) == after


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
EACH = "write one on each line"
REMOVE = "remove the line, or start it with #"
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
        ('K="\\\x7f"~', "K", "it holds a character that can't be printed", "", "remove it"),
        ('K="\\\x01"', "K", "it holds a character that can't be printed", "", "remove it"),
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
        ("UID=0", "UID", "bash keeps this name for itself", "", "remove the line"),
        ("RANDOM=0", "RANDOM", "bash keeps this name for itself", "", "remove the line"),
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
            "+= is not =",
            ACCEPTED,
            "write the whole value, as KEY=value",
        ),
        ("K[0]=a", "K", "[ ] sets an item of an array in bash", ACCEPTED, "write KEY=value"),
        ("K= a", "K", "there is a space after the =", "", "write KEY=value without spaces"),
        ("K=a L=b", "K", "another assignment follows on its line", "", EACH),
        ("export K=a L=b", "K", "another assignment follows on its line", "", EACH),
        ("K=<<END", "K", "a < redirects in bash", "", QUOTE),
        ("K=a # \0", "K", "the line holds a NUL byte", "", "remove it"),
        ("readonly K=a", "this line", "this is not an assignment", ACCEPTED, REMOVE),
        ("alias K=a", "this line", "this is not an assignment", ACCEPTED, REMOVE),
        (
            "=a",
            "this line",
            "this is not an assignment",
            ACCEPTED,
            REMOVE,
        ),
        (
            "hunter2: x",
            "this line",
            "this is not an assignment",
            ACCEPTED,
            REMOVE,
        ),
        (
            "if true; then",
            "this line",
            "this is not an assignment",
            ACCEPTED,
            REMOVE,
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


def test_the_lines_that_windows_line_ends_spoil_are_known_without_their_sentences() -> None:
    document = shellconf.parse("A=1\r\nB=$B\n\r\nC='3' \r\n")

    assert [problem.line for problem in document.problems] == [1, 2, 3, 4]
    assert [problem.line for problem in document.line_ends] == [1, 3, 4]
    assert [problem.line for problem in document.told] == [1, 2]


@pytest.mark.parametrize("name", sorted(shellconf._OF_BASH))  # noqa: SLF001 - bash is to agree
def test_bash_does_not_keep_what_a_name_of_its_own_is_set_to(name: str, tmp_path: Path) -> None:
    (tmp_path / "config.sh").write_text(f"{name}=a.b\n")

    done = subprocess.run(
        [BASH, "--norc", "-c", "source ./config.sh; [[ ${!1} == a.b ]]", "bash", name],
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )

    assert done.returncode != 0


def test_a_large_file_is_read_in_a_time_that_grows_with_it() -> None:
    text = "".join(f"KEY_{number}=value # why\n" for number in range(50_000))

    document = shellconf.parse(text)

    assert [item.line for item in shellconf.values(document)] == list(range(1, 50_001))


def test_every_refused_line_is_reported_and_the_others_are_read() -> None:
    document = shellconf.parse("A=$x\nB=1\nC=a b\nD=2\n")

    assert [(problem.line, problem.key) for problem in document.problems] == [(1, "A"), (3, "C")]
    assert [item.key for item in document.assignments] == ["B", "D"]


@settings(max_examples=500)
@given(st.text(CHARACTERS | st.just("\0"), max_size=60))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    shellconf.parse(text)
