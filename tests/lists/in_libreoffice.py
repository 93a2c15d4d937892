"""Opens a list in LibreOffice, sorts it, answers every line, saves it. Run by a Python that has LibreOffice's module uno.

python in_libreoffice.py PIPE SOURCE TARGET FILTER [PASSWORD]
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import NamedValue, PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]
from com.sun.star.table import TableSortField  # type: ignore[import-not-found]

ANSWERS = ("Fixed in CareFirst", "Will fix by date", "Record is right, the rule is wrong", "Not ours", "Need help")


def main(pipe: str, source: str, target: str, kind: str, secret: str = "") -> None:
    desktop = connect(pipe)
    try:
        opening = {"Hidden": True} | ({"Password": secret} if secret else {})
        document = desktop.loadComponentFromURL(source, "_blank", 0, properties(opening))
        fill(document.Sheets.getByName("To do"))
        document.Sheets.insertNewByName("Mine", 0)
        document.Sheets.getByName("Mine").getCellByPosition(0, 0).setString("Ask Jo")
        document.Sheets.getByName("About").getCellByPosition(1, 3).setString("Jane Smith")
        saving: dict[str, Any] = {"FilterName": kind}
        if secret:
            saving |= {"Password": secret} if kind == "calc8" else {"EncryptionData": as_the_dialogue_does(secret)}
        document.storeToURL(target, properties(saving))
        document.close(True)
    finally:
        desktop.terminate()


def connect(pipe: str) -> Any:
    """The desktop of the office that was just started; it needs a moment."""
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    until = time.monotonic() + 120
    while True:
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        except NoConnectException:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def fill(sheet: Any) -> None:
    """Sort all rows by id, from the last to the first; answer each; hide a column; show only some rows."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    area = cursor.getRangeAddress()
    places = {sheet.getCellByPosition(column, 0).getString(): column for column in range(area.EndColumn + 1)}
    order = TableSortField()
    order.Field, order.IsAscending = places["Exception id"], False
    rows = sheet.getCellRangeByPosition(0, 1, area.EndColumn, area.EndRow)
    wanted = uno.Any("[]com.sun.star.table.TableSortField", (order,))
    rows.sort(properties({"SortFields": wanted, "ContainsHeader": False}))
    for row in range(1, area.EndRow + 1):
        exception = sheet.getCellByPosition(places["Exception id"], row).getString()
        number = int(exception[-1], 16) % len(ANSWERS)
        sheet.getCellByPosition(places["Your answer"], row).setString(ANSWERS[number])
        sheet.getCellByPosition(places["Notes"], row).setString(f"Höhe “x”\nfür {exception}")
        if ANSWERS[number] == "Will fix by date":
            cell = sheet.getCellByPosition(places["Fix by"], row)
            if row % 2:
                cell.setValue((dt.date(2027, 1, 31) - dt.date(1899, 12, 30)).days)
            else:
                cell.setString("31/01/2027")
    sheet.Columns.getByIndex(places["Person"]).IsVisible = False
    for row in range(3, area.EndRow, 7):
        sheet.Rows.getByIndex(row).IsVisible = False


def as_the_dialogue_does(secret: str) -> Any:
    """What the dialogue for saving an .xlsx workbook with a password hands on."""
    values = []
    for name, value in (("CryptoType", "Standard"), ("OOXPassword", secret)):
        one = NamedValue()
        one.Name, one.Value = name, value
        values.append(one)
    return uno.Any("[]com.sun.star.beans.NamedValue", tuple(values))


def properties(values: dict[str, Any]) -> tuple[Any, ...]:
    found = []
    for name, value in values.items():
        one = PropertyValue()
        one.Name, one.Value = name, value
        found.append(one)
    return tuple(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
