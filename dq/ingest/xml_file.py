"""An XML return, read as a stream: expat tells of each element with its true line, and nothing outside the file is read.

A document type declaration is refused before anything in it is looked at, so there are no entities to expand and no
addresses to fetch. Memory is bounded by one child, one batch of rows a table, and the longest tag.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO
from xml.parsers import expat

from dq.errors import InputError, Problem
from dq.ingest.model import FileRef, Remark
from dq.ingest.rows import RowFile
from dq.ingest.xml_remarks import shown
from dq.ingest.xml_rows import Refused, Rows
from dq.ingest.xml_tree import build
from dq.xml_layout import Layout

CHUNK = 1 << 20
LONGEST_TOKEN = 1 << 24
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CUT_OFF = {expat.errors.codes[one] for one in (
    expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN, expat.errors.XML_ERROR_PARTIAL_CHAR,
    expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
)}  # fmt: skip
_WIDE = (b"utf-16", b"ucs-2", b"unicode")
_WRONG = "The first line names another encoding than the file is written in; it was read as {}."
_COPY = "Copy or make it again."
_BROKEN = {
    expat.errors.XML_ERROR_TAG_MISMATCH: ("An end tag does not fit the element that is open.", _COPY),
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: ("Something stands behind the end.", "Were two files put into one?"),
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: (
        "An entity (&name;) is used that XML does not have.", "Write the character itself, or its number such as &#233;."
    ),
    expat.errors.XML_ERROR_UNKNOWN_ENCODING: ("The encoding that its first line names is not known.", "Save it as UTF-8."),
    expat.errors.XML_ERROR_INCORRECT_ENCODING: ("It is not in the encoding that its first line names.", "Save it as UTF-8."),
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: ("An element has an attribute twice.", _COPY),
    expat.errors.XML_ERROR_MISPLACED_XML_PI: (
        "The XML declaration is not at the very beginning.", "Remove what stands before it, or was the file put together of two?"
    ),
}  # fmt: skip


def lay_out(
    ref: FileRef, path: Path, layout: Layout, targets: Mapping[str, Path]
) -> tuple[dict[str, int], tuple[Remark, ...], str]:
    """Write the rows of tables to scratch files (`targets`, by table); returns their numbers, remarks, and the encoding.

    Tables of the layout that are not asked for are walked through all the same, so that what the return does not know is the
    same whoever reads it. Raises `InputError` for a file that is no return or not whole, naming the line.
    """
    with ExitStack() as stack:
        files = {name: stack.enter_context(RowFile(target, len(layout.tables[name].columns))) for name, target in targets.items()}
        add = {name: files[name].add if name in files else _pass for name in layout.tables}
        reader = _Reader(Rows(layout.root, build(layout), add))
        with path.open("rb") as stream:
            reader.read(ref, stream)
    return {name: file.count for name, file in files.items()}, reader.told(), reader.encoding


def _pass(line: int, cells: list[str]) -> None:
    pass


def first_element(head: bytes) -> str | None:
    """The name of a document's first element, without prefix, from its first bytes; None where they cannot be read."""
    found: list[str] = []

    def start(name: str, _: object) -> None:
        found.append(name.rpartition(":")[2])
        raise _Enough

    parser = expat.ParserCreate(_forced(head)[0])
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with suppress(_Enough, Refused, expat.ExpatError, LookupError, ValueError):
        parser.Parse(head, False)
    return found[0] if found else None


class _Enough(Exception):
    pass


def _refuse_doctype(*_: object) -> None:
    fix = "Remove the lines from <!DOCTYPE to its end; a return has none. If you did not expect it, ask where the file comes from."
    raise Refused("The file has a document type declaration (DOCTYPE), by which it could reach out of itself.", fix)


def _forced(head: bytes) -> tuple[str | None, str]:
    """The encoding by the first bytes where they settle it, and what to tell where the declaration says otherwise.

    Programs that write a document to a text, and the text to a file, leave a declaration behind that is wrong.
    """
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    declared = _DECLARED.search(head[:800].replace(b"\x00", b""))
    said = declared[1].lower() if declared else b""
    if wide:
        return "utf-16", "" if not said or said.startswith(_WIDE) else _WRONG.format("UTF-16")
    if b"\x00" in head[:4] or not said.startswith(_WIDE):
        return None, ""
    return "utf-8", _WRONG.format("UTF-8")


class _Reader:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.encoding = "utf-8"
        self.forced: str | None = None
        self.wrong = ""

    def told(self) -> tuple[Remark, ...]:
        """The remarks of the file."""
        first = [Remark("structure", "", 1, self.wrong)] if self.wrong else []
        return (*first, *self.rows.remarks.all())

    def read(self, ref: FileRef, stream: IO[bytes]) -> None:
        """Walk through the file. Raises `InputError`."""
        chunk = stream.read(CHUNK)
        self.forced, self.wrong = _forced(chunk)
        self.encoding = self.forced or ("utf-16" if b"\x00" in chunk[:4] else "utf-8")
        parser = self._parser(self.forced)
        fed = 0
        try:
            while chunk:
                fed += len(chunk)
                parser.Parse(chunk, False)
                if fed - parser.CurrentByteIndex > LONGEST_TOKEN:
                    raise Refused(
                        "A tag or comment is longer than 16 million bytes.", "It is damaged here, or was made to do harm."
                    )
                chunk = stream.read(CHUNK)
            parser.Parse(b"", True)
        except Refused as refused:
            line = refused.line or parser.CurrentLineNumber
            raise InputError(Problem(ref.name, line, message=refused.message, fix=refused.fix)) from None
        except expat.ExpatError as error:
            raise InputError(self._broken(ref, error)) from None
        except (LookupError, ValueError) as error:  # an encoding that Python does not know, or that is no single-byte one
            if "encoding" not in str(error):
                raise
            message, fix = _BROKEN[expat.errors.XML_ERROR_UNKNOWN_ENCODING]
            raise InputError(Problem(ref.name, 1, message=message, fix=fix)) from None

    def _parser(self, encoding: str | None) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        rows = self.rows

        def start(name: str, attributes: dict[str, str]) -> None:
            rows.start(name, attributes, parser.CurrentLineNumber)

        def declared(_: str, named: str | None, __: int) -> None:
            if named and self.forced is None:
                self.encoding = named.lower()

        def apart(*_: object) -> None:  # text before and after a comment is told apart, so that its line is known
            pass

        parser.StartElementHandler = start
        parser.EndElementHandler = lambda _: rows.end()
        parser.CharacterDataHandler = lambda text: rows.text(text, parser.CurrentLineNumber)
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.XmlDeclHandler = declared
        parser.CommentHandler = parser.ProcessingInstructionHandler = apart
        return parser

    def _broken(self, ref: FileRef, error: expat.ExpatError) -> Problem:
        names = self.rows.names
        if error.code in _CUT_OFF:
            message = "The file ends too early: it was cut off."
            if names:
                name, line = names[-1]
                message = f"The file ends inside the element {shown(name)!r}, which begins on line {line}: it was cut off."
            return Problem(ref.name, error.lineno, message=message, fix=_COPY)
        word = expat.errors.messages[error.code]
        message, fix = _BROKEN.get(word, (f"This is not well-formed XML ({word}).", _COPY))
        if word == expat.errors.XML_ERROR_TAG_MISMATCH and names:
            message = f"The element {shown(names[-1][0])!r}, which begins on line {names[-1][1]}, is not closed by its own end tag."
        if word == expat.errors.XML_ERROR_INVALID_TOKEN:
            message = f"A character stands here that XML, or the file's encoding ({self.encoding}), does not allow."
            fix = "Save it as UTF-8, with & written as &amp; and < as &lt; in text; or name its encoding in the first line."
        return Problem(ref.name, error.lineno, message=message, fix=fix)
