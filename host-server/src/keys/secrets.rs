//! The root secret, and the one before it.

use countersign_core::token::RootSecret;

/// What every key is made of.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Everything is made with it.
    pub root: RootSecret,
    /// What was made with it before is still taken; `None` where there was none.
    pub previous: Option<RootSecret>,
}

impl Secrets {
    /// Both, the present one first.
    pub fn all(&self) -> impl Iterator<Item = &RootSecret> {
        std::iter::once(&self.root).chain(&self.previous)
    }

    /// A key derived of each.
    pub fn derive<K>(&self, derive: impl Fn(&RootSecret) -> K) -> Rotating<K> {
        Rotating { current: derive(&self.root), previous: self.previous.as_ref().map(derive) }
    }
}

/// A key, and the one whose work is still taken.
#[derive(Debug, Clone)]
pub struct Rotating<K> {
    /// What is made is made with it.
    pub current: K,
    /// `None` where there was none before.
    pub previous: Option<K>,
}

impl<K> Rotating<K> {
    /// What the present key, or else the previous one, makes of something; `None` where neither does.
    ///
    /// ```
    /// use countersign_server::keys::Rotating;
    ///
    /// let keys = Rotating { current: "new", previous: Some("old") };
    /// assert_eq!(keys.find_map(|key| (*key == "old").then_some(1)), Some(1));
    /// ```
    pub fn find_map<T>(&self, mut read: impl FnMut(&K) -> Option<T>) -> Option<T> {
        read(&self.current).or_else(|| self.previous.as_ref().and_then(read))
    }
}
