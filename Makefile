# Everything on a fresh machine with Python 3.11+ and make; each target makes what it needs first.
# BOT_PORT=9000 make run moves the port.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run chat test check bench pictures docker clean

run: $(VENV)/.run
	$(BIN)/python -m bot serve

chat: $(VENV)/.run
	$(BIN)/python -m bot chat

test: $(VENV)/.dev
	@scripts/chromium
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(VENV)/.audit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_imports.py
	$(BIN)/python -m bot kb lint
	$(BIN)/python scripts/audit.py

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

pictures: $(VENV)/.dev
	@scripts/chromium
	$(BIN)/python -m pytest -q tests/web/test_picture.py tests/admin/test_browser.py \
		tests/admin/contests/test_browser.py --update-pictures

docker:
	docker build -t hoi-dap-bau-cu .

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.audit: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,audit]'
	@touch $@ $(VENV)/.dev $(VENV)/.run

$(VENV)/.bench: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	@touch $@ $(VENV)/.dev $(VENV)/.run
