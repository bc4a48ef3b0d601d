"""Production's settings over plain HTTP: no test settings, which look up static files on every request."""

import os

os.environ.setdefault("INSECURE_HTTP", "1")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789")

from config.settings import *  # noqa: F403
from config.settings import DATABASES, STORAGES

# no manifest without collectstatic; the links are as long
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
JOIN_RATE_PER_ADDRESS = JOIN_RATE_TOTAL = 1_000_000

if os.environ.get("POOL"):  # Django's own pool, which wants no connections to be kept elsewhere
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": int(os.environ["POOL"]), "timeout": 10}
