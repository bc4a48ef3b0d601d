"""How the log of decisions grows: the same pages at 1,000 decisions and at 100,000 with 1,000,000 entries.

    python tests/benchmarks/log.py                               on SQLite, in a temporary file
    python tests/postgres.py python tests/benchmarks/log.py      on PostgreSQL
    python tests/benchmarks/log.py --many 20000 --repeat 20      smaller

Pages are asked of the whole app in one process (Django's test client: middleware, session, templates), so that the
figures hold no network. Goal: p95 of a list and of a search at 100,000 within 3x of the same page at 1,000, and the
same number of queries.
"""

import argparse
import hashlib
import json
import os
import random
import re
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="groundwork-benchmark-"))

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from decisions.ledger.canonical import ENTRY_PREFIX, text_hash  # noqa: E402
from decisions.ledger.chain import GENESIS, Link  # noqa: E402
from decisions.log import summary  # noqa: E402
from decisions.models import LogHead, Membership, Team, User  # noqa: E402

PICK = random.Random(2026)
START = datetime(2024, 1, 1, tzinfo=UTC)
COMMON = ["support", "copilot", "retrieval", "runbook", "ticket", "model", "answer", "customer", "index", "policy"]
SYLLABLES = [
    "ba",
    "co",
    "di",
    "fu",
    "ga",
    "he",
    "ji",
    "ko",
    "lu",
    "ma",
    "ne",
    "po",
    "qui",
    "ra",
    "so",
    "te",
    "va",
    "wi",
    "xe",
    "yo",
    "zu",
]
VOCABULARY = COMMON + sorted({"".join(PICK.choices(SYLLABLES, k=PICK.randint(2, 4))) for _word in range(6_000)})
WEIGHTS = list(accumulate(1 / (place + 1) ** 0.9 for place in range(len(VOCABULARY))))
MODELS = [f"model-{family}-{size}b" for family in ("alder", "birch", "cedar", "fir") for size in (8, 34, 70)]
APPROACHES = ["rag", "rag", "rag", "hybrid", "fine_tuning", "prompt_only", "undecided"]
STATUSES = ["accepted"] * 6 + ["open", "draft", "in_sign_off", "withdrawn"]
OWNERS = [f"{first} {last}" for first in ("Ada", "Ben", "Cy", "Dot", "Eve") for last in ("Rey", "Sun", "Tam", "Uhl")]
BATCH = 2_000


def insert(table: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
    """Rows by the quickest way that the database has."""
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["?"] * len(columns))
            cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def plain(value: object) -> str:
    """Canonical JSON of plain ASCII data: the same text as RFC 8785 gives, at a tenth of the time."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def words(line: str) -> list[str]:
    return re.findall("[a-z0-9]+", line.lower())


def sentence(words: int) -> str:
    return " ".join(PICK.choices(VOCABULARY, cum_weights=WEIGHTS, k=words))


def moment(at: datetime) -> object:
    return at if connection.vendor == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S.%f")


class Writer:
    """Fills one team; ids are handed out here, because bulk inserts return none."""

    def __init__(self, slug: str, decisions: int, entries: int) -> None:
        self.team = Team.objects.create(name=slug, slug=slug, last_decision_number=decisions)
        self.user = User.objects.create_user(f"{slug}@example.org", name=slug)
        Membership.objects.create(team=self.team, user=self.user, role="owner")
        self.head = LogHead.objects.create(team=self.team, name=slug, head=GENESIS)
        self.decisions, self.entries = decisions, entries
        self.first = self.last_id("decisions_decision") + 1
        self.next_entry = self.last_id("decisions_logentry") + 1
        self.sequence, self.prev = 0, GENESIS

    def last_id(self, table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
            return cursor.fetchone()[0]

    def fill(self) -> None:
        for start in range(0, self.decisions, BATCH):
            with transaction.atomic():
                self.batch(range(start, min(start + BATCH, self.decisions)))
        LogHead.objects.filter(pk=self.head.pk).update(sequence=self.sequence, head=self.prev)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for table in ("decision", "logentry", "summaryowner", "decisiontag"):
                    cursor.execute(
                        f"SELECT setval(pg_get_serial_sequence('decisions_{table}', 'id'), "
                        f"(SELECT MAX(id) FROM decisions_{table}) + 1)"
                    )
                cursor.execute("VACUUM ANALYZE")
        else:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")

    def batch(self, places: range) -> None:
        decisions, summaries, owners, tags, entries, configurations = [], [], [], [], [], []
        for place in places:
            number, pk = place + 1, self.first + place
            title, question, tag = sentence(5), sentence(12), PICK.choice(VOCABULARY[:200])
            asked_at = START + timedelta(minutes=place)
            decisions.append(
                (pk, number, title, question, "", "", moment(asked_at), moment(asked_at), 1, self.team.pk, self.user.pk)
            )
            found = dict.fromkeys(words(f"{title} {question} {tag}"))
            for _entry in range(self.entries):
                at = asked_at + timedelta(days=PICK.randint(1, 700), seconds=PICK.randint(0, 86_000))
                found |= dict.fromkeys(self.entry(pk, at, entries, configurations))
            due = (datetime.now(UTC) + timedelta(days=PICK.randint(-20, 400))).date() if PICK.random() < 0.7 else None
            name = PICK.choice(OWNERS)
            summaries.append(
                (
                    pk, self.team.pk, number, PICK.choice(STATUSES), PICK.choice(APPROACHES), due, asked_at.date(),
                    f'[{{"role":"product","name":"{name}"}}]', str.lower(title), summary.joined(found), "",
                )
            )  # fmt: skip
            owners.append((pk, pk, self.team.pk, str.lower(name)))
            tags.append((pk, pk, tag))
        insert(
            "decisions_decision",
            ("id", "number", "title", "question", "context", "starting_point", "created_at", "updated_at", "version",
             "team_id", "created_by_id"),
            decisions,
        )  # fmt: skip
        insert(
            "decisions_decisionsummary",
            ("decision_id", "team_id", "number", "status", "approach", "revisit_on", "dated_on", "owners",
             "title_folded", "words", "log_words"),
            summaries,
        )  # fmt: skip
        insert("decisions_summaryowner", ("id", "summary_id", "team_id", "name_folded"), owners)
        insert("decisions_decisiontag", ("id", "decision_id", "name"), tags)
        insert(
            "decisions_logentry",
            ("id", "log_id", "sequence", "prev", "type", "at", "actor", "payload", "payload_hash", "entry_hash",
             "decision_id"),
            entries,
        )  # fmt: skip
        insert(
            "decisions_configuration",
            ("entry_id", "public_id", "team_id", "decision_id", "kind", "environment", "live_from", "sequence"),
            configurations,
        )

    def entry(self, decision: int, at: datetime, entries: list, configurations: list) -> list[str]:
        public_id = uuid.UUID(int=PICK.getrandbits(128), version=4)
        fields = {
            "base_model_id": PICK.choice(MODELS),
            "retrieval_settings": f"top-k {PICK.randint(4, 20)}",
            "corpus_version": f"corpus@{at:%Y-%m-%d}",
            "git_commit": f"{PICK.getrandbits(160):040x}",
        }
        reason, environment = sentence(3), PICK.choice(["production", "production", "pilot"])
        payload = plain(
            {
                "salt": f"{PICK.getrandbits(128):032x}", "id": str(public_id), "kind": "live", "approach": "rag",
                "environment": environment, "live_from": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "fields": fields,
                "not_used": ["fine_tune_checkpoint_id"], "reason": reason,
            }
        )  # fmt: skip
        self.sequence += 1
        link = Link(
            sequence=self.sequence, prev=self.prev, type="configuration.live", at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            actor="pipeline", payload=payload, payload_hash=text_hash(payload), entry_hash="",
        )  # fmt: skip
        digest = hashlib.sha256(ENTRY_PREFIX + plain(link.entry(self.head.name)).encode()).hexdigest()
        self.prev = digest
        entries.append(
            (self.next_entry, self.head.pk, self.sequence, link.prev, link.type, link.at, link.actor, payload,
             link.payload_hash, digest, decision)
        )  # fmt: skip
        key = public_id if connection.vendor == "postgresql" else public_id.hex
        configurations.append(
            (self.next_entry, key, self.team.pk, decision, "live", environment, moment(at), self.sequence)
        )
        self.next_entry += 1
        return words(" ".join([*fields.values(), reason, environment]))


def pages(writer: Writer) -> dict[str, list[str]]:
    """What is asked, in several forms each, so that no answer is merely remembered."""
    base, last = f"/t/{writer.team.slug}/", writer.decisions
    rare = [word for word in VOCABULARY[2_000:] if len(word) > 5]
    deep = [last // 2 + step for step in range(20)]
    some = [PICK.randint(1, last) for _time in range(20)]
    return {
        "list, first page": [base],
        "list, half-way down": [f"{base}?after={place}" for place in deep],
        "list, overdue": [f"{base}?revisit=overdue"],
        "list, revisit due first": [f"{base}?sort=due"],
        "list, hybrid and withdrawn": [f"{base}?approach=hybrid&status=withdrawn"],
        "list, one owner": [f"{base}?owner={name.split()[0]}" for name in OWNERS],
        "list, one tag": [f"{base}?tag={word}" for word in VOCABULARY[100:120]],
        "search, common word": [f"{base}?q={word}" for word in COMMON],
        "search, rare word": [f"{base}?q={PICK.choice(rare)}" for _time in range(30)],
        "search, two words": [f"{base}?q={PICK.choice(COMMON)}+{PICK.choice(rare)}" for _time in range(30)],
        "search, beginning of a word": [f"{base}?q={word[:3]}" for word in PICK.sample(rare, 20)],
        "search, part of a title": [f"{base}?q={word[2:]}" for word in PICK.sample(rare, 20)],
        "search, words of entries": [f"{base}?q={model.replace('-', '+')}" for model in MODELS],
        "search, no such word": [f"{base}?q=nothing{number}" for number in range(20)],
        "search, and accepted": [f"{base}?q={word}&status=accepted" for word in COMMON],
        "decision page": [f"{base}d/{number}/" for number in some],
        "what was live": [f"{base}d/{n}/trail/at/?at=2025-06-01T12:00&environment=production" for n in some],
    }


def measure(client: Client, addresses: list[str], repeat: int) -> tuple[float, float, int]:
    """p50 and p95 in ms, and the queries of one request."""
    client.get(addresses[0])
    times = []
    for turn in range(repeat):
        address = addresses[turn % len(addresses)]
        start = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - start) * 1_000)
        assert answer.status_code == 200, (address, answer.status_code)
    with CaptureQueriesContext(connection) as queries:
        client.get(addresses[0])
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))], len(queries)


def run(slug: str, decisions: int, entries: int, repeat: int) -> dict[str, tuple[float, float, int]]:
    start = time.perf_counter()
    writer = Writer(slug, decisions, entries)
    writer.fill()
    print(f"{decisions:,} decisions, {writer.sequence:,} entries: filled in {time.perf_counter() - start:.0f} s")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(writer.user)
    return {name: measure(client, addresses, repeat) for name, addresses in pages(writer).items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--few", type=int, default=1_000)
    options.add_argument("--many", type=int, default=100_000)
    options.add_argument("--entries", type=int, default=10, help="entries a decision")
    options.add_argument("--repeat", type=int, default=100, help="requests a page")
    asked = options.parse_args()
    call_command("migrate", verbosity=0)
    print(f"{connection.vendor}, seed {hashlib.sha256(str(PICK.getstate()).encode()).hexdigest()[:8]}")
    few = run("few", asked.few, asked.entries, asked.repeat)
    many = run("many", asked.many, asked.entries, asked.repeat)
    print(f"\n{'page':32}{'few p50':>9}{'p95':>9}{'many p50':>10}{'p95':>9}{'p95 ratio':>11}{'queries':>9}")
    worst = 0.0
    for name, (few_p50, few_p95, few_queries) in few.items():
        p50, p95, queries = many[name]
        worst = max(worst, p95 / few_p95)
        same = f"{queries}" if queries == few_queries else f"{few_queries}->{queries}"
        print(f"{name:32}{few_p50:9.1f}{few_p95:9.1f}{p50:10.1f}{p95:9.1f}{p95 / few_p95:11.2f}{same:>9}")
    print(f"\nworst p95 ratio {worst:.2f} (goal: 3.00)")


if __name__ == "__main__":
    main()
