//! What becomes a problem, and how much of it the client is told.

use countersign_core::json::JsonError;
use countersign_core::rejection::{Code, Rejection};
use countersign_core::sealing::SealError;
use countersign_core::token::TokenError;

use super::Problem;
use crate::hashing::Busy;
use crate::qr::QrError;
use crate::store::StoreError;

/// Seconds after which a busy store is worth another try: it writes thousands of groups in that time.
const STORE_RETRY_SECS: u32 = 1;

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let mut problem = Problem::of(rejection.code);
        problem.0.faults = rejection.faults;
        problem.0.retry_after_secs = rejection.retry_after_secs;
        problem
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        match error.claim {
            None => Problem::of(error.code),
            Some(_) => Problem::with_detail(error.code, error.to_string()),
        }
    }
}

impl From<JsonError> for Problem {
    fn from(error: JsonError) -> Self {
        Problem::with_detail(Code::MalformedJson, error.to_string())
    }
}

impl From<Busy> for Problem {
    fn from(busy: Busy) -> Self {
        Problem::overloaded(busy.retry_after_secs)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_busy() { Problem::overloaded(STORE_RETRY_SECS) } else { Problem::internal(error) }
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        Problem::internal(error)
    }
}

impl From<QrError> for Problem {
    fn from(error: QrError) -> Self {
        Problem::internal(error)
    }
}

impl From<getrandom::Error> for Problem {
    fn from(error: getrandom::Error) -> Self {
        Problem::internal(error)
    }
}
