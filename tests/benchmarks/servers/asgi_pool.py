"""The product with Django's own ASGI handler, on Django's own connection pool, in the bridge's place."""

import os
import sys

# at the end: the peers' own copies of what we have as well must not be used
sys.path.append(os.environ["PEERS"])

from django.core.handlers.asgi import ASGIHandler

from config import asgi


class Handler(ASGIHandler):
    """As the bridge is asked to end."""

    def stop(self) -> None:
        """It holds nothing of its own."""


application = asgi.Application()
application.web = Handler()
