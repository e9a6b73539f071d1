"""What is read, what is refused, and that no message tells a secret."""

from pathlib import Path

import pytest

from oidc_server.environment import (
    BOOTSTRAP_NAMES,
    SERVER_NAMES,
    Mail,
    PostgreSQL,
    SQLite,
    read_bootstrap,
    read_server,
)
from oidc_server.variables import EnvironmentProblems

SECRET = "a-secret-that-nobody-may-read-0123456789"
SERVER = {
    "SITE_URL": "https://wiki.example.com",
    "WIKI_URL": "https://wiki.example.com",
    "WIKI_NAME": "Team Wiki",
    "SECRET_KEY": SECRET,
    "ENCRYPTION_KEY": "0123456789abcdef" * 4,
    "SQLITE_PATH": "/data/db.sqlite3",
    "DEPLOYMENT_NAME": "wiki",
}
POSTGRESQL = {
    "SQLITE_PATH": "",
    "DATABASE_HOST": "postgres",
    "DATABASE_NAME": "oidc",
    "DATABASE_USER": "oidc",
    "DATABASE_PASSWORD": SECRET,
}
BOOTSTRAP = {
    "OIDC_CLIENT_ID": "outline",
    "OIDC_CLIENT_SECRET": SECRET,
    "ADMIN_USERNAME": "admin",
    "ADMIN_EMAIL": "admin@example.com",
    "ADMIN_PASSWORD": SECRET,
}


MAIL = {
    "SMTP_HOST": "mail.example.com",
    "SMTP_PORT": "587",
    "SMTP_SECURE": "false",
    "SMTP_USERNAME": "wiki",
    "SMTP_PASSWORD": SECRET,
    "SMTP_FROM_EMAIL": "Our wiki <wiki@example.com>",
}


def problems(**changes: str) -> tuple[str, ...]:
    with pytest.raises(EnvironmentProblems) as refused:
        read_bootstrap({**SERVER, **BOOTSTRAP, **changes})
    return refused.value.problems


def test_a_complete_environment_is_read() -> None:
    server = read_server({**SERVER, "PRIVATE_HOSTS": "oidc, Wiki-OIDC,"})

    assert server.site_host == "wiki.example.com"
    assert server.https
    assert server.private_hosts == ("oidc", "wiki-oidc")
    assert server.database == SQLite(path=Path("/data/db.sqlite3"))
    assert (server.time_zone, server.language_code, server.debug) == ("UTC", "en", False)


def test_refresh_tokens_last_thirty_days_of_disuse_unless_told_otherwise() -> None:
    assert read_server(SERVER).refresh_token_days == 30
    assert read_server({**SERVER, "REFRESH_TOKEN_DAYS": "7"}).refresh_token_days == 7


def test_a_mail_server_is_read_where_there_is_one() -> None:
    assert read_server(SERVER).mail is None
    assert read_server({**SERVER, **MAIL}).mail == Mail(
        host="mail.example.com",
        port=587,
        secure=False,
        username="wiki",
        password=SECRET,
        sender="Our wiki <wiki@example.com>",
    )


def test_a_mail_server_without_a_sender_is_refused() -> None:
    told = problems(**{**MAIL, "SMTP_FROM_EMAIL": "", "SMTP_PORT": "smtp"})

    assert [line.partition(":")[0] for line in told] == ["SMTP_PORT", "SMTP_FROM_EMAIL"]


@pytest.mark.parametrize(
    ("given", "origin", "host"),
    [
        ("HTTPS://Wiki.Example.com", "https://wiki.example.com", "wiki.example.com"),
        ("https://wiki.example.com:443", "https://wiki.example.com", "wiki.example.com"),
        ("http://wiki.example.com:443", "http://wiki.example.com:443", "wiki.example.com"),
        ("http://192.0.2.7:8888", "http://192.0.2.7:8888", "192.0.2.7"),
        ("http://[::1]:8888", "http://[::1]:8888", "[::1]"),
        ("http://[2001:DB8:0::7]:80", "http://[2001:db8::7]", "[2001:db8::7]"),
    ],
)
def test_an_origin_is_read_as_browsers_send_it(given: str, origin: str, host: str) -> None:
    server = read_server({**SERVER, "SITE_URL": given})

    assert (server.site_url, server.site_host) == (origin, host)


def test_postgresql_has_its_usual_port() -> None:
    database = read_server({**SERVER, **POSTGRESQL}).database

    assert isinstance(database, PostgreSQL)
    assert database.port == 5432


def test_serving_does_not_ask_for_what_only_bootstrap_needs() -> None:
    assert read_server({**SERVER, "ADMIN_PASSWORD": ""})


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(EnvironmentProblems) as refused:
        read_bootstrap({})

    told = [line.split(":")[0] for line in refused.value.problems]
    assert set(told) == {
        *("SITE_URL", "WIKI_URL", "WIKI_NAME", "SECRET_KEY", "ENCRYPTION_KEY"),
        *("DEPLOYMENT_NAME", "DATABASE_HOST"),
        *BOOTSTRAP,
    }
    assert len(told) == len(set(told))
    assert set(told) <= {*SERVER_NAMES, *BOOTSTRAP_NAMES}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "wiki.example.com"),
        ("SITE_URL", "https://wiki.example.com/"),
        ("SITE_URL", "https://wiki.example.com/wiki"),
        ("SITE_URL", "https://wiki.example.com?"),
        ("SITE_URL", "https://user@wiki.example.com"),
        ("SITE_URL", "https://wiki.example.com:99999"),
        ("SITE_URL", "https://wiki.example.com:0"),
        ("SITE_URL", "ftp://wiki.example.com"),
        ("SITE_URL", "https://*"),
        ("SITE_URL", "https://*.example.com"),
        ("SITE_URL", "https://.example.com"),
        ("SITE_URL", "https://my_wiki.example.com"),
        ("SITE_URL", "https://wiki.example.com "),
        ("SITE_URL", "https://1.2.3"),
        ("SITE_URL", "https://[::1"),
        ("SITE_URL", "https://::1"),
        ("SITE_URL", "https://[fe80::1%25eth0]"),
        ("WIKI_URL", "https://"),
        ("SECRET_KEY", "short"),
        ("ENCRYPTION_KEY", "0123456789abcdef"),
        ("ENCRYPTION_KEY", "g" * 64),
        ("ENCRYPTION_KEY", "٣" * 64),
        ("PRIVATE_HOSTS", "*"),
        ("PRIVATE_HOSTS", "oidc:8000"),
        ("PRIVATE_HOSTS", ".example.com"),
        ("DEPLOYMENT_NAME", "Wiki; path=/"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../../etc/passwd"),
        ("LANGUAGE_CODE", "tlh"),
        ("REFRESH_TOKEN_DAYS", "0"),
        ("REFRESH_TOKEN_DAYS", "-1"),
        ("REFRESH_TOKEN_DAYS", "3651"),
        ("REFRESH_TOKEN_DAYS", "a month"),
        ("AUDIT_DAYS", "0"),
        ("METRICS_PORT", "65536"),
        ("DEBUG", "perhaps"),
        ("DEBUG", "true"),
        ("ADMIN_EMAIL", "admin"),
        ("ADMIN_USERNAME", "admin@example.com"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    told = problems(**{name: value})

    assert len(told) == 1
    assert told[0].startswith(f"{name}: ")


@pytest.mark.parametrize("port", ["0", "65536", "http", "٣", "-1"])
def test_a_port_is_a_number_in_range(port: str) -> None:
    assert problems(**POSTGRESQL, DATABASE_PORT=port)[0].startswith("DATABASE_PORT: ")


def test_one_database_is_given_and_not_two() -> None:
    assert "keep one" in problems(DATABASE_HOST="postgres")[0]


def test_a_half_given_database_is_told_what_it_lacks() -> None:
    told = problems(SQLITE_PATH="", DATABASE_HOST="postgres")

    assert [line.split(":")[0] for line in told] == [
        "DATABASE_NAME",
        "DATABASE_USER",
        "DATABASE_PASSWORD",
    ]


@pytest.mark.parametrize("host", ["localhost:8888", "127.0.0.1", "[::1]:80", "wiki.localhost"])
def test_debug_is_allowed_on_loopback_only(host: str) -> None:
    assert read_server({**SERVER, "SITE_URL": f"http://{host}", "DEBUG": "true"}).debug


@pytest.mark.parametrize(
    ("given", "django"),
    [("en_US", "en-us"), ("zh_CN", "zh-hans"), ("zh_TW", "zh-hant"), ("de_DE", "de"), ("fr", "fr")],
)
def test_outlines_names_of_languages_are_understood(given: str, django: str) -> None:
    assert read_server({**SERVER, "LANGUAGE_CODE": given}).language_code == django


def test_a_value_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    environment = {**SERVER, "SECRET_KEY": "", "SECRET_KEY_FILE": str(file)}

    assert read_server(environment).secret_key == SECRET


def test_a_file_that_gives_nothing_is_told(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.touch()
    binary.write_bytes(b"\xff\xfe")

    for path in (empty, binary, tmp_path / "missing", tmp_path):
        told = problems(SECRET_KEY="", SECRET_KEY_FILE=str(path))
        assert [line.split(":")[0] for line in told] == ["SECRET_KEY_FILE"]


def test_a_value_is_not_given_twice(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(SECRET)

    assert "twice" in problems(SECRET_KEY_FILE=str(file))[0]


def test_no_message_and_no_representation_tells_a_secret() -> None:
    told = problems(
        SITE_URL=SECRET,
        DATABASE_PASSWORD=SECRET,
        ADMIN_EMAIL=SECRET,
        ENCRYPTION_KEY=SECRET,
        DEBUG=SECRET,
        DATABASE_PORT=SECRET,
    )
    shown = [
        repr(read_server({**SERVER, **POSTGRESQL})),
        repr(read_bootstrap({**SERVER, **BOOTSTRAP})),
    ]

    assert len(told) >= 3
    key = bytes.fromhex(SERVER["ENCRYPTION_KEY"])
    for secret in (SECRET, SERVER["ENCRYPTION_KEY"], repr(key)):
        assert secret not in "\n".join([*told, *shown])
