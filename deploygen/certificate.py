"""Whether a certificate and its key will do for the gateway: judged as a browser would.

The certificate is shown to a client in memory, by the TLS library itself. That client trusts the
certificate as it is: who signed it is for the wiki's users to know.
"""

import datetime as dt
import ipaddress
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploygen.pem import CERTIFICATE_ACCEPTED, Pair, Problem, Unfit, damaged_key, encoded, read

_SOON = dt.timedelta(days=14)
_SHOWN_NAMES = 5
_ROUNDS = 3  # TLS 1.2 needs them; 1.3 is done after two
_ED25519 = bytes.fromhex("300506032b6570")  # an AlgorithmIdentifier (RFC 8410, section 3)
# Of OpenSSL's x509_vfy.h; Python has no names for them.
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME
_OTHER_PURPOSE = 26  # X509_V_ERR_INVALID_PURPOSE
# What OpenSSL calls a key of another certificate: of the same algorithm, of another one.
_OTHER_KEY = {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"}
_TOO_WEAK = {"EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK"}


def problems(chain: str, key: str, hosts: Sequence[str]) -> list[Problem]:
    """Return why these PEM texts can't serve ``hosts``, which are names and IP addresses.

    Names and dates are read in a handshake, so after all that would keep it from happening.
    """
    pair = read(chain, key)
    if isinstance(pair, list):
        return pair
    try:
        shown = _Shown.of(pair)
    except Unfit as unfit:
        return [unfit.problem]
    return [*_usable(pair), *_timely(shown), *_covering(shown, hosts)]


def warnings(chain: str, key: str) -> list[str]:
    """Return what will do, but not for long or not for everybody: sentences about the certificate.

    There are none where there are problems with more than names and dates.
    """
    pair = read(chain, key)
    if isinstance(pair, list):
        return []
    try:
        shown = _Shown.of(pair)
    except Unfit:
        return []
    found = []
    now = dt.datetime.now(dt.UTC)
    if now < shown.end < now + _SOON:
        days = (shown.end - now).days
        left = f"in {days} days" if days > 1 else "tomorrow" if days == 1 else "within a day"
        found.append(f"the certificate expires {left}, on {_date(shown.end)}: have it renewed")
    if not shown.has_its_issuer:
        found.append(
            "the certificate comes without that of its issuer, so some programs won't trust it: "
            "use the file with the whole chain (often called fullchain)"
        )
    return found


# --- The handshake


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """What a browser sees of the certificate."""

    start: dt.datetime
    end: dt.datetime
    names: tuple[str, ...]
    has_its_issuer: bool

    @classmethod
    def of(cls, pair: Pair) -> "_Shown":
        """Raises ``Unfit``."""
        server = _server(pair)
        try:
            seen = _handshake(server, pair.chain[0])
        except ssl.SSLError as error:
            raise _refused(error) from None
        others = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for der in pair.chain[1:]:
            others.load_verify_locations(cadata=der)
        issuers = [seen["subject"], *(item["subject"] for item in others.get_ca_certs())]
        return cls(
            start=_moment(seen["notBefore"]),
            end=_moment(seen["notAfter"]),
            names=tuple(
                _name(kind, name)
                for kind, name in seen.get("subjectAltName", ())
                if kind in {"DNS", "IP Address"}
            ),
            has_its_issuer=seen["issuer"] in issuers,
        )

    def is_for(self, host: str) -> bool:
        """Tell it as browsers do (RFC 9525, section 6.3): a wildcard is a whole first label."""
        wildcard = f"*.{host.partition('.')[2]}"
        return host in self.names or (wildcard in self.names and not _is_address(host))


def _server(pair: Pair) -> ssl.SSLContext:
    """Raises ``Unfit``."""
    try:
        return _loaded(pair.chain, pair.key)
    except ssl.SSLError as error:
        if error.reason in _TOO_WEAK:
            raise Unfit(
                "certificate",
                "its key or signature is weaker than browsers take",
                "accepted is RSA with 2048 bits and more, or ECDSA, signed with SHA-256 or better",
                "get a new certificate, for a new key",
            ) from None
        if error.reason not in _OTHER_KEY:
            raise damaged_key() from None
    for number, der in enumerate(pair.chain[1:], 2):
        with suppress(ssl.SSLError):
            _loaded((der,), pair.key)
            raise Unfit(
                "certificate",
                f"its order is wrong: the key belongs to certificate number {number} in it",
                CERTIFICATE_ACCEPTED,
                "put that certificate first, then the one that signed it, and so on",
            )
    raise Unfit(
        "key",
        "it does not belong to the certificate",
        "accepted is the private key that the certificate was made for",
        "give the two files of one certificate; a renewed one may have a new key",
    )


def _loaded(chain: Sequence[bytes], key: str) -> ssl.SSLContext:
    """Raises SSLError. The library reads files alone, so there are some for a moment, in a folder
    that nobody else may enter.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="deploygen-") as folder:
        certificate_file, key_file = Path(folder, "certificate"), Path(folder, "key")
        certificate_file.write_text("".join(encoded("CERTIFICATE", der) for der in chain))
        key_file.touch(mode=0o600)
        key_file.write_text(key)
        # An empty passphrase, lest somebody be asked for one at the terminal.
        context.load_cert_chain(certificate_file, key_file, password="")
    return context


def _handshake(server: ssl.SSLContext, leaf: bytes) -> dict[str, Any]:
    """Return the certificate as a client sees it, in the form of ``ssl.SSLSocket.getpeercert``.

    Raises SSLError, SSLCertVerificationError if the client does not take it. Names and dates are
    not judged, so that wrong ones can be told.
    """
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.verify_flags = ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME)
    trusting.load_verify_locations(cadata=leaf)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=None)
    speaker = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(_ROUNDS):
        for side in (client, speaker):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return client.getpeercert() or {}


def _refused(error: ssl.SSLError) -> Unfit:
    if getattr(error, "verify_code", None) == _OTHER_PURPOSE:
        return Unfit(
            "certificate",
            "it was made for another purpose than a web server",
            "accepted is a certificate for TLS servers",
            "ask its authority for one",
        )
    reason = getattr(error, "verify_message", "") or error.reason or "no reason given"
    return Unfit(
        "certificate",
        f"a browser would refuse it: {reason}",
        CERTIFICATE_ACCEPTED,
        "get another one",
    )


# --- What was seen


def _usable(pair: Pair) -> Iterator[Problem]:
    if _ED25519 in pair.chain[0]:
        yield Problem(
            which="certificate",
            wrong="it is made with Ed25519, which no browser takes",
            accepted="accepted is RSA or ECDSA",
            remedy="get a new certificate, for a new key",
        )


def _timely(shown: _Shown) -> Iterator[Problem]:
    now = dt.datetime.now(dt.UTC)
    accepted = "accepted is a certificate that is valid today"
    if now > shown.end:
        yield Problem(
            which="certificate",
            wrong=f"it expired on {_date(shown.end)}",
            accepted=accepted,
            remedy="have it renewed",
        )
    elif now < shown.start:
        yield Problem(
            which="certificate",
            wrong=f"it is not valid before {_date(shown.start)}",
            accepted=accepted,
            remedy="use the one before it until then, or set this machine's clock right",
        )


def _covering(shown: _Shown, hosts: Sequence[str]) -> Iterator[Problem]:
    wanted = [host.removeprefix("[").removesuffix("]") for host in hosts]
    missing = [host for host in dict.fromkeys(wanted) if not shown.is_for(host)]
    if not missing:
        return
    if shown.names:
        names = ", ".join(shown.names[:_SHOWN_NAMES])
        more = len(shown.names) - _SHOWN_NAMES
        found = f"only for {names}{f' and {more} more' if more > 0 else ''}"
    else:
        found = "and names no host at all (its common name does not count for browsers)"
    yield Problem(
        which="certificate",
        wrong=f"it is not for {' and '.join(missing)}, {found}",
        accepted=f"accepted is a certificate for {', '.join(dict.fromkeys(wanted))}",
        remedy="get one that names every host of this wiki, or use hosts that this one names",
    )


def _name(kind: str, name: str) -> str:
    if not _is_address(name.strip()):
        return name.lower()
    address = str(ipaddress.ip_address(name.strip()))
    # Whoever signs their own easily writes an address where a name belongs.
    return address if kind == "IP Address" else f"{address} (as a name, which is no address)"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(text), dt.UTC)


def _date(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
