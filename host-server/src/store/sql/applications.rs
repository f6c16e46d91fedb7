//! Applications.

/// In the order in which `rows::applications` reads them.
macro_rules! application_columns {
    () => {
        "id, name, status, created_at"
    };
}

super::statements! {
    /// An application.
    APPLICATION = concat!("SELECT ", application_columns!(), " FROM applications WHERE id = $1");

    /// Applications from after `$1`, by id.
    APPLICATIONS = concat!(
        "SELECT ", application_columns!(), " FROM applications WHERE id > $1 ORDER BY id LIMIT $2"
    );

    /// A read that touches the file, for readiness.
    READY = "SELECT count(*) FROM applications WHERE id = 'default'";

    /// Guard: the id is free.
    CREATE_APPLICATION =
        "INSERT INTO applications (id, name, status, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

    /// Guard: it is there. NULL leaves what is.
    UPDATE_APPLICATION =
        "UPDATE applications SET name = COALESCE(CAST($1 AS TEXT), name), \
                                 status = COALESCE(CAST($2 AS TEXT), status) WHERE id = $3";

    /// Guard: it is there. What refers to it goes with it.
    DELETE_APPLICATION = "DELETE FROM applications WHERE id = $1";

    /// The users of an application belong to another.
    MOVE_USERS = "UPDATE users SET application_id = $1 WHERE application_id = $2";
}
