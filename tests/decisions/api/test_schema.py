"""What the OpenAPI document says is what the API does: schemathesis asks, in all its ways, with a live token.

`SCHEMA_EXAMPLES=900 pytest -s tests/decisions/api/test_schema.py` asks some 12,000 times and says how often it did.
"""

import os
from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.decisions.api.calls import ENTRY, Pipeline
from tests.people import cast, decision

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "12"))
asked: Counter[str] = Counter()  # requests by operation


def is_wrong_on_the_wire(case):
    """A surplus parameter that is an empty list is written as nothing: what arrives is right, and answered."""
    return not any(value in ([], {}) for value in case.query.values())


@pytest.fixture
def document(settings):
    settings.API_RATE_PER_MINUTE = 10**9
    settings.ALLOWED_HOSTS = ["*"]
    world = cast()
    decision(world.team)
    pipeline = Pipeline(world.team, world.olga)
    assert pipeline.post("/decisions/1/entries", ENTRY).status_code == 201
    os.environ["GROUNDWORK_TEST_TOKEN"] = pipeline.secret
    # the test's transaction lives in one connection, which the app would let go of around each request
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    asked.clear()
    try:
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    assert asked.total() > 1_000, asked
    print(f"\n{asked.total():,} requests: {dict(asked)}")


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_its_word(case):
    asked[case.operation.label] += 1
    case.call_and_validate(
        headers={"Authorization": f"Bearer {os.environ['GROUNDWORK_TEST_TOKEN']}"},
        excluded_checks=[] if is_wrong_on_the_wire(case) else [negative_data_rejection],
    )
