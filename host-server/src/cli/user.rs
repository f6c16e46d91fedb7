//! `countersign user create`: an account made by the operator, who alone makes admins this way.

use std::process::ExitCode;

use countersign_core::account::{Account, AccountRole};
use countersign_core::audit::Origin;
use countersign_core::password::Argon2Workspace;
use countersign_core::register::{MadeBy, Registration, RegistrationForm, RegistrationRules};
use countersign_core::rejection::{Fault, Rejection};

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
    let CreateArguments { username, email, admin, database_url } = arguments;
    let sources = Sources::of_process([("DATABASE_URL", database_url)]);
    let config = match AccountConfig::read(&sources) {
        Ok(config) => config,
        Err(wrong) => return refuse_settings(&wrong),
    };
    if config.database == DatabaseLocation::Memory {
        let reason =
            "DATABASE_URL: names memory, where an account would be gone at once; name the server's file.";
        return refuse(WRONG_SETTING, &[reason]);
    }
    let password = match password::ask() {
        Ok(password) => password,
        Err(reason) => return refuse(REFUSED, &[reason]),
    };
    let form = RegistrationForm {
        username: username.as_str().into(),
        email: email.as_str().into(),
        password: password.expose().as_str().into(),
        ..RegistrationForm::default()
    };
    let rules =
        RegistrationRules { username_required: true, password_min_length: config.policy.password_min_length };
    let registration = match Registration::parse(&form, rules) {
        Ok(registration) => registration,
        Err(faults) => return refuse(REFUSED, &lines(&faults)),
    };
    let store = match Store::open(&config.database) {
        Ok(store) => store,
        Err(error) => return refuse(WRONG_SETTING, &[format!("DATABASE_URL: {}.", chain(&error))]),
    };
    let role = if admin { AccountRole::Admin } else { AccountRole::User };
    let created = store_account(&store, registration, role, &config);
    store.close();
    match created {
        Ok(account) => {
            print_line(&told(&account));
            ExitCode::SUCCESS
        }
        Err(reasons) => refuse(REFUSED, &reasons),
    }
}

fn store_account(
    store: &Store,
    registration: Registration,
    role: AccountRole,
    config: &AccountConfig,
) -> Result<Account, Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| vec![format!("the account could not be stored: {error}.")])?;
    let salt =
        entropy::random().map_err(|error| vec![format!("the system gave no random salt: {error}.")])?;
    let hash = Argon2Workspace::new().hash(&registration.password, config.policy.argon2, salt);
    let origin = Origin { request_id: Some(RequestId::next().to_string()), ..Origin::default() };
    let creating =
        ops::create_account(store, registration, hash, MadeBy::Operator(role), app::now(), &origin);
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
