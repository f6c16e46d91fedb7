//! What can happen: the words that the model and the real thing are both told.

use std::fmt;

/// Applications that there may be.
pub(crate) const APPLICATIONS: [&str; 3] = ["default", "notes", "chat"];

/// The id of an application.
pub(crate) type App = &'static str;

/// Users by the order in which they were registered, from 0 on. User 0 is the admin that the operator made.
pub(crate) type UserNo = usize;

/// Sessions by the number that the log-in gives them which opens them. So they keep it when a failing sequence is made
/// shorter.
pub(crate) type SessionNo = u32;

/// One of the pairs of tokens of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) session: SessionNo,
    pub(crate) number: usize,
}

/// What is shown to be given another pair, or to end the session.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown {
    RefreshToken(Pair),
    Bearer(Pair),
}

/// One of a few usernames or e-mail addresses; shouted, it is in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) number: u8,
    pub(crate) shouted: bool,
}

impl Name {
    pub(crate) fn username(self) -> String {
        self.spelled(format!("user{}", self.number))
    }

    pub(crate) fn email(self) -> String {
        self.spelled(format!("mail{}@example.com", self.number))
    }

    fn spelled(self, text: String) -> String {
        if self.shouted { text.to_uppercase() } else { text }
    }
}

/// What somebody logs in with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Identifier {
    Username(Name),
    Email(Name),
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Identifier::Username(name) => name.username(),
            Identifier::Email(name) => name.email(),
        })
    }
}

/// One of a few passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Password(pub(crate) u8);

impl fmt::Display for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "analytical engine no. {}", self.0)
    }
}

/// A second factor as it is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Code {
    /// What the user's authenticator shows so many half minutes from now.
    Totp { drift: i64 },
    /// Six digits that it does not show anywhere near the present.
    WrongTotp,
    /// A recovery code of the user, by the order in which they were ever given.
    Recovery { nth: usize },
}

/// A value that is kept under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// One of a few texts that a parser and a printer would not give back as they are.
    Odd(usize),
    /// A string of so many bytes, its quotes included.
    Long(usize),
}

const ODD: [&str; 6] = [
    "null",
    r#"{ "n": 1.00 , "N":1e0 }"#,
    r#""\u00e9 \/ é""#,
    "[\n\t[ ] ]",
    "-0.0",
    "12345678901234567890123",
];

impl Value {
    pub(crate) fn text(self) -> String {
        match self {
            Value::Odd(nth) => ODD[nth % ODD.len()].to_owned(),
            Value::Long(bytes) => format!("\"{}\"", "x".repeat(bytes - 2)),
        }
    }

    pub(crate) fn size(self) -> usize {
        match self {
            Value::Odd(_) => self.text().len(),
            Value::Long(bytes) => bytes,
        }
    }
}

/// What an admin makes of an account or an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Switch {
    On,
    Off,
}

/// The fields of an update that are given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Update {
    pub(crate) username: Option<Name>,
    pub(crate) email: Option<Name>,
    /// The outer `None` keeps the name, the inner one clears it.
    pub(crate) full_name: Option<Option<u8>>,
    pub(crate) password: Option<Password>,
    pub(crate) current_password: Option<Password>,
}

/// A log-in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogIn {
    /// The number of the session, and of the device where it is a new one; or that of the log-in which then waits.
    pub(crate) opens: SessionNo,
    pub(crate) identifier: Identifier,
    pub(crate) password: Password,
    pub(crate) application: Option<App>,
    /// Shown with the user's authenticator; a name of nobody has none.
    pub(crate) code: Option<Code>,
    /// The device of an earlier log-in, by the session for which it was told its token.
    pub(crate) device: Option<SessionNo>,
}

/// Leave to do something to something.
pub(crate) type Permission = (&'static str, &'static str);

/// One thing that somebody asks for, or time that passes. `by` is the access token that asks.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Wait {
        secs: i64,
    },
    Register {
        username: Name,
        email: Name,
        password: Password,
        application: Option<App>,
    },
    LogIn(LogIn),
    FinishLogIn {
        opens: SessionNo,
        waiting: SessionNo,
        code: Code,
    },
    Refresh(Shown),
    LogOut(Shown),
    LogOutEverywhere {
        by: Pair,
    },
    EndSession {
        by: Pair,
        session: SessionNo,
    },
    ShowProfile {
        by: Pair,
    },
    UpdateProfile {
        by: Pair,
        update: Update,
    },
    DeleteOwnAccount {
        by: Pair,
    },
    ProposeFactor {
        by: Pair,
        current_password: Option<Password>,
    },
    ShowCode {
        by: Pair,
        code: Code,
    },
    DisableFactor {
        by: Pair,
        code: Code,
    },
    RenewRecoveryCodes {
        by: Pair,
        code: Code,
        current_password: Option<Password>,
    },
    StoreDatum {
        by: Pair,
        key: u8,
        value: Value,
    },
    ShowDatum {
        by: Pair,
        key: u8,
    },
    DeleteDatum {
        by: Pair,
        key: u8,
    },
    CheckPermission {
        by: Pair,
        action: &'static str,
        resource: &'static str,
    },
    ChangeUser {
        by: Pair,
        user: UserNo,
        status: Option<Switch>,
        admin: Option<Switch>,
    },
    DeleteUser {
        by: Pair,
        user: UserNo,
    },
    AssignRole {
        by: Pair,
        user: UserNo,
        role: &'static str,
        application: App,
    },
    RevokeRole {
        by: Pair,
        user: UserNo,
        role: &'static str,
        application: App,
    },
    DefineRole {
        by: Pair,
        application: App,
        role: &'static str,
        permissions: Vec<Permission>,
    },
    DeleteRole {
        by: Pair,
        application: App,
        role: &'static str,
    },
    CreateApplication {
        by: Pair,
        application: App,
    },
    SwitchApplication {
        by: Pair,
        application: App,
        status: Switch,
    },
    DeleteApplication {
        by: Pair,
        application: App,
    },
    /// The same again and again within one second.
    Repeat {
        times: u8,
        operation: Box<Operation>,
    },
    /// The same log-in again and again, with so many seconds after each.
    Persist {
        login: LogIn,
        pause_secs: i64,
        times: u8,
    },
    /// Values of one size under many keys.
    FillData {
        by: Pair,
        keys: u8,
        bytes: usize,
    },
}

impl Operation {
    /// What it comes to, one after the other.
    pub(crate) fn steps(&self) -> Vec<Operation> {
        match self {
            Operation::Repeat { times, operation } => {
                (0..SessionNo::from(*times)).map(|nth| operation.opening_after(nth)).collect()
            }
            Operation::Persist { login, pause_secs, times } => {
                let log_in = |nth| Operation::LogIn(LogIn { opens: login.opens + nth, ..*login });
                let pause = || Operation::Wait { secs: *pause_secs };
                (0..SessionNo::from(*times)).flat_map(|nth| [log_in(nth), pause()]).collect()
            }
            Operation::FillData { by, keys, bytes } => {
                let store = |key| Operation::StoreDatum { by: *by, key, value: Value::Long(*bytes) };
                (0..*keys).map(store).collect()
            }
            single => vec![single.clone()],
        }
    }

    /// The same, with another number for the session that it opens.
    fn opening_after(&self, nth: SessionNo) -> Operation {
        let mut other = self.clone();
        if let Operation::LogIn(LogIn { opens, .. }) | Operation::FinishLogIn { opens, .. } = &mut other {
            *opens += nth;
        }
        other
    }

    /// The word for its kind.
    pub(crate) fn kind(&self) -> String {
        let shown = format!("{self:?}");
        shown.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
    }
}
