"""Columns that no page of the admin and no export shows."""

SECRETS = frozenset(
    {*("join_code", "join_token", "key", "password", "secret", "session_key", "token", "token_hash", "token_secret")}
)
