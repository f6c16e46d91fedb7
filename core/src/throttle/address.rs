//! Codes and mailed tokens, which are counted on the address that shows them.
//!
//! They are looked at in the commit that answers them and are counted in it too: nobody is told what one was before that
//! is stored. A right one is counted as well and taken back in the same commit. Without that, of a thousand that come at
//! once the right one would be taken although a hundred wrong ones were counted before it.
//!
//! Mails are counted on the address that asks for them, by a count of their own.

use super::{GuessSubject, Guesses, Tally};
use crate::change::Change;
use crate::network::Network;
use crate::time::Timestamp;

/// What counts on the address of whoever shows a code or a mailed token, or asks for a mail. By default addresses are not
/// counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FromAddress(Option<Tally>);

impl FromAddress {
    /// These guesses from this network, whatever they were at.
    pub fn of(network: Network, guesses: Guesses) -> Self {
        Self::at(GuessSubject::Network(network), guesses)
    }

    /// These mails that were asked for from this network, whoever they went to.
    pub fn of_mails(network: Network, mails: Guesses) -> Self {
        Self::at(GuessSubject::MailsFrom(network), mails)
    }

    fn at(subject: GuessSubject, guesses: Guesses) -> Self {
        Self(Some(Tally { limit: subject.limit(), subject, guesses }))
    }

    /// `None` where one more is looked at or sent, else the seconds until one is.
    ///
    /// ```
    /// use countersign_core::network::Network;
    /// use countersign_core::throttle::{ADDRESS_GUESS_LIMIT, FromAddress, Guesses};
    /// use countersign_core::time::Timestamp;
    ///
    /// let now = Timestamp::from_secs(10_000);
    /// let network = Network::parse("192.0.2.1").ok_or("an address")?;
    /// let spent = Guesses { count: ADDRESS_GUESS_LIMIT, oldest: Some(now.plus_secs(-3_000)) };
    /// assert_eq!(FromAddress::of(network, spent).wait_secs(now), Some(600));
    /// assert_eq!(FromAddress::default().wait_secs(now), None);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn wait_secs(&self, now: Timestamp) -> Option<u32> {
        self.0.as_ref()?.wait_secs(now)
    }

    /// It was wrong, or is a mail.
    pub(crate) fn count(&self, now: Timestamp) -> Vec<Change> {
        self.0.iter().map(|tally| tally.count(now)).collect()
    }

    /// It was right, and still was one of those that may be looked at.
    pub(crate) fn right(&self, now: Timestamp) -> Vec<Change> {
        let both =
            |tally: &Tally| [tally.count(now), Change::TakeBackGuess { subject: tally.subject.clone() }];
        self.0.iter().flat_map(both).collect()
    }
}
