//! The log: text for people or JSON for machines, on standard error.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::str::FromStr;
use std::time::Duration;

use tracing::subscriber::{SetGlobalDefaultError, set_global_default};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

/// Lines that wait to be written at most, about 5 MB. Past it lines are dropped and counted, for a server
/// that waits for whoever reads its log stops when they do.
const LINES_WAITING_MAX: usize = 16_384;

/// How long lines gather before the next of them are written. A thread that slept for each line would have to
/// be woken for each, which costs a request more than all the rest of its logging; nobody sees 10 ms.
const GATHERING: Duration = Duration::from_millis(10);

/// Bytes that are written in one piece at most, some 400 lines.
const GATHERED_BYTES: usize = 64 * 1024;

/// What of the log is written: a level, or levels of parts of the program.
#[derive(Debug, Clone, PartialEq)]
pub struct LogFilter(Targets);

impl LogFilter {
    /// Reads `info`, `countersign_server=debug` or several of these with commas between them. A part that
    /// is not named has the level that stands alone, or none.
    ///
    /// ```
    /// use countersign_server::telemetry::LogFilter;
    ///
    /// assert!(LogFilter::parse("warn,countersign::event=info").is_ok());
    /// assert!(LogFilter::parse("inof").is_err());
    /// ```
    ///
    /// # Errors
    /// A sentence that says what is wrong with it. A word that is no level is refused rather than taken for
    /// a part of the program, since a misspelt level would otherwise silence everything.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut targets = Targets::new();
        for directive in text.split(',').map(str::trim) {
            let (target, level) = match directive.split_once('=') {
                Some((target, level)) => (Some(target), level),
                None => (None, directive),
            };
            let level = level_of(level).ok_or_else(|| {
                format!("{level:?} is no level; take off, error, warn, info, debug or trace.")
            })?;
            targets = match target {
                Some(target) if is_target(target) => targets.with_target(target, level),
                Some(target) => {
                    return Err(format!("{target:?} is no part of a program; write target=level."));
                }
                None => targets.with_default(level),
            };
        }
        Ok(Self(targets))
    }
}

impl Default for LogFilter {
    fn default() -> Self {
        Self(Targets::new().with_default(LevelFilter::INFO))
    }
}

fn level_of(word: &str) -> Option<LevelFilter> {
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !word.is_empty();
    is_word.then(|| LevelFilter::from_str(word).ok()).flatten()
}

fn is_target(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-:.".contains(&byte))
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object for each line.
    Json,
}

impl LogFormat {
    /// Reads `text` or `json`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(format!("{text:?} is neither text nor json.")),
        }
    }
}

/// How the log is written.
#[derive(Debug, Clone, PartialEq)]
pub struct LogSettings {
    /// What is written.
    pub filter: LogFilter,
    /// In which form.
    pub format: LogFormat,
}

/// The running log. What waits is written when this is dropped.
#[derive(Debug)]
pub struct Telemetry {
    dropped: ErrorCounter,
    _writer: WorkerGuard,
}

/// Starts the log of this process. Lines are handed to a thread of their own, so that no request waits for
/// the terminal or the pipe behind it.
///
/// What libraries say by the `log` crate is not taken in: the one that speaks so says at every start that
/// there was nothing to migrate.
///
/// # Errors
/// Where the process has a log already.
pub fn start(settings: &LogSettings) -> Result<Telemetry, SetGlobalDefaultError> {
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(LINES_WAITING_MAX)
        .thread_name("log")
        .finish(Gathering(BufWriter::with_capacity(GATHERED_BYTES, io::stderr())));
    let dropped = writer.error_counter();
    let lines = fmt::layer().with_writer(writer);
    let log = registry().with(settings.filter.0.clone());
    match settings.format {
        LogFormat::Text => {
            // https://no-color.org
            let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            set_global_default(log.with(lines.with_ansi(io::stderr().is_terminal() && !plain)))?;
        }
        LogFormat::Json => set_global_default(log.with(lines.json().flatten_event(true)))?,
    }
    std::panic::set_hook(Box::new(log_panic));
    Ok(Telemetry { dropped, _writer: guard })
}

/// Writes in large pieces. The log's thread flushes once nothing more waits, and then lets lines gather.
struct Gathering<W: Write>(BufWriter<W>);

impl<W: Write> Write for Gathering<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.0.flush();
        std::thread::sleep(GATHERING);
        flushed
    }
}

/// A panic is told like everything else, so that a log of JSON stays one.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(ToString::to_string);
    let thread = std::thread::current();
    tracing::error!(message, place, thread = thread.name(), "panicked");
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        let dropped = self.dropped.dropped_lines();
        if dropped > 0 {
            // Past the queue, which may be full still. Where this fails as well there is nobody to tell.
            let _ =
                writeln!(io::stderr(), "{dropped} lines of the log were dropped: nobody read them in time.");
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_filter_is_a_level_or_levels_of_parts() {
        let would_log = |filter: &str, target: &str, level: Level| {
            LogFilter::parse(filter).unwrap().0.would_enable(target, &level)
        };
        assert!(would_log("info", "hyper", Level::INFO));
        assert!(!would_log("info", "hyper", Level::DEBUG));
        assert!(would_log("INFO", "hyper", Level::INFO));
        assert!(would_log("warn, countersign_server=debug", "countersign_server::http", Level::DEBUG));
        assert!(!would_log("warn,countersign_server=debug", "hyper", Level::INFO));
        assert!(!would_log("countersign_server=debug", "hyper", Level::ERROR));
        assert!(!would_log("off", "countersign_server", Level::ERROR));
        assert_eq!(LogFilter::parse("info").unwrap(), LogFilter::default());
    }

    #[test]
    fn a_wrong_filter_is_refused() {
        for text in ["inof", "info,", ",", "countersign_server", "a=b", "=info", "a=", "a b=info", "3", "a=3"]
        {
            assert!(LogFilter::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_format_is_one_of_two() {
        assert_eq!(LogFormat::parse("json"), Ok(LogFormat::Json));
        assert_eq!(LogFormat::parse("text"), Ok(LogFormat::Text));
        assert!(LogFormat::parse("JSON").is_err());
    }
}
