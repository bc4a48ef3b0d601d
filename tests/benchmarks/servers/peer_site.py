"""What both peers rest on: the smallest Django site that keeps a vote. It errs in their favour.

No seats, permissions, minutes or templates: one row upserted, one version raised, a push of as many bytes as the product's.
"""

import os
import sys
from collections.abc import Callable

# at the end: the peers' own copies of what we have as well must not be used
sys.path.append(os.environ["PEERS"])

import dj_database_url
import django
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse

PAYLOAD = int(os.environ["PAYLOAD"])


def configure(*apps: str, **more: object) -> None:
    """Settings as `startproject` writes them, with pooled connections."""
    database = dj_database_url.parse(os.environ["DATABASE_URL"])
    database["OPTIONS"] = {"pool": {"min_size": 4, "max_size": 20}}
    settings.configure(
        SECRET_KEY="only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": database},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            *apps,
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        **more,
    )
    django.setup()


def vote_view(tell: Callable[[int, str], None]) -> Callable[..., HttpResponse]:
    """The view that keeps a vote and then tells the room."""

    def vote(request, room: int) -> HttpResponse:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ballots (room, seat, score) VALUES (%s, %s, %s) "
                "ON CONFLICT (room, seat) DO UPDATE SET score = excluded.score",
                [room, int(request.POST["seat"]), int(request.POST["score"])],
            )
            cursor.execute("UPDATE rooms SET version = version + 1 WHERE room = %s RETURNING version", [room])
            (version,) = cursor.fetchone()
        head = f"version {version} "
        tell(room, head + "x" * (PAYLOAD - len(head)))
        return HttpResponse(str(version))

    return vote
