"""What more than one folder of tests uses."""

pytest_plugins = ["tests.e2e.deployments"]
