//! What the store holds of a second factor, opened and put beside the code that is shown.

use countersign_core::decision::Decision;
use countersign_core::id::UserId;
use countersign_core::login::{self, FinishStanding};
use countersign_core::mfa::{Factor, FactorStanding, RecoveryKey, ShownCode};
use countersign_core::network::Network;
use countersign_core::secret::TokenDigest;

use crate::app::App;
use crate::problem::Problem;
use crate::request_id::RequestId;

/// The second factor of a user as a code meets it. `shown` is `None` where none is shown yet, `network` where it is not
/// counted on the address.
///
/// # Errors
/// Where the store fails, or the stored secret was sealed with another key.
pub(super) fn standing(
    app: &App,
    user: UserId,
    shown: Option<&ShownCode>,
    network: Option<Network>,
) -> Result<FactorStanding, Problem> {
    let stored = app.store.factor(user)?;
    let factor = match stored {
        Some(stored) => Some(Factor { secret: app.tokens.sealing_key.open(&stored.secret, user)?, stored }),
        None => None,
    };
    let recovery = match shown {
        Some(ShownCode::Recovery(code)) => {
            let known = |key: &RecoveryKey| {
                let digest = key.digest(user, code);
                app.store.recovery_code_known(user, &digest).map(|known| known.then_some(digest)).transpose()
            };
            app.tokens.recovery_keys.find_map(known).transpose()?
        }
        _ => None,
    };
    let now = app.now();
    let (wrong_codes, from_address) =
        (app.store.wrong_codes(user, now)?, app.store.from_address(network, now)?);
    Ok(FactorStanding { factor, recovery, wrong_codes, from_address })
}

/// The log-in that waits under this token; `None` where none does. One from a known device is not counted on its address.
///
/// # Errors
/// As [`standing`].
pub(super) fn waiting(
    app: &App,
    digest: TokenDigest,
    shown: Option<&ShownCode>,
    network: Option<Network>,
) -> Result<Option<FinishStanding>, Problem> {
    let Some(login) = app.store.mfa_login(digest)? else { return Ok(None) };
    let account = app.store.account(login.user)?;
    let application = app.store.application(&login.application)?;
    let Some((account, application)) = account.zip(application) else { return Ok(None) };
    let roles = app.store.roles_held(account.id, &application.id)?;
    let network = network.filter(|_| login.device.is_none());
    let factor = standing(app, account.id, shown, network)?;
    let had_device = app.store.had_device(account.id)?;
    Ok(Some(FinishStanding { login, account, application, roles, factor, had_device }))
}

/// Whose log-in waits under this token.
///
/// # Errors
/// 401 where none does, 429 where its codes are used up and no other is looked at for now.
pub(crate) fn admit(app: &App, digest: TokenDigest, request_id: &RequestId) -> Result<UserId, Problem> {
    let standing = waiting(app, digest, None, None)?;
    let Decision { outcome, events, .. } = login::admit_token(standing, app.now());
    super::tell(&events, Some(request_id.as_str()));
    Ok(outcome?.account.id)
}
