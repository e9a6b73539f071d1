"""The container's command: `serve` (the default), `init`, or any of Django's commands."""

import os
import signal
import sys

from oidc_server.environment import EnvironmentProblems, read_bootstrap
from oidc_server.serve import serve
from oidc_server.waiting import DatabaseUnreachable

_BAD_ENVIRONMENT = 78  # sysexits.h EX_CONFIG
_NO_DATABASE = 69  # sysexits.h EX_UNAVAILABLE
_STOPPED = 128 + signal.SIGTERM


def main(arguments: list[str]) -> None:
    """Exits 78 when the environment is wrong, 69 when the database never came."""
    # A container's first process is not stopped by a signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(_STOPPED))
    os.umask(0o077)  # a database file holds the signing key
    verb, *rest = arguments or ["serve"]
    try:
        if verb == "serve":
            serve(rest)
        if verb == "init":
            read_bootstrap(os.environ)
            verb = "bootstrap"
        _django(verb, *rest)
    except EnvironmentProblems as error:
        sys.stderr.write("The environment can't be used:\n")
        sys.stderr.writelines(f"  {problem}\n" for problem in error.problems)
        sys.exit(_BAD_ENVIRONMENT)
    except DatabaseUnreachable as error:
        sys.stderr.write(f"The database can't be reached: {error}\n")
        sys.exit(_NO_DATABASE)


def _django(*arguments: str) -> None:
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - serve needs none

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oidc_server.settings.server")
    execute_from_command_line(["oidc_server", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
