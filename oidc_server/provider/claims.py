"""What the wiki learns of a user."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

# What else is asked for is not granted, and the answer says so (RFC 6749, section 3.3).
SCOPES = ("openid", "profile", "email")
# Those that a request may name; OpenID Connect Core 1.0, section 5.4.
CLAIMS = {
    "profile": ("name", "nickname", "preferred_username"),
    "email": ("email", "email_verified"),
}
# The least of the levels of ISO/IEC 29115, which a password reaches (ID Token, section 2).
ACR = "1"


def subject(user: Any) -> str:
    return str(user.sub)


def userinfo(scope: Iterable[str], names: Iterable[str], user: Any) -> dict[str, Any]:
    """The claims of `scope`, and those that were asked for by their `names`."""
    of_scope = chain.from_iterable(CLAIMS.get(name, ()) for name in scope)
    return {"sub": subject(user), **named(chain(of_scope, names), user)}


def named(names: Iterable[str], user: Any) -> dict[str, Any]:
    """The claims of `CLAIMS` that have a value, whatever the scope.

    `email_verified` is always true: only an administrator enters addresses, and without it the wiki
    refuses invited people and ignores changed addresses.
    """
    known = {
        "name": user.get_full_name(),
        "nickname": user.get_username(),
        "preferred_username": user.get_username(),
        "email": user.email,
        "email_verified": True,
    }
    return {name: known[name] for name in names if known[name]}
