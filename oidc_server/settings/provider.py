"""django-oidc-provider's settings."""

from oidc_server.settings.environ import ENVIRONMENT

# The issuer must be the same by whatever name the provider was called.
SITE_URL = ENVIRONMENT.site_url

OIDC_CODE_EXPIRE = 60  # seconds; RFC 6749 4.1.2 allows ten minutes at most, a browser needs one
OIDC_IDTOKEN_EXPIRE = 10 * 60
OIDC_TOKEN_EXPIRE = 60 * 60

# Of a refresh token's disuse; each use begins it anew.
OIDC_REFRESH_EXPIRE = ENVIRONMENT.refresh_token_days * 24 * 60 * 60
OIDC_REFRESH_GRACE = 60  # for the retry of a client that never got its answer
