"""The services of the stack, declared: image, order, health, limits, networks, mounts.

``docker-compose.tmpl.yml`` prints what stands here; tests read it as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from deploygen import outer
from deploygen import topology as at
from deploygen.settings import Config
from deploygen.topology import Topology, Upstream

HEALTHY = "service_healthy"
COMPLETED = "service_completed_successfully"
UNPRIVILEGED_UID = 10001
NGINX_UID = 101

BACKEND = "backend"
FRONTEND = "frontend"
SHARED = "shared"

CONFIGURATION = "/etc/nginx/deploygen"
INTERNAL_CA = "/var/lib/internal-ca"
INTERNAL_CA_FILE = f"{INTERNAL_CA}/ca.pem"
INTERNAL_TLS = "/var/lib/internal-tls"
GATEWAY_TLS = "/var/lib/gateway-tls"
ACME_STATE = "/var/lib/acme"
ACME_WEBROOT = "/var/lib/acme-webroot"
# Volumes whose loss hurts; the others are made anew.
_DATA = frozenset({"acme", "minio-data", "outline-data", "postgres-data", "redis-data"})
# The image declares /acme.sh a volume, which would be made anew, without a name, at each start.
_ACME_TMPFS = ("/tmp", "/acme.sh")  # noqa: S108 - file systems of the container's own
# What start.sh of the gateway makes, in memory.
RUN = "/tmp/gateway"  # noqa: S108 - a file system of the container's own


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A named volume, or a generated directory.

    Never a file: a replaced one keeps its old content inside a running container.
    """

    source: str
    target: str
    read_only: bool = False
    relabel: bool = False

    @property
    def is_directory(self) -> bool:
        return self.source.startswith("./")

    @property
    def short_syntax(self) -> str:
        # Where SELinux is, z lets containers into what is mounted from outside Docker's own folder.
        options = {"ro": self.read_only, "z": self.is_directory or self.relabel}
        chosen = ",".join(name for name, wanted in options.items() if wanted)
        return f"{self.source}:{self.target}{f':{chosen}' if chosen else ''}"


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A named volume: Docker's own, or, with ``place``, a folder of the person's.

    The latter is called by ``full_name``, which has a hash of the place: a volume that is there
    can't be given another.
    """

    name: str
    full_name: str | None = None
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service. ``health`` is the test in the container, None where the image brings its own.

    ``awaits`` maps a service to the condition it has to reach. ``environment`` tells whether it has
    an env file; ``variables`` are others, which hold no secrets.
    """

    name: str
    image: str
    mem_limit: str
    networks: dict[str, tuple[str, ...]]
    one_shot: bool = False
    environment: bool = True
    awaits: dict[str, str] = field(default_factory=dict)
    health: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: str | None = None
    group: int | None = None
    read_only: bool = True
    tmpfs: tuple[str, ...] = ("/tmp",)  # noqa: S108 - a file system of the container's own
    mounts: tuple[Mount, ...] = ()
    sysctls: dict[str, str] = field(default_factory=dict)
    built: bool = False
    health_interval: str = "30s"
    labels: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    stop_grace_period: str = "10s"

    @property
    def env_file(self) -> str | None:
        return f"./env/{self.name}.env" if self.environment else None


def of(config: Config, topology: Topology, oidc_tag: str) -> tuple[Service, ...]:
    """Return the services of this deployment, in the order in which they come up."""
    stack = (
        *((_tls_init(config, oidc_tag),) if topology.has_internal_tls else ()),
        _postgres(config),
        _postgres_init(config),
        _redis(config),
        *((_minio(config, topology.minio), _minio_init(config)) if topology.minio else ()),
        *(
            (_oidc_init(config, oidc_tag), _oidc(config, topology.oidc, oidc_tag))
            if topology.oidc
            else ()
        ),
        _outline(config, topology),
        _gateway(config, topology),
        *((_acme_init(config), _acme(config, topology)) if config.tls == "acme" else ()),
    )
    return stack if config.data_dir is None else tuple(_with_data_outside(item) for item in stack)


def volumes(config: Config, stack: Iterable[Service]) -> tuple[Volume, ...]:
    """Return the volumes that ``stack`` mounts."""
    names = {mount.source for item in stack for mount in item.mounts if not mount.is_directory}
    return tuple(_volume(config, name) for name in sorted(names))


def _volume(config: Config, name: str) -> Volume:
    if config.data_dir is None or name not in _DATA:
        return Volume(name=name)
    place = f"{config.data_dir}/{name}"
    mark = sha256(place.encode()).hexdigest()[:8]
    return Volume(name=name, full_name=f"{config.compose_project_name}_{name}_{mark}", place=place)


def _with_data_outside(service: Service) -> Service:
    mounts = (replace(mount, relabel=mount.source in _DATA) for mount in service.mounts)
    return replace(service, mounts=tuple(mounts))


def _image(config: Config, reference: str) -> str:
    """Return ``reference``, through the mirror if there is one."""
    if config.image_mirror is None:
        return reference
    first, _, rest = reference.partition("/")
    if not rest:
        reference = f"docker.io/library/{reference}"
    elif "." not in first and ":" not in first and first != "localhost":
        reference = f"docker.io/{reference}"
    return f"{config.image_mirror}/{reference}"


def _oidc_image(config: Config, service: str, tag: str) -> str:
    """Return the given image, or a name for the one that is built.

    Each service has a name of its own, since compose labels what it builds with the service: under
    one name two images would take turns, and `up` would recreate containers for nothing.
    """
    return config.oidc_server_image or f"{config.compose_project_name}-{service}:{tag}"


def python_image(config: Config) -> str:
    """Return what the OIDC server's image is built on."""
    return _image(config, config.python_image)


def _postgres(config: Config) -> Service:
    return Service(
        name="postgres",
        image=_image(config, config.postgres_image),
        mem_limit="384m",
        user="postgres",
        # Over TCP: the temporary server of the first start listens on the socket alone.
        health=("CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"),
        mounts=(
            Mount(source="postgres-data", target="/var/lib/postgresql/data"),
            Mount(source="postgres-socket", target="/var/run/postgresql"),
        ),
        networks={BACKEND: ()},
        stop_grace_period="60s",
    )


def _postgres_init(config: Config) -> Service:
    return Service(
        name="postgres-init",
        image=_image(config, config.postgres_image),
        mem_limit="64m",
        one_shot=True,
        awaits={"postgres": HEALTHY},
        user="postgres",
        entrypoint=("sh", "/postgres-init/setup.sh"),
        mounts=(
            Mount(source="./postgres-init", target="/postgres-init", read_only=True),
            Mount(source="postgres-socket", target="/var/run/postgresql"),
        ),
        networks={BACKEND: ()},
    )


def _redis(config: Config) -> Service:
    return Service(
        name="redis",
        image=_image(config, config.redis_image),
        mem_limit="128m",
        user="redis",
        entrypoint=("sh", "/redis/start.sh"),
        health=("CMD", "sh", "/redis/health.sh"),
        mounts=(
            Mount(source="./redis", target="/redis", read_only=True),
            Mount(source="redis-data", target="/data"),
        ),
        networks={BACKEND: ()},
    )


def _minio(config: Config, upstream: Upstream) -> Service:
    return Service(
        name="minio",
        image=_image(config, config.minio_image),
        mem_limit="512m",
        command=("server", "/data", "--address", f":{at.MINIO_PORT}"),
        # Images built from source bring no curl; bash speaks enough HTTP for this.
        health=("CMD", "bash", "/minio/health.sh"),
        read_only=False,
        mounts=(
            Mount(source="./minio", target="/minio", read_only=True),
            Mount(source="minio-data", target="/data"),
        ),
        networks={BACKEND: (upstream.host,)},
        stop_grace_period="30s",
    )


def _minio_init(config: Config) -> Service:
    return Service(
        name="minio-init",
        image=_image(config, config.minio_mc_image),
        mem_limit="256m",
        one_shot=True,
        awaits={"minio": HEALTHY},
        user=f"{UNPRIVILEGED_UID}:{UNPRIVILEGED_UID}",
        entrypoint=("bash", "/minio-init/setup.sh"),
        mounts=(Mount(source="./minio-init", target="/minio-init", read_only=True),),
        networks={BACKEND: ()},
    )


def _tls_init(config: Config, tag: str) -> Service:
    mounts = [
        Mount(source="internal-ca", target=INTERNAL_CA),
        Mount(source="internal-tls", target=INTERNAL_TLS),
    ]
    if config.gateway_ends_tls:
        mounts.append(Mount(source="gateway-tls", target=GATEWAY_TLS))
    if config.tls == "acme":
        # Mounted here first, they belong to the user of this image.
        mounts.append(Mount(source="acme", target=ACME_STATE))
        mounts.append(Mount(source="acme-webroot", target=ACME_WEBROOT))
    return Service(
        name="tls-init",
        image=_oidc_image(config, "tls-init", tag),
        built=config.oidc_server_image is None,
        mem_limit="128m",
        one_shot=True,
        command=("tls",),
        mounts=tuple(mounts),
        networks={BACKEND: ()},
    )


def _oidc_init(config: Config, tag: str) -> Service:
    return Service(
        name="oidc-init",
        image=_oidc_image(config, "oidc-init", tag),
        built=config.oidc_server_image is None,
        mem_limit="256m",
        one_shot=True,
        awaits={"postgres-init": COMPLETED},
        command=("init",),
        networks={BACKEND: ()},
    )


def _oidc(config: Config, upstream: Upstream, tag: str) -> Service:
    return Service(
        name="oidc",
        image=_oidc_image(config, "oidc", tag),
        built=config.oidc_server_image is None,
        mem_limit="256m",
        awaits={"oidc-init": COMPLETED},
        command=("serve",),
        networks={
            BACKEND: (upstream.host,),
            # A mail server is outside, as a rule.
            **({FRONTEND: ()} if config.smtp_host else {}),
        },
        stop_grace_period="30s",
    )


def _outline(config: Config, topology: Topology) -> Service:
    awaits = {"postgres-init": COMPLETED, "redis": HEALTHY}
    if topology.oidc:
        awaits["oidc"] = HEALTHY
    mounts = [Mount(source="outline-data", target="/var/lib/outline/data")]
    if topology.bundled_bucket:
        awaits["minio-init"] = COMPLETED
    if topology.bundled_bucket and topology.https:
        awaits["tls-init"] = COMPLETED
        mounts.append(Mount(source="internal-ca", target=INTERNAL_CA, read_only=True))
    return Service(
        name="outline",
        image=_image(config, config.outline_image),
        mem_limit="1024m",
        awaits=awaits,
        read_only=False,
        tmpfs=(),
        mounts=tuple(mounts),
        networks={BACKEND: (topology.outline.host,), FRONTEND: ()},
        stop_grace_period="30s",
    )


def _gateway(config: Config, topology: Topology) -> Service:
    tls = topology.has_internal_tls
    mounts = [Mount(source="./nginx", target=CONFIGURATION, read_only=True)]
    if tls:
        mounts.append(Mount(source="internal-tls", target=INTERNAL_TLS, read_only=True))
    if config.gateway_ends_tls:
        mounts.append(Mount(source="gateway-tls", target=GATEWAY_TLS, read_only=True))
    if config.tls == "acme":
        mounts.append(Mount(source="acme-webroot", target=ACME_WEBROOT, read_only=True))
    networks: dict[str, tuple[str, ...]] = {BACKEND: topology.aliases}
    if topology.published:
        networks[FRONTEND] = ()
    if config.network is not None:
        networks[SHARED] = (topology.network_alias,)
    return Service(
        name=topology.gateway,
        image=_image(config, config.nginx_image),
        mem_limit="128m",
        environment=False,
        variables=outer.environment(config, topology),
        labels=outer.labels(config, topology),
        awaits={"tls-init": COMPLETED} if tls else {},
        user=f"{NGINX_UID}:{NGINX_UID}",
        group=UNPRIVILEGED_UID if tls else None,
        entrypoint=("sh", f"{CONFIGURATION}/start.sh", *_gateway_flags(topology)),
        health=("CMD", "wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{at.HEALTH_PORT}/"),
        mounts=tuple(mounts),
        # It runs without privileges and still listens on 80 and 443.
        sysctls={"net.ipv4.ip_unprivileged_port_start": "0"},
        networks=networks,
        # nginx answers nobody new once it is told to stop, and waits for every open websocket.
        stop_grace_period="2s",
    )


def _gateway_flags(topology: Topology) -> tuple[str, ...]:
    flags = ["--trust-host"] if topology.trusted.host else []
    if topology.trusted.network:
        flags += ["--trust-network-of", topology.network_alias]
    if topology.has_internal_tls:
        flags.append("--certificates")
    return tuple(flags)


def _acme_init(config: Config) -> Service:
    return Service(
        name="acme-init",
        image=_image(config, config.acme_image),
        mem_limit="64m",
        one_shot=True,
        environment=False,
        awaits={"tls-init": COMPLETED},
        user=f"{UNPRIVILEGED_UID}:{UNPRIVILEGED_UID}",
        entrypoint=("sh", "/acme/again.sh"),
        tmpfs=_ACME_TMPFS,
        mounts=(
            Mount(source="./acme", target="/acme", read_only=True),
            Mount(source="acme", target=ACME_STATE),
        ),
        networks={BACKEND: ()},
    )


def _acme(config: Config, topology: Topology) -> Service:
    return Service(
        name="acme",
        image=_image(config, config.acme_image),
        mem_limit="128m",
        # The authority comes to the gateway, and few failures are allowed in an hour.
        awaits={"acme-init": COMPLETED, topology.gateway: HEALTHY},
        user=f"{UNPRIVILEGED_UID}:{UNPRIVILEGED_UID}",
        entrypoint=("sh", "/acme/run.sh"),
        health=("CMD", "sh", "/acme/health.sh"),
        # acme-init waits for the next look.
        health_interval="10s",
        tmpfs=_ACME_TMPFS,
        mounts=(
            Mount(source="./acme", target="/acme", read_only=True),
            Mount(source="acme", target=ACME_STATE),
            Mount(source="acme-webroot", target=ACME_WEBROOT),
            Mount(source="gateway-tls", target=GATEWAY_TLS),
        ),
        networks={FRONTEND: ()},
    )
