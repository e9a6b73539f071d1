"""What the tables of messages hold is told in Chinese too: at the same place, of the same values.

The rows are those of the tests that know the English.
"""

import errno
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from deploygen import certificate, config, outer, seed, shellconf, topology
from deploygen.cli.verb import Verb, Verbs
from deploygen.language import clauses
from tests.certificates import DAY, make
from tests.deploygen import test_certificate, test_cli, test_config, test_seed, test_shellconf
from tests.deploygen.made import config_text, configuration

Tell = Callable[[], Sequence[str]]

_PLACE = re.compile(r"(?:config\.sh(?::\d+)?: )?(?:\w+: )?", re.ASCII)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A value stands between quotes and a command between backticks. What else is to be the same are
# keys, numbers, addresses and names: whatever is no word in small letters.
_QUOTED = re.compile(r"(?<!\w)'([^'…]+)'(?!\w)|`([^`]+)`")
_NO_WORD = re.compile(r"[^\s();,]*[A-Z0-9_=/@:*][^\s();,]*")
_SENTENCE = re.compile(r"[A-Za-z']+(?: [A-Za-z']+){2,}")
_SEMICOLON = "\N{FULLWIDTH SEMICOLON}"
_OF_THE_SYSTEM = os.strerror(errno.ENAMETOOLONG)


def rows(test: Callable[..., None]) -> list[Any]:
    """Return the table that ``test`` is run with."""
    marks = vars(test)["pytestmark"]
    table = next(mark for mark in marks if mark.name == "parametrize")
    return list(table.args[1])


def refused(text: Callable[..., str], changes: dict[str, str]) -> list[str]:
    return test_config.messages(text(**changes))


def warned(text: Callable[..., str], changes: dict[str, str]) -> list[str]:
    found = config.warnings(config.load(text(**changes)), text(**changes))
    return [item.located("config.sh") for item in found]


def not_read(line: str) -> list[str]:
    return [item.message for item in shellconf.parse(line).problems]


def not_taken_over(text: str) -> list[str]:
    return [item.message for item in seed.translate(text).problems]


def directions(changes: dict[str, str]) -> list[str]:
    loaded = configuration(URL="https://wiki.example.com", TLS="proxy", **changes)
    return [outer.directions(loaded, topology.of(loaded)) or ""]


def of_certificate(chain: str, key: str, *hosts: str) -> list[str]:
    found = certificate.problems(chain, key, hosts or (test_certificate.HOST,))
    return [clauses(item.wrong, item.accepted, item.remedy) for item in found]


def _of_config() -> Iterator[Tell]:
    for key, value, _english in rows(
        test_config.test_a_wrong_value_is_located_explained_and_remedied
    ):
        yield partial(refused, config_text, {key: value})
    for key, _english in rows(
        test_config.test_a_key_that_does_not_exist_is_answered_with_the_nearest
    ):
        yield partial(refused, config_text, {key: "anything"})
    for changes, _key, _english in rows(
        test_config.test_keys_that_contradict_each_other_are_explained
    ):
        yield partial(refused, config_text, changes)
    for changes, _key, _english in rows(
        test_config.test_what_works_but_may_not_be_meant_is_warned_of
    ):
        yield partial(warned, config_text, changes)
    for line, *_english in rows(
        test_shellconf.test_what_bash_would_interpret_is_refused_with_the_remedy
    ):
        yield partial(not_read, line)


def _of_seed() -> Iterator[Tell]:
    for changes, _english in rows(
        test_seed.test_what_can_not_be_adopted_is_refused_with_the_remedy
    ):
        yield partial(refused, test_seed.seeds, changes)
    for changes, _key, _english in rows(test_seed.test_what_has_no_effect_any_more_is_warned_of):
        yield partial(warned, test_seed.seeds, changes)
    for line, *_english in rows(
        test_seed.test_what_can_not_be_read_or_contradicts_itself_is_not_taken_over
    ):
        yield partial(not_taken_over, line)
    text = (
        f"{test_seed.SAMPLE}ALLOWED_DOMAINS=example.com\nMY_OWN=1\n"
        "OIDC_AUTH_URI=http://127.0.0.1/uc/oauth/authorize/\n"
    )
    yield lambda: seed.translate(text).left_out


def _of_outer() -> Iterator[Tell]:
    for changes, _english in rows(test_cli.test_init_says_what_the_web_server_in_front_needs):
        yield partial(directions, changes)
    for name in rows(test_cli.test_init_says_where_what_it_made_for_the_web_server_goes):
        yield partial(directions, {"OUTER_PROXY": name})


def _of_certificates() -> Iterator[Tell]:
    good = make(test_certificate.HOST)
    late = make(test_certificate.HOST, start=test_certificate.NOW - 100 * DAY)
    yield partial(of_certificate, late.certificate_pem, make("other.example.com").key_pem)
    for names, hosts, _english in rows(
        test_certificate.test_a_host_that_is_not_covered_is_named_beside_those_that_are
    ):
        made = make(*names)
        yield partial(of_certificate, made.certificate_pem, made.key_pem, *hosts)
    for text, _english in rows(
        test_certificate.test_a_file_without_a_certificate_is_told_what_it_has
    ):
        yield partial(of_certificate, text, good.key_pem)
    for text, _english in rows(test_certificate.test_a_file_without_a_key_is_told_what_it_has):
        yield partial(of_certificate, good.certificate_pem, text)
    for key, _english in rows(test_certificate.test_a_wrong_key_hides_neither_names_nor_dates):
        yield partial(of_certificate, good.certificate_pem, key)
    for left, _english in rows(test_certificate.test_a_certificate_that_expires_soon_is_warned_of):
        made = make(start=test_certificate.NOW + left - 90 * DAY)
        yield partial(certificate.warnings, made.certificate_pem)


@pytest.mark.parametrize("tell", [*_of_config(), *_of_seed(), *_of_outer(), *_of_certificates()])
def test_what_is_told_in_english_is_told_in_chinese(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = tell()
    monkeypatch.setenv("LANGUAGE", "zh")

    chinese = tell()

    assert not [
        f"{fault}: {translated}"
        for line, translated in zip(english, chinese, strict=True)
        for fault in _faults(line, translated)
    ]


@pytest.mark.parametrize(
    ("translated", "found"),
    [
        ("config.sh:2: TLS: URL 是 http", []),
        ("config.sh:3: TLS: URL 是 http", ["not at 'config.sh:2: TLS: '"]),
        ("config.sh:2: URL: URL 是 http", ["not at 'config.sh:2: TLS: '"]),
        (f"config.sh:2: TLS: URL 是 http{_SEMICOLON}leave", ["no Chinese in 'leave'"]),
        (
            "config.sh:2: TLS: URL 是 http or something else",
            ["English is left: 'http or something else'"],
        ),
        ("config.sh:2: TLS: 地址是 http", ["without 'URL'"]),
    ],
)
def test_what_differs_in_chinese_is_found(translated: str, found: list[str]) -> None:
    assert list(_faults("config.sh:2: TLS: URL is http", translated)) == found


def _faults(english: str, chinese: str) -> Iterator[str]:
    """Yield what is wrong with a line in Chinese."""
    place, message = _parts(english)
    place_of_translated, translated = _parts(chinese)
    if place_of_translated != place:
        yield f"not at {place!r}"
    for clause in translated.split(_SEMICOLON):
        if not _CHINESE.search(clause):
            yield f"no Chinese in {clause!r}"
    if found := _SENTENCE.search(_QUOTED.sub("", translated).replace(_OF_THE_SYSTEM, "")):
        yield f"English is left: {found[0]!r}"
    for value in _values(message):
        if value not in translated:
            yield f"without {value!r}"


def _parts(line: str) -> tuple[str, str]:
    """Return where a line points to, and what it says."""
    found = _PLACE.match(line)
    place = found[0] if found else ""
    return place, line.removeprefix(place)


def _values(message: str) -> Iterator[str]:
    for quoted in _QUOTED.finditer(message):
        yield quoted[1] or quoted[2]
    for word in _NO_WORD.findall(_QUOTED.sub("", message)):
        value = word.strip(".:?'\"").removesuffix("'s")
        if _NO_WORD.match(value):
            yield value


def test_a_command_without_a_docstring_has_no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "zh")

    assert Verb("wordless").help == ""
    assert Verbs("wordless").help == ""
