"""The product of whatever checkout this runs in; COALESCE_MS, when set, stands in for its own coalescing."""

import os

from workshops.live import hub

if os.environ.get("COALESCE_MS"):
    hub.COALESCE_SECONDS = float(os.environ["COALESCE_MS"]) / 1000

from config.asgi import application

__all__ = ["application"]
