# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make help lists the targets. Arguments: ARGS (rehearse, test-all, test-versions, chaos), STAGES and V (test), PARTS (bench, test-containers).

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-test rehearse estate-up estate-down estate-reset estate-status estate-show test test-all test-containers test-windows test-versions lint bench chaos docs artifact pictures clean

# Ansible refuses to run in a locale that is not UTF-8, and a scrubbed environment has none.
export LC_ALL := C.UTF-8
# What Ansible keeps about runs from this checkout stays in this checkout.
export ANSIBLE_HOME ?= $(CURDIR)/.ansible

BIN := .venv/bin
# The estate's ports are below 1024, and the tests make network namespaces: both want root. Set-up asks for it by itself.
KEPT := ANSIBLE_HOME,CI,EXAM_REHEARSAL_NETWORK,EXAM_TEST_MSSQL_IMAGE,EXAM_TEST_ORACLE_IMAGE,LC_ALL
AS_ROOT := $(if $(filter-out 0,$(shell id -u)),sudo --preserve-env=$(KEPT))
# Debian puts servers' programs where an ordinary user's PATH does not look
WITH_PATH := $(AS_ROOT) env PATH="$(CURDIR)/$(BIN):$$PATH:/usr/sbin:/sbin"
PYTHON_HERE := $(WITH_PATH) PYTHONPATH=.:.collections $(BIN)/python

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup:  ## what running the playbooks needs: Debian packages, .venv, the collection's place (part of every other target)
	@sh scripts/setup.sh runtime

setup-test:  ## the same, and what only the tests need
	@sh scripts/setup.sh test

rehearse: estate-up  ## take the whole of LIVE, on this machine, through the plan, its validation by invented people included; ARGS='--check --diff', ARGS='--tags dns'
	@$(WITH_PATH) $(BIN)/ansible-playbook -i inventories/live -i inventories/rehearsal playbooks/live.yml $(ARGS)
	@$(if $(ARGS),,$(PYTHON_HERE) -m emulators.estate validate)

estate-up: setup  ## start the rehearsal's estate, unless it runs
	@$(PYTHON_HERE) -m emulators.estate up

estate-down: setup  ## stop it; nothing is left running
	@$(PYTHON_HERE) -m emulators.estate down

estate-reset: setup  ## start it as on the first day
	@$(PYTHON_HERE) -m emulators.estate reset

estate-status: setup  ## what of it runs, and where
	@$(PYTHON_HERE) -m emulators.estate status

estate-show: setup  ## the state of an emulated Windows host; HOST=es-live
	@$(PYTHON_HERE) -m emulators.windows show --directory .rehearsal/$${EXAM_REHEARSAL_NETWORK:-127.10}/windows $(HOST)

test: setup-test  ## everything that CI runs; STAGES='lint unit' for some of it, V=1 to see it live
	@$(PYTHON_HERE) -m scripts.stages $(if $(V),--live) $(STAGES)

test-all: setup-test  ## the same with what is too much for each change, and test-versions: hours; STAGES, as above, without that
	@$(PYTHON_HERE) -m scripts.stages --everything $(if $(V),--live) $(STAGES)
	@$(if $(STAGES),,$(PYTHON_HERE) -m scripts.all_versions $(ARGS))

test-containers: setup-test  ## the emulated databases' tests on the vendors' own, where Docker is; PARTS=sql-server
	@$(PYTHON_HERE) -m scripts.containers $(PARTS)

test-windows: setup  ## roles' parts on a Windows host of one's own, named by EXAM_TEST_WINDOWS_NAME, _USER, _PASSWORD_FILE, _CA (docs/windows.md)
	@PYTHONPATH=.:.collections $(BIN)/python -m scripts.windows_host

test-versions: setup-test  ## ansible-core 2.19, 2.20, 2.21 on each Python that is here: the tests of make test but molecule; and galaxy-importer
	@$(PYTHON_HERE) -m scripts.all_versions $(ARGS)

lint: setup-test  ## the first stage of make test alone
	@$(PYTHON_HERE) -m scripts.stages $(if $(V),--live) lint

bench: setup-test  ## speed and memory beside the peers', measured in one run; PARTS='dns https' for some of it
	@$(PYTHON_HERE) -m tests.performance $(PARTS)

chaos: setup-test  ## each fault of each emulated system while its role works, and the run after it; ARGS='--seed 7 --only eugex --cases 3'
	@$(PYTHON_HERE) -m tests.chaos $(ARGS)

docs: setup-test  ## the guides and the reference of all plugins and roles as a site, build/documentation/README.html
	@$(PYTHON_HERE) -m scripts.documentation

artifact: setup  ## the collection as Galaxy and execution environments get it, in build/
	@$(WITH_PATH) ansible-galaxy collection build --force --output-path build .

pictures: setup-test  ## the documentation's pictures of report and plan, from the tests' example
	@$(PYTHON_HERE) -m tests.integration.report.pictures

clean:  ## stop the estate and remove what was made here, .venv included; reports stay
	@if [ -x $(BIN)/python ]; then $(PYTHON_HERE) -m emulators.estate down; fi
	$(AS_ROOT) rm -rf .venv .collections .cache .ansible .rehearsal build .hypothesis .ruff_cache
	find . -name __pycache__ -type d -prune -exec $(AS_ROOT) rm -rf {} +
