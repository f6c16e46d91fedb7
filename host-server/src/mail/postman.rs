//! Takes mails out of the queue, one process beside another.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::change::Change;
use countersign_core::mail::{self, ATTEMPT_SECS, Attempt, QueuedMail};
use countersign_core::token::MailKey;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::letterhead::Letterhead;
use super::smtp::{Sent, Smtp};
use super::{WriteError, write};
use crate::app::now;
use crate::entropy::random;
use crate::keys::Rotating;
use crate::store::{Committed, Store, StoreError};

/// How often the queue is looked at where nothing says that there is something in it: mails of other processes, and those
/// whose next attempt is due.
const ROUND: Duration = Duration::from_secs(2);

/// Mails that are sent at once. A mail server takes some connections from one client, and few take many.
const AT_ONCE: u32 = 4;

/// Milliseconds at most, and as many at least again, between a mail's being queued and its being looked for. So the work of
/// sending it does not fall on the next request, whose time would tell whether there was a mail.
const PAUSE_MS: u64 = 250;

/// Whoever sends the mails of a store.
#[derive(Debug)]
pub struct Postman {
    /// Where the queue is.
    pub store: Store,
    /// Open their tokens.
    pub keys: Rotating<MailKey>,
    /// What all of them have in common.
    pub letterhead: Letterhead,
    /// The mail server.
    pub smtp: Smtp,
}

impl Postman {
    /// Sends what is due, until `stopping` says that no other attempt is to begin.
    pub async fn run(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        while !*stopping.borrow() {
            if let Err(error) = self.rounds(&stopping).await {
                tracing::error!(%error, "the queue of mails cannot be read");
            }
            tokio::select! {
                () = self.store.mail_queued() => sleep(pause()).await,
                () = sleep(ROUND) => {}
                _ = stopping.changed() => {}
            }
        }
    }

    /// Sends until nothing is due any more.
    async fn rounds(self: &Arc<Self>, stopping: &watch::Receiver<bool>) -> Result<(), StoreError> {
        loop {
            if *stopping.borrow() {
                return Ok(());
            }
            let due = self.store.due_mails(now(), AT_ONCE)?;
            if due.is_empty() {
                return Ok(());
            }
            let mut attempts = JoinSet::new();
            for mail in due {
                let postman = Arc::clone(self);
                attempts.spawn(async move { postman.attempt(mail).await });
            }
            while let Some(attempt) = attempts.join_next().await {
                match attempt {
                    Ok(attempt) => attempt?,
                    Err(error) => tracing::error!(%error, "an attempt to send a mail broke off"),
                }
            }
        }
    }

    async fn attempt(&self, mail: QueuedMail) -> Result<(), StoreError> {
        let claim = mail::claim(&mail, now());
        if self.store.commit(std::slice::from_ref(&claim)).await? == Committed::Conflict {
            // Another process was quicker.
            return Ok(());
        }
        let Change::ClaimMail { .. } = claim else {
            tracing::error!(
                mail = mail.id,
                kind = mail.kind.as_str(),
                attempts = mail.attempts,
                "mail given up: too old"
            );
            return Ok(());
        };
        let mail = QueuedMail { attempts: mail.attempts + 1, ..mail };
        let (attempt, reason) = match write(&self.letterhead, &self.keys, &mail, now()) {
            Ok(message) => {
                let sent = timeout(Duration::from_secs(ATTEMPT_SECS), self.smtp.send(message)).await;
                match sent {
                    Ok(Sent { attempt, reason }) => (attempt, reason.map(|reason| reason.to_string())),
                    Err(_) => (Attempt::Deferred, Some("the mail server takes too long".to_owned())),
                }
            }
            Err(error) => (unwritten(&error), Some(error.to_string())),
        };
        // Where there is no randomness all wait alike.
        let jitter = random().map_or(0, u32::from_le_bytes);
        let next = mail::after(&mail, attempt, jitter, now());
        self.store.commit(std::slice::from_ref(&next)).await?;
        tell(&mail, &next, reason.as_deref());
        Ok(())
    }
}

/// What comes of a mail that cannot be written: the right key may come back.
fn unwritten(error: &WriteError) -> Attempt {
    match error {
        WriteError::Sealed(_) => Attempt::Deferred,
        WriteError::Address(_) | WriteError::Incomplete(_) => Attempt::Refused,
    }
}

/// Tells the log what became of a mail, by its number and kind alone.
fn tell(mail: &QueuedMail, next: &Change, reason: Option<&str>) {
    let (id, kind, attempts) = (mail.id, mail.kind.as_str(), mail.attempts);
    match next {
        Change::FinishMail { .. } => tracing::info!(mail = id, kind, attempts, "mail sent"),
        Change::RetryMail { due_at, .. } => {
            let in_secs = due_at.secs_since(now());
            tracing::warn!(mail = id, kind, attempts, reason, in_secs, "mail not sent, will be tried again");
        }
        _ => tracing::error!(mail = id, kind, attempts, reason, "mail given up"),
    }
}

/// Some time, by chance.
fn pause() -> Duration {
    let drawn = random().map_or(0, u64::from_le_bytes);
    Duration::from_millis(PAUSE_MS + drawn % PAUSE_MS)
}
