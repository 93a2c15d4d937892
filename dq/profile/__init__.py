"""Profile: files that nobody has described become a draft contract, a draft source map, draft rules, and a page."""

from dq.profile.survey import survey
from dq.profile.told import summary
from dq.profile.write import write

__all__ = ["summary", "survey", "write"]
