"""Run by the system's Python with UNO: one headless LibreOffice does a list of jobs from stdin.

Jobs (JSON): {"do": "fill", "source", "target", "cells": {A1: text}} fills the entry sheet and
saves as .xlsx; {"do": "save as", "source", "target", "filter", "password"} saves in another format
by the name LibreOffice has for it, locked if a password is given; {"do": "print", "source",
"target"} makes a PDF; {"do": "recalculate", "source"} answers every sheet's cells after a hard
recalculation, as {sheet: [row: [value]]}. The answers are printed as one JSON list.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def main() -> None:
    jobs = json.load(sys.stdin)
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
            answers = [DOERS[job["do"]](desktop, job) for job in jobs]
            desktop.terminate()
            office.wait(30)
        finally:
            office.kill()
    json.dump(answers, sys.stdout)


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
        for reference, said in cells.items():
            cell = sheet.getCellRangeByName(reference)
            cell.setString(said) if isinstance(said, str) else cell.setValue(said)
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
    kind = PropertyValue("FilterName", 0, "calc_pdf_Export", 0)
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
