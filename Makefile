# Two commands matter: `make report` runs the main job, `make test` passes the tests.
# Each makes its own environment in .venv first; `make help` lists the rest.

PYTHON ?= python3
TORCH ?= index
ARGS ?=
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CONSTRAINTS := constraints.txt
REPORTS := $(VENV)/test-reports

.PHONY: help report test fast lint gallery catalogue schema bench upgrade audit clean prerequisites

help:
	@echo "make report              collect, train, render: one edition under reports/"
	@echo "make report TORCH=cpu    the same with PyTorch's CPU build (smaller; for machines without a GPU)"
	@echo "make report ARGS='--profile quick'   options of 'dlsurvey build'"
	@echo "make test                ruff, mypy and pytest"
	@echo "make fast                the tests that train nothing"
	@echo "make gallery             the pictures of the documentation, from the sample store"
	@echo "make catalogue           the texts to be translated, from the code and the templates"
	@echo "make schema              the JSON schema of survey.toml, from the settings"
	@echo "make bench               the performance claims, measured"
	@echo "make upgrade             newest versions into $(CONSTRAINTS), if the tests pass with them"
	@echo "make audit               known vulnerabilities of the versions in $(CONSTRAINTS)"
	@echo "make clean               remove the environment and the caches; data/ and reports/ stay"

report: $(VENV)/.installed-$(TORCH)
	$(BIN)/dlsurvey build $(ARGS)

test: lint
	$(BIN)/python -m pytest --junitxml=$(REPORTS)/tests.xml -n $(JOBS) --dist loadfile -m "not trains"
	$(BIN)/python -m pytest --junitxml=$(REPORTS)/training.xml -m trains
	@$(BIN)/python -m tests.skipped $(REPORTS)/tests.xml $(REPORTS)/training.xml

fast: lint
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not trains"

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

gallery: $(VENV)/.installed-test
	$(BIN)/python docs/gallery.py

catalogue: $(VENV)/.installed-test
	$(BIN)/python -m dlsurvey.catalogue

schema: $(VENV)/.installed-test
	$(BIN)/python -m dlsurvey.initialise

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks $(ARGS)

prerequisites:
	@$(PYTHON) dlsurvey/prerequisites.py

$(VENV)/.created: | prerequisites
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed-index: pyproject.toml $(CONSTRAINTS) $(VENV)/.created | prerequisites
	$(PIP) install --constraint $(CONSTRAINTS) --editable .
	touch $@

# uv knows the address of PyTorch's own index; torch and torchvision must come from the same one.
$(VENV)/.installed-cpu: pyproject.toml $(CONSTRAINTS) $(VENV)/.created | prerequisites
	$(PIP) install --constraint $(CONSTRAINTS) uv
	$(BIN)/uv pip install --python $(BIN)/python --torch-backend cpu --constraint $(CONSTRAINTS) \
		--reinstall-package torch --reinstall-package torchvision torch torchvision
	$(PIP) install --constraint $(CONSTRAINTS) --editable .
	touch $@

$(VENV)/.installed-test: pyproject.toml $(CONSTRAINTS) $(VENV)/.created | prerequisites
	$(PIP) install --constraint $(CONSTRAINTS) --editable '.[test]'
	touch $@

# The tests run in the new environment before its versions are written down.
upgrade: prerequisites
	rm -rf $(VENV)-upgrade
	$(PYTHON) -m venv $(VENV)-upgrade
	$(VENV)-upgrade/bin/python -m pip install --upgrade --editable '.[test]' uv
	$(VENV)-upgrade/bin/python -m pytest
	$(VENV)-upgrade/bin/python -m pip freeze --exclude-editable > $(CONSTRAINTS)
	rm -rf $(VENV)-upgrade

# In an environment of its own, which must not change what the tests run in. Nothing is installed of
# what is looked up; a version that nobody could tell about counts as a fault.
audit: prerequisites
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet 'pip-audit>=2.9'
	$(VENV)-audit/bin/pip-audit --strict --no-deps --disable-pip --requirement $(CONSTRAINTS)
	rm -rf $(VENV)-audit

clean:
	rm -rf $(VENV) $(VENV)-upgrade $(VENV)-audit build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
