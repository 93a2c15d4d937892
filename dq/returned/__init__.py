"""Workbooks that come back from managers: their answers, by exception id, and everything that is wrong with them.

    model.py      the nouns: a remark with its sheet and row, an answer, a workbook that was read, what the project knows
    sheets.py     any spreadsheet program's file as sheets of cells           broken.py   cells that hold no value
    layout.py     where on a sheet the ids and answers stand, whatever was done to it
    rows.py       rows to answers                                             cells.py    one cell as text, date, answer
    weigh.py      answers against what the project knows: taken, known already, or left out with a reason

Nothing here quotes a cell: what a manager typed may be about a child.
"""

from dq.returned.model import Known, KnownList, KnownReply, Remark, Returned, Said, Weighed
from dq.returned.read import read
from dq.returned.weigh import weigh

__all__ = ["Known", "KnownList", "KnownReply", "Remark", "Returned", "Said", "Weighed", "read", "weigh"]
