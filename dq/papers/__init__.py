"""Papers: one page for the board, and the same cut for a director, a head of service, a service or a team.

facts.py      one reading of the store: true counts
cells.py      the board's counts with all sums between them, suppressed together
board.py      `board(facts)`: the page in words;  asks.py, notes.py, words.py its parts, model.py its nouns
ahead.py      the forecast of each gate
unit_facts.py, unit_pack.py   a manager's pack, not suppressed
charts.py     Altair charts as SVG, made offline
page.py       HTML: board.html.jinja, pack.html.jinja, paper.css    print.py  PDF: board.typ, pack.typ, by Typst
"""
