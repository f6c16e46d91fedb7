//! What the operations have in common.

mod indistinct;
