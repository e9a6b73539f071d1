"""The environment, read once for all components."""

import os

from oidc_server.environment import read_server

ENVIRONMENT = read_server(os.environ)
