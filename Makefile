# `make reports` and `make test` do all their set-up by themselves.
# Another Python: make reports PYTHON=python3.12 (it makes .venv, so `make clean` first).
PYTHON ?= python3
RUN = .venv/bin/python
READY = .venv/.ready
VALIDATOR = tests/node_modules/.package-lock.json
BATCH = $(RUN) -m analysis render --batch reports/batch.yml
EXECUTE = $(RUN) -m analysis.notebooks
# On every core; the tests of one file stay together, since they share what they have rendered.
PARALLEL = --numprocesses logical --dist loadfile
GOAL = $(or $(firstword $(MAKECMDGOALS)),reports)

.DEFAULT_GOAL = help
.PHONY: help reports test torture bench lab class notebooks docs lock check clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

reports: $(READY) ## set up if needed, then render every report of reports/batch.yml into reports/
	@$(BATCH)

test: $(READY) $(VALIDATOR) ## set up if needed, then run every test: unit tests, doctests, browser, notebooks (nbval)
	@status=0; \
	$(RUN) -m pytest $(PARALLEL) || status=1; \
	$(RUN) -m pytest $(PARALLEL) --nbval notebooks || status=1; \
	exit $$status

torture: $(READY) ## long trials: 200 kills, 400 starts, 30 minutes of random input, mutants; hours (TRIAL=kills for one)
	@$(RUN) tests/torture.py $(TRIAL)

bench: $(READY) ## time reports against other ways to make them; minutes (ROUNDS=5 TASK="five forty")
	@$(RUN) benchmarks/render.py $(or $(ROUNDS),5) $(TASK)

lab: $(READY) ## open the notebooks in JupyterLab
	@$(RUN) -m jupyterlab --config=jupyter_server_config.py notebooks

class: $(READY) ## write the exercises for students (no solutions) and teachers (with) into class/
	@$(RUN) -m analysis.classroom

notebooks: $(READY) ## execute every notebook in place; the same bytes where nothing changed
	@$(EXECUTE)

docs: $(READY) ## write the parts of README, codebook and docs that come from data, code and notebooks
	@$(RUN) tests/documents.py --write

lock: ## write requirements.lock anew from pyproject.toml (needs uv; LOCK=--upgrade takes newer versions)
	@uv=$$(command -v uv || ls .venv/bin/uv 2>/dev/null) || \
	{ echo "make lock needs uv: $(PYTHON) -m pip install uv"; exit 1; }; \
	"$$uv" pip compile pyproject.toml --all-extras --group build --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet \
	$(LOCK) -o requirements.lock

check: $(READY) ## lint, format, types; and running everything again changes no committed byte
	@command -v git >/dev/null || { echo "make check needs git: sudo apt-get install -y git"; exit 1; }
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	$(RUN) tests/documents.py
	$(EXECUTE)
	$(BATCH) --force
	@git --no-pager diff --stat -- notebooks reports; \
	changed=$$(git status --porcelain -- notebooks reports) || exit 1; \
	[ -z "$$changed" ] || { echo "Not as committed after running everything again:"; echo "$$changed"; exit 1; }

clean: ## remove .venv and all caches (reports and notebooks stay)
	@rm -rf .venv tests/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis mutants build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The validator of the pages; without npm the test that needs it is skipped and says so.
$(VALIDATOR): tests/package-lock.json
	@if ! command -v npm >/dev/null; then \
	  echo "npm is missing, so the pages are not validated. Mend it: sudo apt-get install -y npm"; \
	elif ! npm ci --prefix tests --silent; then \
	  echo "npm could not fetch html-validate, so the pages are not validated."; fi

# The set-up, once and again when the lock or the project's own needs change. The lock holds hashes for every
# package and the build backend, so nothing comes from outside it, and pip has nothing to work out (--no-deps).
$(READY): requirements.lock pyproject.toml
	@set -e; fits() { $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }; \
	if command -v uv >/dev/null; then \
	  echo "Setting up .venv with uv (seconds, once) ..."; \
	  $(RUN) -c '' 2>/dev/null || uv venv --quiet --clear --python "$$(fits && command -v $(PYTHON) || echo 3.13)" .venv; \
	  install="uv pip install --quiet --compile-bytecode --python $(RUN)"; \
	else \
	  $(RUN) -c '' 2>/dev/null || { \
	    fits || { echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)." \
	      "Mend it: sudo apt-get install -y python3.11 python3.11-venv && make $(GOAL) PYTHON=python3.11"; exit 1; }; \
	    $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module." \
	      "Mend it: sudo apt-get install -y python3-venv"; exit 1; }; \
	    $(PYTHON) -m venv --clear .venv; }; \
	  echo "Setting up .venv with pip (a minute or two, once) ..."; \
	  install="$(RUN) -m pip install -qq --disable-pip-version-check"; \
	fi; \
	$$install --no-deps --require-hashes -r requirements.lock; \
	$$install --no-deps --no-build-isolation -e .; \
	touch $(READY)
