#!/usr/bin/env python3
"""Lets schemathesis loose on a server of its own.

EXAMPLES is how many cases an operation gets, of random data alone (50); MOUNTS is `bare` for the bare paths alone, or
`both`; SEED decides what is random (1, so that a finding is of the change and not of the day), `any` lets it differ.
Further arguments are schemathesis' own. The last line tells how many cases were sent.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "tools"))

from with_server import server  # noqa: E402

TOOLS = Path(os.environ.get("COUNTERSIGN_TOOLS", ROOT / ".tools"))


def main():
    examples = int(os.environ.get("EXAMPLES", "50"))
    mounts = os.environ.get("MOUNTS", "bare")
    seed = os.environ.get("SEED", "1")
    with server({}) as environment:
        cases = Path(environment["FOLDER"], "cases.json")
        command = [TOOLS / "python/bin/schemathesis", "--config-file", HERE / "schemathesis.toml", "run"]
        command += [f"--max-examples={examples}", "--no-color", environment["ORIGIN"] + "/openapi.json"]
        command += [] if mounts == "both" else ["--exclude-path-regex=^/api/"]
        command += [] if seed == "any" else [f"--seed={seed}"]
        environment = os.environ | environment | {"CASES": str(cases)}
        status = subprocess.run([*command, *sys.argv[1:]], cwd=ROOT, env=environment).returncode
        return tell(json.loads(cases.read_text()), examples) if status == 0 else status


def tell(cases, examples):
    """Counts what was sent. An operation without parameters and body has one good request, and so fewer cases."""
    few = [f"{name} ({case['sent']})" for name, case in cases.items() if case["takes_input"] and case["sent"] < examples]
    if few or not cases:
        print(f"schemathesis: fewer than {examples} cases were sent to {', '.join(few) or 'anything'}")
        return 1
    sent = sum(case["sent"] for case in cases.values())
    without = sum(not case["takes_input"] for case in cases.values())
    print(
        f"schemathesis: {sent} cases to {len(cases)} operations, no finding; at least {examples} each but for the"
        f" {without} that take no input"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
