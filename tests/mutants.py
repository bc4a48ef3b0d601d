"""A test of the tests: each promise is broken on purpose, one at a time, and some test must notice.

    python -m tests.mutants                 all of them, on a copy of this tree; part of ./dev test --long
    python -m tests.mutants reveal signing  those whose promise or file contains a word

Exit code 1 when a broken promise survives, and when a piece of code that should be broken is not there any more.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
WORKERS = int(os.environ.get("TEST_WORKERS", "2"))
PATIENCE = 600  # seconds: a mutant that hangs is noticed as well


@dataclass(frozen=True)
class Mutant:
    """One promise, and the change that breaks it."""

    promise: str
    path: str
    now: str
    then: str
    tests: tuple[str, ...]


ROOM = ("tests/workshops", "tests/test_permissions.py")
RECORDS = ("tests/decisions/records",)
LEDGER = ("tests/decisions/ledger",)
PROOF = ("tests/security/test_mutations.py", "tests/security/test_proof.py")
TRAIL = ("tests/decisions/trail",)
EXPORTS = (
    "tests/decisions/exports/test_files.py",
    "tests/decisions/exports/test_safety.py",
    "tests/decisions/records/test_files.py",
)
RULE = ("tests/decisions/framework",)
TEAMS = ("tests/decisions/teams", "tests/test_permissions.py")
ACCESS = ("tests/security/test_access_ends.py",)
ADMIN = ("tests/security/test_admin.py",)
WIRE = ("tests/security/test_wire.py",)
API = (
    "tests/decisions/api/test_api.py",
    "tests/decisions/api/test_connections.py",
    "tests/decisions/api/test_webhooks.py",
)

MUTANTS = (
    # who may
    Mutant(
        "another team's things do not exist",
        "decisions/base/permissions.py",
        "filter(team__slug=slug, user=user)",
        "filter(team__slug=slug)",
        TEAMS,
    ),
    Mutant(
        "members are no editors",
        "decisions/base/permissions.py",
        "frozenset({TeamRole.OWNER, TeamRole.FACILITATOR})",
        "frozenset(TeamRole)",
        TEAMS,
    ),
    Mutant(
        "facilitators are no owners",
        "decisions/base/permissions.py",
        "membership.role != TeamRole.OWNER",
        "membership.role not in EDITORS",
        TEAMS,
    ),
    Mutant("a removed seat may do nothing", "workshops/permissions.py", " or seat.removed_at is not None", "", ROOM),
    Mutant(
        "a seat of another room may do nothing",
        "workshops/permissions.py",
        "seat.workshop_id != workshop.pk or ",
        "",
        ROOM,
    ),
    Mutant(
        "only facilitators lead",
        "workshops/permissions.py",
        "if not seat.is_facilitator:",
        "if seat.is_observer:",
        ROOM,
    ),
    Mutant("observers do not vote", "workshops/permissions.py", "if seat.is_observer:", "if False:", ROOM),
    Mutant(
        "only a member with an account takes over",
        "workshops/permissions.py",
        "seat.user_id is not None and not seat.is_facilitator",
        "not seat.is_facilitator",
        ROOM,
    ),
    Mutant(
        "a seat's cookie needs the seat's key",
        "workshops/seats.py",
        "seat is not None and constant_time_compare(seat.key, held[1])",
        "seat is not None",
        ROOM,
    ),
    Mutant(
        "a seat's cookie is good for its room alone",
        "workshops/seats.py",
        "filter(workshop__public_id=public_id, removed_at__isnull=True)",
        "filter(removed_at__isnull=True)",
        ROOM,
    ),
    Mutant(
        "a removed seat's cookie holds nothing",
        "workshops/seats.py",
        "filter(workshop__public_id=public_id, removed_at__isnull=True)",
        "filter(workshop__public_id=public_id)",
        ROOM,
    ),
    Mutant(
        "a seat of an account is held by nobody who is signed out",
        "workshops/seats.py",
        "is_proved and (seat.user_id is None or seat.user_id == request.user.pk)",
        "is_proved",
        ACCESS,
    ),
    Mutant(
        "a stream ends with the account's sign-in",
        "workshops/seats.py",
        "if one.session_key not in known or hashes.get(one.user_id) != one.auth_hash}",
        "if False}",
        ACCESS,
    ),
    Mutant(
        "opening a link takes over no seat",
        "workshops/views/joining.py",
        'if request.method == "POST":\n        return _into_the_room(actions.open_elsewhere(seat))',
        "if True:\n        return _into_the_room(actions.open_elsewhere(seat))",
        ("tests/security/test_seat_swap.py",),
    ),
    Mutant(
        "tokens end with their owner's role",
        "decisions/accounts/holdings.py",
        'OWNER,\n        "team",\n        lambda user: ApiToken',
        'MEMBER,\n        "team",\n        lambda user: ApiToken',
        ACCESS,
    ),
    # the site admin, and what comes over the wire
    Mutant(
        "no list of the admin is filtered by a secret",
        "config/admin.py",
        "        return any(",
        "        return True or any(",
        ADMIN,
    ),
    Mutant("no page of the admin shows a secret", "config/admin.py", "if name not in SECRETS]", "]", ADMIN),
    Mutant(
        "the admin is opened by the site's own sign-in",
        "config/admin.py",
        "secure_admin_login(super().login)(request, extra_context)",
        "super().login(request, extra_context)",
        ADMIN,
    ),
    Mutant(
        "a stranger sends no large body",
        "config/door.py",
        "return LARGEST_BODY if is_known(scope) else STRANGERS_BODY",
        "return LARGEST_BODY",
        WIRE,
    ),
    Mutant(
        "half a head holds no connection", "config/protocol.py", "HEAD_SECONDS = 10.0", "HEAD_SECONDS = 1000.0", WIRE
    ),
    Mutant("a head without end is closed", "config/protocol.py", "self.head_bytes > HEAD_BYTES", "False", WIRE),
    Mutant(
        "the stream asks for the site's name",
        "config/asgi.py",
        "if (refused := door.refusal(scope)) is not None:",
        "if (refused := door.refusal(scope)) is not None and False:",
        WIRE,
    ),
    # tally and words
    Mutant(
        "a role under three is not shown apart",
        "workshops/tally.py",
        "SMALLEST_ROLE_SHOWN = 3",
        "SMALLEST_ROLE_SHOWN = 2",
        ROOM,
    ),
    Mutant(
        "below 70% the room talks first", "workshops/tally.py", "TALK_FIRST_BELOW = 70", "TALK_FIRST_BELOW = 60", ROOM
    ),
    Mutant(
        "a half is settled towards the middle",
        "workshops/tally.py",
        "else int(self.median)",
        "else round(self.median + 0.01)",
        ROOM,
    ),
    Mutant(
        "ends less than two apart ask nobody to speak",
        "workshops/tally.py",
        "ordered[-1].score - ordered[0].score < 2",
        "ordered[-1].score - ordered[0].score < 1",
        ROOM,
    ),
    Mutant(
        "counts only shows no reason",
        "workshops/tally.py",
        'Dot(dot.score, "", "", "", "")',
        'Dot(dot.score, "", "", "", dot.reason)',
        ROOM,
    ),
    Mutant(
        "roles only shows no name",
        "workshops/tally.py",
        'dot.role if dot.role in apart else "", "",',
        'dot.role if dot.role in apart else "", dot.name,',
        ROOM,
    ),
    Mutant(
        "the merged rest is not small either",
        "workshops/tally.py",
        "    while apart and 0 < len(cast_by)",
        "    while False and 0 < len(cast_by)",
        ROOM,
    ),
    Mutant(
        "who did not vote is named only where names are shown",
        "workshops/board/load.py",
        'if revealed and shown == "names" else ()',
        'if revealed and shown != "counts" else ()',
        ROOM,
    ),
    Mutant(
        "who came after the reveal did not miss it",
        "workshops/board/load.py",
        "seat.joined_at <= one.revealed_at",
        "True",
        ROOM,
    ),
    Mutant(
        "nothing of a round is tallied before its reveal",
        "workshops/board/load.py",
        "tally(shown_as(dots, shown)) if revealed else None",
        "tally(shown_as(dots, shown))",
        ROOM,
    ),
    # rounds and ballots
    Mutant(
        "a ballot after the reveal is not counted, and a revealed one stays",
        "workshops/actions/ballots.py",
        "    if target.state != RoundState.OPEN:",
        "    if False:",
        ROOM,
    ),
    Mutant(
        "a vote that the screens show already is not counted again",
        "workshops/board/votes.py",
        "    if (vote.seat_id in before) == vote.is_cast:",
        "    if False:",
        ROOM,
    ),
    Mutant(
        "a vote takes nothing from the screens that another act has changed",
        "workshops/live/hub.py",
        "self._mark(room, anew=vote is None)",
        "self._mark(room, anew=False)",
        ROOM,
    ),
    Mutant(
        "a stale form does nothing",
        "workshops/actions/act.py",
        "if stage is not None and stage != self.workshop.stage:",
        "if False:",
        ROOM,
    ),
    Mutant(
        "a round of another room is no round of this",
        "workshops/actions/act.py",
        "found is None or found.workshop_id != self.workshop.pk",
        "found is None",
        ROOM,
    ),
    Mutant(
        "one criterion is open at a time",
        "workshops/actions/rounds.py",
        'state__in=[RoundState.OPEN, RoundState.REVEALED]).exists():\n            raise Conflict(_("Finish the open criterion first."))\n        opened = _open',
        'state__in=[RoundState.REVEALED]).exists():\n            raise Conflict(_("Finish the open criterion first."))\n        opened = _open',
        ROOM,
    ),
    Mutant(
        "what was scored ahead is revealed in a session",
        "workshops/actions/rounds.py",
        "if this.workshop.scored_ahead and this.workshop.session_started_at is None:",
        "if False:",
        ROOM,
    ),
    Mutant(
        "you can add notes after the reveal",
        "workshops/actions/rounds.py",
        'if target.state == RoundState.OPEN:\n            raise Conflict(_("You can add notes',
        'if False:\n            raise Conflict(_("You can add notes',
        ROOM,
    ),
    Mutant(
        "a closed workshop stays closed",
        "workshops/states.py",
        '"closed": frozenset(),',
        '"closed": frozenset({"outcome"}),',
        ROOM,
    ),
    Mutant(
        "a settled round is not settled again",
        "workshops/states.py",
        '"settled": frozenset(),',
        '"settled": frozenset({"settled"}),',
        ROOM,
    ),
    Mutant(
        "ballots of open rounds are never loaded",
        "workshops/readings.py",
        "ballots = Ballot.objects.filter(round__workshop=workshop, round__state__in=REVEALED)",
        "ballots = Ballot.objects.filter(round__workshop=workshop)",
        ROOM,
    ),
    Mutant(
        "the order of voting points at nobody",
        "workshops/readings.py",
        'revealed.order_by("score")',
        'revealed.order_by("-pk")',
        ROOM,
    ),
    # records
    Mutant(
        "exactly two flip signals",
        "decisions/records/readiness.py",
        'len(content["flip_signals"]) != FLIP_SIGNALS',
        'len(content["flip_signals"]) < FLIP_SIGNALS',
        RECORDS,
    ),
    Mutant(
        "undecided cannot be signed",
        "decisions/records/readiness.py",
        'if content["approach"] == "undecided":',
        "if False:",
        RECORDS,
    ),
    Mutant(
        "a proposal that nobody touched blocks sign-off",
        "decisions/records/readiness.py",
        "        if count := proposals(content, own):",
        "        if count := 0:",
        RECORDS,
    ),
    Mutant(
        "a gate without a limit blocks sign-off",
        "decisions/records/readiness.py",
        "        found.extend(_gates(content))",
        "        pass",
        RECORDS,
    ),
    Mutant(
        "an interim answer needs an assumption",
        "decisions/records/readiness.py",
        'if status == "interim" and not content["assumptions"]:',
        "if False:",
        RECORDS,
    ),
    Mutant(
        "a record names its fallback",
        "decisions/records/readiness.py",
        'if not content["fallback"]["text"]:',
        "if False:",
        RECORDS,
    ),
    Mutant(
        "an owner without an address cannot be asked",
        "decisions/records/readiness.py",
        'if not contact.get("email") and not contact.get("user_id"):',
        "if False:",
        RECORDS,
    ),
    Mutant(
        "a signature is for one exact text",
        "decisions/records/signing.py",
        "    if content_hash is not None and content_hash != record.content_hash:",
        "    if False:",
        RECORDS,
    ),
    Mutant(
        "dissent says why",
        "decisions/records/signing.py",
        "frozenset({Position.CONDITION, Position.DISSENT})",
        "frozenset({Position.CONDITION})",
        RECORDS,
    ),
    Mutant(
        "nobody signs for another",
        "decisions/records/signing.py",
        "if not by_link and (by is None or one.user_id != by.pk):",
        "if not by_link and by is None:",
        RECORDS,
    ),
    Mutant(
        "a personal link ends after thirty days",
        "decisions/records/signing.py",
        "LINK_LASTS = timedelta(days=30)",
        "LINK_LASTS = timedelta(days=40)",
        RECORDS,
    ),
    Mutant(
        "a changed mind keeps the word before",
        "decisions/records/signing.py",
        'earlier.voided_why = _("Signed again.")\n    earlier.token_hash = ""\n    earlier.save()',
        "earlier.delete()",
        RECORDS,
    ),
    Mutant(
        "a text that changed voids its signatures",
        "decisions/records/signing.py",
        "if one.voided_at is not None:",
        "if False:",
        RECORDS,
    ),
    Mutant(
        "acceptance waits for every owner",
        "decisions/records/acceptance.py",
        "one.position == Position.PENDING or ",
        "",
        RECORDS,
    ),
    Mutant(
        "acceptance is of the text one saw",
        "decisions/records/acceptance.py",
        "if content_hash != record.content_hash:",
        "if False:",
        RECORDS,
    ),
    Mutant(
        "numbers have no gaps",
        "decisions/records/acceptance.py",
        "counter.last_record_number += 1",
        "counter.last_record_number += 2",
        RECORDS,
    ),
    Mutant(
        "an accepted record is no draft again",
        "decisions/records/base.py",
        "RecordState.ACCEPTED: frozenset({RecordState.SUPERSEDED, RecordState.WITHDRAWN}),",
        "RecordState.ACCEPTED: frozenset({RecordState.SUPERSEDED, RecordState.WITHDRAWN, RecordState.DRAFT}),",
        RECORDS,
    ),
    Mutant(
        "drafts are shared with nobody outside",
        "decisions/records/shares.py",
        "if record.number is None:",
        "if False:",
        RECORDS,
    ),
    Mutant(
        "a shared link expires",
        "decisions/records/shares.py",
        ".filter(pk=link_id, revoked_at=None, expires_at__gt=timezone.now())",
        ".filter(pk=link_id, revoked_at=None)",
        RECORDS,
    ),
    # the ledger
    Mutant(
        "an entry follows the one before it",
        "decisions/ledger/chain.py",
        "    if link.prev != prev:",
        "    if False:",
        LEDGER,
    ),
    Mutant(
        "no entry is missing", "decisions/ledger/chain.py", "    if link.sequence != expected:", "    if False:", LEDGER
    ),
    Mutant(
        "a payload is the one that was hashed",
        "decisions/ledger/chain.py",
        "        if text_hash(link.payload) != link.payload_hash:",
        "        if False:",
        LEDGER,
    ),
    Mutant(
        "an entry's own hash is checked",
        "decisions/ledger/chain.py",
        "    if computed != link.entry_hash:",
        "    if False:",
        LEDGER,
    ),
    Mutant(
        "a cut log is found by an anchor",
        "decisions/ledger/chain.py",
        "    if fault is None and wanted:",
        "    if False:",
        LEDGER,
    ),
    Mutant(
        "a payload that is gone was erased on the record",
        "decisions/ledger/chain.py",
        "    if fault is None and gone:",
        "    if False:",
        LEDGER,
    ),
    Mutant(
        "the head row says where the log ends",
        "decisions/ledger/chain.py",
        "    if fault is None and head is not None and (head.sequence, head.head) != (count, prev):",
        "    if False:",
        LEDGER,
    ),
    Mutant(
        "an entry stays with its decision",
        "decisions/ledger/chain.py",
        '        if payload.get("decision_number") != link.decision_number:',
        "        if False:",
        LEDGER,
    ),
    Mutant(
        "a rewritten log does not fit an anchor",
        "decisions/ledger/chain.py",
        "    if any(anchor.head != entry for anchor in anchors):",
        "    if False:",
        LEDGER,
    ),
    Mutant(
        "an erasure is not erased", "decisions/ledger/append.py", " or entry.type == ERASED:", ":", (*LEDGER, *TRAIL)
    ),
    Mutant(
        "a stored row is the one that was hashed",
        "decisions/ledger/rows.py",
        "hash_of(kind, row, newest.salt, columns) != newest.hash:",
        "False:",
        PROOF,
    ),
    Mutant(
        "the hashes of rows are those that the entry keeps the root of",
        "decisions/ledger/rows.py",
        'return (len(found), root_of(found)) != (said.get("count"), said.get("root"))',
        "return False",
        PROOF,
    ),
    Mutant(
        "no row joins another that is hashed",
        "decisions/ledger/compare.py",
        "    if late and fault is None:",
        "    if False:",
        PROOF,
    ),
    Mutant(
        "what nobody revealed is never hashed",
        "workshops/hashed.py",
        "if one.state == RoundState.REVEALED]",
        "]",
        PROOF,
    ),
    Mutant(
        "a contested round takes no more ballots",
        "workshops/hashed.py",
        " if without([ended]) else []",
        "",
        PROOF,
    ),
    Mutant(
        "what is covered in part is not called good",
        "decisions/management/commands/verify_log.py",
        "NOT_ALL = 3",
        "NOT_ALL = 0",
        (*LEDGER, *PROOF),
    ),
    # settling
    Mutant(
        "a lean without any ballot needs a reason",
        "decisions/framework/settling.py",
        "fewer or not scores or not min(scores)",
        "fewer or scores and not min(scores)",
        (*RULE, *ROOM),
    ),
    Mutant(
        "a lean against more ballots needs a reason",
        "decisions/framework/settling.py",
        "return fewer or not scores",
        "return not scores",
        (*RULE, *ROOM),
    ),
    # the trail and pilots
    Mutant(
        "an entry is late after an hour", "decisions/trail/entry.py", "timedelta(hours=1)", "timedelta(hours=20)", TRAIL
    ),
    Mutant(
        "a hybrid entry names its checkpoint",
        "decisions/trail/entry.py",
        '        if not values.get("fine_tune_checkpoint_id"):',
        "        if False:",
        TRAIL,
    ),
    Mutant("an entry says why", "decisions/trail/entry.py", '(("reason", 500, True)', '(("reason", 500, False)', TRAIL),
    Mutant(
        "of two at one moment the later written counts",
        "decisions/trail/reading.py",
        '.order_by("-live_from", "-sequence")',
        '.order_by("-live_from", "sequence")',
        TRAIL,
    ),
    Mutant(
        "a proposal is not live",
        "decisions/trail/reading.py",
        ".exclude(kind=ConfigurationKind.PROPOSED)",
        ".all()",
        TRAIL,
    ),
    Mutant(
        "only what was live there is restored",
        "decisions/trail/acts.py",
        "earlier.environment != draft.environment or ",
        "",
        TRAIL,
    ),
    Mutant(
        "one failed gate fails the pilot",
        "decisions/pilots/acts.py",
        "    if PilotVerdict.FAIL in verdicts:",
        "    if False:",
        TRAIL,
    ),
    Mutant(
        "a gate that nobody measured is no pass",
        "decisions/pilots/acts.py",
        "one.key in by_key or one.is_gated]",
        "one.key in by_key]",
        TRAIL,
    ),
    Mutant(
        "a sample under the record's cannot pass",
        "decisions/pilots/acts.py",
        "if is_short and found == PilotVerdict.PASS",
        "if False",
        TRAIL,
    ),
    Mutant(
        "no event allowed: one is a failure",
        "decisions/pilots/acts.py",
        "return PilotVerdict.FAIL if hits else",
        "return PilotVerdict.FAIL if hits > 1 else",
        TRAIL,
    ),
    Mutant(
        "p95 needs 59 requests",
        "decisions/framework/metrics.py",
        "MIN_REQUESTS_FOR_P95: Final = 59",
        "MIN_REQUESTS_FOR_P95: Final = 58",
        RULE,
    ),
    Mutant(
        "not shown is no failure",
        "decisions/framework/metrics.py",
        "return Verdict.FAIL if high < gate else Verdict.NOT_SHOWN",
        "return Verdict.FAIL",
        RULE,
    ),
    # exports and what machines come with
    Mutant("no cell runs in a spreadsheet", "decisions/exports/csv_cells.py", '"=+-@', '"+-@', EXPORTS),
    Mutant("what hides a formula is taken out", "decisions/exports/csv_cells.py", ".translate(_HIDDEN)", "", EXPORTS),
    Mutant(
        "an expired token opens nothing",
        "decisions/base/api_tokens.py",
        ".filter(token_hash=token_hash(secret), revoked_at=None, expires_at__gt=now)",
        ".filter(token_hash=token_hash(secret), revoked_at=None)",
        API,
    ),
    Mutant(
        "a revoked token opens nothing",
        "decisions/base/api_tokens.py",
        ".filter(token_hash=token_hash(secret), revoked_at=None, expires_at__gt=now)",
        ".filter(token_hash=token_hash(secret), expires_at__gt=now)",
        API,
    ),
)


def run(mutant: Mutant, folder: Path) -> str:
    """`killed`, `SURVIVED`, or what keeps the mutant from being tried."""
    file = folder / mutant.path
    text = file.read_text() if file.exists() else ""
    if text.count(mutant.now) != 1:
        return f"NOT FOUND ({text.count(mutant.now)} times)"
    file.write_text(text.replace(mutant.now, mutant.then))
    try:
        return "killed" if pytest(mutant.tests, folder) else "SURVIVED"
    finally:
        file.write_text(text)


def pytest(tests: Iterable[str], folder: Path) -> bool:
    """Whether some test fails."""
    marks = "not browser and not postgres"
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider", "-m", marks, *tests]
    environment = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / ".hypothesis"),
    }
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in {0, 1, 2}:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode != 0


def copy(to: Path) -> Path:
    """The tracked tree as it is now, so that nobody's work is touched."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=HERE, capture_output=True, check=True
    )
    for name in listed.stdout.decode().split("\0"):
        source = HERE / name
        if name and source.is_file():
            target = to / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return to


def main(words: list[str]) -> int:
    wanted = [one for one in MUTANTS if not words or any(word in f"{one.promise} {one.path}" for word in words)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        folders = [copy(Path(place) / str(number)) for number in range(WORKERS)]
        for tests in {one.tests for one in wanted}:
            if pytest(tests, folders[0]):
                print(f"these fail before anything is broken: {' '.join(tests)}")
                return 2
        free = list(folders)

        def work(mutant: Mutant) -> str:
            folder = free.pop()
            began = time.monotonic()
            try:
                said = run(mutant, folder)
            finally:
                free.append(folder)
            print(f"{said:10} {time.monotonic() - began:5.0f} s  {mutant.promise}  ({mutant.path})", flush=True)
            return said

        with ThreadPoolExecutor(WORKERS) as pool:
            results = list(pool.map(work, wanted))
    killed = results.count("killed")
    print(f"{killed} killed of {len(results)} tried")
    return 0 if killed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
