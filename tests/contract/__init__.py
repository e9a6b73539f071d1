"""Outline's contract with the stack: what it asks, and that each breach would be noticed."""

import pytest

# The checks' bare asserts say what they compared, as those of tests do.
pytest.register_assert_rewrite("tests.contract.checks", "tests.contract.deployment")
