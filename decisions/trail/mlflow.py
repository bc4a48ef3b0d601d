"""Reads a model-registry export of MLflow into drafts of trail entries; no database, no MLflow.

Understood are the files of mlflow-export-import (`model.json`) and saved answers of MLflow's REST API: one registered
model, a search of registered models, or a search of model versions. What people wrote about a version stays out.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from decisions.models import Approach, ConfigurationKind
from decisions.trail.entry import Draft
from decisions.trail.fields import FIELDS, cleaned

# The stage or alias of a version, in lower case -> our environment.
ENVIRONMENTS = {"production": "production", "champion": "production", "staging": "staging", "challenger": "staging"}
TUNED = (Approach.FINE_TUNING, Approach.HYBRID)
BASE_MODEL_TAGS = ("base_model_id", "base_model", "mlflow.base_model", "hf_base_model", "model.base")
TAGS = {
    "mlflow.source.git.commit": "git_commit",
    "git_commit": "git_commit",
    "mlflow.docker.image.id": "container_digest",
}
DEEPEST = 8
NONE: Mapping[str, list[str]] = {}


class NotAnExport(ValueError):
    """The file is no model-registry export; `str()` says why."""


@dataclass(frozen=True)
class Found:
    """One model version in one environment, as a draft, with what could not be taken over.

    The base of a tuned model is a tag or an option; where both are absent the draft is refused, because the trail takes
    no guess.
    """

    version: str
    draft: Draft
    left_out: tuple[str, ...]


def parse(
    text: str,
    *,
    approach: str = Approach.FINE_TUNING,
    base_model: str = "",
    environments: Mapping[str, str] = ENVIRONMENTS,
) -> list[Found]:
    """The drafts, oldest first; raises NotAnExport.

    The registry keeps the present stage only, so a version gives an entry for where it stands now, from when it was
    last moved; versions without a stage or alias that names an environment are left out.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise NotAnExport(f"The file is not JSON: {fault}") from fault
    # model.json and the REST API may list one version twice: among all, and among the latest
    versions = list({(str(one["name"]), str(one["version"])): one for one in _versions(data)}.values())
    if not versions:
        raise NotAnExport("The file holds no model versions: neither latest_versions, versions nor model_versions.")
    found = [one for version in versions for one in _drafts(version, approach, base_model, environments)]
    return sorted(found, key=lambda one: (one.draft.live_from, one.version))


def _versions(data: Any, aliases: Mapping[str, list[str]] = NONE, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every version, with the aliases that it has itself and those that its model gives it."""
    if depth > DEEPEST:
        return
    if isinstance(data, list):
        for item in data:
            yield from _versions(item, aliases, depth + 1)
    elif isinstance(data, dict):
        if "version" in data and "name" in data and not isinstance(data["version"], dict | list):
            own = data.get("aliases")
            own = own if isinstance(own, list) else []
            yield {**data, "aliases": [*own, *aliases.get(str(data["version"]), [])]}
            return
        aliases = _aliases(data) or aliases
        for inner in data.values():
            if isinstance(inner, dict | list):
                yield from _versions(inner, aliases, depth + 1)


def _aliases(model: Mapping[str, Any]) -> dict[str, list[str]]:
    """A registered model's aliases by version: pairs in REST answers, a mapping in what Python writes."""
    given = model.get("aliases")
    pairs: list[tuple[Any, Any]] = list(given.items()) if isinstance(given, dict) else []
    if isinstance(given, list):
        pairs = [(one.get("alias"), one.get("version")) for one in given if isinstance(one, dict)]
    found: dict[str, list[str]] = {}
    for alias, version in pairs:
        found.setdefault(str(version), []).append(str(alias))
    return found


def _tags(version: Mapping[str, Any]) -> dict[str, str]:
    tags = version.get("tags")
    if isinstance(tags, dict):
        return {str(key): str(value) for key, value in tags.items()}
    if isinstance(tags, list):
        pairs = (tag for tag in tags if isinstance(tag, dict))
        return {str(tag.get("key", "")): str(tag.get("value", "")) for tag in pairs}
    return {}


def _moment(version: Mapping[str, Any]) -> datetime | None:
    for key in ("last_updated_timestamp", "creation_timestamp"):
        try:
            return datetime.fromtimestamp(int(version[key]) / 1000, tz=UTC)
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            continue
    return None


def _drafts(
    version: Mapping[str, Any], approach: str, base_model: str, environments: Mapping[str, str]
) -> Iterator[Found]:
    name = f"models:/{version['name']}/{version['version']}"
    aliases = version.get("aliases")
    marks = [version.get("current_stage"), *(aliases if isinstance(aliases, list) else [])]
    places = {environments[str(mark).lower()] for mark in marks if str(mark).lower() in environments}
    moment = _moment(version)
    if moment is None:
        return
    tags = _tags(version)
    fields, left_out = _fields(version, tags, name, approach, base_model)
    is_tuned = approach in TUNED or "fine_tune_checkpoint_id" in fields
    not_used = () if is_tuned else ("fine_tune_checkpoint_id",)
    for place in sorted(places):
        draft = Draft(
            kind=ConfigurationKind.LIVE,
            environment=place,
            live_from=moment,
            approach=approach,
            fields=fields,
            not_used=not_used,
            reason=f"Imported from MLflow: {name}"[:500],
        )
        yield Found(name, draft, left_out)


def _fields(
    version: Mapping[str, Any], tags: Mapping[str, str], name: str, approach: str, base_model: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    given: dict[str, Any] = {"training_run_id": version.get("run_id")}
    given["base_model_id"] = next((tags[key] for key in BASE_MODEL_TAGS if tags.get(key)), base_model)
    if approach in TUNED:
        given["fine_tune_checkpoint_id"] = name
    else:
        # nothing was tuned, so what is registered is the model itself
        given["base_model_id"] = given["base_model_id"] or name
    given |= {TAGS[key]: value for key, value in tags.items() if key in TAGS}
    # tags that are named like our fields, with or without our prefix
    given |= {key: value for key, value in tags.items() if key in FIELDS}
    given |= {key.removeprefix("groundwork."): value for key, value in tags.items() if key.startswith("groundwork.")}
    fields, left_out = {}, []
    for key, value in given.items():
        if key not in FIELDS or value in (None, ""):
            if key not in FIELDS:
                left_out.append(key)
            continue
        try:
            fields[key] = cleaned(FIELDS[key], value)
        except ValueError as fault:
            left_out.append(f"{key} ({fault})")
    return fields, tuple(left_out)
