"""What the wiki learns of a user."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

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
    """OIDC_IDTOKEN_SUB_GENERATOR."""
    return str(user.sub)


def userinfo(claims: dict[str, Any], user: AbstractBaseUser) -> dict[str, Any]:
    """OIDC_USERINFO: fills the standard claims.

    `email_verified` is always true: only an administrator enters addresses, and without it the wiki
    refuses invited people and ignores changed addresses.
    """
    claims["name"] = user.get_full_name()  # type: ignore[attr-defined] # of our own user model
    claims["nickname"] = claims["preferred_username"] = user.get_username()
    claims["email"] = getattr(user, "email", "")
    claims["email_verified"] = True
    return claims


def named(names: Iterable[str], user: Any) -> dict[str, Any]:
    """The claims of `CLAIMS` that have a value, whatever the scope."""
    known = userinfo({}, user)
    return {name: known[name] for name in names if known[name]}
