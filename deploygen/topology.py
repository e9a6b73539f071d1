"""Who listens where, under which name, with which certificate, trusting whom.

Everything that templates print of addresses is decided here, and only here.
"""

from dataclasses import dataclass
from typing import Literal

from deploygen.addresses import EVERY_ADDRESS, LOOPBACK, Origin
from deploygen.settings import Config

OIDC_PATH = "/uc"
HEALTH_PORT = 8079
OIDC_PORT = 8000
OUTLINE_PORT = 3000
MINIO_PORT = 9000
_BEHIND_PROXY_PORT = 8888
_PLAIN_LISTENER = 8080
_TLS_LISTENER = 8443
_HTTP_PORT = 80
_FORM_BYTES = 1024**2  # what a multipart form adds to the file it carries


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A port of the gateway inside its container.

    ``certificate`` is the one it shows: the public one, or the internal one that only Outline
    meets. One that ``redirects`` sends everything to https, but for the ACME challenge.
    """

    port: int
    certificate: Literal["public", "internal"] | None = None
    redirects: bool = False


@dataclass(frozen=True, kw_only=True)
class Published:
    """A port of the host and the gateway's port behind it; ``ip`` None is every address."""

    ip: str | None
    port: int
    container_port: int

    @property
    def short_syntax(self) -> str:
        """Return compose's ``[IP:]PORT:CONTAINER_PORT``."""
        ports = f"{self.port}:{self.container_port}"
        if self.ip is None:
            return ports
        return f"{_in_brackets(self.ip)}:{ports}"


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """Something the gateway proxies to.

    ``host`` is a name that no other stack on a shared network has, ``authority`` the Host that it
    is told. Up to ``kept`` connections stay open for ``kept_for``, less than it keeps them itself.
    """

    name: Literal["outline", "oidc", "minio"]
    host: str
    port: int
    authority: str
    kept: int
    kept_for: str


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Where the bucket answers, for browsers and for Outline alike (facts: one S3 URL for both).

    ``origin`` is AWS_S3_UPLOAD_BUCKET_URL, ``own_host`` tells whether it has a host of its own, and
    ``bundled`` whether it is in the stack's MinIO.
    """

    name: str
    origin: Origin
    own_host: bool
    bundled: bool

    @property
    def arn(self) -> str:
        return f"arn:aws:s3:::{self.name}"

    @property
    def objects_arn(self) -> str:
        return f"{self.arn}/*"


@dataclass(frozen=True, kw_only=True)
class Site:
    """A public host, and the file of nginx that says what is served there: NAME.conf."""

    name: Literal["wiki", "oidc", "bucket"]
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class Trusted:
    """Whose X-Forwarded-* the gateway believes.

    Networks are known beforehand; the address that web servers of this ``host`` come from and the
    shared ``network`` are found when the gateway starts.
    """

    networks: tuple[str, ...] = ()
    host: bool = False
    network: bool = False

    @property
    def anybody(self) -> bool:
        return bool(self.networks or self.host or self.network)


@dataclass(frozen=True, kw_only=True)
class Acme:
    """What acme.sh is to get: from which server, by its name for it or a URL, for which names."""

    server: str
    domains: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Topology:
    """Addresses and names of one deployment.

    Of a provider elsewhere Outline is told the ``issuer`` or the endpoints; then there is no
    ``oidc``, and no ``admin_url``.

    ``entrance`` is what a web server in front passes plain http to, as HOST:PORT. The internal
    certificate is for every host, and the placeholder of a public one.
    """

    url: Origin
    oidc_url: Origin
    bucket: Bucket | None
    gateway: str
    listeners: tuple[Listener, ...]
    published: tuple[Published, ...]
    entrance: str
    aliases: tuple[str, ...]
    network_alias: str
    has_internal_tls: bool
    acme: Acme | None
    trusted: Trusted
    max_request_bytes: int
    outline: Upstream
    oidc: Upstream | None
    minio: Upstream | None
    issuer: str | None
    authorization_endpoint: str | None
    token_endpoint: str | None
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    admin_url: str | None

    @property
    def https(self) -> bool:
        return self.url.scheme == "https"

    @property
    def bundled_bucket(self) -> Bucket | None:
        return self.bucket if self.bucket and self.bucket.bundled else None

    @property
    def oidc_has_own_host(self) -> bool:
        return self.oidc_url != self.url

    @property
    def upstreams(self) -> tuple[Upstream, ...]:
        """What is behind the gateway."""
        return tuple(item for item in (self.outline, self.oidc, self.minio) if item)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The public hosts that the gateway answers at, the wiki's first."""
        sites = [Site(name="wiki", origin=self.url)]
        if self.oidc_has_own_host:
            sites.append(Site(name="oidc", origin=self.oidc_url))
        if self.bundled_bucket and self.bundled_bucket.own_host:
            sites.append(Site(name="bucket", origin=self.bundled_bucket.origin))
        return tuple(sites)

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(site.origin.host for site in self.sites)

    @property
    def outward(self) -> tuple[Listener, ...]:
        """Where people and proxies come to."""
        return tuple(
            item for item in self.listeners if not item.redirects and item.certificate != "internal"
        )

    @property
    def redirecting(self) -> tuple[Listener, ...]:
        return tuple(item for item in self.listeners if item.redirects)

    @property
    def inward(self) -> tuple[Listener, ...]:
        """Where Outline alone comes to."""
        return tuple(item for item in self.listeners if item.certificate == "internal")

    @property
    def oidc_private_hosts(self) -> str:
        return f"oidc,{self.oidc.host}" if self.oidc else ""


def of(config: Config) -> Topology:
    """Decide every address of the deployment that ``config`` describes."""
    url, name = config.url, config.compose_project_name
    oidc_url = config.oidc_url or url
    bucket = _bucket(config)
    provider = _provider(config, oidc_url)
    bundled = bucket if bucket and bucket.bundled else None
    aliases = (bundled.origin.host,) if bundled and not bundled.origin.is_ip_address else ()
    gateway = f"{name}-gateway"
    listeners = _listeners(config, with_bucket=bundled is not None)
    published = _published(config, listeners)
    return Topology(
        url=url,
        oidc_url=oidc_url,
        bucket=bucket,
        gateway=gateway,
        listeners=listeners,
        published=published,
        entrance=_entrance(config, gateway, listeners, published),
        aliases=aliases,
        network_alias=f"{gateway}-shared",
        has_internal_tls=config.gateway_ends_tls or (config.https and bundled is not None),
        acme=_acme(config, (url.host, oidc_url.host, *aliases)) if config.tls == "acme" else None,
        trusted=trusted(config),
        max_request_bytes=config.file_storage_upload_max_size + _FORM_BYTES,
        outline=Upstream(
            name="outline",
            host=f"{name}-outline",
            port=OUTLINE_PORT,
            authority=url.authority,
            kept=32,
            kept_for="4s",
        ),
        oidc=None
        if not config.has_user_accounts
        else Upstream(
            name="oidc",
            host=f"{name}-oidc",
            port=OIDC_PORT,
            authority=oidc_url.authority,
            kept=4,
            kept_for="60s",
        ),
        minio=None
        if bundled is None
        else Upstream(
            name="minio",
            host=f"{name}-minio",
            port=MINIO_PORT,
            authority=bundled.origin.authority,
            kept=16,
            kept_for="20s",
        ),
        issuer=provider.issuer,
        authorization_endpoint=provider.authorization,
        token_endpoint=provider.token,
        userinfo_endpoint=provider.userinfo,
        end_session_endpoint=provider.end_session,
        admin_url=provider.admin,
    )


@dataclass(frozen=True, kw_only=True)
class _Provider:
    issuer: str | None = None
    authorization: str | None
    token: str | None
    userinfo: str | None
    end_session: str | None
    admin: str | None = None


def _provider(config: Config, oidc_url: Origin) -> _Provider:
    """Return where the OpenID provider answers: browsers in public, Outline in private."""
    if not config.has_user_accounts:
        return _Provider(
            issuer=config.oidc_issuer_url,
            authorization=config.oidc_auth_uri,
            token=config.oidc_token_uri,
            userinfo=config.oidc_userinfo_uri,
            end_session=config.oidc_logout_uri,
        )
    public = f"{oidc_url}{OIDC_PATH}/oauth"
    private = f"http://oidc:{OIDC_PORT}{OIDC_PATH}/oauth"
    return _Provider(
        authorization=f"{public}/authorize",
        token=f"{private}/token",
        userinfo=f"{private}/userinfo",
        end_session=f"{public}/end-session",
        admin=f"{oidc_url}{OIDC_PATH}/admin/",
    )


def bucket_origin(config: Config) -> Origin:
    """Return where the bucket answers.

    A loopback address can't be a name on a network; *.localhost can, and browsers take it for
    loopback (RFC 6761, section 6.3).
    """
    if config.aws_s3_upload_bucket_url:
        return config.aws_s3_upload_bucket_url
    url = config.url
    return Origin(url.scheme, "files.localhost", url.port) if url.is_loopback else url


def published_ip(config: Config) -> str | None:
    """Return the address of the host that the gateway is published on; None is all of them."""
    if config.http_ip:
        return config.http_ip
    if config.url.is_loopback and config.url.is_ip_address:
        return config.url.host
    return LOOPBACK if config.is_behind_proxy or config.url.is_loopback else None


def trusted(config: Config) -> Trusted:
    """Return whose X-Forwarded-* count: what config.sh says, or what can be in front."""
    named = config.trusted_proxies
    if not named and config.network:
        named = ("network",)
    elif not named and config.is_behind_proxy and published_ip(config) in {LOOPBACK, "::1"}:
        named = ("host",)
    return Trusted(
        networks=tuple(item for item in named if item not in {"host", "network", "none"}),
        host="host" in named,
        network="network" in named,
    )


def _bucket(config: Config) -> Bucket | None:
    if config.file_storage == "local":
        return None
    origin = bucket_origin(config)
    return Bucket(
        name=config.aws_s3_upload_bucket_name,
        origin=origin,
        own_host=origin.host != config.url.host,
        bundled=config.file_storage == "minio",
    )


def _listeners(config: Config, *, with_bucket: bool) -> tuple[Listener, ...]:
    """Return the ports in the container; the one that people or proxies come to is the first.

    Where there is a bucket, Outline calls its public address inside the network, too: with http at
    the same port, with https at one of its own, whose certificate it trusts.
    """
    url = config.url
    if not config.https:
        return (Listener(port=url.port),)
    plain = _PLAIN_LISTENER if url.port != _PLAIN_LISTENER else _PLAIN_LISTENER + 1
    internal = (Listener(port=url.port, certificate="internal"),) if with_bucket else ()
    if not config.gateway_ends_tls:
        return (Listener(port=plain), *internal)
    tls = _TLS_LISTENER if url.port != _TLS_LISTENER else _TLS_LISTENER + 1
    return (
        Listener(port=tls, certificate="public"),
        Listener(port=plain, redirects=True),
        *internal,
    )


def _published(config: Config, listeners: tuple[Listener, ...]) -> tuple[Published, ...]:
    ip = published_ip(config)
    wanted: tuple[tuple[int | None, int], ...]
    unasked = config.network is not None and config.http_ip is None
    if not config.gateway_ends_tls:
        default = _BEHIND_PROXY_PORT if config.is_behind_proxy else config.url.port
        port = config.http_port or (None if unasked else default)
        wanted = ((port, listeners[0].port),)
    else:
        challenged = config.tls == "acme" and config.acme_dns is None
        plain = _HTTP_PORT if challenged or config.url.has_default_port else None
        wanted = (
            (config.https_port or (None if unasked else config.url.port), listeners[0].port),
            (config.http_port or (None if unasked else plain), listeners[1].port),
        )
    return tuple(
        Published(ip=ip, port=port, container_port=container_port)
        for port, container_port in wanted
        if port is not None
    )


def _acme(config: Config, hosts: tuple[str, ...]) -> Acme:
    server = "letsencrypt_test" if config.acme_staging else config.acme_server
    return Acme(server=server, domains=config.acme_domains or tuple(dict.fromkeys(hosts)))


def _entrance(
    config: Config,
    gateway: str,
    listeners: tuple[Listener, ...],
    published: tuple[Published, ...],
) -> str:
    if config.network or not published:
        return f"{gateway}:{listeners[0].port}"
    first = published[0]
    ip = LOOPBACK if first.ip in {None, EVERY_ADDRESS, "::"} else first.ip
    return f"{_in_brackets(str(ip))}:{first.port}"


def _in_brackets(ip: str) -> str:
    """Return an address as it stands before a port (RFC 3986, section 3.2.2)."""
    return f"[{ip}]" if ":" in ip else ip
