"""Sign-ins to stdout, everything else to stderr; no request's query, form or header."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "event": {"format": "%(asctime)s %(message)s", "datefmt": "%Y-%m-%dT%H:%M:%S%z"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "stdout": {
            "class": "logging.StreamHandler",
            "formatter": "event",
            "stream": "ext://sys.stdout",
        },
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own set-up would print each line a second time, and mail errors.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Its debug lines hold codes, tokens and client secrets.
        "oidc_provider": {"level": "WARNING"},
        "oidc_server.accounts.sign_ins": {"handlers": ["stdout"], "propagate": False},
    },
}
