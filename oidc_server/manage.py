"""Django's commands: `python -m oidc_server.manage COMMAND`."""

import sys

from oidc_server.__main__ import main

if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["help"]
    # `init` is the same command, with all of its environment checked first.
    main(["init" if command == "bootstrap" else command, *rest])
