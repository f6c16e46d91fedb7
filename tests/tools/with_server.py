#!/usr/bin/env python3
"""Runs a command beside a server of its own:

    with_server.py [NAME=value]... -- command [argument]...

The server is the program of the last debug build, on a port that the system chooses and a database in a folder that
is removed afterwards. Hashes are cheap and no address is held back, but for what the settings NAME=value say. The
command finds the server's address in ORIGIN, an admin's password in ADMIN_PASSWORD (the admin is called `admin`), the
program and its working folder in PROGRAM and FOLDER, and the settings as they are. Ends with the command's exit code.
"""

import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / "countersign"

# Every log-in waits for the disk, and no case is about that.
MEMORY = "/dev/shm"

SETTINGS = {
    "PORT": "0",
    "RATE_LIMIT": "off",
    # The least that Argon2 takes: its cost is not what is tested.
    "ARGON2_MEMORY_KIB": "8",
    "ARGON2_ITERATIONS": "1",
    "LOG": "warn",
}


@contextmanager
def server(settings):
    """A running server, as the environment of those who talk to it."""
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        password = secrets.token_urlsafe(24)
        environment = SETTINGS | settings
        make_admin = ["user", "create", "--username", "admin", "--email", "admin@example.com", "--admin"]
        subprocess.run(
            [PROGRAM, *make_admin],
            cwd=folder,
            env=environment,
            input=password,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        process = subprocess.Popen([PROGRAM, "serve"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            origin = next((found[0] for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
            if origin is None:
                sys.exit(f"{PROGRAM} ended without naming its address")
            # The rest of the banner is read away, so that the pipe never fills.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield settings | {"ORIGIN": origin, "ADMIN_PASSWORD": password, "PROGRAM": str(PROGRAM), "FOLDER": folder}
            if process.poll() is not None:
                sys.exit(f"the server ended by itself, with {process.returncode}")
        finally:
            process.kill()
            process.wait()


def main():
    divider = sys.argv.index("--")
    settings = dict(setting.split("=", 1) for setting in sys.argv[1:divider])
    with server(settings) as environment:
        return subprocess.run(sys.argv[divider + 1 :], cwd=ROOT, env=os.environ | environment).returncode


if __name__ == "__main__":
    sys.exit(main())
