"""Taking an MLflow registry over into the trail."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from decisions import ledger
from decisions.models import Configuration, LogHead
from decisions.trail import mlflow
from decisions.trail.entry import read
from tests.people import cast, decision

VERSIONS = [
    {
        "name": "helio-triage", "version": "3", "creation_timestamp": 1762000000000, "current_stage": "Production",
        "last_updated_timestamp": 1762100000000, "run_id": "9f2c", "user_id": "mara@example.org", "description": "by Mara",
        "tags": [
            {"key": "base_model", "value": "llama-3.1-8b"}, {"key": "mlflow.source.git.commit", "value": "8f3a2b1c"},
            {"key": "groundwork.training_set_version", "value": "tickets-2026-09"}, {"key": "owner", "value": "Mara"},
        ],
    },
    {"name": "helio-triage", "version": 4, "creation_timestamp": 1763000000000, "aliases": ["challenger"], "tags": {}},
    {"name": "helio-triage", "version": "2", "creation_timestamp": 1761000000000, "current_stage": "Archived"},
]  # fmt: skip
EXPORT = {"mlflow": {"registered_model": {"name": "helio-triage", "latest_versions": VERSIONS}}}


@pytest.mark.parametrize(
    "data",
    [EXPORT, {"model_versions": VERSIONS}, {"registered_models": [{"name": "m", "versions": VERSIONS}]}, VERSIONS],
)
def test_the_known_shapes_of_an_export_are_read(data):
    found = mlflow.parse(json.dumps(data))
    assert [(one.version, one.draft.environment) for one in found] == [
        ("models:/helio-triage/3", "production"),
        ("models:/helio-triage/4", "staging"),
    ]
    assert found[0].draft.fields == {
        "training_run_id": "9f2c",
        "base_model_id": "llama-3.1-8b",
        "fine_tune_checkpoint_id": "models:/helio-triage/3",
        "git_commit": "8f3a2b1c",
        "training_set_version": "tickets-2026-09",
    }
    assert "Mara" not in repr(found), "what people wrote and who they are stays out"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"a": 1}', "null", "3", '"x"', "[" * 10_000, '{"versions": [1]}']
)
def test_files_that_are_none_are_refused(text):
    with pytest.raises(mlflow.NotAnExport):
        mlflow.parse(text)


@pytest.mark.parametrize(
    "odd",
    [
        {"creation_timestamp": "soon"}, {"creation_timestamp": 10**30}, {"creation_timestamp": None},
        {"tags": "x"}, {"tags": [1]}, {"aliases": "champion"}, {"current_stage": {"a": 1}}, {"run_id": ["x"]},
        {"tags": {"git_commit": "see wiki", "top_k": "many", "groundwork.no_such": "1"}},
    ],
)  # fmt: skip
def test_odd_versions_are_left_out_or_lose_only_what_is_odd(odd):
    for one in mlflow.parse(json.dumps([{**VERSIONS[0], **odd}])):
        assert one.draft.fields["fine_tune_checkpoint_id"] == "models:/helio-triage/3"


@pytest.mark.django_db
def test_an_import_is_done_once_and_stands_in_the_chain(tmp_path):
    world = cast()
    decision(world.team)
    path = tmp_path / "model.json"
    path.write_text(json.dumps(EXPORT))
    command = ["import_mlflow", str(path), "--team", "helio-desk", "--decision", "1"]
    out = io.StringIO()
    call_command(*command, "--dry-run", stdout=out)
    assert not Configuration.objects.exists()
    call_command(*command, stdout=out)
    call_command(*command, stdout=out)
    assert "0 written, 2 known already." in out.getvalue()
    assert Configuration.objects.count() == 2
    entry = read(Configuration.objects.get(environment="production").entry)
    assert entry.actor == "MLflow import"
    assert ledger.verify(LogHead.objects.get()).exit_code == 0


@pytest.mark.django_db
def test_wrong_places_and_files_are_named(tmp_path):
    world = cast()
    decision(world.team)
    path = tmp_path / "model.json"
    path.write_bytes(b"\xff")
    for more in (["--team", "nobody", "--decision", "1"], ["--team", "helio-desk", "--decision", "9"],
                 ["--team", "helio-desk", "--decision", "1"]):  # fmt: skip
        with pytest.raises(CommandError):
            call_command("import_mlflow", str(path), *more)
    with pytest.raises(CommandError):
        call_command("import_mlflow", str(tmp_path / "absent"), "--team", "helio-desk", "--decision", "1")
    assert not Configuration.objects.exists()
