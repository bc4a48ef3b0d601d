"""Sites of one's own, as the fault tests have them."""

from tests.faults.conftest import migrated_sqlite, sqlite_site

__all__ = ["migrated_sqlite", "sqlite_site"]
