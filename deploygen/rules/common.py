"""What the rules share."""

from collections.abc import Callable, Iterator

from deploygen import topology
from deploygen.addresses import Origin, is_loopback
from deploygen.settings import Config

# The key, what is wrong, what is accepted, what to do (None: set the key).
Conflict = tuple[str, str, str, str | None]
# The key and a sentence.
Warned = tuple[str, str]
Rule = Callable[[Config], Iterator[Conflict]]
Warner = Callable[[Config], Iterator[Warned]]


def scheme_fits_tls(config: Config) -> bool:
    """Tell whether it is known who ends TLS: what follows from that is judged only then."""
    return config.https == (config.tls != "off")


def own_origins(config: Config) -> list[tuple[str, Origin]]:
    """Return the addresses of our own beside URL, each with its key."""
    found = [("OIDC_URL", config.oidc_url)]
    if config.file_storage == "minio":
        found.append(("AWS_S3_UPLOAD_BUCKET_URL", config.aws_s3_upload_bucket_url))
    return [(key, origin) for key, origin in found if origin is not None]


def only_from_this_machine(config: Config) -> bool:
    """Tell whether what the gateway publishes is on a loopback address."""
    ip = topology.published_ip(config)
    return ip is not None and is_loopback(ip)
