//! After a backup was put in the database's place.

use countersign_core::mail::{MailKind, NOTICE_TTL_SECS, NOTICES_LIMIT, window_start};
use countersign_core::restore::{AfterRestore, RecoveryCodes};

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::{restore as sql, revocations};

/// Each that is counted is told of in [`Voided`](crate::store::Voided), in this order.
pub(super) fn void(after: AfterRestore) -> Vec<Write> {
    let AfterRestore { at, used_step, recovery_codes } = after;
    let mut writes = vec![
        write(revocations::OUTDATE_EVERYTHING, Guard::Open, [at.into()]),
        write(sql::END_EVERY_SESSION, Guard::Counted, []),
        write(sql::END_EVERY_MFA_LOGIN, Guard::Counted, []),
        write(sql::FORGET_EVERY_DEVICE, Guard::Counted, []),
        write(sql::VOID_EVERY_ACTION_TOKEN, Guard::Counted, []),
        write(sql::GIVE_UP_MAILS_WITH_TOKENS, Guard::Counted, [at.into()]),
        write(sql::USE_STEP_OF_EVERY_FACTOR, Guard::Counted, [used_step.number().into()]),
    ];
    if recovery_codes == RecoveryCodes::Void {
        writes.extend([
            write(sql::FORGET_EVERY_RECOVERY_CODE, Guard::Counted, []),
            write(
                sql::NOTIFY_EVERY_FACTOR,
                Guard::Counted,
                [
                    MailKind::RecoveryCodesVoided.as_str().into(),
                    at.into(),
                    at.plus_secs(NOTICE_TTL_SECS).into(),
                    window_start(at).into(),
                    NOTICES_LIMIT.into(),
                ],
            ),
        ]);
    }
    writes
}
