"""Taking an MLflow registry over into the trail."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from decisions.ledger import append as ledger
from decisions.models import Configuration, LogHead
from decisions.trail import mlflow, reading
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
    command = ["import_mlflow", str(path), "--team", "helio-desk", "--decision", "1", "--base-model", "llama-3.1-8b"]
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


def version(number, moment, **more):
    tags = {"base_model": "llama-3.1-8b"}
    return {"name": "m", "version": number, "last_updated_timestamp": moment * 1000, "tags": tags, **more}


def run(tmp_path, versions, *more):
    path = tmp_path / "model.json"
    path.write_text(versions if isinstance(versions, str) else json.dumps(versions), encoding="utf-8")
    out = io.StringIO()
    call_command("import_mlflow", str(path), "--team", "helio-desk", "--decision", "1", *more, stdout=out)
    return out.getvalue()


@pytest.fixture
def asked(db):
    return decision(cast().team)


def test_a_version_listed_twice_is_one(tmp_path, asked):
    one = version("3", 1762000000, current_stage="Production")
    export = {"mlflow": {"registered_model": {"name": "m", "versions": [one], "latest_versions": [one]}}}
    assert "1 written" in run(tmp_path, export)


@pytest.mark.parametrize("aliases", [[{"alias": "champion", "version": "3"}], {"champion": 3}])
def test_aliases_may_stand_at_the_model(aliases):
    model = {"name": "m", "aliases": aliases, "latest_versions": [version("3", 1762000000), version("4", 1763000000)]}
    found = mlflow.parse(json.dumps({"registered_model": model}))
    assert [(one.version, one.draft.environment) for one in found] == [("models:/m/3", "production")]


def test_a_base_model_is_never_made_up(tmp_path, asked):
    bare = [version("3", 1762000000, current_stage="Production", tags={})]
    for more in ([], ["--dry-run"]):
        with pytest.raises(CommandError, match="--base-model"):
            run(tmp_path, bare, *more)
    assert not Configuration.objects.exists()
    assert "1 written" in run(tmp_path, bare, "--approach", "prompt_only")
    entry = read(Configuration.objects.get().entry)
    assert entry.fields["base_model_id"] == "models:/m/3"
    assert entry.state_of("fine_tune_checkpoint_id") == "not_used"


def test_a_version_that_came_back_is_in_force_again(tmp_path, asked):
    """As after a roll-back in the registry, by stage and by alias; MLflow dates the first and not the second."""
    then = 1762000000
    in_place = {"current_stage": "Production"}
    assert "1 written" in run(tmp_path, [version("3", then, **in_place)])
    assert "1 written" in run(tmp_path, [version("4", then + 60, **in_place), version("3", then + 60)])
    back = [version("3", then + 120, **in_place), version("4", then + 120)]
    assert "1 written" in run(tmp_path, back)
    assert "0 written, 1 known already." in run(tmp_path, back)
    assert "1 written" in run(tmp_path, [version("4", then + 60, aliases=["champion"])])
    rows = Configuration.objects.order_by("-sequence")
    assert [read(row.entry).fields["fine_tune_checkpoint_id"][-1] for row in rows] == ["4", "3", "4", "3"]
    assert rows[1].live_from.timestamp() == then + 120
    assert reading.live_now(asked, timezone.now()) == (rows[0],)


def test_a_file_from_windows_and_names_that_no_terminal_shows_are_taken(tmp_path, asked):
    odd = version(
        "3", 1762000000, current_stage="Production", tags={"base_model": "m", "groundwork.\ud800\x1b[2J": "x"}
    )
    said = run(tmp_path, "\ufeff" + json.dumps([odd]))
    assert "1 written" in said
    said.encode()
    assert "\x1b" not in said
    with pytest.raises(CommandError) as refused:
        run(tmp_path, [{**odd, "name": "a\ud800"}])
    str(refused.value).encode()


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
