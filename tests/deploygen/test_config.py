"""What a wrong config.sh is told: exact messages, all at once, and never a secret."""

import errno
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploygen import config, rules, shellconf
from deploygen.addresses import Origin
from deploygen.errors import ConfigInvalid
from deploygen.settings import SETTINGS, Config
from tests import certificates
from tests.deploygen import golden
from tests.deploygen.made import FAKE_SECRETS, config_text, configuration


def messages(text: str) -> list[str]:
    """Return the lines of what a wrong config.sh is told, line numbers and keys included."""
    with pytest.raises(ConfigInvalid) as refused:
        config.load(text)
    return str(refused.value).splitlines()


def line_of(text: str, key: str) -> int:
    found = shellconf.parse(text).last(key)
    assert found is not None
    return found.line


def set_it(key: str) -> str:
    return f"set {key} in config.sh"


CERT_FILE = str(golden.FOLDER / "certificate" / "fullchain.pem")
OLD_VALUE = "put back the value that it had: data can't be read or found by another"
NEW_SECRET = "correct it, or empty it and run `deploygen init`, which makes a new one"


def test_a_file_that_is_right_becomes_typed_values() -> None:
    loaded = configuration(URL="http://192.0.2.10:8888", HTTP_PORT="9999")

    assert loaded.url == Origin("http", "192.0.2.10", 8888)
    assert loaded.http_port == 9999
    assert loaded.http_ip is None
    assert loaded.file_storage_upload_max_size == 100 * 1024**2
    assert loaded.admin_email == "wiki@example.com"


def test_a_key_that_is_not_in_the_file_has_its_default() -> None:
    text = "".join(f"{key}={value}\n" for key, value in FAKE_SECRETS.items())

    loaded = config.load(text + "ADMIN_EMAIL=wiki@example.com\n")

    assert str(loaded.url) == "http://localhost:8888"


def test_a_value_under_an_old_name_counts() -> None:
    text = re.sub(r"(?m)^HTTP_PORT=$", "HTTP_PORT_IP=9999", config_text(URL="http://192.0.2.10"))

    assert config.load(text).http_port == 9999


@pytest.mark.parametrize("text", ["HTTP_PORT_IP=1\nHTTP_PORT=2\n", "HTTP_PORT=2\nHTTP_PORT_IP=1\n"])
def test_the_present_name_wins_over_an_old_one(text: str) -> None:
    whole = re.sub(r"(?m)^HTTP_PORT=\n", text, config_text(URL="http://192.0.2.10"))

    assert config.load(whole).http_port == 2


@pytest.mark.parametrize("text", ["HTTP_PORT_IP=1\nHTTP_PORT=\n", "HTTP_PORT=\nHTTP_PORT_IP=1\n"])
def test_an_empty_present_name_yields_to_an_old_one(text: str) -> None:
    whole = re.sub(r"(?m)^HTTP_PORT=\n", text, config_text(URL="http://192.0.2.10"))

    assert config.load(whole).http_port == 1


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "URL",
            "https://wiki.example.com/docs",
            "'https://wiki.example.com/docs' is not right: it has something after the host, and"
            " Outline can't live under a path; accepted is http:// or https://, a host and"
            f" perhaps a :port; {set_it('URL')}",
        ),
        (
            "URL",
            "http://wiki.example.com:6666",
            "'http://wiki.example.com:6666' is not right: its port is 6666, which browsers refuse"
            " to open; accepted is http:// or https://, a host and perhaps a :port;"
            f" {set_it('URL')}",
        ),
        (
            "ADMIN_EMAIL",
            "",
            "it has no value; accepted is an address like wiki@example.com;"
            f" {set_it('ADMIN_EMAIL')}",
        ),
        (
            "ADMIN_EMAIL",
            "wiki@localhost",
            "'wiki@localhost' is not right: the part after the @ is not a full domain name;"
            " accepted is empty, or an address like wiki@example.com;"
            f" {set_it('ADMIN_EMAIL')}",
        ),
        (
            "ADMIN_USERNAME",
            "the admin",
            "'the admin' is not right: it is not a user name; accepted is letters, digits and"
            f" . + - _; {set_it('ADMIN_USERNAME')}",
        ),
        (
            "WIKI_NAME",
            "two\nlines",
            "'two…' is not right: it holds a character that can't be printed; accepted is"
            f" one line of text, up to 50 characters; {set_it('WIKI_NAME')}",
        ),
        (
            "DATA_DIR",
            "/etc/wiki",
            "'/etc/wiki' is not right: it is a folder of the system's; accepted is empty, or the"
            f" path of a folder that is for this data alone; {set_it('DATA_DIR')}",
        ),
        (
            "DATA_DIR",
            "/srv/",
            "'/srv/' is not right: it is a folder that others have things in; accepted is empty, or"
            f" the path of a folder that is for this data alone; {set_it('DATA_DIR')}",
        ),
        (
            "DATA_DIR",
            CERT_FILE,
            f"'{CERT_FILE}' is not right: it is no folder; accepted is empty, or the path of a"
            f" folder that is for this data alone; {set_it('DATA_DIR')}",
        ),
        (
            "DATA_DIR",
            "~/data",
            "'~/data' is not right: a ~ is no home folder here; accepted is empty, or the path of a"
            f" folder that is for this data alone; {set_it('DATA_DIR')}",
        ),
        (
            "DATA_DIR",
            "/" + "a" * 256,
            "'… (257 characters)' is not right: it can't be looked at (File name too long);"
            " accepted is empty, or the path of a folder that is for this data alone;"
            f" {set_it('DATA_DIR')}",
        ),
        (
            "TLS_CERT_FILE",
            "absent.pem\nADMIN_PASSWORD=word",
            f"'absent.pem…' is not right: there is no such file ({Path.cwd()}/absent.pem…:"
            " paths begin at config.sh's folder); accepted is empty, or the path of a readable PEM"
            f" file of up to 100 KiB; {set_it('TLS_CERT_FILE')}",
        ),
        (
            "OIDC_ISSUER_URL",
            "id.example.org",
            "'id.example.org' is not right: it is not a URL that starts with http:// or https://;"
            " accepted is empty, or an address that starts with https:// or http://, without a"
            f" password; {set_it('OIDC_ISSUER_URL')}",
        ),
        (
            "OIDC_SCOPES",
            "profile email",
            "'profile email' is not right: it is not a list of scopes with openid; accepted is"
            f" openid and more, separated by single spaces; {set_it('OIDC_SCOPES')}",
        ),
        (
            "SMTP_HOST",
            "mail.example.com:587",
            "'mail.example.com:587' is not right: it has a port; accepted is empty, or a host name"
            f" or an IP address, without a port; {set_it('SMTP_HOST')}",
        ),
        (
            "SMTP_HOST",
            "0.0.0.0",
            "'0.0.0.0' is not right: its host is 0.0.0.0, which is no machine's address; accepted"
            " is empty, or a host name or an IP address, without a port;"
            f" {set_it('SMTP_HOST')}",
        ),
        (
            "URL",
            "http://维基.com",
            "'http://维基.com' is not right: its host is to be written as DNS has it:"
            " xn--3jsx02g.com; accepted is http:// or https://, a host and perhaps a :port;"
            f" {set_it('URL')}",
        ),
        (
            "HTTP_IP",
            "224.0.0.1",
            "'224.0.0.1' is not right: it is no machine's address; accepted is empty, or an IP"
            f" address of this machine; {set_it('HTTP_IP')}",
        ),
        (
            "HTTP_IP",
            "fe80::1",
            "'fe80::1' is not right: it is a link-local address, which Docker can't publish on;"
            f" accepted is empty, or an IP address of this machine; {set_it('HTTP_IP')}",
        ),
        (
            "URL",
            "http://[fe80::1]",
            "'http://[fe80::1]' is not right: its host is a link-local address, which leads nowhere"
            " by itself; accepted is http:// or https://, a host and perhaps a :port;"
            f" {set_it('URL')}",
        ),
        (
            "SMTP_FROM_EMAIL",
            "Company, Inc. <wiki@example.com>",
            "'Company, Inc. <wiki@example.com>' is not right: the name has a sign in it that needs"
            " double quotes around the name; accepted is empty, or an address like"
            " wiki@example.com, or one with a name: 'Our wiki <wiki@example.com>';"
            f" {set_it('SMTP_FROM_EMAIL')}",
        ),
        (
            "OUTLINE_DATABASE_PASSWORD",
            "not-a-secret ①",
            "it holds a character that PostgreSQL takes for another, like ① for 1; accepted is one"
            " line of text without variants of characters, like ①; correct it, or empty it and run"
            " `deploygen init`, which makes a new one",
        ),
        (
            "SMTP_REPLY_EMAIL",
            '"Wiki\\" <wiki@example.com>',
            '\'"Wiki\\\\" <wiki@example.com>\' is not right: there is a " or a \\ between the'
            " quotes around the name; accepted is empty, or an address like wiki@example.com, or"
            f" one with a name: 'Our wiki <wiki@example.com>'; {set_it('SMTP_REPLY_EMAIL')}",
        ),
        (
            "DEFAULT_LANGUAGE",
            "english",
            "'english' is not right: it is no language of Outline's; accepted is a language that"
            " Outline speaks: ca_ES, cs_CZ, de_DE, en_GB, en_US, es_ES, fa_IR, fr_FR, he_IL, hu_HU,"
            " it_IT, ja_JP, ko_KR, nb_NO, nl_NL, pl_PL, pt_BR, pt_PT, sv_SE, tr_TR, uk_UA, vi_VN,"
            f" zh_CN, zh_TW; {set_it('DEFAULT_LANGUAGE')}",
        ),
        (
            "TIME_ZONE",
            "UTC+8 h",
            "'UTC+8 h' is not right: it is not a time zone; accepted is a name of the time zone"
            f" database, like UTC or Asia/Shanghai; {set_it('TIME_ZONE')}",
        ),
        (
            "TLS",
            "on",
            "'on' is not right: it is none of the choices; accepted is off or acme or files or"
            f" proxy; {set_it('TLS')}",
        ),
        (
            "HTTP_IP",
            "localhost",
            "'localhost' is not right: it is not an IP address; accepted is empty, or an IP address"
            f" of this machine; {set_it('HTTP_IP')}",
        ),
        (
            "HTTP_PORT",
            "http",
            "'http' is not right: it is not a port number; accepted is empty, or a number from 1"
            f" to 65535; {set_it('HTTP_PORT')}",
        ),
        (
            "FILE_STORAGE_UPLOAD_MAX_SIZE",
            "big",
            "'big' is not right: it is not a size; accepted is a number of bytes, or one with the"
            f" unit k, m or g; {set_it('FILE_STORAGE_UPLOAD_MAX_SIZE')}",
        ),
        (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            "My.Bucket",
            "'My.Bucket' is not right: it is not a bucket name; accepted is 3 to 63 lower-case"
            f" letters, digits and hyphens; {set_it('AWS_S3_UPLOAD_BUCKET_NAME')}",
        ),
        (
            "IMAGE_MIRROR",
            "https://mirror.example.com",
            "'https://mirror.example.com' is not right: it is not a registry address; accepted is"
            " empty, or a registry's host, perhaps with a :port and a path, without https://;"
            f" {set_it('IMAGE_MIRROR')}",
        ),
        (
            "NGINX_IMAGE",
            "nginx latest",
            "'nginx latest' is not right: it is not an image reference; accepted is an image"
            f" reference like nginx:1.28-alpine; {set_it('NGINX_IMAGE')}",
        ),
        (
            "PIP_INDEX_URL",
            "https://somebody:word@pypi.example.com/simple",
            "'https://…@pypi.example.com/simple' is not right: it is not a web address without a"
            " password; accepted is empty, or an address that starts with https:// or http://,"
            f" and holds no @; {set_it('PIP_INDEX_URL')}",
        ),
        (
            "NGINX_IMAGE",
            "nginx\nADMIN_PASSWORD=word\n",
            "'nginx…' is not right: it is not an image reference; accepted is an image"
            f" reference like nginx:1.28-alpine; {set_it('NGINX_IMAGE')}",
        ),
        (
            "NGINX_IMAGE",
            "#" * 201,
            "'… (201 characters)' is not right: it is not an image reference; accepted is an image"
            f" reference like nginx:1.28-alpine; {set_it('NGINX_IMAGE')}",
        ),
        # Of secrets no value is shown.
        (
            "OUTLINE_SECRET_KEY",
            "0123",
            f"it is not 64 hexadecimal digits; accepted is 64 hexadecimal digits (0-9, a-f);"
            f" {OLD_VALUE}",
        ),
        (
            "COMPOSE_PROJECT_NAME",
            "My Wiki",
            "'My Wiki' is not right: it is not a name that Docker, DNS and cookies take; accepted"
            " is up to 31 lower-case"
            f" letters, digits and hyphens, a letter or digit first; {OLD_VALUE}",
        ),
        (
            "MINIO_ROOT_USER",
            "a",
            f"it is not an identifier; accepted is 3 to 128 letters, digits, - and _; {NEW_SECRET}",
        ),
        (
            "ADMIN_PASSWORD",
            "tab\t",
            "it holds a character that can't be printed; accepted is one line of text;"
            f" {NEW_SECRET}",
        ),
        (
            "REDIS_PASSWORD",
            "",
            f"it has no value; accepted is one line of text; {NEW_SECRET}",
        ),
    ],
)
def test_a_wrong_value_is_located_explained_and_remedied(
    key: str, value: str, message: str
) -> None:
    text = config_text(**{key: value})

    assert messages(text) == [f"config.sh:{line_of(text, key)}: {key}: {message}"]


def test_a_path_begins_at_a_folder_that_is_not_made_yet(tmp_path: Path) -> None:
    (tmp_path / "c.pem").touch()
    text = config_text(TLS_CERT_FILE="../c.pem")

    assert config.load(text, tmp_path / "wiki").tls_cert_file is not None


@pytest.mark.parametrize("key", ["TLS_CERT_FILE", "DATA_DIR"])
def test_what_one_may_not_read_is_not_answered_with_another_value(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Path.stat

    def stat(path: Path, **follow: bool) -> os.stat_result:
        if path.parent == tmp_path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return look(path, **follow)

    text = config_text(**{key: str(tmp_path / "it")})
    monkeypatch.setattr(Path, "stat", stat)

    (message,) = messages(text)

    assert "(Permission denied); " in message
    assert message.endswith(f"; let this user read it, or set another {key} in config.sh")


@pytest.mark.parametrize(
    ("changes", "wanting"),
    [
        ({"ADMIN_EMAIL": ""}, ["ADMIN_EMAIL"]),
        ({"HTTP_PORT": "a"}, ["HTTP_PORT"]),
        ({"SMTP_HOST": "mail.example.com"}, ["SMTP_FROM_EMAIL"]),
        ({"TLS_CERT_FILE": "no-such-file"}, ["TLS_CERT_FILE"]),
        ({"REDIS_PASSWORD": ""}, []),
        ({"FILE_STORAGE": "local", "OUTLINE_ENV_PORT": "1"}, []),
    ],
)
def test_a_problem_says_whether_its_key_wants_a_value(
    changes: dict[str, str], wanting: list[str]
) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        config.load(config_text(**changes))

    told = [problem.key for problem in refused.value.problems if problem.wants_value]
    assert told == wanting


def test_a_problem_of_a_key_under_its_old_name_says_both() -> None:
    text = config_text().replace("\nHTTP_PORT=\n", "\nHTTP_PORT_IP=http\n")

    assert messages(text) == [
        f"config.sh:{line_of(text, 'HTTP_PORT_IP')}: HTTP_PORT: 'http' is not right: it is not a"
        " port number (on that line as HTTP_PORT_IP); accepted is empty, or a number from 1 to"
        f" 65535; {set_it('HTTP_PORT')}"
    ]


def test_what_another_provider_gives_is_not_made_here() -> None:
    text = config_text(OIDC_ISSUER_URL="https://id.example.org", OIDC_CLIENT_ID="")

    assert messages(text) == [
        f"config.sh:{line_of(text, 'OIDC_CLIENT_ID')}: OIDC_CLIENT_ID: it has no value; accepted is"
        " up to 255 letters, digits and signs, without spaces;"
        f" {set_it('OIDC_CLIENT_ID')}"
    ]


def test_a_key_that_is_needed_and_absent_has_no_line() -> None:
    text = re.sub(r"(?m)^ADMIN_EMAIL=.*\n", "", config_text())

    assert messages(text) == [
        "config.sh: ADMIN_EMAIL: it has no value; accepted is an address like wiki@example.com;"
        f" {set_it('ADMIN_EMAIL')}"
    ]


PASSED_ON = "accepted is ACME_ENV_ and the name of a variable, which is not ours (ACME_…); "


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("ADMIN_MAIL", "did you mean ADMIN_EMAIL?; "),
        ("url", "did you mean URL?; "),
        ("HTTP_PORTS_IP", "did you mean HTTP_PORT?; "),
        ("CF_Token", "did you mean ACME_ENV_CF_Token?; "),
        ("ZZZ", ""),
        # What is passed on needs a name, one that bash takes and that is not our own.
        ("ACME_ENV", PASSED_ON),
        ("ACME_ENV_", PASSED_ON),
        ("ACME_ENV_1st", PASSED_ON),
        ("ACME_ENV_ACME_SERVER", PASSED_ON),
        ("OUTLINE_ENV_", "accepted is OUTLINE_ENV_ and the name of a variable; "),
    ],
)
def test_a_key_that_does_not_exist_is_answered_with_the_nearest(key: str, meant: str) -> None:
    text = config_text(**{key: "anything"})

    assert messages(text) == [
        f"config.sh:{line_of(text, key)}: {key}: there is no such key; {meant}"
        "correct or remove the line; config.sh.example lists every key"
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("SMTP_PASSWORDc2VjcmV0==", "SMTP_PASSWORD…: there is no such key; did you mean SMTP_PASS"),
        ("MINIO_SECRET_KEYc2VjcmV0==", "MINIO_SECRET_KEY…: there is no such key; did you mean AWS"),
        ("SMTP_PASSWORDc2VjcmV0=$x", "SMTP_PASSWORD…: a $ is expanded by bash"),
        ("c2VjcmV0c2VjcmV0==", "this line: there is no such key; correct or remove the line"),
        ("ZZZ=", "ZZZ: there is no such key; correct or remove the line"),
        ("CF_Token=", "CF_Token: there is no such key; did you mean ACME_ENV_CF_Token?"),
        ("smtp_password=x", "smtp_password: there is no such key; did you mean SMTP_PASSWORD?"),
    ],
)
def test_what_may_be_a_secret_in_place_of_a_key_is_not_repeated(line: str, told: str) -> None:
    text = f"{config_text()}{line}\n"

    (message,) = messages(text)

    assert message.startswith(f"config.sh:{len(text.splitlines())}: {told}")


def test_what_may_be_a_secret_in_the_name_of_a_variable_is_not_repeated() -> None:
    text = f"{config_text()}OUTLINE_ENV_GITHUB_CLIENT_SECRETc2VjcmV0==\n"
    (notice,) = config.warnings(config.load(text), text)

    assert notice.located("config.sh") == (
        f"config.sh:{len(text.splitlines())}: OUTLINE_ENV_GITHUB_CLIENT_SECRET…: warning: Outline"
        " 1.9.2 reads no variable GITHUB_CLIENT_SECRET…: did you mean"
        " OUTLINE_ENV_GITHUB_CLIENT_SECRET?"
    )
    (message,) = messages(text.replace("c2VjcmV0==", "c2VjcmV0=\t1"))
    assert "c2Vj" not in message


def test_a_secret_under_a_key_that_is_none_is_not_repeated() -> None:
    text = config_text(REDIS_PASSWORD="Hunter2Hunter2", OIDC_SCOPES="Hunter2Hunter2")

    (message,) = messages(text)

    assert message.startswith(f"config.sh:{line_of(text, 'OIDC_SCOPES')}: OIDC_SCOPES: '…' is not")


def test_a_line_that_bash_would_interpret_is_one_problem_not_two() -> None:
    text = config_text().replace("ADMIN_EMAIL=wiki@example.com", "ADMIN_EMAIL=$MAIL")
    line = text.splitlines().index("ADMIN_EMAIL=$MAIL") + 1

    assert messages(text) == [
        f"config.sh:{line}: ADMIN_EMAIL: a $ is expanded by bash; put the value in single quotes"
    ]


def test_a_file_with_windows_line_ends_is_one_problem() -> None:
    text = config_text()
    lines = len([line for line in text.splitlines() if not line.startswith("#")])
    first = 1 + next(n for n, line in enumerate(text.splitlines()) if not line.startswith("#"))

    assert messages(text.replace("\n", "\r\n")) == [
        f"config.sh:{first}: this line: it and {lines - 1} more end in a carriage return; save the"
        " file with Unix line ends (LF)"
    ]


def test_a_byte_order_mark_before_a_key_is_one_problem_not_two() -> None:
    text = config_text().replace("ADMIN_EMAIL=wiki@example.com\n", "")

    assert messages(f"\ufeffADMIN_EMAIL=wiki@example.com\n{text}") == [
        "config.sh:1: ADMIN_EMAIL: the file starts with a byte order mark; accepted are KEY=value,"
        " comments and empty lines; save it as UTF-8 without BOM"
    ]


LAN = "http://192.0.2.10:8888"
WIKI = "https://wiki.example.com"
PROXY = {"URL": WIKI, "TLS": "proxy"}
ACME = {"URL": WIKI, "TLS": "acme"}
S3 = {
    "FILE_STORAGE": "s3",
    "AWS_S3_UPLOAD_BUCKET_URL": "https://s3.example.org",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
}
MAIL = {"SMTP_HOST": "mail.example.com", "SMTP_FROM_EMAIL": "wiki@example.com"}
ID = "https://id.example.org"
CLIENT = {"OIDC_CLIENT_ID": "wiki.example.com/a:b", "OIDC_CLIENT_SECRET": "not-a-secret"}
ISSUER = {**CLIENT, "OIDC_ISSUER_URL": f"{ID}/realms/wiki"}
KEY_FILE = str(golden.FOLDER / "certificate" / "key.pem")
OWN_HOSTS = {
    "OIDC_URL": "https://accounts.example.com",
    "AWS_S3_UPLOAD_BUCKET_URL": "https://files.example.com",
}


@pytest.mark.parametrize(
    ("changes", "key", "message"),
    [
        (
            {"URL": "https://wiki.example.com"},
            "URL",
            "it is https, but TLS=off means that nobody ends TLS; accepted is an http URL with"
            " TLS=off, an https one with the others; set TLS to acme (certificates by"
            " acme.sh), files (a certificate of yours) or proxy (a web server with a certificate in"
            " front), or use http",
        ),
        (
            {"URL": "http://wiki.example.com", "TLS": "proxy"},
            "URL",
            "it is http, but TLS=proxy means that a web server in front ends TLS; accepted is an"
            " https URL with TLS=proxy; write the URL with https, or set TLS=off",
        ),
        (
            {"HTTP_PORT": "9999"},
            "HTTP_PORT",
            "the gateway would be at port 9999, but the URL's is 8888; accepted is empty, or"
            " 8888; leave HTTP_PORT empty, or change the port in URL",
        ),
        (
            {"URL": LAN, "HTTP_IP": "127.0.0.1"},
            "HTTP_IP",
            "the URL is at 192.0.2.10, which a gateway on 127.0.0.1 does not answer; accepted is"
            " empty, 0.0.0.0 or 192.0.2.10; leave HTTP_IP empty",
        ),
        (
            {"HTTP_IP": "192.0.2.10"},
            "HTTP_IP",
            "the URL is at localhost, which a gateway on 192.0.2.10 does not answer; accepted is"
            " empty, 0.0.0.0 or 127.0.0.1; leave HTTP_IP empty",
        ),
        (
            {"URL": "http://127.0.0.2:8888", "HTTP_IP": "127.0.0.1"},
            "HTTP_IP",
            "the URL is at 127.0.0.2, which a gateway on 127.0.0.1 does not answer; accepted is"
            " empty, 0.0.0.0 or 127.0.0.2; leave HTTP_IP empty",
        ),
        (
            {"URL": "http://wiki.example.com", "AWS_S3_UPLOAD_BUCKET_NAME": "wiki"},
            "AWS_S3_UPLOAD_BUCKET_NAME",
            "uploads are at http://wiki.example.com, which Outline would take for a host of 'wiki'"
            " alone; accepted is a name that http://wiki.example.com does not contain; choose"
            " another bucket name (before there are uploads)",
        ),
        (
            {"AWS_S3_UPLOAD_BUCKET_NAME": "files"},
            "AWS_S3_UPLOAD_BUCKET_NAME",
            "uploads are at http://files.localhost:8888, which Outline would take for a host of"
            " 'files' alone; accepted is a name that http://files.localhost:8888 does not contain;"
            " choose another bucket name (before there are uploads)",
        ),
        (
            {"URL": "http://outline:8888"},
            "URL",
            "its host is outline, which a service of the stack is called inside; accepted is any"
            " other host name, or FILE_STORAGE=local; call the machine something else, say"
            " outline.example.com, or set FILE_STORAGE=local",
        ),
        (
            {"AWS_S3_UPLOAD_BUCKET_NAME": "minio"},
            "AWS_S3_UPLOAD_BUCKET_NAME",
            "MinIO keeps the name 'minio' for itself; accepted is any other name; choose another"
            " bucket name (before there are uploads)",
        ),
        (
            {"MINIO_ROOT_USER": "outline", "AWS_ACCESS_KEY_ID": "outline"},
            "AWS_ACCESS_KEY_ID",
            "it is MINIO_ROOT_USER too, and MinIO has no second user of that name; accepted are two"
            " different names; empty MINIO_ROOT_USER and run `deploygen init`, which makes a new"
            " one",
        ),
        *(
            (
                {"POSTGRES_IMAGE": image},
                "POSTGRES_IMAGE",
                "PostgreSQL 18 keeps its data elsewhere and would start empty; accepted is"
                " PostgreSQL up to 17; stay at 17",
            )
            for image in (
                "postgres:18-alpine",
                "registry.example.com:5000/postgres:18",
                "pgvector/pgvector:pg18",
                "timescale/timescaledb:2.17.2-pg18",
            )
        ),
        (
            {"URL": "http://nas3:8080"},
            "URL",
            "its host ends in s3 before a port, which Outline would rewrite to localhost; accepted"
            " is another host name, the default port, or FILE_STORAGE=local; rename the host, leave"
            " the port out, or set FILE_STORAGE=local",
        ),
        (
            {"URL": LAN, "AWS_S3_UPLOAD_BUCKET_NAME": "share"},
            "AWS_S3_UPLOAD_BUCKET_NAME",
            "Outline has pages of its own under /share/, where the bucket would be; accepted is a"
            " name that is no path of Outline's; choose another bucket name (before there are"
            " uploads)",
        ),
        (
            {"URL": LAN, "AWS_S3_UPLOAD_BUCKET_NAME": "api"},
            "AWS_S3_UPLOAD_BUCKET_NAME",
            "Outline has pages of its own under /api/, where the bucket would be; accepted is a"
            " name that is no path of Outline's; choose another bucket name (before there are"
            " uploads)",
        ),
        (
            {"URL": "https://192.0.2.10", "TLS": "proxy"},
            "URL",
            "with https at an IP address Outline can't reach its own uploads; accepted is a host"
            " name, an AWS_S3_UPLOAD_BUCKET_URL with one, or FILE_STORAGE=local; give the machine a"
            " name, or set FILE_STORAGE=local",
        ),
        (
            {"URL": "http://[2001:db8::1]"},
            "URL",
            "over IPv6 Outline can't reach its own uploads; accepted is a host name, an"
            " AWS_S3_UPLOAD_BUCKET_URL with one, or FILE_STORAGE=local; give the machine a name, or"
            " set FILE_STORAGE=local",
        ),
        (
            {"AWS_S3_UPLOAD_BUCKET_URL": "http://127.0.0.1:8888"},
            "AWS_S3_UPLOAD_BUCKET_URL",
            "127.0.0.1 is Outline's own container to Outline; accepted is empty, or a host name"
            " like files.localhost; leave it empty",
        ),
        (
            {**PROXY, "AWS_S3_UPLOAD_BUCKET_URL": "https://192.0.2.10"},
            "AWS_S3_UPLOAD_BUCKET_URL",
            "with https at an IP address Outline can't reach its own uploads; accepted is a host"
            " name, an AWS_S3_UPLOAD_BUCKET_URL with one, or FILE_STORAGE=local; give the machine a"
            " name, or set FILE_STORAGE=local",
        ),
        (
            {"URL": "http://wiki.example.com", "TLS": "acme"},
            "URL",
            "it is http, but TLS=acme means that the gateway gets certificates; accepted is an"
            " https URL with TLS=acme; write the URL with https, or set TLS=off",
        ),
        (
            {**ACME, "HTTP_PORT": "443"},
            "HTTP_PORT",
            "http and https would both be published on port 443; accepted are two different ports;"
            " leave HTTP_PORT empty, or choose another port",
        ),
        (
            {**ACME, "HTTPS_PORT": "80"},
            "HTTPS_PORT",
            "http and https would both be published on port 80; accepted are two different ports;"
            " leave HTTPS_PORT empty, or choose another port",
        ),
        (
            {**ACME, "URL": "https://wiki.example.com:80"},
            "URL",
            "http and https would both be published on port 80; accepted are two different ports;"
            " choose another port",
        ),
        (
            {**PROXY, "HTTPS_PORT": "443"},
            "HTTPS_PORT",
            "with TLS=proxy the gateway speaks no https; accepted is a value with TLS=acme or"
            " files, else empty; leave it empty; the gateway's port is HTTP_PORT",
        ),
        (
            {**PROXY, "OIDC_URL": "http://accounts.example.com"},
            "OIDC_URL",
            "the gateway answers at https://wiki.example.com, and http://accounts.example.com has"
            " another scheme or port; accepted is another host with the scheme and port of URL;"
            " write it as https://accounts.example.com",
        ),
        (
            {"OIDC_URL": "http://localhost:8889"},
            "OIDC_URL",
            "its host is that of URL; accepted is a host of its own, or empty; leave OIDC_URL"
            " empty, or give it a host of its own",
        ),
        (
            {**PROXY, "OIDC_URL": WIKI},
            "OIDC_URL",
            "its host is that of URL; accepted is a host of its own, or empty; leave OIDC_URL"
            " empty, or give it a host of its own",
        ),
        (
            {**PROXY, "OIDC_URL": "https://accounts.localhost"},
            "OIDC_URL",
            "accounts.localhost is each browser's own machine, while URL is at wiki.example.com;"
            " accepted is a host that leads to this machine, as that of URL does; leave OIDC_URL"
            " empty, or give it such a host",
        ),
        (
            {
                **PROXY,
                "OIDC_URL": "https://a.example.com",
                "AWS_S3_UPLOAD_BUCKET_URL": "https://a.example.com",
            },
            "AWS_S3_UPLOAD_BUCKET_URL",
            "its host is that of OIDC_URL; accepted is a host of its own, or empty; leave"
            " AWS_S3_UPLOAD_BUCKET_URL empty, or give it a host of its own",
        ),
        (
            {"URL": WIKI, "TLS": "files", "TLS_KEY_FILE": KEY_FILE},
            "TLS_CERT_FILE",
            "it has no value, but TLS=files; accepted is the path of a readable PEM file; set"
            " TLS_CERT_FILE in config.sh, or choose another TLS",
        ),
        (
            {**ACME, "URL": "https://192.0.2.10", "FILE_STORAGE": "local"},
            "URL",
            "no authority gives a certificate for 192.0.2.10; accepted with TLS=acme is a host name"
            " of the public DNS; use such a name, or TLS=files with a certificate of yours",
        ),
        (
            {**ACME, "URL": "https://wiki.lan"},
            "URL",
            "no public authority gives a certificate for wiki.lan; accepted is a public name, or"
            " the URL of an authority of your own in ACME_SERVER; use such a name, or TLS=files"
            " with a certificate of yours",
        ),
        (
            {**ACME, "ACME_DOMAINS": "wiki.example.com,192.0.2.10"},
            "ACME_DOMAINS",
            "no authority gives a certificate for 192.0.2.10; accepted with TLS=acme is a host name"
            " of the public DNS; use such a name, or TLS=files with a certificate of yours",
        ),
        (
            {**ACME, "ACME_DOMAINS": "wiki.example.com,wiki.lan"},
            "ACME_DOMAINS",
            "no public authority gives a certificate for wiki.lan; accepted is a public name, or"
            " the URL of an authority of your own in ACME_SERVER; use such a name, or TLS=files"
            " with a certificate of yours",
        ),
        (
            {**ACME, "ACME_DOMAINS": "wiki.example.com,*.example.com"},
            "ACME_DOMAINS",
            "*.example.com is a wildcard, which is given by DNS-01 only; accepted without ACME_DNS"
            " are plain names; set ACME_DNS, or name the hosts one by one",
        ),
        (
            {**ACME, "ACME_DOMAINS": "example.com"},
            "ACME_DOMAINS",
            "wiki.example.com is not on the certificate that it asks for; accepted is empty, or a"
            " list that covers every host; add wiki.example.com, or leave ACME_DOMAINS empty",
        ),
        (
            {**ACME, "ACME_DNS": "dns_dp", "ACME_ENV_DP_Id": "1"},
            "ACME_DNS",
            "dns_dp lacks its variables; accepted with dns_dp is ACME_ENV_DP_Id and"
            " ACME_ENV_DP_Key; set them in config.sh",
        ),
        (
            {**ACME, "ACME_DNS": "dns_cf", "ACME_ENV_CF_Token": "1"},
            "ACME_DNS",
            "dns_cf lacks its variables; accepted with dns_cf is ACME_ENV_CF_Token and"
            " ACME_ENV_CF_Account_ID, or ACME_ENV_CF_Token and ACME_ENV_CF_Zone_ID, or"
            " ACME_ENV_CF_Key and ACME_ENV_CF_Email; set them in config.sh",
        ),
        (
            {**ACME, "NETWORK": "web"},
            "ACME_DNS",
            "the authority comes to port 80 (HTTP-01), which with NETWORK is not published to it;"
            " accepted is HTTP_IP=0.0.0.0, or a DNS provider in ACME_DNS; set one of the two, or"
            " end TLS in the web server in front (TLS=proxy)",
        ),
        (
            # On 127.0.0.1 alone.
            {**ACME, "NETWORK": "web", "HTTP_PORT": "80"},
            "ACME_DNS",
            "the authority comes to port 80 (HTTP-01), which with NETWORK is not published to it;"
            " accepted is HTTP_IP=0.0.0.0, or a DNS provider in ACME_DNS; set one of the two, or"
            " end TLS in the web server in front (TLS=proxy)",
        ),
        (
            {**ACME, "ACME_CA_BUNDLE": KEY_FILE},
            "ACME_CA_BUNDLE",
            "there is no certificate in it, but a private key; accepted is empty, or the path of"
            " the authority's own certificates in PEM form; give the file with the root certificate"
            " that the authority's https is signed by",
        ),
        (
            {**ACME, "ACME_EAB_KID": "kid"},
            "ACME_EAB_HMAC_KEY",
            "it has no value, but its other half has; accepted are both or neither of ACME_EAB_KID"
            " and ACME_EAB_HMAC_KEY; set ACME_EAB_HMAC_KEY in config.sh, or empty the other",
        ),
        (
            {**ACME, "ACME_SERVER": "google"},
            "ACME_EAB_KID",
            "google demands an external account, and it has no value; accepted with google are"
            " ACME_EAB_KID and ACME_EAB_HMAC_KEY; set both in config.sh (Google Cloud's publicca"
            " makes them)",
        ),
        (
            {**ACME, "ACME_SERVER": "actalis"},
            "ACME_EAB_KID",
            "actalis demands an external account, and it has no value; accepted with actalis are"
            " ACME_EAB_KID and ACME_EAB_HMAC_KEY; set both in config.sh (Actalis's customer portal"
            " makes them)",
        ),
        (
            {**ACME, "ACME_SERVER": "zerossl"},
            "ACME_EMAIL",
            "zerossl demands an e-mail address, and it has no value; accepted is an address like"
            " wiki@example.com; set ACME_EMAIL in config.sh",
        ),
        (
            {**ACME, "ACME_SERVER": "https://ca.example.com/dir", "ACME_STAGING": "true"},
            "ACME_STAGING",
            "https://ca.example.com/dir has no staging that is known here; accepted is true with"
            " ACME_SERVER=letsencrypt; set ACME_STAGING=false, or put the URL of a staging"
            " directory into ACME_SERVER",
        ),
        (
            {**ACME, "OUTER_PROXY": "nginx"},
            "OUTER_PROXY",
            "with TLS=acme the gateway itself ends TLS, and nothing is in front; accepted is a"
            " value with TLS=proxy or off, else empty; set TLS=proxy, or leave OUTER_PROXY empty",
        ),
        (
            {**PROXY, "OUTER_PROXY": "traefik"},
            "NETWORK",
            "traefik finds the gateway on a Docker network, and none is named; accepted is the"
            " network that traefik is on; set NETWORK to it (`docker network ls` lists them)",
        ),
        (
            {"URL": "http://wiki.example.com", "OUTER_PROXY": "nginx", "HTTP_PORT": "80"},
            "HTTP_PORT",
            "nginx in front needs port 80 itself; accepted is any port but 80, which is the URL's;"
            " set HTTP_PORT to another port",
        ),
        (
            {"URL": "http://wiki.example.com:8888", "OUTER_PROXY": "nginx"},
            "HTTP_PORT",
            "nginx in front needs port 8888 itself; accepted is any port but 8888, which is the"
            " URL's; set HTTP_PORT to another port",
        ),
        (
            {**PROXY, "HTTP_PORT": "443"},
            "HTTP_PORT",
            "the web server in front needs port 443 itself; accepted is any port but 443, which is"
            " the URL's; set HTTP_PORT to another port",
        ),
        (
            {**PROXY, "OUTER_PROXY": "traefik", "NETWORK": "web", "HTTP_PORT": "443"},
            "HTTP_PORT",
            "traefik in front needs port 443 itself; accepted is any port but 443, which is the"
            " URL's; set HTTP_PORT to another port",
        ),
        (
            {**PROXY, "NETWORK": "wiki_frontend"},
            "NETWORK",
            "wiki_frontend is a network of the deployment's own; accepted is a network that was"
            " made outside, by `docker network create NAME`; leave it empty, or name the network"
            " that the web server in front is on",
        ),
        (
            {**PROXY, "TRUSTED_PROXIES": "network"},
            "TRUSTED_PROXIES",
            "it says network, but NETWORK names none; accepted is network with NETWORK alone; set"
            " NETWORK, or name the proxies by their addresses",
        ),
        (
            {**PROXY, "TRUSTED_PROXIES": "host", "HTTP_IP": "0.0.0.0"},
            "TRUSTED_PROXIES",
            "it says host, but others reach the gateway too, who may look like this machine;"
            " accepted is host with HTTP_IP=127.0.0.1 alone; set HTTP_IP=127.0.0.1, or name the"
            " proxies by their addresses",
        ),
        (
            {**S3, "AWS_S3_UPLOAD_BUCKET_URL": ""},
            "AWS_S3_UPLOAD_BUCKET_URL",
            "it has no value, but FILE_STORAGE=s3; accepted is the service's endpoint, like"
            " https://s3.eu-central-1.amazonaws.com; set it in config.sh, or use"
            " FILE_STORAGE=minio",
        ),
        (
            {**S3, "AWS_S3_UPLOAD_BUCKET_URL": "https://outline-files-bucket.s3.example.org"},
            "AWS_S3_UPLOAD_BUCKET_NAME",
            "uploads are at https://outline-files-bucket.s3.example.org, which Outline would take"
            " for a host of 'outline-files-bucket' alone; accepted is a name that"
            " https://outline-files-bucket.s3.example.org does not contain; write the endpoint"
            " without the bucket's name, or use another bucket",
        ),
        (
            {**S3, "AWS_S3_UPLOAD_BUCKET_URL": "http://localhost:9000"},
            "AWS_S3_UPLOAD_BUCKET_URL",
            "localhost is another machine to Outline in its container than to browsers; accepted"
            " is an address that both reach; use the machine's address in the network, or a name"
            " that leads there",
        ),
        (
            {**S3, **PROXY, "AWS_S3_UPLOAD_BUCKET_URL": WIKI},
            "AWS_S3_UPLOAD_BUCKET_URL",
            "https://wiki.example.com is the wiki itself; accepted is the endpoint of an S3"
            " service; write the service's endpoint, or use FILE_STORAGE=minio",
        ),
        (
            {**S3, **PROXY, "AWS_S3_UPLOAD_BUCKET_URL": "http://nas.example.org"},
            "AWS_S3_UPLOAD_BUCKET_URL",
            "it is http, and browsers send nothing there from a wiki on https; accepted with an"
            " https URL is an https endpoint; have the service speak https",
        ),
        (
            {
                **S3,
                "AWS_S3_UPLOAD_BUCKET_URL": "http://192.0.2.20:9000",
                "AWS_S3_FORCE_PATH_STYLE": "false",
            },
            "AWS_S3_FORCE_PATH_STYLE",
            "a bucket can't stand before the address 192.0.2.20; accepted with an IP address is"
            " true; set AWS_S3_FORCE_PATH_STYLE=true, or use a host name",
        ),
        (
            {**S3, "AWS_S3_UPLOAD_BUCKET_URL": "https://oss-cn-hangzhou.aliyuncs.com"},
            "AWS_S3_FORCE_PATH_STYLE",
            "oss-cn-hangzhou.aliyuncs.com takes no bucket in the path, where Outline's POST always"
            " has it; accepted there is AWS_S3_FORCE_PATH_STYLE=false with"
            " AWS_S3_UPLOAD_METHOD=put; set both",
        ),
        (
            {**S3, "AWS_S3_UPLOAD_BUCKET_URL": "https://0.r2.cloudflarestorage.com"},
            "AWS_S3_UPLOAD_METHOD",
            "0.r2.cloudflarestorage.com has no POST for uploads; accepted there is put; set"
            " AWS_S3_UPLOAD_METHOD=put",
        ),
        (
            {"FILE_STORAGE": "local", "AWS_S3_UPLOAD_BUCKET_URL": "http://files.example.com"},
            "AWS_S3_UPLOAD_BUCKET_URL",
            "with FILE_STORAGE=local there is no bucket; accepted is empty with FILE_STORAGE=local;"
            " leave it empty, or choose minio or s3",
        ),
        (
            {"ADMIN_EMAIL": ""},
            "ADMIN_EMAIL",
            "it has no value; accepted is an address like wiki@example.com;"
            f" {set_it('ADMIN_EMAIL')}",
        ),
        (
            {**ISSUER, "OIDC_TOKEN_URI": f"{ID}/token"},
            "OIDC_TOKEN_URI",
            "OIDC_ISSUER_URL names the provider already; accepted is OIDC_ISSUER_URL alone, or"
            " OIDC_AUTH_URI, OIDC_TOKEN_URI and OIDC_USERINFO_URI; leave OIDC_TOKEN_URI empty, or"
            " OIDC_ISSUER_URL",
        ),
        (
            {**ISSUER, "OIDC_LOGOUT_URI": f"{ID}/logout"},
            "OIDC_LOGOUT_URI",
            "with OIDC_ISSUER_URL Outline asks the provider for it, and does not read it here;"
            " accepted is empty with OIDC_ISSUER_URL, an address with OIDC_AUTH_URI, OIDC_TOKEN_URI"
            " and OIDC_USERINFO_URI; leave OIDC_LOGOUT_URI empty",
        ),
        (
            {**CLIENT, "OIDC_AUTH_URI": f"{ID}/auth", "OIDC_TOKEN_URI": f"{ID}/token"},
            "OIDC_USERINFO_URI",
            "it has no value, and without it Outline has no way to sign in; accepted are"
            " OIDC_AUTH_URI, OIDC_TOKEN_URI and OIDC_USERINFO_URI together, or OIDC_ISSUER_URL"
            " alone; set OIDC_USERINFO_URI in config.sh",
        ),
        (
            {**CLIENT, "OIDC_ISSUER_URL": "http://localhost:8080/realms/wiki"},
            "OIDC_ISSUER_URL",
            "localhost is the wiki's own container to the wiki, where no provider is; accepted is"
            " an address that both browsers and the wiki's container reach; use the machine's"
            " address in the network, or a name that leads there",
        ),
        (
            {**PROXY, **ISSUER, "OIDC_ISSUER_URL": f"{WIKI}/uc/oauth"},
            "OIDC_ISSUER_URL",
            "it is below the wiki's own address, where no other provider answers; accepted is the"
            " address of another provider; leave OIDC_ISSUER_URL empty to have the user accounts of"
            " this deployment, or name the other provider",
        ),
        (
            {**PROXY, **ISSUER, "OIDC_URL": "https://accounts.example.com"},
            "OIDC_URL",
            "it is for the user accounts, which another provider takes the place of; accepted is"
            " empty with OIDC_ISSUER_URL or OIDC_AUTH_URI; leave OIDC_URL empty",
        ),
        (
            {"SMTP_HOST": "mail.example.com"},
            "SMTP_FROM_EMAIL",
            "it has no value, and Outline sends no mail without a sender; accepted with SMTP_HOST"
            " is an address like wiki@example.com; set SMTP_FROM_EMAIL in config.sh",
        ),
        (
            {**MAIL, "SMTP_USERNAME": "wiki"},
            "SMTP_PASSWORD",
            "it has no value, but its other half has; accepted are both or neither of SMTP_USERNAME"
            " and SMTP_PASSWORD; set SMTP_PASSWORD in config.sh, or empty the other",
        ),
        (
            {**MAIL, "SMTP_PASSWORD": "not-a-secret"},
            "SMTP_USERNAME",
            "it has no value, but its other half has; accepted are both or neither of SMTP_USERNAME"
            " and SMTP_PASSWORD; set SMTP_USERNAME in config.sh, or empty the other",
        ),
        (
            {**MAIL, "SMTP_HOST": "localhost"},
            "SMTP_HOST",
            "localhost is the wiki's own container to the wiki, where no mail server is; accepted"
            " is a host that is reached from there; use the machine's name or address in the"
            " network",
        ),
        (
            {"OUTLINE_ENV_FORCE_HTTPS": "false"},
            "OUTLINE_ENV_FORCE_HTTPS",
            "it follows from TLS; accepted are variables that no key of ours decides; remove the"
            " line, and set TLS",
        ),
        (
            {"OUTLINE_ENV_PORT": "80"},
            "OUTLINE_ENV_PORT",
            "the stack depends on it as it is; accepted are variables that no key of ours decides;"
            " remove the line",
        ),
        (
            # Outline would read it as SSL_CERT, and serve https itself.
            {"OUTLINE_ENV_SSL_CERT_FILE": "/certificate.pem"},
            "OUTLINE_ENV_SSL_CERT_FILE",
            "it follows from TLS; accepted are variables that no key of ours decides; remove the"
            " line, and set TLS",
        ),
    ],
)
def test_keys_that_contradict_each_other_are_explained(
    changes: dict[str, str], key: str, message: str
) -> None:
    text = config_text(**changes)

    assert messages(text) == [f"config.sh:{line_of(text, key)}: {key}: {message}"]


@pytest.mark.parametrize(
    "changes",
    [
        {"HTTP_PORT": "8888"},
        {"HTTP_IP": "0.0.0.0"},
        {"HTTP_IP": "127.0.0.1"},
        {"URL": LAN, "HTTP_IP": "192.0.2.10"},
        {"URL": LAN, "HTTP_PORT": "80"},
        {"URL": "http://wiki.example.com", "HTTP_IP": "127.0.0.1", "HTTP_PORT": "9999"},
        {"URL": "https://wiki.example.com", "TLS": "proxy", "HTTP_PORT": "9999"},
        {"URL": "https://192.0.2.10", "TLS": "proxy", "FILE_STORAGE": "local"},
        {
            "URL": "http://wiki.example.com",
            "AWS_S3_UPLOAD_BUCKET_NAME": "wiki",
            "FILE_STORAGE": "local",
        },
        {"AWS_S3_UPLOAD_BUCKET_NAME": "api"},
        {"AWS_S3_UPLOAD_BUCKET_NAME": "minio", "FILE_STORAGE": "local"},
        {"POSTGRES_IMAGE": "pgvector/pgvector:0.8.1-pg17"},
        {"POSTGRES_IMAGE": "registry.example.com/database:17"},
        {"URL": "http://[::1]:8888"},
        {"URL": "http://[2001:db8::1]", "FILE_STORAGE": "local"},
        {"URL": WIKI, "TLS": "files", "TLS_CERT_FILE": CERT_FILE, "TLS_KEY_FILE": KEY_FILE},
        {**ACME, **OWN_HOSTS},
        {**ACME, "URL": f"{WIKI}:8443"},
        {**ACME, "ACME_DNS": "dns_dp", "ACME_ENV_DP_Id": "1", "ACME_ENV_DP_Key": "2"},
        {**ACME, "ACME_DNS": "dns_unheard_of", "ACME_DOMAINS": "example.com,*.example.com"},
        {**ACME, "URL": "https://wiki.lan", "ACME_SERVER": "https://ca.lan/dir"},
        {**ACME, "NETWORK": "web", "HTTP_IP": "0.0.0.0"},
        {**ACME, "ACME_DNS": "dns_unheard_of", "NETWORK": "web"},
        {**ACME, "ACME_SERVER": "actalis", "ACME_EAB_KID": "kid", "ACME_EAB_HMAC_KEY": "key"},
        {"URL": "http://localhost:8888", "OIDC_URL": "http://accounts.localhost:8888"},
        {"AWS_S3_UPLOAD_BUCKET_URL": "http://uploads.localhost:8888"},
        # A web server elsewhere has ports of its own.
        {**PROXY, "HTTP_IP": "0.0.0.0", "HTTP_PORT": "443", "TRUSTED_PROXIES": "192.0.2.1"},
        {**PROXY, "OUTER_PROXY": "traefik", "NETWORK": "web"},
        {**PROXY, "HTTP_IP": "0.0.0.0", "TRUSTED_PROXIES": "192.0.2.1"},
        {"URL": "http://wiki.example.com", "OUTER_PROXY": "caddy"},
        {**ISSUER, "ADMIN_EMAIL": ""},
        {**ISSUER, "OIDC_ISSUER_URL": f"{ID}:6000"},  # a port that no browser opens
        {
            **CLIENT,
            "OIDC_AUTH_URI": "http://localhost:8080/auth",
            "OIDC_TOKEN_URI": f"{ID}/token",
            "OIDC_USERINFO_URI": f"{ID}/userinfo?schema=openid",
            "OIDC_SCOPES": "openid email offline_access",
        },
        {**S3},
        {
            **S3,
            "AWS_S3_UPLOAD_BUCKET_URL": "https://oss-cn-hangzhou.aliyuncs.com",
            "AWS_S3_FORCE_PATH_STYLE": "false",
            "AWS_S3_UPLOAD_METHOD": "put",
        },
        {
            **S3,
            "AWS_S3_UPLOAD_BUCKET_URL": "https://0.r2.cloudflarestorage.com",
            "AWS_S3_UPLOAD_METHOD": "put",
        },
    ],
)
def test_keys_that_go_together_are_accepted(changes: dict[str, str]) -> None:
    configuration(**changes)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        # Who ends TLS is not known, and what follows from it not judged.
        ({"URL": WIKI, "HTTPS_PORT": "443"}, "URL"),
        ({"URL": WIKI, "TRUSTED_PROXIES": "host"}, "URL"),
        ({**ACME, "URL": "http://wiki.example.com", "HTTPS_PORT": "443"}, "URL"),
        ({**ACME, "URL": "http://wiki.example.com", "NETWORK": "web"}, "URL"),
        ({**PROXY, "URL": "http://wiki.example.com", "HTTP_PORT": "80"}, "URL"),
        ({**ACME, "OUTER_PROXY": "traefik"}, "OUTER_PROXY"),
        ({**PROXY, "OUTER_PROXY": "traefik", "TRUSTED_PROXIES": "network"}, "NETWORK"),
    ],
)
def test_one_mistake_is_one_message(changes: dict[str, str], key: str) -> None:
    assert [message.split(": ")[1] for message in messages(config_text(**changes))] == [key]


def test_every_rule_between_keys_is_in_the_table() -> None:
    marks = vars(test_keys_that_contradict_each_other_are_explained)["pytestmark"]
    table = next(mark for mark in marks if mark.name == "parametrize").args[1]
    broken = {
        rule.__name__
        for changes, _, _ in table
        for rule in rules.RULES
        if list(rule(_unchecked(changes)))
    }

    assert broken == {rule.__name__ for rule in rules.RULES}


def _unchecked(changes: dict[str, str]) -> Config:
    values = {item.name: item.default or "" for item in SETTINGS}
    values |= FAKE_SECRETS | {"ADMIN_EMAIL": "wiki@example.com"} | changes
    passed_on: dict[str, Any] = {
        item.name.lower(): {
            name: value for key, value in values.items() if (name := item.passed_on(key))
        }
        for item in SETTINGS
        if item.prefix
    }
    read = {
        item.name.lower(): item.kind.parse(values[item.name])
        for item in SETTINGS
        if not item.prefix
    }
    return Config(**read, **passed_on)


@pytest.fixture(scope="module")
def certificate_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A certificate without its issuer's, and its key, which everybody may read."""
    folder = tmp_path_factory.mktemp("certificate")
    made = certificates.make("wiki.example.com", issuer=certificates.authority("Test CA"))
    (folder / "cert.pem").write_text(made.certificate_pem)
    (folder / "key.pem").write_text(made.key_pem)
    (folder / "key.pem").chmod(0o644)
    return {"TLS_CERT_FILE": f"{folder}/cert.pem", "TLS_KEY_FILE": f"{folder}/key.pem"}


def warned(changes: dict[str, str]) -> dict[str, str]:
    """Return what is warned of, by the place that it names."""
    text = config_text(**changes)
    notices = config.warnings(config.load(text), text)
    lines = [notice.located("config.sh") for notice in notices]
    return dict(line.split(": warning: ", 1) for line in lines)


@pytest.mark.parametrize(
    ("changes", "key", "sentence"),
    [
        *(
            (
                {"POSTGRES_IMAGE": image},
                "POSTGRES_IMAGE",
                "its tag names no version of PostgreSQL, and the next major could not read the"
                " data: name one, up to 17",
            )
            for image in (
                "postgres",
                "registry.example.com:5000/postgres:latest",
                "registry.example.com/database:20260101",
                "postgres@sha256:" + "0" * 64,
            )
        ),
        (
            {**S3, "AWS_S3_ACL": "none"},
            "AWS_S3_ACL",
            "Outline up to 1.9.2 refuses attachments without an ACL (outline#1907): set it to"
            " private unless your service refuses that",
        ),
        (
            {**ACME, "HTTP_IP": "127.0.0.1"},
            "HTTP_IP",
            "the authority comes to port 80 (HTTP-01), and the gateway's is for this machine alone:"
            " have something pass it on, or leave HTTP_IP empty",
        ),
        *(
            ({key: value}, key, f"it has no effect without {wanted}")
            for key, value, wanted in (
                ("SMTP_PORT", "587", "SMTP_HOST"),
                ("SMTP_PASSWORD", "of no mail server", "SMTP_HOST"),
                ("ACME_STAGING", "true", "TLS=acme"),
                ("ACME_EMAIL", "wiki@example.com", "TLS=acme or OUTER_PROXY=nginx-proxy"),
                ("ACME_ENV_CF_Token", "token", "TLS=acme"),
                ("TLS_CERT_FILE", CERT_FILE, "TLS=files"),
                ("AWS_REGION", "eu-central-1", "FILE_STORAGE=s3"),
                ("AWS_S3_ACL", "none", "FILE_STORAGE=s3"),
            )
        ),
        (
            {"FILE_STORAGE": "local", "AWS_S3_UPLOAD_BUCKET_NAME": "ours"},
            "AWS_S3_UPLOAD_BUCKET_NAME",
            "it has no effect without FILE_STORAGE=minio or FILE_STORAGE=s3",
        ),
        (
            {**ACME, "HTTP_PORT": "8080"},
            "HTTP_PORT",
            "the authority comes to port 80 (HTTP-01), and the gateway's is 8080: have something"
            " pass it on, or leave HTTP_PORT empty",
        ),
        (
            {**ACME, "HTTPS_PORT": "9443"},
            "HTTPS_PORT",
            "the gateway is at port 9443, while the URL leads to 443: have something pass that on,"
            " or leave HTTPS_PORT empty",
        ),
        *(
            (
                {"URL": url, "HTTP_PORT": "9999"},
                "HTTP_PORT",
                "the gateway is at port 9999, while the URL leads to 8888: have something pass that"
                " on, or leave HTTP_PORT empty",
            )
            for url in (LAN, "http://192.168.1.10:8888", "http://wiki.example.com:8888")
        ),
        (
            {"NETWORK": "web"},
            "NETWORK",
            "with it no port is published, so nothing answers at http://localhost:8888 unless a web"
            " server on this machine passes it on: name that in OUTER_PROXY, or set HTTP_PORT",
        ),
        (
            {**PROXY, "HTTP_IP": "0.0.0.0"},
            "TRUSTED_PROXIES",
            "others than this machine reach the gateway, so nobody is believed, and every client"
            " has the address of the web server in front: name that address here",
        ),
        (
            {**ACME, "ACME_STAGING": "true"},
            "ACME_STAGING",
            "browsers don't trust certificates of the staging: set it to false once they arrive",
        ),
        (
            {**ISSUER, "OIDC_ISSUER_URL": "http://id.example.org"},
            "OIDC_ISSUER_URL",
            "it is http, and whoever stands between the wiki and the provider can sign in as"
            " anybody: use https",
        ),
        (
            {"OIDC_LOGOUT_URI": f"{ID}/logout"},
            "OIDC_LOGOUT_URI",
            "it is for another provider, and none is named: OIDC_ISSUER_URL or OIDC_AUTH_URI",
        ),
        (
            {**ISSUER, "OIDC_CLIENT_ID": FAKE_SECRETS["OIDC_CLIENT_ID"]},
            "OIDC_CLIENT_ID",
            "it looks like the one that was made for the user accounts: put here the one that the"
            " provider gave",
        ),
        (
            {**ISSUER, "OIDC_SCOPES": "openid profile"},
            "OIDC_SCOPES",
            "without email most providers tell no address, and Outline lets in nobody who has none:"
            " add email",
        ),
        (
            {**MAIL, "SMTP_PORT": "587"},
            "SMTP_SECURE",
            "at port 587 TLS begins once connected, as a rule: set it to false there",
        ),
        (
            {**MAIL, "SMTP_PORT": "465", "SMTP_SECURE": "false"},
            "SMTP_SECURE",
            "at port 465 TLS begins with the connection, as a rule: set it to true there",
        ),
        (
            {"OUTLINE_ENV_LOG_LEVE": "debug"},
            "OUTLINE_ENV_LOG_LEVE",
            "Outline 1.9.2 reads no variable LOG_LEVE: did you mean OUTLINE_ENV_LOG_LEVEL?",
        ),
        (
            {"OUTLINE_ENV_Url": "http://wiki.example.com"},
            "OUTLINE_ENV_Url",
            "Outline 1.9.2 reads no variable Url: did you mean URL?",
        ),
        (
            {"OUTLINE_ENV_Port": "3000"},
            "OUTLINE_ENV_Port",
            "Outline 1.9.2 reads no variable Port",
        ),
        (
            {"OUTLINE_ENV_GOOGLE_CLIENT_ID": "id"},
            "OUTLINE_ENV_GOOGLE_CLIENT_ID",
            "it lets people sign in by Google too, and whoever is turned off at the provider of"
            " this wiki may come back that way",
        ),
    ],
)
def test_what_works_but_may_not_be_meant_is_warned_of(
    changes: dict[str, str], key: str, sentence: str
) -> None:
    line = line_of(config_text(**changes), key)

    assert warned(changes) == {f"config.sh:{line}: {key}": sentence}


def test_files_that_will_do_are_warned_of_all_the_same(certificate_files: dict[str, str]) -> None:
    changes = {"URL": WIKI, "TLS": "files", **certificate_files}
    text = config_text(**changes)
    key = certificate_files["TLS_KEY_FILE"]

    assert warned(changes) == {
        f"config.sh:{line_of(text, 'TLS_CERT_FILE')}: TLS_CERT_FILE": "the certificate comes"
        " without that of its issuer, so some programs won't trust it: use the file with the whole"
        " chain (often called fullchain)",
        f"config.sh:{line_of(text, 'TLS_KEY_FILE')}: TLS_KEY_FILE": "every user of this machine can"
        f" read the key: `chmod o= {key}`",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {},
        ACME,
        {**ACME, "ACME_DNS": "dns_unheard_of", "HTTP_PORT": "8080"},
        {"URL": "http://wiki.example.com", "HTTP_IP": "127.0.0.1", "HTTP_PORT": "9999"},
        {"OUTER_PROXY": "traefik", "NETWORK": "web"},
        {"OIDC_SCOPES": "openid"},
        S3,
        {**PROXY, "HTTP_IP": "0.0.0.0", "TRUSTED_PROXIES": "none"},
        {"AWS_S3_UPLOAD_BUCKET_NAME": "ours"},
        {"OUTLINE_ENV_LOG_LEVEL": "debug", "OUTLINE_ENV_GITHUB_APP_PRIVATE_KEY_FILE": "/key"},
        {**MAIL, "SMTP_PORT": "25", "SMTP_SECURE": "false"},
        {**MAIL, "SMTP_FROM_EMAIL": '"Company, Inc." <wiki@example.com>'},
        ISSUER,
        {"OUTLINE_ENV_NODE_OPTIONS": "--max-old-space-size=768"},
        {
            **PROXY,
            "OUTER_PROXY": "nginx-proxy",
            "NETWORK": "web",
            "ACME_EMAIL": "wiki@example.com",
        },
    ],
)
def test_what_is_meant_is_not_warned_of(changes: dict[str, str]) -> None:
    assert warned(changes) == {}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            "TIME_ZONE=UTC\nURL=http://localhost:1111\nURL=http://localhost:2222\nURL=\n",
            ["config.sh:4: URL: warning: this line counts, and not URL (line 2) and URL (line 3)"],
        ),
        (
            "HTTP_PORT_IP=8888\nHTTP_PORT=9999\n",
            ["config.sh:2: HTTP_PORT: warning: this line counts, and not HTTP_PORT_IP (line 1)"],
        ),
        (
            "HTTP_PORT=9999\nHTTP_PORT_IP=8888\n",
            ["config.sh:1: HTTP_PORT: warning: this line counts, and not HTTP_PORT_IP (line 2)"],
        ),
        ("HTTP_PORT_IP=8888\nHTTP_PORT=\n", []),
        ("HTTP_PORT=\nHTTP_PORT_IP=8888\n", []),
    ],
)
def test_of_lines_for_one_key_it_is_told_which_counts(lines: str, told: list[str]) -> None:
    notices = config.warnings(configuration(), lines)

    assert [notice.located("config.sh") for notice in notices] == told


def test_a_warning_about_a_key_that_is_not_in_the_file_names_the_file() -> None:
    notice = config.warning("", "NETWORK", "a sentence")

    assert notice.located("config.sh") == "config.sh: NETWORK: warning: a sentence"


def test_a_warning_about_a_key_under_an_old_name_has_its_line() -> None:
    notice = config.warning("\nHTTP_PORT_IP=80\n", "HTTP_PORT", "a sentence")

    assert notice.located("config.sh") == "config.sh:2: HTTP_PORT: warning: a sentence"


def test_every_problem_is_told_in_one_run_in_the_order_of_the_file() -> None:
    text = config_text(
        URL="https://wiki.example.com", ADMIN_EMAIL="", HTTP_PORT="http", OUTLINE_SECRET_KEY="1"
    )
    text += "K=$x\nNO_SUCH_KEY=1\n"

    told = messages(text)

    keys = ["URL", "ADMIN_EMAIL", "HTTP_PORT", "OUTLINE_SECRET_KEY", "K", "NO_SUCH_KEY"]
    assert [message.split(": ")[1] for message in told] == keys
    lines = [int(message.split(":")[1]) for message in told]
    assert lines == sorted(lines)


def test_a_rule_that_asks_for_a_wrong_value_waits_for_it_to_be_right() -> None:
    told = messages(config_text(URL="https://wiki.example.com", TLS="maybe"))

    assert [message.split(": ")[1] for message in told] == ["TLS"]


SECRET = "Hunter2Hunter2"


@settings(max_examples=300)
@given(
    st.sampled_from([item.name for item in SETTINGS if item.confidential and not item.prefix]),
    st.sampled_from(
        [
            "{key}={secret}$x",
            "{key}={secret} {secret}",
            "{key}='{secret}",
            '{key}="{secret}',
            "{key}={secret};",
            "{key}={secret}\r",
            "{key} = {secret}",
            "{key}: {secret}",
            "{key}\n{secret}",
            "{key}={secret}\t\n{secret}",
            "{key}='{secret}\n{secret}'",
            "{key}={secret}\x1b",
            "{secret}",
            "$({secret})",
            "PIP_INDEX_URL=https://wiki:{secret}@pypi.example.com/simple",
            "URL=http://wiki:{secret}@wiki.example.com",
            "URL=http://wiki:a@{secret}@wiki.example.com",
            "{key}{secret}==",
            "{key}{secret}=$x",
            "export {key}_{secret} =",
            "{secret}==",
            "{secret}=",
            "{key}={secret}\nOIDC_SCOPES={secret}",
            "{key}={secret}\nURL=http://wiki.example.com/?token={secret}",
            "{key}={secret}\nTLS_CERT_FILE={secret}",
            "OUTLINE_ENV_GITHUB_CLIENT_SECRET={secret}\nTLS={secret}",
        ]
    ),
    st.sampled_from(["", "REDIS_PASSWORD=", "TLS=maybe\n"]),
)
def test_no_message_holds_a_secret(key: str, form: str, after: str) -> None:
    text = f"ADMIN_EMAIL=\n{form.format(key=key, secret=SECRET)}\n{after}"

    assert not [message for message in messages(text) if SECRET in message]


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_any_text_is_either_right_or_refused(text: str) -> None:
    with suppress(ConfigInvalid):
        config.load(text)
