"""Ingest: the files of an extract become typed DuckDB tables, and everything that is wrong with them is a finding.

`locate` finds each contract table's files, `load` reads them; `unrecognised` names the files that no table takes,
`files` opens archives.
"""

from dq.ingest.load import load
from dq.ingest.locate import files, locate, unrecognised
from dq.ingest.model import FileRef, TableInput

__all__ = ["FileRef", "TableInput", "files", "load", "locate", "unrecognised"]
