// One conditional GET, within limits of time and size.

/** Seconds for headers and body together. */
const DOWNLOAD_SECS = 5;

/**
 * Fetches a text. `text` is `undefined` where it is the one that `etag` names; `maxAgeSecs` where the answer says
 * nothing of it.
 */
export async function download(fetch, url, { accept, etag, lengthMax }) {
  const abort = new AbortController();
  try {
    return await until(answerOf(fetch, url, { accept, etag, lengthMax, signal: abort.signal }), DOWNLOAD_SECS);
  } finally {
    // What is left of the answer is not wanted, whatever became of it.
    abort.abort();
  }
}

async function answerOf(fetch, url, { accept, etag, lengthMax, signal }) {
  const headers = { accept, ...(etag === undefined ? {} : { "if-none-match": etag }) };
  // Whoever could redirect could name the keys.
  const response = await fetch(url, { headers, redirect: "manual", signal });
  const maxAgeSecs = maxAge(response.headers.get("cache-control"));
  if (response.status === 304 && etag !== undefined) return { etag, maxAgeSecs };
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}.`);
  const text = await textOf(response, url, lengthMax);
  return { text, etag: response.headers.get("etag") ?? undefined, maxAgeSecs };
}

async function textOf(response, url, lengthMax) {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const reader = response.body?.getReader();
  let text = "";
  let length = 0;
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > lengthMax) throw new Error(`${url} answered more than ${lengthMax} bytes.`);
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** RFC 9111 section 5.2.2.1; `undefined` where it is not said. */
function maxAge(cacheControl) {
  const said = /(?:^|[\s,])max-age="?(\d{1,9})"?(?:$|[\s,])/i.exec(cacheControl ?? "");
  return said === null ? undefined : Number(said[1]);
}

/** The same promise, which rejects after so many seconds. */
export async function until(promise, secs) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`There was no answer within ${secs} seconds.`)), secs * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
