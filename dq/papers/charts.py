"""The papers' charts: Altair, rendered to SVG on this machine. Nothing is fetched, and text stays text.

They are read in black and white and by colour-blind readers: series differ by shape, dash and label, never by colour alone. Beside
each chart stands its table; the SVG itself is an image with a sentence in place of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

from dq.papers.model import WeekLine
from dq.papers.words import short_date
from dq.suppression import FEWER, SMALL

INK, SOFT, BAND = "#12263f", "#4a5a6e", "#b9c6d6"
WIDTH, HEIGHT = 290, 150


@dataclass(frozen=True)
class Look:
    """Letters of a chart: on paper it is smaller than on a screen, so its letters are larger."""

    font: str
    size: int


SCREEN = Look('"Segoe UI", "Helvetica Neue", Arial, sans-serif', 11)
PAPER = Look("Libertinus Serif", 16)


def readiness(weeks: Sequence[WeekLine], needed: float | None, look: Look) -> str:
    """The share of open children that are ready after each extract, and what the gates ask for."""
    rows = [
        {"extract": short_date(week.as_of)[:-5], "place": place, "share": week.share, "known": "or more" if week.bound else "exact"}
        for place, week in enumerate(weeks)
        if week.share is not None
    ]
    top = alt.Scale(domain=[0, 1])
    layers: list[Any] = _line(
        rows, weeks, "share", alt.Y("share:Q", title="Open children ready", scale=top, axis=alt.Axis(format="%", tickCount=5))
    )
    if needed is not None:
        line = [{"needed": needed, "words": f"needed: {_percent(needed)}"}]
        base = alt.Chart(alt.InlineData(values=line)).encode(y=alt.Y("needed:Q", scale=top))
        layers.append(base.mark_rule(strokeDash=[5, 3], color=INK, strokeWidth=1.2))
        layers.append(
            base.mark_text(align="right", baseline="top", dx=-3, dy=26, color=INK).encode(x=alt.value(WIDTH), text="words:N")
        )
    return _svg(alt.layer(*layers), look)


def blockers(weeks: Sequence[WeekLine], look: Look) -> str:
    """Blockers on the list after each extract; where fewer than five, the most that it can be, as a hollow mark."""
    rows: list[dict[str, Any]] = []
    for place, week in enumerate(weeks):
        if isinstance(week.blockers, int) or week.blockers == FEWER:
            count = week.blockers if isinstance(week.blockers, int) else SMALL - 1
            known = "exact" if isinstance(week.blockers, int) else "or less"
            rows.append({"extract": short_date(week.as_of)[:-5], "place": place, "count": count, "known": known})
    most = max((row["count"] for row in rows), default=1)
    scale = alt.Scale(domain=[0, max(SMALL, most)], nice=True)
    axis = alt.Axis(format=",d", tickCount=4, tickMinStep=1)
    return _svg(alt.layer(*_line(rows, weeks, "count", alt.Y("count:Q", title="Blockers", scale=scale, axis=axis))), look)


def _line(rows: Sequence[Mapping[str, object]], weeks: Sequence[WeekLine], name: str, y: alt.Y) -> list[Any]:
    days = [short_date(week.as_of)[:-5] for week in weeks]
    x = alt.X("extract:N", sort=days, scale=alt.Scale(domain=days), title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    base = alt.Chart(alt.InlineData(values=list(rows))).encode(x=x, y=y)
    shape = alt.Shape(
        "known:N",
        scale=alt.Scale(domain=["exact", "or more", "or less"], range=["circle", "triangle-up", "triangle-down"]),
        legend=None,
    )
    fill = alt.condition("datum.known == 'exact'", alt.value(INK), alt.value("white"))
    return [
        base.mark_line(color=INK, strokeWidth=1.6).encode(order="place:Q"),
        base.mark_point(size=46, color=INK, strokeWidth=1.4, opacity=1).encode(shape=shape, fill=fill),
    ]


def _svg(chart: Any, look: Look) -> str:
    """The chart as SVG without a word of its own for screen readers: whoever shows it says what it is."""
    made = chart.properties(width=WIDTH, height=HEIGHT).configure(
        font=look.font, background="white", padding={"left": 4, "top": 6, "right": 16, "bottom": 4}, aria=False,
        axis=alt.AxisConfig(labelColor=INK, titleColor=INK, labelFontSize=look.size, titleFontSize=look.size,
                            titleFontWeight="normal", gridColor="#dde3ea", domainColor=SOFT, tickColor=SOFT),
        text=alt.MarkConfig(fontSize=look.size), view=alt.ViewConfig(stroke=None),
    )  # fmt: skip
    svg: str = vl_convert.vegalite_to_svg(made.to_dict(), allowed_base_urls=[])
    return re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)


def _percent(share: float) -> str:
    tenths = round(share * 1000)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"
