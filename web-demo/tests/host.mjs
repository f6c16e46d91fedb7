// The server as a user starts it: the binary, a free loopback port, a database of its own.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DIST = join(ROOT, "web-demo", "dist");
// A start applies the migrations and makes a key: well under a second, also on a busy machine.
const START_WITHIN_MS = 20_000;

/** A server that can be killed and started again at the same address over the same database. */
export class Host {
  #folder = mkdtempSync(join(tmpdir(), "countersign-demo-"));
  #port;
  #server = null;
  #log = "";
  #settings;

  /** Starts a server and resolves when it answers. `settingsAt` gives further settings for its address. */
  static async start(settingsAt = () => ({})) {
    const host = new Host();
    host.#port = await freePort();
    host.#settings = settingsAt(host.origin);
    await host.start();
    return host;
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts the server again where it was. */
  async start() {
    this.#server = spawn(binary(), ["serve", "--demo-dir", DIST], { ...this.#surroundings, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#server.stdout, this.#server.stderr]) {
      stream.on("data", (bytes) => {
        this.#log += bytes;
      });
    }
    await this.#answers();
  }

  /** Runs another command of the program over the same database, with this as its standard input. */
  run(args, input = "") {
    return execFileSync(binary(), args, { ...this.#surroundings, input, encoding: "utf8" });
  }

  get #surroundings() {
    return {
      // A folder of its own, so that no `.env` of the person who runs this is read.
      cwd: this.#folder,
      env: {
        PATH: process.env.PATH,
        HOST: "127.0.0.1",
        // All pages of these tests are at one address.
        RATE_LIMIT: "off",
        PORT: String(this.#port),
        DATABASE_URL: `sqlite:///${join(this.#folder, "demo.db")}`,
        ...this.#settings,
      },
    };
  }

  /** The token of the newest mail in the outbox that goes to `address` and has this subject. */
  mailedToken(address, subject) {
    const shown = this.run(["outbox"]);
    const mail = shown.split("== ").findLast((text) => text.includes(`To: ${address}\nSubject: ${subject}\n`));
    return /^ {4}(\S+)$/m.exec(mail)[1];
  }

  /** Kills the server as a power cut would. */
  async kill() {
    if (this.#server === null || this.#server.exitCode !== null) return;
    const ended = once(this.#server, "exit");
    this.#server.kill("SIGKILL");
    await ended;
    this.#server = null;
  }

  /** Ends the server and removes its database. */
  async end() {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers() {
    const deadline = Date.now() + START_WITHIN_MS;
    while (Date.now() < deadline) {
      if (this.#server.exitCode !== null) break;
      const answer = await fetch(`${this.origin}/healthz`).catch(() => null);
      if (answer?.ok) return;
      await sleep(25);
    }
    throw new Error(`The server did not start:\n${this.#log}`);
  }
}

function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const path = process.env.COUNTERSIGN_BIN ?? join(target, "debug", "countersign");
  if (!existsSync(path)) throw new Error(`No server at ${path}: run \`cargo build -p countersign-server\` first.`);
  if (!existsSync(join(DIST, "index.html"))) throw new Error(`No demo at ${DIST}: run \`make demo\` first.`);
  return path;
}

/** A port nobody listens on. It is free again when the server takes it, and stays the page's address over restarts. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
