//! The caller's own account: shown, changed, deleted.

use countersign_core::decision::Decision;
use countersign_core::field::Field;
use countersign_core::lifecycle;
use countersign_core::mail::RecentMails;
use countersign_core::password::PreparedPassword;
use countersign_core::profile::{self, Evidence, ProfileForm, ProfileUpdate, Progress, Standing};
use countersign_core::reauthenticate::guess;
use countersign_core::rejection::Code;
use countersign_core::time::Timestamp;
use countersign_core::token::ActionPurpose;
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::guess::Counted;
use super::views::User;
use super::{DECISIONS_MAX, breach, commit, mails, reauthenticate, settle, users};
use crate::app::App;
use crate::call::Call;
use crate::entropy::random;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::store::{Committed, Store};

/// The fields that an update takes, in the order of the form.
pub const FIELDS: &[&str] =
    &["username", "email", "password", "current_password", "name", "first_name", "last_name", "phone"];

/// The fields of an update that is for the name and the e-mail address alone.
pub const NAME_AND_EMAIL_FIELDS: &[&str] = &["email", "name", "current_password"];

/// How often an update is looked at: besides the decisions there is a round before the check of its passwords and one
/// before the hash of the new one.
const ROUNDS_MAX: u32 = DECISIONS_MAX + 2;

/// Answers 200 with the caller's User.
pub(crate) fn answer(call: Call) -> Result<Reply, Problem> {
    Ok(Reply::json(StatusCode::OK, &User::from(call.principal()?.account())))
}

/// Changes what the caller asks for, and answers 200 with the User as it now is.
pub(crate) async fn update(app: &App, call: Call) -> Result<Reply, Problem> {
    let update = parse(app, &call)?;
    let verification = match &update.email {
        Some(email) => Some(mails::token(app, ActionPurpose::VerifyEmail, email.clone())?),
        None => None,
    };
    let (mut evidence, mut new_hash) = (None, None);
    // Counted once, however often the password has to be looked at.
    let mut counted = None;
    for _ in 0..ROUNDS_MAX {
        // Loaded in each round: much can happen while a password is being checked.
        let now = app.now();
        let standing = standing(&app.store, &call, &update, now)?;
        let Decision { outcome, changes, events } = profile::decide(
            &update,
            &standing,
            evidence.as_ref(),
            new_hash.as_ref(),
            verification.as_ref(),
            &app.policy,
            now,
        );
        match outcome {
            Ok(Progress::CheckPasswords) => {
                evidence = check(app, &call, &update, &standing, &mut counted).await?;
            }
            Ok(Progress::HashPassword(password)) => {
                let password = PreparedPassword::clone(&password);
                breach::refuse(app, &password).await?;
                new_hash = Some(app.hashing.hash(password, app.policy.argon2, random()?).await?);
            }
            outcome => {
                let committed = commit(&app.store, &changes, &events, &call.origin(), app.now()).await?;
                if matches!(committed, Committed::Applied { .. }) {
                    return match outcome? {
                        Progress::Done(account) => Ok(Reply::json(StatusCode::OK, &User::from(&*account))),
                        _ => Err(Problem::internal("an update was committed before it was done")),
                    };
                }
            }
        }
    }
    Err(Problem::contended())
}

/// Deletes the caller's account, and answers 200 with the User as it now is.
pub(crate) async fn delete(app: &App, call: Call) -> Result<Reply, Problem> {
    let user = call.principal()?.account().id;
    let deleted =
        settle(app, &call, || Ok(lifecycle::delete_own(users::standing(&app.store, user)?, app.now())))
            .await?;
    Ok(call.credentials().carrier().gone(Reply::json(StatusCode::OK, &User::from(&deleted))))
}

/// Holds the passwords of an update against the account's hash. The one that is said to be current goes first: if it is,
/// the other is known as well.
async fn check(
    app: &App,
    call: &Call,
    update: &ProfileUpdate,
    standing: &Standing,
    counted: &mut Option<Counted>,
) -> Result<Option<Evidence>, Problem> {
    let account = &standing.account;
    let checked = account.password_hash.clone();
    if let Some(current) = &update.current_password {
        let proof = reauthenticate::by_password(app, call, account, current.prepare()).await?;
        return Ok(Some(Evidence::of_current_password(update, proof, checked)));
    }
    let Some(asked) = &update.password else { return Ok(None) };
    let counted = match counted {
        Some(counted) => counted,
        None => counted.insert(reauthenticate::admit(app, call, account).await?),
    };
    let (place, guess) = (counted.place(app)?, guess(&standing.session));
    let asked = asked.typed.prepare();
    let check = app.hashing.verify(place, asked, checked, app.policy.argon2, random()?).await?;
    Ok(Some(Evidence::of_password(account, guess, check)))
}

fn parse(app: &App, call: &Call) -> Result<ProfileUpdate, Problem> {
    let taken = if call.route.takes_name_and_email_only() { NAME_AND_EMAIL_FIELDS } else { FIELDS };
    let document = call.document()?;
    let field = |name| if taken.contains(&name) { document.field(name) } else { Field::Absent };
    let form = ProfileForm {
        username: field("username"),
        email: field("email"),
        password: field("password"),
        current_password: field("current_password"),
        name: field("name"),
        first_name: field("first_name"),
        last_name: field("last_name"),
        phone: field("phone"),
    };
    let account = call.principal()?.account();
    let parsed = ProfileUpdate::parse(&form, account, app.policy.password_min_length);
    Ok(form::merge(parsed, unknown_fields(&document, taken))?)
}

fn standing(store: &Store, call: &Call, update: &ProfileUpdate, now: Timestamp) -> Result<Standing, Problem> {
    let found = store.session_with_account(call.principal()?.session().id)?;
    let found = found.ok_or_else(|| Problem::of(Code::SessionEnded))?;
    let username = update.username.as_ref().map(|username| username.as_str());
    let email = update.email.as_ref().map(|email| email.as_str());
    let (username_taken, email_taken) = store.names_taken_by_others(found.account.id, username, email)?;
    let recent_mails = match email {
        Some(email) => store.recent_mails(email, now)?,
        None => RecentMails::default(),
    };
    let (session, account) = (found.session.clone(), found.account.clone());
    Ok(Standing { session, account, username_taken, email_taken, recent_mails })
}
