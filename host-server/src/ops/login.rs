//! Log-in: load, count the guess, check the password on the hashing threads, decide, commit.

use countersign_core::decision::Decision;
use countersign_core::login::{
    self, Login, LoginContext, LoginEntropy, LoginForm, Progress, RequestedApplication, Standing,
};
use countersign_core::mfa::FactorStanding;
use countersign_core::rejection::Code;
use countersign_core::secret::Secret;
use countersign_core::throttle::{Guess, Tally};

use super::form::{self, unknown_fields};
use super::{DECISIONS_MAX, commit, guess, issued, pace, second_factor, sessions};
use crate::app::App;
use crate::call::Call;
use crate::entropy::random;
use crate::problem::Problem;
use crate::rate_limit::RateLimits;
use crate::reply::Reply;
use crate::store::{Committed, Store, StoreError};

/// The fields that a log-in takes.
pub const FIELDS: &[&str] = &[
    "username",
    "email",
    "identifier",
    "password",
    "application_id",
    "mfa_code",
    "recovery_code",
    "device_token",
];

/// Answers 200 with the tokens and the User, and says in any case how many guesses are left.
pub(crate) async fn answer(app: &App, call: Call) -> Result<Reply, Problem> {
    let login = parse(&call)?;
    let first = of_name(&app.store, &login)?;
    let guess = first.guess(&login, call.network);
    let outcome = attempt(app, &call, &login, first, &guess).await;
    let limits = RateLimits::of(&app.store, &guess, app.now())?;
    outcome.map(|reply| limits.told_with(reply)).map_err(|problem| problem.with_rate_limits(limits))
}

async fn attempt(
    app: &App,
    call: &Call,
    login: &Login,
    first: Standing,
    guess: &Guess,
) -> Result<Reply, Problem> {
    let decide = |tallies: &[Tally], now| login::admit(&first, guess, tallies, now);
    let mut counted = guess::admit(app, call, guess, decide).await?;

    let mut before = first;
    for _ in 0..DECISIONS_MAX {
        let checked = login::hash_to_check(before.account.as_ref(), &app.policy);
        let (place, password) = (counted.place(app)?, login.password.clone());
        let checking = app.hashing.verify_timed(place, password, checked, app.policy.argon2, random()?);
        let (check, began) = checking.await?;
        // Loaded again: the account may have been suspended while its password was being checked. A hash that
        // was replaced meanwhile, as another log-in does to a weak one, is to be checked itself.
        let mut standing = of_name(&app.store, login)?;
        if login::hash_to_check(standing.account.as_ref(), &app.policy) != check.checked {
            before = standing;
            continue;
        }
        before = standing.clone();
        if check.matches {
            standing = with_belongings(app, login, standing)?;
        }
        let entropy = entropy()?;
        let now = app.now();
        let context = LoginContext {
            policy: &app.policy,
            issuer: &app.tokens.issuer,
            refresh_key: &app.tokens.refresh_keys.current,
            client: &call.client,
            network: call.network,
            now,
        };
        let Decision { outcome, changes, events } = login::decide(login, standing, check, &entropy, context);
        let committed = commit(&app.store, &changes, &events, &call.origin(), now).await?;
        if matches!(committed, Committed::Applied { .. }) {
            return match outcome {
                Ok(Progress::Finished(logged_in)) => {
                    sessions::end_overwritten(app, call).await?;
                    issued::logged_in(app, call, &logged_in, None)
                }
                Ok(Progress::SecondFactorAwaited { mfa_token }) => Err(Problem::mfa_required(mfa_token)),
                // Here the code is one of the credentials, as it is not where a session or a token stands for them.
                Err(rejection) if rejection.code == Code::InvalidCode => {
                    Err(Problem::from(rejection).unauthorized())
                }
                Err(rejection) if rejection.code == Code::InvalidCredentials => {
                    // It is over but for its answer, which nobody else has to wait for.
                    drop(counted);
                    pace::hold_back(app, &login.password, began).await?;
                    Err(Problem::from(rejection))
                }
                Err(rejection) => Err(Problem::from(rejection)),
            };
        }
    }
    Err(Problem::contended())
}

/// The randomness of one log-in.
pub(super) fn entropy() -> Result<LoginEntropy, getrandom::Error> {
    Ok(LoginEntropy {
        session: random()?,
        jti: random()?,
        device: Secret::new(random()?),
        mfa: Secret::new(random()?),
    })
}

fn parse(call: &Call) -> Result<Login, Problem> {
    let document = call.document()?;
    let form = LoginForm {
        username: document.field("username"),
        email: document.field("email"),
        identifier: document.field("identifier"),
        password: document.field("password"),
        application_id: document.field("application_id"),
        mfa_code: document.field("mfa_code"),
        recovery_code: document.field("recovery_code"),
        device_token: document.field("device_token"),
    };
    let mut login = form::merge(Login::parse(&form), unknown_fields(&document, FIELDS))?;
    if login.device_token.is_none() {
        login.device_token = call.cookies.as_ref().and_then(|cookies| cookies.device_token.clone());
    }
    Ok(login)
}

/// Who has the name. As much is read for a name of nobody.
fn of_name(store: &Store, login: &Login) -> Result<Standing, StoreError> {
    let account = store.account_by_name(&login.identifier)?;
    let user = account.as_ref().map(|account| account.id);
    let device_known = match login.device_digest() {
        Some(digest) => store.device_known(digest, user)?,
        None => false,
    };
    Ok(Standing::of_name(account, device_known))
}

/// What else there is of whoever has the name and the right password.
fn with_belongings(app: &App, login: &Login, standing: Standing) -> Result<Standing, Problem> {
    let Some(account) = &standing.account else { return Ok(standing) };
    let store = &app.store;
    let application = match &login.application {
        RequestedApplication::Named(id) => store.application(id)?,
        RequestedApplication::Registered => store.application(&account.application)?,
        RequestedApplication::Impossible => None,
    };
    let factor = if account.mfa_enabled {
        second_factor::standing(app, account.id, login.second_factor.as_ref(), None)?
    } else {
        FactorStanding::default()
    };
    let roles = match &application {
        Some(application) => store.roles_held(account.id, &application.id)?,
        None => Vec::new(),
    };
    let had_device = store.had_device(account.id)?;
    Ok(Standing { had_device, factor, application, roles, ..standing })
}
