//! What is refused, in words that never change: one list of codes for the form, the edge and the server.

use std::borrow::Cow;
use std::fmt;

/// Whose doing a refusal is, which decides the family of HTTP statuses it is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Culprit {
    /// The request itself: it will be refused again until it is changed.
    Input,
    /// What the caller showed to prove who they are.
    Credential,
    /// What is stored: the same request may be granted at another time.
    State,
    /// A limit: the same request may be granted later.
    Limit,
    /// The host that runs the core, never the caller.
    Host,
}

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $word:literal, $culprit:ident; )+) => {
        /// A stable word for a refusal, safe to show anyone.
        ///
        /// The same words stand in the server's problems (RFC 9457), in its OpenAPI document and in the
        /// TypeScript union of the package.
        ///
        /// ```
        /// use countersign_core::rejection::{Code, Culprit};
        ///
        /// assert_eq!(Code::InvalidCredentials.as_str(), "invalid_credentials");
        /// assert_eq!(Code::InvalidCredentials.culprit(), Culprit::Credential);
        /// assert_eq!(Code::from_word("too_short"), Some(Code::TooShort));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $( $(#[doc = $doc])+ $variant, )+ }

        impl Code {
            /// Every code there is, in the order of this file.
            pub const ALL: &'static [Code] = &[ $( Code::$variant, )+ ];

            /// The word itself, in snake_case.
            pub const fn as_str(self) -> &'static str {
                match self { $( Code::$variant => $word, )+ }
            }

            /// Whose doing it is.
            pub const fn culprit(self) -> Culprit {
                match self { $( Code::$variant => Culprit::$culprit, )+ }
            }

            /// What the code means, in a sentence for the documentation.
            pub const fn meaning(self) -> &'static str {
                match self { $( Code::$variant => concat!($( $doc ),+).trim_ascii_start(), )+ }
            }
        }
    };
}

codes! {
    /// Some field was refused; `errors` names each.
    ValidationFailed = "validation_failed", Input;
    /// The body is not JSON as RFC 8259 has it, or holds a name twice.
    MalformedJson = "malformed_json", Input;
    /// A field or query parameter that the operation does not take.
    UnknownField = "unknown_field", Input;
    /// A field that must be there is missing or empty.
    Required = "required", Input;
    /// A value of another JSON type than the field takes.
    InvalidType = "invalid_type", Input;
    /// A value that is not written as the field wants it.
    InvalidFormat = "invalid_format", Input;
    /// A value with characters that the field does not take.
    InvalidCharacters = "invalid_characters", Input;
    /// A value with too few characters.
    TooShort = "too_short", Input;
    /// A value with too many characters.
    TooLong = "too_long", Input;
    /// A password that is among the commonest.
    PasswordTooCommon = "password_too_common", Input;
    /// A password that became known by a break-in elsewhere.
    PasswordBreached = "password_breached", Input;
    /// A password that is the account's own username, e-mail address or its local part.
    PasswordIsIdentity = "password_is_identity", Input;
    /// Two fields of which only one may be given.
    Conflicting = "conflicting", Input;
    /// The username belongs to another account.
    UsernameTaken = "username_taken", Input;
    /// The e-mail address belongs to another account.
    EmailTaken = "email_taken", Input;
    /// There is no such application, or it is disabled.
    UnknownApplication = "unknown_application", Input;
    /// The application has no such role.
    UnknownRole = "unknown_role", Input;
    /// A list with too many items.
    TooManyItems = "too_many_items", Input;
    /// The path is not one that is served.
    NotFound = "not_found", Input;
    /// The path is served, but not by this method.
    MethodNotAllowed = "method_not_allowed", Input;
    /// A body that does not come as `application/json`.
    UnsupportedMediaType = "unsupported_media_type", Input;
    /// The body, or the value in it, is of more bytes than are taken.
    PayloadTooLarge = "payload_too_large", Input;
    /// A request that breaks the rules of HTTP itself.
    BadRequest = "bad_request", Input;
    /// The page that sent this is not one that may use cookies of this server.
    CrossSiteRequest = "cross_site_request", Input;
    /// The password given as the current one is another.
    InvalidCurrentPassword = "invalid_current_password", Input;
    /// The code of the second factor is wrong or was used before.
    InvalidCode = "invalid_code", Input;
    /// The mailed token is none of ours, was used or replaced, or is over; ask for another mail.
    InvalidToken = "invalid_token", Input;
    /// The cursor is not one that this list has given.
    InvalidCursor = "invalid_cursor", Input;
    /// A password hash that is not a PHC string.
    HashMalformed = "hash_malformed", Input;
    /// A password hash of a kind or version that is not verified here.
    HashUnsupported = "hash_unsupported", Input;
    /// A password hash that asks for more memory or time than is granted.
    HashTooCostly = "hash_too_costly", Input;
    /// A key that is no JSON Web Key, or not one that may verify signatures here.
    KeyInvalid = "key_invalid", Input;

    /// The name and password do not belong together.
    InvalidCredentials = "invalid_credentials", Credential;
    /// The operation wants a bearer token and none was sent.
    TokenRequired = "token_required", Credential;
    /// The token is not a JSON Web Token in compact form.
    TokenMalformed = "token_malformed", Credential;
    /// The token is signed by an algorithm that is not accepted.
    TokenAlgorithmNotAllowed = "token_algorithm_not_allowed", Credential;
    /// The token names a key that is not known.
    TokenKeyUnknown = "token_key_unknown", Credential;
    /// The token's signature does not match.
    TokenSignatureInvalid = "token_signature_invalid", Credential;
    /// The token is of another type than an access token.
    TokenTypeInvalid = "token_type_invalid", Credential;
    /// The token carries critical header parameters, which are not understood.
    TokenCriticalUnsupported = "token_critical_unsupported", Credential;
    /// A claim that must be there is missing.
    TokenClaimMissing = "token_claim_missing", Credential;
    /// A claim has the wrong type or value.
    TokenClaimInvalid = "token_claim_invalid", Credential;
    /// The token has expired.
    TokenExpired = "token_expired", Credential;
    /// The token is not valid yet.
    TokenNotYetValid = "token_not_yet_valid", Credential;
    /// The token was revoked before it expired.
    TokenRevoked = "token_revoked", Credential;
    /// What the token says of its holder may have changed since; a fresh one is good again.
    TokenOutdated = "token_outdated", Credential;
    /// The token's session has ended.
    SessionEnded = "session_ended", Credential;
    /// The refresh token is not one of ours.
    RefreshTokenInvalid = "refresh_token_invalid", Credential;
    /// The token was replaced before; its session has been ended.
    TokenReused = "token_reused", Credential;
    /// The session is refreshed by its refresh token, no longer by an access token.
    TokenNotRefreshable = "token_not_refreshable", Credential;
    /// The password is right and the second factor is still to come; `mfa_token` stands for this log-in.
    MfaRequired = "mfa_required", Credential;
    /// The `mfa_token` is none of ours, was used, is over or has seen five wrong codes; log in again.
    MfaTokenInvalid = "mfa_token_invalid", Credential;

    /// The account is suspended.
    AccountSuspended = "account_suspended", State;
    /// The e-mail address must be verified first.
    EmailNotVerified = "email_not_verified", State;
    /// The application is disabled.
    ApplicationDisabled = "application_disabled", State;
    /// The user does not belong to the application.
    NotAMember = "not_a_member", State;
    /// Only an admin may do this, with a token of the application `default`.
    AdminRequired = "admin_required", State;
    /// The log-in is too long ago for this; log in again or give the current password.
    ReauthenticationRequired = "reauthentication_required", State;
    /// A second factor is on already; turn it off to set another.
    MfaAlreadyEnabled = "mfa_already_enabled", State;
    /// No second factor is on, and none is waiting to be verified.
    MfaNotEnabled = "mfa_not_enabled", State;
    /// This is the last active admin; make another one first.
    LastAdmin = "last_admin", State;
    /// There is no such user, or the account was deleted.
    UserNotFound = "user_not_found", State;
    /// The user has no such session.
    SessionNotFound = "session_not_found", State;
    /// There is no such application.
    ApplicationNotFound = "application_not_found", State;
    /// Another application has this id.
    ApplicationExists = "application_exists", State;
    /// The application `default` can neither be disabled nor deleted.
    ApplicationProtected = "application_protected", State;
    /// The application has no such role, or the user does not hold it.
    RoleNotFound = "role_not_found", State;
    /// The built-in roles can't be changed, nor is another called like one of them.
    RoleBuiltIn = "role_built_in", State;
    /// Nothing is kept under this key.
    DataNotFound = "data_not_found", State;
    /// The user keeps as much as there is room for: 100 keys in an application, 1 MiB in all.
    DataLimit = "data_limit", State;

    /// Too many wrong attempts; the answer says when to try again. Where that is of no use, a log-in from a known device
    /// or another password by mail is.
    TooManyAttempts = "too_many_attempts", Limit;
    /// The server has more work than it takes at once; the answer says when to try again.
    Overloaded = "overloaded", Limit;

    /// The server failed; its log tells why.
    Internal = "internal", Host;
    /// Whoever verifies tokens has had no keys to do so for too long, and takes none until it has.
    KeysStale = "keys_stale", Host;
    /// The list of revoked tokens is not one that the issuer signed for this use.
    RevocationsInvalid = "revocations_invalid", Host;
    /// Whoever verifies tokens has had no list of revoked ones for too long, and takes none until it has.
    RevocationsStale = "revocations_stale", Host;
}

impl Code {
    /// The code that is written so, `None` where there is no such word.
    pub fn from_word(word: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == word)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One refused field. It names the field and the reason and never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field as the request spells it.
    pub field: Cow<'static, str>,
    /// Why it was refused.
    pub code: Code,
    /// A sentence for a person.
    pub message: Cow<'static, str>,
}

impl Fault {
    /// A fault of `field`.
    pub fn new(
        field: impl Into<Cow<'static, str>>,
        code: Code,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// A refusal of a whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The stable word.
    pub code: Code,
    /// The refused fields, in the order of the form; empty unless the input is at fault.
    pub faults: Vec<Fault>,
    /// Seconds until another try can succeed; `None` where time does not help.
    pub retry_after_secs: Option<u32>,
}

impl Rejection {
    /// A refusal that names no field.
    pub fn of(code: Code) -> Self {
        Self { code, faults: Vec::new(), retry_after_secs: None }
    }

    /// A refusal that time heals.
    pub fn retry_after(code: Code, secs: u32) -> Self {
        Self { code, faults: Vec::new(), retry_after_secs: Some(secs) }
    }

    /// A refusal of fields, named by the one fault where all of them share one that clients tell apart
    /// (a taken name, an unknown field), else by `validation_failed`.
    ///
    /// ```
    /// use countersign_core::rejection::{Code, Fault, Rejection};
    ///
    /// let taken = Fault::new("username", Code::UsernameTaken, "This username is taken.");
    /// let short = Fault::new("password", Code::TooShort, "Password is too short.");
    /// assert_eq!(Rejection::validation(vec![taken.clone()]).code, Code::UsernameTaken);
    /// assert_eq!(Rejection::validation(vec![taken, short]).code, Code::ValidationFailed);
    /// ```
    pub fn validation(faults: Vec<Fault>) -> Self {
        let first = faults.first().map(|fault| fault.code);
        let shared = first.filter(|code| faults.iter().all(|fault| fault.code == *code));
        let code = match shared {
            Some(code @ (Code::UsernameTaken | Code::EmailTaken | Code::UnknownField)) => code,
            _ => Code::ValidationFailed,
        };
        Self { code, faults, retry_after_secs: None }
    }
}
