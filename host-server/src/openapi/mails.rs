//! E-mail addresses and forgotten passwords.

use countersign_core::rejection::Code;
use serde_json::{Value, json};
use warp::http::StatusCode;

use super::body::RequestBody;
use super::description::{Description, Place, Theme};
use super::fields;
use crate::ops::views::{Message, PasswordReset};
use crate::ops::{MAIL_FIELDS, RESET_FIELDS, VERIFICATION_FIELDS};
use crate::routes::Operation;

pub(super) static THEME: Theme = Theme {
    tag: "E-mail",
    text: "Verifying an address, and resetting a forgotten password, by tokens that are mailed.",
    operations: &[
        (Operation::ResendVerification, resend),
        (Operation::VerifyEmail, verify),
        (Operation::ForgotPassword, forgot),
        (Operation::ResetPassword, reset),
    ],
};

fn resend(_: Place) -> Description {
    asks_for_a_mail(
        "Send the verification again",
        "Mails a token that verifies the address, good for a day, where it belongs to an account and is not verified \
         yet. The answer is the same in any case. At most 3 mails with a token an hour go to one address, whatever has \
         them sent; the third is kept for `/auth/password/forgot`, and one an hour is sent for this. After 100 of both \
         kinds within an hour from one address none is sent for a while.",
    )
}

fn forgot(_: Place) -> Description {
    asks_for_a_mail(
        "Forgot the password",
        "Mails a token that sets another password, good for half an hour, where the address belongs to an account. The \
         answer is the same in any case. At most 3 mails with a token an hour go to one address, whatever has them \
         sent; the third is sent only while no token that was mailed for this in the last half an hour is alive. After \
         100 of both kinds within an hour from one address none is sent for a while.",
    )
}

fn asks_for_a_mail(summary: &'static str, text: &'static str) -> Description {
    let message = "If this address belongs to an account that wants it, a mail is on its way";
    let body = RequestBody::new("MailRequest", MAIL_FIELDS, json!({ "email": "ada@example.com" }))
        .required("email", fields::email());
    Description::new(summary, text)
        .takes(body)
        .answers::<Message>(StatusCode::ACCEPTED, json!({ "message": message }))
        .refused_with(&[Code::UnknownField, Code::Overloaded])
}

fn verify(_: Place) -> Description {
    let body = RequestBody::new("MailedToken", VERIFICATION_FIELDS, json!({ "token": "q1Zb…" }))
        .required("token", mailed_token());
    Description::new(
        "Verify the address",
        "Takes the token that was mailed to the account's address, once. One that was mailed to an address which the \
         account no longer has does nothing. After 100 wrong tokens, codes or passwords within an hour from one address \
         no other is looked at for a while.",
    )
    .takes(body)
    .refused_with(&[Code::UnknownField, Code::InvalidToken, Code::TooManyAttempts, Code::Overloaded])
}

fn reset(_: Place) -> Description {
    let example = json!({ "token": "q1Zb…", "password": "the difference engine" });
    let body = RequestBody::new("PasswordResetRequest", RESET_FIELDS, example)
        .required("token", mailed_token())
        .required("password", fields::new_password());
    Description::new(
        "Set another password",
        "Takes the token that was mailed for it, once. Ends every session, forgets every device, verifies the address, \
         and removes a second factor that was turned on while the address was not verified. A password that is refused \
         leaves the token good. Wrong log-ins stay counted; the answered `device_token` has a count of its own, so \
         that the owner gets in also while others guess. With `Countersign-Session: cookie` it comes in a cookie. After \
         100 wrong tokens, codes or passwords within an hour from one address no other is looked at for a while.",
    )
    .takes(body)
    .answers::<PasswordReset<'static>>(
        StatusCode::OK,
        json!({ "message": "Password reset successfully", "device_token": "3kTf…" }),
    )
    .or::<Message>()
    .sets_cookies()
    .refused_with(&[Code::UnknownField, Code::InvalidToken, Code::TooManyAttempts, Code::Overloaded])
}

fn mailed_token() -> Value {
    json!({ "type": "string", "minLength": 1, "description": "The token of the mail.", "examples": ["q1Zb…"] })
}
