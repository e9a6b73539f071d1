"""What a client may rely on: OpenID Connect Discovery 1.0, section 3, and RFC 8414, section 2."""

from itertools import chain
from typing import Any

from django.conf import settings
from django.urls import reverse

from oidc_server.provider.addresses import issuer
from oidc_server.provider.claims import ACR, CLAIMS, SCOPES
from oidc_server.provider.endpoints.authorization_response import MODES
from oidc_server.provider.endpoints.client_authentication import (
    METHODS,
    METHODS_OF_CONFIDENTIAL_CLIENTS,
)
from oidc_server.provider.keys import ALGORITHM


def metadata() -> dict[str, Any]:
    """The same by whatever name the provider was called."""
    return {
        "issuer": issuer(),
        "authorization_endpoint": _address("authorize"),
        "token_endpoint": _address("token"),
        "userinfo_endpoint": _address("userinfo"),
        "jwks_uri": _address("jwks"),
        "end_session_endpoint": _address("end-session"),
        "introspection_endpoint": _address("token-introspection"),
        "revocation_endpoint": _address("token-revocation"),
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(MODES),
        "authorization_response_iss_parameter_supported": True,  # RFC 9207, section 3
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "introspection_endpoint_auth_methods_supported": list(METHODS_OF_CONFIDENTIAL_CLIENTS),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "acr_values_supported": [ACR],
        "claims_supported": [
            *("iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "nonce", "at_hash"),
            *chain.from_iterable(CLAIMS.values()),
        ],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,  # true where it is left out
    }


def _address(name: str) -> str:
    return f"{settings.SITE_URL}{reverse(f'oidc_provider:{name}')}"
