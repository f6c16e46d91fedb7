//! `countersign keys`: which keys sign tokens, that another one does, and that one does no more.

use std::process::ExitCode;

use countersign_core::keyring::{KeyState, Keyring, StoredKey};
use countersign_core::time::Timestamp;
use countersign_core::token::Algorithm;

use super::arguments::{KeysArguments, RotateArguments, WithdrawArguments};
use super::{REFUSED, WRONG_SETTING, chain, print_line, refuse, refuse_settings};
use crate::app;
use crate::config::{self, KeyCommandConfig, Sources, WrongSetting};
use crate::keys::{self, KeysError, Wanted};
use crate::ops::jwks;
use crate::store::{DatabaseLocation, Store};

/// Lists the keys.
pub(super) fn list(arguments: KeysArguments) -> ExitCode {
    let config = match configured(arguments) {
        Ok(config) => config,
        Err(code) => return code,
    };
    with_store(&config, |store| {
        let keyring = store.keyring().map_err(KeysError::from)?;
        Ok(table(&keyring, app::now()))
    })
}

/// Has the next key sign.
pub(super) fn rotate(arguments: RotateArguments) -> ExitCode {
    let config = match configured(arguments.keys) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let algorithm = match arguments.algorithm.as_deref().map(config::parse_algorithm).transpose() {
        Ok(algorithm) => algorithm,
        Err(sentence) => {
            return refuse(WRONG_SETTING, &[WrongSetting::new("ALGORITHM (--algorithm)", sentence)]);
        }
    };
    if let Some(sentence) = refused(config.keys.algorithm, algorithm) {
        return refuse(REFUSED, &[sentence]);
    }
    with_store(&config, |store| {
        let is_sealed = store.probe().map_err(KeysError::from)?.is_some();
        let secrets = config::secrets(&config.keys, is_sealed)?;
        let now = app::now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (before, after) = runtime.block_on(async {
            if !is_sealed {
                // Nothing was ever signed here; the first keys are made as by the server.
                let wanted = Wanted {
                    algorithm: config.keys.algorithm,
                    is_set: config.keys.algorithm_is_set,
                    token_ttl_secs: config.policy.access_token_ttl_secs,
                };
                keys::start(store.clone(), &secrets, wanted, now).await?;
            }
            Ok::<_, KeysError>((store.keyring()?, keys::rotate(store, &secrets, algorithm, now).await?))
        })?;
        Ok(told(&before, &after, now, &config))
    })
}

/// Has a key known no more.
pub(super) fn withdraw(arguments: WithdrawArguments) -> ExitCode {
    let config = match configured(arguments.keys) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let kid = arguments.kid;
    with_store(&config, |store| {
        let is_sealed = store.probe().map_err(KeysError::from)?.is_some();
        let secrets = config::secrets(&config.keys, is_sealed)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let after = runtime.block_on(keys::withdraw(store, &secrets, &kid, app::now()))?;
        let signs = after.active().map(|active| active.kid.as_str()).unwrap_or_default();
        Ok(format!(
            "Tokens of {kid} are refused from now on, by others who verify within {} minutes. {signs} signs.",
            jwks::KEPT_FOR_SECS / 60
        ))
    })
}

/// Why nothing is rotated; `None` where something can be.
fn refused(configured: Algorithm, asked: Option<Algorithm>) -> Option<&'static str> {
    match (configured, asked) {
        (Algorithm::Hs256, None | Some(Algorithm::Hs256)) => Some(
            "Tokens are signed with HS256, by SECRET_KEY itself. To rotate it, set SECRET_KEY_PREVIOUS to it and \
             SECRET_KEY to a new one, and start the server anew.",
        ),
        (Algorithm::Hs256, Some(_)) => Some(
            "Tokens are signed with HS256, by SECRET_KEY itself. To have another algorithm, set ALGORITHM to it and \
             start the server anew.",
        ),
        (_, Some(Algorithm::Hs256)) => Some(
            "HS256 signs with SECRET_KEY itself. To have that, set SECRET_KEY and ALGORITHM and start the server anew.",
        ),
        _ => None,
    }
}

fn configured(arguments: KeysArguments) -> Result<KeyCommandConfig, ExitCode> {
    let sources = Sources::of_process([("DATABASE_URL", arguments.database_url)]);
    let config = KeyCommandConfig::read(&sources).map_err(|wrong| refuse_settings(&wrong))?;
    if config.database == DatabaseLocation::Memory {
        let reason = "DATABASE_URL: names memory, where no keys are kept; name the server's file.";
        return Err(refuse(WRONG_SETTING, &[reason]));
    }
    Ok(config)
}

/// Opens the store, does something and prints what came of it.
fn with_store(config: &KeyCommandConfig, act: impl FnOnce(&Store) -> Result<String, Refusal>) -> ExitCode {
    let store = match Store::open(&config.database) {
        Ok(store) => store,
        Err(error) => return refuse(WRONG_SETTING, &[format!("DATABASE_URL: {}.", chain(&error))]),
    };
    let done = act(&store);
    store.close();
    match done {
        Ok(text) => {
            print_line(&text);
            ExitCode::SUCCESS
        }
        Err(Refusal { code, sentence }) => refuse(code, &[sentence]),
    }
}

/// Why nothing was done.
struct Refusal {
    code: u8,
    sentence: String,
}

impl From<KeysError> for Refusal {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::WrongRoot => Self { code: WRONG_SETTING, sentence: format!("SECRET_KEY: {error}.") },
            error => {
                Self { code: REFUSED, sentence: format!("The keys are as they were: {}.", chain(&error)) }
            }
        }
    }
}

impl From<config::KeyFileError> for Refusal {
    fn from(error: config::KeyFileError) -> Self {
        Self { code: WRONG_SETTING, sentence: format!("SECRET_KEY: {error}") }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self { code: REFUSED, sentence: format!("The keys are as they were: {error}.") }
    }
}

/// A line for each key.
fn table(keyring: &Keyring, now: Timestamp) -> String {
    if keyring.keys().is_empty() {
        return "There are no keys: they are made at the first start of the server.".to_owned();
    }
    // Thumbprints have 43 characters, what names a shared secret has 16.
    let head = format!("{:<43}  {:<9}  {:<9}  {}", "KID", "ALGORITHM", "STATE", "SINCE");
    let lines = keyring.keys().iter().map(|key| {
        let (kid, algorithm) = (&key.kid, key.algorithm.as_str());
        let (state, since) = state(key, now);
        format!("{kid:<43}  {algorithm:<9}  {state:<9}  {since}")
    });
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}

fn state(key: &StoredKey, now: Timestamp) -> (&'static str, String) {
    let until = |since: Option<Timestamp>, until: Option<Timestamp>| match since.zip(until) {
        Some((since, until)) => format!("{}, its tokens expire by {}", utc(since), utc(until)),
        None => String::new(),
    };
    match key.state(now) {
        KeyState::Waiting => ("next", utc(key.created_at)),
        KeyState::Active => ("active", key.active_since.map(utc).unwrap_or_default()),
        KeyState::Replaced => ("replaced", until(key.replaced_at, key.tokens_until)),
        KeyState::Dead => ("expired", until(key.replaced_at, key.tokens_until)),
    }
}

fn told(before: &Keyring, after: &Keyring, now: Timestamp, config: &KeyCommandConfig) -> String {
    let mut text = String::new();
    let Some(active) = after.active() else { return text };
    let algorithm = active.algorithm.as_str();
    text += &format!("From now on {} signs ({algorithm}).", active.kid);
    let replaced = after.keys().iter().find(|key| key.replaced_at.is_some());
    if let Some((replaced, until)) = replaced.and_then(|key| Some((key, key.tokens_until?))) {
        text += &format!("\nTokens of {} stay good until they expire, by {}.", replaced.kid, utc(until));
    }
    let published = before.waiting().filter(|key| key.kid == active.kid).map(|key| key.created_at);
    let known_by = published.unwrap_or(now).plus_secs(jwks::KEPT_FOR_SECS);
    if known_by > now {
        text += &format!(
            "\nVerifiers that rely on a copy of the public keys may not know it before {}.",
            utc(known_by)
        );
    }
    if config.keys.algorithm_is_set && config.keys.algorithm != active.algorithm {
        let set = config.keys.algorithm.as_str();
        text += &format!(
            "\nALGORITHM is set to {set}, to which the server goes back at its next start; set it to {algorithm}."
        );
    }
    text
}

/// `2026-01-31T12:00:00Z`.
fn utc(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.as_secs()).map(|at| at.to_string()).unwrap_or_default()
}
