"""The papers' charts: Altair, rendered to SVG on this machine. Nothing is fetched, and text stays text.

They are read in black and white and by colour-blind readers: series differ by shape, dash and label, never by colour alone. Beside
each chart stands its table; the SVG itself is an image with a sentence in place of it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import vl_convert

from dq.outlook import Band
from dq.papers.model import BandLine, WeekLine
from dq.papers.words import short_date
from dq.suppression import FEWER, SMALL, Shown

INK, SOFT, BAND = "#12263f", "#4a5a6e", "#b9c6d6"
WIDTH, HEIGHT = 290, 150


@dataclass(frozen=True)
class Look:
    """Letters of a chart: on paper it is smaller than on a screen, so its letters are larger."""

    font: str
    size: int

    def wide(self) -> Look:
        """For a chart that is half a page wide: its letters need not be so large."""
        return replace(self, size=min(self.size, 12))


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


def blockers(weeks: Sequence[WeekLine], look: Look, ahead: Sequence[BandLine] = (), go_live: dt.date | None = None) -> str:
    """Blockers on the list after each extract; where fewer than five, the most that it can be, as a hollow mark.

    With `ahead` the burn-down: what eight in ten courses leave on each day to come, as a band with its middle.
    """
    rows: list[dict[str, Any]] = []
    for place, week in enumerate(weeks):
        if isinstance(week.blockers, int) or week.blockers == FEWER:
            count = week.blockers if isinstance(week.blockers, int) else SMALL - 1
            known = "exact" if isinstance(week.blockers, int) else "or less"
            extract = short_date(week.as_of)[:-5]
            rows.append({"extract": extract, "day": week.as_of.isoformat(), "place": place, "count": count, "known": known})
    bands = [(each.day, _most(each.low), _most(each.median), _most(each.high)) for each in ahead]
    most = max([int(row["count"]) for row in rows], default=1)
    if not bands or not rows:
        return _svg(alt.layer(*_line(rows, weeks, "count", _counted("Blockers", most))), look)
    return _svg(alt.layer(*_burning(rows, bands, "Blockers", go_live)), look)


def burndown(known: Sequence[tuple[dt.date, int]], ahead: Sequence[Band], go_live: dt.date | None, look: Look) -> str:
    """A unit's blockers to clear: what each extract found, and the band of the days to come."""
    rows = [{"day": day.isoformat(), "place": place, "count": count, "known": "exact"} for place, (day, count) in enumerate(known)]
    bands = [(each.day, each.low, each.median, each.high) for each in ahead]
    return _svg(alt.layer(*_burning(rows, bands, "Blockers to clear", go_live)), look)


def _most(value: Shown) -> int:
    return value if isinstance(value, int) else SMALL - 1


def _counted(title: str, most: int, name: str = "count") -> alt.Y:
    scale = alt.Scale(domain=[0, max(SMALL, most)], nice=True)
    return alt.Y(f"{name}:Q", title=title, scale=scale, axis=alt.Axis(format=",d", tickCount=4, tickMinStep=1))


def _burning(
    rows: Sequence[Mapping[str, Any]], bands: Sequence[tuple[dt.date, int, int, int]], title: str, go_live: dt.date | None
) -> list[Any]:
    """A burn-down over true days: a solid line with marks for what was found, a grey band with dashed edges for what is to come."""
    axis = alt.Axis(format="%-d %b", labelAngle=0, labelOverlap=True, tickCount=5, grid=False)
    x = alt.X("day:T", scale=alt.Scale(type="utc"), title=None, axis=axis)
    now = rows[-1]
    begin = [{"day": now["day"], "low": now["count"], "median": now["count"], "high": now["count"]}]
    course = begin + [{"day": day.isoformat(), "low": low, "median": mid, "high": high} for day, low, mid, high in bands]
    most = max([int(row["count"]) for row in rows] + [high for *_, high in bands])
    band = alt.Chart(alt.InlineData(values=course)).encode(x=x)
    layers: list[Any] = [
        band.mark_area(color=BAND, opacity=0.6).encode(y=_counted(title, most, "low"), y2="high:Q"),
        band.mark_line(color=SOFT, strokeWidth=1, strokeDash=[2, 2]).encode(y=_counted(title, most, "low")),
        band.mark_line(color=SOFT, strokeWidth=1, strokeDash=[2, 2]).encode(y=_counted(title, most, "high")),
        band.mark_line(color=INK, strokeWidth=1.4, strokeDash=[6, 3]).encode(y=_counted(title, most, "median")),
    ]
    if go_live is not None and bands and bands[-1][0] >= go_live:
        mark = alt.Chart(alt.InlineData(values=[{"day": go_live.isoformat(), "words": "go-live"}])).encode(x=x)
        layers.append(mark.mark_rule(color=INK, strokeWidth=1.2))
        layers.append(mark.mark_text(align="right", baseline="top", dx=-3, color=INK).encode(y=alt.value(2), text="words:N"))
    found = alt.Chart(alt.InlineData(values=list(rows))).encode(x=x, y=_counted(title, most))
    return [*layers, *_marks(found)]


def _line(rows: Sequence[Mapping[str, object]], weeks: Sequence[WeekLine], name: str, y: alt.Y) -> list[Any]:
    days = [short_date(week.as_of)[:-5] for week in weeks]
    x = alt.X("extract:N", sort=days, scale=alt.Scale(domain=days), title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    base = alt.Chart(alt.InlineData(values=list(rows))).encode(x=x, y=y)
    return _marks(base)


def _marks(base: Any) -> list[Any]:
    """A line through its marks; a hollow triangle stands where only a bound is known."""
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
