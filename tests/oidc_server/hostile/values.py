"""What a request may hold that nobody means well by."""

import json

from jwt.utils import base64url_encode

from tests.oidc_server import flow

FORM = b"application/x-www-form-urlencoded"
MULTIPART = b"multipart/form-data; boundary=limit"


def _jwt(header: object, payload: object = None) -> bytes:
    parts = [base64url_encode(json.dumps(part).encode()) for part in (header, payload)]
    return b".".join([*parts, b"c2lnbmF0dXJl"])


_BYTES = [
    *(b"", b" ", b"\0", b"\0" * 8, b"a\0b", b"%", b"%00", b"%zz", b"%ff%fe", b"&", b"=", b";"),
    *(b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\x7f", b"\x1b[2J"),
    *(b"\r\nSet-Cookie: a=b", b"\n", b"\t", b"\v", b"'", b'"', b"\\", b"`", b"$()", b"+"),
    *(_jwt({"alg": "none"}), _jwt({"alg": []}), _jwt({"alg": "RS256", "kid": {}}), _jwt([], [])),
    *(_jwt(None), _jwt({"alg": "RS256", "kid": "\0", "crit": ["a"], "b64": False}), b"e30.e30."),
    *(_jwt({"alg": "HS256", "typ": "JWT"}, {"sub": [], "aud": {}}), b"..", b"a.b", b"\xff.\xff.a"),
]
_TEXTS = [
    *("\u202e", "\N{GRINNING FACE}", "e\u0301", "\u0130", "\u00df", "\u212a", "\ufeff", "\u2028"),
    *(
        "²",
        "\u0661",
        "\u0663.\u0665",
        "1_000",
        "0x10",
        "1e309",
        "-1",
        "0",
        "9" * 400,
        "NaN",
        "-0",
        "1.5",
        "+1",
    ),
    *("99999999999999999999999999", "-9223372036854775809", "2147483648", "1" * 5000),
    *("true", "null", "None", "[]", "{}", '""', "[0]", '{"id_token":', "[" * 3000, '{"a":' * 2000),
    *('{"id_token": []}', '{"userinfo": {"sub": 1}}', '{"id_token": {"acr": {"values": [{}]}}}'),
    *('{"id_token": {"sub": {"value": null}}}', '{"id_token": {"\\u0000": null}}', '"\\ud800"'),
    *("A" * 300, "A" * 9000, "a," * 2000, "a b " * 2000, "=?utf-8?q?a?=", "%s%n%x"),
    *("//evil.example", "https://evil.example/", "https://[", "http://[::1", "http://a:b@c:d/"),
    *("javascript:alert(1)", "data:text/html,a", "/\\evil.example", "http:evil.example", "///a"),
    *("<script>alert(1)</script>", "</textarea>", "{{ 7 }}", "{% load %}", "${jndi:ldap://a}"),
    *("..", ".", "../../etc/passwd", "a/../b", "1' OR '1'='1", "1; DROP TABLE a", "*", "a.b.c"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "2026-01-01T00:00:00+99:99", "T", "-", "_", "__"),
]
AWKWARD = [*_BYTES, *(text.encode() for text in _TEXTS)]

METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "G'T"]
CONTENT_TYPES = [
    *(b"", b"text/plain", b"application/json", b"multipart/form-data", b"a/b;" * 500, b"\xff/\xff"),
    *(b"multipart/form-data; boundary=", b"multipart/form-data; boundary=\xff"),
    *(MULTIPART + b"; charset=a", b"multipart/form-data; boundary=" + b"b" * 300),
    *(FORM + b"; charset=" + name for name in (b"hex", b"utf-16", b"idna", b"utf-7", b"\xff", b"")),
    *(FORM + b"; charset=" + name for name in (b"unicode_escape", b"rot13", b"undefined", b'"')),
]
HOSTS = [
    *(b"", b"evil.example", b"127.0.0.1", b"oidc:8000", b"[::1]", b"[", b"a b", b"\xff", b"a:b:c"),
    *(flow.HOST + b"@evil.example", flow.HOST + b"/a", flow.HOST.upper(), b"." + flow.HOST),
    *(b"a" * 4000, b"wiki.localhost:99999", b"wiki.localhost."),
]
HEADERS = [
    *(b"accept", b"accept-encoding", b"accept-language", b"access-control-request-method"),
    *(b"authorization", b"cookie", b"expect", b"forwarded", b"if-match", b"if-modified-since"),
    *(b"if-none-match", b"if-range", b"origin", b"prefer", b"range", b"referer", b"user-agent"),
    *(b"x-csrftoken", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"via"),
    *(b"x-http-method-override", b"x-original-url", b"x-requested-with", b"x-real-ip"),
]
HEADER_VALUES = [
    *(b"https", b"http", b"null", flow.HOST, flow.WIKI.encode(), b"bytes=0-", b"bytes=9-1,-5,,"),
    *(b"Basic", b"Basic \xff", b"Basic Og==", b"Basic //////", b"Bearer", b"Bearer  ", b"bytes="),
    *(b"Sat, 99 Foo 99999 99:99:99 GMT", b'W/"a', b"*/*;q=\xff", b"zh-CN,zh;q=9,*;q=", b"100-a"),
    *(b"Basic " + b"A" * 8000, b"fe80::1%eth0", b"1.2.3.4, 5.6.7.8", b"::ffff:1.2.3.4", b"1.2.3"),
    *(b"a=" + b"b" * 5000, b'a="\\000"; b', b"de-" * 400, b"http://[", b"https://wiki.localhost:x"),
]
STATIC = ["/uc/static/{}", "/uc/static/pages/{}", "/uc/static/pages/site.css{}", "/{}"]
