//! Forged tokens, at every kind of door: refused with a challenge, and nothing comes of it.

use std::net::TcpListener;

use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use super::forgery::{Token, doubled, encoded, encodings, with, without};
use super::issuer::Issuer;
use crate::actors::{Admin, Anonymous, ask};
use crate::server::{self, SECRET_KEY, Server};

/// Where a token is asked for: by a route of one's own, by one of admins, and by those that look at it in another way.
const DOORS: [(&str, &str); 6] = [
    ("GET", "/users/me"),
    ("DELETE", "/users/me"),
    ("GET", "/api/users"),
    ("POST", "/auth/mfa/verify"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
];

/// Shows a forged token at every door, and gives the word that it is refused by everywhere.
fn refused(server: &Server, token: &str, what: &str) -> String {
    let words = DOORS.map(|(method, path)| {
        let answer = ask(&server.origin, method, path, Some(token), None);
        assert_eq!(answer.status, 401, "{what} at {method} {path}: {answer:?}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{what}: {answer:?}");
        assert_eq!(answer.header("set-cookie"), "");
        answer.code()
    });
    assert!(words.iter().all(|word| *word == words[0]), "{what}: {words:?}");
    words[0].clone()
}

/// Holds a table of forgeries to be refused by these words, and whom they are about to be as they were.
fn all_refused(server: &Server, admin: &Admin<'_>, forgeries: &[(String, String)], words: &[&str]) {
    let before = admin.get("/users/me").json();
    for (what, token) in forgeries {
        let word = refused(server, token, what);
        assert!(words.contains(&word.as_str()), "{what} is refused by {word}");
    }
    assert_eq!(admin.get("/users/me").json(), before);
}

#[test]
fn no_header_but_ours_is_believed_though_the_signature_holds() {
    for issuer in Issuer::both() {
        let (admin, token) = issuer.target();
        let signed = |header: &str| (header.to_owned(), issuer.sign(&token.with_header(header)));
        let altered = |member: &str, values: &[&str]| -> Vec<_> {
            let others = values.iter().filter(|value| value.trim_matches('"') != issuer.algorithm);
            others.map(|value| signed(&with(&token.header, member, value))).collect()
        };
        for (member, values, words) in [
            (
                "alg",
                [
                    r#""none""#,
                    r#""None""#,
                    r#""NONE""#,
                    r#""""#,
                    r#""hs256""#,
                    r#""HS256""#,
                    r#""HS384""#,
                    r#""HS512""#,
                    r#""EdDSA""#,
                    r#""ES256""#,
                    r#""RS256""#,
                    r#""PS256""#,
                    r#""HS256 ""#,
                    r#""HS256\u0000""#,
                ]
                .as_slice(),
                ["token_algorithm_not_allowed"].as_slice(),
            ),
            ("alg", &["null", "256", "[\"HS256\"]", "{}", "true"], &["token_malformed"]),
            (
                "crit",
                &["[]", "null", "[\"exp\"]", "[\"b64\"]", "\"exp\"", "false"],
                &["token_critical_unsupported"],
            ),
            ("b64", &["false", "null", "\"true\"", "0"], &["token_critical_unsupported"]),
            (
                "typ",
                &[r#""JWT""#, r#""""#, r#""at""#, r#""at+jwt ""#, r#""logout+jwt""#, r#""application/jwt""#],
                &["token_type_invalid"],
            ),
            ("typ", &["null", "1", "[\"at+jwt\"]"], &["token_malformed"]),
            (
                "kid",
                &[r#""""#, r#""another""#, r#""../../../../dev/null""#, r#""' OR 1=1 --""#, r#""\u0000""#],
                &["token_key_unknown"],
            ),
            ("kid", &["null", "0", "[]", "{}"], &["token_malformed"]),
        ] {
            all_refused(&issuer.server, &admin, &altered(member, values), words);
        }
        let missing = ["alg", "typ", "kid"].map(|member| signed(&without(&token.header, member)));
        let words = ["token_malformed", "token_type_invalid", "token_key_unknown"];
        all_refused(&issuer.server, &admin, &missing, &words);
        let twice = [
            r#""alg":"none""#,
            r#""alg":"HS256""#,
            r#""\u0061lg":"none""#,
            r#""kid":"x""#,
            r#""x":{"y":1,"y":2}"#,
        ]
        .map(|member| signed(&doubled(&token.header, member)));
        all_refused(&issuer.server, &admin, &twice, &["token_malformed"]);
    }
}

#[test]
fn without_a_signature_or_with_a_foreign_one_there_is_no_token() {
    let admin = Admin::at(server::shared());
    let token = Token::of(&admin.token);
    let mut forgeries = vec![
        ("the signature stripped".to_owned(), token.stripped()),
        ("the second dot stripped".to_owned(), token.stripped().trim_end_matches('.').to_owned()),
        ("other claims".to_owned(), token.with_claims(&with(&token.claims, "sub", "\"1\"")).unsigned()),
        ("an empty secret".to_owned(), token.by_hmac(b"")),
        ("a guessed secret".to_owned(), token.by_hmac(b"secret")),
        ("the secret and a line end".to_owned(), token.by_hmac(format!("{SECRET_KEY}\n").as_bytes())),
        ("the name of the key".to_owned(), token.by_hmac(token.header.as_bytes())),
    ];
    for alg in ["none", "None", "NONE", "nOnE"] {
        let header = with(&token.header, "alg", &format!("\"{alg}\""));
        forgeries.push((format!("{alg} unsigned"), token.with_header(&header).stripped()));
        forgeries.push((format!("{alg} with what was signed"), token.with_header(&header).unsigned()));
    }
    let words = ["token_signature_invalid", "token_malformed", "token_algorithm_not_allowed"];
    all_refused(server::shared(), &admin, &forgeries, &words);

    // As JWE has it: one stored block of DEFLATE (RFC 1951 section 3.2.4), which a reader of `zip` would unpack.
    let length = u16::try_from(token.claims.len()).unwrap();
    let block = [&[1], &length.to_le_bytes()[..], &(!length).to_le_bytes(), token.claims.as_bytes()].concat();
    let zipped = token.with_header(&with(&token.header, "zip", "\"DEF\""));
    let packed = format!("{}.{}", encoded(zipped.header.as_bytes()), encoded(&block));
    assert_eq!(refused(server::shared(), &format!("{packed}.AAAA"), "zip"), "token_signature_invalid");
}

#[test]
fn a_key_that_the_token_brings_along_is_neither_used_nor_fetched() {
    let theirs = SigningKey::from_bytes(&[7; 32]);
    let x = encoded(theirs.verifying_key().as_bytes());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys.json", listener.local_addr().unwrap());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "theirs", "alg": "EdDSA" });
    let shared = json!({ "kty": "oct", "k": encoded(b"their secret"), "kid": "theirs", "alg": "HS256" });
    let members = [
        json!({ "jwk": jwk }),
        json!({ "jwk": shared }),
        json!({ "jku": url }),
        json!({ "x5u": url }),
        json!({ "x5c": [encoded(theirs.verifying_key().as_bytes())] }),
        json!({ "kid": url }),
        json!({ "jku": url, "x5u": url, "jwk": jwk, "kid": "theirs" }),
    ];
    for server in [server::shared(), &Server::start_with(&[("ALGORITHM", "EdDSA")])] {
        let admin = Admin::at(server);
        let token = Token::of(&admin.token);
        let mut forgeries = Vec::new();
        for added in &members {
            let mut header: Value = serde_json::from_str(&token.header).unwrap();
            header.as_object_mut().unwrap().extend(added.as_object().unwrap().clone());
            for alg in ["HS256", "EdDSA"] {
                header["alg"] = json!(alg);
                let forged = token.with_header(&header.to_string());
                let key = b"their secret";
                forgeries.push((
                    header.to_string(),
                    if alg == "HS256" { forged.by_hmac(key) } else { forged.by_ed25519(&theirs) },
                ));
            }
        }
        let words = ["token_signature_invalid", "token_key_unknown", "token_algorithm_not_allowed"];
        all_refused(server, &admin, &forgeries, &words);
    }
    assert!(listener.accept().is_err(), "nobody has asked there");
}

#[test]
fn every_claim_is_held_to_its_type_and_range_though_the_signature_holds() {
    for issuer in Issuer::both() {
        let (admin, token) = issuer.target();
        let signed = |claims: &str| (claims.to_owned(), issuer.sign(&token.with_claims(claims)));
        let claims: Value = serde_json::from_str(&token.claims).unwrap();
        let iat = claims["iat"].as_i64().unwrap();
        for claim in ["iss", "sub", "aud", "jti", "sid", "iat", "exp", "auth_time", "amr"] {
            let own = claims[claim].to_string();
            let [a_list, an_object] = [format!("[{own}]"), format!("{{\"a\":{own}}}")];
            let mut values = vec!["null", "true", "[]", "{}", "\"\"", "0.5", &an_object];
            let quoted = format!("\"{own}\"");
            match claim {
                "iat" | "exp" | "auth_time" => values.extend([
                    "-1",
                    "1e10",
                    "1.7e9",
                    "9223372036854775807",
                    "9223372036854775808",
                    "253402300800",
                    &quoted,
                    &a_list,
                ]),
                "amr" => values.extend(["7", "\"pwd\"", "[7]", "[[]]"]),
                _ => values.extend(["7", &a_list]),
            }
            // A list without an item is one, and an application of another name is for the session to refuse.
            values.retain(|value| !matches!((claim, *value), ("amr", "[]") | ("aud", "\"\"")));
            let altered: Vec<_> =
                values.iter().map(|value| signed(&with(&token.claims, claim, value))).collect();
            all_refused(&issuer.server, &admin, &altered, &["token_claim_invalid"]);
            let missing = [signed(&without(&token.claims, claim))];
            all_refused(&issuer.server, &admin, &missing, &["token_claim_missing"]);
        }
        let strange = [
            ("iss", "\"https://elsewhere.example\"".to_owned()),
            ("iss", "\"Countersign\"".to_owned()),
            ("exp", (iat + 86_401).to_string()),
            ("exp", iat.to_string()),
            ("exp", (iat - 1).to_string()),
            ("nbf", "\"0\"".to_owned()),
            ("nbf", "-1".to_owned()),
            ("nbf", "0.5".to_owned()),
            ("grants", "7".to_owned()),
            ("grants", "{}".to_owned()),
            ("grants", "[7]".to_owned()),
            ("grants", r#"[{"action":"read"}]"#.to_owned()),
            ("grants", r#"[{"action":"read","resource":7}]"#.to_owned()),
        ];
        let strange = strange.map(|(claim, value)| signed(&with(&token.claims, claim, &value)));
        all_refused(&issuer.server, &admin, &strange, &["token_claim_invalid"]);
        let early = [("nbf", iat + 60), ("iat", iat + 60)]
            .map(|(claim, value)| signed(&with(&token.claims, claim, &value.to_string())));
        all_refused(&issuer.server, &admin, &early, &["token_not_yet_valid"]);
        let twice = [
            r#""sub":"1""#,
            r#""s\u0075b":"1""#,
            r#""exp":9999999999"#,
            r#""x":{"y":1,"y":2}"#,
            r#""x":"\ud800""#,
            r#""x":1e999"#,
        ]
        .map(|member| signed(&doubled(&token.claims, member)));
        all_refused(&issuer.server, &admin, &twice, &["token_malformed"]);
    }
}

#[test]
fn a_session_is_its_users_and_its_applications_whatever_a_token_says() {
    for issuer in Issuer::both() {
        let (admin, token) = issuer.target();
        let other = Admin::at(&issuer.server);
        let theirs: Value = serde_json::from_str(&Token::of(&other.token).claims).unwrap();
        let application = admin.make_application();
        let altered = [
            ("sub", theirs["sub"].to_string()),
            ("sid", theirs["sid"].to_string()),
            ("sid", format!("\"{}\"", encoded(&[0; 16]))),
            ("aud", format!("\"{application}\"")),
            ("aud", "\"Default\"".to_owned()),
            ("aud", "\"\"".to_owned()),
            ("sub", "\"0\"".to_owned()),
            ("sub", "\"01\"".to_owned()),
            ("sub", format!("\"0{}\"", admin.login["user"]["id"])),
            ("sub", format!("\"+{}\"", admin.login["user"]["id"])),
            ("sub", format!("\" {}\"", admin.login["user"]["id"])),
            ("sub", format!("\"{}.0\"", admin.login["user"]["id"])),
        ]
        .map(|(claim, value)| {
            let claims = with(&token.claims, claim, &value);
            (claims.clone(), issuer.sign(&token.with_claims(&claims)))
        });
        all_refused(&issuer.server, &admin, &altered, &["session_ended"]);
        assert_eq!(other.get("/users/me").status, 200);
    }
}

#[test]
fn what_a_token_says_of_rights_is_not_believed() {
    let who = Anonymous::at(server::shared()).become_somebody();
    let token = Token::of(&who.token);
    let mut claims = token.claims.clone();
    for (claim, value) in [
        ("grants", r#"[{"action":"*","resource":"*"}]"#),
        ("role", "\"admin\""),
        ("roles", "[\"admin\"]"),
        ("scope", "\"admin *\""),
        ("is_admin", "true"),
    ] {
        claims = with(&claims, claim, value);
    }
    let raised =
        who.with_tokens(json!({ "access_token": token.with_claims(&claims).by_hmac(SECRET_KEY.as_bytes()) }));
    assert_eq!(raised.get("/users/me").json()["role"], "user", "a token as good as any");
    assert_eq!(raised.get("/users").code(), "admin_required");
    let asked = raised.get("/users/me/permissions?action=read&resource=Task");
    assert_eq!(asked.json(), json!({ "permitted": false }));
}

#[test]
fn a_published_key_signs_nothing() {
    let other = Server::start_with(&[("ALGORITHM", "EdDSA")]);
    let theirs = Admin::at(&other);
    for algorithm in ["EdDSA", "ES256", "RS256"] {
        let server = Server::start_with(&[("ALGORITHM", algorithm)]);
        let admin = Admin::at(&server);
        let token = Token::of(&admin.token);
        let published = Anonymous::at(&server).get("/.well-known/jwks.json").text;
        let mut forgeries = vec![("stripped".to_owned(), token.stripped())];
        for (number, key) in encodings(&published).into_iter().enumerate() {
            for alg in ["HS256", algorithm] {
                let forged = token.with_header(&with(&token.header, "alg", &format!("\"{alg}\"")));
                forgeries.push((format!("{alg} under encoding {number}"), forged.by_hmac(&key)));
                let nameless = token.with_header(&without(&forged.header, "kid"));
                forgeries.push((format!("{alg} under encoding {number}, nameless"), nameless.by_hmac(&key)));
            }
        }
        let shared = token.with_header(&with(&token.header, "alg", "\"HS256\""));
        forgeries.push(("the secret of the server".to_owned(), shared.by_hmac(SECRET_KEY.as_bytes())));
        forgeries.push(("of another deployment".to_owned(), theirs.token.clone()));
        for alg in ["none", "EdDSA", "ES256", "RS256"].into_iter().filter(|alg| *alg != algorithm) {
            let forged = token.with_header(&with(&token.header, "alg", &format!("\"{alg}\"")));
            forgeries.push((alg.to_owned(), forged.unsigned()));
        }
        let words = ["token_algorithm_not_allowed", "token_signature_invalid", "token_key_unknown"];
        all_refused(&server, &admin, &forgeries, &words);
    }
}

#[test]
fn a_token_of_another_deployment_is_none() {
    let ours = Server::start();
    let admin = Admin::at(&ours);
    for settings in [
        [("SECRET_KEY", "the secret of another deployment, long enough")].as_slice(),
        &[("ISSUER", "https://elsewhere.example")],
        &[("PUBLIC_URL", "https://elsewhere.example")],
        &[],
    ] {
        let other = Server::start_with(settings);
        let theirs = Admin::at(&other);
        assert_eq!(theirs.login["user"]["id"], admin.login["user"]["id"], "the same numbers");
        refused(&ours, &theirs.token, "a token of theirs");
        refused(&other, &admin.token, "a token of ours");
        for path in ["/auth/refresh", "/auth/logout"] {
            let body = json!({ "refresh_token": theirs.refresh_token() });
            assert_eq!(Anonymous::at(&ours).post(path, &body).status, 401, "{settings:?} {path}");
        }
        assert_eq!(admin.get("/users").status, 200);
        assert_eq!(theirs.get("/users").status, 200);
    }
}
