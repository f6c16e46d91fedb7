//! What every database must do after a backup was put in its place.

use countersign_core::account::AccountStatus;
use countersign_core::audit::{Origin, Record};
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{ApplicationId, UserId};
use countersign_core::login::MfaLogin;
use countersign_core::mail::{MailKind, NOTICE_TTL_SECS, NOTICES_LIMIT, QueuedMail};
use countersign_core::mfa::{RecoveryCode, RecoveryDigest, RecoveryKey, SealedSecret, TotpStep};
use countersign_core::restore::{AfterRestore, RecoveryCodes, after_restore};
use countersign_core::secret::{Secret, TokenDigest};
use countersign_core::time::Timestamp;
use countersign_core::token::{ActionEntropy, ActionPurpose, LIFETIME_MAX_SECS, MailKey};

use super::super::{Committed, DatabaseLocation, Store, Voided};
use super::{NOW, new_account, open_session, password_hash, remember_device, session, temporary_file};

contract! {
    all_that_could_have_been_used_up_is_void,
    recovery_codes_are_kept_where_that_is_said,
    a_step_that_was_used_ahead_stays_used,
    who_has_no_factor_or_was_deleted_is_not_written_to,
    of_its_mails_only_so_many_are_queued,
    tokens_are_outdated_as_of_the_newest_restore_and_not_for_ever,
    the_audit_tells_of_it,
}

/// Later than whatever is in the database.
const LATER: Timestamp = NOW.plus_secs(100);

fn secret() -> SealedSecret {
    SealedSecret::stored("v1.a".to_owned())
}

fn digest(user: UserId) -> RecoveryDigest {
    RecoveryKey::new(&[7; 32]).digest(user, &RecoveryCode::from_entropy([1; 10]))
}

impl Store {
    async fn made(&self, changes: &[Change]) {
        assert!(matches!(self.commit(changes).await.unwrap(), Committed::Applied { .. }), "{changes:?}");
    }

    async fn voided(&self, recovery_codes: RecoveryCodes, at: Timestamp) -> Voided {
        let decision = after_restore(recovery_codes, at);
        self.void_and_record(&decision.changes, Vec::new()).await.unwrap().unwrap()
    }

    /// A user with a factor that is on and one recovery code.
    async fn guarded(&self, name: &str) -> UserId {
        let user = self.create(new_account(name)).await.unwrap();
        let step = TotpStep::at(NOW);
        self.made(&[
            Change::ProposeFactor { user, secret: secret(), at: NOW },
            Change::EnableFactor { user, secret: secret(), step, at: NOW },
            Change::ReplaceRecoveryCodes { user, digests: vec![digest(user)] },
        ])
        .await;
        user
    }

    fn last_step(&self, user: UserId) -> Option<TotpStep> {
        self.factor(user).unwrap().unwrap().last_step
    }

    fn notices(&self) -> Vec<QueuedMail> {
        let mails = self.mails(0, false, 100).unwrap();
        mails.into_iter().filter(|mail| mail.kind == MailKind::RecoveryCodesVoided).collect()
    }
}

async fn all_that_could_have_been_used_up_is_void(store: Store) {
    let grace = store.create(new_account("grace")).await.unwrap();
    let ada = store.guarded("ada").await;
    let token = |purpose, number| {
        let entropy = ActionEntropy { token: Secret::new([number; 32]), nonce: [number; 24] };
        let to = new_account("grace").email;
        MailKey::new(&[7; 32]).mail(purpose, to, &entropy, NOW).unwrap()
    };
    let tokens = [token(ActionPurpose::ResetPassword, 1), token(ActionPurpose::VerifyEmail, 2)];
    let waiting = MfaLogin {
        digest: TokenDigest::of(b"waits"),
        user: ada,
        application: ApplicationId::default_application(),
        device: None,
        checked_hash: password_hash(0).into(),
        expires_at: NOW.plus_secs(300),
        wrong_codes: 0,
    };
    store
        .made(&[
            open_session(session(grace, 1)),
            open_session(session(grace, 2)),
            remember_device(grace, 1),
            Change::MailToken(Box::new(tokens[0].clone())),
            Change::MailToken(Box::new(tokens[1].clone())),
            // The token of a mail that was sent is good, but there is no mail to give up.
            Change::FinishMail { id: 1, at: NOW },
            Change::OpenMfaLogin { login: Box::new(waiting), at: NOW },
        ])
        .await;

    let voided = store.voided(RecoveryCodes::Void, LATER).await;
    let expected = Voided {
        sessions: 2,
        mfa_logins: 1,
        devices: 1,
        action_tokens: 2,
        mails: 1,
        factors: 1,
        recovery_codes: 1,
        notices: 1,
    };
    assert_eq!(voided, expected);
    for number in [1, 2] {
        assert!(store.session_with_account(session(grace, number).id).unwrap().is_none());
    }
    assert_eq!(store.ended_sessions(NOW, 9).unwrap().len(), 2, "those that are known are told one by one");
    assert_eq!(store.count("SELECT count(*) FROM devices"), 0);
    assert!(store.had_device(grace).unwrap(), "so that its next log-in is told to its owner");
    for token in &tokens {
        assert_eq!(store.action_token(token.digest).unwrap(), None);
    }
    assert_eq!(store.mfa_login(TokenDigest::of(b"waits")).unwrap(), None);
    assert_eq!(store.last_step(ada), Some(TotpStep::newest_taken_at(LATER)));
    assert!(!store.recovery_code_known(ada, &digest(ada)).unwrap());

    let mails = store.mails(0, false, 9).unwrap();
    let (sent, given_up, notice) = (&mails[0], &mails[1], &mails[2]);
    assert_eq!((sent.sent_at, sent.given_up_at), (Some(NOW), None));
    assert_eq!((given_up.given_up_at, &given_up.token), (Some(LATER), &None));
    assert_eq!((notice.kind, notice.to.as_str()), (MailKind::RecoveryCodesVoided, "ada@example.com"));
    assert_eq!((notice.due_at, notice.expires_at), (LATER, LATER.plus_secs(NOTICE_TTL_SECS)));
    assert_eq!(notice.token, None);

    // Who they are and what they know is as it was.
    let account = store.account(ada).unwrap().unwrap();
    assert!(account.mfa_enabled && account.password_hash == password_hash(0));
    // Nothing is left to void but what is counted once more.
    let again = Voided { factors: 1, notices: 1, ..Voided::default() };
    assert_eq!(store.voided(RecoveryCodes::Void, LATER).await, again);
}

async fn recovery_codes_are_kept_where_that_is_said(store: Store) {
    let ada = store.guarded("ada").await;
    let voided = store.voided(RecoveryCodes::Keep, LATER).await;
    assert_eq!(voided, Voided { factors: 1, ..Voided::default() });
    assert!(store.recovery_code_known(ada, &digest(ada)).unwrap());
    assert_eq!(store.notices(), []);
    assert_eq!(store.last_step(ada), Some(TotpStep::newest_taken_at(LATER)));
}

async fn a_step_that_was_used_ahead_stays_used(store: Store) {
    let ada = store.guarded("ada").await;
    let ahead = TotpStep::new(TotpStep::newest_taken_at(LATER).number() + 1);
    store.made(&[Change::UseStep { user: ada, secret: secret(), step: ahead }]).await;
    store.voided(RecoveryCodes::Keep, LATER).await;
    assert_eq!(store.last_step(ada), Some(ahead));
    // One that waits to be turned on was never asked for.
    let grace = store.create(new_account("grace")).await.unwrap();
    store.made(&[Change::ProposeFactor { user: grace, secret: secret(), at: NOW }]).await;
    assert_eq!(store.voided(RecoveryCodes::Keep, LATER).await.factors, 1);
    assert_eq!(store.last_step(grace), None);
}

async fn who_has_no_factor_or_was_deleted_is_not_written_to(store: Store) {
    store.create(new_account("grace")).await.unwrap();
    let [suspended, deleted] = [store.guarded("ada").await, store.guarded("eve").await];
    let status = |user, to| Change::SetStatus { user, from: AccountStatus::Active, to, at: NOW };
    store.made(&[status(suspended, AccountStatus::Suspended), status(deleted, AccountStatus::Deleted)]).await;
    let voided = store.voided(RecoveryCodes::Void, LATER).await;
    assert_eq!((voided.recovery_codes, voided.notices), (2, 1));
    assert_eq!(store.notices()[0].to, "ada@example.com");
}

async fn of_its_mails_only_so_many_are_queued(store: Store) {
    store.guarded("ada").await;
    for _ in 0..=NOTICES_LIMIT {
        store.voided(RecoveryCodes::Void, LATER).await;
    }
    assert_eq!(store.notices().len(), NOTICES_LIMIT as usize);
}

async fn tokens_are_outdated_as_of_the_newest_restore_and_not_for_ever(store: Store) {
    assert_eq!(store.outdated_everything(NOW).unwrap(), None);
    store.voided(RecoveryCodes::Keep, LATER).await;
    // A clock that was set back makes no token good again.
    store.voided(RecoveryCodes::Keep, NOW).await;
    assert_eq!(store.outdated_everything(LATER).unwrap(), Some(LATER));
    let last = LATER.plus_secs(LIFETIME_MAX_SECS);
    assert_eq!(store.outdated_everything(last.plus_secs(-1)).unwrap(), Some(LATER));
    assert_eq!(store.outdated_everything(last).unwrap(), None);
}

async fn the_audit_tells_of_it(store: Store) {
    let record = Record::of(&Event::DatabaseRestored, &Origin::default(), LATER).unwrap();
    let used_step = TotpStep::newest_taken_at(LATER);
    let after = AfterRestore { at: LATER, used_step, recovery_codes: RecoveryCodes::Void };
    let changes = [Change::AfterRestore(after)];
    assert!(store.void_and_record(&changes, vec![record.clone()]).await.unwrap().is_some());
    assert_eq!(store.audit_after(0, 9).unwrap()[0].record, record);
}
