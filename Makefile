# Trine. `make demo` and `make test` are all a newcomer types; the rest is for those who work on it.

SHELL := /bin/bash
SWIFT ?= swift
# Where the cross-checks by other people's tools find their packages.
VENV := .build/venv
# The index of the sources, a fifth of a debug build, is there for tests alone: they are found in it. Once
# they were built, the demo is built with it too, or the one would undo the other's work.
INDEX := $(if $(wildcard .build/debug/trinePackageTests.xctest),,--disable-index-store)

.PHONY: demo test timing bench lint build man packages test-packages texts venv clean sweep fuzz fuzz-signatures torture compare-packages

demo: packages texts
	@set -e; start=$$SECONDS; \
	$(SWIFT) package resolve; resolved=$$SECONDS; \
	$(SWIFT) build $(INDEX) --product trine; built=$$SECONDS; \
	.build/debug/trine demo $(ARGS); \
	echo "trine: resolving packages took $$((resolved - start)) s, building $$((built - resolved)) s," \
		"the demo itself $$((SECONDS - built)) s" >&2

test: test-packages texts lint venv
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	@set -o pipefail; \
	TRINE_PYTHON=$(CURDIR)/$(VENV)/bin/python3 $(SWIFT) test --skip-build 2>&1 | tee .build/test.log \
		|| { echo "trine: what failed (all of it is in .build/test.log):" >&2; grep -aE '✘|recorded an issue|Fatal error|signal code' .build/test.log >&2; exit 1; }
	@.ci/slowest .build/test.log

# Whether secrets change how long things take: statistics, which want a quiet machine.
timing: test-packages
	TRINE_TIMING=1 $(SWIFT) test --filter TimingTests

# Ten thousand sessions whose gateway's answers somebody changes; make test has 250 of them.
sweep: test-packages
	TRINE_SWEEP=40 $(SWIFT) test --filter SweepTests

# trine verify and the reader in Python on ten thousand changed packages; make test has sixty of them.
MUTANTS ?= 10000
compare-packages: test-packages
	TRINE_MUTANTS=$(MUTANTS) $(SWIFT) test --filter PackageReaderTests

# A gateway's process killed a thousand times under load, with a look at everything after each kill; make
# test has fifty of them. And every fault of the store at every place, while many send at once.
torture: test-packages
	TRINE_KILLS=1000 $(SWIFT) test --filter 'ProcessTests.killsLoseNothing|InterruptedImportTests|KillTests|FaultTests|PipelineTests'

# Compares our own checks of signatures with libsodium's, on all cores. COUNT signatures; SEED and FIRST, the
# first round, continue or repeat a run. make test compares twenty thousand.
COUNT ?= 100000000
FIRST ?= 0
fuzz-signatures: packages
	$(SWIFT) build -c release --product trine-fuzz
	.build/release/trine-fuzz $(COUNT) $(if $(SEED),$(SEED),$$(od -An -N8 -tu8 /dev/urandom | tr -d ' ')) $(FIRST)

# Feeds each reader of documents with inputs that it makes up, guided by what code they reach, for a minute;
# SECONDS=3600 goes on for so long each, READERS="mt940 xml" takes some. make test reads what was found before,
# and changed copies of it, which are the same each time.
fuzz: packages
	SWIFT="$(SWIFT)" SECONDS_EACH=$(or $(SECONDS),60) READERS="$(READERS)" .ci/fuzz

# ARGS="fetch audit" runs these groups only. TRINE_BENCH_ENTRIES=10000,1000000 ARGS=load loads a gateway
# with so many entries behind it, and ARGS=lists measures lists there: after make build the commands, too.
bench: packages venv
	$(SWIFT) build -c release --product trine-bench
	TRINE_PYTHON=$(CURDIR)/$(VENV)/bin/python3 .build/release/trine-bench $(ARGS)

lint:
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests

build: packages
	$(SWIFT) build -c release --product trine

# The build looks at the links to the policies and not at the files: a link gets the time of its file.
texts:
	@for link in Sources/Rules/Policies/*.cedar*; do touch -h -r "$$(readlink -f "$$link")" "$$link"; done

packages:
	@.ci/packages

# Absent packages only skip the checks that need them, and those say so.
test-packages:
	@.ci/packages tests

venv:
	@test -x $(VENV)/bin/python3 || python3 -m venv $(VENV)
	@$(VENV)/bin/python3 -c 'import sd_jwt, cedarpy, anoncreds' 2>/dev/null \
		|| $(VENV)/bin/pip install --quiet --disable-pip-version-check sd-jwt==0.10.4 cryptography cedarpy==4.12.2 anoncreds==0.2.3 \
		|| echo "trine: the Python packages can't be had; cross-checks with them will be skipped" >&2

clean:
	rm -rf .build

# A manual page for each command, in .build/man: man -l .build/man/trine.1
man: packages
	$(SWIFT) build $(INDEX) --product trine
	$(SWIFT) build $(INDEX) --product generate-manual
	@rm -rf .build/man && mkdir -p .build/man
	@.build/debug/generate-manual .build/debug/trine --multi-page --output-directory .build/man
	@sed -i 's/^$$/.Pp/' .build/man/*.1
	@echo "$$(ls .build/man | wc -l) pages in .build/man; the first: man -l .build/man/trine.1"
