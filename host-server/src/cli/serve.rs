//! `countersign serve`: from the settings to a running server, and to its end.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_core::token::Algorithm;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::arguments::ServeArguments;
use super::shutdown::Signals;
use super::{REFUSED, WRONG_SETTING, banner, chain, print_line, refuse, refuse_settings};
use crate::app::{self, App, Pages, Tokens};
use crate::breached::BreachedPasswords;
use crate::config::{self, Config, Sources, WrongSetting};
use crate::demo::Demo;
use crate::hashing::{HashingPool, QUEUE_PER_THREAD};
use crate::keys::{self, KeysError, Secrets, Wanted};
use crate::listener::Limits;
use crate::mail::Smtp;
use crate::mail::postman::Postman;
use crate::revocations::Revocations;
use crate::store::Store;
use crate::sweep::sweep_on;
use crate::telemetry::{self, LogFormat};
use crate::{audit, http, listener, ops};

/// How long the end waits for mails that are on their way to the mail server, which most take in less than a second.
const MAILS_PATIENCE: Duration = Duration::from_secs(5);

/// Serves until a signal comes.
pub(super) fn run(arguments: ServeArguments) -> ExitCode {
    let config = match Config::read(&Sources::of_process(arguments.into_settings())) {
        Ok(config) => config,
        Err(wrong) => return refuse_settings(&wrong),
    };
    let log = telemetry::start(&config.log);
    let _log = match log {
        Ok(log) => log,
        Err(error) => return refuse(REFUSED, &[format!("The log cannot be started: {error}.")]),
    };
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(REFUSED, &[format!("The server's threads cannot be started: {error}.")]),
    };
    let ended = runtime.block_on(serve(config));
    // Whatever a second signal has left undone is not waited for.
    runtime.shutdown_background();
    match ended {
        Ok(code) => code,
        Err(StartError::Setting(wrong)) => refuse(WRONG_SETTING, &[wrong]),
        Err(StartError::Failure(sentence)) => refuse(REFUSED, &[sentence]),
    }
}

/// Why the server did not start.
enum StartError {
    /// Something that a setting names is not as it must be.
    Setting(WrongSetting),
    /// The system, or a fault of ours.
    Failure(String),
}

impl StartError {
    fn setting(variable: &str, sentence: impl Into<String>) -> Self {
        StartError::Setting(WrongSetting::new(variable, sentence))
    }
}

impl From<KeysError> for StartError {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::WrongRoot => StartError::setting("SECRET_KEY", format!("{error}.")),
            error => StartError::Failure(format!("There are no keys to sign with: {}.", chain(&error))),
        }
    }
}

async fn serve(config: Config) -> Result<ExitCode, StartError> {
    let mut signals = Signals::take_over()
        .map_err(|error| StartError::Failure(format!("The signals cannot be taken over: {error}.")))?;
    // First of all, so that a start beside a server that runs already touches nothing of it.
    let listener = bind(&config).await?;
    let address = listener.local_addr().map_err(|error| cannot_listen(&config, &error))?;
    let store = Store::open(&config.database)
        .map_err(|error| StartError::setting("DATABASE_URL", format!("{}.", chain(&error))))?;
    let secrets = secrets(&config, &store)?;
    let app = Arc::new(assemble(&config, &secrets, store.clone()).await?);
    let algorithm = app.tokens.signing.current().map_err(KeysError::from)?.signing.algorithm();
    tokio::spawn(sweep_on(Arc::clone(&app)));
    let (stop_mails, mails_stopping) = watch::channel(false);
    let postman = postman(&config, &app)?.map(|postman| tokio::spawn(Arc::new(postman).run(mails_stopping)));
    let limits = Limits::default();
    let door = http::service(Arc::clone(&app), &limits)
        .map_err(|error| StartError::Failure(format!("The table of routes is wrong: {}.", chain(&error))))?;
    // Beside all else: bcrypt may take seconds.
    tokio::spawn({
        let app = Arc::clone(&app);
        async move { ops::pace::learn(&app).await }
    });
    tell(address, &config, algorithm);

    let seals = secrets.root.audit_key();
    let sealing = tokio::spawn(audit::keep_sealed(store.clone(), seals.clone()));
    let (stop, stopping) = oneshot::channel::<()>();
    let serving = async {
        let asked_to_stop = async {
            // Dropping the other end is the message.
            let _ = stopping.await;
        };
        let cut_off = listener::serve(listener, door, asked_to_stop, limits).await;
        if let Some(mut postman) = postman {
            // Where nobody listens any more, it has ended already.
            let _ = stop_mails.send(true);
            // A mail that is cut off is claimed for some minutes, and sent after them by whoever serves then.
            if timeout(MAILS_PATIENCE, &mut postman).await.is_err() {
                postman.abort();
            }
        }
        sealing.abort();
        if let Err(error) = audit::seal(&store, &seals).await {
            tracing::error!(%error, "the audit was not sealed");
        }
        // Writes what is waiting and blocks meanwhile, so it runs where that does not keep a signal waiting.
        let closed = tokio::task::spawn_blocking(move || store.close()).await;
        (cut_off, closed)
    };
    let signalled_twice = async {
        let signal = signals.next().await;
        let first = Instant::now();
        tracing::info!(?signal, "stopping: requests that were begun are answered first");
        drop(stop);
        signals.next_since(first).await
    };
    tokio::select! {
        (cut_off, closed) = serving => {
            if let Err(error) = closed {
                tracing::error!(%error, "the store was not closed as it should be");
            }
            tracing::info!(cut_off, "stopped");
            Ok(ExitCode::SUCCESS)
        }
        signal = signalled_twice => {
            tracing::warn!(?signal, "stopped at once, as a second signal asks");
            Ok(ExitCode::from(signal.exit_code()))
        }
    }
}

async fn bind(config: &Config) -> Result<TcpListener, StartError> {
    TcpListener::bind((config.host.as_str(), config.port))
        .await
        .map_err(|error| cannot_listen(config, &error))
}

fn cannot_listen(config: &Config, error: &io::Error) -> StartError {
    let (host, port) = (&config.host, config.port);
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            let sentence = format!(
                "{port} is in use on HOST {host} by another program, perhaps another countersign; choose \
                 another port, or 0 to let the system choose."
            );
            StartError::setting("PORT", sentence)
        }
        io::ErrorKind::PermissionDenied => {
            let sentence = format!("{port} on HOST {host} is not allowed to this user: {error}.");
            StartError::setting("PORT", sentence)
        }
        _ => StartError::setting("HOST", format!("{host} with PORT {port} cannot be listened on: {error}.")),
    }
}

fn secrets(config: &Config, store: &Store) -> Result<Secrets, StartError> {
    let is_sealed = store.probe().map_err(KeysError::from)?.is_some();
    config::secrets(&config.keys, is_sealed)
        .map_err(|error| StartError::setting("SECRET_KEY", error.to_string()))
}

async fn assemble(config: &Config, secrets: &Secrets, store: Store) -> Result<App, StartError> {
    let wanted = Wanted {
        algorithm: config.keys.algorithm,
        is_set: config.keys.algorithm_is_set,
        token_ttl_secs: config.policy.access_token_ttl_secs,
    };
    let signing = keys::start(store.clone(), secrets, wanted, app::now()).await?;
    let demo = match &config.demo_dir {
        Some(folder) => Demo::load(folder)
            .map_err(|error| StartError::setting("DEMO_DIR", format!("{}.", chain(&error))))?,
        None => Demo::landing(),
    };
    let queue = config.hash_threads.get().saturating_mul(QUEUE_PER_THREAD);
    let hashing = HashingPool::start(config.hash_threads, queue).map_err(|error| {
        StartError::setting("HASH_THREADS", format!("The system refuses a thread: {error}."))
    })?;
    let breached_passwords = config.breached_passwords_url.clone().map(BreachedPasswords::at).transpose();
    let breached_passwords = breached_passwords.map_err(|error| {
        let sentence = format!("The certificates that this system trusts cannot be read: {error}.");
        StartError::setting("BREACHED_PASSWORDS_URL", sentence)
    })?;
    Ok(App {
        policy: config.policy.clone(),
        store,
        hashing,
        breached_passwords,
        under_way: Arc::default(),
        tokens: Tokens::new(config.issuer.clone(), signing, secrets),
        revocations: Revocations::default(),
        demo,
        pages: Pages {
            public_url: config.public_url.clone(),
            security_contact: config.security_contact.clone(),
            change_password_url: config.change_password_url.clone(),
        },
        trusted_proxies: config.trusted_proxies.clone(),
        limits_addresses: config.limits_addresses,
        allowed_origins: config.allowed_origins.clone(),
        cookies: config.cookies.clone(),
    })
}

/// Whoever sends the mails; `None` where they wait in the outbox.
fn postman(config: &Config, app: &App) -> Result<Option<Postman>, StartError> {
    let Some(url) = &config.mail.smtp else { return Ok(None) };
    let letterhead = config.mail.letterhead.clone();
    let smtp = Smtp::new(url, config.mail.authorities.as_ref(), letterhead.from().email.domain())
        .map_err(|error| StartError::setting("SMTP_URL", format!("{}.", chain(&error))))?;
    Ok(Some(Postman { store: app.store.clone(), keys: app.tokens.mail_keys.clone(), letterhead, smtp }))
}

fn tell(address: SocketAddr, config: &Config, algorithm: Algorithm) {
    match config.log.format {
        LogFormat::Text => {
            let program = std::env::args().next().unwrap_or_else(|| "countersign".to_owned());
            print_line(&banner::text(address, config, algorithm, &program));
        }
        LogFormat::Json => banner::log(address, config, algorithm),
    }
}
