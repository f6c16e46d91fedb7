//! The audit's seals and archives. Its rows are added by the engine, which alone knows the newest.

use countersign_core::audit::chain::Place;
use countersign_core::audit::seal::Seal;

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::audit as sql;

pub(super) fn seal(seal: &Seal) -> Write {
    let Seal { place, proof } = seal;
    let parameters = [place.number.into(), place.link.encode().into(), proof.as_str().into()];
    write(sql::SEAL, Guard::OneRow, parameters)
}

pub(super) fn archive(from: Place, to: Place) -> Vec<Write> {
    let parameters = [to.number.into(), to.link.encode().into(), from.number.into()];
    vec![
        write(sql::ARCHIVED, Guard::OneRow, parameters),
        write(sql::REMOVE_ARCHIVED, Guard::Open, [to.number.into()]),
    ]
}
