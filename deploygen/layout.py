"""The names in a deployment's folder that a person meets."""

FILE_NAME = "config.sh"
STATE = ".deploygen"  # what deploygen keeps there
