"""Whether a certificate and its key will do for the gateway: judged as a browser would.

What the certificate says is read from it. Whether it works with its key is tried: it is shown to a
client in memory, by the TLS library itself. That client trusts the certificate as it is: who signed
it is for the wiki's users to know.
"""

import datetime as dt
import ipaddress
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from deploygen import pem, x509
from deploygen.language import _, all_of, listed
from deploygen.pem import CERTIFICATE_ACCEPTED, Pair, Problem, damaged_key
from deploygen.x509 import Certificate

_SOON = dt.timedelta(days=14)
_SHOWN_NAMES = 5
_ROUNDS = 3  # TLS 1.2 needs them; 1.3 is done after two
# The DER of AlgorithmIdentifiers, without their first two bytes (RFC 3279, RFC 5480): RSA,
# P-256, P-384.
_KEYS_OF_BROWSERS = (
    bytes.fromhex("06092a864886f70d010101"),
    bytes.fromhex("06072a8648ce3d020106082a8648ce3d030107"),
    bytes.fromhex("06072a8648ce3d020106052b81040022"),
)
# Of OpenSSL's x509_vfy.h; Python has no names for them.
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME
_OTHER_PURPOSE = 26  # X509_V_ERR_INVALID_PURPOSE
# What OpenSSL calls a key of another certificate: of the same algorithm, of another one.
_OTHER_KEY = {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"}
_TOO_WEAK = {"EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK"}


def problems(chain: str, key: str, hosts: Sequence[str]) -> list[Problem]:
    """Return all reasons why these PEM texts can't serve ``hosts``, names and IP addresses."""
    pair = pem.read(chain, key)
    if not pair.chain:
        return list(pair.problems)
    own = _own(pair)
    shown = x509.read(own)
    return [
        *pair.problems,
        *_in_order(pair, own),
        *_working(pair, own, shown),
        *_timely(shown),
        *_covering(shown, hosts),
    ]


def warnings(chain: str) -> list[str]:
    """Return what will do, but not for long or not for everybody: sentences about the certificate.

    ``chain`` is the PEM text of one that has no problems.
    """
    shown, *others = map(x509.read, pem.certificates(chain))
    found = []
    now = dt.datetime.now(dt.UTC)
    if now < shown.end < now + _SOON:
        found.append(_expiring((shown.end - now).days, _date(shown.end)))
    if shown.issuer not in {item.subject for item in (shown, *others)}:
        found.append(
            _(
                "the certificate comes without that of its issuer, so some programs won't trust "
                "it: use the file with the whole chain (often called fullchain)"
            )
        )
    return found


def _expiring(days: int, date: str) -> str:
    if days > 1:
        return _(
            "the certificate expires in {days} days, on {date}: have it renewed",
            days=days,
            date=date,
        )
    if days == 1:
        return _("the certificate expires tomorrow, on {date}: have it renewed", date=date)
    return _("the certificate expires within a day, on {date}: have it renewed", date=date)


# --- The pair, as the TLS library takes it


def _own(pair: Pair) -> bytes:
    """Return the certificate of the key; the first, which would be shown, if there is none."""
    return next((der for der in pair.chain if _is_key_of(pair.key, der)), pair.chain[0])


def _is_key_of(key: str, der: bytes) -> bool:
    try:
        _loaded((der,), key)
    except ssl.SSLError:
        return False
    return True


def _in_order(pair: Pair, own: bytes) -> Iterator[Problem]:
    number = pair.chain.index(own) + 1
    if number > 1:
        yield Problem(
            which="certificate",
            wrong=_(
                "its order is wrong: the key belongs to certificate number {number} in it",
                number=number,
            ),
            accepted=_(CERTIFICATE_ACCEPTED),
            remedy=_("put that certificate first, then the one that signed it, and so on"),
        )


def _working(pair: Pair, own: bytes, shown: Certificate) -> Iterator[Problem]:
    """Yield why a browser would not even come to look at names and dates."""
    if not shown.key_algorithm.startswith(_KEYS_OF_BROWSERS):
        yield Problem(
            which="certificate",
            wrong=_("its key is of a kind that browsers don't take"),
            accepted=_("accepted is RSA, or ECDSA with P-256 or P-384"),
            remedy=_("get a new certificate, for a new key"),
        )
    elif pair.key:
        others = (der for der in pair.chain if der != own)
        try:
            server = _loaded((own, *others), pair.key)
        except ssl.SSLError as error:
            yield _not_loaded(error)
            return
        try:
            _handshake(server, own)
        except ssl.SSLError as error:
            yield _refused(error)


def _not_loaded(error: ssl.SSLError) -> Problem:
    if error.reason in _TOO_WEAK:
        return Problem(
            which="certificate",
            wrong=_("its key or signature is weaker than browsers take"),
            accepted=_(
                "accepted is RSA with 2048 bits and more, or ECDSA, signed with SHA-256 or better"
            ),
            remedy=_("get a new certificate, for a new key"),
        )
    if error.reason in _OTHER_KEY:
        return Problem(
            which="key",
            wrong=_("it does not belong to the certificate"),
            accepted=_("accepted is the private key that the certificate was made for"),
            remedy=_("give the two files of one certificate; a renewed one may have a new key"),
        )
    return damaged_key()


def _loaded(chain: Sequence[bytes], key: str) -> ssl.SSLContext:
    """Raises SSLError. The library reads files alone, so there are some for a moment, in a folder
    that nobody else may enter.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="deploygen-") as folder:
        certificate_file, key_file = Path(folder, "certificate"), Path(folder, "key")
        certificate_file.write_text("".join(pem.encoded("CERTIFICATE", der) for der in chain))
        key_file.touch(mode=0o600)
        key_file.write_text(key)
        # An empty passphrase, lest somebody be asked for one at the terminal.
        context.load_cert_chain(certificate_file, key_file, password="")
    return context


def _handshake(server: ssl.SSLContext, leaf: bytes) -> None:
    """Show a client the certificate, which it trusts as it is. Names and dates are not judged.

    Raises SSLError, SSLCertVerificationError if the client does not take it.
    """
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.verify_flags = ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME)
    trusting.load_verify_locations(cadata=leaf)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=None)
    speaker = server.wrap_bio(to_server, to_client, server_side=True)
    for _round in range(_ROUNDS):
        for side in (client, speaker):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()


def _refused(error: ssl.SSLError) -> Problem:
    if getattr(error, "verify_code", None) == _OTHER_PURPOSE:
        return Problem(
            which="certificate",
            wrong=_("it was made for another purpose than a web server"),
            accepted=_("accepted is a certificate for TLS servers"),
            remedy=_("ask its authority for one"),
        )
    reason = getattr(error, "verify_message", "") or error.reason or _("no reason given")
    return Problem(
        which="certificate",
        wrong=_("a browser would refuse it: {reason}", reason=reason),
        accepted=_(CERTIFICATE_ACCEPTED),
        remedy=_("get another one"),
    )


# --- What it says


def _timely(shown: Certificate) -> Iterator[Problem]:
    now = dt.datetime.now(dt.UTC)
    accepted = _("accepted is a certificate that is valid today")
    if now > shown.end:
        yield Problem(
            which="certificate",
            wrong=_("it expired on {date}", date=_date(shown.end)),
            accepted=accepted,
            remedy=_("have it renewed"),
        )
    elif now < shown.start:
        yield Problem(
            which="certificate",
            wrong=_("it is not valid before {date}", date=_date(shown.start)),
            accepted=accepted,
            remedy=_("use the one before it until then, or set this machine's clock right"),
        )


def _covering(shown: Certificate, hosts: Sequence[str]) -> Iterator[Problem]:
    wanted = dict.fromkeys(host.removeprefix("[").removesuffix("]") for host in hosts)
    missing = [host for host in wanted if not _is_for(shown, host)]
    if not missing:
        return
    # Whoever signs their own easily writes an address where a name belongs.
    all_names = [
        *(
            _("{name} (as a name, which is no address)", name=name) if _is_address(name) else name
            for name in shown.names
        ),
        *shown.addresses,
    ]
    yield Problem(
        which="certificate",
        wrong=_not_covering(missing, all_names),
        accepted=_("accepted is a certificate for {hosts}", hosts=listed(wanted)),
        remedy=_("get one that names every host of this wiki, or use hosts that this one names"),
    )


def _not_covering(missing: Sequence[str], names: Sequence[str]) -> str:
    hosts = all_of(missing)
    if not names:
        return _(
            "it is not for {hosts}, and names no host at all (its common name does not count for "
            "browsers)",
            hosts=hosts,
        )
    shown, more = listed(names[:_SHOWN_NAMES]), len(names) - _SHOWN_NAMES
    if more > 0:
        return _(
            "it is not for {hosts}, only for {names} and {more} more",
            hosts=hosts,
            names=shown,
            more=more,
        )
    return _("it is not for {hosts}, only for {names}", hosts=hosts, names=shown)


def _is_for(shown: Certificate, host: str) -> bool:
    """Tell it as browsers do (RFC 9525, section 6.3): a wildcard is a whole first label."""
    if _is_address(host):
        return host in shown.addresses
    return host in shown.names or f"*.{host.partition('.')[2]}" in shown.names


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _date(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
