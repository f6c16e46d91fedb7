//! The settings: read once, at the start, from flags, the environment and `.env`, and turned into types.
//!
//! Every wrong setting is told, all of them at once, by the name of its variable. A value is quoted back only
//! where it cannot be a secret.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use countersign_core::cookies::Origins;
use countersign_core::password::{Argon2Cost, Password};
use countersign_core::policy::Policy;
use countersign_core::token::{Algorithm, LIFETIME_MAX_SECS, RootSecret};

use crate::mail::Letterhead;
use crate::proxies::TrustedProxies;
use crate::store::DatabaseLocation;
use crate::telemetry::{LogFilter, LogFormat, LogSettings};

mod address;
mod cookies;
mod database_url;
mod key_file;
mod mail;
mod reader;
mod secret_key;
mod sources;

pub(crate) use database_url::DEFAULT as DEFAULT_DATABASE_URL;
pub(crate) use key_file::{KeyFileError, existing_secrets, secrets};
pub use mail::MailConfig;
pub use reader::WrongSetting;
#[cfg(test)]
pub(crate) use reader::flag_of;
use reader::{Reader, quoted};
pub use secret_key::RootSource;
pub(crate) use secret_key::parse_algorithm;
pub use sources::Sources;

/// Seconds that an access token lives at most: no verifier takes a longer one.
const ACCESS_TOKEN_TTL_SECS_MAX: u32 = LIFETIME_MAX_SECS as u32;

/// Seconds at most from log-in to the session's end. NIST SP 800-63B section 2.1.3 advises 30 days, the
/// default; a year is beyond any reason.
const REFRESH_TOKEN_TTL_SECS_MAX: u32 = 365 * 24 * 3_600;

/// Seconds that a window can be set to at most: no session is longer.
const WINDOW_SECS_MAX: u32 = REFRESH_TOKEN_TTL_SECS_MAX;

/// Threads at most that hash passwords: more than the cores of any machine this is meant for, and few enough
/// that starting them is quick.
const HASH_THREADS_MAX: u32 = 1_024;

/// Every variable that is read.
const VARIABLES: &[&str] = &[
    "HOST",
    "PORT",
    "DATABASE_URL",
    "SECRET_KEY",
    "SECRET_KEY_PREVIOUS",
    "ALGORITHM",
    "ACCESS_TOKEN_TTL_SECS",
    "REFRESH_TOKEN_TTL_SECS",
    "ISSUER",
    "PUBLIC_URL",
    "PASSWORD_MIN_LENGTH",
    "BREACHED_PASSWORDS_URL",
    "REQUIRE_VERIFIED_EMAIL",
    "ARGON2_MEMORY_KIB",
    "ARGON2_ITERATIONS",
    "ARGON2_PARALLELISM",
    "HASH_THREADS",
    "ALLOWED_ORIGINS",
    "COOKIES",
    "DEMO_DIR",
    "SECURITY_CONTACT",
    "CHANGE_PASSWORD_URL",
    "LOG",
    "LOG_FORMAT",
    "SMTP_URL",
    "SMTP_CA_FILE",
    "TRUSTED_PROXIES",
    "REFRESH_WINDOW_SECS",
    "REAUTH_WINDOW_SECS",
    "RATE_LIMIT",
    "METRICS_ADDR",
    "MAIL_FROM",
    "EMAIL_VERIFY_URL",
    "PASSWORD_RESET_URL",
];

/// Those among them that belong to operations which this version does not have.
const UNUSED: &[&str] = &["METRICS_ADDR"];

/// What the server is started with.
#[derive(Debug)]
pub struct Config {
    /// The IP address or name to listen on.
    pub host: String,
    /// The port to listen on; 0 lets the system choose one.
    pub port: u16,
    /// Where everything is kept.
    pub database: DatabaseLocation,
    /// The keys.
    pub keys: KeyConfig,
    /// The `iss` of every token.
    pub issuer: String,
    /// Where the world reaches the server; `None` where that was not said.
    pub public_url: Option<String>,
    /// Whom to tell of a hole; `None` where that was not said.
    pub security_contact: Option<String>,
    /// Where somebody changes their password; `None` where that was not said.
    pub change_password_url: Option<String>,
    /// What the decisions depend on.
    pub policy: Policy,
    /// The range service that new passwords are looked up at, with a slash at its end; `None` where they are not.
    pub breached_passwords_url: Option<String>,
    /// Threads that hash passwords.
    pub hash_threads: NonZeroUsize,
    /// Whose `X-Forwarded-For` is believed; empty where nobody's is.
    pub trusted_proxies: TrustedProxies,
    /// Whether guesses are counted on addresses too.
    pub limits_addresses: bool,
    /// Origins whose pages may call; empty where none but our own may.
    pub allowed_origins: Vec<String>,
    /// Origins whose pages may have their sessions in cookies; `None` where cookies are neither read nor set.
    pub cookies: Option<Origins>,
    /// How mails are sent.
    pub mail: MailConfig,
    /// The folder of the demo's files; `None` where there is no demo.
    pub demo_dir: Option<PathBuf>,
    /// How the log is written.
    pub log: LogSettings,
    /// What the operator should know, though it does not end the start.
    pub warnings: Vec<String>,
}

/// What `countersign user create` needs.
#[derive(Debug)]
pub struct AccountConfig {
    /// Where the account is kept.
    pub database: DatabaseLocation,
    /// What its password is held to, and what its hash costs.
    pub policy: Policy,
}

/// What `countersign after-restore` needs.
#[derive(Debug)]
pub struct RestoreConfig {
    /// The database that was put back.
    pub database: DatabaseLocation,
}

/// What `countersign audit` needs.
#[derive(Debug)]
pub struct AuditConfig {
    /// Where the audit is kept.
    pub database: DatabaseLocation,
    /// What the key of its seals is made of.
    pub root: RootSource,
    /// The root secret before; `None` where none is named.
    pub previous: Option<RootSecret>,
}

impl Config {
    /// Reads every setting of the server.
    ///
    /// # Errors
    /// Every wrong one.
    pub fn read(sources: &Sources) -> Result<Self, Vec<WrongSetting>> {
        let mut reader = Reader::new(sources);
        let host = reader.read("HOST", address::parse_host).unwrap_or_else(|| "127.0.0.1".to_owned());
        let port = reader.read("PORT", parse_port).unwrap_or(8_000);
        let database = database(&mut reader);
        let keys = KeyConfig::of(&mut reader, &database);
        let policy = policy(&mut reader);
        let issuer = reader.read("ISSUER", address::parse_issuer);
        let public_url = reader.read("PUBLIC_URL", address::parse_public_url);
        let mail = mail::read(&mut reader, public_url.as_deref());
        let allowed_origins = reader.read("ALLOWED_ORIGINS", address::parse_origins).unwrap_or_default();
        let config = Self {
            host,
            port,
            keys,
            cookies: cookies::read(&mut reader, public_url.as_deref(), &allowed_origins),
            issuer: issuer.or_else(|| public_url.clone()).unwrap_or_else(|| "countersign".to_owned()),
            public_url,
            security_contact: reader.read("SECURITY_CONTACT", address::parse_contact),
            change_password_url: reader.read("CHANGE_PASSWORD_URL", address::parse_page),
            breached_passwords_url: reader.read("BREACHED_PASSWORDS_URL", address::parse_range_url),
            hash_threads: hash_threads(&mut reader),
            trusted_proxies: reader.read("TRUSTED_PROXIES", TrustedProxies::parse).unwrap_or_default(),
            limits_addresses: reader.read("RATE_LIMIT", parse_switch).unwrap_or(true),
            allowed_origins,
            demo_dir: reader.read("DEMO_DIR", parse_demo_dir),
            log: LogSettings {
                filter: reader.read("LOG", LogFilter::parse).unwrap_or_default(),
                format: reader.read("LOG_FORMAT", LogFormat::parse).unwrap_or_default(),
            },
            warnings: warnings(&mut reader, &policy, &mail),
            mail,
            database,
            policy,
        };
        reader.finish(config)
    }
}

/// What the keys are made of, and how they sign.
#[derive(Debug)]
pub struct KeyConfig {
    /// Where the root secret comes from.
    pub root: RootSource,
    /// The root secret before; `None` where none is named.
    pub previous: Option<RootSecret>,
    /// How access tokens are signed.
    pub algorithm: Algorithm,
    /// Whether that was said, or is what is done where nothing is.
    pub algorithm_is_set: bool,
}

impl KeyConfig {
    fn of(reader: &mut Reader<'_>, database: &DatabaseLocation) -> Self {
        let secret = reader.read("SECRET_KEY", secret_key::parse);
        let previous = reader.read("SECRET_KEY_PREVIOUS", secret_key::parse);
        let algorithm = reader.read("ALGORITHM", secret_key::parse_algorithm);
        let algorithm_is_set = algorithm.is_some();
        let (root, algorithm) = signing(reader, secret, algorithm, database);
        Self { root, previous, algorithm, algorithm_is_set }
    }
}

/// What `countersign keys` needs.
#[derive(Debug)]
pub struct KeyCommandConfig {
    /// Where the keys are kept.
    pub database: DatabaseLocation,
    /// What opens them.
    pub keys: KeyConfig,
    /// What the decisions depend on.
    pub policy: Policy,
}

impl KeyCommandConfig {
    /// Reads what the keys need, and nothing else.
    ///
    /// # Errors
    /// Every wrong setting among those that are read.
    pub fn read(sources: &Sources) -> Result<Self, Vec<WrongSetting>> {
        let mut reader = Reader::new(sources);
        let database = database(&mut reader);
        let keys = KeyConfig::of(&mut reader, &database);
        let config = Self { keys, policy: policy(&mut reader), database };
        reader.finish(config)
    }
}

impl AccountConfig {
    /// Reads what making an account needs, and nothing else: a server that would not start for its `PORT`
    /// keeps nobody from that.
    ///
    /// # Errors
    /// Every wrong setting among those that are read.
    pub fn read(sources: &Sources) -> Result<Self, Vec<WrongSetting>> {
        let mut reader = Reader::new(sources);
        let config = Self { database: database(&mut reader), policy: policy(&mut reader) };
        reader.finish(config)
    }
}

impl RestoreConfig {
    /// Reads where the database is, and nothing else.
    ///
    /// # Errors
    /// Where that is wrong.
    pub fn read(sources: &Sources) -> Result<Self, Vec<WrongSetting>> {
        let mut reader = Reader::new(sources);
        let config = Self { database: database(&mut reader) };
        reader.finish(config)
    }
}

impl AuditConfig {
    /// Reads what looking through the audit needs, and nothing else.
    ///
    /// # Errors
    /// Every wrong setting among those that are read.
    pub fn read(sources: &Sources) -> Result<Self, Vec<WrongSetting>> {
        let mut reader = Reader::new(sources);
        let database = database(&mut reader);
        let secret = reader.read("SECRET_KEY", secret_key::parse);
        let previous = reader.read("SECRET_KEY_PREVIOUS", secret_key::parse);
        let (root, _algorithm) = signing(&mut reader, secret, None, &database);
        reader.finish(Self { database, root, previous })
    }
}

/// What `countersign outbox` needs.
#[derive(Debug)]
pub struct OutboxConfig {
    /// Where the queue is.
    pub database: DatabaseLocation,
    /// What opens the tokens.
    pub keys: KeyConfig,
    /// What all mails have in common.
    pub letterhead: Letterhead,
}

impl OutboxConfig {
    /// Reads what showing mails needs, and nothing else.
    ///
    /// # Errors
    /// Every wrong setting among those that are read.
    pub fn read(sources: &Sources) -> Result<Self, Vec<WrongSetting>> {
        let mut reader = Reader::new(sources);
        let database = database(&mut reader);
        let keys = KeyConfig::of(&mut reader, &database);
        let public_url = reader.read("PUBLIC_URL", address::parse_public_url);
        let letterhead = mail::read_letterhead(&mut reader, public_url.as_deref());
        reader.finish(Self { database, keys, letterhead })
    }
}

fn database(reader: &mut Reader<'_>) -> DatabaseLocation {
    reader.read("DATABASE_URL", database_url::parse).unwrap_or_else(database_url::default_location)
}

fn signing(
    reader: &mut Reader<'_>,
    secret: Option<RootSecret>,
    algorithm: Option<Algorithm>,
    database: &DatabaseLocation,
) -> (RootSource, Algorithm) {
    // A secret that was refused is still one that is meant: its own fault says enough.
    let secret_refused = secret.is_none() && reader.is_set("SECRET_KEY");
    let algorithm = algorithm.filter(|_| !secret_refused);
    secret_key::combine(secret, algorithm, database).unwrap_or_else(|sentence| {
        reader.refuse("ALGORITHM", sentence);
        (RootSource::Fresh, Algorithm::Hs256)
    })
}

fn policy(reader: &mut Reader<'_>) -> Policy {
    let default = Policy::default();
    Policy {
        password_min_length: reader.number(
            "PASSWORD_MIN_LENGTH",
            "characters",
            u32::from(Password::MIN_LENGTH)..=u32::from(Password::MAX_LENGTH),
            default.password_min_length,
        ),
        access_token_ttl_secs: reader.number(
            "ACCESS_TOKEN_TTL_SECS",
            "seconds",
            1..=ACCESS_TOKEN_TTL_SECS_MAX,
            default.access_token_ttl_secs,
        ),
        refresh_token_ttl_secs: reader.number(
            "REFRESH_TOKEN_TTL_SECS",
            "seconds",
            1..=REFRESH_TOKEN_TTL_SECS_MAX,
            default.refresh_token_ttl_secs,
        ),
        refresh_window_secs: reader.number(
            "REFRESH_WINDOW_SECS",
            "seconds",
            0..=WINDOW_SECS_MAX,
            default.refresh_window_secs,
        ),
        reauth_window_secs: reader.number(
            "REAUTH_WINDOW_SECS",
            "seconds",
            0..=WINDOW_SECS_MAX,
            default.reauth_window_secs,
        ),
        require_verified_email: reader.boolean("REQUIRE_VERIFIED_EMAIL", default.require_verified_email),
        argon2: argon2_cost(reader),
    }
}

fn argon2_cost(reader: &mut Reader<'_>) -> Argon2Cost {
    let default = Argon2Cost::default();
    let memory_kib =
        reader.number("ARGON2_MEMORY_KIB", "KiB", 8..=Argon2Cost::MAX_MEMORY_KIB, default.memory_kib());
    let iterations =
        reader.number("ARGON2_ITERATIONS", "passes", 1..=Argon2Cost::MAX_ITERATIONS, default.iterations());
    let parallelism =
        reader.number("ARGON2_PARALLELISM", "lanes", 1..=Argon2Cost::MAX_PARALLELISM, default.parallelism());
    Argon2Cost::new(memory_kib, iterations, parallelism).unwrap_or_else(|_| {
        // RFC 9106 section 3.1: eight blocks of one KiB for each lane.
        let least = 8 * parallelism;
        let sentence = format!("{memory_kib} KiB is too little for {parallelism} lanes, which need {least}.");
        reader.refuse("ARGON2_MEMORY_KIB", sentence);
        default
    })
}

fn hash_threads(reader: &mut Reader<'_>) -> NonZeroUsize {
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let asked = reader.read("HASH_THREADS", |text| {
        let number = reader::within(text, "threads", 1..=HASH_THREADS_MAX)?;
        Ok(usize::try_from(number).unwrap_or(usize::MAX))
    });
    asked.and_then(NonZeroUsize::new).unwrap_or(cores)
}

fn parse_port(text: &str) -> Result<u16, String> {
    let port = reader::whole(text).and_then(|number| u16::try_from(number).ok());
    port.ok_or_else(|| format!("{} is not a port number (0–65535).", quoted(text)))
}

fn parse_switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("{} is neither on nor off.", quoted(text))),
    }
}

fn parse_demo_dir(text: &str) -> Result<PathBuf, String> {
    if Path::new(text).is_dir() { Ok(text.into()) } else { Err(format!("{} is not a folder.", quoted(text))) }
}

fn warnings(reader: &mut Reader<'_>, policy: &Policy, mail: &MailConfig) -> Vec<String> {
    let mut warnings = Vec::new();
    let unused: Vec<_> = UNUSED.iter().copied().filter(|variable| reader.is_set(variable)).collect();
    if !unused.is_empty() {
        warnings.push(format!("This version does not use {}; it is set in vain.", unused.join(", ")));
    }
    warnings.extend(mail::warnings(mail, policy.require_verified_email));
    if policy.argon2.is_below_owasp_minimum() {
        warnings.push(
            "ARGON2_MEMORY_KIB and ARGON2_ITERATIONS are below OWASP's minimum (19456 KiB with 2 passes, or as \
             strong): a stolen database is quicker to guess."
                .to_owned(),
        );
    }
    warnings
}

#[cfg(test)]
mod tests;
