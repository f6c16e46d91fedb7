//! The real thing: core decides, the store keeps, and this does between them what the server's operations do. Its clock is
//! a value and its randomness a count, so that the same operations always come to the same.

mod accounts;
mod admins;
mod factors;
mod logins;
mod sessions;

use std::collections::BTreeMap;

pub(crate) use self::accounts::full_name;
pub(crate) use self::sessions::data_key;

use countersign_core::authenticate::{self, Asks, Principal};
use countersign_core::authorize;
use countersign_core::decision::Decision;
use countersign_core::email::Email;
use countersign_core::field::Field;
use countersign_core::id::{ApplicationId, SessionId, UserId};
use countersign_core::mfa::{RecoveryCode, RecoveryKey, SealingKey};
use countersign_core::password::{Argon2Cost, Argon2Workspace};
use countersign_core::policy::Policy;
use countersign_core::rejection::{Code, Rejection};
use countersign_core::secret::{Secret, TokenDigest};
use countersign_core::session::Client;
use countersign_core::time::Timestamp;
use countersign_core::token::{
    AccessClaims, ActionEntropy, ActionPurpose, Algorithm, Expectation, KeySet, MailKey, MailedToken,
    RefreshKey, RootSecret, SigningKey, TokenError, verify_access_token,
};
use countersign_server::store::{Committed, DatabaseLocation, Store, StoreError};
use tokio::runtime::{Builder, Runtime};

use crate::operation::{Operation, Pair, SessionNo, UserNo};
use crate::reference::Answer;

const ISSUER: &str = "countersign";

/// Core and a store, and all that their clients hold in their hands.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) now: Timestamp,
    pub(crate) policy: Policy,
    pub(crate) users: Vec<UserId>,
    pub(crate) sessions: BTreeMap<SessionNo, Held>,
    /// Device tokens.
    devices: BTreeMap<SessionNo, String>,
    /// What the `mfa_token`s are kept as.
    waiting: BTreeMap<SessionNo, TokenDigest>,
    /// All recovery codes that each user was ever given.
    recovery: Vec<Vec<RecoveryCode>>,
    /// The secret in each user's authenticator.
    authenticators: Vec<Option<u32>>,
    secrets: u32,
    drawn: u64,
    runtime: Runtime,
    argon2: Argon2Workspace,
    keys: Keys,
    client: Client,
}

/// A session as its client knows it.
pub(crate) struct Held {
    pub(crate) id: SessionId,
    pub(crate) pairs: Vec<HeldPair>,
}

/// A pair of tokens.
#[derive(Debug)]
pub(crate) struct HeldPair {
    pub(crate) claims: AccessClaims,
    access_token: String,
    refresh_token: String,
}

impl HeldPair {
    /// Whether the other is the same pair. What it says of the log-in is the newest: a code may have been shown since.
    fn is_given_again_as(&self, other: &HeldPair) -> bool {
        let place = |claims: &AccessClaims| (claims.token_id, claims.issued_at, claims.expires_at);
        self.refresh_token == other.refresh_token && place(&self.claims) == place(&other.claims)
    }
}

struct Keys {
    signing: SigningKey,
    verifying: KeySet,
    refresh: RefreshKey,
    recovery: RecoveryKey,
    sealing: SealingKey,
    mail: MailKey,
}

/// What one step comes to.
type Told = Result<Answer, Refusal>;

/// The word of a refusal, with the seconds to wait.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) String);

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        let Rejection { code, faults, retry_after_secs } = rejection;
        let words: Vec<_> = faults.iter().map(|fault| fault.code.as_str()).collect();
        Refusal(match retry_after_secs {
            Some(secs) => format!("{code}, wait {secs}"),
            None if words.is_empty() => code.to_string(),
            None => words.join("+"),
        })
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Refusal(error.code.to_string())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refusal(format!("the store failed: {error:?}"))
    }
}

impl World {
    /// Opens an empty store where the operator has made an admin.
    pub(crate) fn begun(now: i64) -> Self {
        let root = RootSecret::new(&[7; 32]).unwrap();
        let signing = root.signing_key(Algorithm::Hs256).unwrap();
        let keys = Keys {
            verifying: KeySet::from(signing.verifying_key().clone()),
            signing,
            refresh: root.refresh_key(),
            recovery: root.recovery_key(),
            sealing: root.sealing_key(),
            mail: root.mail_key(),
        };
        let mut world = Self {
            store: Store::open(&DatabaseLocation::Memory).unwrap(),
            now: Timestamp::from_secs(now),
            policy: Policy { argon2: Argon2Cost::new(8, 1, 1).unwrap(), ..Policy::default() },
            users: Vec::new(),
            sessions: BTreeMap::new(),
            devices: BTreeMap::new(),
            waiting: BTreeMap::new(),
            recovery: Vec::new(),
            authenticators: Vec::new(),
            secrets: 0,
            drawn: 0,
            runtime: Builder::new_current_thread().build().unwrap(),
            argon2: Argon2Workspace::new(),
            keys,
            client: Client::default(),
        };
        world.make_first_admin();
        world
    }

    /// Does one step and says what it came to.
    pub(crate) fn answer(&mut self, step: &Operation) -> Answer {
        self.told(step).unwrap_or_else(|Refusal(word)| word)
    }

    fn told(&mut self, step: &Operation) -> Told {
        match step {
            Operation::Wait { secs } => {
                self.now = self.now.plus_secs(*secs);
                ok()
            }
            Operation::Register { username, email, password, application } => {
                self.register(*username, *email, *password, *application)
            }
            Operation::LogIn(login) => self.log_in(login),
            Operation::FinishLogIn { opens, waiting, code } => self.finish_log_in(*opens, *waiting, *code),
            Operation::Refresh(shown) => self.refresh(*shown),
            Operation::LogOut(shown) => self.log_out(*shown),
            Operation::LogOutEverywhere { by } => self.log_out_everywhere(*by),
            Operation::EndSession { by, session } => self.end_session(*by, *session),
            Operation::ShowProfile { by } => self.show_profile(*by),
            Operation::UpdateProfile { by, update } => self.update_profile(*by, update),
            Operation::DeleteOwnAccount { by } => self.delete_own_account(*by),
            Operation::ProposeFactor { by, current_password } => self.propose_factor(*by, *current_password),
            Operation::ShowCode { by, code } => self.show_code(*by, *code),
            Operation::DisableFactor { by, code } => self.disable_factor(*by, *code),
            Operation::RenewRecoveryCodes { by, code, current_password } => {
                self.renew_recovery_codes(*by, *code, *current_password)
            }
            Operation::StoreDatum { by, key, value } => self.store_datum(*by, *key, *value),
            Operation::ShowDatum { by, key } => self.show_datum(*by, *key),
            Operation::DeleteDatum { by, key } => self.delete_datum(*by, *key),
            Operation::CheckPermission { by, action, resource } => {
                self.check_permission(*by, action, resource)
            }
            administrative => self.administer(administrative),
        }
    }

    /// Whose access token this is, on a route of the profile or on any other.
    fn principal(&self, by: Pair, asks: Asks) -> Result<Principal, Refusal> {
        let held = &self.sessions[&by.session].pairs[by.number];
        let algorithms = [Algorithm::Hs256];
        let expectation = Expectation::new(&algorithms, ISSUER, self.now);
        let claims = verify_access_token(&held.access_token, &self.keys.verifying, &expectation)?.claims;
        let found = self.store.session_with_account(claims.session_id)?;
        Ok(authenticate::decide(&claims, found, asks, self.now).outcome?)
    }

    fn admin(&self, by: Pair) -> Result<Principal, Refusal> {
        let principal = self.principal(by, Asks::Other)?;
        authorize::admin(&principal)?;
        Ok(principal)
    }

    /// Commits a decision. Nobody else is there, so that a guard which does not hold is one that asks for something
    /// other than what was decided.
    fn settle<T>(&self, decision: Decision<T>) -> Result<T, Refusal> {
        let Decision { outcome, changes, .. } = decision;
        match self.runtime.block_on(self.store.commit(&changes))? {
            Committed::Applied { .. } => Ok(outcome?),
            Committed::Conflict => refuse("conflict"),
        }
    }

    /// Bytes that no other draw gives.
    fn draw<const N: usize>(&mut self) -> [u8; N] {
        self.drawn += 1;
        let block = |nth: usize| *TokenDigest::of(format!("{} {nth}", self.drawn).as_bytes()).as_bytes();
        let blocks: Vec<_> = (0..N.div_ceil(32)).flat_map(block).collect();
        std::array::from_fn(|place| blocks[place])
    }

    /// A token that is to be mailed to an address. No mail is read here.
    fn mailed_token(&mut self, to: Email) -> MailedToken {
        let entropy = ActionEntropy { token: Secret::new(self.draw()), nonce: self.draw() };
        self.keys.mail.mail(ActionPurpose::VerifyEmail, to, &entropy, self.now).unwrap()
    }

    /// The number of a user, or one of nobody.
    fn user_id(&self, user: UserNo) -> UserId {
        self.users.get(user).copied().unwrap_or(UserId::new(1_000_000))
    }
}

pub(crate) fn application_id(application: &str) -> ApplicationId {
    ApplicationId::parse(application).unwrap()
}

fn ok() -> Told {
    Ok("ok".to_owned())
}

fn refuse<T>(word: &str) -> Result<T, Refusal> {
    Err(Refusal(word.to_owned()))
}

fn refuse_as<T>(code: Code) -> Result<T, Refusal> {
    refuse(code.as_str())
}

fn field(text: &str) -> Field<'static> {
    Field::Text(text.to_owned().into())
}

fn optional_field(text: Option<&str>) -> Field<'static> {
    text.map_or(Field::Absent, field)
}
