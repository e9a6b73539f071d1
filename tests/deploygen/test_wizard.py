from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from deploygen import reference, shellconf, wizard

EXAMPLE = reference.example()


def value(text: str, key: str) -> str | None:
    found = shellconf.parse(text).last(key)
    return found.value if found else None


@contextmanager
def typed(*lines: str) -> Iterator[None]:
    with CliRunner().isolation(input="".join(f"{line}\n" for line in lines)):
        yield


def test_what_can_not_be_guessed_is_asked_for() -> None:
    with typed("http://192.0.2.10:8888", "wiki@example.com"):
        text = wizard.ask(EXAMPLE, skip=(), fresh=True)

    assert value(text, "URL") == "http://192.0.2.10:8888"
    assert value(text, "ADMIN_EMAIL") == "wiki@example.com"


def test_an_https_address_takes_a_web_server_in_front_for_granted() -> None:
    with typed("https://wiki.example.com", "wiki@example.com"):
        text = wizard.ask(EXAMPLE, skip=(), fresh=True)

    assert value(text, "TLS") == "proxy"


def test_an_empty_answer_takes_the_default() -> None:
    with typed("", "wiki@example.com"):
        text = wizard.ask(EXAMPLE, skip=(), fresh=True)

    assert value(text, "URL") == "http://localhost:8888"


def test_a_wrong_answer_is_explained_and_asked_for_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with CliRunner().isolation(input="localhost\nhttp://localhost\nwiki@example.com\n") as streams:
        text = wizard.ask(EXAMPLE, skip=(), fresh=True)
        shown = streams[0].getvalue().decode()

    assert value(text, "URL") == "http://localhost"
    assert (
        "Error: it does not start with http:// or https://; accepted is http:// or https://, a"
        " host and perhaps a :port"
    ) in shown
    assert not capsys.readouterr().out


def test_what_was_set_is_not_asked_for() -> None:
    with typed("wiki@example.com"):
        text = wizard.ask(EXAMPLE, skip={"URL"}, fresh=True)

    assert text == shellconf.assign(EXAMPLE, "ADMIN_EMAIL", "wiki@example.com")


def test_in_an_old_file_only_what_is_missing_is_asked_for() -> None:
    old = shellconf.assign(EXAMPLE, "URL", "http://192.0.2.10")

    with typed("wiki@example.com"):
        text = wizard.ask(old, skip=(), fresh=False)

    assert value(text, "URL") == "http://192.0.2.10"
    assert value(text, "ADMIN_EMAIL") == "wiki@example.com"
