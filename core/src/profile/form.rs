//! What somebody sends to change their account, and what it must hold to be looked at.

use crate::account::Account;
use crate::email::Email;
use crate::field::Field;
use crate::name::PersonName;
use crate::password::{Password, PasswordContext, PreparedPassword};
use crate::phone::Phone;
use crate::rejection::{Code, Fault};
use crate::secret::Secret;
use crate::username::Username;

/// The fields of an update as they came.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is named as the request names it")]
pub struct ProfileForm<'a> {
    pub username: Field<'a>,
    pub email: Field<'a>,
    pub password: Field<'a>,
    pub current_password: Field<'a>,
    pub name: Field<'a>,
    pub first_name: Field<'a>,
    pub last_name: Field<'a>,
    pub phone: Field<'a>,
}

/// What an account has so far, as far as an update is held against it.
#[derive(Debug, Clone, Copy)]
pub struct StoredProfile<'a> {
    /// `None` where the account has none.
    pub username: Option<&'a str>,
    /// Lower-cased.
    pub email: &'a str,
    /// The full name; `None` where the account has none.
    pub name: Option<&'a str>,
    /// The first name; `None` where the account has none.
    pub first_name: Option<&'a str>,
    /// The last name; `None` where the account has none.
    pub last_name: Option<&'a str>,
    /// The telephone number; `None` where the account has none.
    pub phone: Option<&'a str>,
}

impl<'a> From<&'a Account> for StoredProfile<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            username: account.username.as_deref(),
            email: &account.email,
            name: account.name.as_deref(),
            first_name: account.first_name.as_deref(),
            last_name: account.last_name.as_deref(),
            phone: account.phone.as_deref(),
        }
    }
}

/// What an update says of something that one can do without.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Edit<T> {
    /// Nothing: it stays as it is.
    #[default]
    Keep,
    /// It goes.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Edit<T> {
    /// What becomes of the stored text.
    pub(crate) fn applied_to(&self, stored: Option<String>, text: fn(&T) -> &str) -> Option<String> {
        match self {
            Edit::Keep => stored,
            Edit::Clear => None,
            Edit::Set(value) => Some(text(value).to_owned()),
        }
    }
}

/// An update in which every field is well-formed.
///
/// An absent field changes nothing, and neither does an empty one, since many clients send every field of their form.
/// `null` clears what an account can do without. It cannot do without an e-mail address, nor lose its username: there
/// `null` is a fault. Beside `password` and `current_password` it is as good as absent, for nothing could be cleared.
///
/// What equals the stored value is not held to the rules, which may have been others when it was stored.
#[derive(Debug, Clone, Default)]
pub struct ProfileUpdate {
    /// `None` where it stays.
    pub username: Option<Username>,
    /// `None` where it stays.
    pub email: Option<Email>,
    /// `None` where it stays.
    pub password: Option<AskedPassword>,
    /// What is said to be the password; `None` where it was not given.
    pub current_password: Option<TypedPassword>,
    /// The full name.
    pub name: Edit<PersonName>,
    /// The first name.
    pub first_name: Edit<PersonName>,
    /// The last name.
    pub last_name: Edit<PersonName>,
    /// The telephone number.
    pub phone: Edit<Phone>,
}

/// A password as it was typed. It is prepared where it is held against a hash: forms that hash nothing do without.
#[derive(Debug, Clone)]
pub struct TypedPassword(Secret<String>);

impl TypedPassword {
    fn new(text: &str) -> Self {
        Self(Secret::new(text.to_owned()))
    }

    /// In the form that was hashed.
    pub fn prepare(&self) -> PreparedPassword {
        Password::prepare(self.0.expose())
    }

    /// The text itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// A password that is to be the account's, or already is: some clients always send it.
#[derive(Debug, Clone)]
pub struct AskedPassword {
    /// As it was typed, to be held against the stored hash.
    pub typed: TypedPassword,
    /// As it is set, or what forbids that. A password that is the account's already may be one that could not be set
    /// today, so the fault is told where it turns out to be another.
    pub new: Result<Password, Fault>,
}

impl ProfileUpdate {
    /// Reads a form. The password is held against the username and e-mail address that the account is to have, as they
    /// were typed.
    ///
    /// ```
    /// # use countersign_core::account::{Account, AccountRole, NewAccount};
    /// # use countersign_core::email::Email;
    /// # use countersign_core::id::{ApplicationId, UserId};
    /// # use countersign_core::password::{Argon2Cost, PasswordHash};
    /// # use countersign_core::time::Timestamp;
    /// use countersign_core::field::Field;
    /// use countersign_core::profile::{Edit, ProfileForm, ProfileUpdate};
    /// use countersign_core::rejection::Code;
    ///
    /// # let account = NewAccount {
    /// #     username: None, email: Email::parse("ada@example.com").unwrap(), name: None, first_name: None,
    /// #     last_name: None, phone: None, role: AccountRole::User, email_verified: false,
    /// #     application: ApplicationId::default_application(),
    /// #     password_hash: PasswordHash::decoy(Argon2Cost::default()).into(), created_at: Timestamp::from_secs(0),
    /// # }.stored_as(UserId::new(7));
    /// let form = ProfileForm { email: "".into(), name: Field::Null, phone: "555 12 34".into(), ..Default::default() };
    /// let update = ProfileUpdate::parse(&form, &account, 8).unwrap();
    /// assert_eq!(update.email, None);
    /// assert_eq!(update.name, Edit::Clear);
    ///
    /// let form = ProfileForm { email: Field::Null, phone: "1".into(), ..Default::default() };
    /// let codes = ProfileUpdate::parse(&form, &account, 8).unwrap_err().into_iter().map(|fault| fault.code);
    /// assert_eq!(codes.collect::<Vec<_>>(), [Code::Required, Code::TooShort]);
    /// ```
    ///
    /// # Errors
    /// Every faulty field, in the order of the form. A password that may not be set is told along with others; where
    /// it is the only fault, it waits in [`AskedPassword::new`].
    pub fn parse<'a>(
        form: &ProfileForm<'_>,
        account: impl Into<StoredProfile<'a>>,
        password_min_length: u16,
    ) -> Result<Self, Vec<Fault>> {
        let account = account.into();
        let mut faults = Vec::new();
        let username = match &form.username {
            Field::Null if account.username.is_none() => None,
            field => lasting(&mut faults, field, "username", account.username, Username::parse),
        };
        let email = lasting(&mut faults, &form.email, "email", Some(account.email), Email::parse);
        let typed = |field: &'_ Field<'_>, stored: Option<&str>| match field {
            Field::Text(text) if !text.is_empty() => Some(text.clone().into_owned()),
            _ => stored.map(str::to_owned),
        };
        let (as_username, as_email) =
            (typed(&form.username, account.username), typed(&form.email, Some(account.email)));
        let context = PasswordContext {
            min_length: password_min_length,
            username: as_username.as_deref(),
            email: as_email.as_deref(),
        };
        let text = keep(&mut faults, form.password.optional("password")).flatten();
        let password = text.map(|text| AskedPassword {
            typed: TypedPassword::new(text),
            new: Password::parse(text, context),
        });
        let place_of_password = faults.len();
        let current = keep(&mut faults, form.current_password.optional("current_password")).flatten();

        let mut person = |field, name, stored| {
            dispensable(&mut faults, field, name, stored, |text| PersonName::parse(name, text))
        };
        let name = person(&form.name, "name", account.name);
        let first_name = person(&form.first_name, "first_name", account.first_name);
        let last_name = person(&form.last_name, "last_name", account.last_name);
        let phone = dispensable(&mut faults, &form.phone, "phone", account.phone, Phone::parse);
        if faults.is_empty() {
            let current_password = current.map(TypedPassword::new);
            return Ok(Self {
                username,
                email,
                password,
                current_password,
                name,
                first_name,
                last_name,
                phone,
            });
        }
        if let Some(AskedPassword { new: Err(fault), .. }) = password {
            faults.insert(place_of_password, fault);
        }
        Err(faults)
    }
}

/// A field that can be changed and not cleared: `None` where it stays.
fn lasting<T>(
    faults: &mut Vec<Fault>,
    field: &Field<'_>,
    name: &'static str,
    stored: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Option<T> {
    let parsed = match field {
        Field::Null => Err(Fault::new(name, Code::Required, "This field cannot be removed.")),
        field => field.optional(name).and_then(|text| {
            let other = text.filter(|text| stored.is_none_or(|stored| stored != *text));
            other.map(parse).transpose()
        }),
    };
    keep(faults, parsed).flatten()
}

fn dispensable<T>(
    faults: &mut Vec<Fault>,
    field: &Field<'_>,
    name: &'static str,
    stored: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Edit<T> {
    match field {
        Field::Null => Edit::Clear,
        field => lasting(faults, field, name, stored, parse).map_or(Edit::Keep, Edit::Set),
    }
}

fn keep<T>(faults: &mut Vec<Fault>, result: Result<T, Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}
