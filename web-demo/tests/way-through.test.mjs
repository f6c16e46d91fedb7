// The whole way: faults as one types, the same faults from the server, an account, a profile, a crash, the account again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Host } from "./host.mjs";
import { freshName, GOOD_PASSWORD, openBrowser, shownFaults, signUp, visit } from "./visitor.mjs";

let host;
let browser;

before(async () => {
  [host, browser] = await Promise.all([Host.start(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await host?.end();
});

test("a fault shows while one types, is tied to its field, and goes when it is mended", async () => {
  const { page, complaints, close } = await visit(browser, host.origin);
  const username = page.locator("#sign-up-username");
  await username.pressSequentially("-a");
  const fault = page.locator("#sign-up-username-fault");
  assert.equal(await fault.textContent(), "", "a fault at the first key scolds for not having finished");

  // The cursor is still in the field: the pause alone brings the fault.
  await page.waitForSelector("[data-field=username][data-fault]");
  assert.deepEqual(await shownFaults(page, "#sign-up-form"), [
    { field: "username", code: "invalid_format", message: "Username must start with a letter or digit." },
  ]);
  assert.equal(await username.getAttribute("aria-invalid"), "true");
  assert.ok((await username.getAttribute("aria-describedby")).split(" ").includes(await fault.getAttribute("id")));
  assert.match(await page.textContent("#announcer"), /must start with a letter or digit/);

  // From now on every key counts.
  await username.press("Home");
  await username.press("Delete");
  assert.deepEqual(
    (await shownFaults(page, "#sign-up-form")).map(({ code }) => code),
    ["too_short"],
  );
  await username.press("End");
  await username.pressSequentially("da");
  assert.deepEqual(await shownFaults(page, "#sign-up-form"), []);
  assert.equal(await username.getAttribute("aria-invalid"), null);
  assert.deepEqual(complaints, []);
  await close();
});

const FAULTY_FORMS = {
  "nothing filled in": { username: "", email: "", password: "" },
  "each field wrong in its own way": {
    username: "no spaces",
    email: "ada@localhost",
    password: "password",
    name: "x".repeat(101),
    first_name: "tab\there",
    last_name: "",
    phone: "+12",
  },
  lengths: { username: "ab", email: `${"a".repeat(65)}@example.com`, password: "seven 7", phone: "1234" },
  "the password is the name": { username: "ada.lovelace", email: "ada@example.com", password: "ADA.lovelace" },
};

for (const [name, values] of Object.entries(FAULTY_FORMS)) {
  test(`form and server refuse the same, in the same words: ${name}`, async () => {
    const { page, complaints, close } = await visit(browser, host.origin);
    await page.click("#sign-up-form summary");
    for (const [field, value] of Object.entries(values)) {
      await page.fill(`#sign-up-${field.replace("_", "-")}`, value);
    }
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.click("#sign-up-form [type=submit]");
    const shown = await shownFaults(page, "#sign-up-form");
    assert.ok(shown.length > 0);
    assert.deepEqual(requests, [], "a form with faults was sent");
    assert.equal(
      await page.evaluate(() => document.activeElement.name),
      shown[0].field,
      "the first fault has the focus",
    );

    const typed = Object.entries(values).filter(
      ([field, value]) => value !== "" || ["username", "email", "password"].includes(field),
    );
    const answer = await fetch(`${host.origin}/api/auth/register`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(typed)),
    });
    const problem = await answer.json();
    assert.equal(answer.status, 400);
    assert.equal(problem.code, "validation_failed");
    assert.deepEqual(byField(shown), byField(problem.errors));

    // And the page can ask for itself: it finds the two alike.
    await page.click("#ask-server button");
    await page.waitForSelector(".comparison");
    assert.equal(await page.locator(".comparison .differs").count(), 0);
    assert.equal(await page.locator(".comparison .same").count(), shown.length);
    assert.deepEqual(await shownFaults(page, "#sign-up-form"), shown);
    assert.deepEqual(complaints, []);
    await close();
  });
}

test("sign up, see the profile and the token, reload, sign out, sign in", async () => {
  const { page, complaints, close } = await visit(browser, host.origin);
  const username = freshName();
  await signUp(page, {
    username,
    email: `${username}@Example.com`,
    password: GOOD_PASSWORD,
    name: "Ada <i>Lovelace</i>",
    phone: "+44 (20) 7946-0018",
  });
  assert.equal(await page.textContent("#profile-heading"), "Ada <i>Lovelace</i>", "a name is text");
  assert.equal(await page.evaluate(() => document.activeElement.id), "profile-heading", "the new view has the focus");
  const profile = await page.textContent("#profile-body");
  for (const expected of [username, `${username}@example.com`, "not verified", "+442079460018", "active"]) {
    assert.ok(profile.includes(expected), `the profile shows ${expected}`);
  }
  assert.match(profile, /Read here, not verified here/);
  assert.match(profile, /Expiresexp\d{10}.*in 1 hour/, "the expiry in words");
  assert.match(profile, /Byamr\["pwd"\]password/, "how one logged in, in words");

  const statuses = await page.$$eval(".entry.from-server .verdict", (verdicts) =>
    verdicts.map((one) => one.textContent),
  );
  assert.deepEqual(statuses, ["200 OK", "200 OK", "201 Created"], "newest first: profile, log-in, registration");
  assert.match(await page.textContent(".entry.from-server .facts"), /GET \/api\/users\/me · .+request \S+/);

  const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
  assert.ok(
    !stored.includes(GOOD_PASSWORD) && !stored.includes("refresh"),
    "neither password nor refresh token is kept",
  );

  await page.reload();
  await page.waitForSelector("#token-heading");
  assert.equal(await page.textContent("#profile-heading"), "Ada <i>Lovelace</i>", "the reload keeps the session");

  const token = await page.evaluate(() => JSON.parse(sessionStorage.getItem("countersign.session")).token);
  await page.click("#sign-out");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.waitForFunction(() => document.querySelector(".entry.from-server .facts").textContent.includes("logout"));
  const refused = await fetch(`${host.origin}/api/users/me`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await refused.json()).code, "session_ended", "signing out is felt at once");
  assert.equal(await page.textContent("#profile-body"), "");
  await page.fill("#sign-in-identifier", username.toUpperCase());
  await page.fill("#sign-in-password", "not the password");
  await page.click("#sign-in-form [type=submit]");
  await page.waitForSelector("#sign-in-form .form-alert:not([hidden])");
  assert.equal(await page.inputValue("#sign-in-identifier"), username.toUpperCase(), "what was typed stays");
  await page.fill("#sign-in-password", GOOD_PASSWORD);
  const [request] = await Promise.all([
    page.waitForRequest((one) => one.url().endsWith("/api/auth/login")),
    page.click("#sign-in-form [type=submit]"),
  ]);
  assert.match(request.postDataJSON().device_token, /^[\w-]{43}$/, "the proof of the earlier log-in goes along");
  await page.waitForSelector("#token-heading");
  assert.deepEqual(complaints, []);
  await close();
});

test("a taken name is told at its field, as the server words it", async () => {
  const { page, complaints, close } = await visit(browser, host.origin);
  const username = freshName();
  await signUp(page, { username, email: `${username}@example.com`, password: GOOD_PASSWORD });
  await page.click("#sign-out");
  await page.click("nav a[href='#sign-up']");
  await page.fill("#sign-up-username", username.toUpperCase());
  await page.fill("#sign-up-email", `other.${username}@example.com`);
  await page.fill("#sign-up-password", GOOD_PASSWORD);
  await page.click("#sign-up-form [type=submit]");
  await page.waitForSelector("[data-field=username][data-fault=username_taken]");
  assert.equal(await page.evaluate(() => document.activeElement.name), "username");
  assert.equal(await page.inputValue("#sign-up-password"), GOOD_PASSWORD, "what was typed stays");
  await page.locator("#sign-up-username").press("End");
  await page.locator("#sign-up-username").press("2");
  assert.deepEqual(await shownFaults(page, "#sign-up-form"), [], "it was said of another name");
  assert.deepEqual(complaints, []);
  await close();
});

test("the page is served under a policy that runs no script but its own", async () => {
  const answer = await fetch(`${host.origin}/`);
  const policy = answer.headers.get("content-security-policy").split("; ");
  for (const rule of [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
  ]) {
    assert.ok(policy.includes(rule), rule);
  }
  const { page, complaints, close } = await visit(browser, host.origin);
  await page.evaluate(() => {
    const inline = document.createElement("script");
    inline.textContent = "window.ran = true";
    document.head.append(inline);
  });
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.match(
    complaints.join("\n"),
    /Content Security Policy directive 'script-src/,
    "the watch over the policy works",
  );
  await close();
});

const byField = (faults) => faults.map(({ field, code, message }) => `${field} ${code} ${message}`).sort();
