# Two commands are enough: `make demo` to see it run, `make studio` to use it.
# FOREBAY_PORT and FOREBAY_DATA move it; docs/configuration.md has the plain commands.

PYTHON ?= python3
VENV_PYTHON = .venv/bin/python

.PHONY: help demo studio setup test check bench clean

help:
	@echo "make demo     open the studio and run the iris example in it"
	@echo "make studio   open the studio"
	@echo "make test     run the tests"
	@echo "make check    run every gate that CI runs"
	@echo "make bench    measure this machine's studio; see docs/benchmarks.md"
	@echo "make clean    remove .venv and what the tools left; your data in var/ stays"

demo: setup
	@exec $(VENV_PYTHON) manage.py demo

studio: setup
	@exec $(VENV_PYTHON) manage.py studio

setup:
	@PYTHON="$(PYTHON)" sh scripts/bootstrap

test:
	@PYTHON="$(PYTHON)" sh scripts/bootstrap --dev
	@sh scripts/test

check:
	@PYTHON="$(PYTHON)" sh scripts/bootstrap --dev
	@sh scripts/check

bench: setup
	@$(VENV_PYTHON) -m benchmarks

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +
