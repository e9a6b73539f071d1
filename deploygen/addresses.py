"""Addresses as a config.sh has them: of web sites, machines, networks and mailboxes.

What reads one raises ValueError, whose message says what is wrong with it without repeating it.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from deploygen.language import _
from deploygen.printable import line, listed_in

MAX_PORT = 65535
LOOPBACK = "127.0.0.1"
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - the person's to choose
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Of the Fetch standard, "Port blocking".
# fmt: off
BLOCKED_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
})
# fmt: on
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Without underscores: Django refuses a host that has one (RFC 1123, section 2.1, has none).
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)


def is_loopback(host: str) -> bool:
    """Tell whether an IP address or a name, in lower case, is this machine's to itself."""
    if _is_ip_address(host):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _is_ip_address(host: str) -> bool:
    return ":" in host or bool(re.fullmatch(r"[0-9.]+", host))


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a URL, normalised (RFC 6454): lower case, port always known."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return the origin as a browser writes it: without the scheme's default port."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """What a client sends in its Host header."""
        return self.url_host if self.has_default_port else f"{self.url_host}:{self.port}"

    @property
    def url_host(self) -> str:
        """The host as it stands in a URL: an IPv6 address in brackets (RFC 3986, section 3.2.2)."""
        return f"[{self.host}]" if self.is_ipv6 else self.host

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.host

    @property
    def has_default_port(self) -> bool:
        return self.port == _DEFAULT_PORTS[self.scheme]

    @property
    def is_ip_address(self) -> bool:
        return _is_ip_address(self.host)

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)


def read_origin(raw: str) -> Origin:
    url, port = _parsed(raw)
    if url.scheme not in _DEFAULT_PORTS:
        raise ValueError(_("it does not start with http:// or https://"))
    if url.username is not None or url.password is not None:
        raise ValueError(_("it holds a user name or password"))
    if url.path.strip("/") or url.query or url.fragment or raw.endswith(("?", "#")):
        raise ValueError(_("it has something after the host, and Outline can't live under a path"))
    host = _host(url.hostname or "")
    if port in BLOCKED_PORTS:
        raise ValueError(_("its port is {port}, which browsers refuse to open", port=port))
    return Origin(url.scheme, host, port or _DEFAULT_PORTS[url.scheme])


def read_url(raw: str) -> str:
    url, _port = _parsed(raw)
    if url.scheme not in _DEFAULT_PORTS or re.search(r"[\s\"'<>\\^`{|}]", raw):
        raise ValueError(_("it is not a URL that starts with http:// or https://"))
    if "@" in url.netloc:
        raise ValueError(_("it holds a user name or password"))
    if url.fragment:
        raise ValueError(_("it has a fragment, which no server is told"))
    _host(url.hostname or "")
    return raw


def _parsed(raw: str) -> tuple[SplitResult, int | None]:
    """Return a URL's parts and its port, which is read only where it is asked for."""
    try:
        url = urlsplit(line(raw))
        port = url.port
    except ValueError:
        raise ValueError(_("it is not a URL")) from None
    return url, port


def _host(host: str) -> str:
    if not _is_ip_address(host):
        if not _HOST.fullmatch(host):
            ascii_form = _in_ascii(host)
            raise ValueError(
                _("its host is to be written as DNS has it: {host}", host=ascii_form)
                if ascii_form
                else _("its host is not a valid host name")
            )
        return host
    kind = "IPv6" if ":" in host else "IPv4"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise ValueError(_("its host is not a valid {kind} address", kind=kind)) from None
    if "%" in host:
        raise ValueError(_("its host names a network interface after %, which no browser takes"))
    if address.is_unspecified or _is_of_many(address):
        raise ValueError(_("its host is {host}, which is no machine's address", host=host))
    if _wants_interface(address):
        raise ValueError(_("its host is a link-local address, which leads nowhere by itself"))
    return str(address)


def _in_ascii(host: str) -> str | None:
    """Return a host name of other letters as DNS has it, None where that is not certain."""
    try:
        found = host.encode("idna").decode("ascii")
        same = found.encode("ascii").decode("idna") == host  # not so of what RFC 5891 writes anew
    except UnicodeError:
        return None
    return found if same and _HOST.fullmatch(found) and found != host else None


def _is_of_many(address: _Address) -> bool:
    return address.is_multicast or str(address) == "255.255.255.255"


def _wants_interface(address: _Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and address.is_link_local


def read_email(raw: str) -> str:
    local, _at, domain = line(raw).rpartition("@")
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", local) or local.startswith("."):
        raise ValueError(_("it is not an e-mail address"))
    if not _HOST.fullmatch(domain.lower()) or "." not in domain:
        raise ValueError(_("the part after the @ is not a full domain name"))
    return raw


def read_mailbox(raw: str) -> str:
    # One address, with a name before it or not, as both Outline (isMailboxAddress in its
    # server/utils/validators.ts) and Django read it. After a backslash Outline reads on wrongly.
    match = re.fullmatch(r"(.*[^ ]) <([^<>]+)>", line(raw))
    if match is None:
        return read_email(raw)
    name, address = match.groups()
    if re.fullmatch(r'".*"', name):
        if not re.fullmatch(r'"[^"\\]*"', name):
            raise ValueError(_('there is a " or a \\ between the quotes around the name'))
    elif not re.fullmatch(r'[^()<>[\]:;@\\,"]+', name):  # RFC 5322, section 3.2.3: "specials"
        raise ValueError(_("the name has a sign in it that needs double quotes around the name"))
    read_email(address)
    return raw


def read_host(raw: str) -> str:
    if re.fullmatch(r"[^:]+:[0-9]+|\[.*\]:[0-9]+", raw):
        raise ValueError(_("it has a port"))
    return _host(raw.lower())


def read_ip(raw: str) -> str:
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        raise ValueError(_("it is not an IP address")) from None
    if "%" in raw:
        raise ValueError(_("it names a network interface after %, which Docker does not take"))
    if _is_of_many(address):
        raise ValueError(_("it is no machine's address"))
    if _wants_interface(address):
        raise ValueError(_("it is a link-local address, which Docker can't publish on"))
    return str(address)


def read_names(raw: str) -> tuple[str, ...]:
    names = tuple(name.lower() for name in listed_in(raw))
    for name in names:
        if not _HOST.fullmatch(name.removeprefix("*.")):
            raise ValueError(_("one of its items is no host name"))
    return names


def read_trusted(raw: str) -> tuple[str, ...]:
    items = tuple(_trusted_item(item) for item in listed_in(raw))
    if "none" in items and len(items) > 1:
        raise ValueError(_("it says none and something else"))
    return items


def _trusted_item(item: str) -> str:
    if item in {"host", "network", "none"}:
        return item
    try:
        network = ipaddress.ip_network(item)
    except ValueError as error:
        if "host bits" in str(error):
            raise ValueError(_("one of its networks has bits set after its prefix")) from None
        raise ValueError(_("one of its items is no address or network")) from None
    if "%" in item:
        raise ValueError(_("one of its items names a network interface after %"))
    if network.prefixlen == 0:
        raise ValueError(_("it would have everybody believed, who could then forge any address"))
    return str(network)


def read_port(raw: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", raw) or not 1 <= int(raw) <= MAX_PORT:
        raise ValueError(_("it is not a port number"))
    return int(raw)
