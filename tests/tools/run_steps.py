#!/usr/bin/env python3
"""Runs every check of the project, quick ones first, and closes with one table. `make test` calls it.

The first step that fails ends the run: the table says which one, and which were not run because of it.
"""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ.get("COUNTERSIGN_TOOLS", ROOT / ".tools")).resolve()


@dataclass
class Step:
    """One row of the table: shell commands, the first that fails being the last that runs."""

    name: str
    usually: str  # how long a first and a further run take on two cores, for the person who waits
    commands: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    counts_tests: bool = False  # whether the runners count tests here, so that none at all is a failure


STEPS = [
    Step("rustfmt", "2 s", ["cargo fmt --all --check"]),
    Step("tools", "8 minutes, then nothing", ["node tests/tools/install.mjs test"]),
    Step(
        "clippy",
        "2 minutes, then 10 s",
        [
            "cargo clippy --workspace --all-targets --all-features -- -D warnings",
            # What the browser gets: core without its signing half, and the code that only wasm32 sees.
            "cargo clippy -p countersign-core --no-default-features --all-targets -- -D warnings",
            "cargo clippy -p countersign-core --no-default-features --features sign -- -D warnings",
            "cargo clippy -p countersign-wasm --target wasm32-unknown-unknown --all-features -- -D warnings",
        ],
    ),
    Step(
        "rustdoc",
        "1 minute, then 5 s",
        ["cargo doc --no-deps -p countersign-core -p countersign-server"],
        {"RUSTDOCFLAGS": "-D warnings"},
    ),
    Step("cargo deny", "5 s", ["cargo-deny check bans licenses sources"]),
    Step(
        "Rust tests",
        "4 minutes, then 1 minute",
        # The end-to-end tests start the server's program, which `cargo test` alone does not build.
        ["cargo build --workspace --bin countersign --bin parity", "cargo test --workspace --no-fail-fast"],
        counts_tests=True,
    ),
    Step(
        "core vectors on wasm32",
        "1 minute, then 5 s",
        [
            "cargo test -p countersign-core --target wasm32-unknown-unknown"
            " --test vectors --test token_vectors --test revocation_vectors --test totp_vectors --test wycheproof"
        ],
        {"CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER": "wasm-bindgen-test-runner"},
        counts_tests=True,
    ),
    Step(
        "foreign clients",
        "3 s",
        [
            "python3 tests/tools/with_server.py 'SECRET_KEY=a secret that a foreign client shares'"
            f" -- {TOOLS}/python/bin/python tests/clients/client.py",
            # Without a secret the server signs with a key of its own, whose public half it publishes.
            "python3 tests/tools/with_server.py -- node tests/clients/client.mjs",
            "python3 tests/tools/with_server.py ALGORITHM=ES256 -- node tests/clients/client.mjs",
            "python3 tests/tools/with_server.py ALGORITHM=RS256 -- node tests/clients/client.mjs",
        ],
    ),
    Step("schemathesis", "2 minutes", ["python3 tests/schemathesis/run.py"]),
    Step("package build", "1 minute, then nothing", ["make --no-print-directory package"]),
    Step(
        "package tests in Node",
        "10 s",
        ["node --test --test-reporter=tap wasm/tests/*.test.mjs"],
        counts_tests=True,
    ),
    Step("one suite on every runtime", "2 minutes", ["node --test --test-reporter=tap tests/cells/*.test.mjs"], counts_tests=True),
    Step("parity of native and wasm", "1 minute", ["node --test --test-reporter=tap tests/parity/*.test.mjs"], counts_tests=True),
    Step(
        "demo tests in Chromium",
        "30 s",
        [
            "make --no-print-directory demo",
            "node --test --test-reporter=tap web-demo/tests/*.test.mjs",
        ],
        counts_tests=True,
    ),
]


# The closing lines of the runners: cargo and wasm-bindgen-test write the first, `node --test` the others.
CARGO_LINE = re.compile(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored")
NODE_LINE = re.compile(r"^# (pass|fail|skipped) (\d+)$")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Result:
    """What became of a step, and the sum of what its runners counted."""

    name: str
    outcome: str = "not run"
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    counts_tests: bool = False

    def read(self, line):
        """Adds a runner's closing line up; any other line is none of ours."""
        line = COLOUR.sub("", line).rstrip()
        if found := CARGO_LINE.search(line):
            self.passed += int(found[1])
            self.failed += int(found[2])
            self.skipped += int(found[3])
        elif found := NODE_LINE.match(line):
            count = {"pass": "passed", "fail": "failed", "skipped": "skipped"}[found[1]]
            setattr(self, count, getattr(self, count) + int(found[2]))

    def counts(self):
        if not self.counts_tests or self.outcome == "not run":
            return ""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run(step):
    """Runs one step and passes its output on as it comes."""
    print(f"\n==> {step.name} (usually {step.usually})", flush=True)
    result = Result(step.name, "ok", counts_tests=step.counts_tests)
    started = time.monotonic()
    for command in step.commands:
        print(f"$ {command}", flush=True)
        if run_command(command, step.environment, result) != 0:
            result.outcome = "FAILED"
            break
    if result.outcome == "ok" and step.counts_tests and result.passed == 0:
        print(f"No test ran in this step: {step.name}")
        result.outcome = "FAILED"
    result.seconds = time.monotonic() - started
    return result


def run_command(command, environment, result):
    environment = os.environ | {"PATH": f"{TOOLS / 'rust/bin'}:{os.environ['PATH']}"} | environment
    if sys.stdout.isatty():
        environment.setdefault("CARGO_TERM_COLOR", "always")
    process = subprocess.Popen(
        ["bash", "-c", command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    for line in process.stdout:
        print(line, end="", flush=True)
        result.read(line)
    return process.wait()


def print_table(results, seconds):
    width = max(len(result.name) for result in results)
    print(f"\n{'step':<{width}}  {'result':<7}  {'seconds':>7}  tests")
    for result in results:
        print(f"{result.name:<{width}}  {result.outcome:<7}  {result.seconds:7.1f}  {result.counts()}".rstrip())
    print(f"{'in all':<{width}}  {'':<7}  {seconds:7.1f}  {sum(result.passed for result in results)} passed")


def main():
    started = time.monotonic()
    results = []
    failed = None
    for step in STEPS:
        if failed:
            results.append(Result(step.name))
            continue
        results.append(run(step))
        if results[-1].outcome != "ok":
            failed = step.name
    print_table(results, time.monotonic() - started)
    if failed:
        print(f"\nFAILED: {failed}. The steps after it were not run.")
        return 1
    print("\nAll steps passed.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
