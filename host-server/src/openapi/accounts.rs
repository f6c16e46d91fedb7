//! Registration, log-in and the profile.

use countersign_core::rejection::Code;
use serde_json::{Map, Value, json};
use warp::http::StatusCode;

use super::body::RequestBody;
use super::description::{Description, Place, Theme};
use super::{fields, samples};
use crate::ops::views::{CookieSession, Registered, Tokens, User};
use crate::ops::{LOGIN_FIELDS, NAME_AND_EMAIL_FIELDS, PROFILE_FIELDS, REGISTRATION_FIELDS};
use crate::routes::Mount;
use crate::routes::Operation;

pub(super) static THEME: Theme = Theme {
    tag: "Accounts",
    text: "Registration, log-in and the profile.",
    operations: &[
        (Operation::Register, register),
        (Operation::LogIn, log_in),
        (Operation::Profile, profile),
        (Operation::UpdateProfile, update_profile),
        (Operation::DeleteAccount, delete_account),
    ],
};

fn register(place: Place) -> Description {
    // The mount decides how two members are written, so each has its own example.
    let (message, user_id) = match place.mount {
        Mount::Api => ("Registration successful", json!(123)),
        Mount::Bare => ("User registered successfully", json!("user_123")),
    };
    let example = samples::merged(json!({ "message": message, "user_id": user_id }), samples::user());
    let credentials = json!({ "email": "$response.body#/email", "password": "$request.body#/password" });
    Description::new(
        "Register",
        "Makes an account. All faults of the input are told at once; whether a name is taken is looked at \
         only when nothing else is wrong. Under `/api` the answer's `user_id` is the number, elsewhere \
         `user_` and the number.",
    )
    .takes(registration(place.route.requires_username(place.mount)))
    .answers::<Registered>(StatusCode::CREATED, example)
    .refused_with(&[Code::UsernameTaken, Code::EmailTaken, Code::UnknownField, Code::Overloaded])
    .leads_to(place, Operation::LogIn, json!({ "body": credentials }))
}

fn registration(username_required: bool) -> RequestBody {
    let example = json!({
        "username": "ada",
        "email": "ada@example.com",
        "password": "the analytical engine",
        "first_name": "Ada",
        "last_name": "Lovelace",
    });
    let body = |name| RequestBody::new(name, REGISTRATION_FIELDS, example);
    let body = if username_required {
        body("Registration").required("username", fields::username())
    } else {
        body("RegistrationWithOptionalUsername").optional("username", fields::username())
    };
    body.required("email", fields::email())
        .required("password", fields::new_password())
        .optional("name", fields::person_name("The full name.", "Ada Lovelace"))
        .optional("first_name", fields::person_name("The first name.", "Ada"))
        .optional("last_name", fields::person_name("The last name.", "Lovelace"))
        .optional("phone", fields::phone())
        .optional(
            "application_id",
            fields::text("The application to join; `default` where none is named.", "default"),
        )
}

fn log_in(place: Place) -> Description {
    let name = || fields::text("A username or an e-mail address.", "ada");
    let body = RequestBody::new(
        "Login",
        LOGIN_FIELDS,
        json!({ "username": "ada", "password": "the analytical engine" }),
    )
    .optional("username", name())
    .optional("email", fields::text("A username or an e-mail address.", "ada@example.com"))
    .optional("identifier", name())
    .required("password", fields::password())
    .optional(
        "application_id",
        fields::text(
            "The application that the token is for; the one registered with where none is named.",
            "default",
        ),
    )
    .optional("mfa_code", fields::text("The code of the second factor.", "123456"))
    .optional("recovery_code", fields::text("One of the recovery codes.", "58n2-maha-58n2-maha"))
    .optional(
        "device_token",
        fields::text(
            "The `device_token` of an earlier log-in from this device. It replaces neither password nor \
             second factor.",
            "3kTf…",
        ),
    )
    .such_that(one_name_and_one_code());
    Description::new(
        "Log in",
        "Trades a password and exactly one of `username`, `email` and `identifier` for tokens. A wrong \
         password and an unknown name are answered alike and in the same time. After 20 wrong passwords \
         within an hour, 10 from one address, every further attempt is refused for a while; so it is after 100 from one \
         address at all names. After 80 in a row, however long they took, strangers are refused until a log-in from a \
         known device (the `device_token`, which has 100) or a reset by mail. `RateLimit` tells what is left. Where a second factor is on and no \
         code comes, the answer holds an `mfa_token`: the bearer with which `/auth/mfa/verify` finishes this log-in \
         within five minutes. With `Countersign-Session: cookie` the tokens come in cookies, and the cookie of an earlier \
         log-in stands in for `device_token`.",
    )
    .takes(body)
    .answers::<Tokens<'static>>(StatusCode::OK, samples::logged_in())
    .or::<CookieSession<'static>>()
    .sets_cookies()
    .telling_rate_limits()
    .refused_with(&[
        Code::UnknownField,
        Code::InvalidCredentials,
        Code::AccountSuspended,
        Code::EmailNotVerified,
        Code::ApplicationDisabled,
        Code::NotAMember,
        Code::MfaRequired,
        Code::TooManyAttempts,
        Code::Overloaded,
    ])
    .unauthorized_with(&[Code::InvalidCode])
    .leads_to(place, Operation::Refresh, samples::refresh_token_of_the_answer())
    .leads_to(place, Operation::LogOut, samples::refresh_token_of_the_answer())
}

/// Besides the rule of the names, at most one of the two codes is filled in.
fn one_name_and_one_code() -> Value {
    let mut rule = one_name();
    let left_out = |name: &str| json!({ "properties": { name: { "maxLength": 0 } } });
    rule["allOf"] = json!([{ "anyOf": [left_out("mfa_code"), left_out("recovery_code")] }]);
    rule
}

/// Exactly one name is filled in. A blank one is as good as absent beside it; where all that come are blank, the
/// name is just wrong.
fn one_name() -> Value {
    let names = ["username", "email", "identifier"];
    let blank = || json!({ "maxLength": 0 });
    let filled = names.map(|name| {
        let mut properties: Map<_, _> = names.map(|other| (other.to_owned(), blank())).into_iter().collect();
        properties.insert(name.to_owned(), json!({ "type": "string", "minLength": 1 }));
        json!({ "required": [name], "properties": properties })
    });
    let given = names.map(|name| json!({ "required": [name], "properties": { name: { "type": "string" } } }));
    let properties: Map<_, _> = names.map(|name| (name.to_owned(), blank())).into_iter().collect();
    let none = json!({ "properties": properties, "anyOf": given });
    let rules: Vec<_> = filled.into_iter().chain([none]).collect();
    json!({ "anyOf": rules })
}

fn profile(_: Place) -> Description {
    Description::new("Show the profile", "Shows the User whose token it is.")
        .answers::<User>(StatusCode::OK, samples::user())
        .refused_with(&[Code::UserNotFound])
}

fn update_profile(place: Place) -> Description {
    let mut codes = vec![
        Code::UnknownField,
        Code::EmailTaken,
        Code::ReauthenticationRequired,
        Code::UserNotFound,
        Code::TooManyAttempts,
    ];
    let body = if place.route.takes_name_and_email_only() {
        let example = json!({ "email": "ada@example.com", "name": "Ada Lovelace" });
        RequestBody::new("NameAndEmailUpdate", NAME_AND_EMAIL_FIELDS, example)
    } else {
        codes.push(Code::UsernameTaken);
        let example = json!({ "email": "ada@example.com", "first_name": "Ada", "phone": null });
        RequestBody::new("ProfileUpdate", PROFILE_FIELDS, example)
            .lasting("username", fields::username())
            .optional("password", fields::new_password())
            .optional("first_name", fields::person_name("The first name; null clears it.", "Ada"))
            .optional("last_name", fields::person_name("The last name; null clears it.", "Lovelace"))
            .optional("phone", fields::phone())
    };
    let body = body
        .lasting("email", fields::email())
        .optional("name", fields::person_name("The full name; null clears it.", "Ada Lovelace"))
        .optional(
            "current_password",
            fields::text(
                "Proves that the owner is there, also long after the log-in.",
                "the analytical engine",
            ),
        )
        .that_may_be_left_out();
    Description::new(
        "Change the profile",
        "Changes the fields that come. One that is absent, empty or equal to what is stored changes nothing; null \
         clears a name or the telephone number. Another password or e-mail address wants a log-in within the last ten \
         minutes (the operator may say otherwise), the `current_password`, or beside another change the `password` that \
         it is already. After 20 wrong ones within an hour none is looked at in the same session. Another password ends \
         every other session; another e-mail address is unverified again.",
    )
    .takes(body)
    .answers::<User>(StatusCode::OK, samples::user())
    .refused_with(&codes)
}

fn delete_account(_: Place) -> Description {
    Description::new(
        "Delete the account",
        "Deletes the caller's account. Its sessions end, and its names stay reserved; an admin can restore it.",
    )
    .answers::<User>(StatusCode::OK, samples::deleted_user())
    .refused_with(&[Code::UserNotFound, Code::LastAdmin])
}
