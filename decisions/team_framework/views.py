"""Pages of a team's framework: its words, their versions, and its own starting points."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.base.errors import Conflict
from decisions.base.permissions import may_edit, membership_of, require_editor
from decisions.base.requests import signed_in
from decisions.framework.answers import LEANS, AnswerError
from decisions.framework.criteria import BY_KEY, Criterion
from decisions.framework.customise import Framework
from decisions.framework.own_starting_points import starting_point_as_dict
from decisions.framework.rule import RULE_VERSION
from decisions.framework.text import signed
from decisions.models import Decision, FrameworkVersion, Membership, OwnStartingPoint

from . import acts as frameworks
from .forms import FrameworkForm, StartingPointForm, hideable_names


@dataclass(frozen=True)
class Words:
    """One text of a criterion, and whether it is the team's own."""

    label: str
    text: str
    is_own: bool


@dataclass(frozen=True)
class CriterionWords:
    """A criterion as a room of this team reads it."""

    criterion: Criterion
    is_own: bool
    question: Words
    ends: tuple[Words, Words]
    anchors: tuple[Words, ...]


def words_of(framework: Framework) -> list[CriterionWords]:
    """The five criteria for the page, with the team's own words told apart."""

    def words(label: str, mine: object, ours: object) -> Words:
        return Words(label, str(mine), mine != ours)

    pairs = [(one, BY_KEY[one.key]) for one in framework.criteria]
    return [
        CriterionWords(
            one,
            one.name != ours.name,
            words("", one.question, ours.question),
            (words(_("RAG"), one.rag_end, ours.rag_end), words(_("Fine-tuning"), one.ft_end, ours.ft_end)),
            tuple(words(signed(score), one.anchors[score], ours.anchors[score]) for score in LEANS),
        )
        for one, ours in pairs
    ]


def page_of(membership: Membership, framework: Framework) -> dict[str, Any]:
    """What every page that shows a framework needs."""
    names = hideable_names()
    return {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "framework": framework,
        "rule_version": RULE_VERSION,
        "words": words_of(framework),
        "left_out": [names[key] for key in names if key in framework.hidden],
    }


@require_safe
def framework(request: HttpRequest, slug: str) -> HttpResponse:
    """The framework as this team's next workshop will show it."""
    membership = membership_of(request.user, slug)
    newest = frameworks.newest(membership.team_id)
    context = {
        **page_of(membership, frameworks.framework_of(membership.team_id)),
        "newest": newest,
        "versions": list(membership.team.framework_versions.all()[:100]),
        "own_points": [
            (row, point) for row in frameworks.own_points(membership.team_id) if (point := frameworks.read_point(row))
        ],
    }
    return render(request, "decisions/team_framework/framework.html", context)


@require_safe
def framework_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version as it was saved; records and workshops name it."""
    membership = membership_of(request.user, slug)
    version = FrameworkVersion.objects.filter(team=membership.team, number=number).first()
    if version is None:
        raise Http404
    context = {**page_of(membership, frameworks.read(version.content)), "version": version}
    return render(request, "decisions/team_framework/version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def framework_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Reword the framework: look at it as a room would see it, then save it as the next version."""
    membership = membership_of(request.user, slug)
    require_editor(membership)
    newest = frameworks.newest(membership.team_id)
    seen = newest.number if newest else 0
    present = frameworks.framework_of(membership.team_id)
    sent = request.POST if request.method == "POST" else None
    begin = present if sent is not None else _begin_from(request, membership, present)
    form = FrameworkForm(sent, framework=begin, seen=seen)
    context: dict[str, Any] = {**page_of(membership, present), "next_number": seen + 1, "form": form}
    status = 200 if sent is None else 422
    if sent is not None and form.is_valid():
        try:
            meant = frameworks.named(form.raw(), team=membership.team, number=seen + 1)
            context |= {"preview": words_of(meant), "preview_of": meant}
            status = 200
            if sent.get("act") == "save":
                said = {"raw": form.raw(), "seen": form.cleaned_data["seen"], "why": form.cleaned_data["why"]}
                version = frameworks.save(team=membership.team, by=signed_in(request), **said)
                saved = _("Saved as version %(number)s. New workshops will use it.") % {"number": version.number}
                messages.success(request, saved)
                return redirect("decisions:framework", slug=slug)
        except AnswerError as error:
            form.refuse(error)
            status = 422
        except Conflict as conflict:
            # what was typed stays; sending it again then goes on top of what stands now
            form.data = typed = sent.copy()
            typed["seen"] = str(seen)
            context |= {"conflict": str(conflict), "newest": newest}
            status = 409
    return render(request, "decisions/team_framework/edit.html", context, status=status)


def _begin_from(request: HttpRequest, membership: Membership, present: Framework) -> Framework:
    """The words that the form begins with: those of an earlier version when one is named."""
    asked = request.GET.get("from", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        return present
    version = FrameworkVersion.objects.filter(team=membership.team, number=int(asked)).first()
    return frameworks.read(version.content) if version else present


@require_POST
def framework_reset(request: HttpRequest, slug: str) -> HttpResponse:
    """Back to the framework's own words."""
    membership = membership_of(request.user, slug)
    require_editor(membership)
    seen = request.POST.get("seen", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise Conflict(_("Someone else saved the framework while you were editing it."))
    frameworks.reset(team=membership.team, seen=int(seen), by=signed_in(request))
    messages.success(request, _("Standard wording restored. New workshops will use it."))
    return redirect("decisions:framework", slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
def starting_point_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A starting point of the team's own: from scratch, from a decision, or from one that exists."""
    membership = membership_of(request.user, slug)
    require_editor(membership)
    form = StartingPointForm(request.POST or None, drawn=_drawn(request, membership))
    return _keep(request, membership, form, None)


def _drawn(request: HttpRequest, membership: Membership) -> Mapping[str, Any]:
    """What the form of a new starting point begins with."""
    number, like = request.GET.get("decision", ""), request.GET.get("like", "")
    if number.isascii() and number.isdigit() and len(number) < 10:
        decision = Decision.objects.filter(team=membership.team, number=int(number)).first()
        if decision is None:
            raise Http404
        return frameworks.drawn_from(decision)
    point = frameworks.starting_point(membership.team_id, like[:60].replace("\x00", ""))
    return starting_point_as_dict(point) if point else {}


@require_http_methods(["GET", "HEAD", "POST"])
def starting_point(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One of the team's own starting points: read it, and reword it."""
    membership = membership_of(request.user, slug)
    row = OwnStartingPoint.objects.filter(team=membership.team, key=key).first()
    if row is None:
        raise Http404
    require_editor(membership)
    form = StartingPointForm(request.POST or None, drawn=row.content, version=row.version)
    return _keep(request, membership, form, row)


def _keep(
    request: HttpRequest, membership: Membership, form: StartingPointForm, row: OwnStartingPoint | None
) -> HttpResponse:
    context: dict[str, Any] = {"team": membership.team, "membership": membership, "row": row, "form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            kept = {"key": row.key, "version": form.cleaned_data["version"]} if row else {}
            try:
                frameworks.keep_starting_point(team=membership.team, raw=form.raw(), by=signed_in(request), **kept)
            except AnswerError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            except Conflict as conflict:
                typed = request.POST.copy()
                typed["version"] = str(row.version if row else 0)
                form.data = typed
                context["conflict"] = str(conflict)
                status = 409
            else:
                messages.success(request, _("Starting point saved."))
                return redirect("decisions:framework", slug=membership.team.slug)
    return render(request, "decisions/team_framework/starting_point.html", context, status=status)


@require_POST
def starting_point_retire(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Take a starting point off the list."""
    membership = membership_of(request.user, slug)
    if not OwnStartingPoint.objects.filter(team=membership.team, key=key).exists():
        raise Http404
    require_editor(membership)
    frameworks.retire_starting_point(team=membership.team, key=key, by=signed_in(request))
    messages.success(request, _("Starting point removed. Decisions that use it keep it."))
    return redirect("decisions:framework", slug=slug)
