"""Addresses that a browser is sent on to."""

import functools
from urllib.parse import urlencode, urlsplit, urlunsplit

from oidc_provider.lib.utils.common import get_issuer


@functools.cache
def issuer() -> str:
    """The provider's own name, which settings and paths make."""
    return str(get_issuer())


def with_query(uri: str, parameters: dict[str, str]) -> str:
    """`uri`, whose own query stays as it is, with those of `parameters` that have a value."""
    parts = urlsplit(uri)
    added = urlencode({name: value for name, value in parameters.items() if value})
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, added]))))


def origin(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def source(uri: str) -> str:
    """Where `uri` leads, in a Content-Security-Policy.

    Its grammar has no IPv6 addresses and no hosts for an app's own scheme: of these, the scheme.
    """
    parts = urlsplit(uri)
    has_host = parts.scheme in {"http", "https"} and "[" not in parts.netloc
    return origin(uri) if has_host else f"{parts.scheme}:"
