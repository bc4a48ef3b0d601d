"""The two refusals that rise from acts to the middleware, which turns them into 403 and 409."""


class NotAllowed(Exception):
    """This person may not do this; `str()` says why, for people."""


class Conflict(Exception):
    """It can't be done in the present state, or somebody was quicker; `str()` says which, for people."""
