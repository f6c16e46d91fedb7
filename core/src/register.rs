//! Registration: from a form to a new account.

use std::ops::Deref;

use crate::account::{AccountRole, NewAccount};
use crate::application::{Application, ApplicationStatus};
use crate::change::Change;
use crate::decision::Decision;
use crate::email::Email;
use crate::event::Event;
use crate::field::Field;
use crate::id::ApplicationId;
use crate::mail::{Occasion, RecentMails};
use crate::name::PersonName;
use crate::password::{Password, PasswordContext, StoredHash};
use crate::phone::Phone;
use crate::rejection::{Code, Fault, Rejection};
use crate::time::Timestamp;
use crate::token::MailedToken;
use crate::username::Username;

/// The fields of a registration as they came.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is named as the request names it")]
pub struct RegistrationForm<'a> {
    pub username: Field<'a>,
    pub email: Field<'a>,
    pub password: Field<'a>,
    pub name: Field<'a>,
    pub first_name: Field<'a>,
    pub last_name: Field<'a>,
    pub phone: Field<'a>,
    pub application_id: Field<'a>,
}

/// What a registration is held to where it can differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistrationRules {
    /// Whether it needs a username.
    pub username_required: bool,
    /// Code points that the password has at least.
    pub password_min_length: u16,
}

impl Default for RegistrationRules {
    fn default() -> Self {
        Self { username_required: true, password_min_length: 8 }
    }
}

/// A registration in which every field is well-formed.
///
/// ```
/// use countersign_core::register::{Registration, RegistrationForm, RegistrationRules};
/// use countersign_core::rejection::Code;
///
/// let form = RegistrationForm {
///     username: "ada".into(),
///     email: "Ada@Example.com".into(),
///     password: "analytical engine".into(),
///     ..RegistrationForm::default()
/// };
/// let registration = Registration::parse(&form, RegistrationRules::default()).unwrap();
/// assert_eq!(registration.email.as_str(), "ada@example.com");
///
/// let empty = RegistrationForm { username: "-".into(), ..RegistrationForm::default() };
/// let faults = Registration::parse(&empty, RegistrationRules::default()).unwrap_err();
/// let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_ref()).collect();
/// assert_eq!(fields, ["username", "email", "password"]);
/// assert_eq!(faults[1].code, Code::Required);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Who registers. Its fields are read as those of the registration.
    pub newcomer: Newcomer,
    /// What the user will log in with.
    pub password: Password,
}

/// Who gets an account: all of a registration but the password. An account that comes from an older system has none
/// that anybody here knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// `None` where none was asked for and none given.
    pub username: Option<Username>,
    /// Where the user is written to.
    pub email: Email,
    /// `None` where not given.
    pub name: Option<PersonName>,
    /// `None` where not given.
    pub first_name: Option<PersonName>,
    /// `None` where not given.
    pub last_name: Option<PersonName>,
    /// `None` where not given.
    pub phone: Option<Phone>,
    /// The application to join; `None` for the one that is always there.
    pub application: Option<ApplicationId>,
}

impl Registration {
    /// Reads a form. The password is held against the username and e-mail address as they were typed, so
    /// that its fault shows before theirs are mended.
    ///
    /// # Errors
    /// Every faulty field, in the order of the form, each with its most telling fault.
    pub fn parse(form: &RegistrationForm<'_>, rules: RegistrationRules) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let names = Names::read(form, rules, &mut faults);
        let context = PasswordContext {
            min_length: rules.password_min_length,
            username: form.username.optional("username").ok().flatten(),
            email: form.email.optional("email").ok().flatten(),
        };
        let password = keep(
            &mut faults,
            form.password.required("password").and_then(|text| Password::parse(text, context)),
        );
        let newcomer = names.complete(form, &mut faults);
        match (newcomer, password) {
            (Some(newcomer), Some(password)) if faults.is_empty() => Ok(Self { newcomer, password }),
            _ => Err(faults),
        }
    }
}

impl Deref for Registration {
    type Target = Newcomer;

    fn deref(&self) -> &Newcomer {
        &self.newcomer
    }
}

impl From<Registration> for Newcomer {
    fn from(registration: Registration) -> Self {
        registration.newcomer
    }
}

impl Newcomer {
    /// Reads all of a form but its password.
    ///
    /// # Errors
    /// As [`Registration::parse`].
    pub fn parse(form: &RegistrationForm<'_>, rules: RegistrationRules) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let newcomer = Names::read(form, rules, &mut faults).complete(form, &mut faults);
        newcomer.filter(|_| faults.is_empty()).ok_or(faults)
    }
}

/// The fields that stand before the password in the form; `None` where one is faulty.
struct Names {
    username: Option<Username>,
    email: Option<Email>,
}

impl Names {
    fn read(form: &RegistrationForm<'_>, rules: RegistrationRules, faults: &mut Vec<Fault>) -> Self {
        let username = if rules.username_required {
            keep(faults, form.username.required("username").and_then(Username::parse))
        } else {
            optional(faults, &form.username, "username", Username::parse)
        };
        let email = keep(faults, form.email.required("email").and_then(Email::parse));
        Self { username, email }
    }

    /// Reads those that stand after it. What comes of it is good where nothing was faulty.
    fn complete(self, form: &RegistrationForm<'_>, faults: &mut Vec<Fault>) -> Option<Newcomer> {
        let Self { username, email } = self;
        let mut person = |field, name| optional(faults, field, name, |text| PersonName::parse(name, text));
        let name = person(&form.name, "name");
        let first_name = person(&form.first_name, "first_name");
        let last_name = person(&form.last_name, "last_name");
        let phone = optional(faults, &form.phone, "phone", Phone::parse);
        let application = optional(faults, &form.application_id, "application_id", |text| {
            ApplicationId::parse(text).ok_or_else(unknown_application)
        });
        Some(Newcomer { username, email: email?, name, first_name, last_name, phone, application })
    }
}

/// What the store says of the names that a registration asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether another account has the username, in any letter case.
    pub username_taken: bool,
    /// Whether another account has the e-mail address.
    pub email_taken: bool,
    /// The application to join; `None` where there is no such one.
    pub application: Option<Application>,
    /// The mails with a token that count for the e-mail address at the moment.
    pub recent_mails: RecentMails,
}

/// Whether the registration can be granted as things stand. The host asks before it spends the hash.
///
/// # Errors
/// `unknown_application`, or else every taken name.
pub fn check(newcomer: &Newcomer, standing: &Standing) -> Result<ApplicationId, Rejection> {
    let application = standing
        .application
        .as_ref()
        .filter(|application| application.status == ApplicationStatus::Active)
        .ok_or_else(|| Rejection::validation(vec![unknown_application()]))?;
    let mut taken = Vec::new();
    if newcomer.username.is_some() && standing.username_taken {
        taken.push(Fault::new("username", Code::UsernameTaken, "This username is already taken."));
    }
    if standing.email_taken {
        taken.push(Fault::new("email", Code::EmailTaken, "This e-mail address is already registered."));
    }
    if taken.is_empty() { Ok(application.id.clone()) } else { Err(Rejection::validation(taken)) }
}

/// Who makes an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy<'a> {
    /// Its owner, or whoever says so. The token that is to be mailed asks whether the address is theirs.
    Anyone(&'a MailedToken),
    /// The operator, who gives it a role and answers for its address.
    Operator(AccountRole),
}

/// Decides a registration, or an account that comes with a hash from elsewhere.
pub fn decide(
    newcomer: impl Into<Newcomer>,
    standing: &Standing,
    password_hash: impl Into<StoredHash>,
    made_by: MadeBy<'_>,
    now: Timestamp,
) -> Decision<NewAccount> {
    let newcomer = newcomer.into();
    let application = match check(&newcomer, standing) {
        Ok(application) => application,
        Err(rejection) => return Decision::refuse(rejection),
    };
    let account = NewAccount {
        username: newcomer.username,
        email: newcomer.email,
        name: newcomer.name,
        first_name: newcomer.first_name,
        last_name: newcomer.last_name,
        phone: newcomer.phone,
        role: match made_by {
            MadeBy::Anyone(_) => AccountRole::User,
            MadeBy::Operator(role) => role,
        },
        email_verified: matches!(made_by, MadeBy::Operator(_)),
        application,
        password_hash: password_hash.into(),
        created_at: now,
    };
    let decision = Decision::grant(account.clone())
        .with_change(Change::CreateAccount(Box::new(account)))
        .with_event(Event::AccountRegistered);
    match made_by {
        // Whoever registers with an address, leaves it and does so again does not fill a stranger's mailbox.
        MadeBy::Anyone(token) => match standing.recent_mails.count(Occasion::NewAddress, &token.to, now) {
            Some(counted) => {
                decision.with_changes(counted).with_change(Change::MailToken(Box::new(token.clone())))
            }
            None => decision,
        },
        MadeBy::Operator(AccountRole::User) => decision,
        MadeBy::Operator(AccountRole::Admin) => {
            decision.with_event(Event::AdminAppointed { user: None, by: None })
        }
    }
}

fn unknown_application() -> Fault {
    Fault::new("application_id", Code::UnknownApplication, "There is no such application.")
}

fn optional<T>(
    faults: &mut Vec<Fault>,
    field: &Field<'_>,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Option<T> {
    keep(faults, field.optional(name).and_then(|text| text.map(parse).transpose())).flatten()
}

fn keep<T>(faults: &mut Vec<Fault>, result: Result<T, Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::{Argon2Cost, PasswordHash};

    fn form() -> RegistrationForm<'static> {
        RegistrationForm {
            username: "ada".into(),
            email: "ada@example.com".into(),
            password: "analytical engine".into(),
            ..RegistrationForm::default()
        }
    }

    fn codes(form: &RegistrationForm<'_>, rules: RegistrationRules) -> Vec<(String, Code)> {
        let faults = Registration::parse(form, rules).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.field.into_owned(), fault.code)).collect()
    }

    fn open(username_taken: bool, email_taken: bool) -> Standing {
        let application = Some(crate::samples::application());
        Standing { username_taken, email_taken, application, recent_mails: RecentMails::default() }
    }

    #[test]
    fn blank_optional_fields_are_absent() {
        let blank = RegistrationForm {
            name: "".into(),
            phone: "".into(),
            first_name: Field::Null,
            application_id: "".into(),
            ..form()
        };
        let registration = Registration::parse(&blank, RegistrationRules::default()).unwrap();
        assert_eq!(registration.name, None);
        assert_eq!(registration.phone, None);
        assert_eq!(registration.application, None);
    }

    #[test]
    fn the_username_may_be_left_out_only_where_the_rules_say_so() {
        let nameless = RegistrationForm { username: Field::Absent, ..form() };
        let lenient = RegistrationRules { username_required: false, ..RegistrationRules::default() };
        assert_eq!(codes(&nameless, lenient), []);
        assert_eq!(codes(&nameless, RegistrationRules::default()), [("username".to_owned(), Code::Required)]);
    }

    #[test]
    fn a_password_is_held_against_names_that_are_themselves_faulty() {
        let twin = RegistrationForm { email: "swordfish9@".into(), password: "Swordfish9@".into(), ..form() };
        assert_eq!(
            codes(&twin, RegistrationRules::default()),
            [("email".to_owned(), Code::InvalidFormat), ("password".to_owned(), Code::PasswordIsIdentity)]
        );
    }

    #[test]
    fn every_taken_name_is_told_and_the_application_comes_first() {
        let registration = Registration::parse(&form(), RegistrationRules::default()).unwrap();
        let code = |standing: &Standing| check(&registration, standing).map_err(|r| r.code).err();
        assert_eq!(code(&open(false, false)), None);
        assert_eq!(code(&open(true, false)), Some(Code::UsernameTaken));
        assert_eq!(code(&open(false, true)), Some(Code::EmailTaken));
        assert_eq!(code(&open(true, true)), Some(Code::ValidationFailed));
        let nowhere = Standing { application: None, ..open(true, true) };
        let faults = check(&registration, &nowhere).unwrap_err().faults;
        assert_eq!(faults, [unknown_application()]);
    }

    #[test]
    fn a_disabled_application_takes_nobody() {
        let registration = Registration::parse(&form(), RegistrationRules::default()).unwrap();
        let mut standing = open(false, false);
        standing.application.as_mut().unwrap().status = ApplicationStatus::Disabled;
        let hash = PasswordHash::decoy(Argon2Cost::default());
        let now = Timestamp::from_secs(0);
        let made_by = MadeBy::Operator(AccountRole::User);
        let decision = decide(registration, &standing, hash, made_by, now);
        assert!(decision.outcome.is_err());
        assert_eq!(decision.changes, []);
    }

    #[test]
    fn an_admin_whom_the_operator_makes_is_told_to_be_one() {
        let events = |role| {
            let registration = Registration::parse(&form(), RegistrationRules::default()).unwrap();
            let hash = PasswordHash::decoy(Argon2Cost::default());
            let made_by = MadeBy::Operator(role);
            decide(registration, &open(false, false), hash, made_by, Timestamp::from_secs(0)).events
        };
        let appointed = Event::AdminAppointed { user: None, by: None };
        assert_eq!(events(AccountRole::Admin), [Event::AccountRegistered, appointed]);
        assert_eq!(events(AccountRole::User), [Event::AccountRegistered]);
    }

    #[cfg(feature = "sign")]
    #[test]
    fn whoever_registers_is_mailed_to_and_the_operator_answers_for_the_address() {
        let token = crate::samples::mailed_token(crate::token::ActionPurpose::VerifyEmail);
        let mails = |made_by, all| {
            let registration = Registration::parse(&form(), RegistrationRules::default()).unwrap();
            let hash = PasswordHash::decoy(Argon2Cost::default());
            let recent_mails = RecentMails { all, ..RecentMails::default() };
            let standing = Standing { recent_mails, ..open(false, false) };
            let decision = decide(registration, &standing, hash, made_by, Timestamp::from_secs(0));
            let account = decision.outcome.unwrap();
            let counted = |change: &Change| matches!(change, Change::CountGuess { limit: 2, .. });
            let mail = Change::MailToken(Box::new(token.clone()));
            assert_eq!(decision.changes.iter().any(counted), decision.changes.contains(&mail));
            (account.email_verified, decision.changes.contains(&mail))
        };
        assert_eq!(mails(MadeBy::Anyone(&token), 1), (false, true));
        assert_eq!(mails(MadeBy::Anyone(&token), 2), (false, false), "the last mail is for a reset");
        assert_eq!(mails(MadeBy::Operator(AccountRole::User), 0), (true, false));
    }
}
