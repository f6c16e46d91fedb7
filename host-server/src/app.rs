//! What every operation works with, and the only place where the host asks the clock.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use countersign_core::cursor::CursorKey;
use countersign_core::mfa::{RecoveryKey, SealingKey};
use countersign_core::policy::Policy;
use countersign_core::time::Timestamp;
use countersign_core::token::{Algorithm, KeySet, RefreshKey, SigningKey};

use crate::demo::Demo;
use crate::guessing::UnderWay;
use crate::hashing::HashingPool;
use crate::store::Store;
use crate::verified::VerifiedTokens;

/// The running server, shared by all requests.
#[derive(Debug)]
pub struct App {
    /// What the decisions depend on.
    pub policy: Policy,
    /// Where everything is kept.
    pub store: Store,
    /// Where passwords are hashed.
    pub hashing: HashingPool,
    /// Those that are being checked.
    pub under_way: Arc<UnderWay>,
    /// How tokens are made and known again.
    pub tokens: Tokens,
    /// The pages of `/`.
    pub demo: Demo,
    /// Where people find what.
    pub pages: Pages,
    /// Origins that may call from a browser; empty where none but our own may.
    pub allowed_origins: Vec<String>,
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

/// The keys, made once at the start.
#[derive(Debug)]
pub struct Tokens {
    /// The `iss` of every token.
    pub issuer: String,
    /// Signs access tokens.
    pub signing_key: SigningKey,
    /// Verifies them.
    pub keys: KeySet,
    /// Those that were verified already.
    pub verified: VerifiedTokens,
    /// Makes refresh tokens.
    pub refresh_key: RefreshKey,
    /// Makes cursors.
    pub cursor_key: CursorKey,
    /// What recovery codes are kept under.
    pub recovery_key: RecoveryKey,
    /// Opens the secrets of second factors.
    pub sealing_key: SealingKey,
}

impl Tokens {
    /// The algorithm that access tokens are signed and accepted with.
    pub fn algorithm(&self) -> Algorithm {
        self.signing_key.algorithm()
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
