//! How often one may guess.
//!
//! A guess is counted before its password is looked at, by a guarded change, so that of a thousand guesses
//! that arrive at once no more than the limit are looked at. A finished log-in clears the account's count
//! (OWASP Authentication Cheat Sheet, "Account Lockout").
//!
//! A guess is counted on the account, on the address that it comes from, and on the two together. The last has the
//! least: one address alone cannot use up an account's guesses, so that its owner elsewhere still gets in. A device that
//! the account knows and a session of it have a count of their own in place of those three. All of these are of an hour.
//! Besides them, guesses [in a row](GuessSubject::InARow) are counted for however long they take.

mod address;
mod streak;

pub use address::FromAddress;
pub use streak::{IN_A_ROW_LIMIT, NOBODYS_ROW_SECS, STRANGERS_IN_A_ROW_LIMIT};

use crate::change::Change;
use crate::id::{SessionId, UserId};
use crate::network::Network;
use crate::secret::TokenDigest;
use crate::time::Timestamp;

/// Guesses at one subject within [`GUESS_WINDOW_SECS`]; the next one is refused unseen.
pub const GUESS_LIMIT: u32 = 20;

/// Guesses from one address at all accounts. A household or an office behind one address seldom mistypes as often; who
/// tries one common password on every account is through with it.
pub const ADDRESS_GUESS_LIMIT: u32 = 100;

/// Mails that somebody at one address asks for. More people than that behind one address seldom forget their passwords in
/// one hour; without a limit one client could add to the audit for ever, and write to everybody.
pub const ADDRESS_MAILS_LIMIT: u32 = 100;

/// Guesses from one address at one account: half of what the account has.
pub const ACCOUNT_FROM_ADDRESS_GUESS_LIMIT: u32 = 10;

/// The window slides: each guess counts for one hour from its own time.
pub const GUESS_WINDOW_SECS: i64 = 3_600;

/// What guesses are counted on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GuessSubject {
    /// An account, whichever of its names was used.
    Account(UserId),
    /// A name of nobody, which must look no different from an account.
    Name(TokenDigest),
    /// A device that the account was logged in from before. Strangers cannot use its count up.
    Device(TokenDigest),
    /// A session, of whose account the password is guessed at. Whoever is not in it cannot use its count up.
    Session(SessionId),
    /// The second factor of an account, whichever session or log-in the code is for.
    SecondFactor(UserId),
    /// An e-mail address that mails with a token are sent to, whether or not it is anybody's.
    Address(TokenDigest),
    /// The same address, as far as somebody asks for its verification.
    Verification(TokenDigest),
    /// The same address, as far as somebody asks for a reset.
    Reset(TokenDigest),
    /// A network, whatever is guessed at from there.
    Network(Network),
    /// A network, as far as mails are asked for from there, whoever they go to. They use up no guesses.
    MailsFrom(Network),
    /// An account or a name of nobody, as far as it is guessed at from one network.
    FromNetwork(Box<GuessSubject>, Network),
    /// An account, a name of nobody or a second factor, since the last time that somebody was right: whoever guesses,
    /// and however long it takes.
    InARow(Box<GuessSubject>),
}

impl GuessSubject {
    /// Guesses that are looked at of those since its [`window_start`](GuessSubject::window_start).
    pub fn limit(&self) -> u32 {
        match self {
            GuessSubject::Network(_) => ADDRESS_GUESS_LIMIT,
            GuessSubject::MailsFrom(_) => ADDRESS_MAILS_LIMIT,
            GuessSubject::FromNetwork(..) => ACCOUNT_FROM_ADDRESS_GUESS_LIMIT,
            GuessSubject::InARow(_) => IN_A_ROW_LIMIT,
            _ => GUESS_LIMIT,
        }
    }

    /// Since when guesses at it count.
    pub fn window_start(&self, now: Timestamp) -> Timestamp {
        match self {
            GuessSubject::InARow(of) => streak::window_start(of, now),
            _ => Guesses::window_start(now),
        }
    }

    /// The same, counted for as long as nobody is right.
    pub fn in_a_row(self) -> Self {
        GuessSubject::InARow(Box::new(self))
    }

    /// The subject of a name that no account has, however it is capitalised.
    pub fn of_name(name: &str) -> Self {
        GuessSubject::Name(TokenDigest::of(name.to_ascii_lowercase().as_bytes()))
    }

    /// The subject of all mails with a token to an address, however it is capitalised.
    pub fn of_mails_to(address: &str) -> Self {
        GuessSubject::Address(TokenDigest::of(address.to_ascii_lowercase().as_bytes()))
    }

    /// The subject of those that somebody asks for to verify an address, however it is capitalised.
    pub fn of_verification(address: &str) -> Self {
        GuessSubject::Verification(TokenDigest::of(address.to_ascii_lowercase().as_bytes()))
    }

    /// The subject of those that somebody asks for to reset a password, however the address is capitalised.
    pub fn of_reset(address: &str) -> Self {
        GuessSubject::Reset(TokenDigest::of(address.to_ascii_lowercase().as_bytes()))
    }

    /// The text that names it in the store, where guesses in a row have a place of their own.
    pub fn key(&self) -> String {
        match self {
            GuessSubject::Account(user) => ["account:", &user.value().to_string()].concat(),
            GuessSubject::Name(digest) => ["name:", &digest.encode()].concat(),
            GuessSubject::Device(digest) => ["device:", &digest.encode()].concat(),
            GuessSubject::Session(session) => ["session:", &session.encode()].concat(),
            GuessSubject::SecondFactor(user) => ["code:", &user.value().to_string()].concat(),
            GuessSubject::Address(digest) => ["mail:", &digest.encode()].concat(),
            GuessSubject::Verification(digest) => ["verification:", &digest.encode()].concat(),
            GuessSubject::Reset(digest) => ["reset:", &digest.encode()].concat(),
            GuessSubject::Network(network) => ["address:", &network.to_string()].concat(),
            GuessSubject::MailsFrom(network) => ["mails from:", &network.to_string()].concat(),
            GuessSubject::FromNetwork(subject, network) => {
                [&subject.key(), "@", &network.to_string()].concat()
            }
            GuessSubject::InARow(of) => of.key(),
        }
    }
}

/// The guesses at one subject that still count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guesses {
    /// How many.
    pub count: u32,
    /// The time of the oldest; `None` where there is none, and of guesses in a row, since none of them is over.
    pub oldest: Option<Timestamp>,
}

impl Guesses {
    /// Since when guesses count.
    pub fn window_start(now: Timestamp) -> Timestamp {
        now.plus_secs(-GUESS_WINDOW_SECS)
    }

    /// `None` where one more guess than these is allowed, of which `limit` are; else the seconds until it is.
    ///
    /// ```
    /// use countersign_core::throttle::{GUESS_LIMIT, Guesses};
    /// use countersign_core::time::Timestamp;
    ///
    /// let now = Timestamp::from_secs(10_000);
    /// let spent = Guesses { count: GUESS_LIMIT, oldest: Some(now.plus_secs(-3_000)) };
    /// assert_eq!(Guesses::default().wait_secs(GUESS_LIMIT, now), None);
    /// assert_eq!(spent.wait_secs(GUESS_LIMIT, now), Some(600));
    /// ```
    pub fn wait_secs(&self, limit: u32, now: Timestamp) -> Option<u32> {
        self.oldest_leaves_in_secs(now).filter(|_| self.count >= limit)
    }

    fn oldest_leaves_in_secs(&self, now: Timestamp) -> Option<u32> {
        let wait = self.oldest?.plus_secs(GUESS_WINDOW_SECS).secs_since(now).clamp(1, GUESS_WINDOW_SECS);
        u32::try_from(wait).ok()
    }
}

/// One guess at a password, and all that it is counted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// An account or a name of nobody.
    at: GuessSubject,
    /// The known device or the session that guesses; `None` where a stranger does.
    known: Option<GuessSubject>,
    network: Option<Network>,
}

impl Guess {
    /// A guess at an account or a name of nobody from `network`, which is `None` where addresses are not counted.
    /// `device` is what the account knows it by, `None` where it does not.
    ///
    /// Within the hour one from a known device is counted on the device alone: its token is of that one account and from
    /// a finished log-in, so it helps nobody to guess at others, and whoever attacks from the same address cannot shut
    /// it out.
    pub fn new(at: GuessSubject, device: Option<TokenDigest>, network: Option<Network>) -> Self {
        let network = network.filter(|_| device.is_none());
        Self { at, known: device.map(GuessSubject::Device), network }
    }

    /// A guess at the account of a session by whoever is in it. It is counted like one from a known device: strangers who
    /// keep an account's count full, or its address's, do not keep its owner from what asks for the password.
    ///
    /// ```
    /// use countersign_core::id::{SessionId, UserId};
    /// use countersign_core::throttle::{Guess, GuessSubject, IN_A_ROW_LIMIT};
    ///
    /// let (ada, session) = (UserId::new(7), SessionId::from_bytes([1; 16]));
    /// let guess = Guess::in_session(ada, session);
    /// let in_a_row = GuessSubject::Account(ada).in_a_row();
    /// assert_eq!(guess.limit(&in_a_row), IN_A_ROW_LIMIT);
    /// assert_eq!(guess.counted_on(), [GuessSubject::Session(session), in_a_row]);
    /// ```
    pub fn in_session(user: UserId, session: SessionId) -> Self {
        Self { at: GuessSubject::Account(user), known: Some(GuessSubject::Session(session)), network: None }
    }

    /// What it is counted on: what is guessed at first.
    pub fn counted_on(&self) -> Vec<GuessSubject> {
        let mut all = self.at_account();
        all.extend(self.address());
        all
    }

    /// Guesses at one of those that are looked at.
    pub fn limit(&self, subject: &GuessSubject) -> u32 {
        match subject {
            GuessSubject::InARow(_) if self.known.is_none() => STRANGERS_IN_A_ROW_LIMIT,
            subject => subject.limit(),
        }
    }

    /// Counts it, or says in how many seconds that can be. `tallies` are those of all that it is counted on.
    ///
    /// # Errors
    /// The seconds until no count is full any more.
    pub fn admit(&self, tallies: &[Tally], now: Timestamp) -> Result<Vec<Change>, u32> {
        if let Some(secs) = tallies.iter().filter_map(|tally| tally.wait_secs(now)).max() {
            return Err(secs);
        }
        Ok(tallies.iter().map(|tally| tally.count(now)).collect())
    }

    /// It was right, though it opened nothing: it no longer counts.
    pub fn take_back(&self) -> Vec<Change> {
        let mut changes = self.take_back_at_account();
        changes.extend(self.take_back_at_address());
        changes
    }

    /// It was right and something else was wrong with it, which may have been a guess: the address keeps it.
    pub(crate) fn take_back_at_account(&self) -> Vec<Change> {
        self.at_account().into_iter().map(|subject| Change::TakeBackGuess { subject }).collect()
    }

    /// The address has it back, and no more: whoever has one good account gets no fresh guesses at others by it.
    pub(crate) fn take_back_at_address(&self) -> Option<Change> {
        self.address().map(|subject| Change::TakeBackGuess { subject })
    }

    /// The log-in is finished: nothing that was guessed at this account from here counts any more, nor what strangers
    /// guessed at it. What each of them guessed from where they are does.
    pub(crate) fn clear_at_account(&self) -> Vec<Change> {
        self.at_account().into_iter().map(|subject| Change::ClearGuesses { subject }).collect()
    }

    /// All that it is counted on but the address.
    fn at_account(&self) -> Vec<GuessSubject> {
        let by_whom = self.known.clone().unwrap_or_else(|| self.at.clone());
        let from_here =
            self.network.map(|network| GuessSubject::FromNetwork(Box::new(self.at.clone()), network));
        std::iter::once(by_whom).chain(from_here).chain([self.at.clone().in_a_row()]).collect()
    }

    fn address(&self) -> Option<GuessSubject> {
        self.network.map(GuessSubject::Network)
    }
}

/// The guesses at one of the things that a guess is counted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// What they are counted on.
    pub subject: GuessSubject,
    /// How many of them are looked at.
    pub limit: u32,
    /// Those that still count.
    pub guesses: Guesses,
}

impl Tally {
    /// `None` where one more guess is allowed, else the seconds until it is.
    pub fn wait_secs(&self, now: Timestamp) -> Option<u32> {
        match &self.subject {
            GuessSubject::InARow(_) => streak::wait_secs(self.guesses.count, self.limit),
            _ => self.guesses.wait_secs(self.limit, now),
        }
    }

    /// One more.
    fn count(&self, now: Timestamp) -> Change {
        let subject = self.subject.clone();
        Change::CountGuess { limit: self.limit, at: now, window_start: subject.window_start(now), subject }
    }
}

/// What somebody who guesses is told of the guesses that they have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// What it is a quota of.
    pub name: &'static str,
    /// Guesses within [`GUESS_WINDOW_SECS`].
    pub limit: u32,
    /// Those that are left.
    pub left: u32,
    /// Seconds until there is one more; `None` where all are left.
    pub next_in_secs: Option<u32>,
}

/// What may be told of these tallies, which are those of one guess. Where addresses are counted, an account's quota is
/// what this address has at it: the account's own counts would tell strangers of each log-in of its owner, since that
/// clears them. Only one that is full is told in any case, for everybody is refused then.
pub fn quotas(tallies: &[Tally], now: Timestamp) -> Vec<Quota> {
    let name =
        |tally: &Tally| if let GuessSubject::Network(_) = tally.subject { "address" } else { "account" };
    let is_told =
        |tally: &&Tally| matches!(tally.subject, GuessSubject::Network(_) | GuessSubject::FromNetwork(..));
    let quota = |tally: &Tally| Quota {
        name: name(tally),
        limit: tally.limit,
        left: tally.limit.saturating_sub(tally.guesses.count),
        next_in_secs: tally.guesses.oldest_leaves_in_secs(now),
    };
    let mut told: Vec<_> = tallies.iter().filter(is_told).map(quota).collect();
    if told.is_empty() {
        told.extend(tallies.first().map(quota));
    }
    let wait =
        tallies.iter().filter(|tally| name(tally) == "account").filter_map(|it| it.wait_secs(now)).max();
    if let (Some(here), Some(secs)) = (told.first_mut(), wait) {
        (here.left, here.next_in_secs) = (0, Some(secs));
    }
    told
}

/// Wrong codes of a second factor in a row after which none is looked at for [`CODE_LOCK_SECS`]. Three codes of
/// a million are good at any moment, so that it takes years to meet one (RFC 4226 section 7.3).
pub const WRONG_CODES_LIMIT: u32 = 5;

/// How long no code is looked at, counted from the last wrong one.
pub const CODE_LOCK_SECS: i64 = 900;

/// The wrong codes in a row at one account's second factor. They count for [`GUESS_WINDOW_SECS`], longer than the
/// lock: whoever comes back after it has one guess, not five more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrongCodes {
    /// How many.
    pub count: u32,
    /// The time of the newest; `None` where there is none.
    pub newest: Option<Timestamp>,
    /// How many since the last right one, however long ago they were: at most [`IN_A_ROW_LIMIT`].
    pub in_a_row: u32,
}

impl WrongCodes {
    /// `None` where one more code is looked at, else the seconds until one is.
    ///
    /// ```
    /// use countersign_core::throttle::{WRONG_CODES_LIMIT, WrongCodes};
    /// use countersign_core::time::Timestamp;
    ///
    /// let now = Timestamp::from_secs(10_000);
    /// let spent = WrongCodes { count: WRONG_CODES_LIMIT, newest: Some(now.plus_secs(-300)), in_a_row: 5 };
    /// assert_eq!(WrongCodes::default().wait_secs(now), None);
    /// assert_eq!(spent.wait_secs(now), Some(600));
    /// assert_eq!(spent.wait_secs(now.plus_secs(600)), None);
    /// ```
    pub fn wait_secs(&self, now: Timestamp) -> Option<u32> {
        streak::wait_secs(self.in_a_row, IN_A_ROW_LIMIT).or_else(|| {
            let newest = self.newest.filter(|_| self.count >= WRONG_CODES_LIMIT)?;
            let wait = newest.plus_secs(CODE_LOCK_SECS).secs_since(now);
            u32::try_from(wait.min(CODE_LOCK_SECS)).ok().filter(|secs| *secs > 0)
        })
    }
}

#[cfg(test)]
mod tests;
