"""Events to stdout as lines of JSON, everything else to stderr.

No line has a request's query, form or header.
"""

import logging
from http import HTTPStatus

# No line tells them, and finding them out is most of what a line costs (Logging HOWTO,
# "Optimization"). gunicorn's tell the process.
logging._srcfile = None  # noqa: SLF001 - there is no other switch
logging.logThreads = logging.logMultiprocessing = False


def _tell_calmly(record: logging.LogRecord) -> bool:
    """Of what a caller did wrong a line will do, though Django takes some of it for an attack."""
    # As Django gives it (django.utils.log.log_response).
    if getattr(record, "status_code", 500) < HTTPStatus.INTERNAL_SERVER_ERROR:
        record.exc_info = None
        record.levelno = min(record.levelno, logging.WARNING)
        record.levelname = logging.getLevelName(record.levelno)
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "event": {"format": "%(message)s"},
    },
    "filters": {
        "calm": {"()": "django.utils.log.CallbackFilter", "callback": _tell_calmly},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["calm"],
        },
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
