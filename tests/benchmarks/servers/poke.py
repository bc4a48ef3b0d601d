"""The product with a stream that only says "something changed": whoever hears it fetches the room's state."""

from config import asgi
from workshops import fragments
from workshops.live.hub import Hub, OwnFrame, RoomFrame
from workshops.live.stream import Admission, StreamApp
from workshops.models import Seat


class Pokes:
    """Frames without content."""

    @staticmethod
    @fragments.database_job
    def render_room(workshop_id, audiences):
        version = fragments.versions([workshop_id]).get(workshop_id)
        seats = Seat.objects.filter(workshop=workshop_id, removed_at=None).values_list("pk", flat=True)
        poke = {audience: {"changed": str(version)} for audience in audiences}
        return RoomFrame(version, poke, dict.fromkeys(seats, fragments.PARTICIPANT), "")

    @staticmethod
    def render_own(workshop_id, seat_ids):
        return OwnFrame("", {})

    versions = staticmethod(fragments.versions)


def admit(public_id, cookies):
    """The seat alone."""
    found = fragments.admit(public_id, cookies)
    return found and Admission(found.workshop_id, found.seat_id, fragments.PARTICIPANT, OwnFrame("", {}))


application = asgi.Application()
application.hub = Hub(Pokes())
application.stream = StreamApp(application.hub, admit)
