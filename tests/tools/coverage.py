#!/usr/bin/env python3
"""Prints which share of the lines of core and of the server the tests run, and fails below what is wanted.

Counted are the unit, vector and end-to-end tests, in the tests' own processes and in the programs that they start. A
file's tests stand last in it, and neither they nor files of tests alone count as lines. A server that is killed has
its counts too: they are kept in a mapped file while it runs.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ.get("COUNTERSIGN_TOOLS", ROOT / ".tools")).resolve()
TARGET = ROOT / "target" / "coverage"

# Percent of the lines, by folder.
WANTED = {"core/src": 95.0, "host-server/src": 85.0}

BUILD = ["cargo", "build", "--bin", "countersign"]
TEST = ["cargo", "test", "-p", "countersign-core", "-p", "countersign-server", "-p", "countersign-tests"]
KINDS = ["--lib", "--bins", "--tests"]


def main():
    environment = os.environ | {"PATH": f"{TOOLS / 'rust/bin'}:{os.environ['PATH']}", "CARGO_TARGET_DIR": str(TARGET)}
    environment |= instrumented(environment)
    for stale in TARGET.glob("*.profraw"):
        stale.unlink()
    for command in (BUILD, [*TEST, *KINDS]):
        if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0:
            return 1
    report = TARGET / "lcov.info"
    command = ["cargo", "llvm-cov", "report", "--lcov", "--output-path", report]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return tell(lines_by_file(report.read_text()))


def instrumented(environment):
    """What has to stand in the environment of cargo, so that it builds programs that count."""
    command = ["cargo", "llvm-cov", "show-env", "--sh"]
    shown = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    variables = dict(re.findall(r"^export (\w+)='?(.*?)'?$", shown, re.MULTILINE))
    # %c keeps the counts in the mapped file, which wants counters that can be moved there.
    variables["LLVM_PROFILE_FILE"] = str(TARGET / "countersign-%p-%m%c.profraw")
    variables["__CARGO_LLVM_COV_RUSTC_WRAPPER_RUSTFLAGS"] += "\x1f-Cllvm-args=-runtime-counter-relocation"
    return variables


def lines_by_file(lcov):
    """How often each line was run, by the file's path below the root."""
    files = {}
    for record in lcov.split("end_of_record"):
        name = re.search(r"^SF:(.*)$", record, re.MULTILINE)
        if name is None or not Path(name[1]).is_relative_to(ROOT):
            continue
        path = Path(name[1]).relative_to(ROOT)
        counts = {int(line): int(count) for line, count in re.findall(r"^DA:(\d+),(\d+)", record, re.MULTILINE)}
        end = end_of_code(ROOT / path)
        files[path] = {line: count for line, count in counts.items() if line < end}
    return files


def end_of_code(path):
    """The line that a file's tests begin at."""
    if "tests" in path.parts[len(ROOT.parts) :] or path.stem == "tests":
        return 0
    text = path.read_text()
    tests = re.search(r"^#\[cfg\(test\)\]\n(?:#\[.*\]\n)*mod \w+ \{", text, re.MULTILINE)
    return text.count("\n", 0, tests.start()) + 1 if tests else sys.maxsize


def tell(files):
    fails = 0
    for folder, wanted in WANTED.items():
        inside = {path: counts for path, counts in files.items() if path.is_relative_to(folder) and counts}
        lines = sum(len(counts) for counts in inside.values())
        run = sum(sum(count > 0 for count in counts.values()) for counts in inside.values())
        share = 100 * run / max(lines, 1)
        fails += share < wanted
        missed = {path: sum(count == 0 for count in counts.values()) for path, counts in inside.items()}
        worst = sorted(missed, key=missed.get, reverse=True)[:5]
        print(f"{folder}: {share:.1f} % of {lines} lines; {wanted:.0f} % is wanted", "" if share >= wanted else "FAILED")
        print("  most lines not run: " + ", ".join(f"{path.relative_to(folder)} {missed[path]}" for path in worst))
    return 1 if fails else 0


if __name__ == "__main__":
    sys.exit(main())
