"""The API knows tokens and nothing else: a signed-in browser is nobody to it. Tokens are tried in tests/decisions/api."""

from tests.matrix.row import Row

READING = (
    "read_team",
    "list_decisions",
    "read_decision",
    "read_configuration",
    "list_entries",
    "read_entry",
    "list_pilots",
    "list_records",
    "read_record",
    "list_audit",
)
ROWS = [
    *(Row(f"api:{name}", "get", otherwise=401) for name in READING),
    *(Row(f"api:{name}", "delete", otherwise=405) for name in READING),
    Row("api:append_entry", "post", otherwise=401),
    Row("api:attach_complaint", "post", otherwise=401),
    Row("api:attach_complaint", "get", otherwise=405),
    Row("api:openapi-json", "get", otherwise=200),
    Row("api:api-root", "get", otherwise=404),
    Row("api:nothing", "get", otherwise=404),
    Row("api:nothing", "post", otherwise=404),
]
