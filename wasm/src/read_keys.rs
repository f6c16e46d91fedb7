//! Keys that were read before: hashing a secret's blocks, or finding the point of a curve, costs as much as a token.
//!
//! They are known by what they say and not by the object that said it, so that an object that changes is another key. What
//! is kept is a digest of that, and the keys as they are read, which is not their text.

use std::cell::RefCell;
use std::rc::Rc;

use countersign_core::secret::TokenDigest;
use countersign_core::token::KeySet;

/// Sets that are kept: an application has one or two, and looking through more would cost what it saves.
const KEPT: usize = 8;

thread_local! {
    static READ: RefCell<Vec<(TokenDigest, bool, Rc<KeySet>)>> = const { RefCell::new(Vec::new()) };
}

/// The keys of this text or secret, read only where they are not among those that are kept.
pub(crate) fn of<E>(
    text: &[u8],
    is_secret: bool,
    read: impl FnOnce() -> Result<KeySet, E>,
) -> Result<Rc<KeySet>, E> {
    let digest = TokenDigest::of(text);
    let found = READ.with_borrow_mut(|kept| {
        let place = kept.iter().position(|(known, secret, _)| (*known, *secret) == (digest, is_secret))?;
        // The one that was asked for last stands first, and the one that was not asked for longest goes.
        kept[..=place].rotate_right(1);
        kept.first().map(|(_, _, keys)| Rc::clone(keys))
    });
    if let Some(keys) = found {
        return Ok(keys);
    }
    let keys = Rc::new(read()?);
    READ.with_borrow_mut(|kept| {
        kept.truncate(KEPT - 1);
        kept.insert(0, (digest, is_secret, Rc::clone(&keys)));
    });
    Ok(keys)
}
