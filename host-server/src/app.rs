//! What every operation works with, and the only place where the host asks the clock.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use countersign_core::cookies::Origins;
use countersign_core::cursor::CursorKey;
use countersign_core::mfa::{RecoveryKey, SealingKey};
use countersign_core::policy::Policy;
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use countersign_core::token::{AccessClaims, MailKey, RefreshKey, RootSecret};

use crate::breached::BreachedPasswords;
use crate::demo::Demo;
use crate::guessing::UnderWay;
use crate::hashing::HashingPool;
use crate::keys::{Rotating, Secrets, SigningKeys};
use crate::problem::Problem;
use crate::proxies::TrustedProxies;
use crate::revocations::Revocations;
use crate::store::Store;

/// The running server, shared by all requests.
#[derive(Debug)]
pub struct App {
    /// What the decisions depend on.
    pub policy: Policy,
    /// Where everything is kept.
    pub store: Store,
    /// Where passwords are hashed.
    pub hashing: HashingPool,
    /// Where new passwords are looked up; `None` where they are not.
    pub breached_passwords: Option<BreachedPasswords>,
    /// Those that are being checked.
    pub under_way: Arc<UnderWay>,
    /// How tokens are made and known again.
    pub tokens: Tokens,
    /// What became void before it expired.
    pub revocations: Revocations,
    /// The pages of `/`.
    pub demo: Demo,
    /// Where people find what.
    pub pages: Pages,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether guesses are counted on addresses too.
    pub limits_addresses: bool,
    /// Origins that may call from a browser; empty where none but our own may.
    pub allowed_origins: Vec<String>,
    /// Origins whose pages may have their sessions in cookies; `None` where cookies are neither read nor set.
    pub cookies: Option<Origins>,
}

/// Addresses that are told to people and their programs.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    /// Where the world reaches the server; `None` where that was not said.
    pub public_url: Option<String>,
    /// Whom to tell of a hole (RFC 9116); `None` where that was not said.
    pub security_contact: Option<String>,
    /// Where somebody changes their password; `None` where that was not said.
    pub change_password_url: Option<String>,
}

/// The keys.
#[derive(Debug)]
pub struct Tokens {
    /// The `iss` of every token.
    pub issuer: String,
    /// Sign and verify access tokens.
    pub signing: SigningKeys,
    /// Make refresh tokens.
    pub refresh_keys: Rotating<RefreshKey>,
    /// Make cursors.
    pub cursor_keys: Rotating<CursorKey>,
    /// What recovery codes are kept under.
    pub recovery_keys: Rotating<RecoveryKey>,
    /// Opens the secrets of second factors.
    pub sealing_key: SealingKey,
    /// Seal mailed tokens until they are sent.
    pub mail_keys: Rotating<MailKey>,
}

impl Tokens {
    /// All of them, derived of the root secret but for those that sign.
    pub fn new(issuer: String, signing: SigningKeys, secrets: &Secrets) -> Self {
        Self {
            issuer,
            signing,
            refresh_keys: secrets.derive(RootSecret::refresh_key),
            cursor_keys: secrets.derive(RootSecret::cursor_key),
            recovery_keys: secrets.derive(RootSecret::recovery_key),
            sealing_key: secrets.root.sealing_key(),
            mail_keys: secrets.derive(RootSecret::mail_key),
        }
    }

    /// Signs an access token with the key that is active.
    ///
    /// # Errors
    /// 500 where the store fails.
    pub fn sign(&self, claims: &AccessClaims) -> Result<Secret<String>, Problem> {
        Ok(self.signing.current()?.signing.sign_access_token(claims)?)
    }
}

impl App {
    /// The moment, as [`now`] has it.
    pub fn now(&self) -> Timestamp {
        now()
    }
}

/// The moment, to the second. A clock set before 1970 counts as 1970.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_secs(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}
