"""The front door and what watches over it."""

from tests.matrix.row import Row

ROWS = [
    Row("home", "get", {"M": 302, "E": 302, "W": 302, "X": 302, "A": 302}, otherwise=200),
    Row("decisions:welcome", "get", otherwise=200),
    Row("healthz", "get", otherwise=200),
    Row("healthz", "post", otherwise=405),
    Row("api:append_entry", "post", otherwise=401),
]
