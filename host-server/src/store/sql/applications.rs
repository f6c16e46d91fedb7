//! Applications.

super::statements! {
    /// An application.
    APPLICATION = "SELECT id, status FROM applications WHERE id = $1";

    /// A read that touches the file, for readiness.
    READY = "SELECT count(*) FROM applications WHERE id = 'default'";
}
