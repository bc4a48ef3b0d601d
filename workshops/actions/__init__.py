"""What people do in a room, one function an act: lock, check who and when, write, publish after commit."""

from workshops.actions.ballots import cast_ballot, withdraw_ballot
from workshops.actions.invitations import (
    invite,
    invite_again,
    remind_missing,
    take_invited_seat,
    withdraw_invitation,
)
from workshops.actions.lead import (
    answer_situation,
    close,
    create_workshop,
    move_phase,
    nudge,
    set_timer,
    write_record,
)
from workshops.actions.people import (
    change_role,
    give_lead,
    join,
    keep_here,
    leave,
    open_elsewhere,
    remove_seat,
    take_over,
)
from workshops.actions.rounds import (
    add_note,
    leave_contested,
    next_round,
    open_ahead,
    open_round,
    precheck_unasked,
    reopen_round,
    reveal,
    settle,
    start_session,
)
from workshops.actions.single_statement import vote

__all__ = [
    "add_note",
    "answer_situation",
    "cast_ballot",
    "change_role",
    "close",
    "create_workshop",
    "give_lead",
    "invite",
    "invite_again",
    "join",
    "keep_here",
    "leave",
    "leave_contested",
    "move_phase",
    "next_round",
    "nudge",
    "open_ahead",
    "open_elsewhere",
    "open_round",
    "precheck_unasked",
    "remind_missing",
    "remove_seat",
    "reopen_round",
    "reveal",
    "set_timer",
    "settle",
    "start_session",
    "take_invited_seat",
    "take_over",
    "vote",
    "withdraw_ballot",
    "withdraw_invitation",
    "write_record",
]
