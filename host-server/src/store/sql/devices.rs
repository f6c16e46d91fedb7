//! Devices that users were logged in from.

super::statements! {
    /// Whether a device is one of the user's.
    DEVICE_KNOWN = "SELECT count(*) FROM devices WHERE digest = $1 AND user_id = $2";

    /// How many devices of the user are known.
    DEVICES_OF_USER = "SELECT count(*) FROM devices WHERE user_id = $1";

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
