// What every page of the desk does: hear what happens, renew what changed, start and stop.
"use strict";

/** Send an object to the desk as JSON; resolves to its answer. */
async function send(address, content) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
  const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
  const said = isJson ? await answer.json() : { problem: await answer.text() };
  if (!answer.ok) throw new Error(said.problem || "受け付けられませんでした。");
  return said;
}

const MOST_SAID = 10;

/** Say something to whoever hears the page instead of seeing it. */
function announce(sentence) {
  const place = document.getElementById("announcement");
  if (place.lastElementChild?.textContent === sentence) return;
  // One after the other: a sentence that took the place of another would leave that unsaid.
  const line = document.createElement("p");
  line.textContent = sentence;
  place.append(line);
  while (place.children.length > MOST_SAID) place.firstElementChild.remove();
}

/** Change a part of the page; who stands on something in it stands on the same thing afterwards. */
function keepingFocus(part, change) {
  const name = (e) => e.id || (e.matches("summary") && e.parentElement.id) || [e.tagName, e.getAttribute("href") || e.textContent.trim()].join(" ");
  const before = part.contains(document.activeElement) ? document.activeElement : null;
  const named = before && name(before);
  change();
  if (!before || before.isConnected) return;
  const around = document.getElementById(part.id) || document.body;
  [...around.querySelectorAll("a, button, summary, input, select, textarea, pre")]
    .find((e) => name(e) === named)?.focus();
}

// Renew every element with data-live by the one of the same id in the page as it now is.

let isRenewing = false, isToRenew = false;

async function renew() {
  if (isRenewing) { isToRenew = true; return; }
  isRenewing = true;
  try {
    const answer = await fetch(location.href);
    if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch { /* the connection says so itself */ } finally {
    isRenewing = false;
    if (isToRenew) { isToRenew = false; window.setTimeout(renew, 200); }
  }
}

function swap(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (!now || now.innerHTML === old.dataset.shown) continue;
    if (old.innerHTML === now.innerHTML) continue;
    // Whoever is writing in it keeps what was written; the next renewal takes it up.
    if (old.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) continue;
    const open = new Map([...old.querySelectorAll("details")].map((d, n) => [d.id || n, d.open]));
    keepingFocus(old, () => old.replaceChildren(...now.childNodes));
    [...old.querySelectorAll("details")].forEach((d, n) => {
      if (open.has(d.id || n)) d.open = open.get(d.id || n);
    });
  }
}

// What happens at the desk.

// A browser keeps six connections to one address at most, and an open page would hold one for good.
// So one page of all that are open listens, and tells the others; when it closes, another takes over.

const KINDS = ["hello", "changed", "actions", "received", "closed", "error"];
const events = new EventTarget();
const others = new BroadcastChannel("desk");
const states = new Map();

function hear(kind, data) {
  events.dispatchEvent(new MessageEvent(kind, { data }));
}

others.addEventListener("message", ({ data }) => hear(data.kind, data.data));
navigator.locks.request("desk", () => new Promise((isOver) => {
  const source = new EventSource("/events");
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => {
      if (kind === "error" && source.readyState !== EventSource.CLOSED) return;
      if (kind === "closed") source.close();
      hear(kind, event.data);
      others.postMessage({ kind, data: event.data });
      if (source.readyState === EventSource.CLOSED) isOver();
    });
  }
}));

let isFirst = true;
events.addEventListener("hello", () => {
  document.getElementById("connection").hidden = true;
  if (!isFirst) renew(); // another page listens now: what happened in between is not lost
  isFirst = false;
});
events.addEventListener("changed", renew);
events.addEventListener("actions", (event) => showActions(JSON.parse(event.data).html));
events.addEventListener("closed", sayClosed);
events.addEventListener("error", sayClosed);

function sayClosed() {
  document.getElementById("connection").hidden = false;
}

function showActions(html) {
  const list = document.getElementById("action-list");
  const open = new Map([...list.querySelectorAll("details")].map((d) => [d.id, d.open]));
  keepingFocus(list, () => { list.innerHTML = html; });
  for (const run of list.querySelectorAll(".run")) {
    const isNew = states.get(run.id) !== run.dataset.state;
    if (isNew) {
      states.set(run.id, run.dataset.state);
      announce(`${run.querySelector("strong").textContent}：${run.querySelector(".state").textContent}`);
    }
    const output = run.querySelector("details");
    if (output && open.has(output.id) && !(isNew && run.dataset.state === "FAILED")) output.open = open.get(output.id);
    const lines = run.querySelector(".output");
    if (lines) lines.scrollTop = lines.scrollHeight;
  }
  const earlier = document.getElementById("earlier-runs");
  if (earlier) earlier.open = open.get(earlier.id) || false;
}

for (const run of document.querySelectorAll("#action-list .run")) states.set(run.id, run.dataset.state);

// A form with data-command is a command; its answer comes as an event.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.command) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form));
  try {
    await send("/actions", { ...values, command: form.dataset.command });
  } catch (error) {
    problem(form, error.message);
    return;
  }
  problem(form, "");
});

function problem(form, sentence) {
  let place = form.querySelector(".problem");
  if (!place) {
    place = document.createElement("p");
    place.className = "problem notice";
    place.setAttribute("role", "alert");
    form.append(place);
  }
  place.textContent = sentence;
  place.hidden = !sentence;
}

// Which round of the year the pages show.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-round]");
  if (!button) return;
  await send("/round", { round: button.dataset.round });
  location.assign(location.pathname.startsWith("/compiled/") ? "/" : location.href);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-stop]");
  if (button) send(`/actions/${button.dataset.stop}/stop`, {}).catch(() => {});
});
