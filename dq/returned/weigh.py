"""Answers against what the project knows: which are taken, which are there already, which are left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from dq.report.words import long_date, plural
from dq.returned.model import Known, KnownList, KnownReply, Remark, Returned, Said, Weighed
from dq.team_list import COLUMNS, WHICH

HEADINGS = {column.name: column.heading for column in COLUMNS}
NOTE_NEEDED = {
    "rule is wrong": "why the record is right",
    "not ours": "whose it is, or how you know that it is not yours",
}
FURTHEST = 10  # years that a promise may reach


@dataclass(frozen=True)
class Leave:
    """What somebody who looked at the remarks allows: rows whose fixed cells were changed; answers that contradict earlier ones."""

    edited: bool = False
    replace: bool = False


@dataclass
class _Scales:
    """What is found out on the way."""

    known: Known
    leave: Leave
    remarks: list[Remark] = field(default_factory=list)
    there: int = 0


def weigh(files: Sequence[Returned], known: Known, leave: Leave = Leave()) -> Weighed:
    """Weigh all answers of all files together.

    An answer is known already where the same list gave the same words about the same exception before. Where rows differ
    about one exception, none of them is taken, and each names the others.
    """
    scales = _Scales(known, leave, [remark for file in files for remark in file.remarks])
    sound: list[Said] = []
    for file in _own(_once(files, scales), scales):
        for said in _of_known_lists(file, scales):
            if (kept := _one(said, scales)) is not None:
                sound.append(kept)
    taken = _agreeing(sound, scales)
    taken = [said for said in taken if _newer(said, scales)]
    _old_copies(taken, scales)
    _missing(files, scales)
    return Weighed(tuple(taken), scales.there, tuple(sorted(set(scales.remarks))))


def _once(files: Iterable[Returned], scales: _Scales) -> list[Returned]:
    """The same file given twice is read once."""
    first: dict[str, Returned] = {}
    kept = []
    for file in files:
        twin = first.setdefault(file.sha256, file) if file.sha256 else file
        if twin is file:
            kept.append(file)
        else:
            scales.remarks.append(Remark(file.file, "", 0, f"It is the same file as {twin.file}: read once.", level="notice"))
    return kept


def _own(files: Iterable[Returned], scales: _Scales) -> list[Returned]:
    """A list of another project says nothing here, whatever its ids."""
    own = []
    for file in files:
        if file.project and file.project != scales.known.project:
            fix = "Read it in that project. Or was this project's store put back to a time before it gave lists out?"
            scales.remarks.append(Remark(file.file, "", 0, "It is a list of another project.", fix))
        else:
            own.append(file)
    return own


def _of_known_lists(file: Returned, scales: _Scales) -> Iterable[Said]:
    """Rows of lists that this project gave out, and rows that name no list; one remark a sheet for all others."""
    strange: dict[tuple[str, str], list[Said]] = {}
    nameless: dict[str, list[Said]] = {}
    for said in file.said:
        if said.list and _list(said, scales) is None:
            strange.setdefault((said.sheet, said.list), []).append(said)
            continue
        if not said.list:
            nameless.setdefault(said.sheet, []).append(said)
        yield said
    for (sheet, code), rows in strange.items():
        message = f"{plural(len(rows), 'row is', 'rows are')} of list {code}, which this project did not give out."
        fix = "Is it another project's list? Or was the store put back to a time before it?"
        scales.remarks.append(Remark(file.file, sheet, rows[0].row, message, fix))
    for sheet, rows in nameless.items():
        message = f"{plural(len(rows), 'row names', 'rows name')} no list, so that old copies and changed cells cannot be told."
        scales.remarks.append(Remark(file.file, sheet, rows[0].row, message, level="notice"))


def _list(said: Said, scales: _Scales) -> KnownList | None:
    number, _, _ = said.list.partition("-")
    found = scales.known.lists.get(int(number)) if number.isdigit() else None
    return found if found is not None and found.code == said.list else None


def _one(said: Said, scales: _Scales) -> Said | None:
    """One row by itself: the answer to record; None where there is nothing to record."""
    known, before = scales.known, scales.known.replies.get(said.exception, ())
    problems: list[Remark] = []
    if said.exception not in known.state:
        message = "No recorded run found an exception with this id."
        problems.append(said.remark(message, "Was the id changed, or the run taken back that found it (dq audit)?"))
    fixed = _fixed_cells(said, scales)
    scales.remarks += [each for each in fixed if each.level == "notice"]
    problems += [each for each in fixed if each.level == "problem"]
    if not said.answer:
        if not before:
            problems.append(said.remark("There is a note or a date, and no answer.", "Choose an answer in the same row."))
        elif not problems:
            last = before[-1]
            kept = replace(said, answer=last.answer, fix_by=said.fix_by or last.fix_by, notes=said.notes or last.notes)
            if not _is_there(kept, before, scales):
                scales.remarks.append(said.remark("The note is added to the earlier answer, which stands.", level="notice"))
            said = kept
    if said.answer == "will fix" and said.fix_by is None:
        problems.append(said.remark("The answer is to fix it later, and no date says when.", "Put a date under Fix by."))
    if said.answer in NOTE_NEEDED and not said.notes:
        problems.append(said.remark("This answer needs a note.", f"Say under Notes {NOTE_NEEDED[said.answer]}."))
    if said.fix_by is not None and abs(said.fix_by.year - known.today.year) > FURTHEST:
        problems.append(said.remark("Fix by is too far away to be meant.", "Look at the year."))
    if problems:
        scales.remarks += problems
        return None
    if _is_there(said, before, scales):
        scales.there += 1
        return None
    _note_dates(said, scales)
    if known.state[said.exception] == "cleared":
        scales.remarks.append(said.remark("The exception is cleared already; the answer is kept with it.", level="notice"))
    return said


def _fixed_cells(said: Said, scales: _Scales) -> list[Remark]:
    """What was changed beside the answers. A row whose record or id does not fit may bear another exception's answer."""
    if said.changed is None:
        message = "The row's check is gone or damaged, so that nobody can tell whether the row was changed."
        return _unless(scales.leave.edited, said, message, "Copy the row from the list that was given out, and answer there.")
    if not said.changed:
        return []
    which = [name for name in said.changed if name in WHICH]
    names = ", ".join(HEADINGS[name].replace(" {system} ", " the system ") for name in said.changed)
    if which and (len(which) > 1 or "id" in which):
        message = f"The row does not fit its exception id ({names}): it may bear the answer to another line."
        fix = "Was only a part of the columns sorted or pasted? Answer in a fresh copy of the list."
        return [said.remark(message, fix)]
    message = f"Cells that are not for answers were changed: {names}."
    return _unless(
        scales.leave.edited, said, message, "Put what is meant under Notes and the cell back as it was; or --accept-edited."
    )


def _unless(allowed: bool, said: Said, message: str, fix: str) -> list[Remark]:
    return [said.remark(message, "" if allowed else fix, "notice" if allowed else "problem")]


def _is_there(said: Said, before: Sequence[KnownReply], scales: _Scales) -> bool:
    known = _list(said, scales)
    mine = (known.number if known is not None else None, said.answer, said.fix_by, said.notes)
    return any((each.list, each.answer, each.fix_by, each.notes) == mine for each in before)


def _note_dates(said: Said, scales: _Scales) -> None:
    if said.answer != "will fix" or said.fix_by is None:
        return
    if said.fix_by < scales.known.today:
        scales.remarks.append(said.remark("The date under Fix by has passed.", level="notice"))
    if scales.known.go_live is not None and said.fix_by > scales.known.go_live:
        scales.remarks.append(said.remark("The date under Fix by is after go-live.", level="notice"))


def _agreeing(sound: Iterable[Said], scales: _Scales) -> list[Said]:
    """One answer for each exception; where rows differ, none, and each of them says where the others are."""
    rows: dict[str, list[Said]] = {}
    for said in sound:
        rows.setdefault(said.exception, []).append(said)
    taken = []
    for same in rows.values():
        if len({(said.answer, said.fix_by, said.notes) for said in same}) == 1:
            taken.append(same[0])
            continue
        for said in same:
            others = [each for each in same if (each.answer, each.fix_by, each.notes) != (said.answer, said.fix_by, said.notes)]
            where = "; ".join(_elsewhere(each, said) for each in others[:3])
            message = f"The same exception is answered differently in {where}."
            scales.remarks.append(said.remark(message, "Ask which holds, and take the other answer out."))
    return taken


def _elsewhere(other: Said, here: Said) -> str:
    who = f" ({other.answered_by})" if other.answered_by else ""
    if (other.file, other.sheet) == (here.file, here.sheet):
        return f"row {other.row}"
    return f"{other.place}{who}"


def _newer(said: Said, scales: _Scales) -> bool:
    """Whether an answer may stand before the one that is recorded; it may not where that is of the same list or a later one."""
    before = scales.known.replies.get(said.exception, ())
    if not before:
        return True
    last, mine = before[-1], _list(said, scales)
    if mine is not None and (last.list is None or mine.number > last.list):
        return True
    what = f"{last.place} of {long_date(last.at.astimezone().date())}"
    if _differs_only_in_list(said, last):
        scales.there += 1
        return False
    same_person = said.answered_by and said.answered_by.casefold() == last.answered_by.casefold()
    if mine is not None and mine.number == last.list and same_person:
        scales.remarks.append(said.remark(f"The answer changes an earlier one by the same person: {what}.", level="notice"))
        return True
    older = mine is not None and last.list is not None and mine.number < last.list
    message = f"{'A later list was answered differently' if older else 'It was answered differently before'}: {what}."
    if scales.leave.replace:
        scales.remarks.append(said.remark(message, level="notice"))
        return True
    scales.remarks.append(said.remark(message, "Ask which holds. --replace lets these files' answers stand."))
    return False


def _differs_only_in_list(said: Said, last: KnownReply) -> bool:
    return (said.answer, said.fix_by, said.notes) == (last.answer, last.fix_by, last.notes)


def _old_copies(taken: Iterable[Said], scales: _Scales) -> None:
    """One remark a sheet for answers that came in a copy of an older list."""
    old: dict[tuple[str, str, int], list[Said]] = {}
    for said in taken:
        mine = _list(said, scales)
        if mine is not None and mine.number < mine.latest:
            old.setdefault((said.file, said.sheet, mine.number), []).append(said)
    for (file, sheet, number), rows in old.items():
        mine = scales.known.lists[number]
        day = f" of {long_date(mine.as_of)}" if mine.as_of is not None else ""
        message = (
            f"An old copy: list {mine.code}{day}; {mine.team} has list {mine.latest} by now. "
            f"{plural(len(rows), 'answer is', 'answers are')} taken, because nobody answered later."
        )
        scales.remarks.append(Remark(file, sheet, 0, message, level="notice"))


def _missing(files: Iterable[Returned], scales: _Scales) -> None:
    """Rows that were on a list and are in none of its copies that came back."""
    back: dict[str, set[str]] = {}
    for file in files:
        for code, ids in file.ids.items():
            back.setdefault(code, set()).update(ids)
    for file in files:
        for code, ids in file.given.items():
            gone = len(ids - back.get(code, set()))
            if gone and file.project == scales.known.project:
                message = f"{plural(gone, 'line', 'lines')} of list {code} {'is' if gone == 1 else 'are'} not in it any more"
                scales.remarks.append(Remark(file.file, "", 0, f"{message}: nothing changes about them.", level="notice"))
