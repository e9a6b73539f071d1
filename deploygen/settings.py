"""THE declaration of every key of config.sh.

The fields of :class:`Config` are the keys, in lower case. Parsing, validation, the example file and
the prompts all come from here; a key is added by adding a field.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from deploygen import kinds, outline
from deploygen.addresses import Origin
from deploygen.kinds import Kind, PemFile
from deploygen.language import N_, in_language, of_person

T = TypeVar("T")

_DEFAULT_OF_IMAGE = N_("Empty: {default}.")
OUTER_PROXIES = (
    "nginx",
    "caddy",
    "traefik",
    "nginx-proxy",
    "apache",
    "haproxy",
    "nginx-proxy-manager",
)
GROUPS = {
    "wiki": "The wiki",
    "address": "Where it answers",
    "proxy": "What stands in front of it",
    "certificate": "Certificates by acme.sh: only with TLS=acme",
    "files": "Uploaded files",
    "provider": "Another OpenID provider in place of the user accounts: empty, or one of yours",
    "mail": "Mail: only with SMTP_HOST",
    "outline": "More of Outline's own settings",
    "deployment": "This deployment",
    "images": "Images, and where they come from",
    "secrets": "Secrets: made by `deploygen init`, kept ever after. Don't share this file.",
}


@dataclass(frozen=True)
class Given:
    """A key that stands in the file with ``value``, or with any where that is empty."""

    key: str
    value: str = ""

    def stands(self, found: object) -> bool:
        return found == self.value if self.value else bool(found)

    def __str__(self) -> str:
        return f"{self.key}={self.value}" if self.value else self.key


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One key: its name in config.sh, how its text is read, and what a person is told of it.

    ``default`` is None where the person has to give a value. ``secret`` names the recipe of
    ``deploygen.secrets`` that makes the value, but where one of ``given_with`` stands
    in the file: there the person gives it. An ``irreplaceable`` one is made for a new deployment
    only: data depends on it. Where one of ``needed_with`` stands it can't be left empty; where none
    of ``counts_with`` does, if there are any, it has no effect.
    ``confidential`` values never appear in a message. A ``prefix`` stands for every key that begins
    with its name.
    """

    name: str
    kind: Kind[Any]
    default: str | None
    group: str
    doc: str
    old_names: tuple[str, ...] = ()
    secret: str | None = None
    given_with: tuple[Given, ...] = ()
    needed_with: tuple[Given, ...] = ()
    counts_with: tuple[Given, ...] = ()
    irreplaceable: bool = False
    confidential: bool = False
    prefix: bool = False
    reserved: str = ""
    pinned: bool = False
    prompt: str | None = None

    def passed_on(self, key: str) -> str | None:
        """Return the variable that a key with this prefix is passed on as, None if it is none.

        Those that begin with ``reserved`` are our own, as the container has them.
        """
        name = key.removeprefix(f"{self.name}_")
        if name == key or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            return None
        return None if self.reserved and name.startswith(self.reserved) else name

    @property
    def written(self) -> str:
        """The value in a new config.sh: a pinned default is left to the deploygen that reads it."""
        return "" if self.pinned else self.default or ""

    @property
    def comment(self) -> str:
        """What stands above the key in the person's config.sh."""
        return self.comment_in(of_person())

    def comment_in(self, language: str) -> str:
        """Return what stands above the key in a config.sh of that language."""
        doc = in_language(self.doc, language)
        if self.pinned:
            doc += "\n" + in_language(_DEFAULT_OF_IMAGE, language).format(default=self.default)
        return "".join(f"# {line}\n" for line in doc.splitlines())


_ANOTHER_PROVIDER = (
    Given("OIDC_ISSUER_URL"),
    Given("OIDC_AUTH_URI"),
    Given("OIDC_TOKEN_URI"),
    Given("OIDC_USERINFO_URI"),
)
_FILES = (Given("TLS", "files"),)
_ACME = (Given("TLS", "acme"),)
_S3 = (Given("FILE_STORAGE", "s3"),)
_MAIL = (Given("SMTP_HOST"),)


def _setting(  # noqa: PLR0913 - a key has that many sides
    kind: Kind[T],
    default: str | None,
    group: str,
    doc: str,
    *,
    old_names: tuple[str, ...] = (),
    confidential: bool = False,
    needed_with: tuple[Given, ...] = (),
    counts_with: tuple[Given, ...] = (),
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
            "confidential": confidential,
            "needed_with": needed_with,
            "counts_with": counts_with,
            "prompt": prompt,
        }
    )


def _image(default: str, doc: str) -> str:
    """Declare an image, with the version that this deploygen was made for."""
    make: Callable[..., str] = field
    return make(
        metadata={
            "kind": kinds.IMAGE,
            "default": default,
            "group": "images",
            "doc": doc,
            "pinned": True,
        }
    )


def _passed_on(
    group: str, doc: str, *, reserved: str = "", counts_with: tuple[Given, ...] = ()
) -> Mapping[str, str]:
    """Declare a prefix: its keys are passed on, under the names that follow it."""
    make: Callable[..., Mapping[str, str]] = field
    return make(
        metadata={
            "kind": kinds.TEXT,
            "default": "",
            "group": group,
            "doc": doc,
            "confidential": True,
            "prefix": True,
            "reserved": reserved,
            "counts_with": counts_with,
        }
    )


def _secret(  # noqa: PLR0913 - a key has that many sides
    kind: Kind[T],
    recipe: str,
    doc: str,
    *,
    group: str = "secrets",
    old_names: tuple[str, ...] = (),
    given_with: tuple[Given, ...] = (),
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
            "given_with": given_with,
            "irreplaceable": irreplaceable,
            "confidential": recipe != "project",  # a name that every container shows
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
    admin_email: str | None = _setting(
        kinds.optional(kinds.EMAIL),
        "",
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
    enable_updates: bool = _setting(
        kinds.BOOLEAN,
        "false",
        "wiki",
        "true: Outline tells its makers once a day that it is there and how many users and pages\n"
        "it has, and asks for news of updates.",
    )
    time_zone: str = _setting(
        kinds.TIME_ZONE, "UTC", "wiki", "Time zone of the user accounts' pages."
    )
    oidc_audit_days: int = _setting(
        kinds.DAYS,
        "365",
        "wiki",
        "For how many days the user accounts keep who signed in and what was changed.",
    )

    tls: str = _setting(
        kinds.choice("off", "acme", "files", "proxy"),
        "off",
        "address",
        "Who ends TLS: off (nobody, the URL is http), acme (the gateway, with certificates that\n"
        "acme.sh gets and renews), files (the gateway, with a certificate of yours) or proxy (a\n"
        "web server of yours in front). With all but off the URL is https.",
    )
    tls_cert_file: PemFile | None = _setting(
        kinds.optional(kinds.PEM_FILE),
        "",
        "address",
        "With TLS=files: the certificate and its chain, in PEM form. The path may begin at this\n"
        "file's folder. After a change of the file: `deploygen render && docker compose up -d`.",
        needed_with=_FILES,
        counts_with=_FILES,
    )
    tls_key_file: PemFile | None = _setting(
        kinds.optional(kinds.PEM_FILE),
        "",
        "address",
        "With TLS=files: the private key of that certificate, in PEM form, without a passphrase.",
        needed_with=_FILES,
        counts_with=_FILES,
    )
    hsts_max_age: int = _setting(
        kinds.SECONDS,
        "31536000",
        "address",
        "With https: for how many seconds browsers may not go back to http on this host. 0 makes\n"
        "them forget.",
    )
    oidc_url: Origin | None = _setting(
        kinds.optional(kinds.ORIGIN),
        "",
        "address",
        "An address of their own for the user accounts, say https://accounts.example.com.\n"
        "Empty: below the wiki's, at /uc/. A host of its own keeps whatever runs in the wiki's\n"
        "pages away from the accounts; a path does not.",
    )
    http_ip: str | None = _setting(
        kinds.optional(kinds.IP),
        "",
        "address",
        "Address of this machine that the gateway is published on. Empty: all of them, but\n"
        "127.0.0.1 when the URL is a loopback one or a web server of yours is in front.",
    )
    http_port: int | None = _setting(
        kinds.optional(kinds.PORT),
        "",
        "address",
        "Port that the gateway is published on for http. Empty: the URL's; 8888 behind a web\n"
        "server of yours; 80 with TLS=acme or files, if the URL has no port or acme.sh needs it.",
        old_names=("HTTP_PORT_IP",),
    )
    https_port: int | None = _setting(
        kinds.optional(kinds.PORT),
        "",
        "address",
        "With TLS=acme or files: port that the gateway is published on for https. Empty: the\n"
        "URL's.",
    )

    outer_proxy: str | None = _setting(
        kinds.optional(kinds.choice(*OUTER_PROXIES)),
        "",
        "proxy",
        "The web server of yours in front: nginx, caddy, traefik, nginx-proxy, apache, haproxy or\n"
        "nginx-proxy-manager. Its configuration is written to outer-proxy/ (for traefik and\n"
        "nginx-proxy: into docker-compose.yml).",
    )
    network: str | None = _setting(
        kinds.optional(kinds.NETWORK),
        "",
        "proxy",
        "A Docker network, made outside, that a web server in front shares with other stacks.\n"
        "Only the gateway joins it, and no port is published unless HTTP_IP, HTTP_PORT or\n"
        "HTTPS_PORT is set.",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        kinds.TRUSTED,
        "",
        "proxy",
        "Who is believed in X-Forwarded-*: addresses and networks like 192.0.2.0/24, `host` (web\n"
        "servers on this machine), `network` (whatever is on NETWORK), or `none`. Empty: network\n"
        "with NETWORK, host when the gateway is published on 127.0.0.1 for a web server in front,\n"
        "else none. Behind a CDN, add its networks.",
    )

    acme_server: str = _setting(
        kinds.ACME_SERVER,
        "letsencrypt",
        "certificate",
        "The certificate authority: letsencrypt, zerossl, google, sslcom, actalis, or the URL of\n"
        "an ACME directory.",
        counts_with=_ACME,
    )
    acme_staging: bool = _setting(
        kinds.BOOLEAN,
        "false",
        "certificate",
        "true: Let's Encrypt's staging, whose certificates browsers don't trust, for trying out.",
        counts_with=_ACME,
    )
    acme_email: str | None = _setting(
        kinds.optional(kinds.EMAIL),
        "",
        "certificate",
        "E-mail address for the certificate authority. Let's Encrypt needs none.",
        counts_with=(*_ACME, Given("OUTER_PROXY", "nginx-proxy")),
    )
    acme_dns: str | None = _setting(
        kinds.optional(kinds.ACME_DNS),
        "",
        "certificate",
        "Empty: the authority comes to port 80 (HTTP-01). Or acme.sh's name of your DNS provider\n"
        "(DNS-01: needs no open port, and may have wildcards), with its variables as ACME_ENV_…:\n"
        "dns_cf (CF_Token and CF_Account_ID or CF_Zone_ID), dns_dp (DP_Id, DP_Key), dns_tencent\n"
        "(Tencent_SecretId, Tencent_SecretKey), dns_ali (Ali_Key, Ali_Secret), and all others.",
        counts_with=_ACME,
    )
    acme_dns_sleep: int | None = _setting(
        kinds.optional(kinds.SECONDS),
        "",
        "certificate",
        "Seconds to wait for a DNS record to spread. Empty: acme.sh asks public DNS servers.",
        counts_with=_ACME,
    )
    acme_domains: tuple[str, ...] = _setting(
        kinds.NAMES,
        "",
        "certificate",
        "Names on the certificate, say example.com,*.example.com (wildcards by DNS-01 only).\n"
        "Empty: the hosts of URL, OIDC_URL and AWS_S3_UPLOAD_BUCKET_URL.",
        counts_with=_ACME,
    )
    acme_eab_kid: str = _setting(
        kinds.TEXT,
        "",
        "certificate",
        "Key identifier of an external account, for authorities that demand one (google, actalis).",
        counts_with=_ACME,
    )
    acme_eab_hmac_key: str = _setting(
        kinds.TEXT,
        "",
        "certificate",
        "And its HMAC key.",
        confidential=True,
        counts_with=_ACME,
    )
    acme_ca_bundle: PemFile | None = _setting(
        kinds.optional(kinds.PEM_FILE),
        "",
        "certificate",
        "For an authority of your own: the certificates (PEM) that its https is checked with.",
        counts_with=_ACME,
    )
    acme_env: Mapping[str, str] = _passed_on(
        "certificate",
        "Variables for acme.sh: ACME_ENV_CF_Token=… becomes its CF_Token.",
        reserved="ACME_",
        counts_with=_ACME,
    )

    file_storage: str = _setting(
        kinds.choice("minio", "local", "s3"),
        "minio",
        "files",
        "Where uploads are kept: minio (the bundled S3 server), local (a volume of Outline's) or\n"
        "s3 (an S3 service elsewhere). Don't change it once there are uploads.",
    )
    file_storage_upload_max_size: int = _setting(
        kinds.SIZE, "100m", "files", "Largest upload. Units: k, m, g."
    )
    aws_s3_upload_bucket_url: Origin | None = _setting(
        kinds.optional(kinds.ORIGIN),
        "",
        "files",
        "With s3: the service's endpoint, say https://s3.eu-central-1.amazonaws.com. With minio:\n"
        "an address of their own for the uploads, say https://files.example.com; empty: below\n"
        "the wiki's.",
    )
    aws_s3_upload_bucket_name: str = _setting(
        kinds.BUCKET,
        "outline-files-bucket",
        "files",
        "Name of the bucket. It must not occur in the address of the uploads (Outline would then\n"
        "take the host for the bucket's own).",
        counts_with=(Given("FILE_STORAGE", "minio"), *_S3),
    )
    aws_region: str = _setting(
        kinds.REGION, "us-east-1", "files", "With s3: the region.", counts_with=_S3
    )
    aws_s3_force_path_style: bool = _setting(
        kinds.BOOLEAN,
        "true",
        "files",
        "With s3: true if the bucket stands in the path, false if the service wants it in the\n"
        "host.",
        counts_with=_S3,
    )
    aws_s3_acl: str = _setting(
        kinds.choice("private", "none"),
        "private",
        "files",
        "With s3: the canned ACL of what is uploaded. none sends none, with which Outline 1.9\n"
        "refuses attachments; the services that ignore ACLs take private.",
        counts_with=_S3,
    )
    aws_s3_upload_method: str = _setting(
        kinds.choice("post", "put"),
        "post",
        "files",
        "With s3: how browsers upload: post, or put where the service has no POST (Cloudflare R2)\n"
        "or takes no bucket in the path (Aliyun OSS, Tencent COS).",
        counts_with=_S3,
    )

    oidc_issuer_url: str | None = _setting(
        kinds.optional(kinds.URL),
        "",
        "provider",
        "Its issuer, say https://id.example.com/realms/wiki: Outline finds the rest by itself.\n"
        "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET below are then those that it gave; to it the wiki\n"
        "is at URL/auth/oidc.callback. See docs/another-provider.md.",
    )
    oidc_auth_uri: str | None = _setting(
        kinds.optional(kinds.URL),
        "",
        "provider",
        "Or its authorization endpoint, where it has no discovery. With this go the next two.",
    )
    oidc_token_uri: str | None = _setting(
        kinds.optional(kinds.URL), "", "provider", "Its token endpoint."
    )
    oidc_userinfo_uri: str | None = _setting(
        kinds.optional(kinds.URL), "", "provider", "Its userinfo endpoint."
    )
    oidc_logout_uri: str | None = _setting(
        kinds.optional(kinds.URL),
        "",
        "provider",
        "With the three addresses: where signing out of the wiki signs out of it too.",
    )
    oidc_display_name: str = _setting(
        kinds.NAME, "", "provider", "Its name on Outline's sign-in button. Empty: WIKI_NAME."
    )
    oidc_username_claim: str = _setting(
        kinds.CLAIM,
        "preferred_username",
        "provider",
        "The claim with a person's name where it sends no `name`.",
    )
    oidc_scopes: str = _setting(
        kinds.SCOPES, "openid profile email", "provider", "What is asked of it."
    )

    smtp_host: str | None = _setting(
        kinds.optional(kinds.HOST),
        "",
        "mail",
        "The mail server that the wiki and the user accounts send by. Empty: nobody gets mail.",
    )
    smtp_port: int | None = _setting(
        kinds.optional(kinds.PORT),
        "",
        "mail",
        "Its port. Empty: 465 with SMTP_SECURE=true, else 587.",
        counts_with=_MAIL,
    )
    smtp_secure: bool = _setting(
        kinds.BOOLEAN,
        "true",
        "mail",
        "true: TLS from the start. false: TLS once connected (STARTTLS), or none.",
        counts_with=_MAIL,
    )
    smtp_username: str = _setting(
        kinds.TEXT,
        "",
        "mail",
        "Name to sign in with there. Empty: it wants none.",
        counts_with=_MAIL,
    )
    smtp_password: str = _setting(
        kinds.TEXT, "", "mail", "And its password.", confidential=True, counts_with=_MAIL
    )
    smtp_from_email: str | None = _setting(
        kinds.optional(kinds.MAILBOX),
        "",
        "mail",
        "Who the mail is from: wiki@example.com, or 'Our wiki <wiki@example.com>'.",
        counts_with=_MAIL,
    )
    smtp_reply_email: str | None = _setting(
        kinds.optional(kinds.MAILBOX),
        "",
        "mail",
        "Where answers to the wiki's mail go. Empty: to SMTP_FROM_EMAIL.",
        counts_with=_MAIL,
    )

    outline_env: Mapping[str, str] = _passed_on(
        "outline",
        "Variables for Outline that no key of ours is for: OUTLINE_ENV_LOG_LEVEL=debug becomes\n"
        "its LOG_LEVEL. See docs/outline-settings.md.",
    )

    compose_project_name: str = _secret(
        kinds.PROJECT,
        "project",
        "Name of this deployment: of its containers, volumes and cookies. Set once from the\n"
        "folder's name; a change starts an empty deployment beside the old one.",
        group="deployment",
        irreplaceable=True,
    )
    data_dir: str | None = _setting(
        kinds.optional(kinds.DIRECTORY),
        "",
        "deployment",
        "A folder for the databases, uploads and certificates, say on another disk; the path may\n"
        "begin at this file's folder. Empty: Docker's own volumes. Choose it before the first\n"
        "start: a change moves nothing. See docs/data.md.",
    )

    image_mirror: str | None = _setting(
        kinds.optional(kinds.REGISTRY),
        "",
        "images",
        "A mirror that the images are pulled through, put before their full names, as in\n"
        "mirror.example.com/docker.io/library/nginx:1.28-alpine (not before OIDC_SERVER_IMAGE).",
    )
    outline_image: str = _image("outlinewiki/outline:1.9.2", "Outline. Back up before an upgrade.")
    postgres_image: str = _image(
        "postgres:17-alpine", "PostgreSQL, up to 17. Another major can't read the data of this one."
    )
    redis_image: str = _image("redis:8-alpine", "Redis.")
    nginx_image: str = _image("nginx:1.28-alpine", "The gateway: nginx 1.28 or later.")
    acme_image: str = _image("neilpang/acme.sh:3.1.3", "acme.sh.")
    minio_image: str = _image(
        "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z",
        "MinIO. The last one published; a maintained build can take its place.",
    )
    minio_mc_image: str = _image(
        "quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z", "MinIO's client, which sets the bucket up."
    )
    python_image: str = _image(
        "python:3.13-slim", "What the image of the user accounts is built on."
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
    oidc_encryption_key: str = _secret(
        kinds.HEX_64,
        "hex64",
        "Encrypts the private keys that the user accounts keep in their database. Don't change it.",
    )
    oidc_client_id: str = _secret(
        kinds.CLIENT_ID,
        "identifier",
        "Outline's client_id at the user accounts, or the one that another provider gave.",
        given_with=_ANOTHER_PROVIDER,
    )
    oidc_client_secret: str = _secret(
        kinds.TEXT, "hex64", "Outline's client_secret there.", given_with=_ANOTHER_PROVIDER
    )
    postgres_password: str = _secret(
        kinds.TEXT, "hex64", "Of PostgreSQL's superuser, which nothing uses after the first start."
    )
    outline_database_password: str = _secret(
        kinds.DATABASE_PASSWORD, "hex64", "Of Outline's role in PostgreSQL."
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
        "Outline's user in MinIO, which can reach its one bucket only; or yours at the s3 service.",
        old_names=("MINIO_ACCESS_KEY",),
        given_with=_S3,
    )
    aws_secret_access_key: str = _secret(
        kinds.MINIO_SECRET,
        "hex40",
        "That user's secret.",
        old_names=("MINIO_SECRET_KEY",),
        given_with=_S3,
    )

    @property
    def https(self) -> bool:
        return self.url.scheme == "https"

    @property
    def gateway_ends_tls(self) -> bool:
        return self.https and self.tls in {"acme", "files"}

    @property
    def is_behind_proxy(self) -> bool:
        return self.tls == "proxy" or self.outer_proxy is not None or self.network is not None

    @property
    def acme_variables(self) -> tuple[str, ...]:
        """The names of what is passed on to acme.sh."""
        return tuple(self.acme_env)

    @property
    def has_user_accounts(self) -> bool:
        """Whether the bundled provider is the wiki's."""
        return not any(
            (self.oidc_issuer_url, self.oidc_auth_uri, self.oidc_token_uri, self.oidc_userinfo_uri)
        )

    @property
    def provider_name(self) -> str:
        return self.oidc_display_name or self.wiki_name

    @property
    def mail_port(self) -> int:
        return self.smtp_port or (465 if self.smtp_secure else 587)

    @property
    def outline_variables(self) -> Mapping[str, str]:
        """What Outline is given beside what other keys decide."""
        return {**outline.DEFAULTS, **self.outline_env}

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
OLD_NAMES = {old: setting.name for setting in SETTINGS for old in setting.old_names}


def named(key: str) -> Setting | None:
    """Return the setting that a key of config.sh belongs to, None if there is none."""
    setting = BY_NAME.get(key)
    if setting is None:
        prefixes = (item for item in SETTINGS if item.prefix)
        return next((item for item in prefixes if item.passed_on(key)), None)
    return None if setting.prefix else setting
