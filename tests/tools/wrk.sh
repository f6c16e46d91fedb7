#!/usr/bin/env bash
# Sees to it that `make bench` has its load generator, wrk.
set -euo pipefail

if command -v wrk >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "==> wrk is missing: installing the system's package \`wrk\` with apt-get (this is outside of .tools)"
    apt-get update -qq
    apt-get install -y --no-install-recommends wrk
    exit 0
fi
echo "The benchmarks need wrk: \`sudo apt-get install wrk\`, \`brew install wrk\`, or https://github.com/wg/wrk" >&2
exit 1
