//! `countersign user create`: an account made by the operator, who alone makes admins this way.

use std::process::ExitCode;

use countersign_core::account::{Account, AccountRole};
use countersign_core::audit::Origin;
use countersign_core::password::{Argon2Workspace, HashBounds, StoredHash};
use countersign_core::register::{MadeBy, Newcomer, Registration, RegistrationForm, RegistrationRules};
use countersign_core::rejection::{Code, Fault, Rejection};

use super::arguments::CreateArguments;
use super::{REFUSED, WRONG_SETTING, chain, password, print_line, refuse, refuse_settings};
use crate::app;
use crate::config::{AccountConfig, Sources};
use crate::entropy;
use crate::ops::{self, CreateAccountError};
use crate::request_id::RequestId;
use crate::store::{DatabaseLocation, Store};

/// Makes the account.
pub(super) fn create(arguments: CreateArguments) -> ExitCode {
    let sources = Sources::of_process([("DATABASE_URL", arguments.database_url.clone())]);
    let config = match AccountConfig::read(&sources) {
        Ok(config) => config,
        Err(wrong) => return refuse_settings(&wrong),
    };
    if config.database == DatabaseLocation::Memory {
        let reason =
            "DATABASE_URL: names memory, where an account would be gone at once; name the server's file.";
        return refuse(WRONG_SETTING, &[reason]);
    }
    let asked = if arguments.password_hash_stdin {
        with_hash(&arguments, &config)
    } else {
        with_password(&arguments, &config)
    };
    let (newcomer, hash) = match asked {
        Ok(asked) => asked,
        Err(reasons) => return refuse(REFUSED, &reasons),
    };
    let store = match Store::open(&config.database) {
        Ok(store) => store,
        Err(error) => return refuse(WRONG_SETTING, &[format!("DATABASE_URL: {}.", chain(&error))]),
    };
    let role = if arguments.admin { AccountRole::Admin } else { AccountRole::User };
    let created = store_account(&store, newcomer, hash, role);
    store.close();
    match created {
        Ok(account) => {
            print_line(&told(&account));
            ExitCode::SUCCESS
        }
        Err(reasons) => refuse(REFUSED, &reasons),
    }
}

/// Who gets an account, and the hash of the password that the operator gives.
fn with_password(
    arguments: &CreateArguments,
    config: &AccountConfig,
) -> Result<(Newcomer, StoredHash), Vec<String>> {
    let password = password::ask().map_err(|reason| vec![reason])?;
    let form = RegistrationForm { password: password.expose().as_str().into(), ..form(arguments) };
    let registration = Registration::parse(&form, rules(config)).map_err(|faults| lines(&faults))?;
    let salt =
        entropy::random().map_err(|error| vec![format!("the system gave no random salt: {error}.")])?;
    let hash = Argon2Workspace::new().hash(&registration.password, config.policy.argon2, salt);
    Ok((registration.newcomer, hash.into()))
}

/// Who gets an account, and the hash that an older system made.
fn with_hash(
    arguments: &CreateArguments,
    config: &AccountConfig,
) -> Result<(Newcomer, StoredHash), Vec<String>> {
    let line = password::hash_of_stdin().map_err(|reason| vec![reason])?;
    let bounds = HashBounds::covering(config.policy.argon2);
    let hash = StoredHash::parse_within(line.expose(), bounds).map_err(|code| vec![no_hash(code)])?;
    let newcomer = Newcomer::parse(&form(arguments), rules(config)).map_err(|faults| lines(&faults))?;
    Ok((newcomer, hash))
}

/// Why a line is no hash that is taken over. It is not quoted: a password may stand there by mistake.
fn no_hash(code: Code) -> String {
    let reason = match code {
        Code::HashTooCostly => "costs more memory or time to check than is granted",
        Code::HashUnsupported => "is of a function, version or length that is not checked here",
        _ => "is not written as the hash of a password",
    };
    format!("password hash: The line {reason} ({code}).")
}

fn form(arguments: &CreateArguments) -> RegistrationForm<'_> {
    RegistrationForm {
        username: arguments.username.as_str().into(),
        email: arguments.email.as_str().into(),
        ..RegistrationForm::default()
    }
}

fn rules(config: &AccountConfig) -> RegistrationRules {
    RegistrationRules { username_required: true, password_min_length: config.policy.password_min_length }
}

fn store_account(
    store: &Store,
    newcomer: Newcomer,
    hash: StoredHash,
    role: AccountRole,
) -> Result<Account, Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| vec![format!("the account could not be stored: {error}.")])?;
    let origin = Origin { request_id: Some(RequestId::next().to_string()), ..Origin::default() };
    let creating = ops::create_account(store, newcomer, hash, MadeBy::Operator(role), app::now(), &origin);
    runtime.block_on(creating).map_err(|error| match error {
        CreateAccountError::Rejected(rejection) => refusals(&rejection),
        error => vec![format!("{}.", chain(&error))],
    })
}

fn refusals(rejection: &Rejection) -> Vec<String> {
    if rejection.faults.is_empty() {
        return vec![rejection.code.meaning().to_owned()];
    }
    lines(&rejection.faults)
}

/// One line for each fault, as a form shows it.
fn lines(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect()
}

/// What the operator reads: `Created user 1 (ada), an admin.`
fn told(account: &Account) -> String {
    let name = account.username.as_deref().unwrap_or(&account.email);
    let rank = match account.role {
        AccountRole::Admin => ", an admin",
        AccountRole::User => "",
    };
    format!("Created user {} ({name}){rank}.", account.id)
}
