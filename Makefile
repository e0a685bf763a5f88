# One screen: the set-up and the work. `make run` and `make test` are all that anybody needs to know.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO_AT := 2026-06-05T12:00:00Z
DEMO_LETTER_AT := 2026-06-08T07:00:00Z

# Two workers; a worker that has nothing left takes half of what the other still has.
PYTEST := $(BIN)/pytest --numprocesses=2 --dist=worksteal

.PHONY: help run demo start test test-long mutations format golden screenshots lock clean

help:            ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

run: $(VENV)/run ## poll every source and publish output/
	@$(BIN)/aggregator run || test $$? -eq 3
	@$(BIN)/aggregator search-index

demo: $(VENV)/run ## the same job on the samples of demo/, at a fixed instant, without the network
	@rm -rf data/replay-demo.db* data/outbox/replay-demo
	@$(BIN)/aggregator run --replay demo --at $(DEMO_AT) || test $$? -eq 3
	@$(BIN)/aggregator subscribers add --replay demo --at $(DEMO_AT) --list list@example.org >/dev/null
	@$(BIN)/aggregator digest send --replay demo --at $(DEMO_LETTER_AT)
	@$(BIN)/aggregator search-index

start: $(VENV)/run ## keep polling, publish, make the letter on Mondays, serve output/ on localhost
	@$(BIN)/aggregator start

test: $(VENV)/test ## the checks while you work, under five minutes: format, lint, types, layers, tests
	@sh tools/bring-browser
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(PYTEST) -m "not long"

# Counting branches makes every line two or three times as slow, so it is done here, and never where seconds count.
test-long: $(VENV)/test ## what takes longer: random kills, large payloads, many examples, branch coverage
	@sh tools/bring-browser
	@$(PYTEST) -m "long or hypothesis" --hypothesis-profile=long
	@$(BIN)/coverage erase
	@$(PYTEST) -m "not long and not timed" --cov --cov-report=term --cov-fail-under=90

mutations: $(VENV)/test ## break the program in many small ways, and show which test notices each
	@$(BIN)/python tools/run_mutations.py

format: $(VENV)/test ## put the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

golden: $(VENV)/test ## write the expected outputs of the tests anew; read the diff before you commit it
	@GOLDEN=write $(BIN)/pytest -k golden --no-cov

screenshots: $(VENV)/test demo ## pictures of the pages at 360 and 1280 px, light and dark, in data/screenshots/
	@$(BIN)/python tools/screenshots.py output data/screenshots data/outbox/replay-demo

lock:            ## pin what requirements*.in ask for, with hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt

clean:           ## take away what was built; data/ and output/ stay
	rm -rf $(VENV) .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis

# ---------------------------------------------------------------- the environment
$(VENV)/bin/python:
	@PYTHON=$(PYTHON) sh tools/make-venv $(VENV)

$(VENV)/run: requirements.txt pyproject.toml $(VENV)/bin/python
	@echo "Installing what the program needs (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test: requirements-dev.txt $(VENV)/run
	@echo "Installing what the checks need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@touch $@
