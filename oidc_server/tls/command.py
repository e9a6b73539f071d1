"""The `tls` command: the certificates that the gateway finds at its start."""

import os
import sys

from oidc_server.tls.environment import read_tls
from oidc_server.tls.given import install
from oidc_server.tls.internal import ensure_internal_tls


def prepare() -> None:
    """Make and install what is missing, and say on stdout what was done.

    Raises `EnvironmentProblems`, before anything is written, or `Unwritable`.
    """
    wanted = read_tls(os.environ)
    sys.stdout.write(f"internal certificate: {ensure_internal_tls(wanted.internal)}\n")
    if wanted.gateway and wanted.gateway.given:
        outcome = install(wanted.gateway.given, wanted.gateway.directory)
        sys.stdout.write(f"gateway certificate: {outcome}\n")
