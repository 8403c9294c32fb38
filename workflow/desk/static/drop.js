// Files dropped anywhere on the page, or chosen: sent one by one, and what became of each.
"use strict";

const AT_ONCE = 3;
const ASK_FIRST = 1_000_000; // bytes: a browser hears no answer before all has gone
const waiting = [];
const drop = { sent: 0, taken: 0, refused: 0, active: new Set(), isStopped: false };

const isOfFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  event.dataTransfer.dropEffect = isOfFiles(event) ? "copy" : "none";
  document.body.classList.toggle("dragging", isOfFiles(event));
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dragging");
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  document.body.classList.remove("dragging");
  if (event.target.closest("[data-own-drop]")) return;
  // Entries must be asked for before anything is awaited: afterwards the drop is gone.
  const entries = [...event.dataTransfer.items].filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() || item.getAsFile());
  if (!entries.length) {
    notTaken("", "ファイルではないため、受け取れませんでした。メールは、いちどファイルとして保存してから落としてください。");
    return;
  }
  for (const entry of entries) await gather(entry);
});

/** Put a file, or all files in a folder, into the line of those to be sent. */
async function gather(entry) {
  if (entry instanceof File) { enter(entry, entry.webkitRelativePath || entry.name); return; }
  const path = entry.fullPath.replace(/^\//, "");
  try {
    if (entry.isFile) {
      enter(await new Promise((done, failed) => entry.file(done, failed)), path);
      return;
    }
    const reader = entry.createReader();
    for (;;) { // a reader gives a hundred at a time
      const found = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!found.length) return;
      for (const inside of found) await gather(inside);
    }
  } catch {
    notTaken(path, "読み取れないため、受け取れませんでした。開いているソフトがあれば閉じてください。");
  }
}

function enter(file, name) {
  if (!drop.active.size && !waiting.length) Object.assign(drop, { sent: 0, taken: 0, refused: 0, isStopped: false });
  waiting.push({ file, name });
  drop.sent += 1;
  while (drop.active.size < AT_ONCE && waiting.length) next();
  showDrop();
}

async function next() {
  const { file, name } = waiting.shift();
  const stopping = new AbortController();
  drop.active.add(stopping);
  try {
    await sendFile(file, name, stopping.signal);
  } finally {
    drop.active.delete(stopping);
    if (waiting.length) next();
    showDrop();
  }
}

async function sendFile(file, name, signal) {
  let answer;
  try {
    if (file.size > ASK_FIRST) await send("/intake/offer", { name, size: file.size });
  } catch (error) { refused(name, error.message); return; }
  try {
    const query = new URLSearchParams({ name, modified: file.lastModified });
    answer = await fetch(`/intake?${query}`, {
      method: "PUT", body: file, signal, headers: { "Content-Type": "application/octet-stream" },
    });
  } catch {
    const why = signal.aborted ? "止めたため、受け取りませんでした。"
      : "途中で途切れたか、読み取れないため、受け取りませんでした。もう一度落としてください。";
    refused(name, why);
    return;
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) { refused(name, said.problem || "受け取れませんでした。"); return; }
  drop.taken += 1;
  showEntry(said);
}

function refused(name, why) {
  drop.refused += 1;
  notTaken(name, why);
}

function notTaken(name, why) {
  const line = document.createElement("p");
  line.className = "notice";
  line.textContent = name ? `${name}：${why}` : why;
  document.getElementById("not-taken").append(line);
}

function showDrop() {
  const box = document.getElementById("dropping");
  if (!box) return;
  const done = drop.taken + drop.refused;
  box.hidden = false;
  document.getElementById("drop-progress").max = drop.sent;
  document.getElementById("drop-progress").value = done;
  document.getElementById("drop-stop").hidden = done === drop.sent;
  const rest = drop.refused ? `、受け取らなかったもの${drop.refused}件` : "";
  const sentence = `${drop.sent}件のうち${drop.taken}件を受け取りました${rest}。`;
  document.getElementById("drop-count").textContent = sentence;
  if (done === drop.sent && done > 1) announce(sentence);
}

document.getElementById("drop-stop")?.addEventListener("click", () => {
  for (const { name } of waiting.splice(0)) refused(name, "止めたため、受け取りませんでした。");
  for (const stopping of drop.active) stopping.abort();
  showDrop();
});

for (const id of ["choose-files", "choose-folder"]) {
  document.getElementById(id)?.addEventListener("change", async (event) => {
    for (const file of [...event.target.files]) await gather(file);
    event.target.value = "";
  });
}

/** Show a file that came, in place of what was shown of it, else first of all. */
function showEntry({ id, html }) {
  const list = document.getElementById("received");
  if (!list) return;
  const shown = document.getElementById(id);
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  if (shown) keepingFocus(shown, () => shown.replaceWith(fresh.content));
  else list.prepend(fresh.content);
}

events.addEventListener("received", (event) => {
  const said = JSON.parse(event.data);
  const list = document.getElementById("received");
  const isHere = document.getElementById(said.id) !== null;
  if (!isHere && !list.hasAttribute("data-live")) return; // another window took it
  showEntry(said);
  if (drop.sent <= 3) announce(said.announcement);
});

// A page that is left with files still to send says so first.
window.addEventListener("beforeunload", (event) => {
  if (drop.active.size || waiting.length) event.preventDefault();
});
