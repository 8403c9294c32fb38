// A point is decided: by mouse, by keyboard alone, and never over what somebody else decided.
"use strict";

const form = document.getElementById("deciding");
const meanwhile = document.getElementById("meanwhile");
const NAME = "desk.by", KEYS = "desk.keys", SAID = "desk.said";

// Who decides is asked once in a window; whether single keys do anything can be switched off.

const by = form.elements.by;
if (!by.value) by.value = sessionStorage.getItem(NAME) || "";
const useKeys = document.getElementById("use-keys");
useKeys.checked = sessionStorage.getItem(KEYS) !== "off";
useKeys.addEventListener("change", () => sessionStorage.setItem(KEYS, useKeys.checked ? "on" : "off"));

const said = sessionStorage.getItem(SAID);
if (said) {
  sessionStorage.removeItem(SAID);
  announce(said);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  record();
});

async function record() {
  const chosen = form.querySelector("input[name=word]:checked");
  if (!chosen) {
    problem(form, "扱いを選んでください。");
    form.querySelector("input[name=word]")?.focus();
    return;
  }
  problem(form, "");
  const button = document.getElementById("record");
  if (button.disabled) return;
  button.disabled = true;
  button.textContent = "記録しています…";
  sessionStorage.setItem(NAME, by.value.trim());
  const { number, basis, event } = form.dataset;
  try {
    const answer = await send(`/points/${number}`, {
      basis, event: Number(event), word: chosen.value, reason: form.elements.reason.value, by: by.value,
    });
    if (answer.taken) goOn(number, chosen.value);
    else showMeanwhile(answer);
  } catch (error) {
    problem(form, error.message);
  } finally {
    button.disabled = false;
    button.textContent = "記録する";
  }
}

function goOn(number, word) {
  const sentence = word ? `番号${number}を「${word}」と記録しました。` : `番号${number}を空欄に戻しました。`;
  sessionStorage.setItem(SAID, sentence);
  location.assign(form.dataset.next ? `/points/${form.dataset.next}` : "/points");
}

/** Show what somebody else decided beside what was to be recorded; it may then be recorded after all. */
function showMeanwhile(answer) {
  const { word, reason, by: who } = answer.standing;
  const lines = [`記録しませんでした。${answer.why}`];
  if (word || reason || who) lines.push(`いまの記録：${word || "（空欄）"}${who ? `（${who}）` : ""}${reason ? `　${reason}` : ""}`);
  lines.push(...answer.notes);
  meanwhile.replaceChildren(...lines.map((line) => {
    const p = document.createElement("p");
    p.textContent = line;
    return p;
  }));
  const again = document.createElement("button");
  again.type = "button";
  again.id = "record-anyway";
  again.textContent = "これを見たうえで、下の内容に変える";
  again.addEventListener("click", () => {
    form.dataset.basis = answer.basis;
    form.dataset.event = answer.event;
    meanwhile.hidden = true;
    record();
  });
  const keep = document.createElement("a");
  keep.href = location.pathname;
  keep.className = "button quiet";
  keep.textContent = "いまの記録のままにする";
  const buttons = document.createElement("p");
  buttons.className = "buttons";
  buttons.append(keep, again);
  meanwhile.append(buttons);
  meanwhile.hidden = false;
  meanwhile.scrollIntoView({ block: "nearest" });
  keep.focus();
}

// Keys. Letters and digits act only while nothing is being written.

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.metaKey) return;
  const isWriting = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    record();
  } else if (event.key === "Escape" && isWriting) {
    event.target.blur();
  } else if (!isWriting && !event.ctrlKey && useKeys.checked) {
    act(event);
  }
});

function act(event) {
  const leads = { j: "following", k: "previous", n: "next-waiting" };
  if (event.key in leads) {
    const link = document.getElementById(leads[event.key]);
    if (link) location.assign(link.href);
    else announce("この先はありません。");
  } else if (/^[0-9]$/.test(event.key)) {
    const choice = form.querySelector(`input[data-digit="${event.key}"]`);
    if (!choice) return;
    choice.checked = true;
    choice.focus();
  } else if (event.key === "r") {
    form.elements.reason.focus();
  } else {
    return;
  }
  event.preventDefault();
}
