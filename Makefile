# The project's commands. `make help` lists them; `make run` and `make test` are all that a newcomer needs.
#
# What is built here is rebuilt only when something it is made of is newer. The tools it takes go to .tools, by the
# exact versions of tests/tools/package.json.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
# A target that was written before its recipe failed would pass for built.
.DELETE_ON_ERROR:

TOOLS := .tools
export COUNTERSIGN_TOOLS := $(CURDIR)/$(TOOLS)

STEP := tests/tools/step.sh
SERVER := target/release/countersign

# Each stands for all of its folder and is as new as the last build that went well. Among the sources folders count
# too, so that a removed file is noticed.
PACKAGE := wasm/pkg/package.json
DEMO := web-demo/dist/index.html
PACKAGE_SOURCES := Cargo.toml rust-toolchain.toml tests/tools/package.json .cargo/config.toml $(wildcard Cargo.lock core/Cargo.toml core/build.rs wasm/Cargo.toml wasm/*.mjs wasm/*.json wasm/*.md LICENSE*) \
	$(shell find core/src core/data wasm/src wasm/js 2>/dev/null)
DEMO_SOURCES := $(wildcard web-demo/build.mjs) $(shell find web-demo/src 2>/dev/null)

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: announce demo server ## Build what is needed and serve at http://127.0.0.1:8000 (HOST and PORT change that)
	@mkdir -p .run
	@if [ -z "$$DATABASE_URL" ] && ! grep -qs '^DATABASE_URL=' .env; then \
		export DATABASE_URL=sqlite:///./.run/countersign.db; \
	fi; \
	exec $(SERVER) serve --demo-dir web-demo/dist

.PHONY: announce
announce:
	@[ -x $(SERVER) ] || echo "Nothing is built yet. A first build takes about 9 minutes on two cores: the tools 4, the wasm package 1, the server 4."

.PHONY: test
test: prerequisites ## Run everything there is to check, and close with one table
	@command -v python3 >/dev/null || { echo "Python 3.11 or later is needed for this: https://www.python.org"; exit 1; }
	@python3 tests/tools/run_steps.py

.PHONY: package
package: tools $(PACKAGE) ## Build the npm package into wasm/pkg, and its tarball beside it

$(PACKAGE): $(PACKAGE_SOURCES)
	@$(STEP) "the wasm package" "1 minute" node wasm/build.mjs
	@touch $@

.PHONY: demo
demo: package $(DEMO) ## Build the web demo into web-demo/dist

$(DEMO): $(PACKAGE) $(DEMO_SOURCES)
	@$(STEP) "the web demo" "1 second" node web-demo/build.mjs
	@touch $@

.PHONY: server
server: prerequisites ## Build the server, target/release/countersign
	@$(STEP) "the server" "4 minutes the first time, then nothing" cargo build --release -p countersign-server

.PHONY: cells
cells: package ## Prove the package by one suite on every runtime and behind every bundler
	@node tests/tools/install.mjs test
	@$(STEP) "one suite on every runtime" "2 minutes" node --test --test-reporter=tap tests/cells/*.test.mjs

.PHONY: parity
parity: package ## Hold native and wasm on every runtime to the same verdicts, on PARITY_INPUTS generated inputs
	@node tests/tools/install.mjs test
	@$(STEP) "parity of native and wasm" "1 minute for 100,000 inputs" node --test --test-reporter=tap tests/parity/*.test.mjs

.PHONY: bench
bench: server ## Print the table of the benchmarks (needs wrk)
	@tests/tools/wrk.sh
	cargo run --release -p countersign-tests --bin bench

.PHONY: timing
timing: server ## Print whether the time of an answer tells who has an account: SAMPLES of each kind (5,000), in TABLES (all; an hour)
	cargo run --release -p countersign-tests --bin timing -- $(TABLES)

.PHONY: speed
speed: package ## Print how quick the package is in Node, beside hash-wasm, openpgpjs, jose and fast-jwt
	@node tests/tools/install.mjs test
	node wasm/bench.mjs

.PHONY: soak
soak: ## The long campaigns: parity over 1,000,000 inputs, schemathesis with 1,000 cases for each operation, 1,000 rounds of every race, 500,000 operations beside the model
	PARITY_INPUTS=1000000 $(MAKE) parity
	EXAMPLES=1000 MOUNTS=both SEED=any $(MAKE) schemathesis
	cargo build --bin countersign
	RACE_ROUNDS=1000 cargo test -p countersign-tests --test e2e races
	MODEL_OPERATIONS=500000 MODEL_SEED=any cargo test -p countersign-server --test model -- --nocapture

.PHONY: schemathesis
schemathesis: tools ## Send every operation EXAMPLES cases that no client would, at MOUNTS (bare or both)
	@node tests/tools/install.mjs test
	@cargo build --quiet --bin countersign
	@python3 tests/schemathesis/run.py

.PHONY: coverage
coverage: prerequisites ## Print which share of the lines of core and the server the tests run, and fail below 95 % and 85 %
	@node tests/tools/install.mjs coverage
	@$(STEP) "coverage" "3 minutes, then 1 minute" python3 tests/tools/coverage.py

.PHONY: advisories
advisories: tools ## Look up the dependencies in the RustSec advisory database (needs the network)
	@node tests/tools/install.mjs test
	$(TOOLS)/rust/bin/cargo-deny check advisories

.PHONY: tools
tools: prerequisites ## Install the build tools into .tools
	@node tests/tools/install.mjs build

.PHONY: prerequisites
prerequisites:
	@command -v cargo >/dev/null || { echo "Rust is needed, by rustup: https://rustup.rs"; exit 1; }
	@command -v npm >/dev/null || { echo "Node 20 or later with npm is needed: https://nodejs.org"; exit 1; }

.PHONY: clean
clean: ## Remove what was built; the tools (.tools) and the database of `make run` (.run) stay
	rm -rf target wasm/pkg wasm/*.tgz web-demo/dist
