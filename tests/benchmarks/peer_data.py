"""The table that all tools check: made-up records, about one in a hundred wrong for each of nine rules."""

from __future__ import annotations

from pathlib import Path

SEX = ("M", "F", "U", "I")
STATUS = ("OPEN", "CLOSED", "REFERRED", "ASSESSED", "PLANNED", "REVIEWED", "PAUSED", "MOVED")
UPN = r"[A-Z]\d{12}"
REQUIRED = ("forename", "surname", "worker_id", "team_id")
COLUMNS = ("record_id", *REQUIRED, "sex", "status", "upn", "born", "opened", "closed")
ORDERS = {"ORDER-1": ("born", "opened"), "ORDER-2": ("opened", "closed")}
RULES = (*(f"REQ-{number}" for number in range(1, 5)), "CODE-1", "CODE-2", "PATTERN-1", *ORDERS)

_RULE = """\
  - id: {id}
    title: "{id}"
    table: record
    {check}
    dimension: {dimension}
    severity: minor
    fix: Correct it.
    source: Benchmark
    examples:
      - name: one right, one wrong
        record:
          - {{record_id: A, {good}}}
          - {{record_id: B, {bad}}}
        fails: [B]
"""


def write_table(folder: Path, rows: int) -> None:
    """Write the table as `typed/record.parquet` (text and timestamps) and `csv/record.csv`; the same rows each time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv
    import pyarrow.parquet

    draw = np.random.default_rng(20261102)

    def some(share: float) -> np.ndarray:
        return draw.random(rows) < share

    def texts(stem: str, distinct: int) -> pa.Array:
        return pa.array([f"{stem}{number}" for number in range(distinct)]).take(pa.array(draw.integers(0, distinct, rows)))

    def spoilt(values: pa.Array, with_: str | None) -> pa.Array:
        return pc.if_else(pa.array(some(0.01)), pa.scalar(with_, pa.string()), values)

    born = np.datetime64("2006-01-01") + draw.integers(0, 6_000, rows).astype("timedelta64[D]")
    opened = np.maximum(born, np.datetime64("2010-01-01")) + draw.integers(0, 1_500, rows).astype("timedelta64[D]")
    closed = opened + draw.integers(1, 900, rows).astype("timedelta64[D]")
    closed[some(0.4)] = np.datetime64("NaT")
    born = np.where(some(0.01), opened + np.timedelta64(30, "D"), born)
    closed = np.where(some(0.01), opened - np.timedelta64(1, "D"), closed)
    upn = pa.array([f"A{number:012d}" for number in draw.integers(0, 10**12, rows)])
    upn = pc.if_else(pa.array(some(0.3)), pa.scalar(None, pa.string()), upn)
    dates = {"born": born, "opened": opened, "closed": closed}
    table = pa.table(
        {
            "record_id": [f"R{number:08d}" for number in range(1, rows + 1)],
            **{name: spoilt(texts(f"{name} ", 2_000), None) for name in REQUIRED},
            "sex": spoilt(pa.array(SEX).take(pa.array(draw.integers(0, len(SEX), rows))), "9"),
            "status": spoilt(pa.array(STATUS).take(pa.array(draw.integers(0, len(STATUS), rows))), "GONE"),
            "upn": spoilt(upn, "A12345"),
            **{name: pa.array(days.astype("datetime64[D]")) for name, days in dates.items()},
        }
    )
    for name in ("typed", "csv"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    pa.csv.write_csv(table, folder / "csv" / "record.csv")
    for name in dates:
        table = table.set_column(table.column_names.index(name), name, table[name].cast(pa.timestamp("us")))
    pa.parquet.write_table(table, folder / "typed" / "record.parquet")


def write_pack(folder: Path) -> None:
    """Write the nine rules as a pack."""
    (folder / "codes").mkdir(parents=True, exist_ok=True)
    columns = ["record_id: {title: Record, required: true}"]
    columns += [f"{name}: {{title: {name}}}" for name in REQUIRED]
    columns += [f"{name}: {{title: {name}, type: code, codes: {name}}}" for name in ("sex", "status")]
    columns += ["upn: {title: UPN}", *(f"{name}: {{title: {name}, type: date}}" for name in ("born", "opened", "closed"))]
    listed = "\n".join(f"      {column}" for column in columns)
    contract = 'pack: peers\ntitle: Peers\nperson_table: record\ndate_formats: ["%Y-%m-%d"]\ntables:\n'
    contract += f"  record:\n    title: Records\n    key: [record_id]\n    columns:\n{listed}\n"
    (folder / "dataset.yaml").write_text(contract, encoding="utf-8")
    for name, codes in (("sex", SEX), ("status", STATUS)):
        lines = "".join(f"{code},{code},,,{code}\n" for code in codes)
        (folder / "codes" / f"{name}.csv").write_text(f"code,label,valid_from,valid_to,target\n{lines}", encoding="utf-8")
    rules = [
        _RULE.format(id=f"REQ-{number}", check=f"required: {name}", dimension="completeness", good=f"{name}: x", bad=f"{name}: ")
        for number, name in enumerate(REQUIRED, start=1)
    ]
    rules += [
        _RULE.format(id=rule, check=f"one_of: {name}", dimension="validity", good=f"{name}: {good}", bad=f"{name}: zz")
        for rule, name, good in (("CODE-1", "sex", SEX[0]), ("CODE-2", "status", STATUS[0]))
    ]
    pattern = f"matches: {{column: upn, pattern: '{UPN}'}}"
    rules.append(_RULE.format(id="PATTERN-1", check=pattern, dimension="validity", good="upn: A123456789012", bad="upn: A1"))
    for rule, (first, second) in ORDERS.items():
        right, wrong = f"{first}: 2020-01-01, {second}: 2020-01-02", f"{first}: 2020-01-02, {second}: 2020-01-01"
        rules.append(_RULE.format(id=rule, check=f"ordered: [{first}, {second}]", dimension="consistency", good=right, bad=wrong))
    (folder / "rules.yaml").write_text("theme: Peers\nrules:\n" + "".join(rules), encoding="utf-8")
