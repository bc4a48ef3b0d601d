"""Who gets what at every address: one world with every actor, every row of `tests/matrix` tried for all of them."""

import html
import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import URLResolver, get_resolver, reverse

from tests import matrix
from tests.matrix.row import ACTORS, Row
from tests.matrix.world import World, build

pytestmark = [pytest.mark.django_db, pytest.mark.once]  # who may does not depend on the database

# Pages of other people's apps, tried as groups below instead of one by one.
GROUPS = ("admin:", "account_", "mfa_", "socialaccount_", "openid_connect_", "usersessions_")


Route = tuple[str, frozenset[str]]


def rows() -> list[Row]:
    """Every row of every area."""
    found: list[Row] = []
    for module in sorted(entry.name for entry in pkgutil.iter_modules(matrix.__path__)):
        found += getattr(importlib.import_module(f"tests.matrix.{module}"), "ROWS", [])
    return found


def routes() -> Iterator[Route]:
    """The name of every address that can be asked for, with the arguments it needs."""

    def walk(resolver: URLResolver, spaces: tuple[str, ...], above: frozenset[str]) -> Iterator[Route]:
        for entry in resolver.url_patterns:
            needs = above | set(entry.pattern.regex.groupindex)
            if isinstance(entry, URLResolver):
                yield from walk(entry, (*spaces, entry.namespace) if entry.namespace else spaces, needs)
            elif entry.name:  # the nameless ones are redirects of other people's apps
                yield ":".join((*spaces, entry.name)), needs

    yield from walk(get_resolver(), (), frozenset())


ROUTES = dict(routes())


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """The world, built once; whatever a try changes is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def still(request, monkeypatch):
    """Nothing leaves a test: no connection is dropped, and what a row made is forgotten again."""
    monkeypatch.setattr("workshops.fragments.close_old_connections", lambda: None)
    world = request.getfixturevalue("world") if "world" in request.fixturenames else None
    known = dict(world.known) if world else {}
    yield
    if world:
        world.known = known


def address(route: str, world: World, given: dict[str, object] | None = None) -> str:
    """The address of a route, its arguments filled from the world where the row names none."""
    needs = ROUTES[route]
    arguments = {**{key: world.known[key] for key in needs if key in world.known}, **(given or {})}
    return reverse(route, kwargs={key: arguments[key] for key in needs})


def ask(world: World, actor: str, method: str, url: str, data: dict[str, object] | None = None) -> int:
    """What an actor is answered; nothing stays."""
    with transaction.atomic():
        status = getattr(world.client(actor), method)(url, data or {}).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.method} {row.route}")
def test_every_actor_gets_what_the_row_says(row, world):
    url = address(row.route, world, row.arguments(world))
    expected = {actor: row.status.get(actor, row.otherwise) for actor in ACTORS}
    got = {actor: ask(world, actor, row.method, url, row.data(world)) for actor in ACTORS}
    assert got == expected


def test_every_route_has_a_row():
    named = {row.route for row in rows()}
    assert not {name for name in ROUTES if name not in named and not name.startswith(GROUPS)}, "routes without a row"
    assert not named - set(ROUTES), "rows without a route"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "route", [name for name, needs in ROUTES.items() if "slug" in needs and name != "decisions:guide_page"]
)
def test_a_team_does_not_exist_for_anybody_outside_it(route, method, world):
    url = address(route, world)
    for actor in ("An", "G", "O", "F", "X", "A"):
        assert ask(world, actor, method, url) in {404, 405}, actor


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "route", [name for name, needs in ROUTES.items() if "workshop_id" in needs and name != "workshops:rejoin"]
)
def test_a_room_does_not_exist_for_anybody_without_a_seat_or_a_place_in_its_team(route, method, world):
    url = address(route, world)
    reads = method == "get" and route in {"workshops:room", "workshops:minutes"}
    for actor in ("An", "X", "A", *(() if reads else "MEW")):
        assert ask(world, actor, method, url) in {404, 405}, actor


@pytest.mark.parametrize("actor", ["M", "W"])
def test_nobody_is_offered_what_is_then_refused(actor, world):
    """Every link of every page of the team leads somewhere."""
    client, asked, refused = world.client(actor), set(), {}
    waiting = [reverse("decisions:log", args=[world.known["slug"]]), address("workshops:room", world)]
    while waiting:
        url = waiting.pop()
        if url in asked or len(asked) > 200:
            continue
        asked.add(url)
        answer = client.get(url)
        if answer.status_code not in {200, 302}:
            refused[url] = answer.status_code
        elif "text/html" in answer.get("Content-Type", "") and answer.status_code == 200:
            links = re.findall(r'href="(/(?:t|w)/[^"#]+)', answer.content.decode())
            waiting += [html.unescape(link) for link in links if "pdf" not in link]
    assert refused == {}
    assert len(asked) > 20


@pytest.mark.parametrize("route", [name for name in ROUTES if name.startswith("admin:")])
def test_the_admin_is_for_the_sites_staff(route, world):
    names = {"app_label": "workshops"}
    by_place = "object_id" in ROUTES[route] or not ROUTES[route]
    arguments = {} if by_place else {"kwargs": {key: names.get(key, "1") for key in ROUTES[route]}}
    url = reverse(route, args=["1"] * len(ROUTES[route]) if by_place else None, **arguments)
    open_to_all = {"admin:login", "admin:jsi18n", "admin:logout"}
    for actor in ("An", "G", "M", "E", "W", "X"):
        status = ask(world, actor, "get", url)
        assert status in {302, 403, 404, 405} or route in open_to_all, (actor, status)


@pytest.mark.parametrize(
    "route",
    [name for name, needs in ROUTES.items() if name.startswith(GROUPS[1:]) and not needs],
)
def test_pages_of_accounts_answer_strangers_and_members_without_failing(route, world):
    for actor in ("An", "M"):
        assert ask(world, actor, "get", reverse(route)) < 500
        assert ask(world, actor, "post", reverse(route)) < 500
