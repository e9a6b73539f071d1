# Each target sets up all it needs on a fresh Debian or Ubuntu with Python 3.11+, git and make.
PYTHON ?= python3
rig = $(PYTHON) -m tests.rig

.PHONY: help try test fast lint

help:
	@echo "make try   run the wiki, or where there is no Docker engine, its sign-in alone"
	@echo "make test  run every test (what is missing is installed, as root on Debian)"
	@echo "make fast  run the tests that need no engine"
	@echo "make lint  run every linter"

try:
	@$(rig) ensure python
	@.venv/bin/python -m tests.rig.try_it

test fast lint:
	@$(rig) $@
