"""One hub a process: everyone in a room is handed the same latest state, once."""

import asyncio
import threading

import pytest

from tests.wire import play
from tests.workshops.live.rooms import Client, Rooms, running, until
from workshops.live import bus, publish
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


def enter(hub, rooms, seat, audience=None, room=ROOM):
    return Client(hub, room, seat, audience or SEATS[seat])


def test_whoever_connects_gets_the_whole_present_state_at_once(rooms):
    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("ballot"))
            assert "lobby" in ines.last("stage")
            assert "4" in ines.last("people")
            assert "1 in none" in ines.last("ballot")
            assert rooms.calls["room"] == 1
            assert ines.last("stage") == "<p id=stage>lobby <b id=votes>[]</b></p>"
            sam = enter(hub, rooms, SAM)
            await until(lambda: sam.last("ballot"))
            assert sam.last("stage") == ines.last("stage")
            assert "2 in none" in sam.last("ballot")
            drawn = {"room": 1, "draw participant": 1, "own": 2}
            assert rooms.calls == drawn, "the second one is handed what is there, and an own ballot"

    play(story())


def test_a_crowd_that_comes_back_together_is_drawn_its_ballots_in_one_go(rooms):
    rooms.open(ROOM, {**dict.fromkeys(range(1, 101), "participant"), FELIX: "facilitator"})
    rooms.slow = 0.05

    async def story():
        async with running(rooms) as hub:
            crowd = [Client(hub, ROOM, seat, "participant") for seat in range(1, 101) if seat != FELIX]
            await until(lambda: all(one.last("ballot") for one in crowd))
            assert rooms.calls == {"room": 1, "draw participant": 1, "own": 1}, "after a restart of the server"
            late = [Client(hub, ROOM, one.stream.seat_id, "participant") for one in crowd]
            await until(lambda: all(one.last("ballot") for one in late))
            assert rooms.calls == {"room": 1, "draw participant": 1, "own": 2}, "others were there already"
            for one in [*crowd, *late]:
                assert one.last("stage")
                assert one.last("ballot") == f"<form id=ballot>{one.stream.seat_id} in none</form>"

    play(story())


def test_the_big_screen_is_nobodys_and_gets_no_ballot(rooms):
    async def story():
        async with running(rooms) as hub:
            wall = enter(hub, rooms, FELIX, "screen")
            await until(lambda: wall.last("stage") and hub.rooms[ROOM].task is None)
            assert rooms.calls["own"] == 0
            felix = enter(hub, rooms, FELIX)
            await until(lambda: felix.last("ballot"))
            publish(ROOM, rooms.change(ROOM, "next", round_key="churn 1 open"))
            await until(lambda: "churn" in felix.last("ballot") and "next" in wall.last("stage"))
            assert wall.count("ballot") == 0

    play(story())


def test_who_joined_after_the_room_was_loaded_gets_a_ballot_too(rooms):
    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("ballot"))
            rooms.seats[ROOM][9] = "participant"
            guest = Client(hub, ROOM, 9, "participant")  # and nobody has said so yet
            await until(lambda: "9 in none" in guest.last("ballot"))
            assert "5" in guest.last("people")
            assert ines.count("ballot") == 1

    play(story())


def test_a_vote_that_comes_while_somebodys_ballot_is_drawn_is_shown_after_it(rooms):
    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("ballot") and hub.rooms[ROOM].task is None)
            rooms.slow = 0.1
            sam = enter(hub, rooms, SAM)
            publish(ROOM, *rooms.vote(ROOM, DARIA))
            await until(lambda: "[3]" in ines.last("votes") and "[3]" in sam.last("stage") + sam.last("votes"))
            await until(lambda: sam.last("ballot"))
            assert rooms.calls["room"] == 1

    play(story())


def test_a_change_is_rendered_once_for_everyone_and_unchanged_fragments_are_not_sent(rooms):
    async def story():
        async with running(rooms) as hub:
            people = [enter(hub, rooms, seat) for seat in (INES, SAM, DARIA)]
            await until(lambda: all(person.last("stage") for person in people))
            before = rooms.calls["room"]
            publish(ROOM, rooms.change(ROOM, "precheck"))
            await until(lambda: all("precheck" in person.last("stage") for person in people))
            assert rooms.calls["room"] == before + 1
            assert [person.count("people") for person in people] == [1, 1, 1]

    play(story())


def test_a_burst_of_votes_becomes_few_pushes_and_ends_with_the_last_state(rooms):
    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("stage"))
            for number in range(100):
                publish(ROOM, rooms.change(ROOM, f"vote {number}"))
                await asyncio.sleep(0.001)
            await until(lambda: "vote 99" in ines.last("stage"))
            assert ines.count("stage") < 12

    play(story())


def test_the_first_push_of_a_burst_does_not_wait(rooms, monkeypatch):
    monkeypatch.setattr(hub_module, "COALESCE_SECONDS", 30.0)

    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("stage"))
            hub.rooms[ROOM].last_push -= 60  # the room has been quiet
            publish(ROOM, rooms.change(ROOM, "precheck"))
            await until(lambda: "precheck" in ines.last("stage"))

    play(story())


def test_renders_never_overlap(rooms):
    async def story():
        async with running(rooms) as hub:
            rooms.open(8, SEATS)
            rooms.slow = 0.02
            people = [enter(hub, rooms, INES), enter(hub, rooms, SAM, room=8)]
            for _ in range(20):
                publish(ROOM, rooms.change(ROOM, "a"))
                publish(8, rooms.change(8, "b"))
                await asyncio.sleep(0.01)
            await until(lambda: "a" in people[0].last("stage") and "b" in people[1].last("stage"))
        assert rooms.most_busy == 1
        assert len(rooms.threads) == 1
        assert threading.get_ident() not in rooms.threads

    play(story())


def test_a_slow_client_holds_one_state_and_gets_the_latest(rooms):
    async def story():
        async with running(rooms) as hub:
            quick, slow = enter(hub, rooms, INES), enter(hub, rooms, SAM)
            await until(lambda: quick.last("stage") and slow.last("stage"))
            slow.reading = False
            for number in range(30):
                publish(ROOM, rooms.change(ROOM, f"vote {number}"))
                await until(lambda number=number: f"vote {number}" in quick.last("stage"))
            before = len(slow.pushes)
            slow.resume()
            await until(lambda: "vote 29" in slow.last("stage"))
            assert len(slow.pushes) == before + 1

    play(story())


def test_a_slow_client_whose_seat_was_taken_elsewhere_hears_so_beside_its_new_ballot(rooms):
    async def story():
        async with running(rooms) as hub:
            quick, slow = enter(hub, rooms, INES), enter(hub, rooms, SAM)
            await until(lambda: quick.last("ballot") and slow.last("ballot"))
            slow.reading = False
            rooms.devices[SAM] = 2
            publish(ROOM, rooms.change(ROOM, "Sam sits elsewhere too"))
            await until(lambda: "elsewhere" in quick.last("stage"))
            publish(ROOM, rooms.change(ROOM, "next", round_key="churn 1 open"))
            await until(lambda: "churn" in quick.last("ballot"))
            slow.resume()
            await until(lambda: "churn" in slow.last("ballot"))
            assert slow.last("seat_news") == "<p id=seat_news>elsewhere</p>"

    play(story())


def test_the_own_ballot_comes_with_a_new_round_and_at_no_other_time(rooms):
    async def story():
        async with running(rooms) as hub:
            ines, sam = enter(hub, rooms, INES), enter(hub, rooms, SAM)
            await until(lambda: ines.last("stage") and sam.last("stage"))
            publish(ROOM, rooms.change(ROOM, "Sam has voted"))
            await until(lambda: "Sam" in ines.last("stage"))
            assert ines.count("ballot") == 1, "a ballot that is being filled in stays as it is"
            publish(ROOM, rooms.change(ROOM, "next", round_key="churn 1 open"))
            await until(lambda: "churn" in ines.last("ballot") and "churn" in sam.last("ballot"))
            assert "1 in churn" in ines.last("ballot")
            assert "2 in churn" in sam.last("ballot")
            assert rooms.calls["own"] == 2, "one load for all seats, when they came and when the round began"

    play(story())


def test_a_removed_seat_gets_nothing_more(rooms):
    async def story():
        async with running(rooms) as hub:
            ines, sam = enter(hub, rooms, INES), enter(hub, rooms, SAM)
            await until(lambda: ines.last("stage") and sam.last("stage"))
            del rooms.seats[ROOM][SAM]
            publish(ROOM, rooms.change(ROOM, "without Sam"))
            await until(lambda: sam.ended and "without" in ines.last("stage"))
            assert "without" not in sam.last("stage")

    play(story())


def test_whoever_takes_over_gets_the_controls_and_whoever_hands_over_loses_them(rooms):
    async def story():
        async with running(rooms) as hub:
            ines, felix = enter(hub, rooms, INES), enter(hub, rooms, FELIX)
            await until(lambda: ines.last("stage") and felix.last("controls"))
            assert ines.count("controls") == 0
            rooms.seats[ROOM] = {**SEATS, INES: "facilitator", FELIX: "participant"}
            publish(ROOM, rooms.change(ROOM, "handed over"))
            await until(lambda: "handed over" in ines.last("controls") and "handed over" in felix.last("stage"))
            publish(ROOM, rooms.change(ROOM, "later"))
            await until(lambda: "later" in ines.last("controls") and "later" in felix.last("stage"))
            assert "later" not in felix.last("controls")

    play(story())


def test_a_closed_workshop_ends_its_streams_and_an_empty_room_is_forgotten(rooms):
    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("stage"))
            del rooms.version[ROOM]
            publish(ROOM, 99)
            await until(lambda: ines.ended)
            assert hub.rooms == {}

    play(story())


def test_a_failed_load_is_tried_again_until_it_works(rooms):
    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("stage"))
            rooms.broken = True
            publish(ROOM, rooms.change(ROOM, "after the restart"))
            await until(lambda: rooms.calls["room"] >= 3)
            rooms.broken = False
            await until(lambda: "after the restart" in ines.last("stage"))
            assert not ines.ended

    play(story())


def test_a_lost_signal_is_found_by_comparing_versions(rooms, monkeypatch):
    monkeypatch.setattr(hub_module, "COMPARE_SECONDS", 0.1)

    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("stage"))
            rooms.change(ROOM, "nobody was told")
            await until(lambda: "nobody" in ines.last("stage"))
            rooms.version[ROOM] = 1  # a backup was restored: the version goes back
            rooms.text[ROOM] = "restored"
            await until(lambda: "restored" in ines.last("stage"))

    play(story())


def test_who_watches_is_noted_and_a_room_in_which_others_are_there_is_drawn_once(rooms, monkeypatch):
    monkeypatch.setattr(hub_module, "COMPARE_SECONDS", 0.05)

    async def story():
        async with running(rooms) as hub:
            ines, sam = enter(hub, rooms, INES), enter(hub, rooms, SAM)
            await until(lambda: rooms.watched == {ROOM: {INES, SAM}})
            sam.stream.close()
            await until(lambda: rooms.watched == {ROOM: {INES}})
            rooms.text[ROOM] = "Sam is away"
            rooms.present = "without Sam"
            await until(lambda: "away" in ines.last("stage"))
            drawn = rooms.calls["room"]
            seen = rooms.notes
            await until(lambda: rooms.notes > seen + 3)
            assert rooms.calls["room"] == drawn

    play(story())


def test_another_window_of_the_same_seat_hears_that_its_vote_is_in(rooms):
    async def story():
        async with running(rooms) as hub:
            phone, laptop, sam = (enter(hub, rooms, seat) for seat in (INES, INES, SAM))
            await until(lambda: phone.last("ballot") and laptop.last("ballot") and sam.last("ballot"))
            for seat in (INES, SAM):
                version, vote = rooms.vote(ROOM, seat)
                publish(ROOM, version, vote)
            await until(lambda: all(one.last("votes") == "<b id=votes>[1, 2]</b>" for one in (phone, laptop, sam)))
            assert phone.last("elsewhere") == laptop.last("elsewhere") == "<p id=elsewhere>1 True</p>"
            assert sam.count("elsewhere") == 0, "whoever has one window is sent nothing more"
            assert rooms.calls["room"] == 1

    play(story())


def test_a_change_during_a_render_is_not_lost(rooms):
    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("stage"))
            rooms.slow = 0.1
            publish(ROOM, rooms.change(ROOM, "one"))
            await until(lambda: rooms.busy == 1)
            publish(ROOM, rooms.change(ROOM, "two"))
            await until(lambda: "two" in ines.last("stage"))

    play(story())


def test_one_seat_cannot_hold_endless_streams(rooms):
    async def story():
        async with running(rooms) as hub:
            clients = [enter(hub, rooms, INES) for _ in range(hub_module.STREAMS_A_SEAT + 3)]
            await until(lambda: sum(client.ended for client in clients) == 3)
            assert [client.ended for client in clients[:4]] == [True, True, True, False]

    play(story())


def test_a_client_that_takes_nothing_is_dropped_and_others_hear_the_heart_beat(rooms, monkeypatch):
    monkeypatch.setattr(hub_module, "HEARTBEAT_SECONDS", 0.09)
    monkeypatch.setattr(hub_module, "STALLED_SECONDS", 0.05)

    async def story():
        async with running(rooms) as hub:
            well, stuck = enter(hub, rooms, INES), enter(hub, rooms, SAM)
            killed = []
            stuck.stream.kill = lambda: killed.append(True)
            await until(lambda: well.last("stage") and stuck.last("stage"))
            stuck.stream.sending_since = asyncio.get_running_loop().time()
            await until(lambda: killed and stuck.ended)
            await until(lambda: well.count("beat") >= 2)
            assert not well.ended

    play(story())


def test_stopping_ends_every_stream(rooms):
    async def story():
        async with running(rooms) as hub:
            people = [enter(hub, rooms, seat) for seat in (INES, SAM, FELIX)]
            await until(lambda: all(person.last("stage") for person in people))
            threading.Thread(target=hub.close_streams_from_thread).start()
            await until(lambda: all(person.ended for person in people))

    play(story())


def test_any_text_arrives_as_it_was(rooms):
    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("stage"))
            publish(ROOM, rooms.change(ROOM, "a\r\nb\rc\nevent: fake\n\ndata: fake \ud800 \u2028 x"))
            await until(lambda: "fake" in ines.last("stage"))
            assert all(event.startswith(("id: ", 'data: <hx-partial hx-target="#ballot"')) for event in ines.got)
            assert "event: fake" not in [line for event in ines.got for line in event.split("\n")]

    play(story())


def test_a_version_that_changes_nothing_on_screen_is_told_by_its_number_alone(rooms):
    async def story():
        async with running(rooms) as hub:
            ines = enter(hub, rooms, INES)
            await until(lambda: ines.last("stage"))
            publish(ROOM, rooms.change(ROOM, rooms.text[ROOM]))
            await until(lambda: any(event.startswith("id: 2\nevent: beat") for event in ines.got))
            assert ines.count("stage") == 1

    play(story())
