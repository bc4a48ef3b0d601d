"""The archive page: ask for the whole log as one file, watch it grow, download it."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from decisions.base.audit import note
from decisions.base.htmx import HtmxHttpRequest
from decisions.base.permissions import may_edit, membership_of
from decisions.base.requests import signed_in
from decisions.models import Archive, ArchiveState, AuditAct

from . import jobs as archives


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HtmxHttpRequest, slug: str) -> HttpResponse:
    """The team's archives; POST begins one, and while it is written the page asks for their list."""
    membership = membership_of(request.user, slug)
    if request.method == "POST":
        archives.request(team=membership.team, by=signed_in(request))
        messages.success(request, _("Creating the archive. You can leave this page."))
        return redirect("decisions:archive", slug=slug)
    rows = list(membership.team.archives.select_related("requested_by")[:10])
    context = {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "archives": rows,
        "active": any(row.state in archives.ACTIVE for row in rows),
    }
    name = "fragments/archives.html" if request.htmx.target == "div#archives" else "archive.html"
    return render(request, f"decisions/archive/{name}", context)


@require_safe
def archive_file(request: HttpRequest, slug: str, archive_id: int) -> HttpResponseBase:
    """Download a finished archive."""
    membership = membership_of(request.user, slug)
    found = Archive.objects.filter(team=membership.team, pk=archive_id, state=ArchiveState.DONE).first()
    if found is None:
        raise Http404
    if request.method == "GET":
        note(membership.team, AuditAct.EXPORTED, detail=found.file)
    path = archives.path_of(found)
    # FileResponse closes it when it has been sent
    response = FileResponse(path.open("rb"), as_attachment=True, filename=found.file, content_type="application/zip")
    response["X-Content-Type-Options"] = "nosniff"
    return response
