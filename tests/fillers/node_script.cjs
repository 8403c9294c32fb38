// Fill the entry sheet of a template with ExcelJS or SheetJS; one job as JSON on standard input:
// {"program": "exceljs" | "sheetjs", "source", "target", "cells": {A1: text}}, or instead of cells
// {"sheets": {name: {A1: text or number}}} where a form has other sheets.
"use strict";
const fs = require("fs");

const SHEET = "進捗状況";

function sheets(job) {
  const found = Object.entries(job.sheets || { [SHEET]: job.cells });
  return found.map(([name, cells]) => [name, Object.entries(cells)]);
}

async function withExcelJS(job) {
  const { Workbook } = require("exceljs");
  const book = new Workbook();
  await book.xlsx.readFile(job.source);
  for (const [name, cells] of sheets(job)) {
    const sheet = book.getWorksheet(name);
    for (const [reference, value] of cells) sheet.getCell(reference).value = value;
  }
  await book.xlsx.writeFile(job.target);
}

async function withSheetJS(job) {
  const XLSX = require("xlsx");
  const book = XLSX.readFile(job.source);
  for (const [name, cells] of sheets(job)) {
    const sheet = book.Sheets[name];
    for (const [reference, v] of cells) sheet[reference] = { t: typeof v === "number" ? "n" : "s", v };
  }
  XLSX.writeFile(book, job.target);
}

const job = JSON.parse(fs.readFileSync(0, "utf-8"));
({ exceljs: withExcelJS, sheetjs: withSheetJS })[job.program](job).catch((error) => {
  console.error(error);
  process.exit(1);
});
