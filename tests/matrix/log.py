"""The log of decisions: members read, editors ask and reword."""

from typing import Any

from tests.matrix.row import Row

READ = {"M": 200, "E": 200, "W": 200}
FORM = {"M": 403, "E": 200, "W": 200}
WRONG = {"M": 403, "E": 422, "W": 422}
WRITE = {"M": 403, "E": 302, "W": 302}
ASKED = {"title": "A", "question": "B?", "context": "", "starting_point": "", "tags": "", "owner": ""}
DRAFTED: Any = lambda world: {"number": world.done.workshop.decision.number}  # noqa: E731
LOOK = {"on": "2031-05-02", "cadence": "monthly", "none_because": ""}

ROWS = [
    Row("decisions:log", "get", READ),
    Row("decisions:log", "post", otherwise=405),
    Row("decisions:log_csv", "get", READ),
    Row("decisions:log_csv", "get", {"M": 422, "E": 422, "W": 422}, data=lambda world: {"since": "soon"}),
    Row("decisions:log_csv", "post", otherwise=405),
    Row("decisions:decision_new", "get", FORM),
    Row("decisions:decision_new", "post", WRONG),
    Row("decisions:decision_new", "post", WRITE, data=lambda world: ASKED),
    Row("decisions:decision", "get", READ),
    Row("decisions:decision", "get", otherwise=404, arguments=lambda world: {"number": 999}),
    Row("decisions:decision", "post", otherwise=405),
    Row("decisions:decision_edit", "get", FORM),
    Row("decisions:decision_edit", "post", WRONG),
    Row("decisions:decision_edit", "post", WRITE, data=lambda world: {**ASKED, "version": "1"}),
    Row("decisions:decision_edit", "post", {**WRITE, "E": 409, "W": 409}, data=lambda world: {**ASKED, "version": "7"}),
    Row("decisions:decision_revisit", "get", {"M": 403}, otherwise=404),  # no draft says anything of it
    Row("decisions:decision_revisit", "get", FORM, arguments=DRAFTED),
    Row("decisions:decision_revisit", "post", WRONG, arguments=DRAFTED),
    Row("decisions:decision_revisit", "post", WRITE, arguments=DRAFTED, data=lambda world: {**LOOK, "version": "0"}),
    Row(
        "decisions:decision_revisit",
        "post",
        {**WRITE, "E": 409, "W": 409},
        arguments=DRAFTED,
        data=lambda world: {**LOOK, "version": "7"},
    ),
]
