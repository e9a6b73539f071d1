"""Who says who people are: the user accounts, or another OpenID provider."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from deploygen.addresses import Origin, is_loopback, read_origin
from deploygen.language import _
from deploygen.rules.common import Conflict, Rule, Warned, Warner
from deploygen.settings import Config


def _endpoints(config: Config) -> dict[str, str | None]:
    """Return the three without which Outline has no way in (its plugins/oidc/server/index.ts)."""
    return {
        "OIDC_AUTH_URI": config.oidc_auth_uri,
        "OIDC_TOKEN_URI": config.oidc_token_uri,
        "OIDC_USERINFO_URI": config.oidc_userinfo_uri,
    }


def _admin_has_an_address(config: Config) -> Iterator[Conflict]:
    if config.has_user_accounts and not config.admin_email:
        yield (
            "ADMIN_EMAIL",
            _("it has no value"),
            _("accepted is an address like wiki@example.com"),
            None,
        )


def _provider_is_named_once(config: Config) -> Iterator[Conflict]:
    for key, value in _endpoints(config).items():
        if config.oidc_issuer_url and value:
            yield (
                key,
                _("OIDC_ISSUER_URL names the provider already"),
                _(
                    "accepted is OIDC_ISSUER_URL alone, or OIDC_AUTH_URI, OIDC_TOKEN_URI and "
                    "OIDC_USERINFO_URI"
                ),
                _("leave {key} empty, or OIDC_ISSUER_URL", key=key),
            )


def _endpoints_are_whole(config: Config) -> Iterator[Conflict]:
    found = _endpoints(config)
    if config.oidc_issuer_url or not any(found.values()):
        return
    for key, value in found.items():
        if not value:
            yield (
                key,
                _("it has no value, and without it Outline has no way to sign in"),
                _(
                    "accepted are OIDC_AUTH_URI, OIDC_TOKEN_URI and OIDC_USERINFO_URI together, "
                    "or OIDC_ISSUER_URL alone"
                ),
                None,
            )


def _logout_is_discovered(config: Config) -> Iterator[Conflict]:
    # Outline takes what it discovers, and this not at all (plugins/oidc/server/auth/oidc.ts).
    if config.oidc_issuer_url and config.oidc_logout_uri:
        yield (
            "OIDC_LOGOUT_URI",
            _("with OIDC_ISSUER_URL Outline asks the provider for it, and does not read it here"),
            _(
                "accepted is empty with OIDC_ISSUER_URL, an address with OIDC_AUTH_URI, "
                "OIDC_TOKEN_URI and OIDC_USERINFO_URI"
            ),
            _("leave {key} empty", key="OIDC_LOGOUT_URI"),
        )


def _provider_is_reached_from_inside(config: Config) -> Iterator[Conflict]:
    asked = {
        "OIDC_ISSUER_URL": config.oidc_issuer_url,
        "OIDC_TOKEN_URI": config.oidc_token_uri,
        "OIDC_USERINFO_URI": config.oidc_userinfo_uri,
    }
    for key, value in asked.items():
        host = urlsplit(value or "").hostname
        if host and is_loopback(host):
            yield (
                key,
                _(
                    "{host} is the wiki's own container to the wiki, where no provider is",
                    host=host,
                ),
                _("accepted is an address that both browsers and the wiki's container reach"),
                _("use the machine's address in the network, or a name that leads there"),
            )


def _provider_is_another(config: Config) -> Iterator[Conflict]:
    for key, value in {"OIDC_ISSUER_URL": config.oidc_issuer_url, **_endpoints(config)}.items():
        if value and _origin(value) == config.url:
            yield (
                key,
                _("it is below the wiki's own address, where no other provider answers"),
                _("accepted is the address of another provider"),
                _(
                    "leave {key} empty to have the user accounts of this deployment, or name the "
                    "other provider",
                    key=key,
                ),
            )


def _origin(url: str) -> Origin | None:
    parts = urlsplit(url)
    try:
        return read_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:  # a port that browsers don't open
        return None


def _user_accounts_are_here(config: Config) -> Iterator[Conflict]:
    if config.oidc_url is not None and not config.has_user_accounts:
        yield (
            "OIDC_URL",
            _("it is for the user accounts, which another provider takes the place of"),
            _("accepted is empty with OIDC_ISSUER_URL or OIDC_AUTH_URI"),
            _("leave {key} empty", key="OIDC_URL"),
        )


# --- What works, but may not be meant


def _nobody_listens(config: Config) -> Iterator[Warned]:
    asked = {"OIDC_ISSUER_URL": config.oidc_issuer_url, **_endpoints(config)}
    for key, value in asked.items():
        if value and value.startswith("http:"):
            yield (
                key,
                _(
                    "it is http, and whoever stands between the wiki and the provider can sign in "
                    "as anybody: use https"
                ),
            )


def _client_is_the_providers(config: Config) -> Iterator[Warned]:
    # What deploygen.secrets makes.
    if not config.has_user_accounts and re.fullmatch(r"[0-9a-f]{20}", config.oidc_client_id):
        yield (
            "OIDC_CLIENT_ID",
            _(
                "it looks like the one that was made for the user accounts: put here the one that "
                "the provider gave"
            ),
        )


def _outline_learns_the_address(config: Config) -> Iterator[Warned]:
    # Of Outline's plugins/oidc/server/auth/oidcRouter.ts: without an address nobody gets in.
    if not config.has_user_accounts and "email" not in config.oidc_scopes.split():
        yield (
            "OIDC_SCOPES",
            _(
                "without email most providers tell no address, and Outline lets in nobody who has "
                "none: add email"
            ),
        )


def _other_provider_has_a_name(config: Config) -> Iterator[Warned]:
    if config.oidc_logout_uri and config.has_user_accounts:
        yield (
            "OIDC_LOGOUT_URI",
            _("it is for another provider, and none is named: OIDC_ISSUER_URL or OIDC_AUTH_URI"),
        )


RULES: tuple[Rule, ...] = (
    _admin_has_an_address,
    _provider_is_named_once,
    _endpoints_are_whole,
    _logout_is_discovered,
    _provider_is_reached_from_inside,
    _provider_is_another,
    _user_accounts_are_here,
)
WARNINGS: tuple[Warner, ...] = (
    _nobody_listens,
    _client_is_the_providers,
    _outline_learns_the_address,
    _other_provider_has_a_name,
)
