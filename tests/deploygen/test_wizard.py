from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from deploygen import config, reference, secrets, shellconf, wizard
from deploygen.errors import ConfigInvalid, Problem

EXAMPLE = reference.example()
HERE = Path()


def problems(text: str) -> Sequence[Problem]:
    try:
        config.load(secrets.fill(text, HERE, fresh=True), HERE)
    except ConfigInvalid as error:
        return error.problems
    return ()


def content(_text: str) -> Sequence[Problem]:
    return ()


def value(text: str, key: str) -> str | None:
    found = shellconf.parse(text).last(key)
    return found.value if found else None


@contextmanager
def typed(*lines: str) -> Iterator[None]:
    with CliRunner().isolation(input="".join(f"{line}\n" for line in lines)):
        yield


def test_what_can_not_be_guessed_is_asked_for() -> None:
    with typed("http://192.0.2.10:8888", "wiki@example.com"):
        text = wizard.ask(EXAMPLE, HERE, skip=(), fresh=True, judge=problems)

    assert value(text, "URL") == "http://192.0.2.10:8888"
    assert value(text, "ADMIN_EMAIL") == "wiki@example.com"


@pytest.mark.parametrize(("answer", "tls"), [("", "acme"), ("acme", "acme")])
def test_for_an_https_address_it_asks_who_ends_tls(answer: str, tls: str) -> None:
    with typed("https://wiki.example.com", "wiki@example.com", answer):
        text = wizard.ask(EXAMPLE, HERE, skip=(), fresh=True, judge=problems)

    assert value(text, "TLS") == tls


def test_a_certificate_of_ones_own_is_asked_for_until_there_is_such_a_file(tmp_path: Path) -> None:
    (tmp_path / "chain.pem").touch()
    (tmp_path / "key.pem").touch()
    answers = ("files", "missing.pem", "chain.pem", "key.pem")

    with typed("https://wiki.example.com", *answers):
        text = wizard.ask(EXAMPLE, tmp_path, skip=(), fresh=True, judge=content)

    assert value(text, "TLS") == "files"
    assert value(text, "TLS_CERT_FILE") == "chain.pem"
    assert value(text, "TLS_KEY_FILE") == "key.pem"


def test_an_empty_answer_takes_the_default() -> None:
    with typed("", "wiki@example.com"):
        text = wizard.ask(EXAMPLE, HERE, skip=(), fresh=True, judge=problems)

    assert value(text, "URL") == "http://localhost:8888"


def test_a_wrong_answer_is_explained_and_asked_for_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with CliRunner().isolation(input="localhost\nhttp://localhost\nwiki@example.com\n") as streams:
        text = wizard.ask(EXAMPLE, HERE, skip=(), fresh=True, judge=problems)
        shown = streams[0].getvalue().decode()

    assert value(text, "URL") == "http://localhost"
    assert (
        "Error: it does not start with http:// or https://; accepted is http:// or https://, a"
        " host and perhaps a :port"
    ) in shown
    assert not capsys.readouterr().out


def test_what_was_set_is_not_asked_for() -> None:
    with typed("wiki@example.com"):
        text = wizard.ask(EXAMPLE, HERE, skip={"URL"}, fresh=True, judge=problems)

    assert text == shellconf.assign(EXAMPLE, "ADMIN_EMAIL", "wiki@example.com")


def test_in_an_old_file_only_what_is_missing_is_asked_for() -> None:
    old = shellconf.assign(EXAMPLE, "URL", "http://192.0.2.10")

    with typed("wiki@example.com"):
        text = wizard.ask(old, HERE, skip=(), fresh=False, judge=problems)

    assert value(text, "URL") == "http://192.0.2.10"
    assert value(text, "ADMIN_EMAIL") == "wiki@example.com"


def asked(*lines: str, text: str = EXAMPLE, fresh: bool = True) -> tuple[str, str]:
    """Return the text that these answers make, and what was shown."""
    typed_lines = "".join(f"{line}\n" for line in lines)
    with CliRunner().isolation(input=typed_lines) as streams:
        made = wizard.ask(text, HERE, skip=(), fresh=fresh, judge=problems)
        return made, streams[0].getvalue().decode()


BEHIND = ("https://wiki.example.com", "wiki@example.com", "proxy")


@pytest.mark.parametrize(("answer", "proxy"), [("caddy", "caddy"), ("other", ""), ("", "")])
def test_behind_a_web_server_it_asks_which(answer: str, proxy: str) -> None:
    text, _ = asked(*BEHIND, answer)

    assert (value(text, "TLS"), value(text, "OUTER_PROXY")) == ("proxy", proxy)


@pytest.mark.parametrize(("key", "given"), [("NETWORK", "web"), ("OUTER_PROXY", "caddy")])
def test_who_is_behind_a_web_server_has_it_end_tls_by_default(key: str, given: str) -> None:
    begun = shellconf.assign(EXAMPLE, key, given)

    text, _ = asked("https://wiki.example.com", "wiki@example.com", "", "", text=begun)

    assert (value(text, "TLS"), value(text, key)) == ("proxy", given)


def test_answers_that_do_not_fit_each_other_have_the_key_at_fault_asked_for_again() -> None:
    text, shown = asked(*BEHIND, "traefik", "web")

    assert "NETWORK: traefik finds the gateway on a Docker network, and none is named; " in shown
    assert (value(text, "OUTER_PROXY"), value(text, "NETWORK")) == ("traefik", "web")
    assert value(text, "URL") == "https://wiki.example.com"


def test_another_key_may_be_what_has_to_change() -> None:
    text, _ = asked(
        "https://192.0.2.10", "wiki@example.com", "acme", "URL=https://wiki.example.com"
    )

    assert value(text, "URL") == "https://wiki.example.com"
    assert value(text, "TLS") == "acme"


def test_an_answer_at_the_end_is_judged_too() -> None:
    _, shown = asked(*BEHIND, "traefik", "host", "web")

    assert "Error: it is one of Docker's own, where containers have no names" in shown


def test_a_file_that_no_answer_mends_is_refused_before_the_first_question() -> None:
    begun = f"{EXAMPLE}NO_SUCH_KEY=1\n"

    with pytest.raises(ConfigInvalid, match="NO_SUCH_KEY"), typed():
        wizard.ask(begun, HERE, skip=(), fresh=False, judge=problems)


def test_a_certificate_that_is_needed_can_not_be_left_out(tmp_path: Path) -> None:
    typed_lines = "https://wiki.example.com\nfiles\nno.pem\n"
    with CliRunner().isolation(input=typed_lines) as streams:
        with pytest.raises(click.Abort):
            wizard.ask(EXAMPLE, tmp_path, skip=(), fresh=True, judge=content)
        shown = streams[0].getvalue().decode()

    assert f"there is no such file ({tmp_path}/no.pem: paths begin at config.sh's folder)" in shown
    assert "accepted is the path of a readable PEM file" in shown


def test_what_another_provider_makes_needless_is_not_asked_for() -> None:
    begun = EXAMPLE
    given = {"OIDC_ISSUER_URL": "https://id.example.com", "OIDC_CLIENT_ID": "wiki"}
    for key, given_value in (given | {"OIDC_CLIENT_SECRET": "not-a-secret"}).items():
        begun = shellconf.assign(begun, key, given_value)

    _, shown = asked("http://192.0.2.10", text=begun)

    assert "E-mail address" not in shown
