//! The signals that end the server: SIGTERM from a supervisor, SIGINT from Ctrl-C.

use std::io;
use std::time::{Duration, Instant};

/// A second signal so soon after the first is its echo: Ctrl-C reaches every program of a terminal, and the
/// shell, `make` or `timeout` that started this one often passes its own on. Nobody asks twice so quickly.
const ECHO: Duration = Duration::from_millis(500);

/// The signals of this process, from the moment this is made.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

/// A signal that asks the process to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    #[cfg(unix)]
    Terminate,
}

impl Signal {
    /// The code that shells know a program by which such a signal has ended: 128 and the signal's number.
    pub(super) fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => 128 + 2,
            #[cfg(unix)]
            Signal::Terminate => 128 + 15,
        }
    }
}

impl Signals {
    /// The first signal that comes when `first` is no longer fresh enough for it to be an echo.
    pub(super) async fn next_since(&mut self, first: Instant) -> Signal {
        loop {
            let signal = self.next().await;
            if first.elapsed() >= ECHO {
                return signal;
            }
        }
    }

    /// Takes the signals over from the system, which would end the process at once.
    ///
    /// # Errors
    /// Where the system does not let them go.
    #[cfg(unix)]
    pub(super) fn take_over() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The next one to come.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.interrupt.recv() => Signal::Interrupt,
        }
    }

    /// Takes Ctrl-C over with the first call of [`next`](Self::next).
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub(super) fn take_over() -> io::Result<Self> {
        Ok(Self {})
    }

    /// The next one to come.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> Signal {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}
