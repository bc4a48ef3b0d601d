"""The whole log of a team as one file, written by a thread of its own while the team works on.

A row says where it stands and beats while its writer lives; when a process dies with its thread, the beat stops and
the next request begins anew. No queue, no further process to run.
"""

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base.errors import Conflict
from decisions.base.permissions import require_editor_of
from decisions.exports.issued import pdf_of
from decisions.ledger import append as ledger
from decisions.ledger.chain import Link
from decisions.models import Archive, ArchiveState, LogHead, Record, Team, User
from decisions.records.document import document_of

from .file import write_archive

log = logging.getLogger(__name__)

STALE = timedelta(seconds=120)  # longer than the slowest page takes
KEPT = 3  # files a team
ACTIVE = (ArchiveState.WAITING, ArchiveState.RUNNING)


def folder() -> Path:
    """Where archives lie."""
    path: Path = settings.DATA_DIR / "archives"
    return path


@transaction.atomic
def request(*, team: Team, by: User, start: Callable[[int], None] | None = None) -> Archive:
    """Begin an archive after the commit, or name the one that is being written."""
    require_editor_of(team.pk, by)
    Team.objects.select_for_update().get(pk=team.pk)
    _give_up_dead(team)
    running = team.archives.filter(state__in=ACTIVE).first()
    if running:
        return running
    archive = Archive.objects.create(team=team, requested_by=by, total=_records(team).count())
    transaction.on_commit(lambda: (start or start_thread)(archive.pk))
    return archive


def start_thread(archive_id: int) -> None:
    """Write it in a thread that does not keep the process from ending."""
    threading.Thread(target=_in_thread, args=(archive_id,), name=f"archive-{archive_id}", daemon=True).start()


def _in_thread(archive_id: int) -> None:
    close_old_connections()
    try:
        write(archive_id)
    finally:
        close_old_connections()


def write(archive_id: int) -> None:
    """Write one archive to its end; whatever goes wrong is said on its row."""
    taken = Archive.objects.filter(pk=archive_id, state=ArchiveState.WAITING).update(
        state=ArchiveState.RUNNING, beat_at=timezone.now()
    )
    if not taken:
        return
    archive = Archive.objects.select_related("team").get(pk=archive_id)
    try:
        name, size = _write_file(archive)
    except Exception as fault:
        log.exception("Archive %s of team %s failed", archive.pk, archive.team_id)
        _end(archive, ArchiveState.FAILED, fault=f"{type(fault).__name__}: {fault}"[:400])
        return
    _end(archive, ArchiveState.DONE, file=name, size=size)
    _drop_old(archive.team)


def path_of(archive: Archive) -> Path:
    """The finished file; raises Conflict while there is none."""
    path = folder() / archive.file
    if archive.state != ArchiveState.DONE or not archive.file or not path.is_file():
        raise Conflict(_("This archive no longer exists. Create a new one."))
    return path


def _write_file(archive: Archive) -> tuple[str, int]:
    folder().mkdir(parents=True, exist_ok=True)
    name = f"{archive.team.slug}-{archive.requested_at:%Y%m%d-%H%M%S}-{archive.pk}.zip"
    with tempfile.NamedTemporaryFile(dir=folder(), prefix=".", delete=False) as file:
        try:
            write_archive(
                (document_of(record) for record in _records(archive.team).iterator(chunk_size=50)),
                _entries(archive.team),
                cast(BinaryIO, file),
                team=archive.team.name,
                progress=lambda done, _name: _beat(archive.pk, done),
                pdf=pdf_of,
            )
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    os.replace(file.name, folder() / name)
    return name, (folder() / name).stat().st_size


def _records(team: Team) -> Any:
    """Every record that was ever accepted, in the order of the numbers; drafts stay with the team."""
    return Record.objects.filter(team=team, number__isnull=False).select_related("team", "decision").order_by("number")


def _entries(team: Team) -> Iterator[dict[str, Any]]:
    head = LogHead.objects.filter(team=team).first()
    if head is None:
        return
    for link in ledger.links(head):
        yield exported(head.name, link)


def exported(log_name: str, link: Link) -> dict[str, Any]:
    """One log entry as archives carry it."""
    return {
        **link.entry(log_name),
        "entry_hash": link.entry_hash,
        "payload": link.payload,
        "decision_number": link.decision_number,
    }


def _beat(archive_id: int, done: int) -> None:
    Archive.objects.filter(pk=archive_id).update(done=done, beat_at=timezone.now())


def _end(archive: Archive, state: str, **more: Any) -> None:
    Archive.objects.filter(pk=archive.pk, state=ArchiveState.RUNNING).update(
        state=state, finished_at=timezone.now(), **more
    )


def _give_up_dead(team: Team) -> None:
    """Archives whose writer went with its process."""
    team.archives.filter(state__in=ACTIVE, beat_at__lt=timezone.now() - STALE).update(
        state=ArchiveState.FAILED, finished_at=timezone.now(), fault=_("The server restarted before it was finished.")
    )


def _drop_old(team: Team) -> None:
    for old in team.archives.filter(state=ArchiveState.DONE).exclude(file="").order_by("-pk")[KEPT:]:
        (folder() / old.file).unlink(missing_ok=True)
        old.file = ""
        old.save(update_fields=["file"])
