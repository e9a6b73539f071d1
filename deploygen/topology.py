"""Who listens where, under which name, with which certificate.

Everything that templates print of addresses is decided here, and only here.
"""

from dataclasses import dataclass

from deploygen.kinds import EVERY_ADDRESS, LOOPBACK, Origin
from deploygen.settings import Config

OIDC_PATH = "/uc"
_BEHIND_PROXY_PORT = 8888
_PLAIN_LISTENER = 8080
HEALTH_PORT = 8079
OIDC_PORT = 8000
OUTLINE_PORT = 3000
MINIO_PORT = 9000
_FORM_BYTES = 1024**2  # what a multipart form adds to the file it carries


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A port of the gateway inside its container."""

    port: int
    tls: bool


@dataclass(frozen=True, kw_only=True)
class Published:
    """A port of the host and the gateway's port behind it."""

    ip: str
    port: int
    container_port: int

    @property
    def short_syntax(self) -> str:
        """Return compose's ``IP:PORT:CONTAINER_PORT``."""
        return f"{self.ip}:{self.port}:{self.container_port}"


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """Something the gateway proxies to, by a name no other stack on a shared network has."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Where the bucket answers, for browsers and for Outline alike (facts: one S3 URL for both).

    ``origin`` is AWS_S3_UPLOAD_BUCKET_URL, ``own_host`` tells whether it has a host of its own.
    """

    name: str
    origin: Origin
    own_host: bool

    @property
    def arn(self) -> str:
        return f"arn:aws:s3:::{self.name}"

    @property
    def objects_arn(self) -> str:
        return f"{self.arn}/*"


@dataclass(frozen=True, kw_only=True)
class Topology:
    """Addresses and names of one deployment."""

    url: Origin
    bucket: Bucket | None
    gateway: str
    listeners: tuple[Listener, ...]
    published: Published
    aliases: tuple[str, ...]
    internal_tls_host: str | None
    max_request_bytes: int
    outline: Upstream
    oidc: Upstream
    minio: Upstream
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    end_session_endpoint: str
    admin_url: str

    @property
    def https(self) -> bool:
        return self.url.scheme == "https"

    @property
    def oidc_private_hosts(self) -> str:
        return f"oidc,{self.oidc.host}"


def of(config: Config) -> Topology:
    """Decide every address of the deployment that ``config`` describes."""
    url, name = config.url, config.compose_project_name
    bucket = _bucket(config)
    public = f"{url}{OIDC_PATH}/oauth"
    private = f"http://oidc:{OIDC_PORT}{OIDC_PATH}/oauth"
    listeners = _listeners(url, with_bucket=bucket is not None)
    return Topology(
        url=url,
        bucket=bucket,
        gateway=f"{name}-gateway",
        listeners=listeners,
        published=_published(config, listeners),
        aliases=_aliases(bucket),
        internal_tls_host=bucket.origin.host if bucket and url.scheme == "https" else None,
        max_request_bytes=config.file_storage_upload_max_size + _FORM_BYTES,
        outline=Upstream(host=f"{name}-outline", port=OUTLINE_PORT),
        oidc=Upstream(host=f"{name}-oidc", port=OIDC_PORT),
        minio=Upstream(host=f"{name}-minio", port=MINIO_PORT),
        authorization_endpoint=f"{public}/authorize",
        token_endpoint=f"{private}/token",
        userinfo_endpoint=f"{private}/userinfo",
        end_session_endpoint=f"{public}/end-session",
        admin_url=f"{url}{OIDC_PATH}/admin/",
    )


def bucket_origin(url: Origin) -> Origin:
    """Return where the bucket answers when the wiki is at ``url``.

    A loopback address can't be a name on a network; *.localhost can, and browsers take it for
    loopback (RFC 6761, section 6.3).
    """
    return Origin(url.scheme, "files.localhost", url.port) if url.is_loopback else url


def _bucket(config: Config) -> Bucket | None:
    if config.file_storage != "minio":
        return None
    origin = bucket_origin(config.url)
    return Bucket(
        name=config.aws_s3_upload_bucket_name,
        origin=origin,
        own_host=origin.host != config.url.host,
    )


def _listeners(url: Origin, *, with_bucket: bool) -> tuple[Listener, ...]:
    """Return the published listener first, then the one for Outline's own calls, if another.

    With http both are one. With https the published one is plain, because TLS ends in front of it,
    and Outline calls only where there is a bucket.
    """
    if url.scheme == "http":
        return (Listener(port=url.port, tls=False),)
    plain = _PLAIN_LISTENER if url.port != _PLAIN_LISTENER else _PLAIN_LISTENER + 1
    published = Listener(port=plain, tls=False)
    return (published, Listener(port=url.port, tls=True)) if with_bucket else (published,)


def _published(config: Config, listeners: tuple[Listener, ...]) -> Published:
    behind_proxy = config.tls == "proxy"
    default_ip = LOOPBACK if behind_proxy or config.url.is_loopback else EVERY_ADDRESS
    if config.url.is_loopback and config.url.is_ip_address:
        default_ip = config.url.host
    return Published(
        ip=config.http_ip or default_ip,
        port=config.http_port or (_BEHIND_PROXY_PORT if behind_proxy else config.url.port),
        container_port=listeners[0].port,
    )


def _aliases(bucket: Bucket | None) -> tuple[str, ...]:
    """Return the public names that must lead to the gateway inside the private network."""
    if bucket is None or bucket.origin.is_ip_address:
        return ()
    return (bucket.origin.host,)
