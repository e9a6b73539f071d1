"""What is told of a certificate and its key before they reach the gateway."""

import datetime as dt
import ssl
import tempfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploygen import certificate
from deploygen.pem import Problem
from tests import certificates
from tests.certificates import DAY, Made, key_pem, make

HOST = "wiki.example.com"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
CHAIN_ACCEPTED = "accepted is the certificate and after it its chain, in PEM form"


@pytest.fixture(scope="module")
def root() -> Made:
    return certificates.authority("Test Root")


@pytest.fixture(scope="module")
def intermediate(root: Made) -> Made:
    return certificates.authority("Test CA", issuer=root)


@pytest.fixture(scope="module")
def good(intermediate: Made) -> Made:
    return make(HOST, issuer=intermediate)


@pytest.fixture(scope="module")
def other() -> Made:
    return make("other.example.com")


def chain(*made: Made) -> str:
    return "".join(item.certificate_pem for item in made)


def told(chain: str, key: str, *hosts: str) -> list[tuple[str, str]]:
    found = certificate.problems(chain, key, hosts or (HOST,))
    assert all(problem.accepted.startswith("accepted is ") for problem in found)
    assert all(problem.remedy for problem in found)
    return [(problem.which, problem.wrong) for problem in found]


def of(made: Made, *hosts: str) -> list[tuple[str, str]]:
    return told(made.certificate_pem, made.key_pem, *hosts)


def date(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["P-256", "P-384", "RSA"],
)
def test_a_good_pair_has_no_problem(key: certificates.Key, intermediate: Made, root: Made) -> None:
    made = make(HOST, key=key, issuer=intermediate)

    assert told(chain(made, intermediate, root), made.key_pem) == []
    assert certificate.warnings(chain(made, intermediate, root)) == []


def test_a_self_signed_one_without_any_usage_will_do() -> None:
    made = make(HOST)

    assert of(made) == []
    assert certificate.warnings(made.certificate_pem) == []


def test_an_authority_of_its_own_will_do() -> None:
    # As `openssl req -x509` makes it.
    assert of(certificates.authority(HOST)) == []


@pytest.mark.parametrize(
    ("names", "hosts"),
    [
        (["*.example.com", "example.com"], [HOST, "files.example.com", "example.com"]),
        (["192.0.2.7", "2001:db8::7"], ["192.0.2.7", "2001:db8::7", "[2001:db8::7]"]),
        ([HOST, "files.localhost"], ["files.localhost", HOST]),
        (["Wiki.EXAMPLE.com"], [HOST]),
    ],
)
def test_names_wildcards_and_addresses_cover_hosts(names: list[str], hosts: list[str]) -> None:
    assert of(make(*names), *hosts) == []


@pytest.mark.parametrize(
    ("names", "hosts", "wrong"),
    [
        (
            ["other.example.com"],
            [HOST],
            "it is not for wiki.example.com, only for other.example.com",
        ),
        (
            ["*.example.com"],
            ["example.com", HOST, "a.b.example.com"],
            "it is not for example.com and a.b.example.com, only for *.example.com",
        ),
        (
            [f"{letter}.example.com" for letter in "abcdefg"],
            ["h.example.com"],
            "it is not for h.example.com, only for a.example.com, b.example.com, c.example.com, "
            "d.example.com, e.example.com and 2 more",
        ),
        (
            [],
            ["nobody"],
            "it is not for nobody, and names no host at all (its common name does not count for "
            "browsers)",
        ),
        (
            ["192.0.2.7", "2001:db8::7"],
            ["192.0.2.8", "[2001:db8::8]"],
            "it is not for 192.0.2.8 and 2001:db8::8, only for 192.0.2.7, 2001:db8::7",
        ),
        (["w*.example.com"], [HOST], "it is not for wiki.example.com, only for w*.example.com"),
    ],
)
def test_a_host_that_is_not_covered_is_named_beside_those_that_are(
    names: list[str], hosts: list[str], wrong: str
) -> None:
    assert of(make(*names), *hosts) == [("certificate", wrong)]


def test_an_address_among_the_names_is_told_to_be_none() -> None:
    alternative = x509.SubjectAlternativeName([x509.DNSName("192.0.2.7")])
    made = make(extensions=[alternative])

    assert of(made, "192.0.2.7") == [
        (
            "certificate",
            "it is not for 192.0.2.7, only for 192.0.2.7 (as a name, which is no address)",
        )
    ]


def test_what_is_neither_name_nor_address_is_passed_over() -> None:
    person = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    uri = x509.UniformResourceIdentifier(f"https://{HOST}")
    alternatives = [x509.DirectoryName(person), uri, x509.DNSName("other.example.com")]
    made = make(extensions=[x509.SubjectAlternativeName(alternatives)])

    assert of(made, "other.example.com") == []
    assert of(made)[0][1] == "it is not for wiki.example.com, only for other.example.com"


def test_an_expired_one_is_told_since_when_and_for_whom() -> None:
    start = NOW - 100 * DAY
    made = make("other.example.com", start=start, days=99)

    assert of(made) == [
        ("certificate", f"it expired on {date(NOW - DAY)}"),
        ("certificate", "it is not for wiki.example.com, only for other.example.com"),
    ]


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        (make("other.example.com").key_pem, "it does not belong to the certificate"),
        (
            key_pem(make(HOST).key, b"passphrase"),
            "it is protected by a passphrase, which nobody could type at the gateway's start",
        ),
        ("", "there is no private key in it, nor anything else in PEM form"),
        (make(HOST).key_pem.replace("\n", "\n!", 1), "the private key in it is damaged"),
    ],
    ids=["of another certificate", "protected", "absent", "damaged"],
)
def test_a_wrong_key_hides_neither_names_nor_dates(key: str, wrong: str) -> None:
    made = make("other.example.com", start=NOW - 100 * DAY, days=99)

    assert told(made.certificate_pem, key) == [
        ("key", wrong),
        ("certificate", f"it expired on {date(NOW - DAY)}"),
        ("certificate", "it is not for wiki.example.com, only for other.example.com"),
    ]


def test_a_weak_key_and_a_wrong_purpose_hide_neither_names_nor_dates() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - so it should be
    client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    start = NOW - 100 * DAY
    late_and_for_another = [
        ("certificate", f"it expired on {date(NOW - DAY)}"),
        ("certificate", "it is not for wiki.example.com, only for other.example.com"),
    ]

    for made in (
        make("other.example.com", start=start, days=99, key=weak),
        make("other.example.com", start=start, days=99, extensions=[client]),
    ):
        assert of(made)[1:] == late_and_for_another


def test_in_a_wrong_order_the_names_are_those_of_the_key_s_certificate(
    intermediate: Made, other: Made
) -> None:
    assert told(chain(intermediate, other), other.key_pem) == [
        ("certificate", "its order is wrong: the key belongs to certificate number 2 in it"),
        ("certificate", "it is not for wiki.example.com, only for other.example.com"),
    ]


@pytest.mark.parametrize("years", [1, 30])
def test_dates_are_read_in_both_forms(years: int) -> None:
    # From 2050 on the year has four digits (RFC 5280, section 4.1.2.5).
    start = NOW + years * 365 * DAY

    assert of(make(HOST, start=start)) == [("certificate", f"it is not valid before {date(start)}")]


def test_one_that_is_not_valid_yet_is_told_from_when() -> None:
    made = make(HOST, start=NOW + DAY)

    assert of(made) == [("certificate", f"it is not valid before {date(NOW + DAY)}")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "nor anything else in PEM form"),
        ("0\N{REPLACEMENT CHARACTER}\x03 not text", "but binary data"),
        (make(HOST).certificate_pem.replace("END", "ENDE"), "nor anything else in PEM form"),
        (make(HOST).key_pem, "but a private key"),
        (
            "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
            "but a certificate request",
        ),
        ("-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n", "but a PKCS #7 bundle"),
        ("-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n", "but X509 CRL"),
    ],
)
def test_a_file_without_a_certificate_is_told_what_it_has(
    text: str, found: str, good: Made
) -> None:
    assert told(text, good.key_pem) == [("certificate", f"there is no certificate in it, {found}")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "nor anything else in PEM form"),
        (make(HOST).certificate_pem, "but a certificate"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
            "but a key in OpenSSH's own form",
        ),
        ("-----BEGIN PUBLIC KEY-----\nMFk=\n-----END PUBLIC KEY-----\n", "but a public key"),
    ],
)
def test_a_file_without_a_key_is_told_what_it_has(text: str, found: str, good: Made) -> None:
    assert told(good.certificate_pem, text) == [("key", f"there is no private key in it, {found}")]


def test_both_files_are_judged_in_one_run() -> None:
    assert [which for which, _ in told("", "")] == ["certificate", "key"]


def test_files_in_each_others_place_are_one_problem(good: Made, intermediate: Made) -> None:
    found = certificate.problems(good.key_pem, chain(good, intermediate), (HOST,))

    assert found == [
        Problem(
            which="certificate",
            wrong="it holds the private key, and TLS_KEY_FILE the certificate",
            accepted=CHAIN_ACCEPTED,
            remedy="exchange the two paths",
        )
    ]


def test_one_file_may_hold_both(good: Made, intermediate: Made) -> None:
    both = good.key_pem + chain(good, intermediate)

    assert told(both, both) == []


@pytest.mark.parametrize("traditional", [True, False])
def test_a_protected_key_is_told_and_nobody_is_asked(good: Made, traditional: bool) -> None:
    locked = key_pem(good.key, b"passphrase", traditional=traditional)

    assert told(good.certificate_pem, locked) == [
        (
            "key",
            "it is protected by a passphrase, which nobody could type at the gateway's start",
        )
    ]


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["P-256", "P-384", "RSA", "Ed25519"],
)
def test_the_key_of_another_certificate_is_told(
    good: Made, intermediate: Made, key: certificates.Key
) -> None:
    assert told(chain(good, intermediate), key_pem(key)) == [
        ("key", "it does not belong to the certificate")
    ]


def test_what_is_in_binary_form_is_told_how_to_be_written_as_pem(good: Made) -> None:
    for files in ((_der(good), _der_key(good)), (_pkcs12(good), _pkcs12(good))):
        chain, key = (content.decode("utf-8", "replace") for content in files)

        found = certificate.problems(chain, key, (HOST,))

        assert [(item.which, item.wrong) for item in found] == [
            ("certificate", "there is no certificate in it, but binary data"),
            ("key", "there is no private key in it, but binary data"),
        ]
        assert all(item.remedy.startswith("write it as PEM: openssl ") for item in found)


def _der(made: Made) -> bytes:
    return made.certificate.public_bytes(Encoding.DER)


def _der_key(made: Made) -> bytes:
    return made.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _pkcs12(made: Made) -> bytes:
    assert isinstance(made.key, ec.EllipticCurvePrivateKey)
    return pkcs12.serialize_key_and_certificates(
        b"wiki", made.key, made.certificate, None, NoEncryption()
    )


def test_a_name_from_a_file_can_not_write_on_the_terminal() -> None:
    hostile = x509.DNSName("a\x1b[2J\n.example.com")
    made = make(extensions=[x509.SubjectAlternativeName([hostile])])

    ((_, wrong),) = of(made)

    assert wrong.isprintable()


def test_a_chain_in_the_wrong_order_is_told_where_the_first_one_is(
    good: Made, intermediate: Made, root: Made
) -> None:
    assert told(chain(root, intermediate, good), good.key_pem) == [
        ("certificate", "its order is wrong: the key belongs to certificate number 3 in it")
    ]


def test_a_damaged_certificate_is_told_which(good: Made, intermediate: Made) -> None:
    body = intermediate.certificate_pem.splitlines()
    cut = "\n".join([*body[:3], *body[4:]])
    garbled = "\n".join([*body[:3], "!" * 64, *body[4:]])

    for damaged in (cut, garbled):
        assert told(good.certificate_pem + damaged, good.key_pem) == [
            ("certificate", "certificate number 2 in it is damaged")
        ]
        assert told(damaged, good.key_pem)[0][1] == "the certificate in it is damaged"


@pytest.mark.parametrize("line", ["", "!" * 64, "A" * 64])
def test_a_damaged_key_is_told(good: Made, line: str) -> None:
    body = good.key_pem.splitlines()
    damaged = "\n".join([body[0], line, *body[2:]])

    assert told(good.certificate_pem, damaged) == [("key", "the private key in it is damaged")]


def test_what_tools_and_editors_put_around_does_not_matter(good: Made, intermediate: Made) -> None:
    parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    traditional = parameters + key_pem(good.key, traditional=True)
    head, *body, tail = good.certificate_pem.splitlines()
    one_line = f"Bag Attributes\n    localKeyID: 01\n{head}\n{''.join(body)}\n{tail}\n"

    text = (one_line + chain(intermediate)).replace("\n", "\r\n")

    assert told(text, traditional.replace("\n", "\r\n")) == []


def test_what_no_browser_takes_is_told() -> None:
    weak = make(HOST, key=rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505 - so it should be
    unknown = [
        make(HOST, key=ed25519.Ed25519PrivateKey.generate()),
        make(HOST, key=ec.generate_private_key(ec.SECP521R1())),
        make(HOST, key=ec.generate_private_key(ec.SECP256K1())),
    ]
    client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    of_a_person = make(HOST, extensions=[client])

    assert of(weak) == [("certificate", "its key or signature is weaker than browsers take")]
    for made in unknown:
        assert of(made) == [("certificate", "its key is of a kind that browsers don't take")]
    assert of(of_a_person) == [("certificate", "it was made for another purpose than a web server")]


@pytest.mark.parametrize(
    ("left", "warning"),
    [
        (13.5 * DAY, "the certificate expires in 13 days, on "),
        (1.5 * DAY, "the certificate expires tomorrow, on "),
        (0.5 * DAY, "the certificate expires within a day, on "),
        (14.5 * DAY, None),
        (-0.5 * DAY, None),  # a problem
    ],
)
def test_a_certificate_that_expires_soon_is_warned_of(
    left: dt.timedelta, warning: str | None
) -> None:
    made = make(HOST, start=NOW + left - 90 * DAY)

    found = certificate.warnings(made.certificate_pem)

    expected = [f"{warning}{date(NOW + left)}: have it renewed"] if warning else []
    assert found == expected


def test_a_certificate_without_its_chain_is_warned_of(good: Made, root: Made) -> None:
    for lacking in (chain(good), chain(good, root)):
        (found,) = certificate.warnings(lacking)
        assert "comes without that of its issuer" in found


def test_no_message_tells_of_the_key(good: Made, other: Made) -> None:
    for text in (
        other.key_pem,
        key_pem(other.key, b"passphrase"),
        other.key_pem.replace("PRIVATE KEY", "SECRET"),
        other.key_pem.replace("A", "!"),
    ):
        found = certificate.problems(good.certificate_pem, text, (HOST,))

        assert found
        for line in text.splitlines()[1:-1]:
            assert line not in repr(found)


def test_nothing_is_left_on_the_disk(
    good: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    certificate.problems(good.certificate_pem, good.key_pem, (HOST,))
    certificate.problems(good.certificate_pem, good.key_pem.replace("A", "B"), (HOST,))

    assert list(tmp_path.iterdir()) == []


def test_the_key_is_readable_by_nobody_else_while_it_is_read(
    good: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    load = ssl.SSLContext.load_cert_chain

    def look(context: ssl.SSLContext, certificate: Path, key: Path, password: str) -> None:
        modes.append((key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777))
        load(context, certificate, key, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", look)
    certificate.problems(good.certificate_pem, good.key_pem, (HOST,))

    assert set(modes) == {(0o600, 0o700)}
