//! What machines ask of the server itself, and its pages.

use countersign_core::rejection::Code;
use serde_json::json;
use warp::http::StatusCode;

use super::description::{Content, Description, Place, Theme};
use super::parameters;
use crate::ops::views::{Jwks, Status};
use crate::routes::{FILE, Operation};

pub(super) static OPERATIONS: Theme = Theme {
    tag: "Operations",
    text: "Whether the server lives and can work, and the keys by which others verify its tokens.",
    operations: &[
        (Operation::Jwks, jwks),
        (Operation::Revocations, revocations),
        (Operation::Health, health),
        (Operation::Ready, ready),
    ],
};

pub(super) static PAGES: Theme = Theme {
    tag: "Pages",
    text: "The documentation and the demo.",
    operations: &[
        (Operation::OpenApi, openapi),
        (Operation::Docs, docs),
        (Operation::Demo, demo),
        (Operation::SecurityTxt, security_txt),
        (Operation::ChangePassword, change_password),
    ],
};

fn jwks(_: Place) -> Description {
    let key = json!({
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "alg": "EdDSA", "use": "sig",
    });
    Description::new(
        "Public keys",
        "The keys that verify access tokens (RFC 7517): the one that signs, the one that is next, and those whose \
         last token has not expired. There are none where tokens are signed with a shared secret (HS256).",
    )
    .answers::<Jwks<'static>>(StatusCode::OK, json!({ "keys": [key] }))
    .with_header("Cache-Control", "How long the keys may be relied on.", "public, max-age=300")
    .unless_unchanged()
}

fn revocations(_: Place) -> Description {
    Description::new(
        "Revoked tokens",
        "A list of access tokens that are void before they expire, signed by the key that signs them, for those who \
         verify without asking. It names sessions by 64 bits of a SHA-256; `next` says when there is a newer one.",
    )
    .answers_with(StatusCode::OK, Content::Jwt)
    .with_header("Cache-Control", "How long the list may be relied on.", "public, max-age=10")
    .unless_unchanged()
    .refused_with(&[Code::Overloaded])
}

fn health(_: Place) -> Description {
    Description::new("Is it alive?", "Answers as long as the process does. Asks nothing of the database.")
        .answers::<Status>(StatusCode::OK, json!({ "status": "ok" }))
}

fn ready(_: Place) -> Description {
    Description::new("Can it work?", "Answers once the database can be read and written.")
        .answers::<Status>(StatusCode::OK, json!({ "status": "ok" }))
        .refused_with(&[Code::Overloaded])
}

fn openapi(_: Place) -> Description {
    let schema = json!({ "type": "object", "required": ["openapi", "info", "paths"] });
    let example =
        json!({ "openapi": "3.1.0", "info": { "title": "Countersign", "version": "…" }, "paths": {} });
    Description::new("This document", "The OpenAPI document that this is.")
        .answers_with(StatusCode::OK, Content::AnyJson { schema, example })
        .unless_unchanged()
}

fn docs(place: Place) -> Description {
    let described = Description::new("Documentation", "Swagger UI over this document, at `/docs/`.");
    if place.route.path.ends_with(FILE) {
        described.with(parameters::file()).answers_with(StatusCode::OK, Content::File).unless_unchanged()
    } else {
        described.answers_with(StatusCode::PERMANENT_REDIRECT, Content::Redirect("/docs/"))
    }
}

fn demo(place: Place) -> Description {
    let described = Description::new("Demo", "The web demo, or a page that leads to the documentation.");
    if place.route.path.ends_with(FILE) {
        described.with(parameters::file()).answers_with(StatusCode::OK, Content::File).unless_unchanged()
    } else {
        described.answers_with(StatusCode::OK, Content::Page).unless_unchanged()
    }
}

fn security_txt(_: Place) -> Description {
    Description::new("Security contact", "Whom to tell of a hole (RFC 9116), where the operator has said so.")
        .answers_with(StatusCode::OK, Content::Text)
        .refused_with(&[Code::NotFound])
}

fn change_password(_: Place) -> Description {
    Description::new(
        "Where to change a password",
        "Leads password managers to the page where a user changes their password, where the operator has said which.",
    )
    .answers_with(StatusCode::SEE_OTHER, Content::Redirect("https://app.example.com/password"))
    .refused_with(&[Code::NotFound])
}
