"""The mail server, which is the wiki's."""

from oidc_server.settings.environ import ENVIRONMENT

_mail = ENVIRONMENT.mail

if _mail is None:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
else:
    EMAIL_BACKEND = "oidc_server.mail.EmailBackend"
    EMAIL_HOST = _mail.host
    EMAIL_PORT = _mail.port
    EMAIL_HOST_USER = _mail.username
    EMAIL_HOST_PASSWORD = _mail.password
    EMAIL_USE_SSL = _mail.secure
    # Django has no "if the server can": a relay that wants no password may have no TLS either, but
    # no password goes out without it.
    EMAIL_USE_TLS = not _mail.secure and bool(_mail.username)
    EMAIL_TIMEOUT = 10  # seconds
    DEFAULT_FROM_EMAIL = SERVER_EMAIL = _mail.sender
