use super::*;

const KEY: &str = "01234567890123456789012345678901";

fn read(variables: &[(&'static str, &str)]) -> Result<Config, Vec<String>> {
    Config::read(&Sources::of_environment(variables)).map_err(|faults| texts(&faults))
}

fn texts(faults: &[WrongSetting]) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_set_gives_the_defaults() {
    let config = read(&[]).unwrap();
    assert_eq!((config.host.as_str(), config.port), ("127.0.0.1", 8000));
    assert_eq!(config.database, DatabaseLocation::File("./countersign.db".into()));
    assert!(matches!(config.keys.root, RootSource::File(path) if path == Path::new("./countersign.db.key")));
    assert_eq!(config.keys.algorithm, Algorithm::EdDsa);
    assert_eq!(config.issuer, "countersign");
    assert_eq!(config.public_url, None);
    assert_eq!(config.policy, Policy::default());
    assert_eq!(config.policy.access_token_ttl_secs, 3_600);
    assert_eq!(config.policy.refresh_token_ttl_secs, 2_592_000);
    assert_eq!(Some(config.hash_threads), std::thread::available_parallelism().ok());
    assert!(config.allowed_origins.is_empty());
    assert_eq!(config.cookies, None);
    assert_eq!(config.demo_dir, None);
    assert_eq!(config.breached_passwords_url, None);
    assert_eq!(config.log, LogSettings { filter: LogFilter::default(), format: LogFormat::Text });
    assert_eq!(config.warnings, [""; 0]);
}

#[test]
fn every_setting_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let config = read(&[
        ("HOST", "0.0.0.0"),
        ("PORT", "0"),
        ("DATABASE_URL", "sqlite:////srv/auth.db"),
        ("SECRET_KEY", KEY),
        ("ACCESS_TOKEN_TTL_SECS", "60"),
        ("REFRESH_TOKEN_TTL_SECS", "86400"),
        ("REFRESH_WINDOW_SECS", "120"),
        ("REAUTH_WINDOW_SECS", "0"),
        ("ISSUER", "urn:auth"),
        ("PUBLIC_URL", "https://auth.example.com"),
        ("PASSWORD_MIN_LENGTH", "12"),
        ("BREACHED_PASSWORDS_URL", "https://range.example.com"),
        ("REQUIRE_VERIFIED_EMAIL", "true"),
        ("ARGON2_MEMORY_KIB", "65536"),
        ("ARGON2_ITERATIONS", "3"),
        ("ARGON2_PARALLELISM", "4"),
        ("HASH_THREADS", "3"),
        ("ALLOWED_ORIGINS", "https://a.example,https://b.example"),
        ("COOKIES", "on"),
        ("DEMO_DIR", folder.path().to_str().unwrap()),
        ("LOG", "debug"),
        ("LOG_FORMAT", "json"),
        ("SMTP_URL", "smtps://ada:hunter2@mail.example.com"),
        ("MAIL_FROM", "Auth <auth@example.com>"),
        ("EMAIL_VERIFY_URL", "https://app.example.com/confirm"),
        ("PASSWORD_RESET_URL", "https://app.example.com/reset"),
    ])
    .unwrap();
    assert_eq!((config.host.as_str(), config.port), ("0.0.0.0", 0));
    assert_eq!(config.database, DatabaseLocation::File("/srv/auth.db".into()));
    assert!(matches!(config.keys.root, RootSource::Given { .. }));
    assert_eq!(config.keys.algorithm, Algorithm::Hs256);
    assert_eq!(config.issuer, "urn:auth");
    assert_eq!(config.public_url.as_deref(), Some("https://auth.example.com"));
    let policy = Policy {
        password_min_length: 12,
        access_token_ttl_secs: 60,
        refresh_token_ttl_secs: 86_400,
        refresh_window_secs: 120,
        reauth_window_secs: 0,
        require_verified_email: true,
        argon2: Argon2Cost::new(65_536, 3, 4).unwrap(),
    };
    assert_eq!(config.policy, policy);
    assert_eq!(config.breached_passwords_url.as_deref(), Some("https://range.example.com/"));
    assert_eq!(config.hash_threads.get(), 3);
    assert_eq!(config.allowed_origins, ["https://a.example", "https://b.example"]);
    let cookies = config.cookies.unwrap();
    for origin in ["https://auth.example.com", "https://a.example", "https://b.example"] {
        assert!(cookies.contains(origin.as_bytes()), "{origin}");
    }
    assert_eq!(config.demo_dir.as_deref(), Some(folder.path()));
    assert_eq!(config.log.filter, LogFilter::parse("debug").unwrap());
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.mail.letterhead.from().to_string(), "Auth <auth@example.com>");
    assert_eq!(config.mail.smtp.unwrap().host(), "mail.example.com");
    assert_eq!(config.warnings, [""; 0]);
}

#[test]
fn a_wrong_value_is_told_by_its_variable() {
    let table = [
        ("HOST", "http://x", "\"http://x\" is neither an IP address nor the name of a host."),
        ("PORT", "80a", "\"80a\" is not a port number (0–65535)."),
        ("PORT", "65536", "\"65536\" is not a port number (0–65535)."),
        ("PORT", "-1", "\"-1\" is not a port number (0–65535)."),
        (
            "DATABASE_URL",
            "postgres://ada:hunter2@db/app",
            "names PostgreSQL, and this version stores in SQLite only; write one like sqlite:///./countersign.db.",
        ),
        (
            "SECRET_KEY",
            "hunter2",
            "has 7 bytes and needs at least 32; make one with `openssl rand -base64 48`.",
        ),
        (
            "SECRET_KEY",
            "your_secret_key",
            "is the sample value that everybody knows; make one with `openssl rand -base64 48`.",
        ),
        ("ALGORITHM", "none", "\"none\" is none of HS256, EdDSA, ES256, RS256."),
        ("ALGORITHM", "RS512", "\"RS512\" is none of HS256, EdDSA, ES256, RS256."),
        (
            "ALGORITHM",
            "HS256",
            "HS256 needs SECRET_KEY to be set, at least 32 bytes; make one with `openssl rand -base64 48`.",
        ),
        ("ACCESS_TOKEN_TTL_SECS", "0", "\"0\" is not a whole number of seconds from 1 to 86400."),
        ("ACCESS_TOKEN_TTL_SECS", "86401", "\"86401\" is not a whole number of seconds from 1 to 86400."),
        ("ACCESS_TOKEN_TTL_SECS", "1h", "\"1h\" is not a whole number of seconds from 1 to 86400."),
        ("REFRESH_TOKEN_TTL_SECS", "0", "\"0\" is not a whole number of seconds from 1 to 31536000."),
        (
            "REFRESH_TOKEN_TTL_SECS",
            "31536001",
            "\"31536001\" is not a whole number of seconds from 1 to 31536000.",
        ),
        ("PASSWORD_MIN_LENGTH", "7", "\"7\" is not a whole number of characters from 8 to 128."),
        ("PASSWORD_MIN_LENGTH", "129", "\"129\" is not a whole number of characters from 8 to 128."),
        (
            "BREACHED_PASSWORDS_URL",
            "http://range.example.com",
            "\"http://range.example.com\" is not encrypted; write https.",
        ),
        ("REQUIRE_VERIFIED_EMAIL", "maybe", "\"maybe\" is neither true nor false."),
        ("ARGON2_MEMORY_KIB", "7", "\"7\" is not a whole number of KiB from 8 to 1048576."),
        ("ARGON2_MEMORY_KIB", "1048577", "\"1048577\" is not a whole number of KiB from 8 to 1048576."),
        ("ARGON2_ITERATIONS", "0", "\"0\" is not a whole number of passes from 1 to 64."),
        ("ARGON2_ITERATIONS", "65", "\"65\" is not a whole number of passes from 1 to 64."),
        ("ARGON2_PARALLELISM", "0", "\"0\" is not a whole number of lanes from 1 to 16."),
        ("ARGON2_PARALLELISM", "17", "\"17\" is not a whole number of lanes from 1 to 16."),
        ("HASH_THREADS", "0", "\"0\" is not a whole number of threads from 1 to 1024."),
        (
            "PUBLIC_URL",
            "auth.example.com",
            "\"auth.example.com\" is not an address like https://auth.example.com.",
        ),
        (
            "ALLOWED_ORIGINS",
            "*",
            "\"*\" would let the pages of every site call this server; list each origin.",
        ),
        ("COOKIES", "yes", "\"yes\" is neither on nor off."),
        (
            "COOKIES",
            "on",
            "on needs PUBLIC_URL to be https, or http on this machine as http://localhost:8000 is: browsers keep these \
             cookies for no other.",
        ),
        ("ISSUER", "a\tb", "\"a\\tb\" is not a text of up to 256 characters on one line."),
        ("DEMO_DIR", "/no/such/folder", "\"/no/such/folder\" is not a folder."),
        (
            "SMTP_URL",
            "smtp://ada@mail.example.com",
            "names a user and no password; write smtp://user:password@host:port?tls=required, or smtps://….",
        ),
        (
            "SMTP_URL",
            "smtp://ada:hunter2@mail.example.com",
            "would send the password in the clear to another machine; write smtp://user:password@host:port?tls=required, \
             or smtps://….",
        ),
        (
            "SMTP_CA_FILE",
            "/no/such/file",
            "\"/no/such/file\" cannot be read: No such file or directory (os error 2).",
        ),
        ("SMTP_CA_FILE", "Cargo.toml", "\"Cargo.toml\" holds something else than certificates in PEM."),
        ("MAIL_FROM", "Auth", "\"Auth\" is not an address like Countersign <no-reply@example.com>."),
        (
            "EMAIL_VERIFY_URL",
            "/confirm",
            "\"/confirm\" is not the address of a page, like https://app.example.com/reset.",
        ),
        (
            "PASSWORD_RESET_URL",
            "app.example.com",
            "\"app.example.com\" is not the address of a page, like https://app.example.com/reset.",
        ),
        ("LOG", "inof", "\"inof\" is no level; take off, error, warn, info, debug or trace."),
        ("LOG_FORMAT", "xml", "\"xml\" is neither text nor json."),
    ];
    for (variable, value, sentence) in table {
        assert_eq!(read(&[(variable, value)]).unwrap_err(), [format!("{variable}: {sentence}")]);
    }
}

#[test]
fn all_wrong_settings_are_told_at_once() {
    let sources = Sources::of_environment(&[("PORT", "80a"), ("LOG", "loud")])
        .with_dot_env("not an assignment\nSECRET_KEY=hunter2\nALGORITHM=HS256\n")
        .with_flags([("HOST", Some("a b".to_owned()))]);
    let told = texts(&Config::read(&sources).unwrap_err());
    let subjects: Vec<_> = told.iter().map(|fault| fault.split(':').next().unwrap()).collect();
    // ALGORITHM is not told: the secret that it needs was given, and has its own fault.
    assert_eq!(subjects, [".env", "HOST (--host)", "PORT", "SECRET_KEY (in .env)", "LOG"]);
    assert!(!told.concat().contains("hunter2"));
}

#[test]
fn the_memory_of_argon2_must_do_for_its_lanes() {
    let cost = [("ARGON2_MEMORY_KIB", "31"), ("ARGON2_PARALLELISM", "4")];
    assert_eq!(
        read(&cost).unwrap_err(),
        ["ARGON2_MEMORY_KIB: 31 KiB is too little for 4 lanes, which need 32."]
    );
    assert!(read(&[("ARGON2_MEMORY_KIB", "32"), ("ARGON2_PARALLELISM", "4")]).is_ok());
}

#[test]
fn cookies_want_an_address_that_browsers_trust() {
    let read = |switch, url| read(&[("COOKIES", switch), ("PUBLIC_URL", url)]);
    for url in ["https://auth.example.com", "http://localhost:8000", "http://127.0.0.1/"] {
        assert!(read("on", url).unwrap().cookies.is_some(), "{url}");
        assert_eq!(read("off", url).unwrap().cookies, None);
    }
    let [fault] = &read("on", "http://auth.example.com").unwrap_err()[..] else { panic!() };
    assert!(fault.starts_with("COOKIES: on needs PUBLIC_URL to be https"), "{fault}");
    let [fault] = &read("on", "auth.example.com").unwrap_err()[..] else { panic!() };
    assert!(fault.starts_with("PUBLIC_URL: "), "{fault}");
}

#[test]
fn the_issuer_falls_back_to_the_public_address() {
    let issuer = |variables: &[(&'static str, &str)]| read(variables).unwrap().issuer;
    assert_eq!(issuer(&[("PUBLIC_URL", "https://auth.example.com/")]), "https://auth.example.com/");
    assert_eq!(issuer(&[("PUBLIC_URL", "https://auth.example.com"), ("ISSUER", "me")]), "me");
}

#[test]
fn what_this_version_does_not_use_is_looked_at_all_the_same() {
    for (variable, value) in
        [("RATE_LIMIT", "maybe"), ("REAUTH_WINDOW_SECS", "abc"), ("REFRESH_WINDOW_SECS", "-1")]
    {
        let faults = read(&[(variable, value)]).unwrap_err();
        assert!(faults[0].to_string().starts_with(variable), "{faults:?}");
    }
}

#[test]
fn who_must_verify_an_address_is_told_where_the_mails_are() {
    let required = ("REQUIRE_VERIFIED_EMAIL", "true");
    let [warning] = &read(&[required]).unwrap().warnings[..] else { panic!() };
    assert!(warning.contains("`countersign outbox`"), "{warning}");
    assert_eq!(read(&[required, ("SMTP_URL", "smtp://localhost")]).unwrap().warnings, [""; 0]);
}

#[test]
fn mails_in_the_clear_are_one_warning_that_names_the_server_alone() {
    let [warning] = &read(&[("SMTP_URL", "smtp://mail.example.com")]).unwrap().warnings[..] else { panic!() };
    assert!(warning.contains("mail.example.com") && warning.contains("tls=required"), "{warning}");
    assert_eq!(read(&[("SMTP_URL", "smtp://127.0.0.1:2525")]).unwrap().warnings, [""; 0]);
}

#[test]
fn what_this_version_does_not_use_is_one_warning_without_values() {
    let warnings = read(&[("METRICS_ADDR", "127.0.0.1:9090")]).unwrap().warnings;
    assert_eq!(warnings, ["This version does not use METRICS_ADDR; it is set in vain."]);
}

#[test]
fn a_cost_below_the_advised_minimum_is_a_warning() {
    let warned = |memory, iterations| {
        let cost = [("ARGON2_MEMORY_KIB", memory), ("ARGON2_ITERATIONS", iterations)];
        read(&cost).unwrap().warnings.iter().any(|warning| warning.contains("OWASP"))
    };
    assert!(warned("8", "1"));
    assert!(warned("19455", "2"));
    assert!(!warned("19456", "2"));
    assert!(!warned("7168", "5"));
}

#[test]
fn an_account_is_made_whatever_else_is_wrong() {
    let sources = Sources::of_environment(&[("PORT", "80a"), ("PASSWORD_MIN_LENGTH", "12")]);
    let config = AccountConfig::read(&sources).unwrap();
    assert_eq!(config.policy.password_min_length, 12);
    let sources = Sources::of_environment(&[("DATABASE_URL", "nowhere")]);
    assert_eq!(AccountConfig::read(&sources).unwrap_err().len(), 1);
}

#[test]
fn no_secret_shows_in_a_debug_print() {
    let config = read(&[("SECRET_KEY", KEY), ("SECRET_KEY_PREVIOUS", &KEY.replace('0', "7"))]).unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains(KEY) && !shown.contains(&KEY.replace('0', "7")));
}
