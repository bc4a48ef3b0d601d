"""What the OpenAPI document says is what the API does: schemathesis asks, in all its ways, with a live token.

`SCHEMA_EXAMPLES=900 pytest tests/decisions/api/test_schema.py` asks some 10,000 times.
"""

import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, settings

from tests.decisions.api.calls import ENTRY, Pipeline
from tests.people import cast, decision

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "12"))


@pytest.fixture
def document(settings):
    settings.API_RATE_PER_MINUTE = 10**9
    settings.ALLOWED_HOSTS = ["*"]
    world = cast()
    decision(world.team)
    pipeline = Pipeline(world.team, world.olga)
    assert pipeline.post("/decisions/1/entries", ENTRY).status_code == 201
    os.environ["GROUNDWORK_TEST_TOKEN"] = pipeline.secret
    assert Client().get("/api/v1/openapi.json").status_code == 200
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_its_word(case):
    case.call_and_validate(headers={"Authorization": f"Bearer {os.environ['GROUNDWORK_TEST_TOKEN']}"})
