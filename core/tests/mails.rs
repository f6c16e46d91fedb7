//! What holds of the mails to one address, whatever strangers ask for and whenever.
#![cfg(all(not(target_arch = "wasm32"), feature = "sign"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test whose own sample is refused must fail")]

use countersign_core::account::{Account, AccountRole, NewAccount};
use countersign_core::change::Change;
use countersign_core::email::Email;
use countersign_core::id::{ApplicationId, UserId};
use countersign_core::mail::{RecentMails, Requested, alive_since, request, window_start};
use countersign_core::password::{Argon2Cost, PasswordHash};
use countersign_core::secret::Secret;
use countersign_core::throttle::{FromAddress, GuessSubject};
use countersign_core::time::Timestamp;
use countersign_core::token::{ActionEntropy, ActionPurpose, MailKey};
use proptest::prelude::*;

const RESET: ActionPurpose = ActionPurpose::ResetPassword;
const VERIFY: ActionPurpose = ActionPurpose::VerifyEmail;

fn address() -> Email {
    Email::parse("ada@example.com").unwrap()
}

fn account() -> Account {
    let account = NewAccount {
        username: None,
        email: address(),
        name: None,
        first_name: None,
        last_name: None,
        phone: None,
        role: AccountRole::User,
        email_verified: false,
        application: ApplicationId::default_application(),
        password_hash: PasswordHash::decoy(Argon2Cost::default()).into(),
        created_at: Timestamp::from_secs(0),
    };
    account.stored_as(UserId::new(7))
}

/// What a store counts, and holds to its guards.
#[derive(Default)]
struct Counts(Vec<(GuessSubject, Timestamp)>);

impl Counts {
    fn since(&self, subject: &GuessSubject, window_start: Timestamp) -> u32 {
        let counted = self.0.iter().filter(|(of, at)| of == subject && *at > window_start);
        counted.count().try_into().unwrap()
    }

    fn recent_mails(&self, now: Timestamp) -> RecentMails {
        let (email, hour) = (address(), window_start(now));
        RecentMails {
            all: self.since(&GuessSubject::of_mails_to(email.as_str()), hour),
            resends: self.since(&GuessSubject::of_verification(email.as_str()), hour),
            live_resets: self.since(&GuessSubject::of_reset(email.as_str()), alive_since(now)),
        }
    }

    /// Somebody asks. Whether a mail was sent.
    fn ask(&mut self, purpose: ActionPurpose, now: Timestamp) -> bool {
        let entropy = ActionEntropy { token: Secret::new([1; 32]), nonce: [2; 24] };
        let token = MailKey::new(&[7; 32]).mail(purpose, address(), &entropy, now).unwrap();
        let requested = Requested {
            account: Some(account()),
            recent: self.recent_mails(now),
            from_address: FromAddress::default(),
        };
        let mut is_sent = false;
        for change in request(&requested, token, now).changes {
            match change {
                Change::CountGuess { subject, limit, at, window_start } => {
                    assert!(self.since(&subject, window_start) < limit, "the guard of {subject:?}");
                    self.0.push((subject, at));
                }
                Change::MailToken(_) => is_sent = true,
                other => panic!("{other:?}"),
            }
        }
        is_sent
    }
}

/// Seconds until the next one asks, and whether for a reset: at once, within minutes, or when tokens and hours end.
fn asking() -> impl Strategy<Value = (i64, bool)> {
    let secs = prop_oneof![0_i64..5, 0_i64..900, 1_795_i64..1_805, 3_595_i64..3_605];
    (secs, any::<bool>())
}

proptest! {
    #[test]
    fn a_reset_is_alive_or_is_mailed_whatever_strangers_ask_for(
        asked in prop::collection::vec(asking(), 0..60),
        owner_waits_secs in 0_i64..3_605,
    ) {
        let (mut counts, mut now) = (Counts::default(), Timestamp::from_secs(1_700_000_000));
        let (mut sent, mut newest_reset) = (Vec::new(), None);
        let last = asked.len();
        for (place, (secs, is_reset)) in asked.into_iter().chain([(owner_waits_secs, true)]).enumerate() {
            now = now.plus_secs(secs);
            let purpose = if is_reset { RESET } else { VERIFY };
            let is_sent = counts.ask(purpose, now);
            if is_sent {
                sent.push(now);
                if is_reset {
                    newest_reset = Some(now);
                }
            }
            let in_the_hour = sent.iter().filter(|at| **at > window_start(now)).count();
            prop_assert!(in_the_hour <= 3, "{in_the_hour} mails, {place} of {last}");
            let is_alive = newest_reset.is_some_and(|at: Timestamp| now < at.plus_secs(RESET.ttl_secs()));
            prop_assert!(!is_reset || is_alive, "no reset for whoever asks, {place} of {last}");
        }
    }
}
