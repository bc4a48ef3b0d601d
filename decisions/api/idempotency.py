"""The same request with the same key is done once and answered the same each time."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from decisions.api.problems import Problem
from decisions.models import ApiToken, IdempotentAnswer

KEY = re.compile(r"[\x21-\x7e]{1,200}")


def once(request: HttpRequest, token: ApiToken, do: Callable[[], dict[str, Any]]) -> HttpResponse:
    """Do it and answer 201, or give the kept answer when this key was used before.

    The key's row is written first, in the transaction of the act: a second request at the same time waits for it, and
    then finds the answer. What is refused keeps no key, so that it can be sent again corrected.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return _created(json.dumps(do(), ensure_ascii=False))
    if not KEY.fullmatch(key):
        raise Problem(422, "An Idempotency-Key has 1 to 200 visible ASCII characters.")
    digest = hashlib.sha256(b"\n".join([request.path.encode("utf-8", "replace"), request.body])).hexdigest()
    try:
        with transaction.atomic():
            # an old answer no longer counts, whether or not anybody has tidied up
            IdempotentAnswer.objects.filter(
                token=token, key=key, at__lt=timezone.now() - IdempotentAnswer.KEPT
            ).delete()
            kept = IdempotentAnswer.objects.create(token=token, key=key, request_hash=digest, status=201, body="")
            kept.body = json.dumps(do(), ensure_ascii=False)
            kept.save(update_fields=["body"])
    except IntegrityError as fault:
        earlier = IdempotentAnswer.objects.filter(token=token, key=key).first()
        if earlier is None:
            raise Problem(409, "A request with this Idempotency-Key is still running.") from fault
        if earlier.request_hash != digest:
            raise Problem(409, "This Idempotency-Key was already used for a different request.") from fault
        response = _created(earlier.body)
        response["Idempotent-Replayed"] = "true"
        return response
    return _created(kept.body)


def _created(body: str) -> HttpResponse:
    return HttpResponse(body.encode("utf-8", "replace"), status=201, content_type="application/json; charset=utf-8")
