# Each target sets up all it needs on a fresh Debian or Ubuntu with Python 3.11+, git and make.
PYTHON ?= python3
rig = $(PYTHON) -m tests.rig

.PHONY: help try test fast defects lint deployments

help:
	@echo "make try   run the wiki, or where there is no Docker engine, its sign-in alone"
	@echo "make test  run every test (what is missing is installed, as root on Debian)"
	@echo "make fast  run the tests that need no engine"
	@echo "make lint  run every linter"
	@echo "make defects  print what stock django-oidc-provider gets wrong, and ours right"
	@echo "make deployments  bring every row of docs/deployments.md up; make test takes few of them"

try:
	@$(rig) ensure python
	@.venv/bin/python -m tests.rig.try_it

test fast defects lint:
	@$(rig) $@

deployments:
	@$(rig) ensure python images
	@eval "$$($(rig) env)" && DEPLOYGEN_TEST_ROWS=all .venv/bin/python -m pytest tests/e2e/test_deployments.py
