"""The plain WSGI entry: everything but the live stream (see config/asgi.py for the whole)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
