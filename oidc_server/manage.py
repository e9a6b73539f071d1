"""Django's commands: `python -m oidc_server.manage COMMAND`."""

import sys

from oidc_server.__main__ import main

if __name__ == "__main__":
    main(
        ["init" if argument == "bootstrap" else argument for argument in sys.argv[1:2]]
        + sys.argv[2:]
        or ["help"]
    )
