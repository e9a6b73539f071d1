"""No config.sh, however broken, gives a traceback, a half-written folder or a secret away."""

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from deploygen import config, secrets, shellconf
from deploygen.cli import main
from deploygen.errors import UserError
from deploygen.settings import SETTINGS
from tests.deploygen import golden
from tests.deploygen.made import config_text

BATCHES = 50
IN_A_BATCH = 200
THROUGH_THE_COMMAND = 4  # of each batch
ADMIN = ("--set", "ADMIN_EMAIL=wiki@example.com")
MARK = "for-nobodys-eyes"
VARIABLES = ("LOG_LEVEL", "SENTRY_DSN", "CF_Token", "SLACK_CLIENT_SECRET", "of_nothing", "X_FILE")
CONFIDENTIAL = [
    f"{item.name}_{variable}" if item.prefix else item.name
    for item in SETTINGS
    if item.confidential
    for variable in (VARIABLES if item.prefix else VARIABLES[:1])
]
BASES = [
    config_text(),
    *((golden.FOLDER / case / "config.sh").read_text("utf-8") for case in golden.CASES),
]
FRAGMENTS: list[str] = [
    *"'\"\\$`;&|<>(){}[]~#=+!*? \t\r\n\0",
    *("\ufeff", "\u2028", "\u00a0", "\u202e", "\x1b[31m", "\x85", "é中🙂", "\U0010ffff"),
    *("'\\''", '\\"', "\\\n", "$(", "${", "<<EOF\n", "$'\\x", "export ", "export", "=", "==", "# "),
    *("-1", "0", "65536", "1e9", "99999999999999999999", "0x10", "٣", "²", "true", "nan", "None"),
    *("http://", "https://[", "//u:p@", "::1", "%", "../../../..", "/dev/zero", ".", ",", ",,"),
    *("xn--", "*.", "@", "a@b", "0.0.0.0/0", "{{ x }}", "{% x %}", "${X}", "$$", "%s", "{0}"),
]
KEYS = [item.name for item in SETTINGS] + [old for item in SETTINGS for old in item.old_names]
Mutation = Callable[[Random, str], str]


def _insert(random: Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(FRAGMENTS) + text[at:]


def _remove(random: Random, text: str) -> str:
    start = random.randrange(len(text) + 1)
    length = random.choice([1, 1, 2, 10, 1000])
    return text[:start] + text[start + length :]


def _replace_value(random: Random, text: str) -> str:
    value = "".join(random.choices(FRAGMENTS, k=random.randrange(4)))
    lines = text.split("\n")
    lines.insert(random.randrange(len(lines) + 1), f"{random.choice(KEYS)}={value}")
    return "\n".join(lines)


def _swap_lines(random: Random, text: str) -> str:
    lines = text.split("\n")
    random.shuffle(lines)
    return "\n".join(lines)


def _mix_values(random: Random, text: str) -> str:
    found = list(shellconf.values(shellconf.parse(text)))
    if not found:
        return text
    one, other = random.choice(found), random.choice(found)
    if MARK in one.value:
        return text
    return shellconf.assign(text, other.key, one.value)


def _noise(random: Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    ends = random.choices([128, 0xD800], k=20)
    noise = "".join(chr(random.randrange(end)) for end in ends)
    return text[:at] + noise + text[at:]


def _windows(_: Random, text: str) -> str:
    return text.replace("\n", "\r\n")


def _deep(random: Random, text: str) -> str:
    return f"{text}\nURL={random.choice(FRAGMENTS) * 2000}\n"


MUTATIONS: list[Mutation] = [
    *(_insert, _insert, _remove, _remove, _replace_value, _replace_value, _mix_values, _mix_values),
    *(_swap_lines, _noise, _windows, _deep),
]


def fuzzed(random: Random) -> str:
    """Return a config.sh that was right before this and that, with a secret to look for."""
    text = random.choice(BASES)
    for key in random.sample(CONFIDENTIAL, 3):
        text = shellconf.assign(text, key, random.choice(["", "it's ", "$", "a b "]) + MARK)
    for _ in range(random.choice([0, 1, 1, 2, 3, 8])):
        text = random.choice(MUTATIONS)(random, text)
    return text


def as_bytes(random: Random, text: str) -> bytes:
    """Return a file of it, which may hold bytes of no encoding."""
    content = text.encode()
    if random.random() < 0.2:
        at = random.randrange(len(content) + 1)
        content = content[:at] + random.randbytes(random.choice([1, 1, 100])) + content[at:]
    return content


def told_of(text: str, folder: Path) -> str:
    """Return all that a person is told of a config.sh when it is read."""
    try:
        filled = secrets.fill(text, folder, fresh=True)
        loaded = config.load(filled, folder)
    except UserError as error:
        return str(error)
    return "\n".join(str(item) for item in config.warnings(loaded, filled))


def readable(folder: Path) -> dict[str, bytes]:
    """Return every file that is read below ``folder``, through links as programs do."""
    files = {}
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name != ".deploygen"]
        for name in names:
            path = Path(place, name)
            files[str(path.relative_to(folder))] = path.read_bytes()
    return files


@pytest.mark.parametrize("seed", range(BATCHES))
def test_any_file_is_read_or_refused_with_reasons_that_hold_no_secret(
    seed: int, tmp_path: Path
) -> None:
    random = Random(seed)  # noqa: S311 - nothing secret
    for number in range(IN_A_BATCH):
        text = fuzzed(random)

        try:
            told = told_of(text, tmp_path)
        except Exception as error:
            error.add_note(f"file {number} of seed {seed}: {text!r}")
            raise

        assert MARK not in told, f"file {number} of seed {seed}: {text!r}"


@pytest.mark.parametrize("seed", range(BATCHES))
def test_what_the_command_refuses_leaves_the_folder_as_it_was(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no machine crashes here
    random = Random(-1 - seed)  # noqa: S311 - nothing secret
    command = CliRunner()
    assert command.invoke(main, ["init", str(tmp_path), "--yes", *ADMIN]).exit_code == 0
    for number in range(THROUGH_THE_COMMAND):
        content = as_bytes(random, fuzzed(random))
        (tmp_path / "config.sh").write_bytes(content)
        before = readable(tmp_path)

        result = command.invoke(main, ["render", str(tmp_path)])

        case = f"file {number} of seed {seed}: {content!r}"
        assert result.exception is None or isinstance(result.exception, SystemExit), case
        assert MARK not in result.output, case
        if result.exit_code:
            assert readable(tmp_path) == before, case


@pytest.mark.parametrize("piece", ["a", "'", '"', "\\", " ", "=", "(", "[", "K=", "~:", "{{ x }}"])
@pytest.mark.parametrize("begin", ["", "URL=", "WIKI_NAME='", 'WIKI_NAME="'])
def test_a_line_of_a_megabyte_is_read_or_refused(begin: str, piece: str, tmp_path: Path) -> None:
    text = begin + piece * (1_000_000 // len(piece))

    assert told_of(text, tmp_path)


@pytest.mark.parametrize("line", ["", "K=", "K='", 'K="$', "# why", "URL=a", "K = a", "K_1=a"])
def test_ten_thousand_lines_are_read_or_refused(line: str, tmp_path: Path) -> None:
    assert told_of(f"{line}\n" * 10_000, tmp_path)
