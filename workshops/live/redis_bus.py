"""The bus over Redis publish and subscribe: many machines under heavy load."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache

import redis
import redis.asyncio
from django.conf import settings

from workshops.live.bus import CHANNEL, BatchingBus

PING_SECONDS = 5.0


class RedisBus(BatchingBus):
    """One connection listens, one sends."""

    def parts(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """Listening and sending fail and come back apart from each other."""
        return (self._listen, self._send)

    def _client(self) -> "redis.asyncio.Redis":
        return redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=3, socket_timeout=10, socket_keepalive=True
        )

    async def _listen(self) -> None:
        async with self._client() as client, client.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            await subscription.get_message(timeout=5)  # the answer to SUBSCRIBE
            self.healthy = True
            # only now: a version raised before is found here, one raised after it is published to us
            await self.listener.compare_versions()
            heard = asyncio.get_running_loop().time()
            while True:
                message = await subscription.get_message(timeout=PING_SECONDS)
                now = asyncio.get_running_loop().time()
                if message is not None:
                    heard = now
                    if message["type"] == "message":
                        self.received(message["data"].decode("ascii", "replace"))
                elif now - heard > 3 * PING_SECONDS:
                    raise ConnectionError("Redis does not answer pings")
                else:
                    await subscription.ping()

    async def _send(self) -> None:
        async with self._client() as client:
            await client.ping()

            async def send(payloads: list[str]) -> None:
                async with client.pipeline(transaction=False) as pipeline:
                    for payload in payloads:
                        pipeline.publish(CHANNEL, payload)
                    await pipeline.execute()

            await self.send_all(send)


@cache
def _plain_client() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)


def send_now(payload: str) -> None:
    """Publish from a process without an event loop."""
    _plain_client().publish(CHANNEL, payload)
