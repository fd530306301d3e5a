# What each target needs - Python 3.11 or newer, make and a package index - it uses to set up everything else by itself.
#
#   make demo               make a SYNTHETIC Essex, ingest, train, forecast, plan and serve its nine strands
#   make demo REGION=toronto   the same for the bundled incidents of Toronto, which are real
#   make demo DATA=PATH     the same for a download of data.police.uk (zip, folder or csv), with a monthly plan
#   make demo SERVE=0       stop after the plan is printed; PORT=3000 is where the service answers otherwise
#   make test               run the tests (ARGS="-k panel" narrows them)
#   make check              formatting, lint, types, import contracts
#   make client OUT=FOLDER  make a typed Python client of the service from its OpenAPI description
#   make sbom BOM=FOLDER    list what the product is made of, with hashes (CycloneDX)
#   make audit              look up known faults of it; "not checked", and no success, where the source is out of reach
#   make format             put the formatting right
#   make clean              remove the environment and caches; var/, where workspaces live, stays

PYTHON ?= python3
REGION ?= essex
DATA ?=
SERVE ?= 1
PORT ?= 3000
ARGS ?=
OUT ?= var/strandcast_client
BOM ?= var/sbom
OSV ?= https://api.osv.dev/v1/query

TOOLS := .tools
STAMP := .venv/.synced
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)

.DEFAULT_GOAL := help
.PHONY: help demo test check client sbom audit format clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(STAMP)
	@PATH="$(CURDIR)/.venv/bin:$$PATH" SERVE="$(SERVE)" PORT="$(PORT)" sh scripts/demo.sh "$(if $(DATA),police-uk,$(REGION))" "$(DATA)"

test: $(STAMP)
	@# Threads that spin while they wait would fight over the cores with the processes that some tests start.
	OMP_WAIT_POLICY=PASSIVE .venv/bin/pytest $(ARGS)

check: $(STAMP)
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy .
	PYTHONPATH=. .venv/bin/lint-imports --no-logo

client: $(STAMP)
	@mkdir -p "$(OUT)"
	PYTHONPATH=. .venv/bin/strandcast openapi --out "$(OUT)/openapi.json"
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/openapi-python-client generate --config scripts/client.yaml --path "$(OUT)/openapi.json" \
	  --meta none --output-path "$(OUT)/strandcast_client" --overwrite --fail-on-warning

# From the lock alone: no index is asked.
$(BOM)/requirements.txt: $(STAMP)
	@mkdir -p "$(BOM)"
	@$(UV) export --quiet --locked --no-dev --no-emit-project --format requirements.txt --output-file "$@"

sbom: $(BOM)/requirements.txt
	@.venv/bin/cyclonedx-py requirements "$<" --pyproject pyproject.toml --output-reproducible --output-file "$(BOM)/sbom.json"
	@echo "$(BOM)/sbom.json"

audit: $(BOM)/requirements.txt
	@.venv/bin/python scripts/dependency_audit.py "$<" --osv-url "$(OSV)"

format: $(STAMP)
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

clean:
	rm -rf .venv $(TOOLS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

define need_python
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
  echo "Strandcast needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) -V 2>/dev/null || echo absent);" \
       "name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
endef

# The environment is synced again only when what it is made of has changed. `--python` names the interpreter that make
# was given, so that uv never fetches one. Compiled once, else every process that starts compiles what it imports anew
# wherever Python may not write beside it: the service starts four.
$(STAMP): pyproject.toml uv.lock | $(UV)
	$(need_python)
	$(UV) sync --locked --compile-bytecode --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@touch $@

# uv comes from the package index into a small environment of its own: nothing is installed on the machine.
$(TOOLS)/bin/uv:
	$(need_python)
	@$(PYTHON) -m venv $(TOOLS) || { \
	  echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu install the package python3-venv." >&2; exit 1; }
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv
