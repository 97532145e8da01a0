# Tollgate's commands. Each works from any folder (make -C, make -f) and makes .venv when needed.
ROOT := $(shell cd "$$(dirname "$(strip $(MAKEFILE_LIST))")" && pwd)
PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= $(ROOT)/.data
ARGS ?=
export PYTHON PORT DATA_DIR DEMO_DATA

IN_VENV := cd "$(ROOT)" && .venv/bin/python
SANDBOX := PYTHONPATH="$(ROOT)" exec setpriv --pdeathsig TERM "$(ROOT)/.venv/bin/python" -P -m config.sandbox
# What the settings need to be read where nothing is connected to.
UNCONNECTED := SANDBOX=true SECRET_KEY=unused DATABASE_URL=postgresql://unused REDIS_URL=redis://unused

.PHONY: demo test lint messages bench drills check reset install-sandbox install-dev chromium

demo: install-sandbox
	@$(SANDBOX) up

reset: install-sandbox
	@$(SANDBOX) reset

test: install-dev chromium
	@$(IN_VENV) -m pytest $(if $(ARGS),$(ARGS),-n auto --dist loadfile)

lint: install-dev
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .
	@cd "$(ROOT)" && $(UNCONNECTED) .venv/bin/python -m mypy
	@cd "$(ROOT)" && .venv/bin/lint-imports
	@$(IN_VENV) -m djlint templates --lint --quiet

messages: install-dev
	@cd "$(ROOT)" && $(UNCONNECTED) .venv/bin/python manage.py messages $(ARGS)

bench: install-dev
	@$(IN_VENV) -m bench $(ARGS)

drills: install-dev
	@$(IN_VENV) -m bench.drills $(ARGS)

check: install-sandbox
	@$(IN_VENV) manage.py check --deploy --fail-level WARNING
	@$(IN_VENV) manage.py migrate --check

install-sandbox install-dev: install-%:
	@"$(ROOT)/requirements/install" $*

chromium:
	@"$(ROOT)/requirements/install-chromium"
