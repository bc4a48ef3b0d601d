"""Teams: everybody signed in founds one; owners manage people; members see who is there; a link joins one."""

from typing import Any

from tests.matrix.row import Row

SIGNED_IN = {"M": 200, "E": 200, "W": 200, "X": 200, "A": 200}
TO_LOGIN = dict.fromkeys(("An", "G", "O", "F"), 302)
OWNERS = {"M": 403, "E": 403, "W": 302}


def link(world: Any) -> dict[str, Any]:
    return {"token": world.invitation_token}


ROWS = [
    Row("decisions:team_list", "get", {**SIGNED_IN, **TO_LOGIN, "A": 302}),
    Row("decisions:team_new", "get", {**SIGNED_IN, **TO_LOGIN}),
    Row("decisions:team_new", "post", otherwise=302, data=lambda world: {"name": "New"}),
    Row("decisions:team_new", "post", {**dict.fromkeys("MEWXA", 422), **TO_LOGIN}),
    Row("decisions:members", "get", {"M": 200, "E": 200, "W": 200}),
    Row("decisions:members", "post", otherwise=405),
    Row("decisions:invite", "post", OWNERS, data=lambda world: {"email": "a@example.org", "role": "member"}),
    Row("decisions:invite", "post", {**OWNERS, "W": 422}, data=lambda world: {"email": "nobody", "role": "member"}),
    Row("decisions:invite", "get", otherwise=405),
    Row("decisions:team_sign_in", "post", OWNERS),
    # the owner has no second factor and would shut herself out
    Row("decisions:team_sign_in", "post", {**OWNERS, "W": 409}, data=lambda world: {"second_factor": "on"}),
    Row("decisions:audit", "get", {"M": 403, "E": 403, "W": 200}),
    Row("decisions:audit", "post", otherwise=405),
    Row("decisions:audit_csv", "get", {"M": 403, "E": 403, "W": 200}),
    # owners type their password again first
    *(Row(f"decisions:{name}", "get", {"M": 403, "E": 403, "W": 302}) for name in ("whole_team", "team_delete")),
    Row("decisions:team_delete", "post", {"M": 403, "E": 403, "W": 302}),
    Row("decisions:profile", "get", {**SIGNED_IN, **TO_LOGIN}),
    Row("decisions:profile", "post", {**dict.fromkeys("MEWXA", 422), **TO_LOGIN}),
    Row("decisions:profile", "post", otherwise=302, data=lambda world: {"name": "Another"}),
    Row("decisions:own_data", "get", otherwise=302),
    Row("decisions:erase_account", "get", otherwise=302),
    Row("decisions:erase_account", "post", otherwise=302),
    Row("decisions:invitation_withdraw", "post", OWNERS),
    Row("decisions:member_role", "post", OWNERS, data=lambda world: {"role": "facilitator"}),
    Row("decisions:member_role", "post", {**OWNERS, "W": 422}, data=lambda world: {"role": "king"}),
    # the member in question may leave
    Row("decisions:member_remove", "post", {"M": 302, "E": 403, "W": 302}),
    Row("decisions:invitation", "get", otherwise=404),
    Row("decisions:invitation", "get", otherwise=200, arguments=link),
    Row("decisions:invitation", "post", otherwise=302, arguments=link),
]
