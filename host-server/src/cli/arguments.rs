//! The flags. Each sets a variable, and is read by the rules of that variable, in [`crate::config`].

use clap::Args;

/// What stands below the flags of `serve`, in lines that fit a terminal of 80 columns.
pub(super) const AFTER_HELP: &str = "\
Without a flag:
  SECRET_KEY
      At least 32 bytes that every key is made of; HS256 signs with these bytes
      themselves. It has no flag, since every user of a machine can read the
      flags of its programs. To make one: openssl rand -base64 48
      Where it is not set, a key is made at the first start and kept beside the
      database, in <database>.key, for its owner alone to read.
  SECRET_KEY_PREVIOUS
      The SECRET_KEY before. Set at a change of SECRET_KEY, so that all that was
      made with the old one goes on working.
  SMTP_URL
      The mail server: smtps://user:password@host:port, or smtp://... with
      ?tls=required for STARTTLS. A password with special characters is percent-
      encoded; it is never sent unencrypted to another machine.
      Without SMTP_URL mails wait, and `countersign outbox` shows them.

A setting is a flag, else a variable of the environment, else a line NAME=value
of the file .env in the working directory. Set to nothing, it is not set. In
.env a `$` begins the name of another variable, but in single quotes. Wrong
settings end the start with exit code 2, and each is told by its name.

The first admin:
  countersign user create --username ada --email ada@example.com --admin";

/// What stands below the flags of `keys rotate`.
pub(super) const ROTATE_AFTER_HELP: &str = "\
The next key is published from the rotation before, so every verifier has it by
now; the one after it is made. Rotate no more often than every five minutes. A key
that may have been stolen is withdrawn instead.

SECRET_KEY, SECRET_KEY_PREVIOUS and ALGORITHM are read as by the server. Under
HS256 it is SECRET_KEY that signs: it is replaced by setting a new one and
SECRET_KEY_PREVIOUS to the old one, and starting the server anew.";

/// What stands below the flags of `keys withdraw`.
pub(super) const WITHDRAW_AFTER_HELP: &str = "\
For a key that somebody has stolen. The server refuses its tokens at once; who has
one gets another by the refresh token, without logging in. Others who verify rely
on a copy of the public keys for five minutes, or until maxStaleSec where they
cannot reach the server. Where the key signs, the next one does from now on.

SECRET_KEY and SECRET_KEY_PREVIOUS are read as by the server.";

/// What stands below the flags of `user create`.
pub(super) const CREATE_AFTER_HELP: &str = "\
PASSWORD_MIN_LENGTH and the costs of Argon2 are read as by the server, from the
environment or .env. Faults and taken names end it with exit code 1.

From a script:
  printf '%s\\n' \"$PASSWORD\" | countersign user create --username ada \\
      --email ada@example.com --admin

From another system, whose hash is taken over until the first log-in replaces it
(Argon2, bcrypt, PBKDF2, scrypt):
  printf '%s\\n' '$2b$12$...' | countersign user create --username ada \\
      --email ada@example.com --password-hash-stdin";

/// The flags of `serve`. A value stays text until all sources have been looked at.
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// IP address or name to listen on; 0.0.0.0 is every address of this machine [HOST; default 127.0.0.1]
    #[arg(long, value_name = "ADDRESS", help_heading = "Listening")]
    host: Option<String>,
    /// Port to listen on, 0 to 65535; 0 lets the system choose one [PORT; default 8000]
    #[arg(long, value_name = "NUMBER", help_heading = "Listening")]
    port: Option<String>,
    /// Where the world reaches this server [PUBLIC_URL]
    #[arg(long, value_name = "URL", help_heading = "Listening")]
    public_url: Option<String>,
    /// Origins whose pages may call this server, with commas between them [ALLOWED_ORIGINS; default none]
    #[arg(long, value_name = "ORIGINS", help_heading = "Listening")]
    allowed_origins: Option<String>,
    /// Whether a page may ask for its session in cookies, by the header Countersign-Session: cookie; `on` needs a PUBLIC_URL
    /// that is https or on this machine [COOKIES; default off]
    #[arg(long, value_name = "on|off", help_heading = "Listening")]
    cookies: Option<String>,
    /// Proxies whose X-Forwarded-For is believed, addresses and networks like 10.0.0.0/8 with commas between them
    /// [TRUSTED_PROXIES; default none]
    #[arg(long, value_name = "NETWORKS", help_heading = "Listening")]
    trusted_proxies: Option<String>,
    /// Whether guesses are counted on addresses too; an account's are in any case [RATE_LIMIT; default on]
    #[arg(long, value_name = "on|off", help_heading = "Listening")]
    rate_limit: Option<String>,
    /// Folder of the built demo, shown at / [DEMO_DIR; default none]
    #[arg(long, value_name = "FOLDER", help_heading = "Listening")]
    demo_dir: Option<String>,
    /// Whom to tell of a hole, mailto:…, https://… or tel:…, told in security.txt [SECURITY_CONTACT; default none]
    #[arg(long, value_name = "URI", help_heading = "Listening")]
    security_contact: Option<String>,
    /// Where users change their password, an address or a path, to which /.well-known/change-password leads
    /// [CHANGE_PASSWORD_URL; default none]
    #[arg(long, value_name = "URL", help_heading = "Listening")]
    change_password_url: Option<String>,

    /// SQLite file: three slashes for a relative path, four for an absolute one; sqlite:// is memory
    /// [DATABASE_URL; default sqlite:///./countersign.db]
    #[arg(long, value_name = "URL", help_heading = "Storage")]
    database_url: Option<String>,

    /// What access tokens are signed with: HS256, EdDSA, ES256 or RS256 [ALGORITHM; default HS256 where
    /// SECRET_KEY is set, else EdDSA]
    #[arg(long, value_name = "NAME", help_heading = "Tokens")]
    algorithm: Option<String>,
    /// The `iss` of every token [ISSUER; default PUBLIC_URL, else countersign]
    #[arg(long, value_name = "TEXT", help_heading = "Tokens")]
    issuer: Option<String>,
    /// Seconds that an access token lives, 1 to 86400 [ACCESS_TOKEN_TTL_SECS; default 3600]
    #[arg(long, value_name = "SECONDS", help_heading = "Tokens")]
    access_token_ttl_secs: Option<String>,
    /// Seconds from log-in to the end of the session, 1 to 31536000 [REFRESH_TOKEN_TTL_SECS; default 2592000]
    #[arg(long, value_name = "SECONDS", help_heading = "Tokens")]
    refresh_token_ttl_secs: Option<String>,
    /// Nobody logs in before the e-mail address is verified [REQUIRE_VERIFIED_EMAIL; default false]
    #[arg(
        long,
        value_name = "true|false",
        help_heading = "Tokens",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    require_verified_email: Option<String>,

    /// Characters of a new password at least, 8 to 128 [PASSWORD_MIN_LENGTH; default 8]
    #[arg(long, value_name = "NUMBER", help_heading = "Passwords")]
    password_min_length: Option<String>,
    /// Range service that is asked whether a new password became known elsewhere; it is told five digits of a digest
    /// [BREACHED_PASSWORDS_URL; default none]
    #[arg(long, value_name = "URL", help_heading = "Passwords")]
    breached_passwords_url: Option<String>,
    /// Memory of one hash in KiB, 8 to 1048576 [ARGON2_MEMORY_KIB; default 19456]
    #[arg(long, value_name = "KIB", help_heading = "Passwords")]
    argon2_memory_kib: Option<String>,
    /// Passes of one hash over its memory, 1 to 64 [ARGON2_ITERATIONS; default 2]
    #[arg(long, value_name = "NUMBER", help_heading = "Passwords")]
    argon2_iterations: Option<String>,
    /// Lanes of one hash, 1 to 16 [ARGON2_PARALLELISM; default 1]
    #[arg(long, value_name = "NUMBER", help_heading = "Passwords")]
    argon2_parallelism: Option<String>,
    /// Hashes that are computed at once, 1 to 1024; each takes the memory above [HASH_THREADS; default one for
    /// each core]
    #[arg(long, value_name = "NUMBER", help_heading = "Passwords")]
    hash_threads: Option<String>,

    /// Certificates in PEM of whoever may vouch for the mail server, besides whom the system trusts [SMTP_CA_FILE;
    /// default none]
    #[arg(long, value_name = "FILE", help_heading = "Mail")]
    smtp_ca_file: Option<String>,
    /// Who mails come from [MAIL_FROM; default no-reply at the host of PUBLIC_URL]
    #[arg(long, value_name = "ADDRESS", help_heading = "Mail")]
    mail_from: Option<String>,
    /// Page that verifies an address with the token in its fragment, #token=… [EMAIL_VERIFY_URL; default a page of this
    /// server, where PUBLIC_URL says how it is reached]
    #[arg(long, value_name = "URL", help_heading = "Mail")]
    email_verify_url: Option<String>,
    /// Page that resets a password in the same way [PASSWORD_RESET_URL; default as above]
    #[arg(long, value_name = "URL", help_heading = "Mail")]
    password_reset_url: Option<String>,

    /// What is logged: off, error, warn, info, debug, trace, or levels of parts like
    /// warn,countersign_server=debug [LOG; default info]
    #[arg(long, value_name = "FILTER", help_heading = "Log")]
    log: Option<String>,
    /// Form of the log on standard error, text or json [LOG_FORMAT; default text]
    #[arg(long, value_name = "FORMAT", help_heading = "Log")]
    log_format: Option<String>,
}

impl ServeArguments {
    /// Every flag by the variable that it sets; `None` for one that was not given.
    pub(super) fn into_settings(self) -> [(&'static str, Option<String>); 28] {
        [
            ("HOST", self.host),
            ("PORT", self.port),
            ("PUBLIC_URL", self.public_url),
            ("ALLOWED_ORIGINS", self.allowed_origins),
            ("COOKIES", self.cookies),
            ("TRUSTED_PROXIES", self.trusted_proxies),
            ("RATE_LIMIT", self.rate_limit),
            ("DEMO_DIR", self.demo_dir),
            ("SECURITY_CONTACT", self.security_contact),
            ("CHANGE_PASSWORD_URL", self.change_password_url),
            ("DATABASE_URL", self.database_url),
            ("ALGORITHM", self.algorithm),
            ("ISSUER", self.issuer),
            ("ACCESS_TOKEN_TTL_SECS", self.access_token_ttl_secs),
            ("REFRESH_TOKEN_TTL_SECS", self.refresh_token_ttl_secs),
            ("REQUIRE_VERIFIED_EMAIL", self.require_verified_email),
            ("PASSWORD_MIN_LENGTH", self.password_min_length),
            ("BREACHED_PASSWORDS_URL", self.breached_passwords_url),
            ("ARGON2_MEMORY_KIB", self.argon2_memory_kib),
            ("ARGON2_ITERATIONS", self.argon2_iterations),
            ("ARGON2_PARALLELISM", self.argon2_parallelism),
            ("HASH_THREADS", self.hash_threads),
            ("SMTP_CA_FILE", self.smtp_ca_file),
            ("MAIL_FROM", self.mail_from),
            ("EMAIL_VERIFY_URL", self.email_verify_url),
            ("PASSWORD_RESET_URL", self.password_reset_url),
            ("LOG", self.log),
            ("LOG_FORMAT", self.log_format),
        ]
    }
}

/// The flags of `outbox`.
#[derive(Debug, Args)]
pub(super) struct OutboxArguments {
    /// Show the mail of this number, whatever became of it
    #[arg(value_name = "NUMBER", conflicts_with = "all")]
    pub(super) number: Option<i64>,
    /// One line for each mail, those too that were sent or given up
    #[arg(long)]
    pub(super) all: bool,
    /// The server's SQLite file [DATABASE_URL; default sqlite:///./countersign.db]
    #[arg(long, value_name = "URL")]
    pub(super) database_url: Option<String>,
}

/// The flags of `user create`.
#[derive(Debug, Args)]
pub(super) struct CreateArguments {
    /// 3 to 32 letters, digits, dots, underscores and dashes
    #[arg(long, value_name = "NAME")]
    pub(super) username: String,
    /// Where the user is written to
    #[arg(long, value_name = "ADDRESS")]
    pub(super) email: String,
    /// Let the account use the admin routes
    #[arg(long)]
    pub(super) admin: bool,
    /// The line of standard input is no password but the hash of one, as another system stored it. The first log-in
    /// replaces it
    #[arg(long)]
    pub(super) password_hash_stdin: bool,
    /// The server's SQLite file [DATABASE_URL; default sqlite:///./countersign.db]
    #[arg(long, value_name = "URL")]
    pub(super) database_url: Option<String>,
}

/// The flags of `keys list`.
#[derive(Debug, Args)]
pub(super) struct KeysArguments {
    /// The server's SQLite file [DATABASE_URL; default sqlite:///./countersign.db]
    #[arg(long, value_name = "URL")]
    pub(super) database_url: Option<String>,
}

/// The flags of `keys rotate`.
#[derive(Debug, Args)]
pub(super) struct RotateArguments {
    /// How the next key signs; a key of another algorithm than the present one was not published before
    #[arg(long, value_name = "NAME")]
    pub(super) algorithm: Option<String>,
    #[command(flatten)]
    pub(super) keys: KeysArguments,
}

/// The flags of `keys withdraw`.
#[derive(Debug, Args)]
pub(super) struct WithdrawArguments {
    /// The name of the key, as `keys list` shows it
    pub(super) kid: String,
    #[command(flatten)]
    pub(super) keys: KeysArguments,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{CommandFactory, Parser};

    use super::super::CommandLine;
    use crate::config::flag_of;

    fn settings(arguments: &[&str]) -> Vec<(&'static str, String)> {
        let command_line = CommandLine::try_parse_from(arguments).unwrap();
        let serve = match command_line.command {
            None => command_line.serve,
            Some(super::super::Command::Serve(serve)) => *serve,
            Some(other) => panic!("{other:?}"),
        };
        let given = serve.into_settings().into_iter();
        given.filter_map(|(variable, value)| Some((variable, value?))).collect()
    }

    #[test]
    fn the_command_line_holds_together() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn serve_is_what_is_done_where_nothing_is_said() {
        assert_eq!(settings(&["countersign"]), []);
        let port = vec![("PORT", "1".to_owned())];
        assert_eq!(settings(&["countersign", "--port", "1"]), port);
        assert_eq!(settings(&["countersign", "serve", "--port", "1"]), port);
        assert_eq!(settings(&["countersign", "serve", "--port=1"]), port);
        assert!(CommandLine::try_parse_from(["countersign", "--port", "1", "serve"]).is_err());
    }

    #[test]
    fn a_switch_needs_no_value_and_takes_one() {
        let verified = |value: &str| vec![("REQUIRE_VERIFIED_EMAIL", value.to_owned())];
        assert_eq!(settings(&["countersign", "--require-verified-email"]), verified("true"));
        assert_eq!(settings(&["countersign", "--require-verified-email=false"]), verified("false"));
    }

    #[test]
    fn every_flag_sets_the_variable_that_it_names_and_its_help_says_so() {
        let command = CommandLine::command();
        let flags: Vec<_> =
            command.get_arguments().filter(|flag| flag.get_help_heading().is_some()).collect();
        let names: BTreeSet<_> = flags.iter().filter_map(|flag| flag.get_long()).collect();
        assert_eq!(names.len(), flags.len());
        let empty = CommandLine::try_parse_from(["countersign"]).unwrap().serve;
        for (variable, _) in empty.into_settings() {
            let flag = flag_of(variable);
            assert!(names.contains(flag.as_str()), "{variable} has no flag");
            let value = settings(&["countersign", &format!("--{flag}=x")]);
            assert_eq!(value, [(variable, "x".to_owned())]);
            let argument = flags.iter().find(|argument| argument.get_long() == Some(flag.as_str())).unwrap();
            let help = argument.get_help().unwrap().to_string();
            assert!(help.contains(&format!("[{variable}")), "{help}");
        }
    }
}
