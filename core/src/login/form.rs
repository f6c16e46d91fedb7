//! What somebody sends to log in, and what it must hold to be looked at.

use crate::field::Field;
use crate::id::ApplicationId;
use crate::mfa::ShownCode;
use crate::password::{Password, PreparedPassword};
use crate::rejection::{Code, Fault};
use crate::secret::{Secret, TokenDigest};

/// The fields of a log-in as they came.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is named as the request names it")]
pub struct LoginForm<'a> {
    pub username: Field<'a>,
    pub email: Field<'a>,
    pub identifier: Field<'a>,
    pub password: Field<'a>,
    pub application_id: Field<'a>,
    pub mfa_code: Field<'a>,
    pub recovery_code: Field<'a>,
    pub device_token: Field<'a>,
}

/// A log-in in which nothing is missing. Whether its name and password could be anybody's is not asked: one
/// that could not is wrong like any other.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who wants in.
    pub identifier: Identifier,
    /// The password, prepared as it was when it was set.
    pub password: PreparedPassword,
    /// What the log-in is for.
    pub application: RequestedApplication,
    /// The code of the second factor; `None` where none was sent.
    pub second_factor: Option<ShownCode>,
    /// The token of a device that was logged in from before; `None` where none was sent.
    pub device_token: Option<Secret<String>>,
}

/// The name that somebody logs in with. No username has an `@`, so the text itself tells which it is.
///
/// ```
/// use countersign_core::login::Identifier;
///
/// assert_eq!(Identifier::of("Ada"), Identifier::Username("ada".into()));
/// assert_eq!(Identifier::of("ADA@example.com"), Identifier::Email("ada@example.com".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// A username, lower-cased.
    Username(String),
    /// An e-mail address, lower-cased.
    Email(String),
}

impl Identifier {
    /// The name in this text, which may be anything.
    pub fn of(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        if lower.contains('@') { Identifier::Email(lower) } else { Identifier::Username(lower) }
    }

    /// The lower-cased text.
    pub fn as_str(&self) -> &str {
        match self {
            Identifier::Username(text) | Identifier::Email(text) => text,
        }
    }
}

/// Which application a log-in asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestedApplication {
    /// The one that the user registered with.
    Registered,
    /// This one.
    Named(ApplicationId),
    /// One whose name no application can have.
    Impossible,
}

impl Login {
    /// Reads a form.
    ///
    /// # Errors
    /// Every missing field and every field of a wrong type; `conflicting` where more than one name is given.
    pub fn parse(form: &LoginForm<'_>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let identifier = identifier(form, &mut faults);
        let mut read = |result: Result<Option<&str>, Fault>| match result {
            Ok(text) => text.map(str::to_owned),
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let password = read(form.password.present("password").map(Some)).map(Secret::new);
        let application = read(form.application_id.optional("application_id"));
        let device_token = read(form.device_token.optional("device_token")).map(Secret::new);
        let codes = (("mfa_code", &form.mfa_code), ("recovery_code", &form.recovery_code));
        let second_factor = ShownCode::parse_optional(codes.0, codes.1).unwrap_or_else(|found| {
            faults.extend(found);
            None
        });
        match (identifier, password) {
            (Some(identifier), Some(password)) if faults.is_empty() => Ok(Self {
                identifier,
                password: Password::prepare(password.expose()),
                application: application.map_or(RequestedApplication::Registered, |name| {
                    ApplicationId::parse(&name)
                        .map_or(RequestedApplication::Impossible, RequestedApplication::Named)
                }),
                second_factor,
                device_token,
            }),
            _ => Err(faults),
        }
    }

    /// The digest that the store knows the device by; `None` where no device token was sent.
    pub fn device_digest(&self) -> Option<TokenDigest> {
        self.device_token.as_ref().map(|token| TokenDigest::of(token.expose().as_bytes()))
    }
}

/// The one name that is given. A blank one is as good as absent where another is filled in, since many
/// clients send every field of their form.
fn identifier(form: &LoginForm<'_>, faults: &mut Vec<Fault>) -> Option<Identifier> {
    let fields = [("username", &form.username), ("email", &form.email), ("identifier", &form.identifier)];
    let faults_before = faults.len();
    let mut filled = None;
    let mut blank = false;
    for (name, field) in fields {
        match field {
            Field::Text(text) if text.is_empty() => blank = true,
            Field::Text(_) if filled.is_some() => {
                let message = "Give only one of username, email and identifier.";
                faults.push(Fault::new(name, Code::Conflicting, message));
            }
            Field::Text(text) => filled = Some(Identifier::of(text)),
            Field::Other => {
                faults.push(Fault::new(name, Code::InvalidType, "This field must be a string."));
            }
            Field::Absent | Field::Null => {}
        }
    }
    if filled.is_none() && blank {
        filled = Some(Identifier::of(""));
    }
    if filled.is_none() && faults.len() == faults_before {
        let message = "Give one of username, email and identifier.";
        faults.push(Fault::new("identifier", Code::Required, message));
    }
    filled
}
