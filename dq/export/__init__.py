"""A pack's contract and rules in the words of other tools: a pandera module, suites of Great Expectations.

in_pandas.py        the functions that an exported module carries with it: three-valued logic on pandas columns
source.py           a rule's checked tree as a line of Python that uses them, or why it cannot be
pandera_module.py   the contract and the rules as a module that needs pandas and pandera alone
suites.py           the same as suites, one a table, as far as expectations can say it
"""

from dq.export.pandera_module import pandera_module
from dq.export.suites import suites

__all__ = ["pandera_module", "suites"]
