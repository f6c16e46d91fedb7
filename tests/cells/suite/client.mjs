// The client of the server, here over a server of the suite's own: what it sends, keeps and answers.

import { thrownBy } from "./cases.mjs";

const USER = { id: 7, username: "ada", email: "ada@example.com", name: null, mfa_enabled: false };
const PAIR = { access_token: "access", refresh_token: "refresh", token_type: "bearer", expires_in: 3_600, user: USER };

export const client = ({ proof, same, facts }) => {
  const { tokens, claims, jwks } = facts.issuer;

  /** A client whose requests are answered by what `answer` says, `[status, body]`, and what it has asked. */
  const clientOf = ({ createAuthClient }, answer) => {
    const asked = [];
    const kept = new Map();
    const storage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, text) => void kept.set(key, text),
      removeItem: (key) => void kept.delete(key),
    };
    const fetch = async (url, { method = "GET", headers }) => {
      const { pathname } = new URL(url);
      const bearer = new Headers(headers).get("authorization");
      asked.push([method, pathname, ...(bearer === null ? [] : [bearer])].join(" "));
      const [status, body] = answer(pathname, bearer);
      const type = status < 400 ? "application/json" : "application/problem+json";
      return new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
    };
    const client = createAuthClient({ baseURL: "https://auth.example", storage, autoRefresh: false, fetch });
    return { client, asked };
  };
  const credentials = { username: "ada", password: "analytical engine" };
  const always = (status, body) => () => [status, body];
  const pair = (access_token, refresh_token = "refresh") => ({ ...PAIR, access_token, refresh_token });
  const refused = [401, { type: "about:blank", title: "No", status: 401, detail: "No.", code: "token_expired" }];

  /** A server that has signed somebody in with this token, and publishes the issuer's keys. */
  const issuing = (token) => (path) => [200, path.endsWith("/jwks.json") ? jwks : pair(token)];
  /** One that has replaced its first pair, and takes only the second; unless it takes none. */
  const rotating = (takes = "Bearer second") => (path, bearer) => {
    if (path === "/auth/login") return [200, pair("first", "refresh.1")];
    if (path === "/auth/refresh") return [200, pair("second", "refresh.2")];
    return bearer === takes ? [200, ["a note"]] : refused;
  };
  const signedIn = async (module, answer) => {
    const { client, asked } = clientOf(module, answer);
    same((await client.signInWithPassword(credentials)).error, null);
    asked.length = 0;
    return { client, asked };
  };

  return [
    proof("createAuthClient", "good", "signs in and keeps the session", async (module) => {
      const { client, asked } = clientOf(module, always(200, PAIR));
      const { data, error } = await client.signInWithPassword(credentials);
      same([error, data.user.username, asked.length], [null, "ada", 1]);
      same((await client.getSession()).data.session.access_token, "access");
      client.dispose();
    }),
    proof("createAuthClient", "bad", "answers what the server refuses", async (module) => {
      const { client } = clientOf(module, always(401, { type: "about:blank", title: "No", status: 401, detail: "No.", code: "invalid_credentials" }));
      const { data, error } = await client.signInWithPassword(credentials);
      same([data, error.name, error.code, error.status, error instanceof module.AuthError], [null, "AuthError", "invalid_credentials", 401, true]);
      same((await client.getSession()).data.session, null);
      client.dispose();
    }),
    ...Object.entries(tokens).flatMap(([algorithm, token]) => [
      proof("createAuthClient", "good", `verifies claims that ${algorithm} has signed, by keys that it fetches once`, async (module) => {
        const { client, asked } = await signedIn(module, issuing(token));
        for (let time = 0; time < 2; time += 1) {
          const { data, error } = await client.getClaims({ issuer: claims.iss, audience: claims.aud });
          same([error, data.claims, data.header.alg], [null, claims, algorithm]);
        }
        same(asked, ["GET /.well-known/jwks.json"]);
        client.dispose();
      }),
      proof("createAuthClient", "bad", `answers no claims of ${algorithm} that are forged, or of another issuer`, async (module) => {
        const { client: forged } = await signedIn(module, issuing(token.replace(/.{4}$/, "AAAA")));
        const { data, error } = await forged.getClaims();
        same([data, error.code, error instanceof module.AuthError], [null, "token_signature_invalid", true]);
        const { client } = await signedIn(module, issuing(token));
        same((await client.getClaims({ issuer: "https://evil.example" })).error.code, "token_claim_invalid");
        for (const one of [forged, client]) one.dispose();
      }),
    ]),
    proof("createAuthClient", "good", "fetches as the user, refreshes once on a 401 and repeats", async (module) => {
      const { client, asked } = await signedIn(module, rotating());
      const answers = [await client.fetch("/notes"), await client.fetch("https://auth.example/notes", { method: "PUT", body: "a note" })];
      for (const answer of answers) same([answer.status, await answer.json()], [200, ["a note"]]);
      same(asked, ["GET /notes Bearer first", "POST /auth/refresh", "GET /notes Bearer second", "PUT /notes Bearer second"]);
      same((await client.getSession()).data.session.access_token, "second");
      client.dispose();
    }),
    proof("createAuthClient", "bad", "answers the 401 of a server that does not take the fresh token either", async (module) => {
      const { client, asked } = await signedIn(module, rotating("Bearer third"));
      same((await client.fetch("/notes")).status, 401);
      same(asked, ["GET /notes Bearer first", "POST /auth/refresh", "GET /notes Bearer second"]);
      client.dispose();
    }),
    proof("createAuthClient", "good", "refreshes by one request for all who ask meanwhile", async (module) => {
      const { client, asked } = await signedIn(module, rotating());
      const answers = await Promise.all([client.refreshSession(), client.refreshSession()]);
      same(answers.map(({ data, error }) => [error, data.session.access_token]), [[null, "second"], [null, "second"]]);
      same(asked, ["POST /auth/refresh"]);
      client.dispose();
    }),
    proof("createAuthClient", "bad", "refuses a wrong option", async ({ createAuthClient }) => {
      for (const options of [{ baseURL: "http://evil.example" }, { baseURL: "https://auth.example", stranger: 1 }, {}]) {
        same((await thrownBy(() => createAuthClient(options))) instanceof TypeError, true);
      }
    }),
    proof("AuthError", "good", "is the class of what fails, and of nothing else", async (module) => {
      const { client } = clientOf(module, always(502, "a proxy's page"));
      const { error } = await client.signInWithPassword(credentials);
      same([error instanceof module.AuthError, error instanceof Error, error.code], [true, true, "invalid_response"]);
      client.dispose();
    }),
    proof("AuthError", "bad", "is no class of other errors", (_, { AuthError }) => same(new Error("x") instanceof AuthError, false)),
  ];
};
