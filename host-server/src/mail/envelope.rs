//! A letter as a mail server takes it: headers, and text and HTML as two parts of which the reader shows one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign_core::mail::QueuedMail;
use countersign_core::secret::TokenDigest;
use countersign_core::time::Timestamp;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};

use super::WriteError;
use super::letter::Letter;
use super::letterhead::Letterhead;

/// Tells other programs that there is nobody to answer (RFC 3834 section 5).
const AUTO_SUBMITTED: (&str, &str) = ("Auto-Submitted", "auto-generated");

/// Characters of a line at most (RFC 5322 section 2.1.1).
const LINE_LENGTH_MAX: usize = 998;

/// The letter in its envelope, addressed to the mail's recipient and to nobody else.
pub(super) fn sealed(
    letterhead: &Letterhead,
    mail: &QueuedMail,
    letter: &Letter,
    now: Timestamp,
) -> Result<Message, WriteError> {
    let to = Mailbox::new(None, mail.to.parse()?);
    let (name, value) = AUTO_SUBMITTED;
    let message = Message::builder()
        .from(letterhead.from().clone())
        .to(to)
        .subject(letter.subject)
        .date(moment(now))
        .message_id(Some(message_id(letterhead, mail)))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()))
        .multipart(
            MultiPart::alternative()
                .singlepart(part(ContentType::TEXT_PLAIN, letter.text()))
                .singlepart(part(ContentType::TEXT_HTML, letter.html())),
        )?;
    Ok(message)
}

/// One form of the letter. ASCII goes as it is: lettre would take lines of more than 76 characters apart, and a link could
/// not be read in the mail's source any more.
fn part(content_type: ContentType, text: String) -> SinglePart {
    let builder = SinglePart::builder().header(content_type);
    if is_plain(&text) {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        return builder.body(Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::SevenBit));
    }
    builder.body(text)
}

/// Whether a text is what `7bit` asks for (RFC 2045 section 2.7), with line feeds alone.
fn is_plain(text: &str) -> bool {
    let of_lines = |byte: u8| byte == b'\n' || byte == b'\t' || (b' '..=b'~').contains(&byte);
    text.bytes().all(of_lines) && text.lines().all(|line| line.len() <= LINE_LENGTH_MAX)
}

/// The same each time that the mail is sent, so that a mailbox that gets it twice can tell. It tells nobody how many mails
/// there are.
fn message_id(letterhead: &Letterhead, mail: &QueuedMail) -> String {
    let domain = letterhead.from().email.domain();
    let named = format!("{} {} {} {}", mail.id, mail.created_at.as_secs(), mail.kind.as_str(), mail.to);
    format!("<{}@{domain}>", TokenDigest::of(named.as_bytes()).encode())
}

fn moment(now: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(now.as_secs()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use countersign_core::mail::MailKind;
    use countersign_core::session::Client;

    use super::super::letter;
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn mail(id: i64, to: &str) -> QueuedMail {
        QueuedMail {
            id,
            kind: MailKind::PasswordChanged,
            to: to.to_owned(),
            token: None,
            client: Client::default(),
            created_at: NOW,
            due_at: NOW,
            expires_at: NOW,
            attempts: 0,
            sent_at: None,
            given_up_at: None,
        }
    }

    fn written(mail: &QueuedMail) -> Result<String, WriteError> {
        let letterhead = Letterhead::new(None, Some("https://auth.example.com"), None, None);
        let letter = letter::about(mail, None, &letterhead);
        let message = sealed(&letterhead, mail, &letter, NOW.plus_secs(60))?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn a_mail_has_the_headers_that_it_needs() {
        let text = written(&mail(1, "ada@example.com")).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        for line in [
            "From: Countersign <no-reply@auth.example.com>",
            "To: ada@example.com",
            "Subject: Your password was changed",
            "Date: Tue, 14 Nov 2023 22:14:20 +0000",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ] {
            assert!(head.lines().any(|other| other == line), "{line}: {head}");
        }
        assert!(head.contains("Content-Type: multipart/alternative"), "{head}");
        assert!(text.contains("Content-Type: text/plain; charset=utf-8"), "{text}");
        assert!(text.contains("Content-Type: text/html; charset=utf-8"), "{text}");
        assert!(!text.to_ascii_lowercase().contains("quoted-printable"), "{text}");
    }

    #[test]
    fn what_is_not_plain_is_encoded() {
        for text in ["ada\r\n.\r\nBcc: eve", "ad\u{e4}", "a\0b", &"a".repeat(999)] {
            assert!(!is_plain(text), "{text:?}");
        }
        assert!(is_plain("ada\n\t~\n"));
        let client = Client { ip: None, user_agent: Some("Br\u{f6}wser".to_owned()) };
        let text =
            written(&QueuedMail { kind: MailKind::NewDevice, client, ..mail(1, "a@b.example") }).unwrap();
        assert!(text.is_ascii() && text.contains("Br=C3=B6wser"), "{text}");
    }

    #[test]
    fn no_recipient_writes_a_header() {
        for to in [
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com\nBcc: eve@example.com",
            "ada@example.com, eve@example.com",
            "<ada@example.com>",
            "ada",
        ] {
            assert!(written(&mail(1, to)).is_err(), "{to:?}");
        }
        // All that may stand in an address may stand in this header.
        let odd = "!#$%&'*+/=?^_`{|}~-.a@example.com";
        assert!(written(&mail(1, odd)).unwrap().contains(&format!("To: {odd}\r\n")));
    }

    #[test]
    fn a_mail_that_is_sent_twice_is_known_for_one() {
        let id = |mail: &QueuedMail| message_id(&Letterhead::new(None, None, None, None), mail);
        let first = id(&mail(1, "ada@example.com"));
        let again = QueuedMail { attempts: 3, due_at: NOW.plus_secs(9), ..mail(1, "ada@example.com") };
        assert_eq!(id(&again), first);
        assert_ne!(id(&mail(2, "ada@example.com")), first);
        assert!(first.ends_with("@localhost>"), "{first}");
    }
}
