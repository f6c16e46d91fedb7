//! What a person at the terminal is told once the server listens.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use countersign_core::password::Argon2Cost;
use countersign_core::token::Algorithm;

use crate::config::{Config, DEFAULT_DATABASE_URL, RootSource};
use crate::hashing::memory_bound_kib;
use crate::store::DatabaseLocation;

/// Where it listens and with which settings, on some lines. `program` is what the shell calls this program.
pub(super) fn text(address: SocketAddr, config: &Config, algorithm: Algorithm, program: &str) -> String {
    let url = url(address);
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!("Countersign {version} is serving at {url}/\n\n");
    let mut line = |name: &str, value: &str| {
        // Writing to a String does not fail.
        let _ = writeln!(text, "  {name:<12} {value}");
    };
    if config.demo_dir.is_some() {
        line("Demo", &format!("{url}/"));
    }
    line("API docs", &format!("{url}/docs/"));
    line("OpenAPI", &format!("{url}/openapi.json"));
    if let Some(public_url) = &config.public_url {
        line("Public", public_url);
    }
    if address.ip().is_unspecified() {
        line("Open to", &format!("every address of this machine, port {}", address.port()));
    }
    line("Database", &place(&config.database));
    line("Tokens", &format!("{}, {}", algorithm.as_str(), key(&config.keys.root)));
    line("Passwords", &passwords(config));
    line("Mail", &mail(config));
    line("An admin", &admin_command(program, &config.database));
    line("To stop", "Ctrl-C");
    text
}

/// The same for the log of a machine.
pub(super) fn log(address: SocketAddr, config: &Config, algorithm: Algorithm) {
    let cost = config.policy.argon2;
    tracing::info!(
        url = url(address),
        public_url = config.public_url,
        database = place(&config.database),
        algorithm = algorithm.as_str(),
        issuer = config.issuer,
        argon2_memory_kib = cost.memory_kib(),
        argon2_iterations = cost.iterations(),
        argon2_parallelism = cost.parallelism(),
        hash_threads = config.hash_threads.get(),
        hashing_memory_bound_kib = memory_bound_kib(config.hash_threads, cost),
        version = env!("CARGO_PKG_VERSION"),
        "serving"
    );
}

/// A URL that a browser on this machine can open.
fn url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

fn place(database: &DatabaseLocation) -> String {
    match database {
        DatabaseLocation::File(path) => path.display().to_string(),
        DatabaseLocation::Memory => "in memory, gone when the server stops".to_owned(),
    }
}

fn key(root: &RootSource) -> String {
    match root {
        RootSource::Given { .. } => "key from SECRET_KEY".to_owned(),
        RootSource::File(path) => format!("key in {}", path.display()),
        RootSource::Fresh => "key made for this start".to_owned(),
    }
}

fn passwords(config: &Config) -> String {
    let cost: Argon2Cost = config.policy.argon2;
    let threads = config.hash_threads.get();
    format!(
        "Argon2id with {}, {} and {}; {threads} at a time, so {} at most",
        memory(u64::from(cost.memory_kib())),
        count(cost.iterations(), "pass", "passes"),
        count(cost.parallelism(), "lane", "lanes"),
        memory(memory_bound_kib(config.hash_threads, cost)),
    )
}

fn mail(config: &Config) -> String {
    match &config.mail.smtp {
        Some(smtp) => format!("from {} by {}", config.mail.letterhead.from().email, smtp.host()),
        None => "waits in the database, where `countersign outbox` shows it".to_owned(),
    }
}

fn memory(kib: u64) -> String {
    if kib.is_multiple_of(1_024) { format!("{} MiB", kib / 1_024) } else { format!("{kib} KiB") }
}

fn count(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// How to make an admin of this database.
fn admin_command(program: &str, database: &DatabaseLocation) -> String {
    let path = match database {
        DatabaseLocation::Memory => return "only in a database that is a file".to_owned(),
        DatabaseLocation::File(path) => path,
    };
    let mut command =
        format!("{} user create --username ada --email ada@example.com --admin", quoted(program));
    let url = format!("sqlite:///{}", path.display());
    if url != DEFAULT_DATABASE_URL {
        command = format!("{command} --database-url {}", quoted(&url));
    }
    command
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._-+=@%,".contains(&byte);
    if word.bytes().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use crate::config::Sources;

    use super::*;

    fn banner(address: &str, settings: &[(&'static str, &str)]) -> String {
        let flags = settings.iter().map(|(variable, value)| (*variable, Some((*value).to_owned())));
        let config = Config::read(&Sources::default().with_flags(flags)).unwrap();
        text(address.parse().unwrap(), &config, config.keys.algorithm, "countersign")
    }

    #[test]
    fn the_banner_names_what_a_newcomer_needs() {
        let settings = [("HASH_THREADS", "2")];
        let version = env!("CARGO_PKG_VERSION");
        let expected = format!(
            "Countersign {version} is serving at http://127.0.0.1:8000/\n\n\
            \x20 API docs     http://127.0.0.1:8000/docs/\n\
            \x20 OpenAPI      http://127.0.0.1:8000/openapi.json\n\
            \x20 Database     ./countersign.db\n\
            \x20 Tokens       EdDSA, key in ./countersign.db.key\n\
            \x20 Passwords    Argon2id with 19 MiB, 2 passes and 1 lane; 2 at a time, so 38 MiB at most\n\
            \x20 Mail         waits in the database, where `countersign outbox` shows it\n\
            \x20 An admin     countersign user create --username ada --email ada@example.com --admin\n\
            \x20 To stop      Ctrl-C\n"
        );
        assert_eq!(banner("127.0.0.1:8000", &settings), expected);
    }

    #[test]
    fn an_address_that_is_all_addresses_is_shown_as_one_that_opens() {
        let all = banner("0.0.0.0:80", &[]);
        assert!(all.contains("http://127.0.0.1:80/docs/"), "{all}");
        assert!(all.contains("every address of this machine, port 80"), "{all}");
        assert!(banner("[::]:80", &[]).contains("http://[::1]:80/docs/"));
        assert!(banner("[fe80::1]:80", &[]).contains("http://[fe80::1]:80/docs/"));
    }

    #[test]
    fn the_admin_is_made_where_the_server_looks() {
        let there = banner("127.0.0.1:1", &[("DATABASE_URL", "sqlite:////srv/auth.db")]);
        assert!(there.contains("--admin --database-url sqlite:////srv/auth.db\n"), "{there}");
        let spaced = banner("127.0.0.1:1", &[("DATABASE_URL", "sqlite:///my auth.db")]);
        assert!(spaced.contains("--database-url 'sqlite:///my auth.db'\n"), "{spaced}");
        let memory = banner("127.0.0.1:1", &[("DATABASE_URL", "sqlite://")]);
        assert!(!memory.contains("user create"), "{memory}");
    }

    #[test]
    fn the_mail_server_is_named_and_no_password_of_it() {
        let smtp = [("SMTP_URL", "smtps://ada:hunter2@mail.example.com"), ("MAIL_FROM", "a@b.example")];
        let text = banner("127.0.0.1:1", &smtp);
        assert!(text.contains("  Mail         from a@b.example by mail.example.com\n"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn no_secret_is_shown() {
        let secret = "01234567890123456789012345678901";
        let text = banner("127.0.0.1:1", &[("SECRET_KEY", secret)]);
        assert!(text.contains("HS256, key from SECRET_KEY"), "{text}");
        assert!(!text.contains(secret));
    }
}
