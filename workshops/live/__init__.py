"""The live path: a change is heard by every web process, rendered once there, and handed to every stream."""

from workshops.live.bus import publish

__all__ = ["publish"]
