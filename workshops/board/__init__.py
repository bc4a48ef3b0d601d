"""Who sees what: the board is what one viewer may see of a workshop now.

What a viewer may not see is never loaded: of an open round only who has voted is read, never a score, a confidence or
a reason. Everything a browser gets - page, fragment, stream - is made from here.
"""

from workshops.board.load import own_board, own_boards, shared_board
from workshops.board.own import OwnBoard, OwnRound, Target
from workshops.board.shown import Board, CriterionView, RoundView, SeatView, WorkshopView
