// The client of the server, here over a server of the suite's own: what it sends, keeps and answers.

import { thrownBy } from "./cases.mjs";

const USER = { id: 7, username: "ada", email: "ada@example.com", name: null, mfa_enabled: false };
const PAIR = { access_token: "access", refresh_token: "refresh", token_type: "bearer", expires_in: 3_600, user: USER };

export const client = ({ proof, same }) => {
  /** A client whose requests are answered by status and body, and what it has asked. */
  const clientOf = ({ createAuthClient }, status, body) => {
    const asked = [];
    const kept = new Map();
    const storage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, text) => void kept.set(key, text),
      removeItem: (key) => void kept.delete(key),
    };
    const fetch = async (url, { method }) => {
      asked.push(`${method} ${url}`);
      const type = status < 400 ? "application/json" : "application/problem+json";
      return new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
    };
    const client = createAuthClient({ baseURL: "https://auth.example", storage, autoRefresh: false, fetch });
    return { client, asked };
  };
  const credentials = { username: "ada", password: "analytical engine" };

  return [
    proof("createAuthClient", "good", "signs in and keeps the session", async (module) => {
      const { client, asked } = clientOf(module, 200, PAIR);
      const { data, error } = await client.signInWithPassword(credentials);
      same([error, data.user.username, asked.length], [null, "ada", 1]);
      same((await client.getSession()).data.session.access_token, "access");
      client.dispose();
    }),
    proof("createAuthClient", "bad", "answers what the server refuses", async (module) => {
      const { client } = clientOf(module, 401, { type: "about:blank", title: "No", status: 401, detail: "No.", code: "invalid_credentials" });
      const { data, error } = await client.signInWithPassword(credentials);
      same([data, error.name, error.code, error.status, error instanceof module.AuthError], [null, "AuthError", "invalid_credentials", 401, true]);
      same((await client.getSession()).data.session, null);
      client.dispose();
    }),
    proof("createAuthClient", "bad", "refuses a wrong option", async ({ createAuthClient }) => {
      for (const options of [{ baseURL: "http://evil.example" }, { baseURL: "https://auth.example", stranger: 1 }, {}]) {
        same((await thrownBy(() => createAuthClient(options))) instanceof TypeError, true);
      }
    }),
    proof("AuthError", "good", "is the class of what fails, and of nothing else", async (module) => {
      const { client } = clientOf(module, 502, "a proxy's page");
      const { error } = await client.signInWithPassword(credentials);
      same([error instanceof module.AuthError, error instanceof Error, error.code], [true, true, "invalid_response"]);
      client.dispose();
    }),
    proof("AuthError", "bad", "is no class of other errors", (_, { AuthError }) => same(new Error("x") instanceof AuthError, false)),
  ];
};
