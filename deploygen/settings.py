"""THE declaration of every key of config.sh.

The fields of :class:`Config` are the keys, in lower case. Parsing, validation, the example file and
the prompts all come from here; a key is added by adding a field.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from deploygen import kinds
from deploygen.kinds import Kind, Origin

T = TypeVar("T")

GROUPS = {
    "wiki": "The wiki",
    "address": "Where it answers",
    "files": "Uploaded files",
    "deployment": "This deployment",
    "images": "Images, and where they come from",
    "secrets": "Secrets: made by `deploygen init`, kept ever after. Don't share this file.",
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One key: its name in config.sh, how its text is read, and what a person is told of it.

    ``default`` is None where the person has to give a value. ``secret`` names the recipe of
    ``deploygen.secrets`` that makes the value; such values never appear in a message. An
    ``irreplaceable`` one is made for a new deployment only: data depends on it.
    """

    name: str
    kind: Kind[Any]
    default: str | None
    group: str
    doc: str
    old_names: tuple[str, ...] = ()
    secret: str | None = None
    irreplaceable: bool = False
    prompt: str | None = None

    @property
    def comment(self) -> str:
        """What stands above the key in a config.sh."""
        return "".join(f"# {line}\n" for line in self.doc.splitlines())


def _setting(  # noqa: PLR0913 - a key has that many sides
    kind: Kind[T],
    default: str | None,
    group: str,
    doc: str,
    *,
    old_names: tuple[str, ...] = (),
    prompt: str | None = None,
) -> T:
    """Declare a key. Returns a dataclass field, typed as the value that it will hold."""
    make: Callable[..., T] = field
    return make(
        metadata={
            "kind": kind,
            "default": default,
            "group": group,
            "doc": doc,
            "old_names": old_names,
            "prompt": prompt,
        }
    )


def _secret(  # noqa: PLR0913 - a key has that many sides
    kind: Kind[T],
    recipe: str,
    doc: str,
    *,
    group: str = "secrets",
    old_names: tuple[str, ...] = (),
    irreplaceable: bool = False,
) -> T:
    make: Callable[..., T] = field
    return make(
        metadata={
            "kind": kind,
            "default": "",
            "group": group,
            "doc": doc,
            "old_names": old_names,
            "secret": recipe,
            "irreplaceable": irreplaceable,
        }
    )


@dataclass(frozen=True, kw_only=True)
class Config:
    """A config.sh whose values have all been read and found right."""

    url: Origin = _setting(
        kinds.ORIGIN,
        "http://localhost:8888",
        "wiki",
        "The address people type to reach the wiki. With https, see TLS below.",
        prompt="Address of the wiki",
    )
    wiki_name: str = _setting(
        kinds.NAME, "Wiki", "wiki", "Its name on the sign-in page of the user accounts."
    )
    admin_email: str = _setting(
        kinds.EMAIL,
        None,
        "wiki",
        "E-mail address of the first admin. It need not receive mail. Counts at the first start.",
        prompt="E-mail address of the admin",
    )
    admin_username: str = _setting(
        kinds.USERNAME,
        "admin",
        "wiki",
        "Name with which the first admin signs in. Counts at the first start.",
    )
    admin_password: str = _secret(
        kinds.TEXT,
        "password",
        "Password of the first admin. A change here sets it again at the next\n"
        "`docker compose up -d`; until then what was set in the admin pages stays.",
        group="wiki",
    )
    default_language: str = _setting(
        kinds.LANGUAGE,
        "en_US",
        "wiki",
        "Language of the wiki for new people, as Outline writes it.",
    )
    time_zone: str = _setting(
        kinds.TIME_ZONE, "UTC", "wiki", "Time zone of the user accounts' pages."
    )

    tls: str = _setting(
        kinds.choice("off", "proxy"),
        "off",
        "address",
        "Who ends TLS: off (nobody, the URL is http) or proxy (a web server of yours in\n"
        "front, which passes the Host header on; the URL is https).",
    )
    http_ip: str | None = _setting(
        kinds.optional(kinds.IPV4),
        "",
        "address",
        "Address of this machine that the gateway is published on. Empty: 127.0.0.1 when the\n"
        "URL is a loopback one or TLS=proxy, else 0.0.0.0.",
    )
    http_port: int | None = _setting(
        kinds.optional(kinds.PORT),
        "",
        "address",
        "Port that the gateway is published on. Empty: the URL's, or 8888 with TLS=proxy.",
        old_names=("HTTP_PORT_IP",),
    )

    file_storage: str = _setting(
        kinds.choice("minio", "local"),
        "minio",
        "files",
        "Where uploads are kept: minio (the bundled S3 server) or local (a volume of\n"
        "Outline's). Don't change it once there are uploads.",
    )
    file_storage_upload_max_size: int = _setting(
        kinds.SIZE, "100m", "files", "Largest upload. Units: k, m, g."
    )
    aws_s3_upload_bucket_name: str = _setting(
        kinds.BUCKET,
        "outline-files-bucket",
        "files",
        "Name of the bucket in minio. It must not occur in the URL (Outline would then\n"
        "take the host for the bucket's own).",
    )

    compose_project_name: str = _secret(
        kinds.PROJECT,
        "project",
        "Name of this deployment: of its containers, volumes and cookies. Set once from the\n"
        "folder's name; a change starts an empty deployment beside the old one.",
        group="deployment",
        irreplaceable=True,
    )

    image_mirror: str | None = _setting(
        kinds.optional(kinds.REGISTRY),
        "",
        "images",
        "A mirror that the images are pulled through, put before their full names, as in\n"
        "mirror.example.com/docker.io/library/nginx:1.28-alpine (not before OIDC_SERVER_IMAGE).",
    )
    outline_image: str = _setting(
        kinds.IMAGE, "outlinewiki/outline:1.9.2", "images", "Outline. Back up before an upgrade."
    )
    postgres_image: str = _setting(
        kinds.IMAGE,
        "postgres:17-alpine",
        "images",
        "PostgreSQL, up to 17. Another major can't read the data of this one.",
    )
    redis_image: str = _setting(kinds.IMAGE, "redis:8-alpine", "images", "Redis.")
    nginx_image: str = _setting(kinds.IMAGE, "nginx:1.28-alpine", "images", "The gateway.")
    minio_image: str = _setting(
        kinds.IMAGE,
        "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z",
        "images",
        "MinIO. The last one published; a maintained build can take its place.",
    )
    minio_mc_image: str = _setting(
        kinds.IMAGE,
        "quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z",
        "images",
        "MinIO's client, which sets the bucket up.",
    )
    python_image: str = _setting(
        kinds.IMAGE,
        "python:3.13-slim",
        "images",
        "What the image of the user accounts is built on.",
    )
    oidc_server_image: str | None = _setting(
        kinds.optional(kinds.IMAGE),
        "",
        "images",
        "A ready image of the user accounts. Empty: it is built on this machine.",
    )
    pip_index_url: str | None = _setting(
        kinds.optional(kinds.WEB_ADDRESS),
        "",
        "images",
        "A mirror of the Python package index for that build. Empty: pip's own choice.",
    )

    outline_secret_key: str = _secret(
        kinds.HEX_64,
        "hex64",
        "Outline's SECRET_KEY: encrypts what Outline stores. Never change it.",
        irreplaceable=True,
    )
    outline_utils_secret: str = _secret(kinds.HEX_64, "hex64", "Outline's UTILS_SECRET.")
    django_secret_key: str = _secret(
        kinds.TEXT, "hex64", "SECRET_KEY of the user accounts: signs sessions."
    )
    oidc_client_id: str = _secret(
        kinds.IDENTIFIER, "identifier", "Outline's client_id at the user accounts."
    )
    oidc_client_secret: str = _secret(kinds.TEXT, "hex64", "Outline's client_secret there.")
    postgres_password: str = _secret(
        kinds.TEXT, "hex64", "Of PostgreSQL's superuser, which nothing uses after the first start."
    )
    outline_database_password: str = _secret(
        kinds.TEXT, "hex64", "Of Outline's role in PostgreSQL."
    )
    oidc_database_password: str = _secret(
        kinds.TEXT, "hex64", "Of the user accounts' role in PostgreSQL."
    )
    redis_password: str = _secret(kinds.TEXT, "hex64", "Of Redis.")
    minio_root_user: str = _secret(kinds.IDENTIFIER, "identifier", "MinIO's root user.")
    minio_root_password: str = _secret(kinds.MINIO_SECRET, "hex64", "MinIO's root password.")
    aws_access_key_id: str = _secret(
        kinds.IDENTIFIER,
        "identifier",
        "Outline's user in MinIO, which can reach its one bucket only.",
        old_names=("MINIO_ACCESS_KEY",),
    )
    aws_secret_access_key: str = _secret(
        kinds.MINIO_SECRET, "hex40", "That user's secret.", old_names=("MINIO_SECRET_KEY",)
    )

    @property
    def language_code(self) -> str:
        """The language as Django writes it (docs: "Language code"): en_US is en-us."""
        chinese = {"zh_CN": "zh-hans", "zh_TW": "zh-hant"}
        return chinese.get(self.default_language, self.default_language.lower().replace("_", "-"))


def _declared() -> tuple[Setting, ...]:
    assert all(item.default is MISSING for item in fields(Config))  # noqa: S101 - a typo in this file
    return tuple(Setting(name=item.name.upper(), **item.metadata) for item in fields(Config))


SETTINGS = _declared()
BY_NAME = {setting.name: setting for setting in SETTINGS}
