"""What a README-abiding project tells of its users: django-oidc-provider alone tells nothing."""

from typing import Any


def userinfo(claims: dict[str, Any], user: Any) -> dict[str, Any]:
    return {**claims, "name": user.get_username(), "email": user.email}
