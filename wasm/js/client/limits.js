// Every limit of the client, in ms where nothing else is said.

/** For one request. A log-in waits for Argon2 in a queue, which takes seconds at worst; past this no answer is coming. */
export const REQUEST_MS = 15_000;

/**
 * An access token is replaced this long before it expires, so that none expires on its way; of one that lives less than
 * twice as long, half its life before.
 */
export const MARGIN_MS = 90_000;
/** Tabs that were opened together are spread over this part of the margin. */
export const JITTER = 0.1;
/**
 * Whatever is said of a lifetime, it is taken to be between these: the least that the server can be set to, so that no
 * client asks without a pause, and the most, which keeps timers within their 31 bits, too.
 */
export const SHORTEST_LIFE_SECS = 1;
export const LONGEST_LIFE_SECS = 86_400;

/**
 * Within 10 s the server answers a replaced refresh token with the pair that replaced it, after that it ends the session.
 * So what got no answer is asked again and again within that time, with no attempt begun in its last 2 s.
 */
export const WINDOW_MS = 8_000;
/** For one attempt of those, so that there is time for another; the last has as long as any request. */
export const ATTEMPT_MS = 4_000;
/** Before the second attempt, doubled before each further one. */
export const FIRST_PAUSE_MS = 300;
/** Between such rounds of attempts at first, doubled each time, and at most. */
export const FIRST_REST_MS = 2_000;
export const LONGEST_REST_MS = 60_000;
/** The longest `Retry-After` that is waited out. Who asks for more than an hour is another server, or wrong. */
export const LONGEST_ASKED_MS = 3_600_000;

/**
 * For the lock: longer than any refresh holds it, which is the window and one request. Phones suspend pages without ending them, and one that was suspended
 * with the lock would keep all others waiting for good.
 */
export const LOCK_PATIENCE_MS = 25_000;
/**
 * Without locks: how long one tab counts on the others keeping away, how often a waiting one looks again, and how long a
 * claim must stand before it is believed.
 */
export const LEASE_MS = 5_000;
export const LOOK_MS = 100;
export const SETTLE_MS = 30;

/** Proofs of earlier log-ins that are kept: more accounts than one browser is shared by. */
export const DEVICES_MOST = 8;

/**
 * A key is published for longer than this before it signs; one that is not among those known is asked for sooner, but not
 * for every token that names one.
 */
export const KEYS_MS = 600_000;
export const ASK_AGAIN_MS = 30_000;
