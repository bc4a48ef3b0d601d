"""The configuration trail: what ran where and when, written once and asked for ever after."""
