"""The order of exceptions and the name of the team they go to, as SQL that every output shares."""

from dq.model import SEVERITIES, UNALLOCATED

_WHENS = " ".join(f"when '{severity}' then {rank}" for rank, severity in enumerate(SEVERITIES))
RANK = f"case severity {_WHENS} else {len(SEVERITIES)} end"

ORDER = f"""{RANK}, rule nulls last, "table" nulls last, key nulls last, id nulls last,
    source_file nulls last, source_row nulls last"""

TEAM = f"coalesce(nullif(trim(team), ''), '{UNALLOCATED}')"
