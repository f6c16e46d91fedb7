//! From the queue to the mail server.
//!
//! The store's outbox holds what a mail is about ([`QueuedMail`]), put there in the transaction of what it tells. The
//! `postman` takes what is due, has it written (`letter`, `envelope`) and hands it to the mail server
//! (`smtp`). What comes next of an attempt is core's to say. No log ever holds an address, a text or a token.
//!
//! A mail is sent at least once. Twice it is sent only where the process ends after the mail server has taken the mail and
//! before that is stored; both have the same `Message-ID`, by which mailboxes know them for one.

mod envelope;
mod letter;
mod letterhead;
pub mod postman;
mod smtp;

use countersign_core::mail::QueuedMail;
use countersign_core::sealing::SealError;
use countersign_core::time::Timestamp;
use countersign_core::token::{ActionToken, MailKey};
use lettre::Message;

use crate::keys::Rotating;

pub use letterhead::Letterhead;
pub use smtp::{Encryption, Smtp, SmtpAuthorities, SmtpUrl};

/// Why a mail cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Its token does not open.
    #[error("its token was sealed under another SECRET_KEY")]
    Sealed(#[from] SealError),
    /// Its recipient is none that a mail can be addressed to.
    #[error("its recipient cannot be written to")]
    Address(#[from] lettre::address::AddressError),
    /// Something of it is wanting.
    #[error("its parts do not make a mail")]
    Incomplete(#[from] lettre::error::Error),
}

/// Writes a mail as it is sent. One that is done with no longer has its token, and says so in the token's place.
///
/// # Errors
/// Where its token does not open under this key, or its recipient is nobody to be written to.
pub fn write(
    letterhead: &Letterhead,
    keys: &Rotating<MailKey>,
    mail: &QueuedMail,
    now: Timestamp,
) -> Result<Message, WriteError> {
    let letter = letter::about(mail, token(keys, mail)?.as_ref(), letterhead);
    envelope::sealed(letterhead, mail, &letter, now)
}

/// The subject and the text part of a mail, for the operator to read.
///
/// # Errors
/// As [`write()`].
pub fn show(
    letterhead: &Letterhead,
    keys: &Rotating<MailKey>,
    mail: &QueuedMail,
) -> Result<(String, String), WriteError> {
    let letter = letter::about(mail, token(keys, mail)?.as_ref(), letterhead);
    Ok((letter.subject.to_owned(), letter.text()))
}

fn token(keys: &Rotating<MailKey>, mail: &QueuedMail) -> Result<Option<ActionToken>, SealError> {
    match (mail.kind.purpose(), &mail.token) {
        (Some(purpose), Some(sealed)) => {
            let token = keys.find_map(|key| key.open(sealed, purpose, &mail.to).ok());
            token.map(Some).ok_or(SealError)
        }
        _ => Ok(None),
    }
}
