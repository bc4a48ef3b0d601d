"""The fields of a configuration: the source's five first, then what a replay needs, then what is good to have."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from math import isfinite
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from decisions.base import typed_text
from decisions.base.times import moment_of

FIVE, REPLAY, USEFUL = "five", "replay", "useful"
OWN = "own_"  # before the key of a team's own field
LONGEST = 400
HASH = re.compile(r"[A-Za-z0-9:+/=_.-]{6,128}", re.ASCII)
# A reference is an id, not a text: nobody can put a sentence about a person there.
MAIL_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True)
class Field:
    """One field; `need` says whether the source names it, a replay needs it, or it is only useful."""

    key: str
    name: str | Promise
    need: str
    kind: str = "text"
    help: str | Promise = ""


@dataclass(frozen=True)
class Group:
    """Fields that go together; when `head` is not used, none of the group is."""

    key: str
    name: str | Promise
    fields: tuple[Field, ...]
    head: str = ""


GROUPS: tuple[Group, ...] = (
    Group(
        "five",
        __("The five to record every time"),
        (
            Field("base_model_id", __("Base model ID"), FIVE, help=__("Such as llama-3.1-70b-instruct.")),
            Field("retrieval_settings", __("Retrieval settings"), FIVE, help=__("In short: top-k 8, floor 0.35.")),
            Field("fine_tune_checkpoint_id", __("Fine-tune checkpoint ID"), FIVE),
            Field("corpus_version", __("Dataset version: corpus"), FIVE, help=__("What retrieval reads.")),
            Field("training_set_version", __("Dataset version: training set"), FIVE, help=__("What fine-tuning read.")),
            Field("evaluation_set_version", __("Dataset version: evaluation set"), FIVE),
        ),
    ),
    Group(
        "base_model",
        __("Base model"),
        (
            Field("model_snapshot", __("Exact snapshot or response model ID"), REPLAY),
            Field("provider", __("Provider"), REPLAY),
            Field("endpoint", __("Region or endpoint"), REPLAY),
            Field("temperature", __("Temperature"), REPLAY, "number"),
            Field("top_p", __("Top-p"), REPLAY, "number"),
            Field("max_tokens", __("Maximum tokens"), REPLAY, "count"),
            Field("seed", __("Random seed"), REPLAY, "number"),
            Field("stop", __("Stop sequences"), REPLAY),
            Field("licence", __("Licence"), USEFUL),
        ),
        head="base_model_id",
    ),
    Group(
        "prompt",
        __("Prompt"),
        (
            Field("prompt_id", __("Prompt ID"), REPLAY),
            Field("prompt_version", __("Prompt version"), REPLAY),
            Field("prompt_hash", __("Prompt hash"), REPLAY, "hash", __("A hash, never the prompt itself.")),
            Field("system_text_hash", __("System text hash"), REPLAY, "hash"),
            Field("tool_definitions_hash", __("Tool definitions hash"), REPLAY, "hash"),
            Field("output_schema_version", __("Output schema version"), REPLAY),
        ),
    ),
    Group(
        "retrieval",
        __("Retrieval"),
        (
            Field("top_k", __("Top-k"), REPLAY, "count"),
            Field("score_floor", __("Score floor"), REPLAY, "number"),
            Field("hybrid_weights", __("Weights of keyword and vector search"), REPLAY),
            Field("filters", __("Filters"), REPLAY),
            Field("query_rewrite", __("Query rewriting"), REPLAY),
            Field("embedding_model", __("Embedding model and version"), REPLAY),
            Field("embedding_dimension", __("Embedding dimension"), REPLAY, "count"),
            Field("index_id", __("Index ID"), REPLAY),
            Field("index_built_at", __("Index built at"), REPLAY, "time"),
            Field("chunker", __("Chunker and version"), REPLAY),
            Field("chunk_size", __("Chunk size"), REPLAY, "count"),
            Field("chunk_overlap", __("Chunk overlap"), REPLAY, "count"),
            Field("parser_version", __("Parser version"), REPLAY),
            Field("reranker", __("Reranker and version"), REPLAY),
            Field("reranker_top_n", __("Reranker top-n"), REPLAY, "count"),
            Field("access_policy_version", __("Access and role filter policy version"), REPLAY),
            Field("empty_hit_behaviour", __("What happens without a hit"), REPLAY),
        ),
        head="retrieval_settings",
    ),
    Group(
        "data",
        __("Data"),
        (
            Field("corpus_hash", __("Corpus content hash"), REPLAY, "hash"),
            Field("corpus_snapshot_at", __("Corpus snapshot time"), USEFUL, "time"),
            Field("corpus_count", __("Rows or documents"), REPLAY, "count"),
            Field("data_owner", __("Who keeps the data"), REPLAY, help=__("A team or role, no person.")),
            Field("freshness_lag", __("Freshness lag"), USEFUL),
        ),
    ),
    Group(
        "tuning",
        __("Tuning"),
        (
            Field("parent_checkpoint", __("Parent checkpoint"), REPLAY),
            Field("tuning_method", __("Method"), REPLAY, help=__("SFT, DPO, LoRA or another.")),
            Field("hyperparameters_hash", __("Hyperparameters hash"), REPLAY, "hash"),
            Field("training_run_id", __("Training run ID"), REPLAY),
            Field("vendor_job_id", __("Vendor job ID"), REPLAY),
            Field("data_agreement", __("Data agreement reference"), USEFUL),
            Field("redaction_report", __("Redaction report reference"), USEFUL),
        ),
        head="fine_tune_checkpoint_id",
    ),
    Group(
        "code",
        __("Code"),
        (
            Field("git_commit", __("Git commit"), REPLAY, "hash"),
            Field("git_dirty", __("Uncommitted changes"), REPLAY, "flag"),
            Field("git_diff_hash", __("Hash of those changes"), REPLAY, "hash"),
            Field("container_digest", __("Container digest"), USEFUL, "hash"),
        ),
    ),
    Group(
        "evaluation",
        __("Evaluation"),
        (
            Field("evaluation_set_hash", __("Evaluation set hash"), REPLAY, "hash"),
            Field("evaluation_run_id", __("Evaluation run ID"), REPLAY),
            Field("judge_model", __("Judge model"), REPLAY),
            Field("judge_prompt_version", __("Judge prompt version"), REPLAY),
            Field("judge_sensitivity", __("Judge sensitivity"), REPLAY, "number"),
            Field("judge_specificity", __("Judge specificity"), REPLAY, "number"),
            Field("metric_values", __("Metric values with n and bounds"), REPLAY),
            Field("gate_result", __("Gate result"), REPLAY),
        ),
        head="evaluation_set_version",
    ),
    Group(
        "safety",
        __("Safety"),
        (
            Field("guardrail_id", __("Guardrail ID"), REPLAY),
            Field("guardrail_version", __("Guardrail version"), REPLAY),
            Field("guardrail_thresholds", __("Guardrail thresholds"), REPLAY),
            Field("fallback_version", __("Fallback text version"), REPLAY),
        ),
        head="guardrail_id",
    ),
)
FIELDS: Mapping[str, Field] = {field.key: field for group in GROUPS for field in group.fields}
# When the field on the right is not used, the one on the left is not either.
FOLLOWS: Mapping[str, str] = {
    **{field.key: group.head for group in GROUPS if group.head for field in group.fields if field.key != group.head},
    "corpus_version": "retrieval_settings",
    "corpus_hash": "retrieval_settings",
    "corpus_count": "retrieval_settings",
    "training_set_version": "fine_tune_checkpoint_id",
    "reranker_top_n": "reranker",
    "judge_prompt_version": "judge_model",
    "judge_sensitivity": "judge_model",
    "judge_specificity": "judge_model",
    "prompt_version": "prompt_id",
    "prompt_hash": "prompt_id",
}


def all_groups(own: Iterable[Field] = ()) -> Iterator[Group]:
    """The groups with the team's own fields as the last."""
    yield from GROUPS
    if fields := tuple(own):
        yield Group("own", _("Your team's own"), fields)


def cleaned(field: Field, value: Any) -> str:
    """The value as it is stored, always text; raises ValueError with a sentence for people."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    elif isinstance(value, float):
        value = _plain(value)
    line = typed_text.one_line(str(value))
    if not typed_text.is_printable(line):
        raise ValueError(_("This contains control characters that can't be shown."))
    if len(line) > LONGEST:
        raise ValueError(
            _("Enter at most %(most)s characters. The log holds IDs and hashes, not texts.") % {"most": LONGEST}
        )
    if MAIL_ADDRESS.search(line):
        raise ValueError(_("This looks like an email address. Enter an ID instead, because the log names no people."))
    if not line:
        return ""
    return _OF_KIND[field.kind](line)


def _plain(value: float) -> str:
    """A float as people write it: the shortest digits that give it back, without an exponent."""
    if not isfinite(value) or abs(value) > 1e15:
        return "NaN"
    number = Decimal(repr(value))
    with localcontext(prec=60):
        return format(number.quantize(Decimal(1).scaleb(-15)).normalize() + 0, "f")


def _hash(line: str) -> str:
    if not HASH.fullmatch(line):
        raise ValueError(_("Enter a hash or digest: 6 to 128 letters, digits or any of : + / = _ . -"))
    return line


def _number(line: str) -> str:
    try:
        number = Decimal(line) if line.isascii() else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 20 or len(line) > 40:
        raise ValueError(_("Enter a number, like 0.35."))
    return format(number, "f")


def _count(line: str) -> str:
    if not re.fullmatch(r"[0-9]{1,15}", line, re.ASCII):
        raise ValueError(_("Enter a whole number, like 8."))
    return str(int(line))


def _time(line: str) -> str:
    moment = moment_of(line)
    if moment is None:
        raise ValueError(_("Enter a date and time with its zone, like 2026-11-18T15:04:00Z."))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _flag(line: str) -> str:
    known = {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}
    if line.lower() not in known:
        raise ValueError(_("“yes” or “no”."))
    return known[line.lower()]


_OF_KIND: Mapping[str, Callable[[str], str]] = {
    "text": str,
    "hash": _hash,
    "number": _number,
    "count": _count,
    "time": _time,
    "flag": _flag,
}
