"""A page held against the rules of WCAG by axe-core in headless Chromium.

Chromium comes from the system (Debian: chromium), axe-core from the registry of npm (`npm install axe-core`); the variable DQ_AXE
names its file `axe.min.js`.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CSP = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*/>')
RUN = """
axe.run(document, {{runOnly: {{type: "tag", values: {tags}}}}}).then(found => {{
  const said = document.createElement("pre");
  said.id = "axe-said";
  const plain = rule => ({{rule: rule.id, help: rule.help, where: rule.nodes.map(node => node.html.slice(0, 200))}});
  said.textContent = JSON.stringify({{violations: found.violations.map(plain), passes: found.passes.map(rule => rule.id)}});
  document.body.appendChild(said);
}});
"""


def needed() -> tuple[str, Path]:
    """The browser and axe; skips, aloud, where one is missing, and fails where all must be tested."""
    program = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    axe = Path(os.environ.get("DQ_AXE", "axe.min.js"))
    if program is not None and axe.is_file():
        return program, axe
    missing = "NO Chromium (Debian: chromium)" if program is None else "NO axe-core (npm install axe-core; DQ_AXE=.../axe.min.js)"
    if os.environ.get("DQ_SLOW_TESTS"):
        pytest.fail(f"{missing}: accessibility must be checked here.")
    pytest.skip(f"{missing}: accessibility was not checked")


def axe(page: Path, scratch: Path) -> dict[str, Any]:
    """What axe finds: rules that are broken and where, and rules that hold."""
    program, script = needed()
    text = CSP.sub("", page.read_text(encoding="utf-8"))
    run = RUN.format(tags=json.dumps(TAGS))
    copy = scratch / "with-axe.html"
    library = script.read_text(encoding="utf-8")
    copy.write_text(text.replace("</body>", f"<script>{library}</script><script>{run}</script></body>"), encoding="utf-8")
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={scratch / 'profile'}", "--window-size=1280,2000"]
    done = subprocess.run(
        [program, *arguments, "--virtual-time-budget=30000", "--dump-dom", copy.as_uri()],
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    said = re.search(r'<pre id="axe-said">(.*?)</pre>', done.stdout, re.S)
    assert said is not None, "axe said nothing"
    found: dict[str, Any] = json.loads(html.unescape(said[1]))
    return found
