"""The live path: a change is heard by every web process, rendered once there, and handed to every stream."""

from workshops.live.bus import Vote, publish

__all__ = ["Vote", "publish"]
