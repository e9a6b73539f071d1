"""Hostile requests, by Hypothesis: good ones in which something is wrong, at any path."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_from_bytes

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import strategies as st

from tests.oidc_server import flow
from tests.oidc_server.hostile.good import CSRF, Good, Known
from tests.oidc_server.hostile.request import Request
from tests.oidc_server.hostile.values import (
    AWKWARD,
    CONTENT_TYPES,
    FORM,
    HEADER_VALUES,
    HEADERS,
    HOSTS,
    METHODS,
    MULTIPART,
    STATIC,
)

_UNUSUAL = 8  # one time in so many

_Field = tuple[bytes, bytes]


def paths() -> list[str]:
    """Every path that the site answers at."""
    return sorted({*_walk(get_resolver(), "/"), *STATIC})


def requests(known: Known) -> st.SearchStrategy[Request]:
    values = sorted({value.encode() for one in known.good for value in one.fields.values()})
    names = sorted({name.encode() for one in known.good for name in one.fields})
    right = st.sampled_from(values)
    value = st.one_of(
        st.sampled_from(AWKWARD),
        right,
        st.builds(_with_inside, right, st.sampled_from(AWKWARD), st.integers(0, 80)),
        st.binary(max_size=24),
        st.text(max_size=12).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
    name = st.one_of(st.sampled_from(names), value)
    line = st.one_of(st.sampled_from(HEADER_VALUES), value.map(_in_a_line))
    somewhere = st.builds(
        Good,
        method=st.sampled_from(["GET", "POST"]),
        path=st.sampled_from(paths()),
        fields=st.sampled_from([{}, *(one.fields for one in known.good)]),
    )
    good = st.one_of(*[st.sampled_from(known.good)] * 3, somewhere)
    wrongs = st.lists(
        st.tuples(st.sampled_from(["put", "put", "put", "add", "twice", "drop"]), name, value),
        max_size=4,
    )
    headers = st.lists(st.tuples(st.sampled_from(HEADERS), line), max_size=2)
    return st.builds(
        _request,
        good,
        wrongs,
        hole=value,
        headers=headers,
        method=_rarely(METHODS),
        host=_rarely(HOSTS),
        content_type=_rarely([*CONTENT_TYPES, MULTIPART, MULTIPART, MULTIPART]),
        session=st.sampled_from(known.sessions),
        raw=_rarely(["query", "body", "fields"]),
    )


def _rarely(unusual: Sequence[Any]) -> st.SearchStrategy[Any]:
    """One of `unusual` now and then, and None otherwise."""
    return st.sampled_from([*[None] * (_UNUSUAL - 1), unusual]).flatmap(
        lambda drawn: st.sampled_from(drawn) if drawn else st.none()
    )


def _request(
    good: Good,
    wrongs: Sequence[tuple[str, bytes, bytes]],
    *,
    hole: bytes,
    headers: Sequence[_Field],
    method: str | None,
    host: bytes | None,
    content_type: bytes | None,
    session: str,
    raw: str | None,
) -> Request:
    fields = [(name.encode(), text.encode()) for name, text in good.fields.items()]
    for wrong in wrongs:
        fields = _with(fields, *wrong)
    path = good.path.replace("{}", quote_from_bytes(hole, safe="/%.")).encode()
    usual = [
        (b"Host", flow.HOST if host is None else host),
        (b"Cookie", _cookies(session)),
        (b"Authorization", good.authorization.encode()),
    ]
    form, kind = _encoded(fields, content_type, raw, hole)
    in_query = good.method == "GET" or raw == "query"
    return Request(
        method=method or good.method,
        target=path + b"?" + _urlencoded(fields, raw=raw == "fields") if in_query else path,
        headers=(*usual, (b"Content-Type", kind), *headers),
        body=b"" if good.method == "GET" else form,
    )


def _with(fields: list[_Field], how: str, name: bytes, value: bytes) -> list[_Field]:
    match how:
        case "drop":
            return [field for field in fields if field[0] != name]
        case "twice":
            return fields + fields
        case "add":
            return [*fields, (name, value)]
    return [(named, value if named == name else had) for named, had in fields]


def _cookies(session: str) -> bytes:
    cookies = {settings.CSRF_COOKIE_NAME: CSRF, settings.SESSION_COOKIE_NAME: session}
    return "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()


def _encoded(
    fields: list[_Field], kind: bytes | None, raw: str | None, anything: bytes
) -> tuple[bytes, bytes]:
    if raw == "body":
        return anything, kind or FORM
    if kind is not None and kind.startswith(MULTIPART):
        return _multipart(fields), kind
    return _urlencoded(fields, raw=raw == "fields"), kind or FORM


def _urlencoded(fields: list[_Field], *, raw: bool) -> bytes:
    if raw:  # but for what would end a line
        return re.sub(rb"[\s\0]", b"", b"&".join(b"%s=%s" % field for field in fields))
    return "&".join(
        f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in fields
    ).encode()


def _multipart(fields: list[_Field]) -> bytes:
    parts = [
        b'--limit\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % field
        for field in fields
    ]
    return b"".join([*parts, b"--limit--\r\n"])


def _with_inside(value: bytes, inside: bytes, place: int) -> bytes:
    return value[:place] + inside + value[place:]


def _in_a_line(value: bytes) -> bytes:
    return re.sub(rb"[\r\n\0]", b"", value)[:8000]


def _walk(node: URLResolver | URLPattern, before: str) -> list[str]:
    here = before + _plain(str(node.pattern))
    if isinstance(node, URLPattern):
        return [here]
    return [path for child in node.url_patterns for path in _walk(child, here)]


def _plain(pattern: str) -> str:
    r"""`{}` for what varies; `^`, `$`, `/?` and `\` are of regular expressions."""
    varied = re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]*>", "{}", pattern)
    return re.sub(r"\^/?|\\Z|[\\$]|/\?", "", varied)
