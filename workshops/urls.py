"""Addresses of the room. The stream, /w/<id>/stream/, is answered beside Django (config/asgi.py)."""

from django.urls import path

from workshops.views import acting, inviting, joining, people, precheck, preparing, room, signing, voting

app_name = "workshops"
urlpatterns = [
    path("join/", joining.join_code, name="join_code"),
    path("j/<str:token>/", joining.join_link, name="join_link"),
    path("i/<str:token>/", joining.personal_link, name="personal_link"),
    path("t/<slug:slug>/d/<int:number>/workshops/new/", preparing.new, name="new"),
    path("w/<uuid:workshop_id>/", room.room, name="room"),
    path("w/<uuid:workshop_id>/screen/", room.screen, name="screen"),
    path("w/<uuid:workshop_id>/state/", room.state, name="state"),
    path("w/<uuid:workshop_id>/what-if/", room.what_if, name="what_if"),
    path("w/<uuid:workshop_id>/minutes/", room.minutes, name="minutes"),
    path("w/<uuid:workshop_id>/seat/<int:seat_id>/<str:key>/", joining.rejoin, name="rejoin"),
    path("w/<uuid:workshop_id>/keep-here/", joining.keep_here, name="keep_here"),
    path("w/<uuid:workshop_id>/leave/", joining.leave, name="leave"),
    path("w/<uuid:workshop_id>/rounds/<int:round_id>/ballot/", voting.ballot, name="ballot"),
    path("w/<uuid:workshop_id>/rounds/<int:round_id>/withdraw/", voting.withdraw, name="withdraw"),
    path("w/<uuid:workshop_id>/phase/", acting.phase, name="phase"),
    path("w/<uuid:workshop_id>/situation/", precheck.situation, name="situation"),
    path("w/<uuid:workshop_id>/precheck/", precheck.precheck, name="precheck"),
    path("w/<uuid:workshop_id>/explainability/", precheck.explainability, name="explainability"),
    path("w/<uuid:workshop_id>/rounds/open/", acting.open_round, name="open_round"),
    path("w/<uuid:workshop_id>/rounds/ahead/", acting.open_ahead, name="open_ahead"),
    path("w/<uuid:workshop_id>/session/", acting.start_session, name="start_session"),
    path("w/<uuid:workshop_id>/rounds/reveal/", acting.reveal, name="reveal_next"),
    path("w/<uuid:workshop_id>/rounds/<int:round_id>/reveal/", acting.reveal, name="reveal"),
    path("w/<uuid:workshop_id>/rounds/<int:round_id>/settle/", acting.settle, name="settle"),
    path("w/<uuid:workshop_id>/rounds/<int:round_id>/notes/", acting.note, name="note"),
    path("w/<uuid:workshop_id>/rounds/reopen/", acting.reopen, name="reopen"),
    path("w/<uuid:workshop_id>/timer/", acting.timer, name="timer"),
    path("w/<uuid:workshop_id>/nudge/", acting.nudge, name="nudge"),
    path("w/<uuid:workshop_id>/seats/<int:seat_id>/remove/", people.seat_act, {"what": "remove"}, name="remove_seat"),
    path("w/<uuid:workshop_id>/seats/<int:seat_id>/share/", people.seat_act, {"what": "share"}, name="share_lead"),
    path("w/<uuid:workshop_id>/seats/<int:seat_id>/hand-over/", people.seat_act, {"what": "hand"}, name="hand_over"),
    path("w/<uuid:workshop_id>/seats/<int:seat_id>/role/", people.seat_role, name="seat_role"),
    path("w/<uuid:workshop_id>/invitations/", inviting.invitations, name="invitations"),
    path("w/<uuid:workshop_id>/invitations/remind/", inviting.remind, name="remind"),
    path("w/<uuid:workshop_id>/invitations/<int:invited_id>/again/", inviting.resend_invitation, name="invite_again"),
    path("w/<uuid:workshop_id>/invitations/<int:invited_id>/withdraw/", inviting.withdraw, name="withdraw_invitation"),
    path("w/<uuid:workshop_id>/take-over/", people.take_over, name="take_over"),
    path("w/<uuid:workshop_id>/stand-in/", people.offer_to_lead, name="offer_to_lead"),
    path(
        "w/<uuid:workshop_id>/seats/<int:seat_id>/confirm/", people.seat_act, {"what": "confirm"}, name="confirm_lead"
    ),
    path("w/<uuid:workshop_id>/record/", acting.write_record, name="write_record"),
    path("w/<uuid:workshop_id>/record/paper/", room.record, name="record"),
    path("w/<uuid:workshop_id>/sign/", signing.sign, name="sign"),
    path("w/<uuid:workshop_id>/close/", acting.close, name="close"),
    path("w/<uuid:workshop_id>/open-again/", acting.open_again, name="open_again"),
    path("w/<uuid:workshop_id>/name/", people.rename, name="rename"),
]
