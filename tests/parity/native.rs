//! What native says to each line that the parity test generates: JSON in, one verdict a line out.
//!
//! A verdict is `{"ok": …}`, `{"issues": [[field, code, message], …]}` for a form, or
//! `{"refused": [code, claim]}`. parity.test.mjs brings what the package answers into the same form.

use std::error::Error;
use std::io::{BufWriter, Write, stdin, stdout};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::email::Email;
use countersign_core::field::Field;
use countersign_core::json::Document;
use countersign_core::mfa::{TotpCode, TotpSecret, TotpStep};
use countersign_core::name::PersonName;
use countersign_core::password::{
    Argon2Cost, Argon2Workspace, HashBounds, Password, PasswordContext, PasswordHash,
};
use countersign_core::permission::{Permission, is_permitted};
use countersign_core::phone::Phone;
use countersign_core::profile::{AskedPassword, Edit, ProfileForm, ProfileUpdate, StoredProfile};
use countersign_core::register::{Registration, RegistrationForm, RegistrationRules};
use countersign_core::rejection::{Code, Fault};
use countersign_core::time::Timestamp;
use countersign_core::token::{
    Algorithm, Expectation, KeySet, Refused, TokenError, Verifier, VerifierSettings, VerifyingKey,
    decode_token, verify_jws, verify_token,
};
use countersign_core::username::Username;
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut workspace = Argon2Workspace::new();
    let mut out = BufWriter::new(stdout().lock());
    for line in stdin().lines() {
        let request = Request(serde_json::from_str(&line?)?);
        writeln!(out, "{}", request.verdict(&mut workspace)?)?;
    }
    out.flush()?;
    Ok(())
}

struct Request(Value);

impl Request {
    fn verdict(&self, workspace: &mut Argon2Workspace) -> Outcome<Value> {
        Ok(match self.text("kind")? {
            "codes" => json!(Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>()),
            "email" => single(self.typed()?.required("email").and_then(Email::parse), |email| email.as_str()),
            "username" => {
                single(self.typed()?.required("username").and_then(Username::parse), |name| name.as_str())
            }
            "password" => self.password()?,
            "name" => optional(
                self.typed()?.optional("name"),
                |text| PersonName::parse("name", text),
                |name| name.as_str(),
            ),
            "phone" => optional(self.typed()?.optional("phone"), Phone::parse, |phone| phone.as_str()),
            "registration" => self.registration()?,
            "hash" => self.hash(workspace)?,
            "verify" => self.verify(workspace)?,
            "inspect" => self.inspect()?,
            "token" => self.token()?,
            "jws" | "jwks" => self.jws()?,
            "guard" => self.guard()?,
            "permission" => self.permission()?,
            "profile" => self.profile()?,
            "totp" => self.totp()?,
            "decode" => match decode_token(self.text("token")?) {
                Ok(decoded) => {
                    json!({ "ok": { "claims": decoded.claims_json, "header": decoded.header_json } })
                }
                Err(error) => refused_token(&error),
            },
            kind => return Err(format!("no such kind: {kind}").into()),
        })
    }

    fn password(&self) -> Outcome<Value> {
        let context = PasswordContext {
            min_length: self.number("min_length")?.try_into()?,
            username: self.0["username"].as_str(),
            email: self.0["email"].as_str(),
        };
        let typed = self.typed()?;
        let password = typed.required("password").and_then(|text| Password::parse(text, context));
        Ok(single(password, |password| password.expose()))
    }

    /// The form comes as the body that it would be sent in, and is read as the server reads it.
    fn registration(&self) -> Outcome<Value> {
        let document = Document::parse(self.text("body")?.as_bytes())?;
        let form = RegistrationForm {
            username: document.field("username"),
            email: document.field("email"),
            password: document.field("password"),
            name: document.field("name"),
            first_name: document.field("first_name"),
            last_name: document.field("last_name"),
            phone: document.field("phone"),
            application_id: document.field("application_id"),
        };
        let rules = RegistrationRules {
            username_required: self.0["username_required"] == true,
            password_min_length: self.number("min_length")?.try_into()?,
        };
        Ok(match Registration::parse(&form, rules) {
            Ok(registration) => json!({ "ok": {
                "username": registration.username.as_ref().map(Username::as_str),
                "email": registration.email.as_str(),
                "password": registration.password.expose(),
                "name": registration.name.as_ref().map(PersonName::as_str),
                "first_name": registration.first_name.as_ref().map(PersonName::as_str),
                "last_name": registration.last_name.as_ref().map(PersonName::as_str),
                "phone": registration.phone.as_ref().map(Phone::as_str),
                "application_id": registration.application.as_ref().map(|id| id.as_str()),
            } }),
            Err(faults) => issues(&faults),
        })
    }

    fn hash(&self, workspace: &mut Argon2Workspace) -> Outcome<Value> {
        let cost = Argon2Cost::new(
            self.number("memory_kib")?.try_into()?,
            self.number("iterations")?.try_into()?,
            self.number("parallelism")?.try_into()?,
        )?;
        let salt = self.bytes("salt")?.try_into().map_err(|_| "salt")?;
        let hash = workspace.hash(&Password::prepare(self.text("password")?), cost, salt);
        Ok(json!({ "ok": hash.as_str() }))
    }

    fn verify(&self, workspace: &mut Argon2Workspace) -> Outcome<Value> {
        let password = Password::prepare(self.text("password")?);
        Ok(match PasswordHash::parse_within(self.text("hash")?, HashBounds::default()) {
            Ok(hash) => json!({ "ok": workspace.verify(&password, &hash) }),
            Err(code) => refused(code, None),
        })
    }

    fn inspect(&self) -> Outcome<Value> {
        Ok(match PasswordHash::parse(self.text("hash")?) {
            Ok(hash) => json!({ "ok": {
                "m": hash.cost().memory_kib(),
                "t": hash.cost().iterations(),
                "p": hash.cost().parallelism(),
                "needsRehash": hash.needs_rehash(&Argon2Cost::default()),
            } }),
            Err(code) => refused(code, None),
        })
    }

    fn token(&self) -> Outcome<Value> {
        let Some(keys) = self.keys()? else { return Ok(refused(Code::KeyInvalid, None)) };
        let algorithms = self.algorithms()?;
        let now = Timestamp::from_secs(self.number("now")?);
        let expectation =
            Expectation::new(&algorithms, self.text("issuer")?, now).for_audience(self.text("audience")?);
        Ok(match verify_token(self.text("token")?, &keys, &expectation) {
            Ok(verified) => {
                json!({ "ok": { "claims": verified.claims_json, "header": verified.header.json } })
            }
            Err(error) => refused_token(&error),
        })
    }

    fn jws(&self) -> Outcome<Value> {
        let Some(keys) = self.keys()? else { return Ok(refused(Code::KeyInvalid, None)) };
        Ok(match verify_jws(self.text("token")?, &keys, &self.algorithms()?) {
            Ok(jws) => {
                json!({ "ok": { "payload": STANDARD.encode(jws.payload), "header": jws.header.json } })
            }
            Err(error) => refused_token(&error),
        })
    }

    /// A verifier that has settled keys, and one list of what is revoked.
    fn guard(&self) -> Outcome<Value> {
        let mut verifier = Verifier::new(VerifierSettings {
            algorithms: self.algorithms()?,
            issuer: self.text("issuer")?.into(),
            audience: self.text("audience")?.into(),
            stale_max_secs: self.number("stale_max_secs")?.try_into()?,
            needs_revocations: true,
        });
        let now = Timestamp::from_secs(self.number("now")?);
        verifier.set_keys(self.text("key")?, None).map_err(|error| error.reason)?;
        // A list that is not taken leaves the verifier without one, which it says when it is asked.
        let _refused = verifier.set_revocations(self.text("list")?, now);
        Ok(match verifier.verify(self.text("token")?, now) {
            Ok(verified) => json!({ "ok": { "claims": verified.claims_json } }),
            Err(Refused::Token(error)) => refused_token(&error),
            Err(Refused::Unavailable(code)) => refused(code, None),
        })
    }

    /// The step of a code that is taken, else `false`.
    fn totp(&self) -> Outcome<Value> {
        let secret = TotpSecret::from_bytes(self.bytes("secret")?.try_into().map_err(|_| "secret")?);
        let last = TotpStep::new(self.number("last")?);
        let now = Timestamp::from_secs(self.number("now")?);
        let step = TotpCode::parse(self.text("code")?).and_then(|code| secret.verify(&code, now, Some(last)));
        Ok(json!({ "ok": step.map_or(json!(false), |step| json!(step.number())) }))
    }

    fn permission(&self) -> Outcome<Value> {
        let text = |value: &Value| value.as_str().map(String::from).ok_or("grant");
        let grants = self.0["grants"].as_array().ok_or("grants")?.iter().map(|grant| {
            Ok(Permission { action: text(&grant["action"])?, resource: text(&grant["resource"])? })
        });
        let granted = grants.collect::<Result<Vec<_>, &str>>()?;
        Ok(json!({ "ok": is_permitted(&granted, self.text("action")?, self.text("resource")?) }))
    }

    /// Only what changes is a member of the value.
    fn profile(&self) -> Outcome<Value> {
        let document = Document::parse(self.text("body")?.as_bytes())?;
        let form = ProfileForm {
            username: document.field("username"),
            email: document.field("email"),
            password: document.field("password"),
            current_password: document.field("current_password"),
            name: document.field("name"),
            first_name: document.field("first_name"),
            last_name: document.field("last_name"),
            phone: document.field("phone"),
        };
        let account = &self.0["account"];
        let stored = StoredProfile {
            username: account["username"].as_str(),
            email: account["email"].as_str().ok_or("email")?,
            name: account["name"].as_str(),
            first_name: account["first_name"].as_str(),
            last_name: account["last_name"].as_str(),
            phone: account["phone"].as_str(),
        };
        let update = match ProfileUpdate::parse(&form, stored, self.number("min_length")?.try_into()?) {
            Ok(ProfileUpdate { password: Some(AskedPassword { new: Err(fault), .. }), .. }) => {
                return Ok(issues(&[fault]));
            }
            Ok(update) => update,
            Err(faults) => return Ok(issues(&faults)),
        };
        let password = update.password.as_ref().and_then(|asked| asked.new.as_ref().ok());
        let password = password.map(|password| password.expose());
        let current = update.current_password.as_ref().map(|current| current.expose());
        let members = [
            ("username", update.username.as_ref().map(|username| json!(username.as_str()))),
            ("email", update.email.as_ref().map(|email| json!(email.as_str()))),
            ("password", password.map(|text| json!(text))),
            ("current_password", current.map(|text| json!(text))),
            ("name", edited(&update.name, PersonName::as_str)),
            ("first_name", edited(&update.first_name, PersonName::as_str)),
            ("last_name", edited(&update.last_name, PersonName::as_str)),
            ("phone", edited(&update.phone, Phone::as_str)),
        ];
        let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Ok(json!({ "ok": given.collect::<serde_json::Map<_, _>>() }))
    }

    /// `None` for a key that is not taken.
    fn keys(&self) -> Outcome<Option<KeySet>> {
        Ok(match self.0["secret"].as_str() {
            Some(_) => VerifyingKey::hs256(&self.bytes("secret")?).map(KeySet::from).ok(),
            None => KeySet::from_json(self.text("key")?).ok(),
        })
    }

    fn algorithms(&self) -> Outcome<Vec<Algorithm>> {
        let names = self.0["algorithms"].as_array().ok_or("algorithms")?;
        let algorithms = names.iter().map(|name| name.as_str().and_then(Algorithm::from_name));
        Ok(algorithms.collect::<Option<_>>().ok_or("algorithms")?)
    }

    fn typed(&self) -> Outcome<Field<'_>> {
        Ok(Field::from(self.text("input")?))
    }

    fn text(&self, member: &str) -> Outcome<&str> {
        Ok(self.0[member].as_str().ok_or_else(|| format!("{member} is no text in {}", self.0))?)
    }

    fn number(&self, member: &str) -> Outcome<i64> {
        Ok(self.0[member].as_i64().ok_or_else(|| format!("{member} is no number in {}", self.0))?)
    }

    fn bytes(&self, member: &str) -> Outcome<Vec<u8>> {
        Ok(STANDARD.decode(self.text(member)?)?)
    }
}

fn single<T>(parsed: Result<T, Fault>, stored: impl Fn(&T) -> &str) -> Value {
    match parsed {
        Ok(value) => json!({ "ok": stored(&value) }),
        Err(fault) => issues(&[fault]),
    }
}

/// A field that may be left out: `null` for an empty one.
fn optional<T>(
    typed: Result<Option<&str>, Fault>,
    parse: impl Fn(&str) -> Result<T, Fault>,
    stored: impl Fn(&T) -> &str,
) -> Value {
    match typed {
        Ok(None) => json!({ "ok": null }),
        Ok(Some(text)) => single(parse(text), stored),
        Err(fault) => issues(&[fault]),
    }
}

/// `None` for what stays, null for what goes.
fn edited<T>(edit: &Edit<T>, stored: fn(&T) -> &str) -> Option<Value> {
    match edit {
        Edit::Keep => None,
        Edit::Clear => Some(Value::Null),
        Edit::Set(value) => Some(json!(stored(value))),
    }
}

fn issues(faults: &[Fault]) -> Value {
    let list = faults.iter().map(|fault| json!([fault.field, fault.code.as_str(), fault.message]));
    json!({ "issues": list.collect::<Vec<_>>() })
}

fn refused_token(error: &TokenError) -> Value {
    refused(error.code, error.claim)
}

fn refused(code: Code, claim: Option<&str>) -> Value {
    json!({ "refused": [code.as_str(), claim] })
}
