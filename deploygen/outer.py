"""What stands in front, where the person says what it is: its configuration, or our marks for it.

Some web servers read a file, which is generated below outer-proxy/; Traefik reads labels of the
gateway's container and nginx-proxy its environment.
"""

from dataclasses import dataclass
from typing import Literal

from deploygen.addresses import Origin
from deploygen.language import _, all_of
from deploygen.settings import Config
from deploygen.topology import Topology, Trusted

FOLDER = "outer-proxy"
CERTIFICATES = "/etc/letsencrypt/live"
HAPROXY_CERTIFICATES = "/etc/haproxy/certs"
CERTBOT_PORT = 8402  # where the comment in haproxy.cfg has certbot listen
# What Traefik's documentation calls them, and most people after it.
TRAEFIK_HTTP = "web"
TRAEFIK_HTTPS = "websecure"
TRAEFIK_RESOLVER = "letsencrypt"
_TEMPLATES = {
    "nginx": ("nginx.conf",),
    "caddy": ("Caddyfile",),
    "traefik": (),
    "nginx-proxy": ("vhost.conf",),
    "apache": ("apache.conf",),
    "haproxy": ("haproxy.cfg",),
    "nginx-proxy-manager": ("nginx-proxy-manager.md",),
}


@dataclass(frozen=True, kw_only=True)
class Outer:
    """What the templates below outer-proxy/ print beside Config and Topology.

    ``variable`` ends the names of nginx's variables, which all its files share. ``redirects`` tells
    whether port 80 belongs to the site as well: where the URL names a port, it may be another's or
    closed. ``certificates`` is certbot's folder for all hosts, ``haproxy_certificate`` the one file
    that HAProxy reads instead. ``trusted_as`` is the word of TRUSTED_PROXIES for the web server
    itself, and ``further_out`` are the proxies before it: what is named beside that word. Without
    it an address may be the web server's own, whose clients must not be believed.
    """

    origins: tuple[Origin, ...]
    variable: str
    redirects: bool
    in_docker: bool
    entrance_host: str
    entrance_port: str
    certificates: str
    haproxy_certificate: str
    trusted_as: Literal["host", "network"] | None
    further_out: tuple[str, ...]
    certbot_port: int = CERTBOT_PORT


def of(config: Config, topology: Topology) -> Outer:
    """Return what the templates print."""
    url = config.url
    host, port = topology.entrance.rsplit(":", 1)
    trusted_as = _trusted_as(topology.trusted)
    return Outer(
        origins=tuple(site.origin for site in topology.sites),
        variable=config.compose_project_name.replace("-", "_"),
        redirects=config.https and url.has_default_port,
        in_docker=config.network is not None,
        entrance_host=host.strip("[]"),
        entrance_port=port,
        certificates=f"{CERTIFICATES}/{url.host}",
        haproxy_certificate=f"{HAPROXY_CERTIFICATES}/{url.host}.pem",
        trusted_as=trusted_as,
        further_out=topology.trusted.networks if trusted_as else (),
    )


def _trusted_as(trusted: Trusted) -> Literal["host", "network"] | None:
    if trusted.network:
        return "network"
    return "host" if trusted.host else None


def templates(config: Config, _topology: Topology) -> tuple[str, ...]:
    """Return the generated files, each from the template of the same name and ``.j2``."""
    names = _TEMPLATES[config.outer_proxy] if config.outer_proxy else ()
    return tuple(f"{FOLDER}/{name}" for name in names)


def directions(config: Config, topology: Topology) -> str | None:
    """Return what the person has to do in the web server in front, None where there is none."""
    if not config.is_behind_proxy:
        return None
    if config.outer_proxy == "traefik":
        return _(
            "nothing to copy: Traefik reads the gateway's labels on the network {network}",
            network=config.network,
        )
    names = templates(config, topology)
    if not names:
        return _passing_on(config, topology)
    (name,) = names
    if config.outer_proxy == "nginx-proxy-manager":
        return _("{file} says what to enter there", file=name)
    return _copying(name, config, topology)


def _passing_on(config: Config, topology: Topology) -> str:
    url, entrance = topology.url, f"http://{topology.entrance}"
    if config.network:
        return _(
            "have your web server pass {url} on to {entrance} on the network {network}",
            url=url,
            entrance=entrance,
            network=config.network,
        )
    return _("have your web server pass {url} on to {entrance}", url=url, entrance=entrance)


def _copying(file: str, config: Config, topology: Topology) -> str:
    """Return where the first lines of the generated ``file`` say that it goes."""
    if config.outer_proxy == "nginx-proxy":
        return _(
            "{file} goes to {paths} of nginx-proxy's container; its first lines say how",
            file=file,
            paths=all_of(f"/etc/nginx/vhost.d/{host}" for host in topology.hosts),
        )
    if config.outer_proxy == "nginx" and config.network:
        return _(
            "{file} goes to {folder} of nginx's container; its first lines say how",
            file=file,
            folder="/etc/nginx/conf.d",
        )
    name = config.compose_project_name
    paths = {
        "nginx": f"/etc/nginx/conf.d/{name}.conf",
        "caddy": f"/etc/caddy/{name}.caddy",
        "apache": f"/etc/apache2/sites-available/{name}.conf",
        "haproxy": f"/etc/haproxy/conf.d/{name}.cfg",
    }
    path = paths[config.outer_proxy or ""]
    return _("{file} goes to {path}; its first lines say how", file=file, path=path)


def labels(config: Config, topology: Topology) -> dict[str, str]:
    """Return the gateway's labels for Traefik (its documentation: "Docker", "Routers")."""
    if config.outer_proxy != "traefik":
        return {}
    name = config.compose_project_name
    router = f"traefik.http.routers.{name}"
    port = of(config, topology).entrance_port
    rule = " || ".join(f"Host(`{host}`)" for host in topology.hosts)
    found = {
        "traefik.enable": "true",
        "traefik.docker.network": config.network or "",
        f"traefik.http.services.{name}.loadbalancer.server.port": port,
        f"{router}.rule": rule,
        f"{router}.service": name,
        f"{router}.entrypoints": TRAEFIK_HTTPS if config.https else TRAEFIK_HTTP,
    }
    if not config.https:
        return found
    plain, redirect = f"{router}-http", f"traefik.http.middlewares.{name}-https.redirectscheme"
    return found | {
        f"{router}.tls.certresolver": TRAEFIK_RESOLVER,
        f"{plain}.rule": rule,
        f"{plain}.service": name,
        f"{plain}.entrypoints": TRAEFIK_HTTP,
        f"{plain}.middlewares": f"{name}-https",
        f"{redirect}.scheme": "https",
        f"{redirect}.port": str(config.url.port),
        f"{redirect}.permanent": "true",
    }


def environment(config: Config, topology: Topology) -> dict[str, str]:
    """Return the gateway's variables for nginx-proxy and acme-companion (their READMEs)."""
    if config.outer_proxy != "nginx-proxy":
        return {}
    hosts = ",".join(topology.hosts)
    found = {
        "VIRTUAL_HOST": hosts,
        "VIRTUAL_PORT": of(config, topology).entrance_port,
    }
    if not config.url.has_default_port:
        found[f"EXTERNAL_{config.url.scheme.upper()}_PORT"] = str(config.url.port)
    if not config.https:
        return found | {"HTTPS_METHOD": "nohttps"}
    if config.acme_email:
        found["LETSENCRYPT_EMAIL"] = config.acme_email
    # The gateway says it, and for how long.
    return found | {"LETSENCRYPT_HOST": hosts, "HSTS": "off"}
