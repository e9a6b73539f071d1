"""The one-shot that makes the internal certificate and installs the one that was given."""

import datetime as dt
import os
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests import certificates
from tests.certificates import Key, Made
from tests.oidc_server.running import REPOSITORY, command


@pytest.fixture(scope="module")
def authority() -> Made:
    return certificates.authority("Test CA")


@pytest.fixture(scope="module")
def given(authority: Made) -> Made:
    return certificates.make("wiki.example.com", issuer=authority)


def variables(folder: Path, **changes: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "INTERNAL_TLS_HOSTS": "wiki.example.com,files.example.com",
        "INTERNAL_CA_DIR": str(folder / "ca"),
        "INTERNAL_TLS_DIR": str(folder / "tls"),
        "GATEWAY_TLS_DIR": str(folder / "gateway"),
        **changes,
    }


def of_pair(given: Made, *chain: Made) -> dict[str, str]:
    certificate = "".join(item.certificate_pem for item in (given, *chain))
    return {"GATEWAY_TLS_CERTIFICATE": certificate, "GATEWAY_TLS_KEY": given.key_pem}


def run(wanted: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return command("tls", variables=wanted, check=False)


def problems(wanted: dict[str, str]) -> list[str]:
    told = run(wanted)
    assert (told.returncode, told.stdout) == (78, "")
    return [line.strip() for line in told.stderr.splitlines()[1:]]


def test_everything_is_made_with_its_modes_whatever_the_umask(
    tmp_path: Path, given: Made, authority: Made
) -> None:
    told = run(variables(tmp_path, **of_pair(given, authority)))

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines() == [
        "internal certificate: made for wiki.example.com, files.example.com",
        "gateway certificate: installed, valid until "
        f"{given.certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC",
    ]
    assert {
        str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode)
        for path in tmp_path.rglob("*")
        if path.is_file()
    } == {
        "ca/ca.pem": 0o644,
        "tls/cert.pem": 0o644,
        "tls/key.pem": 0o640,
        "gateway/gateway.pem": 0o640,
    }


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=lambda key: type(key).__name__,
)
def test_one_file_serves_as_key_and_as_chain(tmp_path: Path, key: Key, authority: Made) -> None:
    pair = certificates.make("wiki.example.com", key=key, issuer=authority)

    run(variables(tmp_path, **of_pair(pair, authority)))

    file = tmp_path / "gateway" / "gateway.pem"
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file, file)
    text = file.read_text()
    assert text.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert text.endswith(pair.certificate_pem + authority.certificate_pem)


def test_what_tools_put_around_pem_does_not_matter(tmp_path: Path, given: Made) -> None:
    # As `openssl ecparam -genkey` and `openssl pkcs12` write it, by way of an editor on Windows.
    parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    key = parameters + certificates.key_pem(given.key, traditional=True)
    certificate = f"Bag Attributes\n    localKeyID: 01\n{given.certificate_pem}"

    run(
        variables(
            tmp_path,
            GATEWAY_TLS_CERTIFICATE=certificate.replace("\n", "\r\n"),
            GATEWAY_TLS_KEY=key.replace("\n", "\r\n"),
        )
    )

    installed = (tmp_path / "gateway" / "gateway.pem").read_text()
    assert installed == given.key_pem + given.certificate_pem


def changes(folder: Path) -> dict[Path, tuple[int, int]]:
    """What tells whether a file was written or replaced."""
    found = {path: path.stat() for path in folder.rglob("*")}
    return {path: (state.st_ino, state.st_ctime_ns) for path, state in found.items()}


def test_a_second_run_touches_nothing(tmp_path: Path, given: Made) -> None:
    wanted = variables(tmp_path, **of_pair(given))
    run(wanted)
    before = changes(tmp_path)

    told = run(wanted)

    assert told.stdout.count(": kept") == 2
    assert changes(tmp_path) == before


def test_a_renewed_certificate_replaces_the_file_as_a_whole(tmp_path: Path, given: Made) -> None:
    run(variables(tmp_path, **of_pair(given)))
    file = tmp_path / "gateway" / "gateway.pem"
    with file.open() as reading:
        renewed = certificates.make("wiki.example.com", days=180)

        told = run(variables(tmp_path, **of_pair(renewed)))

        assert reading.read() == given.key_pem + given.certificate_pem
    assert "gateway certificate: installed" in told.stdout
    assert file.read_text() == renewed.key_pem + renewed.certificate_pem


def test_an_expired_certificate_is_installed_and_said_to_be(tmp_path: Path) -> None:
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    old = certificates.make("wiki.example.com", start=start, days=31)

    told = run(variables(tmp_path, **of_pair(old)))

    assert "gateway certificate: installed, EXPIRED 2024-02-01 00:00 UTC" in told.stdout
    assert (tmp_path / "gateway" / "gateway.pem").exists()


def test_a_certificate_that_another_program_gets_is_left_to_it(tmp_path: Path) -> None:
    (tmp_path / "gateway").mkdir()
    (tmp_path / "gateway" / "gateway.pem").write_text("of acme.sh")

    told = run(variables(tmp_path))

    assert told.stdout.count("\n") == 1
    assert (tmp_path / "gateway" / "gateway.pem").read_text() == "of acme.sh"


def test_without_a_public_certificate_there_is_the_internal_one_alone(tmp_path: Path) -> None:
    told = run(variables(tmp_path, GATEWAY_TLS_DIR=""))

    assert told.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ca", "tls"]


def test_an_address_is_understood_however_it_is_written(tmp_path: Path) -> None:
    told = run(variables(tmp_path, INTERNAL_TLS_HOSTS="2001:DB8:0::7,192.0.2.7,wiki.example.com"))

    assert "made for 2001:db8::7, 192.0.2.7, wiki.example.com\n" in told.stdout


@pytest.mark.parametrize(
    "hosts",
    [
        "*.example.com", "wiki.example.com:8443", "wiki example", "-a", "ü.example.com",
        "my_wiki.example.com", "Wiki.example.com", "[2001:db8::7]", "fe80::1%eth0",
        "wiki.example.com, files.example.com", "wiki.example.com,",
    ],
)  # fmt: skip
def test_a_host_that_is_none_is_refused(tmp_path: Path, hosts: str) -> None:
    assert problems(variables(tmp_path, INTERNAL_TLS_HOSTS=hosts)) == [
        "INTERNAL_TLS_HOSTS: is not a list of host names in lower case and IP addresses; separate"
        " them by commas alone, without * or port"
    ]


def test_all_problems_are_told_at_once_and_nothing_is_written(tmp_path: Path, given: Made) -> None:
    wanted = variables(
        tmp_path,
        INTERNAL_TLS_HOSTS="",
        GATEWAY_TLS_DIR="",
        GATEWAY_TLS_CERTIFICATE=given.key_pem,
        GATEWAY_TLS_KEY=given.certificate_pem,
    )

    assert problems(wanted) == [
        "INTERNAL_TLS_HOSTS: is missing; set it, or INTERNAL_TLS_HOSTS_FILE to a file that holds"
        " it",
        "GATEWAY_TLS_CERTIFICATE: is no certificate in PEM form; give the certificate and its"
        " chain",
        "GATEWAY_TLS_KEY: is no private key in PEM form; give the certificate's key",
        "GATEWAY_TLS_DIR: is missing; name the folder to put the certificate in",
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_pair_that_is_none_is_refused_without_a_word_of_the_key(
    tmp_path: Path, given: Made, authority: Made
) -> None:
    pair = of_pair(given)
    protected = certificates.key_pem(given.key, b"passphrase")

    other = run(variables(tmp_path, **pair | {"GATEWAY_TLS_KEY": authority.key_pem}))
    locked = run(variables(tmp_path, **pair | {"GATEWAY_TLS_KEY": protected}))
    alone = run(variables(tmp_path, **pair | {"GATEWAY_TLS_KEY": ""}))
    keyless = run(variables(tmp_path, **pair | {"GATEWAY_TLS_CERTIFICATE": ""}))

    assert "GATEWAY_TLS_KEY: belongs to another certificate" in other.stderr
    assert "GATEWAY_TLS_KEY: is protected by a passphrase" in locked.stderr
    assert "GATEWAY_TLS_KEY: is missing" in alone.stderr
    assert "GATEWAY_TLS_CERTIFICATE: is missing" in keyless.stderr
    for told in (other, locked, alone, keyless):
        assert told.returncode == 78
        for secret in (authority.key_pem, protected, given.key_pem):
            assert secret.splitlines()[1] not in told.stderr + told.stdout


def test_a_folder_of_somebody_else_is_named_with_the_remedy(tmp_path: Path, given: Made) -> None:
    (tmp_path / "gateway").write_text("a file where the folder should be")

    told = run(variables(tmp_path, **of_pair(given)))

    assert told.returncode == 73
    assert "gateway/gateway.pem" in told.stderr
    assert "has to belong to user" in told.stderr


def test_nothing_of_the_site_is_loaded(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from oidc_server.__main__ import main; main(['tls']);"
            "print([name for name in ('django', 'psycopg2', 'gunicorn') if name in sys.modules])",
        ],
        cwd=REPOSITORY,
        env=variables(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert loaded.endswith("\n[]\n")
