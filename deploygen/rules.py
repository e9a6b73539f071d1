"""What must hold between keys: each rule yields what is wrong, what is accepted and what to do.

Warnings are rules too, for what works all the same; they yield a key and a sentence.
"""

import ipaddress
import re
import shlex
from collections.abc import Callable, Iterator
from itertools import combinations

from deploygen import certificate, pem, topology
from deploygen.kinds import EVERY_ADDRESS, LOOPBACK, Origin
from deploygen.settings import Config

Conflict = tuple[str, str, str, str]
Warned = tuple[str, str]
Rule = Callable[[Config], Iterator[Conflict]]

# Of Outline's server/services/web.ts, server/routes/index.ts, app/routes and public.
# fmt: off
_OUTLINE_PATHS = frozenset({
    "api", "archive", "auth", "collaboration", "collection", "create", "desktop-redirect",
    "doc", "drafts", "email", "embeds", "fonts", "home", "images", "locales", "logout", "mcp",
    "oauth", "realtime", "search", "settings", "static", "trash",
})
# fmt: on
_NAMED_PARTS = ("gateway", "outline", "oidc", "minio")
_SERVICES = (
    "acme", "acme-init", "minio", "minio-init", "oidc", "oidc-init", "outline", "postgres",
    "postgres-init", "redis", "tls-init",
)  # fmt: skip
_NEWEST_POSTGRES = 17
# What acme.sh's documented providers need: one of the sets (its wiki, "dnsapi").
_ACME_PROVIDERS = {
    "dns_cf": (
        ("CF_Token", "CF_Account_ID"),
        ("CF_Token", "CF_Zone_ID"),
        ("CF_Key", "CF_Email"),
    ),
    "dns_dp": (("DP_Id", "DP_Key"),),
    "dns_tencent": (("Tencent_SecretId", "Tencent_SecretKey"),),
    "dns_ali": (("Ali_Key", "Ali_Secret"),),
}
ACME_VARIABLES = frozenset(
    name for sets in _ACME_PROVIDERS.values() for names in sets for name in names
)
# Who makes the external account that an authority demands.
_GIVERS_OF_EAB = {"google": "Google Cloud's publicca", "actalis": "Actalis's customer portal"}
# Aliyun OSS and Tencent COS refuse the bucket in the path; Cloudflare R2 has no POST Object.
_ONLY_BUCKETS_IN_HOSTS = (".aliyuncs.com", ".myqcloud.com")
_WITHOUT_POST = (".r2.cloudflarestorage.com",)
# Names that no public authority vouches for (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal).
_PRIVATE_DOMAINS = re.compile(
    r"[^.]+|.*\.(local|lan|home|internal|intranet|corp|test|example|invalid|localhost|home\.arpa)"
)


# --- The address, TLS and ports


def _scheme_and_tls(config: Config) -> Iterator[Conflict]:
    if config.tls == "off" and config.https:
        yield (
            "URL",
            "it is https, but TLS=off means that nobody ends TLS",
            "accepted is an http URL with TLS=off, an https one with the others",
            (
                "set TLS to acme (certificates by acme.sh), files (a certificate of yours) or "
                "proxy (a web server with a certificate in front), or use http"
            ),
        )
    if config.tls != "off" and not config.https:
        ends = {
            "acme": "the gateway gets certificates",
            "files": "the gateway has a certificate",
            "proxy": "a web server in front ends TLS",
        }
        yield (
            "URL",
            f"it is http, but TLS={config.tls} means that {ends[config.tls]}",
            f"accepted is an https URL with TLS={config.tls}",
            "write the URL with https, or set TLS=off",
        )


def _scheme_fits_tls(config: Config) -> bool:
    """Tell whether it is known who ends TLS: what follows from that is judged only then."""
    return config.https == (config.tls != "off")


def _published_where_the_url_points(config: Config) -> Iterator[Conflict]:
    if config.is_behind_proxy or not _scheme_fits_tls(config):
        return
    key, port = ("HTTP_PORT", config.http_port)
    if config.gateway_ends_tls:
        key, port = ("HTTPS_PORT", config.https_port)
    if port not in (None, config.url.port) and config.url.is_loopback:
        yield (
            key,
            f"the gateway would be at port {port}, but the URL's is {config.url.port}",
            f"accepted is empty, or {config.url.port}",
            f"leave {key} empty, or change the port in URL",
        )
    if not config.url.is_ip_address and not config.url.is_loopback:
        return  # where a name leads is not for us to know
    address = config.url.host if config.url.is_ip_address else LOOPBACK
    everything = "::" if ":" in address else EVERY_ADDRESS
    if config.http_ip not in (None, everything, address):
        yield (
            "HTTP_IP",
            f"the URL is at {config.url.host}, which a gateway on {config.http_ip} does not answer",
            f"accepted is empty, {everything} or {address}",
            "leave HTTP_IP empty",
        )


def _ports_apart(config: Config) -> Iterator[Conflict]:
    ports = [item.port for item in topology.of(config).published]
    if len(set(ports)) == len(ports):
        return
    chosen = {"HTTP_PORT": config.http_port, "HTTPS_PORT": config.https_port}
    key = next((key for key, port in chosen.items() if port is not None), None)
    yield (
        key or "URL",
        f"http and https would both be published on port {ports[0]}",
        "accepted are two different ports",
        f"leave {key} empty, or choose another port" if key else "choose another port",
    )


def _https_port_of_whom(config: Config) -> Iterator[Conflict]:
    undecided = config.tls == "off" and config.https  # which is told of URL
    if config.https_port is not None and config.tls not in {"acme", "files"} and not undecided:
        yield (
            "HTTPS_PORT",
            f"with TLS={config.tls} the gateway speaks no https",
            "accepted is a value with TLS=acme or files, else empty",
            "leave it empty; the gateway's port is HTTP_PORT",
        )


def _own_hosts(config: Config) -> Iterator[Conflict]:
    for key, origin in _own_origins(config):
        if (origin.scheme, origin.port) != (config.url.scheme, config.url.port):
            yield (
                key,
                f"the gateway answers at {config.url}, and {origin} has another scheme or port",
                "accepted is another host with the scheme and port of URL",
                f"write it as {Origin(config.url.scheme, origin.host, config.url.port)}",
            )
        elif origin.is_loopback and not config.url.is_loopback:
            yield (
                key,
                f"{origin.host} is each browser's own machine, while URL is at {config.url.host}",
                "accepted is a host that leads to this machine, as that of URL does",
                f"leave {key} empty, or give it such a host",
            )
    hosts = [("URL", config.url.host), *((key, item.host) for key, item in _own_origins(config))]
    for (first, host), (second, other) in combinations(hosts, 2):
        if host == other:
            yield (
                second,
                f"its host is that of {first}",
                "accepted is a host of its own, or empty",
                f"leave {second} empty, or give it a host of its own",
            )


def _own_origins(config: Config) -> list[tuple[str, Origin]]:
    found = [("OIDC_URL", config.oidc_url)]
    if config.file_storage == "minio":
        found.append(("AWS_S3_UPLOAD_BUCKET_URL", config.aws_s3_upload_bucket_url))
    return [(key, origin) for key, origin in found if origin is not None]


def _host_not_a_service(config: Config) -> Iterator[Conflict]:
    # The host becomes a name of the gateway on the private network, where these are taken.
    if config.file_storage != "minio":
        return
    name = config.compose_project_name
    taken = {*_SERVICES, *(f"{name}-{part}" for part in _NAMED_PARTS)}
    key = "AWS_S3_UPLOAD_BUCKET_URL" if config.aws_s3_upload_bucket_url else "URL"
    host = topology.bucket_origin(config).host
    if host in taken:
        yield (
            key,
            f"its host is {host}, which a service of the stack is called inside",
            "accepted is any other host name, or FILE_STORAGE=local",
            f"call the machine something else, say {host}.example.com, or set FILE_STORAGE=local",
        )


# --- Certificates


def _certificate_is_fit(config: Config) -> Iterator[Conflict]:
    if config.tls != "files":
        return
    for key, file in (
        ("TLS_CERT_FILE", config.tls_cert_file),
        ("TLS_KEY_FILE", config.tls_key_file),
    ):
        if file is None:
            yield (
                key,
                "it has no value, but TLS=files",
                "accepted is the path of a readable PEM file",
                f"set {key} in config.sh, or choose another TLS",
            )
    if config.tls_cert_file is None or config.tls_key_file is None:
        return
    keys = {"certificate": "TLS_CERT_FILE", "key": "TLS_KEY_FILE"}
    hosts = topology.of(config).hosts
    for problem in certificate.problems(config.tls_cert_file.text, config.tls_key_file.text, hosts):
        yield (keys[problem.which], problem.wrong, problem.accepted, problem.remedy)


def _acme_knows_the_names(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme":
        return
    named = {origin.host: (key, origin) for key, origin in _own_origins(config)}
    named |= {config.url.host: ("URL", config.url)}
    for name in config.acme_domains:
        host = name.removeprefix("*.")
        named.setdefault(host, ("ACME_DOMAINS", Origin("https", host, config.url.port)))
    for host, (key, origin) in named.items():
        if origin.is_ip_address or origin.is_loopback:
            yield (
                key,
                f"no authority gives a certificate for {host}",
                "accepted with TLS=acme is a host name of the public DNS",
                "use such a name, or TLS=files with a certificate of yours",
            )
        elif "/" not in config.acme_server and _PRIVATE_DOMAINS.fullmatch(host):
            yield (
                key,
                f"no public authority gives a certificate for {host}",
                "accepted is a public name, or the URL of an authority of your own in ACME_SERVER",
                "use such a name, or TLS=files with a certificate of yours",
            )


def _acme_domains_cover_the_hosts(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme" or not config.acme_domains:
        return
    wildcards = [name for name in config.acme_domains if name.startswith("*.")]
    if wildcards and config.acme_dns is None:
        yield (
            "ACME_DOMAINS",
            f"{wildcards[0]} is a wildcard, which is given by DNS-01 only",
            "accepted without ACME_DNS are plain names",
            "set ACME_DNS, or name the hosts one by one",
        )
    for host in topology.of(config).hosts:
        if not {host, f"*.{host.partition('.')[2]}"} & set(config.acme_domains):
            yield (
                "ACME_DOMAINS",
                f"{host} is not on the certificate that it asks for",
                "accepted is empty, or a list that covers every host",
                f"add {host}, or leave ACME_DOMAINS empty",
            )


def _acme_dns_has_its_variables(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme" or config.acme_dns not in _ACME_PROVIDERS:
        return
    sets = _ACME_PROVIDERS[config.acme_dns]
    if any(set(names) <= set(config.acme_env) for names in sets):
        return
    wanted = [" and ".join(f"ACME_ENV_{name}" for name in names) for names in sets]
    yield (
        "ACME_DNS",
        f"{config.acme_dns} lacks its variables",
        f"accepted with {config.acme_dns} is {', or '.join(wanted)}",
        "set them in config.sh",
    )


def _acme_can_be_reached(config: Config) -> Iterator[Conflict]:
    if not _challenged_by_http(config) or config.network is None or config.http_ip is not None:
        return
    # What is published beside a network is on 127.0.0.1 by default.
    yield (
        "ACME_DNS",
        "the authority comes to port 80 (HTTP-01), which with NETWORK is not published to it",
        "accepted is HTTP_IP=0.0.0.0, or a DNS provider in ACME_DNS",
        "set one of the two, or end TLS in the web server in front (TLS=proxy)",
    )


def _challenged_by_http(config: Config) -> bool:
    return config.tls == "acme" and config.acme_dns is None and _scheme_fits_tls(config)


def _acme_server_is_trusted(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme" or config.acme_ca_bundle is None:
        return
    try:
        pem.certificates(config.acme_ca_bundle.text)
    except pem.Unfit as unfit:
        yield (
            "ACME_CA_BUNDLE",
            unfit.problem.wrong,
            "accepted is empty, or the path of the authority's own certificates in PEM form",
            "give the file with the root certificate that the authority's https is signed by",
        )


def _acme_account(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme":
        return
    bound = bool(config.acme_eab_kid and config.acme_eab_hmac_key)
    if bool(config.acme_eab_kid) != bool(config.acme_eab_hmac_key):
        missing = "ACME_EAB_HMAC_KEY" if config.acme_eab_kid else "ACME_EAB_KID"
        yield (
            missing,
            "it has no value, but its other half has",
            "accepted are both or neither of ACME_EAB_KID and ACME_EAB_HMAC_KEY",
            f"set {missing} in config.sh, or empty the other",
        )
    elif config.acme_server in _GIVERS_OF_EAB and not bound:
        yield (
            "ACME_EAB_KID",
            f"{config.acme_server} demands an external account, and it has no value",
            f"accepted with {config.acme_server} are ACME_EAB_KID and ACME_EAB_HMAC_KEY",
            f"set both in config.sh ({_GIVERS_OF_EAB[config.acme_server]} makes them)",
        )
    if config.acme_server in {"zerossl", "sslcom"} and not (config.acme_email or bound):
        yield (
            "ACME_EMAIL",
            f"{config.acme_server} demands an e-mail address, and it has no value",
            "accepted is an address like wiki@example.com",
            "set ACME_EMAIL in config.sh",
        )
    if config.acme_staging and config.acme_server != "letsencrypt":
        yield (
            "ACME_STAGING",
            f"{config.acme_server} has no staging that is known here",
            "accepted is true with ACME_SERVER=letsencrypt",
            "set ACME_STAGING=false, or put the URL of a staging directory into ACME_SERVER",
        )


# --- What stands in front


def _outer_proxy_in_front_of_what(config: Config) -> Iterator[Conflict]:
    if config.outer_proxy is not None and config.tls in {"acme", "files"}:
        yield (
            "OUTER_PROXY",
            f"with TLS={config.tls} the gateway itself ends TLS, and nothing is in front",
            "accepted is a value with TLS=proxy or off, else empty",
            "set TLS=proxy, or leave OUTER_PROXY empty",
        )
    elif _lacks_network(config):
        yield (
            "NETWORK",
            f"{config.outer_proxy} finds the gateway on a Docker network, and none is named",
            f"accepted is the network that {config.outer_proxy} is on",
            "set NETWORK to it (`docker network ls` lists them)",
        )


def _lacks_network(config: Config) -> bool:
    return config.outer_proxy in {"traefik", "nginx-proxy"} and config.network is None


def _port_left_to_what_is_in_front(config: Config) -> Iterator[Conflict]:
    # Without OUTER_PROXY the web server may be on another machine, unless only this one gets in.
    is_here = config.outer_proxy is not None or (
        config.tls == "proxy" and _only_from_this_machine(config)
    )
    if not is_here or config.gateway_ends_tls or not _scheme_fits_tls(config):
        return
    port = config.url.port
    if any(item.port == port for item in topology.of(config).published):
        yield (
            "HTTP_PORT",
            f"{config.outer_proxy or 'the web server'} in front needs port {port} itself",
            f"accepted is any port but {port}, which is the URL's"
            if config.http_port is None
            else "accepted is empty, or a port that is not the URL's",
            "set HTTP_PORT to another port"
            if config.http_port is None
            else "leave HTTP_PORT empty",
        )


def _only_from_this_machine(config: Config) -> bool:
    ip = topology.published_ip(config)
    return ip is not None and ipaddress.ip_address(ip).is_loopback


def _network_is_made_outside(config: Config) -> Iterator[Conflict]:
    own = [f"{config.compose_project_name}_{network}" for network in ("backend", "frontend")]
    if config.network in own:
        yield (
            "NETWORK",
            f"{config.network} is a network of the deployment's own",
            "accepted is a network that was made outside, by `docker network create NAME`",
            "leave it empty, or name the network that the web server in front is on",
        )


def _trusted_can_be_told_apart(config: Config) -> Iterator[Conflict]:
    trusted = topology.trusted(config)
    if trusted.network and config.network is None and not _lacks_network(config):
        yield (
            "TRUSTED_PROXIES",
            "it says network, but NETWORK names none",
            "accepted is network with NETWORK alone",
            "set NETWORK, or name the proxies by their addresses",
        )
    if not trusted.host or not _scheme_fits_tls(config):
        return
    if config.network is not None and not topology.of(config).published:
        return
    if not _only_from_this_machine(config):
        # Docker's own proxy passes on what it can't forward, under the same address.
        yield (
            "TRUSTED_PROXIES",
            "it says host, but others reach the gateway too, who may look like this machine",
            "accepted is host with HTTP_IP=127.0.0.1 alone",
            "set HTTP_IP=127.0.0.1, or name the proxies by their addresses",
        )


# --- Storage


def _bucket_not_in_its_address(config: Config) -> Iterator[Conflict]:
    # Outline then posts to the URL alone, or to Amazon if the host begins with the bucket's name
    # (server/storage/files/S3Storage.ts, and the endpoint of the SDK).
    if not _has_bucket(config):
        return
    bucket, uploads = config.aws_s3_upload_bucket_name, str(topology.bucket_origin(config))
    if bucket in uploads:
        yield (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            f"uploads are at {uploads}, which Outline would take for a host of {bucket!r} alone",
            f"accepted is a name that {uploads} does not contain",
            "choose another bucket name (before there are uploads)"
            if config.file_storage == "minio"
            else "write the endpoint without the bucket's name, or use another bucket",
        )


def _no_s3_before_the_port(config: Config) -> Iterator[Conflict]:
    # Outline makes "localhost:" of "s3:" anywhere in the storage's URL (the same file).
    if not _has_bucket(config):
        return
    if "s3:" in str(topology.bucket_origin(config)):
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL" if config.aws_s3_upload_bucket_url else "URL",
            "its host ends in s3 before a port, which Outline would rewrite to localhost",
            "accepted is another host name, the default port, or FILE_STORAGE=local",
            "rename the host, leave the port out, or set FILE_STORAGE=local",
        )


def _has_bucket(config: Config) -> bool:
    if config.file_storage == "s3":
        return config.aws_s3_upload_bucket_url is not None
    return config.file_storage == "minio"


def _bucket_not_a_page_of_outline(config: Config) -> Iterator[Conflict]:
    bucket = config.aws_s3_upload_bucket_name
    if config.file_storage != "minio" or bucket not in _OUTLINE_PATHS | {"uc"}:
        return
    if topology.bucket_origin(config).host == config.url.host:
        yield (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            f"Outline has pages of its own under /{bucket}/, where the bucket would be",
            "accepted is a name that is no path of Outline's",
            "choose another bucket name (before there are uploads)",
        )


def _bucket_reachable_from_inside(config: Config) -> Iterator[Conflict]:
    # An address can't be an alias on the private network: with https Outline would meet whatever
    # certificate stands outside, which it has no reason to trust, and with IPv6 nothing at all.
    if config.file_storage != "minio":
        return
    origin = topology.bucket_origin(config)
    if origin.host == "localhost" or (origin.is_ip_address and origin.is_loopback):
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            f"{origin.host} is Outline's own container to Outline",
            "accepted is empty, or a host name like files.localhost",
            "leave it empty",
        )
    elif origin.is_ip_address and (config.https or ":" in origin.host):
        how = "over IPv6" if ":" in origin.host else "with https at an IP address"
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL" if config.aws_s3_upload_bucket_url else "URL",
            f"{how} Outline can't reach its own uploads",
            "accepted is a host name, an AWS_S3_UPLOAD_BUCKET_URL with one, or FILE_STORAGE=local",
            "give the machine a name, or set FILE_STORAGE=local",
        )


def _external_storage_has_an_address(config: Config) -> Iterator[Conflict]:
    if config.file_storage == "s3" and config.aws_s3_upload_bucket_url is None:
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            "it has no value, but FILE_STORAGE=s3",
            "accepted is the service's endpoint, like https://s3.eu-central-1.amazonaws.com",
            "set it in config.sh, or use FILE_STORAGE=minio",
        )


def _external_storage_answers_browsers_and_outline(config: Config) -> Iterator[Conflict]:
    endpoint = config.aws_s3_upload_bucket_url
    if config.file_storage != "s3" or endpoint is None:
        return
    if endpoint.is_loopback:
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            f"{endpoint.host} is another machine to Outline in its container than to browsers",
            "accepted is an address that both reach",
            "use the machine's address in the network, or a name that leads there",
        )
    if endpoint in (config.url, config.oidc_url):
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            f"{endpoint} is the wiki itself",
            "accepted is the endpoint of an S3 service",
            "write the service's endpoint, or use FILE_STORAGE=minio",
        )
    if config.https and endpoint.scheme == "http":
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            "it is http, and browsers send nothing there from a wiki on https",
            "accepted with an https URL is an https endpoint",
            "have the service speak https",
        )


def _external_storage_knows_the_method(config: Config) -> Iterator[Conflict]:
    endpoint = config.aws_s3_upload_bucket_url
    if config.file_storage != "s3" or endpoint is None:
        return
    in_host = not config.aws_s3_force_path_style
    if in_host and endpoint.is_ip_address:
        yield (
            "AWS_S3_FORCE_PATH_STYLE",
            f"a bucket can't stand before the address {endpoint.host}",
            "accepted with an IP address is true",
            "set AWS_S3_FORCE_PATH_STYLE=true, or use a host name",
        )
    if endpoint.host.endswith(_ONLY_BUCKETS_IN_HOSTS) and not (
        in_host and config.aws_s3_upload_method == "put"
    ):
        yield (
            "AWS_S3_FORCE_PATH_STYLE",
            f"{endpoint.host} takes no bucket in the path, where Outline's POST always has it",
            "accepted there is AWS_S3_FORCE_PATH_STYLE=false with AWS_S3_UPLOAD_METHOD=put",
            "set both",
        )
    if endpoint.host.endswith(_WITHOUT_POST) and config.aws_s3_upload_method == "post":
        yield (
            "AWS_S3_UPLOAD_METHOD",
            f"{endpoint.host} has no POST for uploads",
            "accepted there is put",
            "set AWS_S3_UPLOAD_METHOD=put",
        )


def _bucket_url_is_used(config: Config) -> Iterator[Conflict]:
    if config.file_storage == "local" and config.aws_s3_upload_bucket_url is not None:
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            "with FILE_STORAGE=local there is no bucket",
            "accepted is empty with FILE_STORAGE=local",
            "leave it empty, or choose minio or s3",
        )


# --- Images


def _postgres_keeps_its_data_where_we_mount_it(config: Config) -> Iterator[Conflict]:
    match = re.search(r"(?:^|/)postgres:(\d+)", config.postgres_image)
    if match and int(match.group(1)) > _NEWEST_POSTGRES:
        yield (
            "POSTGRES_IMAGE",
            f"PostgreSQL {match.group(1)} keeps its data elsewhere and would start empty",
            f"accepted is PostgreSQL up to {_NEWEST_POSTGRES}",
            f"stay at {_NEWEST_POSTGRES}",
        )


RULES: tuple[Rule, ...] = (
    _scheme_and_tls,
    _published_where_the_url_points,
    _ports_apart,
    _https_port_of_whom,
    _own_hosts,
    _host_not_a_service,
    _certificate_is_fit,
    _acme_knows_the_names,
    _acme_domains_cover_the_hosts,
    _acme_dns_has_its_variables,
    _acme_can_be_reached,
    _acme_server_is_trusted,
    _acme_account,
    _outer_proxy_in_front_of_what,
    _port_left_to_what_is_in_front,
    _network_is_made_outside,
    _trusted_can_be_told_apart,
    _bucket_not_in_its_address,
    _no_s3_before_the_port,
    _bucket_not_a_page_of_outline,
    _bucket_reachable_from_inside,
    _external_storage_has_an_address,
    _external_storage_answers_browsers_and_outline,
    _external_storage_knows_the_method,
    _bucket_url_is_used,
    _postgres_keeps_its_data_where_we_mount_it,
)


# --- What works, but not well


def _storage_without_acl(config: Config) -> Iterator[Warned]:
    # Outline 1.9.2: server/models/Attachment.ts wants private or public-read.
    if config.file_storage == "s3" and config.aws_s3_acl == "none":
        yield (
            "AWS_S3_ACL",
            (
                "Outline up to 1.9.2 refuses attachments without an ACL (outline#1907): set it to "
                "private unless your service refuses that"
            ),
        )


def _certificate_is_sound(config: Config) -> Iterator[Warned]:
    if config.tls == "files" and config.tls_cert_file:
        for text in certificate.warnings(config.tls_cert_file.text):
            yield "TLS_CERT_FILE", text


def _key_is_secret(config: Config) -> Iterator[Warned]:
    file = config.tls_key_file
    if config.tls == "files" and file and file.is_public:
        yield (
            "TLS_KEY_FILE",
            f"every user of this machine can read the key: `chmod o= {shlex.quote(file.path)}`",
        )


def _challenge_arrives(config: Config) -> Iterator[Warned]:
    if _challenged_by_http(config) and _only_from_this_machine(config):
        yield (
            "HTTP_IP",
            (
                "the authority comes to port 80 (HTTP-01), and the gateway's is for this machine "
                "alone: have something pass it on, or leave HTTP_IP empty"
            ),
        )


def _somebody_is_believed(config: Config) -> Iterator[Warned]:
    # With `none` it is meant.
    in_front = config.tls == "proxy" or config.outer_proxy is not None
    if in_front and not config.trusted_proxies and not topology.trusted(config).anybody:
        yield (
            "TRUSTED_PROXIES",
            (
                "others than this machine reach the gateway, so nobody is believed, and every "
                "client has the address of the web server in front: name that address here"
            ),
        )


def _trial_certificate(config: Config) -> Iterator[Warned]:
    if config.tls == "acme" and config.acme_staging:
        yield (
            "ACME_STAGING",
            "browsers don't trust certificates of the staging: set it to false once they arrive",
        )


WARNINGS: tuple[Callable[[Config], Iterator[Warned]], ...] = (
    _storage_without_acl,
    _certificate_is_sound,
    _key_is_secret,
    _challenge_arrives,
    _somebody_is_believed,
    _trial_certificate,
)
