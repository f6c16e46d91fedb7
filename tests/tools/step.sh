#!/usr/bin/env bash
# Runs one build step, says before how long it usually takes and after how long it took:
#
#     step.sh "the wasm package" "1 minute" make package
set -euo pipefail

what=$1
usually=$2
shift 2

echo "==> $what (usually $usually)"
started=$SECONDS
if "$@"; then
    echo "    done in $((SECONDS - started)) s"
else
    status=$?
    echo "    FAILED after $((SECONDS - started)) s: $*" >&2
    exit "$status"
fi
