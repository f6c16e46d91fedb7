//! Which thread runs first when there is more to do than there are cores.

/// Lets this thread step back behind the threads that answer requests: a log-in takes a little longer, and
/// everything else stays quick while many log in.
///
/// On Linux, where a nice value belongs to a thread, it is set to 19, the most there is: next to a thread of
/// nice 0 such a thread gets a seventieth of a core, and all of it where nobody else wants it. Elsewhere it
/// would slow the whole process down, so nothing is done.
pub(super) fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::debug!(%error, "a hashing thread runs at the priority of all others");
    }
}
