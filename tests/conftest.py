"""What more than one folder of tests uses."""

import os

pytest_plugins = ["tests.e2e.deployments"]

# Messages are compared in English, whatever the language of who runs the tests. Here, since click's
# decorators take theirs at import.
os.environ["LANGUAGE"] = "C"
