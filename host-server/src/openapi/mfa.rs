//! The second factor.

use countersign_core::rejection::Code;
use serde_json::{Value, json};
use warp::http::StatusCode;

use super::body::RequestBody;
use super::description::{Description, Place, Theme};
use super::fields;
use crate::ops::views::{FinishedCookieLogin, FinishedLogin, MfaVerified, ProposedFactor, RecoveryCodes};
use crate::ops::{MFA_CODE_FIELDS, MFA_ENABLE_FIELDS, MFA_RENEWAL_FIELDS};
use crate::routes::Operation;

pub(super) static THEME: Theme = Theme {
    tag: "Second factor",
    text: "TOTP (RFC 6238) and recovery codes.",
    operations: &[
        (Operation::EnableMfa, enable),
        (Operation::VerifyMfa, verify),
        (Operation::DisableMfa, disable),
        (Operation::RenewRecoveryCodes, renew_recovery_codes),
    ],
};

fn enable(_: Place) -> Description {
    let body = RequestBody::new("MfaProposal", MFA_ENABLE_FIELDS, json!({}))
        .optional("current_password", current_password())
        .that_may_be_left_out();
    let url = "otpauth://totp/countersign:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=countersign\
               &algorithm=SHA1&digits=6&period=30";
    let example = json!({
        "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "qr_code": "data:image/png;base64,iVBORw0KGgo…",
        "otpauth_url": url,
    });
    Description::new(
        "Set a second factor",
        "Gives a secret for an authenticator. Nothing is on until `/auth/mfa/verify` has seen a code of it; asked \
         again before that, another secret takes its place. Wants `current_password`, or a log-in not long ago.",
    )
    .takes(body)
    .answers::<ProposedFactor<'static>>(StatusCode::OK, example)
    .refused_with(&[
        Code::UnknownField,
        Code::ReauthenticationRequired,
        Code::MfaAlreadyEnabled,
        Code::TooManyAttempts,
    ])
}

fn verify(_: Place) -> Description {
    let example = json!({ "message": "MFA verified successfully", "recovery_codes": ten_codes() });
    Description::new(
        "Show a code",
        "Turns on the factor that waits for it, and answers the recovery codes; shows anew that the owner is there, \
         where the factor is on; finishes a log-in, where the bearer is its `mfa_token`, and answers as that does. \
         After five wrong codes in a row none is looked at for 15 minutes, and after 100 none until the password is \
         reset by mail; nor is any from an address that made 100 wrong guesses at whatever within an hour.",
    )
    .takes(code("MfaCode", MFA_CODE_FIELDS))
    .answers::<MfaVerified<'static>>(StatusCode::OK, example)
    .or::<FinishedLogin<'static>>()
    .or::<FinishedCookieLogin<'static>>()
    .sets_cookies()
    .refused_with(&[
        Code::UnknownField,
        Code::InvalidCode,
        Code::EmailNotVerified,
        Code::ApplicationDisabled,
        Code::MfaNotEnabled,
        Code::TooManyAttempts,
    ])
}

fn disable(_: Place) -> Description {
    Description::new(
        "Turn the second factor off",
        "Wants a code of it. The recovery codes are void, and so is every log-in that waits for a code.",
    )
    .takes(code("MfaCode", MFA_CODE_FIELDS))
    .refused_with(&[Code::UnknownField, Code::InvalidCode, Code::MfaNotEnabled, Code::TooManyAttempts])
}

fn renew_recovery_codes(_: Place) -> Description {
    let body =
        code("RecoveryCodeRenewal", MFA_RENEWAL_FIELDS).optional("current_password", current_password());
    Description::new(
        "Get new recovery codes",
        "Wants a code, and besides it `current_password` or a log-in not long ago. The old codes are void.",
    )
    .takes(body)
    .answers::<RecoveryCodes<'static>>(StatusCode::OK, json!({ "recovery_codes": ten_codes() }))
    .refused_with(&[
        Code::UnknownField,
        Code::InvalidCode,
        Code::ReauthenticationRequired,
        Code::MfaNotEnabled,
        Code::TooManyAttempts,
    ])
}

/// One of the two codes is filled in.
fn code(name: &'static str, read: &'static [&'static str]) -> RequestBody {
    let filled = |filled: &str, other: &str| {
        json!({
            "required": [filled],
            "properties": {
                filled: { "type": "string", "minLength": 1 },
                other: { "maxLength": 0 },
            },
        })
    };
    RequestBody::new(name, read, json!({ "code": "123456" }))
        .optional("code", fields::text("The code that the authenticator shows.", "123456"))
        .optional("recovery_code", fields::text("One of the recovery codes.", "58n2-maha-58n2-maha"))
        .such_that(json!({ "anyOf": [filled("code", "recovery_code"), filled("recovery_code", "code")] }))
}

fn current_password() -> Value {
    fields::text(
        "Shows that the owner is there, where the log-in is too long ago for that.",
        "the analytical engine",
    )
}

fn ten_codes() -> Value {
    Value::from(vec!["58n2-maha-58n2-maha"; 10])
}
