"""Events to stdout as lines of JSON, everything else to stderr.

No line has a request's query, form or header.
"""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "event": {"format": "%(message)s"},
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
        "oidc_server.audit.recording": {"handlers": ["stdout"], "propagate": False},
    },
}
