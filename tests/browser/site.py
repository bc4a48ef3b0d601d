"""The product as stories in browsers run it: one process for a file of them, told between two to forget what it counted."""

from django.core.cache import cache

from config.asgi import application as product

FORGET = "/forget-what-was-tried/"


async def application(scope, receive, send):
    if scope["type"] != "http" or scope["path"] != FORGET:
        await product(scope, receive, send)
        return
    cache.clear()
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
