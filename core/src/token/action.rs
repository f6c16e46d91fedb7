//! Tokens that are mailed, each good for one thing and once: 256 random bits, of which the store keeps the digest.
//!
//! Until its mail is on its way the token itself has to lie somewhere too. It lies sealed ([`MailKey`]), bound to what it is
//! for and to the address it goes to: whoever takes the database alone can neither use a token nor have it mailed to
//! another address.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::account::{Account, AccountStatus, words};
use crate::email::Email;
use crate::id::UserId;
#[cfg(feature = "sign")]
use crate::sealing::{NONCE_LEN, SealError, Sealer};
use crate::secret::{Secret, TokenDigest};
use crate::time::Timestamp;

/// Random bytes of a token.
pub const ACTION_TOKEN_LEN: usize = 32;

/// Tokens of one user and purpose that are good at once; one more voids the oldest. The newest few, since mails overtake
/// each other and people open the one that they see first.
pub const ACTION_TOKENS_PER_USER: u32 = 5;

words! {
    /// What a mailed token is good for.
    ActionPurpose {
        /// Shows that the address it was sent to is its reader's.
        VerifyEmail = "verify_email",
        /// Sets another password.
        ResetPassword = "reset_password",
    }
}

impl ActionPurpose {
    /// Seconds in which it can be used: a day for what harms nobody, half an hour for what opens an account (OWASP
    /// Forgot Password Cheat Sheet asks for a short time; mail can be slow).
    pub const fn ttl_secs(self) -> i64 {
        match self {
            ActionPurpose::VerifyEmail => 24 * 3_600,
            ActionPurpose::ResetPassword => 30 * 60,
        }
    }
}

/// A token as its reader holds it.
///
/// ```
/// use countersign_core::secret::{Secret, TokenDigest};
/// use countersign_core::token::ActionToken;
///
/// let token = ActionToken::from_entropy(&Secret::new([7; 32]));
/// assert_eq!(token.expose().len(), 43);
/// assert_eq!(token.digest(), TokenDigest::of(token.expose().as_bytes()));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ActionToken(Secret<String>);

impl ActionToken {
    /// The token of these random bytes: base64url without padding.
    pub fn from_entropy(entropy: &Secret<[u8; ACTION_TOKEN_LEN]>) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(entropy.expose())))
    }

    /// What the store knows it by.
    pub fn digest(&self) -> TokenDigest {
        TokenDigest::of(self.expose().as_bytes())
    }

    /// The text. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for ActionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActionToken([redacted])")
    }
}

/// A token as it waits to be mailed.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedToken(String);

impl SealedToken {
    /// The text that the store holds. Whether it opens is seen when it is opened.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedToken([redacted])")
    }
}

/// A new token and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedToken {
    /// What it is good for.
    pub purpose: ActionPurpose,
    /// The address that it is mailed to, and whose owner it is for.
    pub to: Email,
    /// What the store knows it by.
    pub digest: TokenDigest,
    /// The token, sealed for its way.
    pub sealed: SealedToken,
    /// When it was made.
    pub issued_at: Timestamp,
}

impl MailedToken {
    /// From when on it is good for nothing.
    pub fn expires_at(&self) -> Timestamp {
        self.issued_at.plus_secs(self.purpose.ttl_secs())
    }
}

/// The randomness of one token, from the host.
#[cfg(feature = "sign")]
#[derive(Debug, Clone)]
pub struct ActionEntropy {
    /// Becomes the token.
    pub token: Secret<[u8; ACTION_TOKEN_LEN]>,
    /// It is sealed under these.
    pub nonce: [u8; NONCE_LEN],
}

/// The key that tokens are sealed with until they are mailed, derived of the root secret for this alone.
///
/// ```
/// use countersign_core::email::Email;
/// use countersign_core::secret::Secret;
/// use countersign_core::time::Timestamp;
/// use countersign_core::token::{ActionEntropy, ActionPurpose, MailKey};
///
/// let key = MailKey::new(&[7; 32]);
/// let entropy = ActionEntropy { token: Secret::new([1; 32]), nonce: [2; 24] };
/// let (to, now) = (Email::parse("ada@example.com").unwrap(), Timestamp::from_secs(0));
/// let mailed = key.mail(ActionPurpose::ResetPassword, to, &entropy, now)?;
/// let token = key.open(&mailed.sealed, mailed.purpose, mailed.to.as_str())?;
/// assert_eq!(token.digest(), mailed.digest);
/// assert!(key.open(&mailed.sealed, mailed.purpose, "eve@example.com").is_err(), "it is sealed for its way");
/// # Ok::<(), countersign_core::sealing::SealError>(())
/// ```
#[cfg(feature = "sign")]
#[derive(Clone)]
pub struct MailKey(Sealer);

#[cfg(feature = "sign")]
impl MailKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(Sealer::new(bytes))
    }

    /// A new token on its way to an address.
    ///
    /// # Errors
    /// None for a token of this length, as for every sealing.
    pub fn mail(
        &self,
        purpose: ActionPurpose,
        to: Email,
        entropy: &ActionEntropy,
        issued_at: Timestamp,
    ) -> Result<MailedToken, SealError> {
        let ActionEntropy { token, nonce } = entropy;
        let digest = ActionToken::from_entropy(token).digest();
        let sealed = self.0.seal(token.expose(), &way(purpose, to.as_str()), *nonce)?;
        Ok(MailedToken { purpose, to, digest, sealed: SealedToken(sealed), issued_at })
    }

    /// Opens a token that is to be mailed to this address for this purpose.
    ///
    /// # Errors
    /// Where it is none that this key has sealed for that.
    pub fn open(
        &self,
        sealed: &SealedToken,
        purpose: ActionPurpose,
        to: &str,
    ) -> Result<ActionToken, SealError> {
        let token = self.0.open(sealed.as_str(), &way(purpose, to))?;
        let token = token.as_slice().try_into().map_err(|_wrong_length| SealError)?;
        Ok(ActionToken::from_entropy(&Secret::new(token)))
    }
}

#[cfg(feature = "sign")]
impl fmt::Debug for MailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailKey([redacted])")
    }
}

/// What a sealed token is bound to. No purpose has a space in it.
#[cfg(feature = "sign")]
fn way(purpose: ActionPurpose, to: &str) -> Vec<u8> {
    [purpose.as_str(), " ", to].concat().into_bytes()
}

/// A token as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredActionToken {
    /// What it is known by.
    pub digest: TokenDigest,
    /// What it is good for.
    pub purpose: ActionPurpose,
    /// Whose account it is for.
    pub user: UserId,
    /// The address it was mailed to.
    pub email: String,
    /// From when on it is good for nothing.
    pub expires_at: Timestamp,
}

/// What the store says of a token that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionStanding {
    /// The token.
    pub token: StoredActionToken,
    /// The account that it is for.
    pub account: Account,
}

impl ActionStanding {
    /// The account that the token opens for this purpose; `None` where it does not: it is for another, too old, was
    /// mailed to an address that the account no longer has, or nobody may use the account.
    ///
    /// ```
    /// # use countersign_core::account::{AccountRole, NewAccount};
    /// # use countersign_core::email::Email;
    /// # use countersign_core::id::{ApplicationId, UserId};
    /// # use countersign_core::password::{Argon2Cost, PasswordHash};
    /// # let account = NewAccount {
    /// #     username: None, email: Email::parse("ada@example.com").unwrap(), name: None, first_name: None,
    /// #     last_name: None, phone: None, role: AccountRole::User, email_verified: false,
    /// #     application: ApplicationId::default_application(),
    /// #     password_hash: PasswordHash::decoy(Argon2Cost::default()).into(), created_at: Timestamp::from_secs(0),
    /// # }.stored_as(UserId::new(7));
    /// use countersign_core::secret::TokenDigest;
    /// use countersign_core::time::Timestamp;
    /// use countersign_core::token::{ActionPurpose, ActionStanding, StoredActionToken};
    ///
    /// let now = Timestamp::from_secs(1_700_000_000);
    /// let token = StoredActionToken {
    ///     digest: TokenDigest::of(b"token"), purpose: ActionPurpose::ResetPassword, user: account.id,
    ///     email: "ada@example.com".to_owned(), expires_at: now.plus_secs(1),
    /// };
    /// let standing = ActionStanding { token, account };
    /// assert!(standing.opens(ActionPurpose::ResetPassword, now).is_some());
    /// assert!(standing.opens(ActionPurpose::ResetPassword, now.plus_secs(1)).is_none());
    /// assert!(standing.opens(ActionPurpose::VerifyEmail, now).is_none());
    /// ```
    pub fn opens(&self, purpose: ActionPurpose, now: Timestamp) -> Option<&Account> {
        let Self { token, account } = self;
        let is_good = token.purpose == purpose
            && now < token.expires_at
            && token.user == account.id
            && token.email == account.email
            && account.status == AccountStatus::Active;
        is_good.then_some(account)
    }
}

#[cfg(test)]
#[cfg(feature = "sign")]
mod tests {
    use super::*;
    use crate::samples::{NOW, account};

    const PURPOSES: [ActionPurpose; 2] = [ActionPurpose::VerifyEmail, ActionPurpose::ResetPassword];

    fn entropy() -> ActionEntropy {
        ActionEntropy { token: Secret::new([1; 32]), nonce: [2; 24] }
    }

    fn mailed(purpose: ActionPurpose) -> MailedToken {
        let to = Email::parse("ada@example.com").unwrap();
        MailKey::new(&[7; 32]).mail(purpose, to, &entropy(), NOW).unwrap()
    }

    #[test]
    fn a_sealed_token_opens_for_its_own_purpose_address_and_key_alone() {
        let sealed = mailed(ActionPurpose::ResetPassword).sealed;
        let open = |key: u8, purpose, to: &str| MailKey::new(&[key; 32]).open(&sealed, purpose, to);
        let token = open(7, ActionPurpose::ResetPassword, "ada@example.com").unwrap();
        assert_eq!(token, ActionToken::from_entropy(&entropy().token));
        assert!(open(8, ActionPurpose::ResetPassword, "ada@example.com").is_err());
        assert!(open(7, ActionPurpose::VerifyEmail, "ada@example.com").is_err());
        assert!(open(7, ActionPurpose::ResetPassword, "eve@example.com").is_err());
    }

    #[test]
    fn the_token_is_not_in_what_is_stored() {
        let mailed = mailed(ActionPurpose::VerifyEmail);
        let token = ActionToken::from_entropy(&entropy().token);
        let stored = format!("{}{}", mailed.sealed.as_str(), mailed.digest.encode());
        assert!(!stored.contains(&token.expose()[..8]));
    }

    #[test]
    fn each_purpose_has_its_time() {
        let left = |purpose| mailed(purpose).expires_at().secs_since(NOW);
        assert_eq!(PURPOSES.map(left), [86_400, 1_800]);
    }

    #[test]
    fn whatever_is_amiss_leaves_nothing_open() {
        let token = StoredActionToken {
            digest: TokenDigest::of(b"token"),
            purpose: ActionPurpose::ResetPassword,
            user: account().id,
            email: account().email,
            expires_at: NOW.plus_secs(1),
        };
        let good = ActionStanding { token, account: account() };
        let opens = |standing: &ActionStanding| standing.opens(ActionPurpose::ResetPassword, NOW).is_some();
        assert!(opens(&good));
        let with_account = |account| ActionStanding { account, ..good.clone() };
        assert!(!opens(&with_account(Account { email: "new@example.com".to_owned(), ..account() })));
        assert!(!opens(&with_account(Account { id: UserId::new(8), ..account() })));
        for status in [AccountStatus::Suspended, AccountStatus::Deleted] {
            assert!(!opens(&with_account(Account { status, ..account() })));
        }
        for (purpose, now) in
            [(ActionPurpose::VerifyEmail, NOW), (ActionPurpose::ResetPassword, NOW.plus_secs(1))]
        {
            assert!(good.opens(purpose, now).is_none());
        }
    }

    #[test]
    fn nothing_shows_a_token() {
        let mailed = mailed(ActionPurpose::VerifyEmail);
        let token = ActionToken::from_entropy(&entropy().token);
        let shown = format!("{:?} {:?} {:?}", mailed.sealed, token, MailKey::new(&[7; 32]));
        assert_eq!(shown, "SealedToken([redacted]) ActionToken([redacted]) MailKey([redacted])");
    }
}
