"""The `claims` parameter: OpenID Connect Core 1.0, sections 5.5 and 5.5.1.

A claim is told whether it was asked for as essential or not; one that is not known here is left
out, which both allow.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from oidc_server.provider.claims import ACR, CLAIMS

_KNOWN = tuple(chain.from_iterable(CLAIMS.values()))


@dataclass(frozen=True, kw_only=True)
class ClaimsRequest:
    """By place, the claims asked for and what is said of each."""

    userinfo: Mapping[str, Mapping[str, Any]]
    id_token: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, text: str) -> "ClaimsRequest":
        """Raises `ValueError`."""
        try:
            places = _object(json.loads(text))
        except RecursionError:
            raise ValueError("nested too deep") from None
        return cls(userinfo=_members(places, "userinfo"), id_token=_members(places, "id_token"))

    @property
    def names(self) -> dict[str, list[str]]:
        """Those that can be told, by place."""
        return {
            "userinfo": [name for name in _KNOWN if name in self.userinfo],
            "id_token": [name for name in _KNOWN if name in self.id_token],
        }

    def allows_subject(self, subject: str) -> bool:
        return all(
            _allows(place.get("sub", {}), subject) for place in (self.userinfo, self.id_token)
        )

    def allows_acr(self) -> bool:
        """Section 5.5.1.1: to miss an essential one is to fail; any other is only wished for."""
        wanted = self.id_token.get("acr", {})
        return wanted.get("essential") is not True or _allows(wanted, ACR)


def _members(places: dict[str, Any], place: str) -> dict[str, dict[str, Any]]:
    wanted = _object(places.get(place, {})).items()
    members = {name: {} if of_it is None else _object(of_it) for name, of_it in wanted}
    if not all(isinstance(of_it.get("values", []), list) for of_it in members.values()):
        raise ValueError("values is a list")
    return members


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - of what came from outside
    return value


def _allows(wanted: Mapping[str, Any], value: str) -> bool:
    if "value" in wanted:
        return bool(wanted["value"] == value)
    return value in wanted.get("values", [value])
