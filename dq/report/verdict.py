"""The run in a few plain sentences, verdict first."""

from typing import Literal

from dq.report.counts import count_by_severity, not_evaluated
from dq.report.words import gate_title, long_date, number, percent, plural
from dq.summary import Gate, InputFile, Readiness, RunSummary

State = Literal["ready", "not-ready", "open"]


def state(results: RunSummary) -> State:
    """`not-ready` when a gate that decides is not met, `ready` when all are met and every rule ran, `open` otherwise."""
    deciding = deciding_gates(results)
    if any(not gate.met for gate in deciding):
        return "not-ready"
    return "ready" if deciding and not not_evaluated(results.rules) else "open"


def deciding_gates(results: RunSummary) -> list[Gate]:
    """The gates that stand in the way of go-live."""
    return [gate for gate in results.gates if gate.decides]


def advice_gates(results: RunSummary) -> list[Gate]:
    """The gates that are shown as advice: severity major or minor."""
    return [gate for gate in results.gates if not gate.decides]


def verdict(results: RunSummary) -> str:
    """One plain sentence on whether the data may go live, as far as this run can tell."""
    not_run = len(not_evaluated(results.rules))
    deciding = deciding_gates(results)
    missed = [gate_title(gate) for gate in deciding if not gate.met]
    if missed:
        more = f"; and {len(missed) - 3} more" if len(missed) > 3 else ""
        verb = "is" if len(missed) == 1 else "are"
        gates = plural(len(deciding), "gate")
        return f"Not ready: {len(missed)} of {gates} {verb} not met ({'; '.join(missed[:3])}{more})."
    if not deciding:
        sentence = f"No gates are set. {readiness_sentence(results.readiness)}"
        return f"{sentence}; {plural(not_run, 'rule')} could not be run." if not_run else f"{sentence}."
    met = "the one gate is met" if len(deciding) == 1 else f"all {len(deciding)} gates are met"
    if not_run:
        return f"Not certain: {met}, but {plural(not_run, 'rule')} could not be run."
    return f"Ready, as far as the rules can tell: {met}."


def readiness_sentence(readiness: Readiness) -> str:
    """`312 of 400 open children (78.0 %) are ready`, with "At most" where the truth can only be lower."""
    whole, part = readiness.open_children, readiness.ready_children
    if whole == 0:
        return "No open children were found in this extract"
    children = plural(whole, "open child", "open children")
    some = f"{number(part)} of {children} ({percent(part, whole)}) {'is' if part == 1 else 'are'} ready"
    return f"At most {some}" if readiness.at_most else some


def advice_sentence(results: RunSummary) -> str:
    """How many of the gates that are advice are not met; blank where there are none, or all are met."""
    advice = advice_gates(results)
    missed = [gate_title(gate) for gate in advice if not gate.met]
    if not missed:
        return ""
    verb = "is" if len(missed) == 1 else "are"
    what = f"{len(missed)} of {plural(len(advice), 'gate')} that {'is' if len(advice) == 1 else 'are'} advice {verb} not met"
    return f"{what}, which does not stand in the way: {'; '.join(missed)}."


def found_sentence(results: RunSummary) -> str:
    """How many exceptions were found, by severity."""
    counts = count_by_severity(results.found)
    total = sum(counts.values())
    if total == 0:
        return "No exceptions were found."
    parts = [f"{number(count)} {severity}" for severity, count in counts.items()]
    rules = plural(len({row.rule for row in results.found}), "rule")
    return f"{plural(total, 'exception')} from {rules}: {', '.join(parts)}."


def files_sentence(inputs: tuple[InputFile, ...]) -> str:
    """Whether every row that was read is accounted for."""
    if not inputs:
        return "No input files are recorded."
    files = plural(len({row.file for row in inputs}), "input file")
    wrong = sum(not reconciles(row) for row in inputs)
    rejected = sum(row.rows_rejected for row in inputs)
    if wrong:
        return f"The rows of {wrong} of {files} do not add up: see Input files."
    kept = f"{plural(rejected, 'row was', 'rows were')} rejected" if rejected else "none was rejected"
    return f"Every row of {files} is accounted for; {kept}."


def unread_sentence(names: tuple[str, ...]) -> str:
    """Files of the extract that no table took, or an empty string."""
    if not names:
        return ""
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    verb = "belongs to no table and was" if len(names) == 1 else "belong to no table and were"
    return f"{plural(len(names), 'file')} of the extract {verb} not read: {shown}."


def switched_off_sentence(results: RunSummary) -> str:
    """How many rules the project does without; blockers among them by id, however many there are."""
    off = results.switched_off
    blockers = [row.rule for row in off if row.severity == "blocker"]
    verb = "is" if len(off) == 1 else "are"
    sentence = f"{plural(len(off), 'rule')} of the packs {verb} switched off by the project"
    return f"{sentence}, {plural(len(blockers), 'blocker')} among them: {', '.join(blockers)}." if blockers else f"{sentence}."


def reconciles(row: InputFile) -> bool:
    """Whether rows read = loaded + rejected + elsewhere."""
    return row.rows_read == row.rows_loaded + row.rows_rejected + row.rows_elsewhere


def sentences(results: RunSummary) -> list[str]:
    """What a board member should know after the verdict, in order of weight."""
    said = []
    if results.gates:
        said.append(f"{readiness_sentence(results.readiness)}.")
    if advice := advice_sentence(results):
        said.append(advice)
    said.append(found_sentence(results))
    if not_run := len(not_evaluated(results.rules)):
        meaning = "what it would have found is unknown" if not_run == 1 else "what they would have found is unknown"
        said.append(f"{plural(not_run, 'rule')} could not be run; {meaning}.")
    if results.switched_off:
        said.append(switched_off_sentence(results))
    said.append(files_sentence(results.inputs))
    if results.unrecognised:
        said.append(unread_sentence(results.unrecognised))
    said += results.notes
    if results.go_live:
        said.append(_go_live_sentence(results))
    return said


def _go_live_sentence(results: RunSummary) -> str:
    if results.go_live is None:
        return ""
    days = (results.go_live - results.as_of).days
    when = f"{plural(days, 'day')} after this extract"
    if days <= 0:
        when = "the day of this extract" if days == 0 else f"{plural(-days, 'day')} before this extract"
    return f"Go-live is planned for {long_date(results.go_live)}, {when}."
