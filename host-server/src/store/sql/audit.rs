//! The audit.

/// In the order in which `rows::audit` reads them.
macro_rules! audit_columns {
    () => {
        "number, at, event, outcome, reason, actor, subject, application_id, role, ip, user_agent, request_id, link"
    };
}

/// Those before `$1` that happened in a time and have an event, if one is named, newest first.
macro_rules! chosen {
    ($who:literal, $limit:literal) => {
        concat!(
            "SELECT ",
            audit_columns!(),
            " FROM audit WHERE number < $1 AND ($2 = '' OR event = $2) AND at >= $3 AND at < $4",
            $who,
            " ORDER BY number DESC LIMIT ",
            $limit
        )
    };
}

super::statements! {
    /// The newest row's place.
    HEAD = "SELECT number, link FROM audit_head WHERE id = 1";

    /// How far the audit goes, how far it is archived, and how far it is sealed.
    STANDING =
        "SELECT number, link, archived_number, archived_link, sealed_number, sealed_link, seal FROM audit_head \
         WHERE id = 1";

    /// Adds the row after the newest.
    APPEND =
        "INSERT INTO audit (number, at, event, outcome, reason, actor, subject, application_id, role, ip, \
                            user_agent, request_id, link) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

    /// The newest row is another.
    ADVANCE = "UPDATE audit_head SET number = $1, link = $2 WHERE id = 1";

    /// Rows after `$1` in their order.
    FOLLOWING = concat!("SELECT ", audit_columns!(), " FROM audit WHERE number > $1 ORDER BY number LIMIT $2");

    /// The newest row before a time.
    LAST_BEFORE = "SELECT number FROM audit WHERE number < $1 AND at < $2 ORDER BY number DESC LIMIT 1";

    /// Rows of any actor and subject.
    CHOSEN = chosen!("", "$5");

    /// Rows of one actor.
    CHOSEN_BY_ACTOR = chosen!(" AND actor = $5", "$6");

    /// Rows about one subject.
    CHOSEN_BY_SUBJECT = chosen!(" AND subject = $5", "$6");

    /// Rows of one actor about one subject.
    CHOSEN_BY_BOTH = chosen!(" AND actor = $5 AND subject = $6", "$7");

    /// Guard: the seal is over no older row than the one before.
    SEAL = "UPDATE audit_head SET sealed_number = $1, sealed_link = $2, seal = $3 WHERE id = 1 AND sealed_number <= $1";

    /// Guard: the archive goes on where the last one ended, and not beyond the newest row.
    ARCHIVED =
        "UPDATE audit_head SET archived_number = $1, archived_link = $2 \
         WHERE id = 1 AND archived_number = $3 AND number >= $1";

    /// Removes the rows that are archived.
    REMOVE_ARCHIVED = "DELETE FROM audit WHERE number <= $1";
}
