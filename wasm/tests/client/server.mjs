// The real server, on a port of its own with a database that goes with it.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const MEMORY = "/dev/shm";

/** Starts a server; `origin` is where it answers, `end` ends it and removes what it stored. */
export async function startServer(settings = {}) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const program = process.env.COUNTERSIGN_BIN ?? join(target, "debug/countersign");
  if (!existsSync(program)) throw new Error(`No server at ${program}: run \`cargo build --bin countersign\` first.`);
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "countersign-client-"));
  const server = spawn(program, ["serve"], {
    cwd: folder,
    // The least that Argon2 takes: its cost is not what is tested.
    env: { PORT: "0", RATE_LIMIT: "off", ARGON2_MEMORY_KIB: "8", ARGON2_ITERATIONS: "1", LOG: "warn", ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const end = () => {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: server.stdout })) {
    const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (origin === undefined) continue;
    server.stdout.resume();
    return { origin, end };
  }
  end();
  throw new Error("The server ended without naming its address.");
}

let number = 0;

/** A registration that nobody has made. */
export function somebody() {
  const name = `ada.${process.pid}.${Date.now().toString(36)}.${(number += 1)}`;
  return { username: name, email: `${name}@example.com`, password: "a harbour in the mist" };
}
