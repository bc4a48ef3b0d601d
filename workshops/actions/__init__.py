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
    ask,
    close,
    create_workshop,
    move_phase,
    nudge,
    open_again,
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
    rename,
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
from workshops.actions.standing_in import confirm_lead, offer_to_lead
