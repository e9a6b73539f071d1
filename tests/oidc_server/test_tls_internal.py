"""The internal CA and its one certificate."""

import datetime as dt
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509

from oidc_server.tls.environment import InternalTLS
from oidc_server.tls.files import Unwritable
from oidc_server.tls.internal import ensure_internal_tls


def wanted(folder: Path, *hosts: str) -> InternalTLS:
    return InternalTLS(
        hosts=hosts or ("wiki.example.com",), ca_dir=folder / "ca", tls_dir=folder / "tls"
    )


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def trusts(folder: Path, name: str) -> bool:
    """A handshake in memory, as a client that trusts the CA alone would do it."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(folder / "tls/cert.pem", folder / "tls/key.pem")
    client_side = ssl.create_default_context(cafile=str(folder / "ca/ca.pem"))
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(5):
        try:
            for side in (client, server):
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    continue
        except ssl.SSLCertVerificationError:
            return False
    return client.version() is not None


def test_a_client_that_trusts_the_ca_trusts_the_host_and_no_other(tmp_path: Path) -> None:
    assert ensure_internal_tls(wanted(tmp_path)) == "made for wiki.example.com"

    assert trusts(tmp_path, "wiki.example.com")
    assert not trusts(tmp_path, "elsewhere.example.com")


def test_names_and_addresses_share_the_certificate(tmp_path: Path) -> None:
    hosts = ("wiki.example.com", "files.localhost", "192.0.2.7", "2001:db8::7")

    ensure_internal_tls(wanted(tmp_path, *hosts))

    assert all(trusts(tmp_path, host) for host in hosts)
    assert not trusts(tmp_path, "2001:db8::8")


def test_files_have_their_modes_and_the_cas_key_is_not_kept(tmp_path: Path) -> None:
    ensure_internal_tls(wanted(tmp_path))

    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in files(tmp_path)}
    assert modes == {"ca/ca.pem": 0o644, "tls/cert.pem": 0o644, "tls/key.pem": 0o640}


@pytest.mark.parametrize("file", ["ca/ca.pem", "tls/cert.pem"])
def test_ca_and_certificate_are_valid_from_yesterday_and_for_good(
    tmp_path: Path, file: str
) -> None:
    ensure_internal_tls(wanted(tmp_path))

    made = x509.load_pem_x509_certificate((tmp_path / file).read_bytes())
    assert made.not_valid_before_utc < dt.datetime.now(dt.UTC) - dt.timedelta(hours=23)
    assert made.not_valid_after_utc.year == 9999


def test_a_good_one_is_kept(tmp_path: Path) -> None:
    ensure_internal_tls(wanted(tmp_path))
    before = files(tmp_path)

    assert ensure_internal_tls(wanted(tmp_path)) == "kept"
    assert files(tmp_path) == before


@pytest.mark.parametrize("name", ["ca/ca.pem", "tls/cert.pem", "tls/key.pem"])
@pytest.mark.parametrize("content", [None, b"", b"garbage"])
def test_a_lost_or_damaged_file_makes_all_anew(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    ensure_internal_tls(wanted(tmp_path))
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)

    ensure_internal_tls(wanted(tmp_path))

    assert trusts(tmp_path, "wiki.example.com")


@pytest.mark.parametrize("name", ["ca/ca.pem", "tls/cert.pem", "tls/key.pem"])
def test_a_file_of_another_pair_makes_all_anew(tmp_path: Path, name: str) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    ensure_internal_tls(wanted(here))
    ensure_internal_tls(wanted(there))
    (here / name).write_bytes((there / name).read_bytes())

    assert ensure_internal_tls(wanted(here)) != "kept"
    assert trusts(here, "wiki.example.com")


def test_another_host_makes_all_anew(tmp_path: Path) -> None:
    ensure_internal_tls(wanted(tmp_path))

    ensure_internal_tls(wanted(tmp_path, "other.example.com", "files.example.com"))

    assert trusts(tmp_path, "other.example.com")
    assert trusts(tmp_path, "files.example.com")
    assert not trusts(tmp_path, "wiki.example.com")


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("a file where the folder should be")

    with pytest.raises(Unwritable, match=r"tls/key\.pem can't be written"):
        ensure_internal_tls(wanted(tmp_path))
