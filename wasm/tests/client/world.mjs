// A world for the client whose time the test makes pass: tabs that share a storage, locks and channels, and a server
// that rotates refresh tokens as the contract says. Nothing in it waits for a real clock.

import { authClient } from "../../js/client/client.js";

export const BASE = "https://auth.example";
export const ADA = { id: 7, username: "ada", email: "ada@example.com", name: null, mfa_enabled: false };
export const CREDENTIALS = { username: "ada", password: "analytical engine" };
export const KEY = `countersign.1 ${BASE}/`;

const GRACE_MS = 10_000;

/** Lets everything that needs no time happen. */
export const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
};

export class World {
  now = 0;
  server = new Server(this);
  storage = new Map();
  locks = new Locks();
  channels = new Map();
  #timers = new Map();
  #next = 1;
  #open = [];

  /** A tab: a client with a clock, timers and listeners of its own. */
  tab({ wallOffset = 0, locks = true, channel = true, host: more = {}, ...options } = {}) {
    const listeners = new Map();
    const world = this;
    const timers = new Set();
    const tab = {
      closed: false,
      asleep: false,
      events: [],
      wallOffset,
      /** How long the clock that nobody sets has stood still in sleep. */
      stoodStill: 0,
      /** As the browser does it: what runs ends, locks are given up, nothing more is heard. */
      close() {
        tab.closed = true;
        for (const id of timers) world.#timers.delete(id);
        world.locks.releaseAll(tab);
        world.channels.get(tab)?.close();
      },
      fire(type, event = {}) {
        for (const listener of listeners.get(type) ?? []) listener(event);
      },
    };
    const target = {
      addEventListener(type, listener) {
        listeners.set(type, [...(listeners.get(type) ?? []), listener]);
      },
    };
    const host = {
      performance: { now: () => world.now - tab.stoodStill },
      Date: { now: () => 1_800_000_000_000 + world.now + tab.wallOffset },
      setTimeout(work, ms, ...args) {
        const id = world.#next++;
        timers.add(id);
        world.#timers.set(id, { at: world.now + ms, tab, work: () => work(...args) });
        return id;
      },
      clearTimeout: (id) => world.#timers.delete(id),
      fetch: (url, init) => world.server.fetch(tab, url, init),
      localStorage: {
        getItem: (key) => world.storage.get(key) ?? null,
        setItem: (key, text) => world.storage.set(key, String(text)),
        removeItem: (key) => world.storage.delete(key),
      },
      navigator: locks ? { locks: world.locks.of(tab) } : {},
      BroadcastChannel: channel ? channelsOf(world, tab) : undefined,
      document: target,
      ...target,
      ...more,
    };
    tab.client = authClient({ baseURL: BASE, ...options }, { host, loadVerify: more.loadVerify });
    tab.client.onAuthStateChange((event) => tab.events.push(event));
    this.#open.push(tab);
    return tab;
  }

  /** A tab sleeps: neither its timers nor the clock that nobody sets go on meanwhile. */
  async sleep(tab, ms) {
    tab.asleep = true;
    await this.pass(ms);
    tab.asleep = false;
    tab.stoodStill += ms;
    for (const timer of this.#timers.values()) if (timer.tab === tab) timer.at += ms;
  }

  /** Does `work` when so much time has passed. */
  after(ms, work) {
    this.#timers.set(this.#next++, { at: this.now + ms, tab: {}, work });
  }

  /** Lets time pass, timer by timer. */
  async pass(ms) {
    const end = this.now + ms;
    await settle();
    for (;;) {
      const due = [...this.#timers].filter(([, { at, tab }]) => at <= end && !tab.asleep);
      if (due.length === 0) break;
      const [id, { at, work }] = due.reduce((first, other) => (other[1].at < first[1].at ? other : first));
      this.now = Math.max(this.now, at);
      this.#timers.delete(id);
      work();
      await settle();
    }
    this.now = end;
  }

  /** What `promise` comes to, while time passes until it does. */
  async until(promise) {
    let over = false;
    void promise.finally(() => (over = true)).catch(() => {});
    await settle();
    const deadline = this.now + 600_000;
    while (!over && this.now < deadline) await this.pass(this.now < deadline - 500_000 ? 50 : 5_000);
    if (!over) throw new Error("It did not end within ten minutes.");
    return promise;
  }

  stored() {
    return JSON.parse(this.storage.get(KEY) ?? "null");
  }
}

/** The server, as far as sessions go. */
class Server {
  lifetimeSecs = 3600;
  user = ADA;
  /** How long an answer takes on its way back. */
  delayMs = 0;
  refreshes = 0;
  requests = [];
  /** Each answers instead of the server, or `undefined` to let it: `(request) => Response | Error | undefined`. */
  faults = [];
  /** One that is not used up. */
  broken;
  sessions = new Map();
  #number = 0;

  constructor(world) {
    this.world = world;
  }

  async fetch(tab, url, init = {}) {
    const { pathname: path, search } = new URL(url.url ?? url);
    const body = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    const headers = new Headers(init.headers);
    const request = { method: init.method ?? "GET", path, search, body, tab, init, headers, bearer: headers.get("authorization")?.slice(7) };
    this.requests.push(request);
    let fault = this.faults[0]?.(request);
    // A fault is used up by the request it meets, unless it says that it is none of its.
    if (fault !== undefined) this.faults.shift();
    else fault = this.broken?.(request);
    await undefined;
    if (fault instanceof Response) return fault;
    if (fault instanceof Error) throw fault;
    const answer = this.answer(request);
    if (this.delayMs) await new Promise((done) => this.world.after(this.delayMs, done));
    if (fault?.lost) throw new TypeError("the answer was lost");
    if (fault?.hangs) return new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    return tab.closed ? new Promise(() => {}) : answer;
  }

  answer({ method, path, body, bearer }) {
    switch (`${method} ${path}`) {
      case "POST /auth/login":
        return body.password === CREDENTIALS.password ? this.#open() : problem(401, "invalid_credentials");
      case "POST /auth/refresh":
        this.refreshes += 1;
        return this.#refresh(body.refresh_token);
      case "POST /auth/logout":
        for (const session of this.sessions.values()) if (body.refresh_token.startsWith(session.id)) session.ended = true;
        return json({ message: "Logged out" });
      case "GET /users/me": {
        const session = [...this.sessions.values()].find((one) => bearer?.startsWith(`access-${one.id}`));
        const expiresAt = Number(bearer?.split("@")[1]);
        if (!session || session.ended) return problem(401, "session_ended");
        return this.world.now >= expiresAt ? problem(401, "token_expired") : json(this.user);
      }
      default:
        return problem(404, "not_found");
    }
  }

  end() {
    for (const session of this.sessions.values()) session.ended = true;
  }

  #open() {
    const session = { id: `s${(this.#number += 1)}.`, pair: 0 };
    this.sessions.set(session.id, session);
    return json({ ...this.#grant(session), device_token: `device-${session.id}` });
  }

  #grant(session) {
    session.at ??= this.world.now;
    const expiresAt = session.at + this.lifetimeSecs * 1000;
    const expires_in = Math.max(0, (expiresAt - this.world.now) / 1000);
    const access_token = `access-${session.id}${session.pair}@${expiresAt}`;
    return { access_token, token: access_token, token_type: "bearer", expires_in, refresh_token: `${session.id}${session.pair}`, user: this.user };
  }

  #refresh(token) {
    const [id, number] = [`${token.split(".")[0]}.`, Number(token.split(".")[1])];
    const session = this.sessions.get(id);
    if (!session || session.ended) return problem(401, "session_ended");
    if (number === session.pair) {
      session.pair += 1;
      session.at = this.world.now;
    } else if (number !== session.pair - 1 || this.world.now - session.at > GRACE_MS) {
      session.ended = true;
      return problem(401, "token_reused");
    }
    return json(this.#grant(session));
  }
}

/** Web Locks, as far as the client uses them. */
class Locks {
  #queue = [];
  #held = null;

  of(tab) {
    return {
      request: (name, options, work) =>
        new Promise((resolve, reject) => {
          const entry = { tab, work, resolve, reject };
          if (options.steal) {
            this.#held?.reject(new Error("AbortError"));
            this.#held = null;
            this.#queue.unshift(entry);
          } else this.#queue.push(entry);
          options.signal?.addEventListener("abort", () => {
            if (!this.#queue.includes(entry)) return;
            this.#queue = this.#queue.filter((other) => other !== entry);
            reject(new Error("AbortError"));
          });
          this.#grant();
        }),
    };
  }

  releaseAll(tab) {
    this.#queue = this.#queue.filter((entry) => entry.tab !== tab);
    if (this.#held?.tab === tab) this.#held = null;
    this.#grant();
  }

  #grant() {
    if (this.#held || this.#queue.length === 0) return;
    const entry = this.#queue.shift();
    this.#held = entry;
    const done = (settleIt) => (value) => {
      settleIt(value);
      if (this.#held === entry) this.#held = null;
      this.#grant();
    };
    Promise.resolve().then(entry.work).then(done(entry.resolve), done(entry.reject));
  }
}

const channelsOf = (world, tab) =>
  class {
    #listeners = [];
    constructor() {
      world.channels.set(tab, this);
    }
    addEventListener(_type, listener) {
      this.#listeners.push(listener);
    }
    postMessage(data) {
      for (const [other, channel] of world.channels) {
        if (other !== tab) setImmediate(() => channel.hear(structuredClone(data)));
      }
    }
    hear(data) {
      for (const listener of this.#listeners) listener({ data });
    }
    close() {
      world.channels.delete(tab);
      this.#listeners = [];
    }
  };

export const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", "x-request-id": "r1", ...headers } });

export const problem = (status, code, more = {}, headers = {}) =>
  json({ type: "about:blank", title: code, status, detail: `It is ${code}.`, code, request_id: "r1", ...more }, status, headers);
