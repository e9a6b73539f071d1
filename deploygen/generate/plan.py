"""Which files a folder holds, as values: pure, and the same bytes each time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from jinja2 import Environment

from deploygen import outer, reference, services, topology
from deploygen.generate.rendering import environment, render
from deploygen.services import Service
from deploygen.settings import Config
from deploygen.sources import Sources

PUBLIC = 0o644
PRIVATE = 0o600
OIDC_CONTEXT = "oidc-server"
_TEMPLATE = ".j2"


@dataclass(frozen=True)
class File:
    """A file's content and its mode."""

    content: bytes
    mode: int = PUBLIC


def files(config: Config, sources: Sources) -> dict[str, File]:
    """Return every generated file of the deployment as {path below the folder: File}."""
    where = topology.of(config)
    context = {} if config.oidc_server_image else sources.oidc_build_context()
    stack = services.of(config, where, oidc_tag=_context_tag(config, context))
    jinja = environment(sources.root)
    names: dict[str, Any] = {
        "config": config,
        "topology": where,
        "at": topology,
        "in_container": services,
        "outer": outer.of(config, where),
        "python_image": services.python_image(config),
    }

    planned: dict[str, File] = {}
    if any(service.built for service in stack):
        planned = {f"{OIDC_CONTEXT}/{path}": File(content) for path, content in context.items()}
    planned |= dict(_mounted(jinja, sources, stack, names))
    for service in stack:
        if service.environment:
            name = f"env/{service.name}.env"
            planned[name] = File(render(jinja, f"templates/{name}{_TEMPLATE}", **names), PRIVATE)
    for name in outer.templates(config, where):
        content = render(jinja, f"templates/{name}{_TEMPLATE}", **names)
        planned[name] = File(content)
    hashes = {service.name: _content_hash(service, planned) for service in stack}
    compose = render(
        jinja,
        "docker-compose.tmpl.yml",
        services=stack,
        volumes=services.volumes(config, stack),
        content_hashes=hashes,
        **names,
    )
    planned["docker-compose.yml"] = File(compose)
    planned["config.sh.example"] = File(reference.example().encode())
    planned["config.zh-CN.sh.example"] = File(reference.example("zh").encode())
    return dict(sorted(planned.items()))


def _mounted(
    jinja: Environment, sources: Sources, stack: tuple[Service, ...], names: dict[str, Any]
) -> Iterator[tuple[str, File]]:
    """Yield the files of every mounted directory: .j2 rendered, others as they are.

    A template that gives nothing is of something that this deployment does not have.
    """
    folders = {
        mount.source.removeprefix("./")
        for item in stack
        for mount in item.mounts
        if mount.is_directory
    }
    for folder in sorted(folders):
        for path in sorted((sources.templates / folder).rglob("*")):
            name = path.relative_to(sources.templates).as_posix()
            if path.is_dir():
                continue
            if path.suffix == _TEMPLATE:
                content = render(jinja, f"templates/{name}", **names)
                if content:
                    yield name.removesuffix(_TEMPLATE), File(content)
            else:
                yield name, File(path.read_bytes())


def _digest(content: Mapping[str, bytes]) -> str:
    digest = sha256()
    for path, data in sorted(content.items()):
        digest.update(f"{path}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:16]


def _context_tag(config: Config, context: Mapping[str, bytes]) -> str:
    """Return a hash of all that the image is built from: as its tag, `up -d` sees a change."""
    arguments = f"{services.python_image(config)}\n{config.pip_index_url}"
    return _digest({**context, "build arguments": arguments.encode()})


def _content_hash(service: Service, planned: Mapping[str, File]) -> str | None:
    """Return a hash of what ``service`` mounts; as a label it recreates the container."""
    prefixes = tuple(
        mount.source.removeprefix("./") + "/" for mount in service.mounts if mount.is_directory
    )
    if not prefixes:
        return None
    return _digest(
        {path: file.content for path, file in planned.items() if path.startswith(prefixes)}
    )
