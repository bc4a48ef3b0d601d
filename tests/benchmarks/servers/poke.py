"""The product with a stream that only says "something changed": whoever hears it fetches the room's state."""

from config import asgi
from workshops import fragments
from workshops.live.hub import Hub
from workshops.live.stream import Admission, StreamApp
from workshops.models import Seat


class Poked:
    """A room that is nothing but its number."""

    own_key = news = ""
    presence = None
    devices: dict[int, int] = {}

    def __init__(self, workshop_id, version):
        self.version = version
        seats = Seat.objects.filter(workshop=workshop_id, removed_at=None).values_list("pk", flat=True)
        self.seats = dict.fromkeys(seats, fragments.PARTICIPANT)

    def draw(self, _audience):
        return {"changed": str(self.version)}, {}

    def draw_own(self, seat_ids):
        return {seat_id: {} for seat_id in seat_ids}

    def voted_elsewhere(self, _vote):
        return []

    def after(self, _version, _votes):
        return None


class Pokes:
    """Rooms without content."""

    @staticmethod
    @fragments.database_job
    def load_room(workshop_id):
        version = fragments.versions([workshop_id]).get(workshop_id)
        return None if version is None else Poked(workshop_id, version)

    versions = staticmethod(fragments.versions)

    @staticmethod
    def presence(_rooms):
        return {}

    ended = staticmethod(fragments.ended)


def admit(public_id, cookies):
    """The seat alone."""
    found = fragments.admit(public_id, cookies)
    return found and Admission(found.workshop_id, found.seat_id, fragments.PARTICIPANT)


application = asgi.Application()
application.hub = Hub(Pokes())
application.stream = StreamApp(application.hub, admit)
