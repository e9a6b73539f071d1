import os
import re
from pathlib import Path
from typing import Any

import pytest

from deploygen import kinds
from deploygen.addresses import Origin
from deploygen.kinds import Kind


@pytest.mark.parametrize(
    ("raw", "origin"),
    [
        ("http://localhost:8888", Origin("http", "localhost", 8888)),
        ("http://localhost", Origin("http", "localhost", 80)),
        ("https://wiki.example.com/", Origin("https", "wiki.example.com", 443)),
        ("HTTPS://Wiki.Example.COM:443", Origin("https", "wiki.example.com", 443)),
        ("http://192.0.2.10:8888", Origin("http", "192.0.2.10", 8888)),
    ],
)
def test_a_url_is_read_as_an_origin(raw: str, origin: Origin) -> None:
    assert kinds.ORIGIN.parse(raw) == origin


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        ("localhost:8888", "it does not start with http:// or https://"),
        ("ftp://example.com", "it does not start with http:// or https://"),
        ("http://my_server", "its host is not a valid host name"),
        ("http://", "its host is not a valid host name"),
        ("http://-a.example.com", "its host is not a valid host name"),
        ("http://wiki.example.com.", "its host is not a valid host name"),
        (
            "http://維基.Example.com",
            "its host is to be written as DNS has it: xn--3js309f.example.com",
        ),
        ("http://維基_2.example.com", "its host is not a valid host name"),
        (f"http://{'維' * 64}.example.com", "its host is not a valid host name"),
        # Which RFC 3490 and RFC 5891 write differently.
        ("http://straße.example.com", "its host is not a valid host name"),
        ("http://a:b@example.com", "it holds a user name or password"),
        (
            "http://example.com/wiki",
            "it has something after the host, and Outline can't live under a path",
        ),
        (
            "http://example.com?",
            "it has something after the host, and Outline can't live under a path",
        ),
        (
            "http://example.com#a",
            "it has something after the host, and Outline can't live under a path",
        ),
        ("http://[::1::]:8888", "it is not a URL"),
        (
            "http://[fe80::1%25eth0]:8888",
            "its host names a network interface after %, which no browser takes",
        ),
        ("http://[::]:8888", "its host is ::, which is no machine's address"),
        (
            "http://[fe80::1]:8888",
            "its host is a link-local address, which leads nowhere by itself",
        ),
        ("http://[ff02::1]:8888", "its host is ff02::1, which is no machine's address"),
        ("http://224.0.0.1:8888", "its host is 224.0.0.1, which is no machine's address"),
        ("http://255.255.255.255", "its host is 255.255.255.255, which is no machine's address"),
        ("http://192.0.2.300", "its host is not a valid IPv4 address"),
        ("http://1", "its host is not a valid IPv4 address"),
        ("http://0.0.0.0:8888", "its host is 0.0.0.0, which is no machine's address"),
        ("http://example.com:0", "its port is 0, which browsers refuse to open"),
        ("http://example.com:6000", "its port is 6000, which browsers refuse to open"),
        ("https://example.com:10080", "its port is 10080, which browsers refuse to open"),
        ("http://example.com:65536", "it is not a URL"),
        ("http://example.com:x", "it is not a URL"),
        ("http://example.com\n", "it is not a URL"),
    ],
)
def test_a_url_that_is_no_origin_is_refused(raw: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        kinds.ORIGIN.parse(raw)

    assert str(refused.value) == wrong


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("http", "example.com", 80), "http://example.com"),
        (Origin("https", "example.com", 443), "https://example.com"),
        (Origin("http", "example.com", 443), "http://example.com:443"),
        (Origin("https", "example.com", 8443), "https://example.com:8443"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(origin: Origin, text: str) -> None:
    assert str(origin) == text


@pytest.mark.parametrize(
    ("host", "is_loopback", "is_ip_address"),
    [
        ("localhost", True, False),
        ("wiki.localhost", True, False),
        ("127.0.0.1", True, True),
        ("127.1.2.3", True, True),
        ("192.0.2.10", False, True),
        ("localhost.example.com", False, False),
    ],
)
def test_an_origin_knows_its_kind_of_host(
    host: str, is_loopback: bool, is_ip_address: bool
) -> None:
    origin = Origin("http", host, 80)

    assert (origin.is_loopback, origin.is_ip_address) == (is_loopback, is_ip_address)


@pytest.mark.parametrize(
    ("raw", "size"),
    [("1", 1), ("2k", 2048), ("100m", 104_857_600), ("1G", 1_073_741_824), ("3MB", 3_145_728)],
)
def test_a_size_is_in_bytes(raw: str, size: int) -> None:
    assert kinds.SIZE.parse(raw) == size


ACCEPTED: list[tuple[Kind[Any], list[str]]] = [
    (kinds.TEXT, ["Wiki", "'\"$\\ #%@:/?中", ""]),
    (kinds.NAME, ["Wiki", "维" * 50]),
    (kinds.MINIO_SECRET, ["12345678"]),
    (kinds.DATABASE_PASSWORD, ["'\"$\\ #%@:/?中\\", "é", "密码", "🙂"]),
    (kinds.EMAIL, ["wiki@example.com", "a.b+c@sub.example.com", "WIKI@Example.com"]),
    (
        kinds.MAILBOX,
        [
            "wiki@example.com",
            "Our wiki v1.0 <wiki@example.com>",
            "our '$#%/?中 wiki <wiki@example.com>",
            '"\'$ #%@:/?中 (a, b; c) <d> [e]" <wiki@example.com>',
        ],
    ),
    (kinds.IP, ["0.0.0.0", "127.0.0.1", "192.0.2.10", "::", "2001:db8::1"]),
    (kinds.BOOLEAN, ["true", "false"]),
    (kinds.NAMES, ["", "example.com", "example.com, *.example.com"]),
    (kinds.TRUSTED, ["", "host", "network,192.0.2.0/24", "none", "2001:db8::/32, 192.0.2.1"]),
    (kinds.ACME_SERVER, ["letsencrypt", "https://ca.example.com:14000/dir"]),
    (kinds.SECONDS, ["0", "315360000"]),
    (kinds.DAYS, ["1", "365", "3650"]),
    (kinds.NETWORK, ["web", "Shared_web.1"]),
    (kinds.ACME_DNS, ["dns_cf", "dns_1984hosting"]),
    (kinds.REGION, ["us-east-1", "auto"]),
    (kinds.PORT, ["1", "80", "65535"]),
    (kinds.SIZE, ["1", "5120g"]),
    (kinds.PROJECT, ["wiki", "wiki-2", "2wiki", "a" * 31]),
    (kinds.USERNAME, ["admin", "Wiki.Admin+1_2-3"]),
    (kinds.BUCKET, ["abc", "outline-files-bucket", "a" * 63]),
    (
        kinds.IMAGE,
        [
            "nginx",
            "postgres:17-alpine",
            "registry.example.com:5000/team/nginx:1.28",
            "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z",
            "nginx:1.28@sha256:" + "0" * 64,
        ],
    ),
    (kinds.REGISTRY, ["mirror.example.com", "mirror.example.com:5000/proxy"]),
    (kinds.WEB_ADDRESS, ["https://mirror.example.com/simple", "http://192.0.2.10:3141/root/"]),
    (kinds.LANGUAGE, ["en_US", "zh_CN"]),
    (kinds.TIME_ZONE, ["UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]),
    (kinds.HEX_64, ["0123456789abcdef" * 4]),
    (kinds.IDENTIFIER, ["abc", "a_b-C1"]),
    (kinds.choice("off", "proxy"), ["off", "proxy"]),
    (kinds.optional(kinds.PORT), ["", "80"]),
]
REFUSED: list[tuple[Kind[Any], list[str]]] = [
    (kinds.TEXT, ["two\nlines", "a\tb", "\x1b[31m"]),
    (kinds.NAME, ["a" * 51, "two\nlines"]),
    (kinds.MINIO_SECRET, ["", "1234567", "1234\t5678"]),
    # Wide, circled, joined and composed, and one that stands for nothing.
    (kinds.DATABASE_PASSWORD, ["密码\uff01", "①", "ﬁ", "e\u0301", "❤\ufe0f", "two\nlines"]),
    (kinds.EMAIL, ["", "wiki", "wiki@localhost", "a b@example.com", ".a@example.com", "é@e.com"]),
    (
        kinds.MAILBOX,
        [
            "",
            "wiki",
            "<wiki@example.com>",
            "a@example.com, b@example.com",
            "Wiki: pages <wiki@example.com>",
            "Wiki (pages) <wiki@example.com>",
            "Company, Inc. <wiki@example.com>",
            "wiki@home <wiki@example.com>",
            "wiki\\ <wiki@example.com>",
            '"wiki\\" <wiki@example.com>',
            '"a "b" c" <wiki@example.com>',
            '"wiki <wiki@example.com>',
            "Our wiki <wiki>",
            "Our wiki <wiki@example.com> of ours",
        ],
    ),
    (
        kinds.IP,
        [
            "",
            "localhost",
            "192.0.2",
            "192.0.2.010",
            "[::1]",
            "192.0.2.0/24",
            "fe80::1%eth0",
            "fe80::1",
            "ff02::1",
            "224.0.0.1",
            "255.255.255.255",
        ],
    ),
    (kinds.BOOLEAN, ["", "yes", "True", "1"]),
    (kinds.NAMES, ["*", "a b", "https://example.com", "sub.*.example.com"]),
    (
        kinds.TRUSTED,
        ["none,host", "everybody", "192.0.2.1/24", "0.0.0.0/0", "::/0", "fe80::1%eth0"],
    ),
    (kinds.ACME_SERVER, ["", "letsencript", "http://ca.example.com/dir", "https://a b"]),
    (kinds.SECONDS, ["", "-1", "1h", "315360001"]),
    (kinds.DAYS, ["", "0", "-1", "3651", "90 days"]),
    (kinds.NETWORK, ["", "-web", "web shared", "a" * 129, "bridge", "host", "none"]),
    (kinds.ACME_DNS, ["", "cf", "dns_cf; true", "dns_CF"]),
    (kinds.REGION, ["", "eu central", "a" * 65]),
    (kinds.PORT, ["", "0", "65536", "80 ", "+80", "٨٠", "8888/tcp"]),
    (kinds.SIZE, ["", "0", "-1", "1t", "1.5g", "5121g", "100 m"]),
    (kinds.PROJECT, ["", "Wiki", "-wiki", "wi_ki", "a" * 32]),
    (kinds.USERNAME, ["", "a b", "a:b", "a@b", "a" * 151]),
    (kinds.BUCKET, ["ab", "A-bucket", "-abc", "abc-", "a.b.c", "a" * 64]),
    (kinds.IMAGE, ["", "Nginx", "nginx:", "nginx:1 28", "nginx:$TAG", "nginx@sha256:0"]),
    (kinds.REGISTRY, ["", "https://mirror.example.com", "mirror.example.com/"]),
    (kinds.WEB_ADDRESS, ["", "pypi.example.com", "https://user:word@pypi.example.com/simple"]),
    (kinds.LANGUAGE, ["", "en", "en-US", "EN_us", "xx_XX"]),
    (kinds.TIME_ZONE, ["", "UTC+8 ", "../etc/passwd", "Asia Shanghai", "Asia/Sanghai", "Asia"]),
    (kinds.HEX_64, ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64]),
    (kinds.IDENTIFIER, ["", "ab", "a b", "a:b", "a" * 129]),
    (kinds.choice("off", "proxy"), ["", "Off", "acme"]),
    (kinds.optional(kinds.PORT), ["0"]),
]


def _each(table: list[tuple[Kind[Any], list[str]]]) -> list[tuple[Kind[Any], str]]:
    return [(kind, raw) for kind, raws in table for raw in raws]


@pytest.mark.parametrize(("kind", "raw"), _each(ACCEPTED))
def test_what_a_kind_accepts_it_reads(kind: Kind[Any], raw: str) -> None:
    kind.parse(raw)


@pytest.mark.parametrize(("kind", "raw"), _each(REFUSED))
def test_what_a_kind_refuses_it_does_not_repeat(kind: Kind[Any], raw: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        kind.parse(raw)

    assert len(raw) < 3 or raw not in str(refused.value)


def test_a_kind_that_is_optional_takes_the_empty_value_for_none() -> None:
    assert kinds.optional(kinds.PORT).parse("") is None


def test_every_kind_says_what_it_accepts() -> None:
    declared = [item for item in vars(kinds).values() if isinstance(item, Kind)]

    assert declared
    assert all(item.accepts() for item in declared)


def test_a_machine_that_knows_no_time_zone_leaves_the_question_to_the_container(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kinds, "_known_here", lambda _: False)

    assert kinds.TIME_ZONE.parse("Asia/Sanghai") == "Asia/Sanghai"


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_pem_file_is_read_in_whatever_encoding_an_editor_saved_it(
    tmp_path: Path, encoding: str
) -> None:
    (tmp_path / "file.pem").write_text(CERTIFICATE, encoding=encoding)

    assert CERTIFICATE in kinds.PEM_FILE.parse(str(tmp_path / "file.pem")).text


@pytest.mark.parametrize(("mode", "is_public"), [(0o600, False), (0o640, False), (0o604, True)])
def test_a_pem_file_tells_whether_any_user_may_read_it(
    tmp_path: Path, mode: int, is_public: bool
) -> None:
    (tmp_path / "key.pem").touch()
    (tmp_path / "key.pem").chmod(mode)

    assert kinds.PEM_FILE.parse(str(tmp_path / "key.pem")).is_public is is_public


def test_what_is_no_pem_file_is_refused_without_being_read(tmp_path: Path) -> None:
    pipe, loop = tmp_path / "pipe", tmp_path / "loop"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    large = tmp_path / "large.pem"
    large.write_bytes(b" " * 102_401)

    for path, wrong in (
        (tmp_path, "it is no file"),
        (pipe, "it is no file"),
        (Path("/dev/zero"), "it is no file"),
        (tmp_path / "absent.pem", "there is no such file"),
        (loop, "it can't be read (Too many levels of symbolic links)"),
        (tmp_path / ("a" * 256), "it can't be read (File name too long)"),
        (large, "it is too large for a PEM file"),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(wrong)}$"):
            kinds.PEM_FILE.parse(str(path))
