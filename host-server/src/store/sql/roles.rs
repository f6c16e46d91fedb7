//! Roles of applications, and who holds them.

/// Of a table's rows, those of users who do not belong to its application: neither registered with it nor holding a
/// role in it, nor admins, who belong to `default`.
macro_rules! of_strangers {
    ($table:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM users WHERE users.id = ",
            $table,
            ".user_id \
             AND (users.application_id = ",
            $table,
            ".application_id \
                  OR (users.role = 'admin' AND ",
            $table,
            ".application_id = 'default'))) \
             AND NOT EXISTS (SELECT 1 FROM role_assignments WHERE role_assignments.user_id = ",
            $table,
            ".user_id \
             AND role_assignments.application_id = ",
            $table,
            ".application_id)"
        )
    };
}

super::statements! {
    /// A role that was defined.
    ROLE = "SELECT name, permissions FROM roles WHERE application_id = $1 AND name = $2";

    /// An application's roles from after `$2`, by name.
    ROLES =
        "SELECT name, permissions FROM roles WHERE application_id = $1 AND name > $2 ORDER BY name LIMIT $3";

    /// Whether a user holds a role.
    ROLE_ASSIGNED =
        "SELECT count(*) FROM role_assignments WHERE user_id = $1 AND application_id = $2 AND role = $3";

    /// The roles that a user holds in an application, and what those may do that are not built in.
    ROLES_OF_MEMBER =
        "SELECT role_assignments.role, roles.permissions FROM role_assignments \
         LEFT JOIN roles ON roles.application_id = role_assignments.application_id \
                        AND roles.name = role_assignments.role \
         WHERE role_assignments.user_id = $1 AND role_assignments.application_id = $2";

    /// What a user holds, from after the role `$3` of the application `$2`, by application and role.
    ASSIGNMENTS_OF_USER =
        "SELECT role, application_id, created_at FROM role_assignments \
         WHERE user_id = $1 AND (application_id, role) > ($2, $3) ORDER BY application_id, role LIMIT $4";

    /// Guard: the application is there, which its foreign key sees to.
    DEFINE_ROLE =
        "INSERT INTO roles (application_id, name, permissions) VALUES ($1, $2, $3) \
         ON CONFLICT (application_id, name) DO UPDATE SET permissions = excluded.permissions";

    /// Guard: it is there.
    DELETE_ROLE = "DELETE FROM roles WHERE application_id = $1 AND name = $2";

    /// Takes a role from everybody.
    REVOKE_FROM_ALL = "DELETE FROM role_assignments WHERE application_id = $1 AND role = $2";

    /// Guard: the user and the role are there (`$5` says that it is built in) and the user does not hold it. That the
    /// application is there, its foreign key sees to.
    ASSIGN_ROLE =
        "INSERT INTO role_assignments (user_id, application_id, role, created_at) \
         SELECT users.id, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT) FROM users \
         WHERE users.id = $4 AND (CAST($5 AS BIGINT) = 1 \
            OR EXISTS (SELECT 1 FROM roles WHERE roles.application_id = $1 AND roles.name = $2)) \
         ON CONFLICT DO NOTHING";

    /// Guard: the user holds it.
    REVOKE_ROLE = "DELETE FROM role_assignments WHERE user_id = $1 AND application_id = $2 AND role = $3";

    /// Ends the sessions of those who do not belong to an application.
    END_SESSIONS_OF_STRANGERS =
        concat!("DELETE FROM sessions WHERE application_id = $1 AND ", of_strangers!("sessions"));

    /// The same of one user.
    END_SESSIONS_OF_STRANGER = concat!(
        "DELETE FROM sessions WHERE user_id = $1 AND application_id = $2 AND ", of_strangers!("sessions")
    );

    /// Ends the unfinished log-ins of those who do not belong to an application.
    END_LOGINS_OF_STRANGERS =
        concat!("DELETE FROM mfa_logins WHERE application_id = $1 AND ", of_strangers!("mfa_logins"));

    /// The same of one user.
    END_LOGINS_OF_STRANGER = concat!(
        "DELETE FROM mfa_logins WHERE user_id = $1 AND application_id = $2 AND ", of_strangers!("mfa_logins")
    );
}
