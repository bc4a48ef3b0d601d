"""The verify page: bring a PDF, a record.json or a hash, and hear what it is."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from decisions.archive.file import SCHEMA
from decisions.base import rate_limits
from decisions.base.requests import takes
from decisions.models import Membership, User

from .attachment import MOST_BYTES, Unreadable
from .verdicts import Verdict, hash_in, verify_file, verify_hash


class VerifyForm(forms.Form):
    """A file or a hash."""

    file = forms.FileField(
        label=gettext_lazy("A PDF or a record.json"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.json,application/pdf,application/json"}),
        help_text=gettext_lazy("We don't keep the file."),
    )
    hash = forms.CharField(
        label=gettext_lazy("Or paste a printed hash"),
        required=False,
        max_length=400,
        help_text=gettext_lazy(
            "Of the signed content or an audit log entry: 64 characters, 0–9 and a–f. Spaces don't matter."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two, readable, and what it turns out to be."""
        cleaned = super().clean() or {}
        file, pasted = cleaned.get("file"), cleaned.get("hash", "").strip()
        if self.errors:
            return cleaned
        if file:
            if file.size > MOST_BYTES:
                self.add_error("file", _("The file is too large to be a record."))
                return cleaned
            try:
                cleaned["verdict"] = verify_file(file.read())
            except Unreadable as fault:
                self.add_error("file", _(str(fault)))
        elif pasted:
            digest = hash_in(pasted)
            if digest is None:
                self.add_error("hash", _("Enter a SHA-256 hash: 64 characters, 0–9 and a–f."))
            else:
                cleaned["verdict"] = verify_hash(digest)
        else:
            self.add_error(None, _("Choose a file or paste a hash."))
        return cleaned


@takes(MOST_BYTES + 64 * 1024)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Open to everybody: whoever holds a record's hash has held the record."""
    if request.method == "POST" and _asks_too_often(request):
        form = VerifyForm(initial={"hash": request.POST.get("hash", "")})
        answer = render(request, "decisions/verify/verify.html", {"form": form, "is_too_often": True}, status=429)
        answer["Retry-After"] = str(rate_limits.seconds_left())
        return answer
    form = VerifyForm(request.POST or None, request.FILES or None)
    verdict: Verdict | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status = 200
            verdict = form.cleaned_data["verdict"]
    context = {"form": form, "verdict": verdict, "is_member": _is_member(request, verdict)}
    return render(request, "decisions/verify/verify.html", context, status=status)


def _asks_too_often(request: HttpRequest) -> bool:
    """A file may cost seconds to read, and anybody may bring one."""
    address = rate_limits.address_key(get_adapter().get_client_ip(request))
    return rate_limits.count(rate_limits.this_minute(f"verify:{address}")) > settings.VERIFY_RATE_PER_ADDRESS


@require_safe
def record_schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema that every record.json follows, for whoever reads one."""
    return HttpResponse(SCHEMA.read_bytes(), content_type="application/schema+json")


def _is_member(request: HttpRequest, verdict: Verdict | None) -> bool:
    """Whether more than number and state may be shown: title and address are the team's."""
    if verdict is None or verdict.record is None or not isinstance(request.user, User):
        return False
    return Membership.objects.filter(team=verdict.record.team_id, user=request.user).exists()
