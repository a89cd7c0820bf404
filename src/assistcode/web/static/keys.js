// Which key does what. The key stands on its button; both do the same.

import { say } from "./api.js";

const STORE = "assistcode-keys";
const FIRST = {
  code: ["c", "code the selection, or all of it"],
  words: ["i", "make a code of the selected words"],
  repeat: ["r", "repeat the last code"],
  pole: ["p", "turn the pole: present, spoken of as missing, none"],
  effect: ["e", "effect: facilitating, hindering, both, none"],
  memo: ["m", "write a memo"],
  fits: ["f", "the suggestion fits"],
  not: ["d", "it does not fit"],
  other: ["n", "not this but another code"],
  unsure: ["u", "not sure"],
  on: [".", "go on: see the suggestion; nothing more here"],
  later: ["l", "later"],
  after: ["v", "see what was suggested on the passage just finished"],
  here: ["h", "finished to here"],
  read: ["w", "the whole interview is read"],
  look: ["o", "look at suggestions early; it is recorded"],
  forth: ["j", "next suggestion"],
  back: ["k", "suggestion before"],
  undo: ["z", "take back the latest"],
  codebook: ["b", "show or hide the codebook"],
};

/** Return {keys: {command: key}, isOn}, as chosen in this browser. */
export function chosen() {
  const kept = JSON.parse(localStorage.getItem(STORE) ?? "{}");
  const first = Object.fromEntries(Object.entries(FIRST).map(([name, [key]]) => [name, key]));
  return { keys: { ...first, ...kept.keys }, isOn: kept.isOn ?? true };
}

export const keep = (choice) => localStorage.setItem(STORE, JSON.stringify(choice));
export const forget = () => localStorage.removeItem(STORE);
export const titles = Object.fromEntries(Object.entries(FIRST).map(([name, [, title]]) => [name, title]));

const isTyping = (element) => element.closest("input, textarea, select, dialog, [contenteditable]") !== null;

/** Let buttons and keys do their work: `work` is {command: function}; `after` runs then; `why` says why not now. */
export function bind(work, { after, why }) {
  const { keys, isOn } = chosen();
  const command = Object.fromEntries(Object.entries(keys).map(([name, key]) => [key, name]));
  const run = (name) => {
    const button = document.querySelector(`[data-do="${name}"]`);
    if (!work[name]) return;
    if (button?.getAttribute("aria-disabled") === "true") {
      say(why(name));
      return;
    }
    work[name]();
    after();
  };
  document.getElementById("tools").prepend(document.getElementById("said")); // where it covers no words
  for (const button of document.querySelectorAll("[data-do]")) {
    const name = button.dataset.do;
    const key = document.createElement("kbd");
    key.textContent = keys[name];
    button.prepend(key, " ");
    button.title = titles[name];
    if (isOn) button.setAttribute("aria-keyshortcuts", keys[name]);
    button.addEventListener("click", () => run(name));
  }
  document.addEventListener("keydown", (event) => {
    if (!isOn || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const name = command[event.key.toLowerCase()];
    if (name && !event.repeat) {
      event.preventDefault();
      run(name);
    }
  });
}

/** Put other words on a button, for what its key does now. */
export function label(name, words) {
  document.querySelector(`[data-do="${name}"]`).lastChild.textContent = words;
}

/** Say which commands do something now; the others stay in their places. */
export function enable(names) {
  for (const button of document.querySelectorAll("[data-do]")) {
    button.setAttribute("aria-disabled", String(!names.has(button.dataset.do)));
  }
}
