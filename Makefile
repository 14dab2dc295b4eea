# Everything from nothing: `make demo` and `make test` need Python 3.11 or newer, and set up the rest in .venv.
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

.PHONY: demo test check lint types layers tests browser format lock clean
.DEFAULT_GOAL := test

demo: $(VENV)/.core  ## the article's decision, then a comparison on a bundled table, with its report
	@$(BIN)/actlab demo

test: lint types layers tests  ## everything that must hold before a change lands

check: test  ## the same, under the name that the habit has

lint: $(VENV)/.dev
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

types: $(VENV)/.dev
	@$(BIN)/mypy --no-error-summary

layers: $(VENV)/.dev
	@said=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$said" >&2; exit 1; }

tests: $(VENV)/.dev browser
	@$(BIN)/python -m pytest --quiet -n auto

# The pages are driven in a real browser; without one their tests are skipped, and say so.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do \
		command -v $$name >/dev/null && exit 0; done; \
	test -n "$$ACTLAB_BROWSER" && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium, in which the pages are tested (once, about a minute) ..." >&2; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium; } >/dev/null 2>&1 && exit 0; fi; \
	echo "There is no Chromium: the pages are not tested. Install the package chromium, or name a browser in ACTLAB_BROWSER." >&2

format: $(VENV)/.dev  ## lay the code out, and mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

# A new lock from a fresh environment; run it on Python 3.11. A local suffix such as +cpu names one machine's wheel.
lock:
	rm -rf build && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet ".[dev,frameworks]" "$$(grep '^torch==' constraints.txt)"
	grep '^#' constraints.txt > build/constraints.txt
	build/lock/bin/python -m pip freeze --all | grep -Ev '^(actlab |pip==)' | sed 's/+[a-z0-9.]*$$//' | sort -f >> build/constraints.txt
	mv build/constraints.txt constraints.txt && rm -rf build

clean:  ## everything that make made
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "actlab needs Python 3.11 or newer, and found none: install it, or write make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON) ..." >&2
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment: on Debian and Ubuntu, install python3-venv" >&2; exit 1; }

# A stamp is newer than what it was installed from, so the second time costs nothing.
$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing actlab and what it needs (once, about a minute) ..." >&2
	@$(PIP) -c constraints.txt -e ".[lab]"
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing actlab, the frameworks it serves and its checks (once, some minutes) ..." >&2
	@$(PIP) -c constraints.txt -e ".[dev,frameworks]"
	@touch $@ $(VENV)/.core
