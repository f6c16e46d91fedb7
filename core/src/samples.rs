//! An account and a session as the tests of the decisions begin with them.

use crate::account::{Account, AccountRole, AccountStatus};
use crate::application::{Application, ApplicationName, ApplicationStatus};
use crate::change::Change;
use crate::id::{ApplicationId, SessionId, TokenId, UserId};
use crate::mfa::{Factor, SealedSecret, StoredFactor, TotpSecret, TotpStep};
use crate::network::Network;
use crate::password::{Argon2Cost, PasswordHash};
use crate::permission::{Permission, Role, RoleName};
use crate::secret::TokenDigest;
use crate::session::{Client, Pair, Session};
use crate::throttle::{FromAddress, GuessSubject, Guesses};
use crate::time::Timestamp;
use crate::token::{ActionPurpose, ActionStanding, RefreshKey, StoredActionToken};

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

/// The key that the pair of [`session`] is made with.
pub(crate) fn refresh_key() -> RefreshKey {
    RefreshKey::new(&[7; 32])
}

pub(crate) fn account() -> Account {
    Account {
        id: UserId::new(7),
        username: Some("ada".to_owned()),
        email: "ada@example.com".to_owned(),
        name: None,
        first_name: None,
        last_name: None,
        phone: None,
        role: AccountRole::User,
        status: AccountStatus::Active,
        email_verified: false,
        mfa_enabled: false,
        application: ApplicationId::default_application(),
        password_hash: PasswordHash::decoy(Argon2Cost::default()).into(),
        created_at: NOW,
        updated_at: NOW,
        deleted_at: None,
    }
}

/// The code of [`factor`] at [`NOW`].
pub(crate) const CODE: &str = "921300";

/// A second factor of [`account`]; one that is on was turned on an hour ago.
pub(crate) fn factor(on: bool) -> Factor {
    let enabled_at = on.then(|| NOW.plus_secs(-3_600));
    let stored = StoredFactor {
        secret: SealedSecret::stored("sealed".to_owned()),
        enabled_at,
        last_step: enabled_at.map(TotpStep::at),
        address_verified: false,
    };
    Factor { stored, secret: TotpSecret::from_bytes(*b"12345678901234567890") }
}

/// A log-in of [`account`] a minute ago whose first pair is still out.
pub(crate) fn session() -> Session {
    let id = SessionId::from_bytes([1; 16]);
    let logged_in = NOW.plus_secs(-60);
    let times = (logged_in, logged_in.plus_secs(3_600));
    let (pair, _) = Pair::new(&refresh_key(), id, 0, TokenId::from_bytes([2; 16]), times);
    Session {
        id,
        user: account().id,
        application: ApplicationId::default_application(),
        created_at: logged_in,
        auth_time: logged_in,
        last_used_at: logged_in,
        expires_at: NOW.plus_secs(30 * 24 * 3_600),
        second_factor: false,
        pair,
        replaced: None,
        bearer_refresh: true,
        client: Client::default(),
    }
}

/// A role that lets its holder read.
pub(crate) fn role() -> Role {
    Role { name: RoleName::parse("reader").unwrap(), permissions: vec![read("*")] }
}

/// Leave to read this.
pub(crate) fn read(resource: &str) -> Permission {
    Permission { action: "read".to_owned(), resource: resource.to_owned() }
}

/// A token that was mailed to [`account`] at [`NOW`].
pub(crate) fn action_standing(purpose: ActionPurpose) -> ActionStanding {
    let token = StoredActionToken {
        digest: TokenDigest::of(b"token"),
        purpose,
        user: account().id,
        email: account().email,
        expires_at: NOW.plus_secs(purpose.ttl_secs()),
    };
    ActionStanding { token, account: account() }
}

/// An address with so many guesses, the oldest 600 seconds ago.
pub(crate) fn from_address(count: u32) -> FromAddress {
    FromAddress::of(network(), Guesses { count, oldest: Some(NOW.plus_secs(-600)) })
}

/// A guess that is counted on that address, and taken back.
pub(crate) fn counted_on_address() -> [Change; 2] {
    let subject = GuessSubject::Network(network());
    let window_start = Guesses::window_start(NOW);
    let count = Change::CountGuess { subject: subject.clone(), limit: 100, at: NOW, window_start };
    [count, Change::TakeBackGuess { subject }]
}

fn network() -> Network {
    Network::parse("192.0.2.1").unwrap()
}

/// A token that is about to be mailed to [`account`].
#[cfg(feature = "sign")]
pub(crate) fn mailed_token(purpose: ActionPurpose) -> crate::token::MailedToken {
    let to = crate::email::Email::parse(&account().email).unwrap();
    let entropy = crate::token::ActionEntropy { token: crate::secret::Secret::new([1; 32]), nonce: [2; 24] };
    crate::token::MailKey::new(&[7; 32]).mail(purpose, to, &entropy, NOW).unwrap()
}

pub(crate) fn application() -> Application {
    Application {
        id: ApplicationId::default_application(),
        name: ApplicationName::parse("Default").unwrap(),
        status: ApplicationStatus::Active,
        created_at: NOW,
    }
}
