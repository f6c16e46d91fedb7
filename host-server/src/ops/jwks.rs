//! The keys that verify access tokens elsewhere: at the edge, in another service.

use crate::app::App;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::{Published, Reply};

/// Seconds for which a verifier or a cache may rely on the keys without asking again. A key is published from the rotation
/// before the one that has it sign, so whoever has a copy that is no older than that knows the key: nobody is locked out
/// where rotations lie further apart than this. A key that is taken back is gone everywhere after this time.
pub(crate) const KEPT_FOR_SECS: i64 = 300;

/// The same as a header.
const KEPT_FOR: &str = "public, max-age=300";

/// Answers 200 with the public keys, or 304. A shared secret has none, so that under HS256 the set is empty.
pub(crate) fn answer(app: &App, call: &Call) -> Result<Reply, Problem> {
    let keys = app.tokens.signing.current()?.jwks(app.now());
    Ok(Published::new(keys, "application/json", KEPT_FOR).reply(&call.headers))
}
