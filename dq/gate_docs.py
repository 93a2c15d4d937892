"""Data Docs of Great Expectations over the metrics of gates, as pages that load nothing.

The library's pages load scripts and styles from other servers, and count on them. Here they are made in a folder of their own and
written anew: the library's words and tables, without scripts, images and links to elsewhere, with a style of ours.
"""

from __future__ import annotations

import html
import tempfile
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import great_expectations as gx

from dq import gate_suite
from dq.criteria import Asked
from dq.gates import Row

DROPPED = frozenset(("script", "style", "nav", "footer", "button", "label", "svg", "iframe", "object", "noscript"))
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
KEPT_VOID = frozenset(("br", "hr", "col"))
KEPT_ATTRIBUTES = frozenset(("id", "class", "colspan", "rowspan", "scope", "hidden"))
SIGNS = {"fa-check-circle": "met", "fa-times": "NOT MET", "fa-check": "met", "fa-exclamation-triangle": "could not be judged"}
HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>Gates: Data Docs of Great Expectations</title>
<style>
body { font: 16px/1.5 "Segoe UI", Arial, sans-serif; color: #1d1d1b; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }
td, th { border-bottom: 1px solid #ccc; padding: 0.3rem 0.8rem; text-align: left; vertical-align: top; }
h5 { font-size: 1.2rem; margin: 1.5rem 0 0.3rem; }
.alert { border-top: 2px solid #1d1d1b; padding-top: 0.5rem; }
.sign { font-weight: bold; } .sign.bad { color: #a00; } .sign.good { color: #05612e; } a { color: #0b4c8c; }
</style></head><body>
<p><a href="index.html">Judgement</a> | <a href="suite.html">Suite</a></p>
"""


def write(asked: Sequence[Asked], rows: Sequence[Row], folder: Path) -> None:
    """Judge the gates, and write `index.html` (the judgement) and `suite.html` into an empty folder; nothing is left elsewhere."""
    with tempfile.TemporaryDirectory(prefix="dq-", ignore_cleanup_errors=True) as work:
        before = tempfile.tempdir
        tempfile.tempdir = work  # the library makes folders of its own there
        try:
            site = Path(work) / "site"
            _build(asked, rows, site)
        finally:
            tempfile.tempdir = before
        for name, pages in (("index.html", "validations"), ("suite.html", "expectations")):
            [page] = (site / pages).rglob("*.html")
            (folder / name).write_text(clean(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def _build(asked: Sequence[Asked], rows: Sequence[Row], site: Path) -> None:
    context = gate_suite.quiet_context()
    context.variables.data_docs_sites = {
        "gates": {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        }
    }
    suite = context.suites.add(gate_suite.suite(asked))
    whole = context.data_sources.add_pandas("runs").add_dataframe_asset("metrics").add_batch_definition_whole_dataframe("whole")
    validation = context.validation_definitions.add(gx.ValidationDefinition(name="gates", data=whole, suite=suite))
    checkpoint = context.checkpoints.add(gx.Checkpoint(name="gates", validation_definitions=[validation], result_format="SUMMARY"))
    checkpoint.run(batch_parameters={"dataframe": gate_suite.table(rows)})
    context.build_data_docs(site_names=["gates"])


def clean(page: str) -> str:
    """A page of the library without anything that is loaded, run, or linked from elsewhere."""
    cleaner = _Cleaner()
    cleaner.feed(page)
    cleaner.close()
    return HEAD + "".join(cleaner.parts).strip() + "\n</body></html>\n"


class _Cleaner(HTMLParser):
    """Writes the body anew, with the elements and attributes that are wanted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.inside = False
        self.dropping = ""
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.inside = True
        elif self.dropping:
            self.depth += tag == self.dropping
        elif self.inside and (tag in DROPPED or _is_control(attrs)):
            self.dropping, self.depth = ("", 0) if tag in VOID else (tag, 1)
        elif self.inside and (tag not in VOID or tag in KEPT_VOID):
            self.parts.append(f"<{tag}{_attributes(tag, attrs)}{'/' if tag in VOID else ''}>{_sign(tag, attrs)}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "body":
            self.inside = False
        elif self.dropping:
            self.depth -= tag == self.dropping
            self.dropping = self.dropping if self.depth else ""
        elif self.inside and tag not in VOID:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.inside and not self.dropping:
            text = html.escape(data, quote=False)
            self.parts.append("\n" if text.isspace() and "\n" in text else text)


def _is_control(attrs: Sequence[tuple[str, str | None]]) -> bool:
    """Whether an element is a filter, or a link that folds something: without scripts they do nothing."""
    given = dict(attrs)
    classes = str(given.get("class") or "").split()
    return given.get("data-toggle") == "collapse" or ("card" in classes and "card-body" not in classes)


def _attributes(tag: str, attrs: Sequence[tuple[str, str | None]]) -> str:
    wanted = [
        (name, value or "")
        for name, value in attrs
        if name in KEPT_ATTRIBUTES or (tag == "a" and name == "href" and value and value.startswith("#"))
    ]
    return "".join(f' {name}="{html.escape(value)}"' for name, value in wanted)


def _sign(tag: str, attrs: Sequence[tuple[str, str | None]]) -> str:
    """The word for an icon, whose font is not there."""
    classes = str(dict(attrs).get("class") or "").split()
    word = next((SIGNS[each] for each in classes if each in SIGNS), "") if tag == "i" else ""
    return f'<span class="sign {"good" if word == "met" else "bad"}">{word}</span>' if word else ""
