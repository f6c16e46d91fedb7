//! What every decision gives back.

use crate::change::Change;
use crate::event::Event;
use crate::rejection::Rejection;

/// The outcome of a decision, what must become true in the store with it, and what happened.
///
/// A refusal can have changes too (a wrong password is counted), so they stand beside the outcome and
/// not inside it. The host tells the outcome only after the changes are stored; where a change's guard no
/// longer holds it loads again and decides again.
#[must_use = "a decision does nothing until its changes are committed"]
#[derive(Debug)]
pub struct Decision<T> {
    /// What was granted, or why it was refused.
    pub outcome: Result<T, Rejection>,
    /// All of these become true together, or none.
    pub changes: Vec<Change>,
    /// What the log and the audit are told, once the changes are stored.
    pub events: Vec<Event>,
}

impl<T> Decision<T> {
    /// A grant that changes nothing and is not worth telling.
    pub fn grant(value: T) -> Self {
        Self { outcome: Ok(value), changes: Vec::new(), events: Vec::new() }
    }

    /// A refusal that changes nothing.
    pub fn refuse(rejection: Rejection) -> Self {
        Self { outcome: Err(rejection), changes: Vec::new(), events: Vec::new() }
    }

    /// The same decision, with this change as well.
    pub fn with_change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// The same decision, with these changes as well.
    pub fn with_changes(mut self, changes: impl IntoIterator<Item = Change>) -> Self {
        self.changes.extend(changes);
        self
    }

    /// The same decision, with this event as well.
    pub fn with_event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Goes on to the next decision where this one grants; what either changes and tells belongs together.
    pub fn and_then<U>(mut self, next: impl FnOnce(T) -> Decision<U>) -> Decision<U> {
        match self.outcome {
            Err(rejection) => {
                Decision { outcome: Err(rejection), changes: self.changes, events: self.events }
            }
            Ok(value) => {
                let Decision { outcome, changes, events } = next(value);
                self.changes.extend(changes);
                self.events.extend(events);
                Decision { outcome, changes: self.changes, events: self.events }
            }
        }
    }
}
