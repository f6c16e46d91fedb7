//! Registration, by anyone through the API and by the operator through the command line.

use countersign_core::account::Account;
use countersign_core::audit::Origin;
use countersign_core::decision::Decision;
use countersign_core::id::ApplicationId;
use countersign_core::json::Document;
use countersign_core::password::{PreparedPassword, StoredHash};
use countersign_core::register::{
    self, MadeBy, Newcomer, Registration, RegistrationForm, RegistrationRules, Standing,
};
use countersign_core::rejection::Rejection;
use countersign_core::time::Timestamp;
use countersign_core::token::ActionPurpose;
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::views::{Registered, User};
use super::{DECISIONS_MAX, breach, commit, mails};
use crate::app::App;
use crate::call::Call;
use crate::entropy::random;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::store::{Committed, Store, StoreError};

/// The fields that a registration takes, in the order of the form.
pub const FIELDS: &[&str] =
    &["username", "email", "password", "name", "first_name", "last_name", "phone", "application_id"];

/// Answers 201 with the new User.
pub(crate) async fn answer(app: &App, call: Call) -> Result<Reply, Problem> {
    let rules = RegistrationRules {
        username_required: call.route.requires_username(call.mount),
        password_min_length: app.policy.password_min_length,
    };
    let registration = parse(&call.document()?, rules)?;
    // Asked before the hash is spent, and again when the account is stored.
    register::check(&registration, &standing(&app.store, &registration, app.now())?)?;
    breach::refuse(app, &registration.password).await?;
    let hash = app
        .hashing
        .hash(PreparedPassword::clone(&registration.password), app.policy.argon2, random()?)
        .await?;
    let now = app.now();
    let token = mails::token(app, ActionPurpose::VerifyEmail, registration.email.clone())?;
    let made_by = MadeBy::Anyone(&token);
    let account = create_account(&app.store, registration, hash, made_by, now, &call.origin()).await?;
    let registered = Registered::of(User::from(&account), call.mount);
    Ok(Reply::json(StatusCode::CREATED, &registered))
}

/// Stores the account that a registration asks for, or one that comes with a hash from elsewhere.
///
/// # Errors
/// [`CreateAccountError::Rejected`] where a name is taken or the application is not there.
pub async fn create_account(
    store: &Store,
    newcomer: impl Into<Newcomer>,
    hash: impl Into<StoredHash>,
    made_by: MadeBy<'_>,
    now: Timestamp,
    origin: &Origin,
) -> Result<Account, CreateAccountError> {
    let (newcomer, hash) = (newcomer.into(), hash.into());
    for _ in 0..DECISIONS_MAX {
        let standing = standing(store, &newcomer, now)?;
        let Decision { outcome, changes, events } =
            register::decide(newcomer.clone(), &standing, hash.clone(), made_by, now);
        let account = outcome?;
        let committed = commit(store, &changes, &events, origin, now).await?;
        if let Committed::Applied { created: Some(id) } = committed {
            return Ok(account.stored_as(id));
        }
    }
    Err(CreateAccountError::Contended)
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// It may not be made.
    #[error("the registration was refused: {}", .0.code)]
    Rejected(Rejection),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The names were taken and freed again beneath every attempt.
    #[error("the account could not be stored, since others kept changing the same names")]
    Contended,
}

impl From<Rejection> for CreateAccountError {
    fn from(rejection: Rejection) -> Self {
        CreateAccountError::Rejected(rejection)
    }
}

impl From<CreateAccountError> for Problem {
    fn from(error: CreateAccountError) -> Self {
        match error {
            CreateAccountError::Rejected(rejection) => Problem::from(rejection),
            CreateAccountError::Store(error) => Problem::from(error),
            CreateAccountError::Contended => Problem::contended(),
        }
    }
}

fn parse(document: &Document<'_>, rules: RegistrationRules) -> Result<Registration, Rejection> {
    let form = RegistrationForm {
        username: document.field("username"),
        email: document.field("email"),
        password: document.field("password"),
        name: document.field("name"),
        first_name: document.field("first_name"),
        last_name: document.field("last_name"),
        phone: document.field("phone"),
        application_id: document.field("application_id"),
    };
    form::merge(Registration::parse(&form, rules), unknown_fields(document, FIELDS))
}

fn standing(store: &Store, newcomer: &Newcomer, now: Timestamp) -> Result<Standing, StoreError> {
    let username = newcomer.username.as_ref().map(|username| username.as_str());
    let (username_taken, email_taken) = store.names_taken(username, newcomer.email.as_str())?;
    let default = ApplicationId::default_application();
    let application = store.application(newcomer.application.as_ref().unwrap_or(&default))?;
    let recent_mails = store.recent_mails(newcomer.email.as_str(), now)?;
    Ok(Standing { username_taken, email_taken, application, recent_mails })
}
