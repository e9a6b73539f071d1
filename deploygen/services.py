"""The services of the stack, declared: image, order, health, limits, networks, mounts.

``docker-compose.tmpl.yml`` prints what stands here; tests read it as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from deploygen import topology as at
from deploygen.settings import Config
from deploygen.topology import Topology

HEALTHY = "service_healthy"
COMPLETED = "service_completed_successfully"
UNPRIVILEGED_UID = 10001
NGINX_UID = 101

BACKEND = "backend"
FRONTEND = "frontend"

CONFIGURATION = "/etc/nginx/deploygen"
INTERNAL_CA = "/var/lib/internal-ca"
INTERNAL_CA_FILE = f"{INTERNAL_CA}/ca.pem"
INTERNAL_TLS = "/var/lib/internal-tls"


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A named volume, or a generated directory.

    Never a file: a replaced one keeps its old content inside a running container.
    """

    source: str
    target: str
    read_only: bool = False

    @property
    def is_directory(self) -> bool:
        return self.source.startswith("./")

    @property
    def short_syntax(self) -> str:
        return f"{self.source}:{self.target}{':ro' if self.read_only else ''}"


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service. ``health`` is the test in the container, None where the image brings its own.

    ``awaits`` maps a service to the condition it has to reach.
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
    stop_grace_period: str = "10s"

    @property
    def env_file(self) -> str | None:
        return f"./env/{self.name}.env" if self.environment else None


def of(config: Config, topology: Topology, oidc_tag: str) -> tuple[Service, ...]:
    """Return the services of this deployment, in the order in which they come up."""
    minio = config.file_storage == "minio"
    return (
        _postgres(config),
        _postgres_init(config),
        _redis(config),
        *((_minio(config, topology), _minio_init(config)) if minio else ()),
        _oidc_init(config, topology, oidc_tag),
        _oidc(config, topology, oidc_tag),
        _outline(config, topology),
        _gateway(config, topology),
    )


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


def _minio(config: Config, topology: Topology) -> Service:
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
        networks={BACKEND: (topology.minio.host,)},
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


def _oidc_init(config: Config, topology: Topology, tag: str) -> Service:
    tls = topology.internal_tls_host is not None
    return Service(
        name="oidc-init",
        image=_oidc_image(config, "oidc-init", tag),
        built=config.oidc_server_image is None,
        mem_limit="256m",
        one_shot=True,
        awaits={"postgres-init": COMPLETED},
        command=("init",),
        mounts=(
            Mount(source="internal-ca", target=INTERNAL_CA),
            Mount(source="internal-tls", target=INTERNAL_TLS),
        )
        if tls
        else (),
        networks={BACKEND: ()},
    )


def _oidc(config: Config, topology: Topology, tag: str) -> Service:
    return Service(
        name="oidc",
        image=_oidc_image(config, "oidc", tag),
        built=config.oidc_server_image is None,
        mem_limit="256m",
        awaits={"oidc-init": COMPLETED},
        command=("serve",),
        networks={BACKEND: (topology.oidc.host,)},
        stop_grace_period="30s",
    )


def _outline(config: Config, topology: Topology) -> Service:
    awaits = {"postgres-init": COMPLETED, "redis": HEALTHY, "oidc": HEALTHY}
    mounts = [Mount(source="outline-data", target="/var/lib/outline/data")]
    if topology.bucket:
        awaits["minio-init"] = COMPLETED
    if topology.internal_tls_host:
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
    mounts = [Mount(source="./nginx", target=CONFIGURATION, read_only=True)]
    if topology.internal_tls_host:
        mounts.append(Mount(source="internal-tls", target=INTERNAL_TLS, read_only=True))
    return Service(
        name=topology.gateway,
        image=_image(config, config.nginx_image),
        mem_limit="128m",
        environment=False,
        awaits={"oidc-init": COMPLETED} if topology.internal_tls_host else {},
        user=f"{NGINX_UID}:{NGINX_UID}",
        group=UNPRIVILEGED_UID if topology.internal_tls_host else None,
        entrypoint=("nginx", "-c", f"{CONFIGURATION}/nginx.conf", "-g", "daemon off;"),
        health=("CMD", "wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{at.HEALTH_PORT}/"),
        mounts=tuple(mounts),
        # It runs without privileges and still listens on 80 and 443.
        sysctls={"net.ipv4.ip_unprivileged_port_start": "0"},
        networks={BACKEND: topology.aliases, FRONTEND: ()},
    )
