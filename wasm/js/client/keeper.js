import { failure, notSignedIn, notUnderstood, refusal, success } from "./error.js";
import {
  ATTEMPT_MS,
  FIRST_PAUSE_MS,
  FIRST_REST_MS,
  JITTER,
  LONGEST_ASKED_MS,
  LONGEST_REST_MS,
  LOOK_MS,
  MARGIN_MS,
  REQUEST_MS,
  WINDOW_MS,
} from "./limits.js";
import { CHANGED, REFRESHING, RESTING } from "./messages.js";
import { NOBODY, freshSession, hidden } from "./record.js";

// What this server says of a refresh token that will never be good again. All else passes, and nobody is signed out for it.
const GONE = /^(session_ended|token_reused|refresh_token_invalid)$/;


/**
 * Keeps the session of this tab in step with what is stored and with the other tabs, and its tokens fresh.
 *
 * What is stored decides: before anything is sent by it, and after anything came back, it is looked at again. `channel` is
 * `undefined` where there are no other tabs.
 */
export function keeper(host, ask, stored, { alone, key, channel, autoRefresh, closing, emit }) {
  let record = NOBODY;
  // Until when the access token is good, by the clock that nobody sets.
  let until = 0;
  let flight;
  let timer;
  // After a failure nothing is asked by itself until then.
  let rest = 0;
  let refused;
  let failures = 0;

  const clock = () => host.performance.now();
  const sleep = (ms) => new Promise((done) => host.setTimeout(done, ms));
  const session = () => record.session;
  const tell = (...message) => channel?.postMessage(message);
  const ready = sync();

  const listen = (target, type, listener) => target?.addEventListener?.(type, listener, { signal: closing });
  listen(channel, "message", ({ data: [kind, value, code] }) => {
    if (kind === RESTING) relax(value, refusal(code));
    // Another tab has sent the refresh token. Should it be closed before it stores the answer, this one is next in the
    // queue, soon enough for the server to give the lost pair again.
    else if (kind !== REFRESHING) sync();
    else if (hidden(session()?.refresh_token) === value) refresh();
  });
  // Where there are no channels, browsers still tell who else wrote to localStorage.
  listen(host, "storage", (event) => event.key === key && sync());
  // Timers may have slept.
  listen(host.document, "visibilitychange", () => sync());
  listen(host, "online", () => {
    rest = 0;
    sync();
  });
  closing.addEventListener("abort", () => {
    host.clearTimeout(timer);
    // What a refresh under way brings is still told to the others.
    Promise.resolve(flight).then(() => channel?.close());
  });

  /** Takes over what is stored, once `to` has changed it, and tells who listens what is new. */
  async function sync(to) {
    const next = await stored(to);
    const before = record;
    record = next;
    if (to && next !== before) tell(CHANGED);
    const now = session();
    if (now && now.access_token !== before.session?.access_token) {
      until = clock() + Math.min(now.expires_in * 1000, left());
    }
    for (const event of news(before, next)) emit(event, now);
    schedule();
    return next;
  }

  const left = () => session().expires_at * 1000 - host.Date.now();
  /** Ms until the access token expires: by two clocks, as one stops in sleep and the other is set by people. */
  const remaining = () => Math.min(until - clock(), left());
  const margin = () => Math.min(MARGIN_MS, session().expires_in * 500);

  function schedule() {
    host.clearTimeout(timer);
    if (!autoRefresh || !session() || flight || closing.aborted) return;
    const early = margin() * (1 + JITTER * Math.random());
    timer = host.setTimeout(() => refresh(), Math.max(0, rest - clock(), remaining() - early));
    // Node is not to be kept running for a token.
    timer.unref?.();
  }

  /**
   * A fresh pair, by one request for all who ask meanwhile, in whichever tab. Where another tab has stored one since, no
   * request is made. Who `insists` does not wait out the pause after a failure.
   */
  function refresh(insists) {
    flight ??= turn(insists).finally(() => {
      flight = undefined;
      schedule();
    });
    return flight;
  }

  async function turn(insists) {
    await ready;
    const before = session()?.refresh_token;
    if (!before) return notSignedIn();
    return alone(async () => {
      await sync();
      if (!session()) return notSignedIn();
      if (session().refresh_token !== before && remaining() > margin()) return success(session());
      if (!insists && refused && rest > clock()) return refused;
      tell(REFRESHING, hidden(session().refresh_token));
      return renew(session());
    });
  }

  /** Asks nothing by itself for so long; whoever wants a token meanwhile is told why there is none. */
  function relax(ms, why) {
    rest = clock() + ms;
    return (refused = why);
  }

  /** Asks for the next pair and has it stored, or finds the session ended, or gives up for now. */
  async function renew({ refresh_token, user }) {
    const began = clock();
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      const sentAt = host.Date.now();
      const isLast = clock() - began + ATTEMPT_MS + pause > WINDOW_MS;
      // Whatever becomes of the client: an answer that is not stored would be a session lost.
      const how = { patience: isLast ? REQUEST_MS : ATTEMPT_MS, outlives: true };
      const answer = await ask("POST", "auth/refresh", { refresh_token }, undefined, how);
      const next = freshSession(answer.data, sentAt, user);
      const { error } = next || answer.error ? answer : notUnderstood();
      const isGone = error?.status === 401 && GONE.test(error.code);
      if (next || isGone) {
        refused = undefined;
        failures = 0;
        // Unless what is stored is no longer what was sent.
        await sync((now) => (now.session?.refresh_token === refresh_token ? { ...now, session: next ?? null } : now));
      }
      const now = session();
      if (!now) return isGone ? answer : notSignedIn();
      // Perhaps another tab's, where that one was quicker.
      if (next || now.refresh_token !== refresh_token) return success(now);

      // It may have reached the server, and its answer been lost; unless the server says to come again later.
      const { status, code, retryAfter = 0 } = error;
      const mayBeDone = !status || status >= 500 || code === "invalid_response";
      if (!mayBeDone || retryAfter || closing.aborted || clock() + pause - began > WINDOW_MS) {
        const doubled = Math.min(FIRST_REST_MS * 2 ** failures++, LONGEST_REST_MS) * (1 - Math.random() / 4);
        const wait = Math.max(doubled, Math.min(retryAfter * 1000, LONGEST_ASKED_MS));
        tell(RESTING, wait, code);
        // The next in the queue is to hear of it before it has the lock.
        await sleep(LOOK_MS);
        return relax(wait, failure(error));
      }
      await sleep(pause * (1 - Math.random() / 2));
    }
  }

  return {
    ready,
    sync,
    session,
    remaining,
    refresh,
    /**
     * What `attempt` comes to with an access token; with a fresh one once more, where `isRefused` says that the server did
     * not take the first. A failure where there is no token to be had.
     */
    async withToken(attempt, isRefused) {
      await ready;
      if (!session()) return notSignedIn();
      const first = remaining() > 0 ? success(session()) : await refresh();
      if (first.error) return first;
      const token = first.data.access_token;
      const result = await attempt(token);
      if (!isRefused?.(result)) return result;
      // Perhaps another tab was quicker.
      await sync();
      const fresh = session() && session().access_token !== token ? success(session()) : await refresh();
      return fresh.error ? fresh : attempt(fresh.data.access_token);
    },
  };
}

function news(before, next) {
  const [was, is] = [before.session, next.session];
  if (!is) return was ? ["SIGNED_OUT"] : [];
  if (!was || before.login !== next.login) return ["SIGNED_IN"];
  const events = [];
  if (was.access_token !== is.access_token) events.push("TOKEN_REFRESHED");
  if (JSON.stringify(was.user) !== JSON.stringify(is.user)) events.push("USER_UPDATED");
  return events;
}
