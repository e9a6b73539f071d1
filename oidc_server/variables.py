"""Reading variables of the environment, for each command that has a part of it.

Each name may be given as `NAME_FILE` instead, a path whose content is the value. All problems are
reported at once, and no message holds a value that may be secret.
"""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from oidc_server.failure import CommandFailed

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}
_PORTS = {"http": 80, "https": 443}
# As Django's HttpRequest.get_host takes it, so without the underscore.
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"({_LABEL}\.)*(?![0-9]+$){_LABEL}")


class EnvironmentProblems(CommandFailed):
    """The environment can't be used; `problems` has one line for each variable at fault."""

    exit_code = 78  # sysexits.h EX_CONFIG

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n  ".join(["The environment can't be used:", *problems]))
        self.problems = tuple(problems)


class Reader:
    """One pass over the variables; `finish` raises what was found on the way."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._problems: list[str] = []

    def problem(self, name: str, text: str) -> None:
        self._problems.append(f"{name}: {text}")

    def finish(self) -> None:
        if self._problems:
            raise EnvironmentProblems(self._problems)

    def optional(self, name: str, default: str = "") -> str:
        """An empty value counts as none: compose passes unset variables as empty ones."""
        direct = self._variables.get(name, "")
        path = self._variables.get(f"{name}_FILE", "")
        if direct and path:
            self.problem(name, f"is given twice, by itself and by {name}_FILE; keep one")
        if path and not direct:
            try:
                direct = Path(path).read_text(encoding="utf-8").removesuffix("\n")
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
                self.problem(f"{name}_FILE", f"can't be read ({reason}); give a readable file")
                return default
            if not direct:
                self.problem(f"{name}_FILE", "points to an empty file; put the value into it")
        if "\0" in direct:
            self.problem(name, "holds a NUL byte; use text")
            return default
        return direct or default

    def required(self, name: str) -> str:
        before = len(self._problems)
        value = self.optional(name)
        if not value and len(self._problems) == before:
            self.problem(name, f"is missing; set it, or {name}_FILE to a file that holds it")
        return value

    def origin(self, name: str) -> str:
        """An http(s) origin as a browser writes it (RFC 6454, section 6.1): what it sends in Host
        and Origin is compared with it, and anything after the host would break URIs made of it.
        """
        value = self.required(name)
        origin = _origin(value)
        if value and not origin:
            self.problem(
                name,
                "is not an origin; give scheme, host and port alone, "
                "as in https://wiki.example.com, without a slash at the end",
            )
        return origin

    def hosts(self, name: str) -> tuple[str, ...]:
        """Host names and IP addresses, the latter without brackets, separated by commas."""
        value = self.required(name)
        hosts = tuple(_host(item) for item in value.split(","))
        if value and not all(hosts):
            self.problem(
                name,
                "is not a list of host names in lower case and IP addresses; separate them by"
                " commas alone, without * or port",
            )
        return hosts

    def flag(self, name: str) -> bool:
        value = self.optional(name).lower()
        if value not in _TRUE | _FALSE:
            self.problem(name, "is neither true nor false; use one of true, false")
        return value in _TRUE


def _origin(value: str) -> str:
    """`value` in the form that there is one of, or nothing if it is no origin."""
    try:
        parts = urlsplit(value.lower())
        port = parts.port
    except ValueError:
        return ""
    host = _host(parts.hostname or "")
    if (
        parts.scheme not in _PORTS
        or not host
        or port == 0
        or "@" in parts.netloc
        or value.lower().removeprefix(f"{parts.scheme}://") != parts.netloc
    ):
        return ""
    bracketed = f"[{host}]" if ":" in host else host
    suffix = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{bracketed}{suffix}"


def _host(host: str) -> str:
    """`host` in the form that there is one of, or nothing if it is neither name nor address."""
    if _HOST_NAME.fullmatch(host):
        return host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    is_of_one_interface = isinstance(address, ipaddress.IPv6Address) and address.scope_id
    return "" if is_of_one_interface else str(address)
