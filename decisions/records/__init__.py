"""The decision record: drafted, edited together, signed on one exact text, accepted, and never changed again."""

from decisions.records import shares
from decisions.records.acceptance import accept, accepted_record, withdraw
from decisions.records.content import MAX_ITEMS, SECTIONS, clean
from decisions.records.document import document_of
from decisions.records.drafts import (
    SectionConflict,
    SignOffBegun,
    begin_replacement,
    draft,
    draft_without_workshop,
    edit,
)
from decisions.records.readiness import Problem, problems, warnings
from decisions.records.signing import (
    NotReady,
    by_token,
    new_link_token,
    open_sign_off,
    own_sign_off,
    send_link_again,
    sign,
    sign_off_of_seat,
    take_back,
)
