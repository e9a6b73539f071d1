"""What a certificate says of itself, read from its DER form (RFC 5280, section 4.1).

The ssl module tells names and dates in a handshake alone, which takes the right key.
"""

import datetime as dt
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

_VERSION, _EXTENSIONS = 0xA0, 0xA3  # context tags of TBSCertificate
_UTC_TIME = 0x17
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87  # context tags of GeneralName
_SUBJECT_ALT_NAME = bytes.fromhex("551d11")
_LONG_FORM = 0x80


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """``names`` are DNS names in lower case; what is in bytes is the content of a DER value."""

    start: dt.datetime
    end: dt.datetime
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    key_algorithm: bytes
    subject: bytes
    issuer: bytes


def read(der: bytes) -> Certificate:
    """Raises ValueError for what is no certificate; its signature is not looked at."""
    try:
        return _certificate(der)
    except IndexError:
        raise ValueError("it ends too early") from None


def _certificate(der: bytes) -> Certificate:
    (_, whole), *_ = _elements(der)
    (_, signed), *_ = _elements(whole)
    fields = _elements(signed)
    if fields[0][0] == _VERSION:
        fields = fields[1:]
    _, _, (_, issuer), (_, validity), (_, subject), (_, key), *others = fields
    start, end = (_moment(tag, text.decode("ascii")) for tag, text in _elements(validity))
    alternatives = [item for tag, body in others if tag == _EXTENSIONS for item in _names(body)]
    return Certificate(
        start=start,
        end=end,
        names=tuple(_shown(name) for tag, name in alternatives if tag == _DNS_NAME),
        addresses=tuple(
            str(ipaddress.ip_address(address))
            for tag, address in alternatives
            if tag == _IP_ADDRESS
        ),
        key_algorithm=_elements(key)[0][1],
        subject=subject,
        issuer=issuer,
    )


def _elements(der: bytes) -> list[tuple[int, bytes]]:
    """Return the tag and the content of each value in ``der`` (X.690, section 8.1)."""
    found = []
    while der:
        tag, length, start = der[0], der[1], 2
        if length & _LONG_FORM:
            start += length ^ _LONG_FORM
            length = int.from_bytes(der[2:start], "big")
        if len(der) < start + length:
            raise ValueError("it ends too early")
        found.append((tag, der[start : start + length]))
        der = der[start + length :]
    return found


def _names(extensions: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the GeneralNames of the subject's alternative names (section 4.2.1.6)."""
    for _, extension in _elements(_elements(extensions)[0][1]):
        (_, identifier), *_, (_, value) = _elements(extension)
        if identifier == _SUBJECT_ALT_NAME:
            yield from _elements(_elements(value)[0][1])


def _moment(tag: int, text: str) -> dt.datetime:
    """Read the two forms of section 4.1.2.5, which are in UTC."""
    if tag == _UTC_TIME:
        century = "19" if text >= "50" else "20"
        text = century + text
    return dt.datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=dt.UTC)


def _shown(name: bytes) -> str:
    """Return a name that may be printed, whatever stands in the file."""
    text = name.decode("ascii", "replace").lower()
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
