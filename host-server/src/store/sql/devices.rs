//! Devices that users were logged in from.

super::statements! {
    /// Whether a device is one of the user's.
    DEVICE_KNOWN = "SELECT count(*) FROM devices WHERE digest = $1 AND user_id = $2";

    /// Whether a device of the user was ever known.
    HAD_DEVICE = "SELECT had_device FROM users WHERE id = $1";

    /// Notes that a device of the user was known. It is never taken back.
    NOTE_DEVICE = "UPDATE users SET had_device = 1 WHERE id = $1 AND had_device = 0";

    /// Adds a device; one that is known already stays as it is.
    REMEMBER_DEVICE = "INSERT INTO devices (digest, user_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

    /// Forgets a device.
    FORGET_DEVICE = "DELETE FROM devices WHERE digest = $1";

    /// Forgets a user's devices.
    FORGET_DEVICES = "DELETE FROM devices WHERE user_id = $1";

    /// Of a user's devices the newest `$2` stay known.
    KEEP_NEWEST_DEVICES =
        "DELETE FROM devices WHERE user_id = $1 AND seq <= \
         (SELECT seq FROM devices WHERE user_id = $1 ORDER BY seq DESC LIMIT 1 OFFSET $2)";
}
