"""Addresses that a browser is sent on to."""

import functools
from urllib.parse import urlencode, urlsplit, urlunsplit

from oidc_provider.lib.utils.common import get_issuer

_DEFAULT_PORTS = {"http": 80, "https": 443}


@functools.cache
def issuer() -> str:
    """The provider's own name, which settings and paths make."""
    return str(get_issuer())


def with_query(uri: str, parameters: dict[str, str]) -> str:
    """`uri`, whose own query stays as it is, with those of `parameters` that have a value."""
    parts = urlsplit(uri)
    added = urlencode({name: value for name, value in parameters.items() if value})
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, added]))))


def origin(uri: str) -> str | None:
    """As browsers send it (RFC 6454, section 6.2); apps' own schemes have none."""
    try:
        parts = urlsplit(uri)
        default = _DEFAULT_PORTS[parts.scheme]
        port = "" if parts.port in {None, default} else f":{parts.port}"
    except (KeyError, ValueError):
        return None
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def source(uri: str) -> str:
    """Where `uri` leads, in a Content-Security-Policy.

    Its grammar has no IPv6 addresses and no hosts for an app's own scheme: of these, the scheme.
    """
    parts = urlsplit(uri)
    if parts.scheme not in _DEFAULT_PORTS or "[" in parts.netloc:
        return f"{parts.scheme}:"
    return origin(uri) or "'self'"  # no browser goes to a port that is none
