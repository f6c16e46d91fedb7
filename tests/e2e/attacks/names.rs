//! Names that look like others, numbers that are written in other ways, and passwords that somebody could cut off.

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, Answer, SignedIn, fresh_name};
use crate::server::{self, Server};

fn register(anyone: &Anonymous<'_>, username: &str, email: &str) -> Answer {
    anyone.post(
        "/auth/register",
        &json!({ "username": username, "email": email, "password": "a good password" }),
    )
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

#[test]
fn no_twin_of_a_username_is_given_to_anybody_nor_lets_anybody_in() {
    let anyone = Anonymous::at(server::shared());
    let ada = anyone.become_somebody();
    let name = &ada.name;
    let wide = |letter: char| char::from_u32(letter as u32 + 0xfee0).unwrap();
    let same = [name.to_uppercase(), format!("S{}", &name[1..])];
    for twin in &same {
        let answer = register(&anyone, twin, &format!("{}@example.com", fresh_name()));
        assert_eq!(told(&answer), (400, "username_taken".to_owned()), "{twin}");
        assert_eq!(anyone.log_in(twin, &ada.password).status, 200, "{twin} is the same name");
    }
    for twin in [
        name.chars().map(wide).collect::<String>(),
        format!("{}{}", wide('s'), &name[1..]),
        name.replace('o', "о"),
        name.replace('o', "\u{3bf}"),
        name.replace('s', "ſ"),
        name.replace('-', "\u{2010}"),
        name.replace('e', "e\u{301}"),
        format!("{name} "),
        format!(" {name}"),
        format!("{name}\t"),
        format!("{name}\u{a0}"),
        format!("{name}\u{0}"),
        format!("{name}\u{0}x"),
        format!("{name}\u{200b}"),
        format!("{name}\u{ad}"),
        format!("\u{202e}{name}"),
        format!("\u{feff}{name}"),
        format!("{name}%00"),
        format!("{name}\n"),
    ] {
        let answer = register(&anyone, &twin, &format!("{}@example.com", fresh_name()));
        assert_eq!(answer.status, 400, "{twin:?}: {answer:?}");
        assert_eq!(answer.faults(), [("username".to_owned(), "invalid_characters".to_owned())], "{twin:?}");
        assert_eq!(
            told(&anyone.log_in(&twin, &ada.password)),
            (401, "invalid_credentials".to_owned()),
            "{twin:?}"
        );
    }
}

#[test]
fn no_twin_of_an_address_is_given_to_anybody_nor_written_to() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    // The letters that others fold: `ı` and `K` become `i` and `k`, `ß` becomes `ss`.
    let (address, password) = ("mike.strass@example.com", "a good password");
    assert_eq!(register(&anyone, "mike", address).status, 201);
    let taken = register(&anyone, "other", "MIKE.Strass@EXAMPLE.com");
    assert_eq!(told(&taken), (400, "email_taken".to_owned()));
    for twin in [
        "m\u{131}ke.strass@example.com",
        "mi\u{212a}e.strass@example.com",
        "mike.stra\u{df}@example.com",
        "mike.strass\u{ff20}example.com",
        "mike.strass@example\u{3002}com",
        "mike.strass@ex\u{430}mple.com",
        "mike.strass@example.com.",
        "mike.strass@example.com ",
        " mike.strass@example.com",
        "mike.strass@example.com\u{0}",
        "mike.strass@example.com\u{0}@evil.example",
        "mike.strass@example.com\n",
        "mike.strass@example.com,evil@evil.example",
        "mike.strass@example.com;evil@evil.example",
        "mike.strass@example.com evil@evil.example",
        "\"mike.strass\"@example.com",
        "mike.strass(x)@example.com",
        "Mike <mike.strass@example.com>",
        "mike.strass@[127.0.0.1]",
        "mike.strass@evil@example.com",
        "mike.strass%40example.com",
        "mike..strass@example.com",
    ] {
        let answer = register(&anyone, "other", twin);
        assert_eq!((answer.status, answer.faults()[0].0.as_str()), (400, "email"), "{twin:?}: {answer:?}");
        assert_eq!(told(&anyone.log_in(twin, password)), (401, "invalid_credentials".to_owned()), "{twin:?}");
        for path in ["/auth/password/forgot", "/auth/email/resend"] {
            assert_eq!(anyone.post(path, &json!({ "email": twin })).status, 400, "{path} {twin:?}");
        }
    }
    for list in [json!([address, "evil@evil.example"]), json!({ "0": address }), json!([address])] {
        assert_eq!(anyone.post("/auth/password/forgot", &json!({ "email": list })).status, 400);
    }
    assert_eq!(server.outbox().matches("\nTo: ").count(), 1, "the one of the registration");
    // An address that only begins like theirs is somebody else's, and theirs is not written to for it.
    assert_eq!(
        anyone
            .post("/auth/password/forgot", &json!({ "email": "mike.strass@example.com.evil.example" }))
            .status,
        202
    );
    assert_eq!(server.outbox().matches("\nTo: ").count(), 1);
}

#[test]
fn a_number_in_a_path_has_two_spellings_and_no_other() {
    let server = Server::start();
    let admin = Admin::at(&server);
    let who = Anonymous::at(&server).become_somebody();
    let number = who.login["user"]["id"].to_string();
    for same in [number.clone(), format!("user_{number}"), format!("%3{number}"), format!("user%5f{number}")]
    {
        let shown = admin.get(&format!("/users/{same}"));
        assert_eq!((shown.status, &shown.json()["username"]), (200, &json!(who.name)), "{same}");
    }
    let mut spellings = vec![
        "0".to_owned(),
        "-1".to_owned(),
        "18446744073709551616".to_owned(),
        "9223372036854775808".to_owned(),
    ];
    spellings.extend(
        ["user_", "user_user_2", "*", "null", "me%20", "%252", "%5b2%5d", "me%2f", "%2e", "%2e%2e"]
            .map(str::to_owned),
    );
    for odd in [
        "0{}",
        "user_0{}",
        "user_000{}",
        "+{}",
        "%2b{}",
        "%20{}",
        "{}%20",
        "{}%0a",
        "{}%09",
        "{}.0",
        "{}.",
        "{}e0",
        "0x{}",
        "{}%2f..%2f1",
        "1%2f..%2f{}",
        "{};x=1",
        "{},1",
        "USER_{}",
        "User_{}",
        "user-{}",
        "user_+{}",
        "user_%20{}",
        "%ef%bc%92",
        "%d9%a2",
        "{}%c2%a0",
        "{}%23",
        "{}%3f",
        "({})",
        "'{}'",
    ] {
        spellings.push(odd.replace("{}", &number));
    }
    for spelling in &spellings {
        for rest in ["", "/roles"] {
            let path = format!("/users/{spelling}{rest}");
            assert_eq!(told(&admin.get(&path)), (404, "user_not_found".to_owned()), "{path}");
        }
        let path = format!("/users/{spelling}");
        assert_eq!(told(&admin.ask("DELETE", &path)), (404, "user_not_found".to_owned()), "{path}");
        let patched = admin.send("PATCH", &path, &json!({ "role": "admin" }));
        assert_eq!(told(&patched), (404, "user_not_found".to_owned()), "{path}");
    }
    for unserved in
        ["%00", "2%00", "%ff", "%c0%af", "%", "%2", "%zz", "%u0032", "", "/2", "2/", "2//roles", "2/roles/"]
    {
        let answer = admin.get(&format!("/users/{unserved}"));
        assert!([400, 404].contains(&answer.status), "{unserved}: {answer:?}");
    }
    let user = admin.get(&who.path("")).json();
    assert_eq!((&user["role"], &user["status"]), (&json!("user"), &json!("active")));
}

#[test]
fn a_name_in_a_path_is_itself_and_no_other() {
    let server = server::shared();
    let admin = Admin::at(server);
    let who = Anonymous::at(server).become_somebody();
    let application = admin.make_application();
    let twins = |name: &str| {
        [
            name.to_uppercase(),
            format!("{name}%20"),
            format!("%20{name}"),
            format!("{name}%00"),
            format!("{name}%0a"),
            format!("{name}%2f"),
            format!("..%2f{name}"),
            format!("{name}="),
            format!("{name}A"),
            name.chars().skip(1).collect(),
        ]
    };
    for twin in twins(&application) {
        for path in [format!("/applications/{twin}"), format!("/applications/{twin}/roles")] {
            assert_eq!(admin.get(&path).status, 404, "{path}");
        }
        assert_eq!(admin.ask("DELETE", &format!("/applications/{twin}")).status, 404, "{twin}");
    }
    assert_eq!(admin.get(&format!("/applications/{application}")).status, 200);

    let session = who.get("/auth/sessions").json()["items"][0]["id"].as_str().unwrap().to_owned();
    for twin in twins(&session) {
        assert_eq!(who.ask("DELETE", &format!("/auth/sessions/{twin}")).status, 404, "{twin}");
    }
    // The last character of 16 bytes in base64url has four bits to spare.
    let last = session.chars().last().unwrap();
    for other in ('a'..='z').chain('A'..='Z').filter(|other| *other != last) {
        let twin = format!("{}{other}", &session[..session.len() - 1]);
        assert_eq!(who.ask("DELETE", &format!("/auth/sessions/{twin}")).status, 404, "{twin}");
    }

    assert_eq!(who.post("/users/me/data", &json!({ "key": "diary", "value": 1 })).status, 200);
    for twin in
        twins("diary").into_iter().chain(["..%2fdiary", "%2e%2e", ".", "..", "%2e"].map(str::to_owned))
    {
        assert_ne!(who.get(&format!("/users/me/data/{twin}")).status, 200, "{twin}");
        assert_ne!(who.ask("DELETE", &format!("/users/me/data/{twin}")).status, 204, "{twin}");
    }
    for key in ["", ".", "..", "a/b", "a b", "a\u{0}", "diary\n", "％", "a".repeat(129).as_str()] {
        assert_eq!(who.post("/users/me/data", &json!({ "key": key, "value": 2 })).status, 400, "{key:?}");
    }
    assert_eq!(who.get("/users/me/data/diary").text, "1");
}

#[test]
fn a_password_is_all_of_itself() {
    let anyone = Anonymous::at(server::shared());
    let long = "0123456789".repeat(10);
    for (password, others) in [
        // bcrypt takes 72 bytes, and ends at a NUL.
        (
            long.clone(),
            vec![
                long[..72].to_owned(),
                format!("{}x", &long[..72]),
                format!("{}x", &long[..99]),
                long[..71].to_owned(),
            ],
        ),
        (
            "é".repeat(128),
            vec!["é".repeat(127), "é".repeat(36), format!("{}e", "é".repeat(127)), "é".repeat(129)],
        ),
        ("😀".repeat(128), vec!["😀".repeat(127), "😀".repeat(18), format!("{}😁", "😀".repeat(127))]),
        (
            "Correct horse".to_owned(),
            [
                "correct horse",
                "CORRECT HORSE",
                "Correct horse\u{0}",
                "Correct horse\u{0}x",
                "\u{0}Correct horse",
                "Correct\u{0}horse",
                "Correct horse ",
                " Correct horse",
                "Correct  horse",
                "Correct horse\n",
                "Correct horse\r\n",
                "Correct hors",
                "orrect horse",
                "Ｃorrect horse",
                "Cоrrect horse",
                "Correct horse\u{200b}",
                "Correct horse\u{ad}",
                "Correct horse\u{feff}",
                "Correct%20horse",
                "Correct+horse",
                "",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        (
            " Correct horse ".to_owned(),
            vec!["Correct horse".to_owned(), " Correct horse".to_owned(), "Correct horse ".to_owned()],
        ),
    ] {
        let name = fresh_name();
        let body = json!({ "username": name, "email": format!("{name}@example.com"), "password": password });
        assert_eq!(anyone.post("/auth/register", &body).status, 201, "{password}");
        // A finished log-in clears the count of the others.
        for others in others.chunks(15) {
            for other in others {
                assert_eq!(
                    told(&anyone.log_in(&name, other)),
                    (401, "invalid_credentials".to_owned()),
                    "{other:?}"
                );
            }
            assert_eq!(anyone.log_in(&name, &password).status, 200, "{password:?}");
        }
    }
}

#[test]
fn a_password_of_another_type_or_of_many_is_none() {
    let who: SignedIn<'_> = Anonymous::at(server::shared()).become_somebody();
    let anyone = Anonymous::at(server::shared());
    for password in [
        json!(null),
        json!(true),
        json!(0),
        json!([who.password]),
        json!({ "$ne": "" }),
        json!({ "$gt": "" }),
        Value::Array(vec![]),
    ] {
        for name in [json!(who.name), json!({ "$ne": "" }), json!([who.name]), json!(true)] {
            let answer = anyone.post("/auth/login", &json!({ "username": name, "password": password }));
            assert_eq!(told(&answer), (400, "validation_failed".to_owned()), "{name} {password}");
        }
    }
    for name in [
        "' OR '1'='1",
        "admin'--",
        "\" OR \"\"=\"",
        "%",
        "_",
        "*",
        "*)(uid=*))(|(uid=*",
        "'; DROP TABLE accounts; --",
    ] {
        assert_eq!(
            told(&anyone.log_in(name, &who.password)),
            (401, "invalid_credentials".to_owned()),
            "{name}"
        );
    }
}
