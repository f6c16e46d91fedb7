//! What every database must do with mails and the tokens in them.

use countersign_core::account::{AccountStatus, NewAccount};
use countersign_core::change::{AccountEdit, Change};
use countersign_core::email::Email;
use countersign_core::id::UserId;
use countersign_core::mail::{
    MAIL_WINDOW_SECS, MailKind, NOTICE_TTL_SECS, NOTICES_LIMIT, Notice, Occasion, QUEUE_MEMORY_SECS,
    QueuedMail, RecentMails,
};
use countersign_core::mfa::{SealedSecret, TotpStep};
use countersign_core::profile::Edit;
use countersign_core::secret::Secret;
use countersign_core::session::Client;
use countersign_core::time::Timestamp;
use countersign_core::token::{
    ACTION_TOKENS_PER_USER, ActionEntropy, ActionPurpose, MailKey, MailedToken, StoredActionToken,
};

use super::super::{Committed, DatabaseLocation, Store};
use super::{NOW, new_account, password_hash, temporary_file};

const DONE: Committed = Committed::Applied { created: None };
const RESET: ActionPurpose = ActionPurpose::ResetPassword;
const VERIFY: ActionPurpose = ActionPurpose::VerifyEmail;

contract! {
    a_token_is_mailed_with_the_account_that_it_is_for,
    a_token_is_spent_once_and_with_it_all_that_do_the_same,
    a_token_that_is_over_or_for_something_else_is_not_spent,
    only_the_newest_tokens_stay_good,
    nothing_is_left_of_a_mail_to_nobody,
    mails_are_counted_for_an_address_whoever_has_it,
    mails_that_were_decided_on_too_early_are_not_counted,
    what_counts_for_half_an_hour_makes_nobody_forget_what_counts_for_an_hour,
    another_password_voids_what_would_set_another,
    another_address_voids_what_was_mailed_to_the_old_one,
    another_status_voids_all_that_was_mailed,
    only_the_address_that_the_account_has_is_verified,
    a_factor_is_removed_only_if_it_was_turned_on_before_the_address_was_verified,
    a_notice_goes_to_the_address_of_that_moment,
    of_one_kind_of_notice_only_so_many_are_queued,
    of_two_who_would_send_a_mail_one_does,
    a_mail_that_is_done_with_holds_no_token,
    old_mails_are_forgotten,
}

fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.com")).unwrap()
}

fn mailed(name: &str, purpose: ActionPurpose, number: u8, at: Timestamp) -> MailedToken {
    let entropy = ActionEntropy { token: Secret::new([number; 32]), nonce: [number; 24] };
    MailKey::new(&[7; 32]).mail(purpose, email(name), &entropy, at).unwrap()
}

fn mail(token: &MailedToken) -> Change {
    Change::MailToken(Box::new(token.clone()))
}

fn spend(token: &MailedToken, at: Timestamp) -> Change {
    Change::SpendActionToken { digest: token.digest, purpose: token.purpose, at }
}

fn notify(user: UserId, notice: Notice, at: Timestamp) -> Change {
    Change::Notify { user, notice, at }
}

fn moved(user: UserId, to: &str) -> Change {
    Change::EditAccount(Box::new(AccountEdit {
        user,
        checked_hash: password_hash(0).into(),
        username: None,
        email: Some(email(to)),
        name: Edit::Keep,
        first_name: Edit::Keep,
        last_name: Edit::Keep,
        phone: Edit::Keep,
        at: NOW,
    }))
}

impl Store {
    async fn makes(&self, change: Change) -> bool {
        self.commit(&[change]).await.unwrap() == DONE
    }

    fn is_good(&self, token: &MailedToken) -> bool {
        self.action_token(token.digest).unwrap().is_some()
    }

    fn queued(&self) -> Vec<QueuedMail> {
        self.mails(0, false, 100).unwrap()
    }

    fn queued_kinds(&self) -> Vec<(MailKind, String)> {
        self.queued().into_iter().map(|mail| (mail.kind, mail.to)).collect()
    }
}

async fn a_token_is_mailed_with_the_account_that_it_is_for(store: Store) {
    let token = mailed("ada", VERIFY, 1, NOW);
    assert!(!store.makes(mail(&token)).await, "there is no such account");
    assert_eq!(store.queued(), []);
    let account: NewAccount = new_account("ada");
    let changes = [Change::CreateAccount(Box::new(account)), mail(&token)];
    let Committed::Applied { created: Some(user) } = store.commit(&changes).await.unwrap() else { panic!() };
    let stored = StoredActionToken {
        digest: token.digest,
        purpose: VERIFY,
        user,
        email: "ada@example.com".to_owned(),
        expires_at: NOW.plus_secs(86_400),
    };
    assert_eq!(store.action_token(token.digest).unwrap(), Some(stored));
    let queued = QueuedMail {
        id: 1,
        kind: MailKind::VerifyEmail,
        to: "ada@example.com".to_owned(),
        token: Some(token.sealed),
        client: Client::default(),
        created_at: NOW,
        due_at: NOW,
        expires_at: NOW.plus_secs(86_400),
        attempts: 0,
        sent_at: None,
        given_up_at: None,
    };
    assert_eq!(store.queued(), std::slice::from_ref(&queued));
    assert_eq!(store.due_mails(NOW, 10).unwrap(), [queued]);
    assert_eq!(store.due_mails(NOW.plus_secs(-1), 10).unwrap(), []);
}

async fn a_token_is_spent_once_and_with_it_all_that_do_the_same(store: Store) {
    store.create(new_account("ada")).await.unwrap();
    store.create(new_account("grace")).await.unwrap();
    let [one, two] = [1, 2].map(|number| mailed("ada", RESET, number, NOW));
    let [others, other_purpose] = [mailed("grace", RESET, 3, NOW), mailed("ada", VERIFY, 4, NOW)];
    for token in [&one, &two, &others, &other_purpose] {
        assert!(store.makes(mail(token)).await);
    }
    assert!(store.makes(spend(&one, NOW)).await);
    assert!(!store.makes(spend(&one, NOW)).await);
    assert!(!store.makes(spend(&two, NOW)).await, "the same user's, for the same");
    assert!(store.makes(spend(&others, NOW)).await);
    assert!(store.makes(spend(&other_purpose, NOW)).await);
}

async fn a_token_that_is_over_or_for_something_else_is_not_spent(store: Store) {
    store.create(new_account("ada")).await.unwrap();
    let token = mailed("ada", RESET, 1, NOW);
    assert!(store.makes(mail(&token)).await);
    let other = Change::SpendActionToken { digest: token.digest, purpose: VERIFY, at: NOW };
    assert!(!store.makes(other).await);
    assert!(!store.makes(spend(&token, NOW.plus_secs(1_800))).await);
    assert!(store.makes(spend(&token, NOW.plus_secs(1_799))).await);
}

async fn only_the_newest_tokens_stay_good(store: Store) {
    store.create(new_account("ada")).await.unwrap();
    let of_another_purpose = mailed("ada", VERIFY, 99, NOW);
    assert!(store.makes(mail(&of_another_purpose)).await);
    let number = u8::try_from(ACTION_TOKENS_PER_USER).unwrap() + 1;
    let tokens: Vec<_> =
        (0..number).map(|number| mailed("ada", RESET, number, NOW.plus_secs(number.into()))).collect();
    for token in &tokens {
        assert!(store.makes(mail(token)).await);
    }
    assert!(!store.is_good(&tokens[0]));
    assert!(tokens[1..].iter().all(|token| store.is_good(token)));
    assert!(store.is_good(&of_another_purpose));
    // Those that are over go with the next that is mailed to whomever.
    store.create(new_account("grace")).await.unwrap();
    let later = mailed("grace", VERIFY, 100, NOW.plus_secs(86_400));
    assert!(store.makes(mail(&later)).await);
    assert_eq!(store.count("SELECT count(*) FROM action_tokens"), 1);
}

async fn nothing_is_left_of_a_mail_to_nobody(store: Store) {
    store.create(new_account("ada")).await.unwrap();
    let kept: Vec<_> = (1..=5).map(|number| mailed("ada", RESET, number, NOW)).collect();
    for token in &kept {
        assert!(store.makes(mail(token)).await);
    }
    for name in ["nobody", "ada"] {
        let token = mailed(name, RESET, 9, NOW);
        assert!(store.makes(Change::RehearseMail(Box::new(token.clone()))).await);
        assert!(!store.is_good(&token));
    }
    assert!(kept.iter().all(|token| store.is_good(token)));
    assert_eq!(store.queued().len(), kept.len());
}

/// What counts one more, as things stand.
fn counted(store: &Store, occasion: Occasion, name: &str, at: Timestamp) -> Option<Vec<Change>> {
    let to = email(name);
    store.recent_mails(to.as_str(), at).unwrap().count(occasion, &to, at)
}

impl Store {
    /// Whether one more is sent.
    async fn counts(&self, occasion: Occasion, name: &str, at: Timestamp) -> bool {
        match counted(self, occasion, name, at) {
            Some(changes) => {
                assert_eq!(self.commit(&changes).await.unwrap(), DONE);
                true
            }
            None => false,
        }
    }
}

async fn mails_are_counted_for_an_address_whoever_has_it(store: Store) {
    store.create(new_account("ada")).await.unwrap();
    for name in ["ada", "nobody"] {
        for occasion in [Occasion::Forgotten, Occasion::NewAddress] {
            assert!(store.counts(occasion, name, NOW).await);
        }
        let recent = RecentMails { all: 2, resends: 0, live_resets: 1 };
        assert_eq!(store.recent_mails(&email(name).as_str().to_uppercase(), NOW).unwrap(), recent);
        for occasion in [Occasion::Forgotten, Occasion::NewAddress, Occasion::Resend] {
            assert!(!store.counts(occasion, name, NOW.plus_secs(RESET.ttl_secs() - 1)).await);
        }
        assert!(store.counts(Occasion::Forgotten, name, NOW.plus_secs(RESET.ttl_secs())).await);
        assert!(!store.counts(Occasion::Forgotten, name, NOW.plus_secs(MAIL_WINDOW_SECS - 1)).await);
        assert!(store.counts(Occasion::Resend, name, NOW.plus_secs(MAIL_WINDOW_SECS)).await);
        assert!(!store.counts(Occasion::Resend, name, NOW.plus_secs(2 * MAIL_WINDOW_SECS - 1)).await);
        assert!(store.counts(Occasion::Resend, name, NOW.plus_secs(2 * MAIL_WINDOW_SECS)).await);
    }
    assert_eq!(store.recent_mails("Grace@example.com", NOW).unwrap(), RecentMails::default());
}

async fn mails_that_were_decided_on_too_early_are_not_counted(store: Store) {
    let (dead, late) = (NOW.plus_secs(RESET.ttl_secs()), NOW.plus_secs(MAIL_WINDOW_SECS - 1));
    let early = |occasion| counted(&store, occasion, "ada", NOW).unwrap();
    let (reset, resend) = (early(Occasion::Forgotten), early(Occasion::Resend));
    assert_eq!(store.commit(&reset).await.unwrap(), DONE);
    assert_eq!(store.commit(&resend).await.unwrap(), DONE);
    for refused in [&reset, &resend] {
        assert_eq!(store.commit(refused).await.unwrap(), Committed::Conflict, "the third was not theirs");
    }
    let last = counted(&store, Occasion::Forgotten, "ada", dead).unwrap();
    assert_eq!(store.commit(&last).await.unwrap(), DONE);
    assert_eq!(store.commit(&last).await.unwrap(), Committed::Conflict);
    let recent = RecentMails { all: 3, resends: 1, live_resets: 1 };
    assert_eq!(
        store.recent_mails("ada@example.com", late).unwrap(),
        recent,
        "what was refused is counted nowhere"
    );
}

async fn what_counts_for_half_an_hour_makes_nobody_forget_what_counts_for_an_hour(store: Store) {
    for occasion in [Occasion::Resend, Occasion::NewAddress] {
        assert!(store.counts(occasion, "ada", NOW).await);
        assert!(store.counts(occasion, "grace", NOW).await);
    }
    let later = NOW.plus_secs(MAIL_WINDOW_SECS - 1);
    assert!(store.counts(Occasion::Forgotten, "grace", later).await);
    assert_eq!(store.recent_mails("ada@example.com", later).unwrap().all, 2);
}

async fn another_password_voids_what_would_set_another(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let (reset, verify) = (mailed("ada", RESET, 1, NOW), mailed("ada", VERIFY, 2, NOW));
    store.commit(&[mail(&reset), mail(&verify)]).await.unwrap();
    let (from, to) = (password_hash(0).into(), password_hash(1));
    assert!(store.makes(Change::SetPassword { user, from, to, except: None, at: NOW }).await);
    assert!(!store.is_good(&reset));
    assert!(store.is_good(&verify), "it opens nothing");
}

async fn another_address_voids_what_was_mailed_to_the_old_one(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    store.create(new_account("grace")).await.unwrap();
    let (old, other) = (mailed("ada", RESET, 1, NOW), mailed("grace", RESET, 2, NOW));
    store.commit(&[mail(&old), mail(&other), notify(user, Notice::EmailChanged, NOW)]).await.unwrap();
    let new = mailed("augusta", VERIFY, 3, NOW);
    assert_eq!(store.commit(&[moved(user, "augusta"), mail(&new)]).await.unwrap(), DONE);
    assert!(!store.is_good(&old));
    assert!(store.is_good(&other) && store.is_good(&new));
    let to = |name: &str| format!("{name}@example.com");
    assert_eq!(
        store.queued_kinds(),
        [
            (MailKind::ResetPassword, to("grace")),
            (MailKind::EmailChanged, to("ada")),
            (MailKind::VerifyEmail, to("augusta")),
        ]
    );
}

async fn another_status_voids_all_that_was_mailed(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    store.create(new_account("root")).await.unwrap();
    let tokens = [mailed("ada", RESET, 1, NOW), mailed("ada", VERIFY, 2, NOW)];
    store.commit(&tokens.each_ref().map(mail)).await.unwrap();
    let (from, to) = (AccountStatus::Active, AccountStatus::Suspended);
    assert!(store.makes(Change::SetStatus { user, from, to, at: NOW }).await);
    assert!(tokens.iter().all(|token| !store.is_good(token)));
    assert_eq!(store.queued(), []);
    assert!(!store.makes(mail(&mailed("ada", RESET, 3, NOW))).await, "nobody may use the account");
}

async fn only_the_address_that_the_account_has_is_verified(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let verify = |name: &str| Change::VerifyEmail { user, email: email(name).as_str().to_owned(), at: NOW };
    let is_verified = || store.account(user).unwrap().unwrap().email_verified;
    assert!(!store.makes(verify("grace")).await);
    assert!(!is_verified());
    assert!(store.makes(verify("ada")).await);
    assert!(is_verified());
    assert!(store.makes(verify("ada")).await, "once more is no fault");
    assert!(store.makes(moved(user, "augusta")).await);
    assert!(!is_verified());
}

async fn a_factor_is_removed_only_if_it_was_turned_on_before_the_address_was_verified(store: Store) {
    let secret = || SealedSecret::stored("v1.…".to_owned());
    let user = store.create(new_account("ada")).await.unwrap();
    let verify = Change::VerifyEmail { user, email: "ada@example.com".to_owned(), at: NOW };
    let turn_on = [
        Change::ProposeFactor { user, secret: secret(), at: NOW },
        Change::EnableFactor { user, secret: secret(), step: TotpStep::at(NOW), at: NOW },
        Change::ReplaceRecoveryCodes { user, digests: Vec::new() },
    ];
    let remove = Change::RemoveUnverifiedFactor { user, at: NOW };
    let is_on = || {
        let (factor, account) = (store.factor(user).unwrap(), store.account(user).unwrap().unwrap());
        assert_eq!(factor.is_some(), account.mfa_enabled);
        account.mfa_enabled
    };
    store.commit(&turn_on).await.unwrap();
    // Verified in the same second, but afterwards.
    assert!(store.makes(verify.clone()).await);
    assert!(is_on());
    assert!(store.makes(remove.clone()).await);
    assert!(!is_on());
    store.commit(&turn_on).await.unwrap();
    // Whoever could change the address had the password and the factor was the owner's.
    assert!(store.makes(moved(user, "augusta")).await);
    assert!(store.makes(remove).await);
    assert!(is_on());
}

async fn a_notice_goes_to_the_address_of_that_moment(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let client = Client { ip: Some("192.0.2.1".to_owned()), user_agent: Some("Test/1".to_owned()) };
    let changes = [
        notify(user, Notice::EmailChanged, NOW),
        moved(user, "augusta"),
        notify(user, Notice::NewDevice(client.clone()), NOW),
    ];
    assert_eq!(store.commit(&changes).await.unwrap(), DONE);
    let [old, new] = &store.queued()[..] else { panic!() };
    assert_eq!((old.to.as_str(), old.kind), ("ada@example.com", MailKind::EmailChanged));
    assert_eq!((new.to.as_str(), new.kind), ("augusta@example.com", MailKind::NewDevice));
    assert_eq!((&old.client, &new.client), (&Client::default(), &client));
    assert_eq!((&new.token, new.expires_at), (&None, NOW.plus_secs(NOTICE_TTL_SECS)));
}

async fn of_one_kind_of_notice_only_so_many_are_queued(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let new_device = |at| notify(user, Notice::NewDevice(Client::default()), at);
    for _ in 0..=NOTICES_LIMIT {
        assert!(store.makes(new_device(NOW)).await, "what it tells of is not kept from happening");
    }
    let limit = usize::try_from(NOTICES_LIMIT).unwrap();
    assert_eq!(store.queued().len(), limit);
    assert!(store.makes(notify(user, Notice::PasswordChanged, NOW)).await);
    assert_eq!(store.queued().len(), limit + 1);
    assert!(store.makes(new_device(NOW.plus_secs(MAIL_WINDOW_SECS))).await);
    assert_eq!(store.queued().len(), limit + 2);
}

async fn of_two_who_would_send_a_mail_one_does(store: Store) {
    store.create(new_account("ada")).await.unwrap();
    assert!(store.makes(mail(&mailed("ada", RESET, 1, NOW))).await);
    let until = NOW.plus_secs(300);
    let claim = |attempts| Change::ClaimMail { id: 1, attempts, until };
    assert!(store.makes(claim(0)).await);
    assert!(!store.makes(claim(0)).await);
    assert_eq!(store.due_mails(until.plus_secs(-1), 10).unwrap(), []);
    let due = store.due_mails(until, 10).unwrap();
    assert_eq!((due.len(), due[0].attempts), (1, 1));
    // The second attempt has begun, so what the first one comes to says nothing of when the next is due.
    assert!(store.makes(claim(1)).await);
    assert!(store.makes(Change::RetryMail { id: 1, attempts: 1, due_at: NOW }).await);
    assert_eq!(store.due_mails(NOW, 10).unwrap(), []);
    assert!(store.makes(Change::RetryMail { id: 1, attempts: 2, due_at: NOW }).await);
    assert_eq!(store.due_mails(NOW, 10).unwrap().len(), 1);
}

async fn a_mail_that_is_done_with_holds_no_token(store: Store) {
    store.create(new_account("ada")).await.unwrap();
    for number in 1..=2 {
        assert!(store.makes(mail(&mailed("ada", RESET, number, NOW))).await);
    }
    let at = NOW.plus_secs(5);
    assert!(store.makes(Change::FinishMail { id: 1, at }).await);
    assert!(store.makes(Change::GiveUpMail { id: 2, at }).await);
    assert!(!store.makes(Change::GiveUpMail { id: 1, at }).await, "it was sent");
    let ends: Vec<_> =
        store.queued().into_iter().map(|mail| (mail.token, mail.sent_at, mail.given_up_at)).collect();
    assert_eq!(ends, [(None, Some(at), None), (None, None, Some(at))]);
    assert_eq!(store.mails(0, true, 10).unwrap(), []);
    assert_eq!(store.due_mails(NOW.plus_secs(1_000_000), 10).unwrap(), []);
}

async fn old_mails_are_forgotten(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    assert!(store.makes(notify(user, Notice::PasswordChanged, NOW)).await);
    for (secs, left) in [(QUEUE_MEMORY_SECS - 1, 2), (QUEUE_MEMORY_SECS, 2)] {
        assert!(store.makes(notify(user, Notice::PasswordChanged, NOW.plus_secs(secs))).await);
        assert_eq!(store.queued().len(), left);
    }
}
