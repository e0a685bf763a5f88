# Everything that people run here. `make run` and `make test` are enough to know.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO_AT := 2026-06-05T12:00:00Z
# The days after it, each with another look at the last answers; the last instant is that of the weekly email.
DEMO_NEXT := 2026-06-06T12:00:00Z 2026-06-07T12:00:00Z
DEMO_DIGEST_AT := 2026-06-08T07:00:00Z

# Two workers; an idle worker takes half of the tests that the other has left.
PYTEST := $(BIN)/pytest --numprocesses=2 --dist=worksteal

.PHONY: help run demo start test test-long soak mutations format golden screenshots lock clean

help:            ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

run: $(VENV)/run ## poll every source and publish output/
	@$(BIN)/aggregator run || test $$? -eq 3
	@$(BIN)/aggregator search index

demo: $(VENV)/run ## the same with the samples in demo/, at a fixed instant, without the network, into data/demo/output/
	@rm -rf data/replay-demo.db* data/outbox/replay-demo
	@$(BIN)/aggregator run --replay demo --at $(DEMO_AT) || test $$? -eq 3
	@$(BIN)/aggregator subscribers add --replay demo --at $(DEMO_AT) --list list@example.org >/dev/null
	@for at in $(DEMO_NEXT) $(DEMO_DIGEST_AT); do \
		$(BIN)/aggregator poll --replay demo --at $$at >/dev/null || test $$? -eq 3 || exit 1; done
	@$(BIN)/aggregator digest send --replay demo --at $(DEMO_DIGEST_AT)
	@$(BIN)/aggregator search index --replay demo

start: $(VENV)/run ## run until stopped: poll, publish, issue digests, send mail, serve output/
	@$(BIN)/aggregator start

test: $(VENV)/test ## the checks, about seven minutes: format, lint, types, layers, tests
	@sh tools/bring-browser
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(PYTEST) -m "not long"

# Branch coverage makes every line two or three times as slow, so it is measured here, without the timed tests.
test-long: $(VENV)/test ## the slow checks: random kills, large payloads, many examples, branch coverage
	@sh tools/bring-browser
	@$(PYTEST) -m "long or hypothesis" --hypothesis-profile=long
	@$(BIN)/coverage erase
	@$(PYTEST) -m "not long and not timed" --cov --cov-report=term --cov-fail-under=90

soak: $(VENV)/test ## 2,000 cycles with faults beside a run without: memory, handles, stores and mail alike
	@PYTHONPATH=src:. $(BIN)/python -m tests.soak

mutations: $(VENV)/test ## break the program in many small ways and show which test fails for each
	@$(BIN)/python tools/run_mutations.py

format: $(VENV)/test ## format the code and fix what ruff can fix
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

golden: $(VENV)/test ## write the expected outputs of the tests again; read the diff before you commit it
	@GOLDEN=write $(BIN)/pytest -k golden --no-cov

screenshots: $(VENV)/test demo ## pictures of the pages at 360 and 1280 px, light and dark, in data/screenshots/
	@$(BIN)/python tools/screenshots.py data/demo/output data/screenshots data/outbox/replay-demo

lock:            ## pin the packages of requirements*.in, with hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt

clean:           ## delete what was built; data/ and output/ stay
	rm -rf $(VENV) .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis

# ---------------------------------------------------------------- the environment
$(VENV)/bin/python:
	@PYTHON=$(PYTHON) sh tools/make-venv $(VENV)

$(VENV)/run: requirements.txt pyproject.toml $(VENV)/bin/python
	@echo "Installing the packages of the program (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test: requirements-dev.txt $(VENV)/run
	@echo "Installing the packages of the checks (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@touch $@
