from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploygen import reference, shellconf, wizard

EXAMPLE = reference.example()
HERE = Path()


def value(text: str, key: str) -> str | None:
    found = shellconf.parse(text).last(key)
    return found.value if found else None


@contextmanager
def typed(*lines: str) -> Iterator[None]:
    with CliRunner().isolation(input="".join(f"{line}\n" for line in lines)):
        yield


def test_what_can_not_be_guessed_is_asked_for() -> None:
    with typed("http://192.0.2.10:8888", "wiki@example.com"):
        text = wizard.ask(EXAMPLE, HERE, skip=(), fresh=True)

    assert value(text, "URL") == "http://192.0.2.10:8888"
    assert value(text, "ADMIN_EMAIL") == "wiki@example.com"


@pytest.mark.parametrize(("answer", "tls"), [("", "acme"), ("proxy", "proxy")])
def test_for_an_https_address_it_asks_who_ends_tls(answer: str, tls: str) -> None:
    with typed("https://wiki.example.com", "wiki@example.com", answer):
        text = wizard.ask(EXAMPLE, HERE, skip=(), fresh=True)

    assert value(text, "TLS") == tls


def test_a_certificate_of_ones_own_is_asked_for_until_there_is_such_a_file(tmp_path: Path) -> None:
    (tmp_path / "chain.pem").touch()
    (tmp_path / "key.pem").touch()
    answers = ("files", "missing.pem", "chain.pem", "key.pem")

    with typed("https://wiki.example.com", "wiki@example.com", *answers):
        text = wizard.ask(EXAMPLE, tmp_path, skip=(), fresh=True)

    assert value(text, "TLS") == "files"
    assert value(text, "TLS_CERT_FILE") == "chain.pem"
    assert value(text, "TLS_KEY_FILE") == "key.pem"


def test_an_empty_answer_takes_the_default() -> None:
    with typed("", "wiki@example.com"):
        text = wizard.ask(EXAMPLE, HERE, skip=(), fresh=True)

    assert value(text, "URL") == "http://localhost:8888"


def test_a_wrong_answer_is_explained_and_asked_for_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with CliRunner().isolation(input="localhost\nhttp://localhost\nwiki@example.com\n") as streams:
        text = wizard.ask(EXAMPLE, HERE, skip=(), fresh=True)
        shown = streams[0].getvalue().decode()

    assert value(text, "URL") == "http://localhost"
    assert (
        "Error: it does not start with http:// or https://; accepted is http:// or https://, a"
        " host and perhaps a :port"
    ) in shown
    assert not capsys.readouterr().out


def test_what_was_set_is_not_asked_for() -> None:
    with typed("wiki@example.com"):
        text = wizard.ask(EXAMPLE, HERE, skip={"URL"}, fresh=True)

    assert text == shellconf.assign(EXAMPLE, "ADMIN_EMAIL", "wiki@example.com")


def test_in_an_old_file_only_what_is_missing_is_asked_for() -> None:
    old = shellconf.assign(EXAMPLE, "URL", "http://192.0.2.10")

    with typed("wiki@example.com"):
        text = wizard.ask(old, HERE, skip=(), fresh=False)

    assert value(text, "URL") == "http://192.0.2.10"
    assert value(text, "ADMIN_EMAIL") == "wiki@example.com"
