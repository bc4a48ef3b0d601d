"""Production's settings over plain HTTP: no test settings, which look up static files on every request."""

import os

os.environ.setdefault("INSECURE_HTTP", "1")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789")

from config.settings import *  # noqa: F403
from config.settings import STORAGES

# no manifest without collectstatic; the links are as long
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
JOIN_RATE_PER_ADDRESS = JOIN_RATE_TOTAL = 1_000_000
