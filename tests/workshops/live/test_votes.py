"""Votes are shown piece by piece where they are told of, and nothing is loaded for them; anything else loads the room."""

import asyncio

import pytest

from tests.wire import play
from tests.workshops.live.rooms import Client, Rooms, running, until
from workshops.live import Vote, bus, publish
from workshops.live import hub as hub_module

ROOM = 7
INES, SAM, DARIA, FELIX = 1, 2, 3, 4
SEATS = {INES: "participant", SAM: "participant", DARIA: "participant", FELIX: "facilitator"}


@pytest.fixture
def rooms(monkeypatch):
    monkeypatch.setattr(bus, "choose", bus.Bus)  # signals stay in this process
    rooms = Rooms()
    rooms.open(ROOM, SEATS)
    return rooms


def enter(hub, rooms, seat, audience=None):
    return Client(hub, ROOM, seat, audience or SEATS[seat])


async def entered(hub, rooms, *seats):
    clients = [enter(hub, rooms, seat) for seat in seats]
    await until(lambda: all(client.last("stage") for client in clients) and hub.rooms[ROOM].task is None)
    return clients


def test_a_vote_sends_its_pieces_alone_and_loads_nothing(rooms):
    async def story():
        async with running(rooms) as hub:
            ines, felix = await entered(hub, rooms, INES, FELIX)
            loads, stages = rooms.calls["room"], ines.count("stage")
            publish(ROOM, *rooms.vote(ROOM, SAM))
            await until(lambda: "[2]" in ines.last("votes") and "[2]" in felix.last("votes"))
            assert ines.got[-1] == (
                'id: 2\ndata: <hx-partial hx-target="#votes" hx-swap="outerMorph"><b id=votes>[2]</b></hx-partial>'
            )
            publish(ROOM, *rooms.vote(ROOM, SAM, cast=False))
            await until(lambda: "[]" in ines.last("votes"))
            assert rooms.calls["room"] == loads
            assert ines.count("stage") == stages

    play(story())


def test_a_vote_after_another_change_does_not_hide_it(rooms):
    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            change = rooms.change(ROOM, "revealed")
            vote = rooms.vote(ROOM, SAM)
            publish(ROOM, change)
            publish(ROOM, *vote)
            await until(lambda: "revealed <b id=votes>[2]" in ines.last("stage"))

    play(story())


def test_a_change_that_nobody_told_of_before_a_vote_is_found_at_once(rooms, monkeypatch):
    monkeypatch.setattr(hub_module, "COMPARE_SECONDS", 1000.0)

    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            rooms.change(ROOM, "revealed")
            publish(ROOM, *rooms.vote(ROOM, SAM))
            await until(lambda: "revealed <b id=votes>[2]" in ines.last("stage"))

    play(story())


def test_votes_that_are_told_in_another_order_are_shown_without_loading(rooms, monkeypatch):
    monkeypatch.setattr(hub_module, "OTHER_ORDER_SECONDS", 0.2)

    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            loads = rooms.calls["room"]
            first, second = rooms.vote(ROOM, SAM), rooms.vote(ROOM, DARIA)
            publish(ROOM, *second)
            await asyncio.sleep(0.08)
            assert "3" not in ines.last("votes"), "the one before it may be something else"
            publish(ROOM, *first)
            await until(lambda: "[2, 3]" in ines.last("votes") or "[2, 3]" in ines.last("stage"))
            assert rooms.calls["room"] == loads

    play(story())


def test_a_vote_that_this_process_never_hears_of_is_made_up_for(rooms):
    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            rooms.vote(ROOM, SAM)
            publish(ROOM, *rooms.vote(ROOM, DARIA))
            await until(lambda: "[2, 3]" in ines.last("votes") or "[2, 3]" in ines.last("stage"))

    play(story())


def test_whoever_lags_gets_every_piece_once_as_it_is_now(rooms):
    async def story():
        async with running(rooms) as hub:
            quick, slow = await entered(hub, rooms, INES, DARIA)
            slow.reading = False
            for seat in (INES, SAM, DARIA):
                publish(ROOM, *rooms.vote(ROOM, seat))
                await until(lambda seat=seat: f"{seat}]" in quick.last("votes"))
            before = len(slow.pushes)
            slow.resume()
            await until(lambda: "[1, 2, 3]" in slow.last("votes"))
            assert len(slow.pushes) == before + 1
            assert slow.count("votes") == 1

    play(story())


def test_whoever_comes_later_gets_the_votes_in_their_places(rooms):
    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            publish(ROOM, *rooms.vote(ROOM, INES))
            await until(lambda: "[1]" in ines.last("votes"))
            sam = enter(hub, rooms, SAM)
            await until(lambda: "lobby <b id=votes>[1]</b>" in sam.last("stage"))
            assert sam.count("votes") == 0

    play(story())


def test_a_big_screen_that_opens_between_votes_gets_all_and_then_pieces(rooms):
    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            publish(ROOM, *rooms.vote(ROOM, INES))
            screen = enter(hub, rooms, FELIX, "screen")
            publish(ROOM, *rooms.vote(ROOM, SAM))
            await until(lambda: "[1, 2]" in screen.last("stage") + screen.last("votes"))
            await until(lambda: hub.rooms[ROOM].task is None)
            publish(ROOM, *rooms.vote(ROOM, DARIA))
            await until(lambda: "[1, 2, 3]" in screen.last("votes") and "[1, 2, 3]" in ines.last("votes"))

    play(story())


def test_a_vote_while_the_room_is_being_loaded_is_not_lost(rooms):
    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            rooms.slow = 0.1
            publish(ROOM, rooms.change(ROOM, "revealed"))
            await until(lambda: rooms.busy == 1)
            publish(ROOM, *rooms.vote(ROOM, SAM))
            await until(lambda: "revealed" in ines.last("stage") and "[2]" in ines.last("stage") + ines.last("votes"))

    play(story())


def test_a_vote_that_has_no_place_loads_the_room(rooms):
    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            rooms.seats[ROOM][9] = "participant"
            publish(ROOM, *rooms.vote(ROOM, 9))
            await until(lambda: "[9]" in ines.last("stage") + ines.last("votes"))

    play(story())


def test_what_changes_without_an_act_is_shown_with_the_votes_before_long(rooms, monkeypatch):
    monkeypatch.setattr(hub_module, "CARRIED_SECONDS", 0.1)

    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            rooms.text[ROOM] = "renamed"
            await asyncio.sleep(0.15)
            publish(ROOM, *rooms.vote(ROOM, SAM))
            await until(lambda: "[2]" in ines.last("votes"))
            await until(lambda: "renamed" in ines.last("stage"))

    play(story())


def test_somebody_who_joined_after_the_room_was_loaded_is_not_sent_away(rooms):
    async def story():
        async with running(rooms) as hub:
            (ines,) = await entered(hub, rooms, INES)
            rooms.slow = 0.1
            publish(ROOM, rooms.change(ROOM, "somebody joins"))
            await until(lambda: rooms.busy == 1)
            rooms.seats[ROOM][5] = "participant"
            lena = Client(hub, ROOM, 5, "participant")
            await until(lambda: "somebody joins" in ines.last("stage"))
            await asyncio.sleep(0.3)
            assert not lena.ended
            assert "<ul id=people>5</ul>" in (lena.last("people"), ines.last("people"))

    play(story())


class Heard:
    """A hub's ear."""

    def __init__(self):
        self.told = []

    def heard(self, workshop_id, version, vote=None):
        self.told.append((workshop_id, version, vote))


def test_a_signal_says_who_has_voted_where_and_nothing_more():
    assert bus.written(7, 42, None) == "7:42"
    assert bus.written(7, 43, Vote(12, 5, True)) == "7:43:12:5:1"
    assert bus.written(7, 44, Vote(12, 5, False)) == "7:44:12:5:0"


def test_signals_of_other_processes_are_read_and_nonsense_is_dropped():
    heard = Heard()
    ear = bus.BatchingBus(heard)
    for signal in ("7:42", "7:43:12:5:1", "7:44:12:5:0", "", "7", "7:x", "7:45:12", "7:46:12:5:1:2", "٧:47", "7:-1"):
        ear.received(signal)
    assert heard.told == [(7, 42, None), (7, 43, Vote(12, 5, True)), (7, 44, Vote(12, 5, False))]
