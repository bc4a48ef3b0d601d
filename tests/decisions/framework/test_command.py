"""`manage.py recommend`, as a pipeline would call it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[3]


def recommend(data: bytes, *arguments: str):
    # a bare environment: the command needs no secret, no database and no .env file
    environment = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "DATA_DIR")}
    return subprocess.run(
        [sys.executable, "manage.py", "recommend", *arguments],
        input=data,
        capture_output=True,
        cwd=ROOT,
        env=environment,
    )


def test_it_prints_the_recommendation():
    answers = {
        "leans": {
            "knowledge_churn": -2,
            "audit_trust": -1,
            "task_stability": 2,
            "latency_cost": 1,
            "data_sensitivity": -1,
        }
    }
    done = recommend(json.dumps(answers).encode())
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert list(result) == [
        "rule_version",
        "approach",
        "path",
        "clause",
        "status",
        "phase_one",
        "backlog",
        "flags",
        "open_criteria",
        "revisit",
        "reasons",
        "flips",
    ]
    assert (result["approach"], result["path"], result["phase_one"], result["backlog"], result["revisit"]) == (
        "rag",
        "rag_then_fine_tuning",
        "rag",
        "fine_tuning",
        "monthly",
    )
    assert any("3 of 5" in reason for reason in result["reasons"])
    assert result["flips"][0]["approach"] != "rag"


def test_it_prints_the_next_lever():
    done = recommend(b'{"now": "fine_tuning", "observed": {"stale_within_weeks": true}}', "--next-lever")
    assert done.returncode == 0
    assert json.loads(done.stdout)["next_lever"] == "add_rag"


def refused(data: bytes, capsys, monkeypatch, *arguments: str) -> str:
    """What the command says on standard error when it refuses, in this process."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    with pytest.raises(SystemExit) as stopped:
        call_command("recommend", *arguments)
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (2, "")
    assert err.count("\n") == 1
    return err


def test_a_pipeline_sees_exit_2_one_line_and_no_traceback():
    done = recommend(b'{"leans": {"latency_cost": 7}}')
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"leans.latency_cost: must be a whole number from -2 to 2 or null, not 7\n"


def test_a_closed_standard_input_is_an_empty_one(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SystemExit) as stopped:
        call_command("recommend")
    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith("input: is empty")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", "input"),
        (b"\xff\xff", "input"),
        (b"[" * 100_000, "input"),
        (b'{"situation": {"documents_drive": 1}}', "situation.documents_drive"),
        (b'{"leans": {"\\ud800\\u0000": 7}}', "leans."),
    ],
)
def test_the_wrong_field_is_named(data, field, capsys, monkeypatch):
    assert refused(data, capsys, monkeypatch).startswith(field)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"{}", "now"),
        (b'{"now": "prompt_only"}', "now"),
        (b'{"now": ["rag"]}', "now"),
        (b'{"now": "rag", "observed": {"eval_exists": null}}', "observed.eval_exists"),
        (b'{"now": "rag", "observed": {"mood": true}}', "observed.mood"),
        (b'{"now": "rag", "then": 1}', "then"),
    ],
)
def test_the_next_lever_names_the_wrong_field(data, field, capsys, monkeypatch):
    assert refused(data, capsys, monkeypatch, "--next-lever").startswith(f"{field}:")
