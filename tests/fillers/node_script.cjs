// Fill the entry sheet of a template with ExcelJS or SheetJS; one job as JSON on standard input:
// {"program": "exceljs" | "sheetjs", "source", "target", "cells": {A1: text}}.
"use strict";
const fs = require("fs");

const SHEET = "進捗状況";

async function withExcelJS(job) {
  const { Workbook } = require("exceljs");
  const book = new Workbook();
  await book.xlsx.readFile(job.source);
  const sheet = book.getWorksheet(SHEET);
  for (const [reference, text] of Object.entries(job.cells)) sheet.getCell(reference).value = text;
  await book.xlsx.writeFile(job.target);
}

async function withSheetJS(job) {
  const XLSX = require("xlsx");
  const book = XLSX.readFile(job.source);
  const sheet = book.Sheets[SHEET];
  for (const [reference, text] of Object.entries(job.cells)) sheet[reference] = { t: "s", v: text };
  XLSX.writeFile(book, job.target);
}

const job = JSON.parse(fs.readFileSync(0, "utf-8"));
({ exceljs: withExcelJS, sheetjs: withSheetJS })[job.program](job).catch((error) => {
  console.error(error);
  process.exit(1);
});
