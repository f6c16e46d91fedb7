//! What must not be told apart asks the same of the store, statement by statement: its time is that of these.

use std::num::NonZeroUsize;
use std::sync::Arc;

use bytes::Bytes;
use countersign_core::account::AccountStatus;
use countersign_core::change::Change;
use countersign_core::id::UserId;
use countersign_core::mfa::{SealedSecret, TotpStep};
use countersign_core::network::Network;
use countersign_core::password::{Argon2Cost, HashBounds, StoredHash};
use countersign_core::policy::Policy;
use countersign_core::session::Client;
use countersign_core::token::{Algorithm, RootSecret};
use serde_json::{Value, json};
use warp::http::HeaderMap;

use crate::app::{App, Pages, Tokens, now};
use crate::call::Call;
use crate::demo::Demo;
use crate::hashing::HashingPool;
use crate::keys::{self, Secrets, Wanted};
use crate::ops::{login, mails};
use crate::problem::Problem;
use crate::proxies::TrustedProxies;
use crate::reply::Reply;
use crate::request_id::RequestId;
use crate::revocations::Revocations;
use crate::routes::{Mount, PathParameters, ROUTES};
use crate::store::tests::new_account;
use crate::store::tests::recorder::Recorder;
use crate::store::{Committed, Store};

/// Those who are not to be told apart; `nobody` has no account.
const NAMES: [&str; 7] = ["known", "nobody", "deleted", "suspended", "guarded", "verified", "imported"];

/// What bcrypt made of a password in an older system.
const OLD_HASH: &str = "$2b$04$3i9MNp.cEmgQmSFp7vsoU.qkkDGChYL8HZDaThpyepsY2jaTPymOC";

/// An account of each name is stored.
async fn inhabit(store: &Store) {
    for name in NAMES.into_iter().filter(|name| *name != "nobody") {
        let mut account = new_account(name);
        account.email_verified = name == "verified";
        if name == "imported" {
            account.password_hash = StoredHash::parse_within(OLD_HASH, HashBounds::default()).unwrap();
        }
        let created = store.commit(&[Change::CreateAccount(Box::new(account))]).await.unwrap();
        let Committed::Applied { created: Some(user) } = created else { panic!("{created:?}") };
        store.commit(&become_so(user, name)).await.unwrap();
    }
}

fn become_so(user: UserId, name: &str) -> Vec<Change> {
    let at = now();
    let status = |to| vec![Change::SetStatus { user, from: AccountStatus::Active, to, at }];
    let secret = SealedSecret::stored("v1.none".to_owned());
    match name {
        "deleted" => status(AccountStatus::Deleted),
        "suspended" => status(AccountStatus::Suspended),
        "guarded" => vec![
            Change::ProposeFactor { user, secret: secret.clone(), at },
            Change::EnableFactor { user, secret, step: TotpStep::at(at), at },
        ],
        _ => Vec::new(),
    }
}

/// A server of which the store is this one, and hashes cost what those in it do.
async fn app(store: Store) -> App {
    let secrets = Secrets { root: RootSecret::new(&[7; 32]).unwrap(), previous: None };
    let wanted = Wanted { algorithm: Algorithm::EdDsa, is_set: false, token_ttl_secs: 3_600 };
    let signing = keys::start(store.clone(), &secrets, wanted, now()).await.unwrap();
    App {
        policy: Policy { argon2: Argon2Cost::new(8, 1, 1).unwrap(), ..Policy::default() },
        store,
        hashing: HashingPool::start(NonZeroUsize::MIN, 8).unwrap(),
        breached_passwords: None,
        under_way: Arc::default(),
        tokens: Tokens::new("us".to_owned(), signing, &secrets),
        revocations: Revocations::default(),
        demo: Demo::landing(),
        pages: Pages::default(),
        trusted_proxies: TrustedProxies::default(),
        limits_addresses: true,
        allowed_origins: Vec::new(),
        cookies: None,
    }
}

fn call(path: &str, body: &Value) -> Call {
    Call {
        route: ROUTES.iter().find(|route| route.path == path).unwrap(),
        mount: Mount::Bare,
        path: PathParameters::default(),
        query: String::new(),
        headers: HeaderMap::new(),
        client: Client::default(),
        network: Some(Network::of_client([192, 0, 2, 1].into())),
        request_id: RequestId::next(),
        principal: None,
        mfa_login: None,
        cookies: None,
        body: Some(Bytes::from(body.to_string())),
    }
}

/// What is asked of the store under each of these names, beside the name.
async fn asked_under_each(
    operation: impl AsyncFn(&App, &str) -> Result<Reply, Problem>,
    expected: u16,
) -> Vec<(&'static str, Vec<&'static str>)> {
    let (recorder, store) = Recorder::of_new_store();
    let app = app(store).await;
    inhabit(&app.store).await;
    let mut asked = Vec::new();
    for name in NAMES {
        recorder.heard();
        let status = match operation(&app, name).await {
            Ok(reply) => reply.status,
            Err(problem) => problem.status(),
        };
        assert_eq!(status.as_u16(), expected, "{name}");
        asked.push((name, recorder.heard()));
    }
    asked
}

#[tokio::test]
async fn a_wrong_password_is_refused_by_the_same_statements_under_every_name() {
    for besides in [json!({}), json!({ "device_token": "of a device" })] {
        let log_in = async |app: &App, name: &str| {
            let mut body = json!({ "username": name, "password": "not the password" });
            body.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
            login::answer(app, call("/auth/login", &body)).await
        };
        let asked = asked_under_each(log_in, 401).await;
        let (_, first) = &asked[0];
        assert_eq!(first.iter().filter(|statement| **statement == "commit").count(), 2, "{first:?}");
        for (name, statements) in &asked {
            assert_eq!(statements, first, "{name}");
        }
    }
}

#[tokio::test]
async fn a_mail_is_asked_for_by_the_same_statements_whether_or_not_it_is_sent() {
    for path in ["/auth/password/forgot", "/auth/email/resend"] {
        let ask = async |app: &App, name: &str| {
            let call = call(path, &json!({ "email": format!("{name}@example.com") }));
            match path {
                "/auth/password/forgot" => mails::forgot(app, call).await,
                _ => mails::resend(app, call).await,
            }
        };
        let asked = asked_under_each(ask, 202).await;
        let (_, first) = &asked[0];
        for (name, statements) in &asked {
            let (first, statements) = (work_of(first), work_of(statements));
            // What nobody is sent is taken back, which is the one difference.
            let [common @ .., audit] = &first[..] else { panic!("{first:?}") };
            let taken_back = ["DELETE FROM action_tokens", "DELETE FROM outbox"].map(str::to_owned);
            let rehearsed = [common, &taken_back, std::slice::from_ref(audit)].concat();
            assert!(statements == first || statements == rehearsed, "{path} {name}: {statements:?}");
        }
    }
}

/// What each statement does to which table: of what is added for nobody the text is another.
fn work_of(statements: &[&str]) -> Vec<String> {
    let work = |statement: &&str| statement.split(' ').take(3).collect::<Vec<_>>().join(" ");
    statements.iter().map(work).collect()
}
