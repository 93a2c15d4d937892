"""A paper as HTML: one file that needs no network, no script and no other file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent


def page(view: Mapping[str, Any], template: str) -> str:
    """The page as text. Everything is escaped but the charts, which are ours; the page is also well-formed XML."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    css = Markup((HERE / "paper.css").read_text(encoding="utf-8"))
    drawn = {**view, "charts": [_inside(svg) for svg in view["charts"]], "css": css}
    return environment.from_string((HERE / template).read_text(encoding="utf-8")).render(drawn)


def _inside(svg: str) -> Markup:
    """What follows `<svg` in a chart, so that the template can give it a role and words of its own."""
    return Markup(svg.removeprefix("<svg"))
