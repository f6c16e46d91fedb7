// Forms: what the server would store, or every fault.

const utf8 = (text) => new TextEncoder().encode(text);

const fault = (field, code, message) => ({ ok: false, issues: [{ field, code, message }] });

export const forms = ({ good, bad, proof, same }) => [
  good("validateEmail", ["Ada@Example.com"], { ok: true, value: "ada@example.com" }),
  bad("validateEmail", ["ada@"], fault("email", "invalid_format", "E-mail address must look like name@example.com.")),
  bad("validateEmail", ["ada\ud800@example.com"], fault("email", "invalid_characters", "This field is not valid Unicode.")),
  bad("validateEmail", ["a".repeat(131_073)], fault("email", "too_long", "This field is too long.")),
  bad("validateEmail", [5], { name: "TypeError", code: "invalid_type" }),

  good("validateUsername", ["Grace.Hopper"], { ok: true, value: "Grace.Hopper" }),
  bad("validateUsername", [undefined], { name: "TypeError", code: "invalid_type" }),
  proof("validateUsername", "bad", "of what is none", async ({ validateUsername }) => {
    const codes = [];
    for (const text of ["", "a", "-ada-", "ada lovelace", "аda"]) codes.push((await validateUsername(text)).issues[0].code);
    same(codes, ["required", "too_short", "invalid_format", "invalid_characters", "invalid_characters"]);
  }),

  good("validatePassword", ["analytical engine"], { ok: true, value: "analytical engine" }),
  good("validatePassword", ["analytical\u3000e\u0301ngine"], { ok: true, value: "analytical \u00e9ngine" }),
  good("validatePassword", [utf8("analytical engine"), { passwordMinLength: 17 }], { ok: true, value: "analytical engine" }),
  bad("validatePassword", ["analytical engine", { passwordMinLength: 18 }], fault("password", "too_short", "Password must have at least 18 characters.")),
  bad("validatePassword", ["Password123"], fault("password", "password_too_common", "This password is one of the most common ones; choose another.")),
  bad("validatePassword", [new Uint8Array([0xff])], fault("password", "invalid_characters", "This field is not valid Unicode.")),
  bad("validatePassword", ["analytical engine", { minLength: 8 }], { name: "TypeError", code: "unknown_field" }),
  bad("validatePassword", ["analytical engine", { passwordMinLength: 7 }], { name: "TypeError", code: "invalid_type" }),

  good(
    "validateRegistration",
    [{ username: "ada", email: "Ada@Example.com", password: "analytical engine", name: "Zoë", phone: "+44 20 7946 0000", stranger: 1 }],
    { ok: true, value: { username: "ada", email: "ada@example.com", password: "analytical engine", name: "Zoë", phone: "+442079460000" } },
  ),
  good("validateRegistration", [{ email: "ada@example.com", password: utf8("analytical engine") }, { usernameRequired: false }], {
    ok: true,
    value: { email: "ada@example.com", password: "analytical engine" },
  }),
  proof("validateRegistration", "bad", "with a fault in every field", async ({ validateRegistration }) => {
    const { ok, issues } = await validateRegistration({ username: "-", email: "\ud800", password: "x", name: "\udc00", phone: 5 });
    const found = issues.map(({ field, code, message }) => [field, code, /^[A-Z].*\.$/.test(message)]);
    same([ok, found], [
      false,
      [
        ["username", "invalid_format", true],
        ["email", "invalid_characters", true],
        ["password", "too_short", true],
        ["name", "invalid_characters", true],
        ["phone", "invalid_type", true],
      ],
    ]);
  }),
  bad("validateRegistration", [null], { name: "TypeError", code: "invalid_type" }),
  proof("validateRegistration", "bad", "never reads what is inherited", async ({ validateRegistration }) => {
    const { issues } = await validateRegistration(Object.create({ username: "ada", email: "ada@example.com", password: "analytical engine" }));
    same(issues.map(({ code }) => code), ["required", "required", "required"]);
  }),

  good("validateProfile", [{ email: "Ada@Example.com", name: null, phone: "" }], { ok: true, value: { email: "ada@example.com", name: null } }),
  bad("validateProfile", [{ email: "ada@" }], fault("email", "invalid_format", "E-mail address must look like name@example.com.")),
  bad("validateProfile", ["form"], { name: "TypeError", code: "invalid_type" }),
];
