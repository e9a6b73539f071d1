"""The container's command: `serve` (the default), `init`, `tls`, or any of Django's commands."""

# ruff: noqa: PLC0415 - no command loads what only another one needs
import os
import signal
import sys

from oidc_server.failure import CommandFailed

_STOPPED = 128 + signal.SIGTERM


def main(arguments: list[str]) -> None:
    """Exits 78 when the environment is wrong, 69 when the database never came, 73 when a
    certificate can't be written.
    """
    # A container's first process is not stopped by a signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(_STOPPED))
    os.umask(0o077)  # a database file holds people and their hashes
    verb, *rest = arguments or ["serve"]
    try:
        _run(verb, rest)
    except CommandFailed as failure:
        sys.stderr.write(f"{failure}\n")
        sys.exit(failure.exit_code)


def _run(verb: str, rest: list[str]) -> None:
    if verb == "serve":
        from oidc_server.unused import load_when_used

        load_when_used()  # before the libraries are
        from oidc_server.serve import serve

        serve(rest)
        return
    if verb == "tls":
        from oidc_server.tls.command import prepare

        prepare()
        return
    if verb == "init":
        from oidc_server.environment import read_bootstrap

        read_bootstrap(os.environ)
        verb = "bootstrap"
    _django(verb, *rest)


def _django(*arguments: str) -> None:
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oidc_server.settings.server")
    execute_from_command_line(["oidc_server", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
