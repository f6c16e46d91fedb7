//! `SMTP_URL`, `SMTP_CA_FILE`, `MAIL_FROM` and where the links of mails lead.

use std::fs;

use lettre::message::Mailbox;

use super::address;
use super::reader::{Reader, quoted};
use crate::mail::{Encryption, Letterhead, SmtpAuthorities, SmtpUrl};

/// How mails are sent.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// The mail server; `None` where mails wait in the outbox.
    pub smtp: Option<SmtpUrl>,
    /// Who may vouch for it besides those whom the system trusts; `None` where nobody may.
    pub authorities: Option<SmtpAuthorities>,
    /// What all mails have in common.
    pub letterhead: Letterhead,
}

/// Reads the settings of mails.
pub(super) fn read(reader: &mut Reader<'_>, public_url: Option<&str>) -> MailConfig {
    let smtp = reader.read("SMTP_URL", SmtpUrl::parse);
    let authorities = reader.read("SMTP_CA_FILE", read_authorities);
    MailConfig { smtp, authorities, letterhead: read_letterhead(reader, public_url) }
}

/// Reads those that say what a mail looks like, not how it is sent.
pub(super) fn read_letterhead(reader: &mut Reader<'_>, public_url: Option<&str>) -> Letterhead {
    let from = reader.read("MAIL_FROM", parse_from);
    let verify_url = reader.read("EMAIL_VERIFY_URL", address::parse_token_page);
    let reset_url = reader.read("PASSWORD_RESET_URL", address::parse_token_page);
    Letterhead::new(from, public_url, verify_url, reset_url)
}

/// What the operator should know of these settings.
pub(super) fn warnings(mail: &MailConfig, require_verified_email: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    match &mail.smtp {
        Some(smtp) if smtp.is_open() => warnings.push(format!(
            "SMTP_URL sends mails to {} in the clear, with the tokens that open accounts; add ?tls=required.",
            smtp.host()
        )),
        None if require_verified_email => warnings.push(
            "REQUIRE_VERIFIED_EMAIL is true and SMTP_URL is not set: the mails that verify addresses wait in the \
             database, where `countersign outbox` shows them."
                .to_owned(),
        ),
        _ => {}
    }
    if let (Some(smtp), Some(_)) = (&mail.smtp, &mail.authorities)
        && smtp.encryption() == Encryption::Never
    {
        warnings.push(
            "SMTP_CA_FILE is set in vain: by SMTP_URL mails go unencrypted, and no certificate is looked at."
                .to_owned(),
        );
    }
    warnings
}

/// The certificates in this file.
fn read_authorities(path: &str) -> Result<SmtpAuthorities, String> {
    let pem = fs::read(path).map_err(|error| format!("{} cannot be read: {error}.", quoted(path)))?;
    SmtpAuthorities::parse(&pem)
        .ok_or_else(|| format!("{} holds something else than certificates in PEM.", quoted(path)))
}

fn parse_from(text: &str) -> Result<Mailbox, String> {
    let one_line = Some(text).filter(|text| !text.contains(char::is_control));
    one_line
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| format!("{} is not an address like Countersign <no-reply@example.com>.", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_come_from_an_address_on_one_line() {
        for text in ["no-reply@example.com", "Countersign <no-reply@example.com>", "<a@b.example>"] {
            assert!(parse_from(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "Countersign",
            "a@b.example, c@d.example",
            "a@b.example\r\nBcc: eve@example.com",
            "A\r\nBcc: eve@example.com <a@b.example>",
        ] {
            assert!(parse_from(text).is_err(), "{text:?}");
        }
    }
}
