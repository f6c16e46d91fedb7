#!/usr/bin/env python3
"""Lets schemathesis loose on a server of its own.

EXAMPLES is how many cases an operation gets, of random data alone (50); MOUNTS is `bare` for the bare paths alone, or
`both`; SEED decides what is random (1, so that a finding is of the change and not of the day), `any` lets it differ.
Further arguments are schemathesis' own. The last line tells how many cases were sent.
"""

import collections
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "tools"))

from with_server import server  # noqa: E402

TOOLS = Path(os.environ.get("COUNTERSIGN_TOOLS", ROOT / ".tools"))


# Two runs at once, each with a server of its own: generating data is what takes the time, and keeps one core busy.
PHASES = ["examples,coverage", "fuzzing,stateful"]


def main():
    examples = int(os.environ.get("EXAMPLES", "50"))
    with ThreadPoolExecutor(len(PHASES)) as pool:
        runs = list(pool.map(lambda phases: run(phases, examples), PHASES))
    for status, output, _ in runs:
        print(output, flush=True)
        if status != 0:
            return status
    return tell([cases for _, _, cases in runs], examples)


def run(phases, examples):
    """Sends the cases of these phases. Gives the exit code, what was printed, and how many went to each operation."""
    seed = os.environ.get("SEED", "1")
    with server({}) as environment:
        cases = Path(environment["FOLDER"], "cases.json")
        command = [TOOLS / "python/bin/schemathesis", "--config-file", HERE / "schemathesis.toml", "run"]
        command += [f"--phases={phases}", f"--max-examples={examples}", "--no-color"]
        command += [] if os.environ.get("MOUNTS") == "both" else ["--exclude-path-regex=^/api/"]
        command += [] if seed == "any" else [f"--seed={seed}"]
        command += [*sys.argv[1:], environment["ORIGIN"] + "/openapi.json"]
        environment = os.environ | environment | {"CASES": str(cases)}
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return ended.returncode, ended.stdout, json.loads(cases.read_text()) if cases.exists() else {}


def tell(runs, examples):
    """Counts what was sent. An operation without parameters and body has one good request, and so fewer cases."""
    sent, takes_input = collections.Counter(), {}
    for cases in runs:
        for name, case in cases.items():
            sent[name] += case["sent"]
            takes_input[name] = case["takes_input"]
    few = [f"{name} ({count})" for name, count in sent.items() if takes_input[name] and count < examples]
    if few or not sent:
        print(f"schemathesis: fewer than {examples} cases were sent to {', '.join(few) or 'anything'}")
        return 1
    without = sum(not takes for takes in takes_input.values())
    print(
        f"schemathesis: {sent.total()} cases to {len(sent)} operations, no finding; at least {examples} each but for the"
        f" {without} that take no input"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
