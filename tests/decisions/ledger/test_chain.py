"""A chain of entries, on plain data: every change of it is found once somebody outside keeps an anchor."""

import json
import random
from dataclasses import fields, replace
from pathlib import Path

import pytest

from decisions.exports import canonical as exported
from decisions.ledger.canonical import dumps, entry_hash, payload_hash, text_hash
from decisions.ledger.chain import GENESIS, Anchor, Link, check

LOG = "helio-desk"
GOLDEN = Path(__file__).parent / "golden"
MUTATIONS = 5_000


def link(sequence, prev, payload, **more):
    text = dumps(payload)
    made = Link(
        sequence=sequence,
        prev=prev,
        type=more.pop("type", "note"),
        at=f"2026-11-18T15:00:{sequence % 60:02d}.000000Z",
        actor="Mara Okonkwo",
        payload=text,
        payload_hash=text_hash(text),
        entry_hash="",
        **more,
    )
    return replace(made, entry_hash=entry_hash(made.entry(LOG)))


def chain_of(length, salt="00"):
    links, prev = [], GENESIS
    for sequence in range(1, length + 1):
        decision = {"decision_number": sequence % 3} if sequence % 3 else {}
        made = link(
            sequence,
            prev,
            {"salt": salt * 16, "what": f"entry {sequence}", **decision},
            decision_number=sequence % 3 or None,
        )
        links.append(made)
        prev = made.entry_hash
    return links


def head_of(links):
    return Anchor(LOG, len(links), links[-1].entry_hash if links else GENESIS)


def test_an_untouched_chain_is_whole():
    links = chain_of(20)
    report = check(LOG, links, head=head_of(links), anchors=[head_of(links), head_of(links[:7])])

    assert report.whole
    assert (report.entries, report.exit_code) == (20, 0)


def test_an_empty_chain_is_whole():
    assert check(LOG, [], head=Anchor(LOG, 0, GENESIS)).whole


def rehash(links, start):
    """What a thief with the database does: make everything after a change fit again."""
    prev = links[start - 1].entry_hash if start else GENESIS
    for place in range(start, len(links)):
        made = replace(links[place], prev=prev, payload_hash=text_hash(links[place].payload))
        links[place] = made = replace(made, entry_hash=entry_hash(made.entry(LOG)))
        prev = made.entry_hash
    return links


def character(text, luck):
    place = luck.randrange(len(text))
    new = luck.choice([one for one in '0123456789abcdefXYZ {}":,é' if one != text[place]])
    return text[:place] + new + text[place + 1 :]


def mutate(links, luck):
    """One random change of the stored chain, with or without mending the hashes behind it."""
    links = list(links)
    place = luck.randrange(len(links))
    act = luck.choice(
        ["field", "field", "field", "drop", "swap", "double", "cut", "insert", "blank", "rechain", "retell"]
    )
    if act == "field":
        name = luck.choice([field.name for field in fields(Link)])
        value = getattr(links[place], name)
        if isinstance(value, str):
            new = character(value, luck)
        else:
            new = luck.choice(
                [
                    one
                    for one in (None, -1, 0, 1, 2, 7, 10**6)
                    if one != value and (name != "sequence" or one is not None)
                ]
            )
        links[place] = replace(links[place], **{name: new})
    elif act == "drop":
        del links[place]
    elif act == "swap":
        other = luck.choice([one for one in range(len(links)) if one != place])
        links[place], links[other] = links[other], links[place]
    elif act == "double":
        links.insert(place, links[place])
    elif act == "cut":
        links = links[:place]
    elif act == "insert":
        links.insert(place, link(place + 1, links[place].prev, {"salt": "ff" * 16, "what": "never happened"}))
        if luck.random() < 0.5:
            links = [replace(one, sequence=number) for number, one in enumerate(links, 1)]
            rehash(links, place)
    elif act == "blank":
        links[place] = replace(links[place], payload="")
    elif act == "rechain":
        links[place] = replace(links[place], actor=character(links[place].actor, luck))
        rehash(links, place)
    else:
        payload = json.loads(links[place].payload)
        payload["what"] = "something else"
        links[place] = replace(links[place], payload=dumps(payload))
        rehash(links, place)
    return act, links


def test_5000_random_changes_are_all_found_with_the_anchor():
    links = chain_of(10)
    anchor = head_of(links)
    luck = random.Random(20261118)
    missed, tried = [], {}
    for number in range(MUTATIONS):
        act, changed = mutate(links, luck)
        tried[act] = tried.get(act, 0) + 1
        # the thief sets the head row right too; only the anchor is out of reach
        report = check(LOG, changed, head=head_of(changed), anchors=[anchor])
        if report.whole:
            missed.append((number, act))

    assert missed == []
    assert sum(tried.values()) == MUTATIONS
    assert min(tried.values()) > 200


def test_without_an_anchor_a_cut_tail_and_a_whole_rewrite_pass():
    """Said openly, so that nobody relies on the chain alone: this is what the anchors are for."""
    links = chain_of(24)
    cut = links[:20]
    rewritten = rehash([replace(one, actor="Nobody") for one in links], 0)

    assert check(LOG, cut, head=head_of(cut)).whole
    assert check(LOG, rewritten, head=head_of(rewritten)).whole
    assert not check(LOG, cut, head=head_of(cut), anchors=[head_of(links)]).whole
    assert not check(LOG, rewritten, head=head_of(rewritten), anchors=[head_of(links)]).whole


def test_the_first_bad_entry_is_named():
    links = chain_of(12)
    links[6] = replace(links[6], actor="Mallory")
    links[9] = replace(links[9], actor="Mallory")

    report = check(LOG, links, head=head_of(links))

    assert (report.fault.sequence, report.fault.kind) == (7, "entry")
    assert report.exit_code == 1


def test_an_anchor_of_another_log_is_refused():
    links = chain_of(3)
    assert check(LOG, links, anchors=[Anchor("elsewhere", 3, links[2].entry_hash)]).fault.kind == "other_log"


def test_an_erased_payload_is_told_apart_only_when_the_log_says_so():
    links = chain_of(6)
    whole = links[2]
    links[2] = replace(whole, payload="")
    assert check(LOG, links, head=head_of(links)).fault.sequence == 3

    said = {"sequence": 3, "payload_hash": whole.payload_hash, "why": "a name", "salt": "00" * 16}
    links.append(link(7, links[-1].entry_hash, said, type="payload.erased"))
    report = check(LOG, links, head=head_of(links), anchors=[head_of(links)])
    assert report.whole
    assert (report.erased, report.exit_code) == ((3,), 2)

    wrong = {**said, "payload_hash": "0" * 64}
    links[-1] = link(7, links[-2].entry_hash, wrong, type="payload.erased")
    assert not check(LOG, links, head=head_of(links)).whole


@pytest.mark.parametrize(
    "payload", ["[]", "{", '{"b":1,"a":2}', '{"a":1.0}', '{"a":"\\ud800"}', "[" * 100_000], ids=range(6)
)
def test_a_payload_that_is_no_canonical_object_is_found_and_breaks_nothing(payload):
    made = link(1, GENESIS, {"a": 1})
    made = replace(made, payload=payload, payload_hash=text_hash(payload))
    made = replace(made, entry_hash=entry_hash(made.entry(LOG)))

    assert check(LOG, [made], head=head_of([made])).fault.kind == "payload"


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.name)
def test_golden_files_of_every_format_version_verify_for_ever(file):
    """Never change these files: they stand for what people have on paper."""
    golden = json.loads(file.read_text(encoding="utf-8"))
    links = [Link(**one) for one in golden["links"]]
    anchor = Anchor(**golden["anchor"])

    assert check(golden["log"], links, head=anchor, anchors=[anchor]).whole
    for one, told in zip(links, golden["links"], strict=True):
        assert entry_hash(one.entry(golden["log"])) == told["entry_hash"]
    if "content" in golden:
        assert payload_hash(golden["content"]) == golden["content_hash"]
        assert dumps(golden["content"]) == golden["canonical"]


def test_there_is_a_golden_file_for_this_version():
    assert (GOLDEN / "v1.json").exists()


def test_the_exports_hash_content_exactly_as_the_ledger_does():
    content = {"salt": "ab" * 16, "z": [1, None, True], "é": "\u202e\U0001f600", "a": {"b": "1.5"}}

    assert exported.content_hash(content) == payload_hash(content)
    assert exported.record_json(content).decode() == dumps(content)
