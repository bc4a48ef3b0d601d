"""The product's settings with what a test run needs; everything can still be set from outside."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("INSECURE_HTTP", "1")
os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="groundwork-test-"))

from config.settings import *  # noqa: F403
from config.settings import DATA_DIR, DATABASES, STORAGES

# A file, not memory: the tests' own web server and browser meet the same rows from other threads.
_suffix = os.environ.get("GW_TEST_DB", "")
DATABASES["default"]["TEST"] = (
    {"NAME": str(Path(DATA_DIR) / f"test{_suffix}.sqlite3")}
    if DATABASES["default"]["ENGINE"].endswith("sqlite3")
    else {"NAME": f"groundwork_test{_suffix}"}
)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
# Looked up when asked for: with False every test client would read all static files first, some 0.3 s each.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = False
