//! The command line: what may be written after `countersign`, and the code that the program ends with.

mod after_restore;
mod arguments;
mod audit;
mod banner;
mod keys;
mod outbox;
mod password;
mod serve;
mod shutdown;
mod user;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::WrongSetting;
use arguments::{
    CreateArguments, KeysArguments, OutboxArguments, RotateArguments, ServeArguments, WithdrawArguments,
};

/// What was asked for was refused, or failed.
const REFUSED: u8 = 1;

/// A setting or flag is wrong, the code that clap ends with as well.
const WRONG_SETTING: u8 = 2;

/// Registers users, logs them in and knows them again: one core for the browser, the edge and this server.
#[derive(Debug, Parser)]
#[command(
    name = "countersign",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = arguments::AFTER_HELP
)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API, its documentation and the demo; also what plain `countersign` does
    #[command(after_help = arguments::AFTER_HELP)]
    Serve(Box<ServeArguments>),
    /// Look after user accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Look after the audit
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look after the keys that sign tokens
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Show the mails that wait, as they would be sent
    Outbox(OutboxArguments),
    /// Void what an earlier copy of the database brought back: run it once a backup was put in its place, before the
    /// server is started or also while it runs
    #[command(after_help = after_restore::AFTER_HELP)]
    AfterRestore(after_restore::AfterRestoreArguments),
    /// Print the OpenAPI document and end
    Openapi,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// List the keys: the one that signs, the one that is next, and those that tokens may still be out of
    List(KeysArguments),
    /// Have the next key sign from now on, also while the server runs. Tokens of the one before stay good
    #[command(after_help = arguments::ROTATE_AFTER_HELP)]
    Rotate(RotateArguments),
    /// Have a key known no more and its tokens refused, also while the server runs
    #[command(after_help = arguments::WITHDRAW_AFTER_HELP)]
    Withdraw(WithdrawArguments),
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account, also while the server runs. The password is asked for at the terminal, or is one line
    /// of standard input
    #[command(after_help = arguments::CREATE_AFTER_HELP)]
    Create(CreateArguments),
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Find rows that were edited, removed or moved, also while the server runs
    Verify(audit::VerifyArguments),
    /// Write old rows to a file and take them out of the database, also while the server runs
    Archive(audit::ArchiveArguments),
}

/// Runs the program on the arguments of this process.
///
/// It ends with 0 where all went well, 1 where something was refused or failed, 2 for a wrong setting or flag.
pub fn run() -> ExitCode {
    let command_line = match CommandLine::try_parse() {
        Ok(command_line) => command_line,
        Err(told) => {
            // Help and version come this way as well. Where they cannot be printed there is nobody to tell.
            let _ = told.print();
            return u8::try_from(told.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    match command_line.command {
        None => serve::run(command_line.serve),
        Some(Command::Serve(arguments)) => serve::run(*arguments),
        Some(Command::User(UserCommand::Create(arguments))) => user::create(arguments),
        Some(Command::Audit(AuditCommand::Verify(arguments))) => audit::verify(arguments),
        Some(Command::Audit(AuditCommand::Archive(arguments))) => audit::archive(arguments),
        Some(Command::Keys(KeysCommand::List(arguments))) => keys::list(arguments),
        Some(Command::Keys(KeysCommand::Rotate(arguments))) => keys::rotate(arguments),
        Some(Command::Keys(KeysCommand::Withdraw(arguments))) => keys::withdraw(arguments),
        Some(Command::Outbox(arguments)) => outbox::show(arguments),
        Some(Command::AfterRestore(arguments)) => after_restore::run(arguments),
        Some(Command::Openapi) => print_openapi(),
    }
}

fn print_openapi() -> ExitCode {
    match serde_json::to_string_pretty(&crate::openapi::document()) {
        Ok(document) => {
            print_line(&document);
            ExitCode::SUCCESS
        }
        Err(error) => refuse(REFUSED, &[format!("the OpenAPI document cannot be printed: {error}.")]),
    }
}

/// One line to standard output. A reader who has gone (`countersign openapi | head`) misses nothing.
fn print_line(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Tells why nothing was done, a line for each reason, and gives the code to end with.
fn refuse<T: std::fmt::Display>(code: u8, reasons: &[T]) -> ExitCode {
    let mut stderr = io::stderr().lock();
    for reason in reasons {
        // Where even this cannot be written there is nobody to tell.
        let _ = writeln!(stderr, "{reason}");
    }
    ExitCode::from(code)
}

/// Tells every wrong setting.
fn refuse_settings(wrong: &[WrongSetting]) -> ExitCode {
    let code = refuse(WRONG_SETTING, wrong);
    let _ = writeln!(io::stderr(), "`countersign --help` lists every setting.");
    code
}

/// An error and everything it comes from, in one sentence.
fn chain(error: &dyn std::error::Error) -> String {
    let mut sentence = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        sentence = format!("{sentence}: {error}");
        cause = error.source();
    }
    sentence
}
