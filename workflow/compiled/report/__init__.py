"""進捗状況報告書, as cities publish it: what it says, as a Word document and as pages."""
