"""Run by the system's Python with UNO: one headless LibreOffice does what stdin asks, line by line.

Jobs (JSON): {"do": "fill", "source", "target", "cells": {A1: text}} fills the entry sheet and
saves as .xlsx; {"do": "save as", "source", "target", "filter", "password"} saves in another format
by the name LibreOffice has for it, locked if a password is given; {"do": "print", "source",
"target"} makes a PDF of a workbook or a document; {"do": "recalculate", "source"} answers every
sheet's cells after a hard recalculation, as {sheet: [row: [value]]}. A line of stdin is a JSON list
of jobs, and a line of stdout the list of their answers.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"torimatome{Path(profile).name}"
        office = subprocess.Popen(
            [
                "soffice",
                f"-env:UserInstallation={Path(profile).as_uri()}",
                "--headless",
                "--norestore",
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            desktop = connected(pipe)
            for line in sys.stdin:
                answers = [DOERS[job["do"]](desktop, job) for job in json.loads(line)]
                print(json.dumps(answers), flush=True)
            desktop.terminate()
            office.wait(30)
        finally:
            office.kill()


def connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    address = f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
    for _ in range(300):
        try:
            context = resolver.resolve(address)
            return context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
        except NoConnectException:
            time.sleep(0.2)
    raise RuntimeError("LibreOffice did not start")


def opened(desktop, source):
    hidden = PropertyValue("Hidden", 0, True, 0)
    return desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, (hidden,))


def fill(desktop, job):
    document = opened(desktop, job["source"])
    for name, cells in (job.get("sheets") or {"進捗状況": job["cells"]}).items():
        sheet = document.Sheets.getByName(name)
        for reference, value in cells.items():
            cell = sheet.getCellRangeByName(reference)
            cell.setString(value) if isinstance(value, str) else cell.setValue(value)
    kind = PropertyValue("FilterName", 0, "Calc MS Excel 2007 XML", 0)
    document.storeToURL(Path(job["target"]).as_uri(), (kind,))
    document.close(True)


def save_as(desktop, job):
    document = opened(desktop, job["source"])
    settings = [PropertyValue("FilterName", 0, job["filter"], 0)]
    if job.get("password"):
        settings.append(PropertyValue("Password", 0, job["password"], 0))
    document.storeToURL(Path(job["target"]).as_uri(), tuple(settings))
    document.close(True)


def print_pdf(desktop, job):
    document = opened(desktop, job["source"])
    program = "writer" if job["source"].endswith(".docx") else "calc"
    kind = PropertyValue("FilterName", 0, f"{program}_pdf_Export", 0)
    document.storeToURL(Path(job["target"]).as_uri(), (kind,))
    document.close(True)


def recalculate(desktop, job):
    document = opened(desktop, job["source"])
    document.calculateAll()
    answer = {sheet.Name: values(sheet) for sheet in document.Sheets}
    document.close(True)
    return answer


def values(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    address = cursor.RangeAddress
    area = sheet.getCellRangeByPosition(0, 0, address.EndColumn, address.EndRow)
    return [list(row) for row in area.getDataArray()]


DOERS = {"fill": fill, "save as": save_as, "print": print_pdf, "recalculate": recalculate}

if __name__ == "__main__":
    main()
