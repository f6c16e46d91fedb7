//! Signing keys, and the probe of the root secret.

super::statements! {
    /// All keys; there are a handful.
    SIGNING_KEYS =
        "SELECT kid, algorithm, sealed, public, created_at, active_since, replaced_at, tokens_until, token_ttl_secs \
         FROM signing_keys WHERE kid > '' ORDER BY kid";

    /// Guard: none has its name.
    ADD_KEY =
        "INSERT INTO signing_keys (kid, algorithm, sealed, public, created_at, token_ttl_secs) \
         VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT DO NOTHING";

    /// Guard: no other is active.
    ACTIVATE_KEY =
        "UPDATE signing_keys SET active_since = $1, replaced_at = NULL, tokens_until = NULL, token_ttl_secs = $2 \
         WHERE kid = $3 AND NOT EXISTS (SELECT 1 FROM signing_keys AS other \
                                        WHERE other.replaced_at IS NULL AND other.active_since IS NOT NULL)";

    /// Guard: it is active.
    REPLACE_KEY =
        "UPDATE signing_keys SET replaced_at = $1, tokens_until = $2 \
         WHERE kid = $3 AND active_since IS NOT NULL AND replaced_at IS NULL";

    /// Guard: it waits.
    DROP_KEY = "DELETE FROM signing_keys WHERE kid = $1 AND active_since IS NULL";

    /// Guard: it does not sign.
    WITHDRAW_KEY =
        "DELETE FROM signing_keys WHERE kid = $1 AND (active_since IS NULL OR replaced_at IS NOT NULL)";

    /// The longest counts.
    NOTE_TOKEN_LIFETIME = "UPDATE signing_keys SET token_ttl_secs = $1 WHERE kid = $2 AND token_ttl_secs < $1";

    /// Forgets the private halves of those that were replaced by then.
    FORGET_PRIVATE_HALVES =
        "UPDATE signing_keys SET sealed = NULL WHERE replaced_at <= $1 AND sealed IS NOT NULL";

    /// Forgets those whose last token had expired by then.
    FORGET_KEYS = "DELETE FROM signing_keys WHERE tokens_until <= $1";

    /// Guard: it is sealed as it was.
    RESEAL_KEY = "UPDATE signing_keys SET sealed = $1 WHERE kid = $2 AND sealed = $3";

    /// What only the right root secret opens.
    PROBE = "SELECT sealed FROM root_probe WHERE id = 1";

    /// Guard: there is none.
    FIRST_PROBE = "INSERT INTO root_probe (id, sealed) VALUES (1, $1) ON CONFLICT DO NOTHING";

    /// Guard: it is the one there was.
    NEXT_PROBE = "UPDATE root_probe SET sealed = $1 WHERE id = 1 AND sealed = $2";
}
