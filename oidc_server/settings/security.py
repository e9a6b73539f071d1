"""Who may call, what a browser may do, and how passwords are kept."""

from oidc_server.settings.environ import ENVIRONMENT

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
ENCRYPTION_KEY = ENVIRONMENT.encryption_key  # of oidc_server.sealing

# The public name, the names the stack's own containers use, and the health check's.
ALLOWED_HOSTS = [ENVIRONMENT.site_host, *ENVIRONMENT.private_hosts, "127.0.0.1"]

# The gateway sets this header on every request and nothing else reaches the provider from outside.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.site_url]

SESSION_ENGINE = "oidc_server.sessions"
# Cookies know no port: two deployments on one host must not share names.
SESSION_COOKIE_NAME = f"{ENVIRONMENT.deployment_name}_oidc_session"
CSRF_COOKIE_NAME = f"{ENVIRONMENT.deployment_name}_oidc_csrf"
LINK_COOKIE_NAME = f"{ENVIRONMENT.deployment_name}_oidc_link"
DEVICE_COOKIE_NAME = f"{ENVIRONMENT.deployment_name}_oidc_device"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/uc/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Not Strict: a browser comes to the authorization endpoint from the wiki's site.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# The cookie storage would set one for the path / under a name of its own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Over http browsers ignore it (but for loopback) and complain of that in the console.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if ENVIRONMENT.https else None
X_FRAME_OPTIONS = "DENY"
# A page whose form leads on to a client names that one too.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)

SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS is the gateway's, for the whole host; the wiki sets it too
    "security.W008",  # no redirect to https: the wiki calls by its private name over http
]
if not ENVIRONMENT.https:
    SILENCED_SYSTEM_CHECKS += [
        "security.W012",  # without https a Secure session cookie would never come back
        "security.W016",  # nor would the CSRF cookie
    ]

CSRF_FAILURE_VIEW = "oidc_server.pages.errors.csrf_failure"

AUTHENTICATION_BACKENDS = ["oidc_server.accounts.backends.UsernameOrEmailBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "pages:home"
# Called with the address that signing in leads on to, and the sign-in page.
SIGN_IN_POLICY = "oidc_server.provider.endpoints.authorization_response.allow_forms_after_sign_in"
LOGOUT_REDIRECT_URL = None

PASSWORD_HASHERS = [
    "oidc_server.accounts.hashers.LightArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # accounts brought over from elsewhere
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "oidc_server.accounts.validators.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # bytes; forms only, nothing is uploaded
