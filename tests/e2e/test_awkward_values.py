"""Values arrive as they stand in config.sh, whatever characters they are made of."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from email.message import Message
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import yaml

from deploygen import kinds
from deploygen.kinds import Kind
from deploygen.settings import SETTINGS, Setting
from tests.certificates import make
from tests.contract.browser import StrictPerson
from tests.e2e.deployments import CHECKOUT, deployment, free_port, machinery
from tests.e2e.stack import ComposeError, Stack, eventually, host_address
from tests.mail_server import correspondent, mail_server

CHARACTERS = "'\"$\\ #%@:/?中"
WITHIN = 20  # seconds

# Why the other kinds don't take them. A kind that has a list of all its values needs no reason.
REASONS = {
    "ACME_DNS": "a name of acme.sh's",
    "ACME_SERVER": "a name of ours, or an https URL",
    "BUCKET": "a name in the grammar of S3 and DNS",
    "CLAIM": "a name of OpenID's",
    "CLIENT_ID": "printable ASCII without spaces (RFC 6749, appendix A.1)",
    "DAYS": "a number",
    "EMAIL": "an address (RFC 5322, section 3.4.1)",
    "HEX_64": "64 hexadecimal digits, which are a key",
    "HOST": "a host",
    "IDENTIFIER": "a name that is part of URLs and of S3's signatures",
    "IMAGE": "a reference in Docker's grammar",
    "IP": "an address of this machine",
    "NAMES": "hosts",
    "NETWORK": "a name in Docker's grammar",
    "ORIGIN": "scheme, host and port",
    "PEM_FILE": "the path of a file, which is read when the folder is rendered and goes no further",
    "PORT": "a number",
    "PROJECT": "a name in the grammar of Docker, DNS and cookies",
    "REGION": "a name of the S3 service's",
    "REGISTRY": "a host, perhaps with a path",
    "SCOPES": "printable ASCII without double quote and backslash (RFC 6749, section 3.3)",
    "SECONDS": "a number",
    "SIZE": "a number",
    "TIME_ZONE": "a name of the time zone database",
    "TRUSTED": "addresses and networks",
    "URL": "a URL",
    "USERNAME": "letters, digits and four signs, which nobody has to spell out",
    "WEB_ADDRESS": "a URL",
}
# In which container each key's text is, and as which variable.
ARRIVES: dict[str, Mapping[str, str]] = {
    "WIKI_NAME": {"oidc": "WIKI_NAME", "oidc-init": "WIKI_NAME"},
    "ADMIN_EMAIL": {"oidc-init": "ADMIN_EMAIL"},
    "ADMIN_PASSWORD": {"oidc-init": "ADMIN_PASSWORD"},
    "ACME_EAB_KID": {"acme": "ACME_EAB_KID"},
    "ACME_EAB_HMAC_KEY": {"acme": "ACME_EAB_HMAC_KEY"},
    "ACME_ENV_CF_Token": {"acme": "CF_Token"},
    "OIDC_DISPLAY_NAME": {"outline": "OIDC_DISPLAY_NAME"},
    "SMTP_USERNAME": {"outline": "SMTP_USERNAME", "oidc": "SMTP_USERNAME"},
    "SMTP_PASSWORD": {"outline": "SMTP_PASSWORD", "oidc": "SMTP_PASSWORD"},
    "SMTP_FROM_EMAIL": {"outline": "SMTP_FROM_EMAIL", "oidc": "SMTP_FROM_EMAIL"},
    "SMTP_REPLY_EMAIL": {"outline": "SMTP_REPLY_EMAIL"},
    "OUTLINE_ENV_IFRAMELY_API_KEY": {"outline": "IFRAMELY_API_KEY"},
    "DATA_DIR": {},  # a folder, and no variable
    "DJANGO_SECRET_KEY": {"oidc": "SECRET_KEY", "oidc-init": "SECRET_KEY"},
    "OIDC_CLIENT_ID": {"outline": "OIDC_CLIENT_ID", "oidc-init": "OIDC_CLIENT_ID"},
    "OIDC_CLIENT_SECRET": {"outline": "OIDC_CLIENT_SECRET", "oidc-init": "OIDC_CLIENT_SECRET"},
    "POSTGRES_PASSWORD": {"postgres": "POSTGRES_PASSWORD"},
    "OUTLINE_DATABASE_PASSWORD": {
        "outline": "DATABASE_PASSWORD",
        "postgres-init": "OUTLINE_DATABASE_PASSWORD",
    },
    "OIDC_DATABASE_PASSWORD": {
        "oidc": "DATABASE_PASSWORD",
        "oidc-init": "DATABASE_PASSWORD",
        "postgres-init": "OIDC_DATABASE_PASSWORD",
    },
    "REDIS_PASSWORD": {"redis": "REDIS_PASSWORD"},
    "MINIO_ROOT_PASSWORD": {
        "minio": "MINIO_ROOT_PASSWORD",
        "minio-init": "MINIO_ROOT_PASSWORD",
    },
    "AWS_SECRET_ACCESS_KEY": {
        "outline": "AWS_SECRET_ACCESS_KEY",
        "minio-init": "AWS_SECRET_ACCESS_KEY",
    },
}
ARRIVALS = [
    (key, service, variable)
    for key, places in ARRIVES.items()
    for service, variable in places.items()
]
OF_ACME = {key for key, places in ARRIVES.items() if "acme" in places}


def awkward(key: str) -> str:
    """Return what no other key has, with the name of a variable that must stay a name."""
    return f"{CHARACTERS}${key}{CHARACTERS}\\"


def sender(key: str) -> str:
    """Return an address with a name before it. Outline reads no quote or backslash in one."""
    return re.sub(r'["\\]', "", awkward(key))


def mailbox(key: str) -> str:
    return f'"{sender(key)}" <{key.lower()}@example.com>'


VALUES = {
    **{key: awkward(key) for key in ARRIVES},
    # As many of the characters as these take.
    "SMTP_FROM_EMAIL": mailbox("SMTP_FROM_EMAIL"),
    "SMTP_REPLY_EMAIL": mailbox("SMTP_REPLY_EMAIL"),
    "OIDC_CLIENT_ID": "'\"$\\#%@:/?$OIDC_CLIENT_ID\\",
    "ADMIN_EMAIL": "o'$#%/?$ADMIN_EMAIL@example.com",
}


def takes_text(setting: Setting) -> bool:
    """Tell whether a key takes the characters, be it as a path or as the name of a mailbox."""
    text = awkward(setting.name)
    return any(_reads(setting.kind, raw) for raw in (text, f"/srv/{text}", mailbox(setting.name)))


def _reads(kind: Kind[Any], raw: str) -> bool:
    try:
        kind.parse(raw)
    except ValueError:
        return False
    return True


def test_every_key_that_takes_text_is_tried() -> None:
    tried = {
        setting.name
        for setting in SETTINGS
        for key in ARRIVES
        if key == setting.name or (setting.prefix and setting.passed_on(key))
    }

    assert {setting.name for setting in SETTINGS if takes_text(setting)} <= tried


def test_every_other_key_has_a_reason() -> None:
    named = {id(kind): name for name, kind in vars(kinds).items() if isinstance(kind, Kind)}
    others = [setting for setting in SETTINGS if not takes_text(setting)]
    found = {
        setting.name: named.get(id(setting.kind.needed), "a kind without a name")
        for setting in others
        if not setting.kind.choices
    }

    assert {key: kind for key, kind in found.items() if kind not in REASONS} == {}
    assert set(REASONS) == set(found.values())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / VALUES["DATA_DIR"]


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the mail server's certificate and key."""
    machinery()
    folder = tmp_path_factory.mktemp("mail")
    made = make(host_address())
    (folder / "certificate.pem").write_text(made.certificate_pem)
    (folder / "key.pem").write_text(made.key_pem)
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def starttls(certified: Path) -> Iterator[tuple[int, list[Message]]]:
    """A mail server that wants TLS once connected: its port, and the mails that it took."""
    yield from _mail_server(certified, starttls=True)


@pytest.fixture(scope="module")
def tls(certified: Path) -> Iterator[tuple[int, list[Message]]]:
    """A mail server that wants TLS from the start."""
    yield from _mail_server(certified, starttls=False)


def _mail_server(certified: Path, *, starttls: bool) -> Iterator[tuple[int, list[Message]]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified / "certificate.pem", certified / "key.pem")
    login = (VALUES["SMTP_USERNAME"], VALUES["SMTP_PASSWORD"])
    port = free_port()
    with mail_server(host_address(), port, login, tls=context, starttls=starttls) as mails:
        yield port, mails


@pytest.fixture(scope="module")
def awkward_stack(
    place: Path,
    certified: Path,
    starttls: tuple[int, list[Message]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """A deployment with such values, whose containers trust the mail server's certificate."""
    folder = tmp_path_factory.mktemp("awkward") / "wiki"
    folder.mkdir()
    trusting = {"outline": "NODE_EXTRA_CA_CERTS", "oidc": "SSL_CERT_FILE"}
    override = {
        service: {
            "environment": {variable: "/mail/certificate.pem"},
            "volumes": [f"{certified}:/mail:ro"],
        }
        for service, variable in trusting.items()
    }
    (folder / "docker-compose.override.yml").write_text(yaml.safe_dump({"services": override}))
    yield from deployment(
        folder,
        generator=CHECKOUT,
        URL=f"http://localhost:{free_port()}",
        SMTP_HOST=host_address(),
        SMTP_PORT=str(starttls[0]),
        SMTP_SECURE="false",
        **{**_values(), "DATA_DIR": str(place)},
    )


def _values() -> dict[str, str]:
    return {key: value for key, value in VALUES.items() if key not in OF_ACME}


@pytest.fixture(scope="module")
def environments(
    awkward_stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, str]]:
    """The variables of each container, as a process in it has them where one can be started."""
    found = {}
    for service, container in awkward_stack.containers().items():
        if container["State"]["Running"]:
            text = awkward_stack.execute(service, "env", "-0")
            found[service] = _variables(text.split("\0"))
        else:
            found[service] = _variables(container["Config"]["Env"])
    return found | {"acme": _environment_of_acme(tmp_path_factory.mktemp("acme") / "wiki")}


def _environment_of_acme(folder: Path) -> dict[str, str]:
    """Return the variables of acme.sh's container, in a deployment that is not brought up."""
    stack = Stack(folder=folder, generator=CHECKOUT)
    stack.init(
        COMPOSE_PROJECT_NAME=f"e2e-{free_port()}",
        URL="https://wiki.example.com",
        TLS="acme",
        ADMIN_EMAIL="admin@example.com",
        **{key: VALUES[key] for key in OF_ACME},
    )
    alone = ("run", "--rm", "--no-deps", "--no-TTY", "--entrypoint", "env")
    try:
        return _variables(stack.compose(*alone, "acme", "-0").split("\0"))
    finally:
        stack.down()


def _variables(lines: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


@pytest.mark.parametrize(("key", "service", "variable"), ARRIVALS)
def test_a_value_arrives_in_the_environment(
    environments: dict[str, dict[str, str]], key: str, service: str, variable: str
) -> None:
    assert environments[service][variable] == VALUES[key]


def test_a_password_arrives_in_the_url_of_redis(environments: dict[str, dict[str, str]]) -> None:
    password = quote(VALUES["REDIS_PASSWORD"], safe="")

    assert environments["outline"]["REDIS_URL"] == f"redis://:{password}@redis:6379"


def test_the_admin_signs_in_and_is_who_was_meant(awkward_stack: Stack) -> None:
    with _signed_in(awkward_stack) as person:
        user = person.who()

    assert user is not None
    assert user["email"] == VALUES["ADMIN_EMAIL"]


def test_the_names_are_on_the_pages(awkward_stack: Stack) -> None:
    with StrictPerson(awkward_stack.url) as person:
        providers = person.call("auth.config").json()["data"]["providers"]
        page = person.follow("GET", "/auth/oidc")

    assert [item["name"] for item in providers] == [VALUES["OIDC_DISPLAY_NAME"]]
    assert VALUES["WIKI_NAME"] in unescape(page.text)


@pytest.mark.parametrize(
    ("role", "key"),
    [
        ("postgres", "POSTGRES_PASSWORD"),
        ("outline", "OUTLINE_DATABASE_PASSWORD"),
        ("oidc", "OIDC_DATABASE_PASSWORD"),
    ],
)
def test_each_role_signs_in_to_postgresql_by_its_own_password_alone(
    awkward_stack: Stack, role: str, key: str
) -> None:
    def sign_in(password: str) -> str:
        connect = ("psql", "-h", "127.0.0.1", "-U", role, "-d", role, "-tAc", "SELECT current_user")
        given = ("--env", f"PGPASSWORD={password}")
        return awkward_stack.compose("exec", "-T", *given, "postgres", *connect).strip()

    assert sign_in(VALUES[key]) == role
    with pytest.raises(ComposeError, match="password authentication failed"):
        sign_in(VALUES[key].removesuffix("\\"))


def test_redis_lets_in_by_the_password_alone(awkward_stack: Stack) -> None:
    def ping(password: str) -> str:
        given = ("--env", f"REDISCLI_AUTH={password}")
        script = "redis-cli ping 2>&1 || true"
        return awkward_stack.compose("exec", "-T", *given, "redis", "sh", "-c", script)

    assert ping(VALUES["REDIS_PASSWORD"]).strip() == "PONG"
    assert "WRONGPASS" in ping(VALUES["REDIS_PASSWORD"].removesuffix("\\"))


def test_uploads_are_signed_by_the_secret(awkward_stack: Stack) -> None:
    with _signed_in(awkward_stack) as person:
        attachment = person.upload("minutes.txt", b"text")

        assert attachment.stored.is_success, attachment.stored.text
        assert person.download(attachment).content == b"text"
        assert person.storage_check() == {"ok": True}


def test_minio_knows_its_root_by_the_password_alone(awkward_stack: Stack) -> None:
    script = (
        "import {S3Client, ListBucketsCommand} from '@aws-sdk/client-s3';"
        "const s3 = new S3Client({endpoint: 'http://minio:9000', forcePathStyle: true,"
        " region: 'us-east-1'});"
        "console.log(await s3.send(new ListBucketsCommand({})).then("
        " ({Buckets}) => Buckets.map((bucket) => bucket.Name).join(), (error) => error.name));"
    )

    def list_buckets(password: str) -> str:
        user = awkward_stack.config["MINIO_ROOT_USER"]
        given = [f"AWS_ACCESS_KEY_ID={user}", f"AWS_SECRET_ACCESS_KEY={password}"]
        words = [word for variable in given for word in ("--env", variable)]
        node = ("node", "--input-type=module", "--eval", script)
        return awkward_stack.compose("exec", "-T", *words, "outline", *node).strip()

    password = VALUES["MINIO_ROOT_PASSWORD"]
    assert list_buckets(password) == awkward_stack.config["AWS_S3_UPLOAD_BUCKET_NAME"]
    assert list_buckets(password.removesuffix("\\")) == "SignatureDoesNotMatch"


@pytest.mark.usefixtures("awkward_stack")
def test_data_is_kept_in_the_folder(place: Path) -> None:
    assert list((place / "postgres-data").iterdir())


def test_both_sign_in_to_a_mail_server_once_tls_has_begun(
    awkward_stack: Stack, starttls: tuple[int, list[Message]]
) -> None:
    _send_by_both(awkward_stack, starttls[1])


def test_both_sign_in_to_a_mail_server_that_begins_with_tls(
    awkward_stack: Stack, tls: tuple[int, list[Message]]
) -> None:
    awkward_stack.init(SMTP_PORT=str(tls[0]), SMTP_SECURE="true")
    awkward_stack.up()

    _send_by_both(awkward_stack, tls[1])


def _send_by_both(stack: Stack, mails: list[Message]) -> None:
    with _signed_in(stack) as admin:
        sent = admin.send_mail()
    stack.execute("oidc", "python", "-m", "oidc_server", "sendtestemail", "you@example.com")

    assert sent == {"ok": True}
    by_outline, by_django = mails
    assert correspondent(by_outline, "To") == ("", VALUES["ADMIN_EMAIL"])
    assert correspondent(by_outline, "Reply-To") == _named("SMTP_REPLY_EMAIL")
    assert correspondent(by_django, "To") == ("", "you@example.com")
    for mail in mails:
        assert correspondent(mail, "From") == _named("SMTP_FROM_EMAIL")


def _named(key: str) -> tuple[str, str]:
    return sender(key), f"{key.lower()}@example.com"


def _signed_in(stack: Stack) -> StrictPerson:
    person = StrictPerson(stack.url)

    def sign_in() -> None:
        landed = person.sign_in(stack.config["ADMIN_USERNAME"], VALUES["ADMIN_PASSWORD"])
        assert landed.status_code == httpx.codes.OK, landed.text

    # The gateway looks its upstreams up again every few seconds.
    eventually(sign_in, within=WITHIN)
    return person
