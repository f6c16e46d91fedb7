//! What the mails say. A letter is written once, and its text and its HTML are two forms of it, so that they never say
//! different things.

use std::fmt::Write;

use countersign_core::mail::{MailKind, QueuedMail};
use countersign_core::token::{ActionPurpose, ActionToken};

use super::letterhead::Letterhead;

/// Characters of what a client calls itself that a letter repeats: enough to know one's own browser by.
const USER_AGENT_CHARACTERS_MAX: usize = 120;

/// What is said where a mail was done with and its token is gone.
const TOKEN_GONE: &str = "(the token is not kept once the mail is done with)";

/// A letter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) subject: &'static str,
    parts: Vec<Part>,
}

/// A piece of a letter, on lines of its own.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Some sentences.
    Words(String),
    /// An address to open.
    Link(String),
    /// Something to copy letter by letter.
    Verbatim(String),
}

fn words(text: &str) -> Part {
    Part::Words(text.to_owned())
}

/// The letter that a mail is. `token` is what it carries, `None` where it carries none, or none any more.
pub(super) fn about(mail: &QueuedMail, token: Option<&ActionToken>, letterhead: &Letterhead) -> Letter {
    let (subject, mut parts) = match mail.kind {
        MailKind::VerifyEmail => (
            "Confirm your e-mail address",
            carrying(
                ActionPurpose::VerifyEmail,
                token,
                letterhead,
                "Please confirm that this e-mail address is yours. You can do so once, within 24 hours.",
                "If you did not ask for an account, ignore this mail: the address then stays unconfirmed.",
            ),
        ),
        MailKind::ResetPassword => (
            "Reset your password",
            carrying(
                ActionPurpose::ResetPassword,
                token,
                letterhead,
                "Somebody, hopefully you, asked to set a new password for the account with this e-mail address. You can \
                 do so once, within 30 minutes. It ends all sessions.",
                "If it was not you, ignore this mail: the password then stays what it is.",
            ),
        ),
        MailKind::PasswordChanged => (
            "Your password was changed",
            told("The password of your account was changed. All other sessions have ended."),
        ),
        MailKind::PasswordReset => (
            "Your password was reset",
            told(
                "The password of your account was reset by a token that was mailed to this address. All sessions have \
                 ended.",
            ),
        ),
        MailKind::EmailChanged => (
            "Your e-mail address was changed",
            told(
                "Your account has another e-mail address now. Mails about it no longer come to this one, and nothing \
                 that was mailed here before is good any more.",
            ),
        ),
        MailKind::SecondFactorEnabled => (
            "Two-factor authentication was turned on",
            told("A second factor was turned on for your account. From now on a log-in asks for its code."),
        ),
        MailKind::SecondFactorDisabled => (
            "Two-factor authentication was turned off",
            told(
                "The second factor of your account was turned off. From now on the password alone opens it.",
            ),
        ),
        MailKind::RecoveryCodesReplaced => (
            "Your recovery codes were replaced",
            told("Your account has new recovery codes. The old ones are no longer good."),
        ),
        MailKind::RecoveryCodeUsed => (
            "A recovery code was used",
            told(
                "One of the recovery codes of your account was used in place of the code of your authenticator.",
            ),
        ),
        MailKind::RecoveryCodesVoided => (
            "Your recovery codes are no longer good",
            vec![
                words(
                    "Our data had to be taken back to an earlier state. Nobody can tell any more which of your recovery \
                     codes were used, so none of them is good, and all sessions have ended.",
                ),
                words(
                    "Please log in with your password and a code of your authenticator, and have new recovery codes made.",
                ),
            ],
        ),
        MailKind::NewDevice => ("New log-in to your account", new_device(mail)),
    };
    parts.insert(0, words("Hello,"));
    parts.push(words(&match letterhead.site() {
        Some(site) => format!("This mail was sent by {site}. Nobody reads answers to it."),
        None => "This mail was sent by a program. Nobody reads answers to it.".to_owned(),
    }));
    Letter { subject, parts }
}

fn carrying(
    purpose: ActionPurpose,
    token: Option<&ActionToken>,
    letterhead: &Letterhead,
    request: &str,
    otherwise: &str,
) -> Vec<Part> {
    let mut parts = vec![words(request)];
    let token = token.map_or(TOKEN_GONE, ActionToken::expose);
    match letterhead.link(purpose, token) {
        Some(link) => parts.extend([words("Open this page and press its button:"), Part::Link(link)]),
        None => {
            let (place, beside) = match purpose {
                ActionPurpose::VerifyEmail => ("/auth/email/verify", ""),
                ActionPurpose::ResetPassword => ("/auth/password/reset", ", \"password\": the new one"),
            };
            parts.extend([
                words("Enter this token where you were asked for it:"),
                Part::Verbatim(token.to_owned()),
                Part::Words(format!(
                    "A program sends it as {{\"token\": the token{beside}}} to POST {place}."
                )),
            ]);
        }
    }
    parts.push(words(otherwise));
    parts
}

fn told(what: &str) -> Vec<Part> {
    vec![
        words(what),
        words("If that was you, there is nothing to do. If it was not, reset your password at once."),
    ]
}

fn new_device(mail: &QueuedMail) -> Vec<Part> {
    let time = jiff::Timestamp::from_second(mail.created_at.as_secs()).map(|time| time.to_string());
    let mut seen = String::from("Somebody logged in to your account from a device that was not known");
    if let Ok(time) = time {
        let _ = write!(seen, ", at {time}");
    }
    if let Some(ip) = &mail.client.ip {
        let _ = write!(seen, ", from {}", on_one_line(ip));
    }
    seen.push('.');
    if let Some(agent) = &mail.client.user_agent {
        let _ = write!(seen, " It calls itself \"{}\".", on_one_line(agent));
    }
    told(&seen)
}

/// What a client says of itself, without what could look like more than that: line ends, and marks that turn the
/// direction of the text around them.
fn on_one_line(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_graphic() || character.is_alphanumeric();
    let plain = |character| if is_plain(character) { character } else { ' ' };
    text.chars().take(USER_AGENT_CHARACTERS_MAX).map(plain).collect()
}

impl Letter {
    /// The letter in plain text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Link(link) => text.push_str(link),
                Part::Verbatim(token) => {
                    let _ = write!(text, "    {token}");
                }
            }
            text.push_str("\n\n");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    /// The letter as a page, which loads nothing from anywhere.
    pub(super) fn html(&self) -> String {
        let subject = escaped(self.subject);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{subject}</title>\n</head>\n\
             <body>\n<h1>{subject}</h1>\n"
        );
        for part in &self.parts {
            let _ = match part {
                Part::Words(words) => writeln!(html, "<p>{}</p>", escaped(words)),
                Part::Link(link) => {
                    let link = escaped(link);
                    writeln!(html, "<p><a href=\"{link}\">{link}</a></p>")
                }
                Part::Verbatim(token) => writeln!(html, "<pre>{}</pre>", escaped(token)),
            };
        }
        html.push_str("</body>\n</html>\n");
        html
    }
}

/// A text as HTML shows it, between tags and within quotes.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use countersign_core::secret::Secret;
    use countersign_core::session::Client;
    use countersign_core::time::Timestamp;

    use super::*;

    const KINDS: [MailKind; 11] = [
        MailKind::VerifyEmail,
        MailKind::ResetPassword,
        MailKind::PasswordChanged,
        MailKind::PasswordReset,
        MailKind::EmailChanged,
        MailKind::SecondFactorEnabled,
        MailKind::SecondFactorDisabled,
        MailKind::RecoveryCodesReplaced,
        MailKind::RecoveryCodeUsed,
        MailKind::RecoveryCodesVoided,
        MailKind::NewDevice,
    ];

    fn mail(kind: MailKind, client: Client) -> QueuedMail {
        let now = Timestamp::from_secs(1_700_000_000);
        QueuedMail {
            id: 1,
            kind,
            to: "ada@example.com".to_owned(),
            token: None,
            client,
            created_at: now,
            due_at: now,
            expires_at: now,
            attempts: 0,
            sent_at: None,
            given_up_at: None,
        }
    }

    fn letter(kind: MailKind, public_url: Option<&str>) -> Letter {
        let token = kind.purpose().map(|_| ActionToken::from_entropy(&Secret::new([7; 32])));
        let letterhead = Letterhead::new(None, public_url, None, None);
        about(&mail(kind, Client::default()), token.as_ref(), &letterhead)
    }

    #[test]
    fn each_letter_says_the_same_in_both_forms() {
        for kind in KINDS {
            for public_url in [None, Some("https://auth.example.com")] {
                let letter = letter(kind, public_url);
                let (text, html) = (letter.text(), letter.html());
                assert!(text.is_ascii() && html.is_ascii(), "{kind:?}: sent as it is, without any encoding");
                for paragraph in text.split("\n\n") {
                    let escaped = escaped(paragraph.trim());
                    assert!(html.contains(&escaped), "{kind:?}: {paragraph}");
                }
                let longest = text.lines().chain(html.lines()).map(str::len).max();
                assert!(longest < Some(998), "RFC 5322 section 2.1.1");
            }
        }
    }

    #[test]
    fn a_link_stands_there_only_where_it_can_lead_somewhere() {
        let token = ActionToken::from_entropy(&Secret::new([7; 32]));
        for kind in [MailKind::VerifyEmail, MailKind::ResetPassword] {
            let linked = letter(kind, Some("https://auth.example.com")).text();
            assert!(linked.contains("https://auth.example.com/demo/mailed.html#"), "{linked}");
            assert!(linked.contains(&format!("&token={}\n", token.expose())), "{linked}");
            let bare = letter(kind, None).text();
            assert!(!bare.contains("http") && bare.contains(&format!("    {}\n", token.expose())), "{bare}");
            assert!(bare.contains("POST /auth/"), "{bare}");
        }
    }

    #[test]
    fn what_a_client_calls_itself_is_text_and_nothing_else() {
        let agent = "<a href='x'>\r\nBcc: eve@example.com\u{7f}&\u{202e}\"";
        let client = Client { ip: Some("192.0.2.1".to_owned()), user_agent: Some(agent.to_owned()) };
        let letter =
            about(&mail(MailKind::NewDevice, client), None, &Letterhead::new(None, None, None, None));
        let (text, html) = (letter.text(), letter.html());
        assert!(
            text.contains("from 192.0.2.1. It calls itself \"<a href='x'>  Bcc: eve@example.com & \"\"."),
            "{text}"
        );
        assert!(!html.contains("<a "), "{html}");
        assert!(html.contains("&lt;a href=&#39;x&#39;&gt;  Bcc: eve@example.com &amp; &quot;"), "{html}");
        let long = Client { ip: None, user_agent: Some("x".repeat(600)) };
        let letter = about(&mail(MailKind::NewDevice, long), None, &Letterhead::new(None, None, None, None));
        assert!(letter.text().contains(&"x".repeat(120)) && !letter.text().contains(&"x".repeat(121)));
    }

    #[test]
    fn a_mail_that_is_done_with_shows_no_token() {
        let letterhead = Letterhead::new(None, Some("https://auth.example.com"), None, None);
        let text = about(&mail(MailKind::ResetPassword, Client::default()), None, &letterhead).text();
        assert!(text.contains(TOKEN_GONE), "{text}");
    }
}
