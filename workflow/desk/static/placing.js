// A plan or a city's own table is put into the workspace: chosen, or dropped below the strip for returns.
"use strict";

const placing = document.getElementById("placing");
const placed = document.getElementById("placed");
const file = document.getElementById("file");

async function place(chosen) {
  problem(placing, "");
  placed.textContent = `「${chosen.name}」を置いています…`;
  try {
    const answer = await fetch(`/prepare/file?name=${encodeURIComponent(chosen.name)}`, {
      method: "PUT",
      headers: { "Content-Type": "application/octet-stream" },
      body: chosen,
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.problem || "受け取れませんでした。");
    placed.textContent = said.said;
    if (said.plan) location.reload();
    else await renew();
  } catch (error) {
    placed.textContent = "";
    problem(placing, error.message);
  } finally {
    file.value = "";
  }
}

file.addEventListener("change", () => { if (file.files.length) place(file.files[0]); });
placing.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("placing-area").addEventListener("drop", (event) => {
  event.preventDefault();
  const dropped = event.dataTransfer?.files;
  if (dropped?.length === 1) place(dropped[0]);
  else if (dropped?.length) problem(placing, "一つずつ置いてください。回答は「受付」の画面に置いてください。");
});

// A form that only leads to another page; the content policy lets no form be sent anywhere.

document.addEventListener("submit", (event) => {
  const { leads } = event.target.dataset;
  if (!leads) return;
  event.preventDefault();
  location.assign(`${leads}?${new URLSearchParams(new FormData(event.target))}`);
});
