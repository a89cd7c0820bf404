// The page on which keys are changed.

import { say } from "./api.js";
import "./page.js";
import { chosen, forget, keep, titles } from "./keys.js";

const rows = document.querySelector("#keys tbody");
const isOn = document.getElementById("on");

function show() {
  const choice = chosen();
  isOn.checked = choice.isOn;
  rows.replaceChildren(...Object.entries(titles).map(([name, title]) => {
    const row = document.createElement("tr");
    const what = document.createElement("th");
    what.scope = "row";
    what.textContent = title;
    const key = document.createElement("kbd");
    key.textContent = choice.keys[name];
    const change = document.createElement("button");
    change.type = "button";
    change.textContent = "change";
    change.setAttribute("aria-label", `change the key for: ${title}`);
    change.addEventListener("click", () => waitForKey(name, change));
    row.append(what, cell(key), cell(change));
    return row;
  }));
}

function cell(content) {
  const element = document.createElement("td");
  element.append(content);
  return element;
}

function waitForKey(name, button) {
  button.textContent = "press a key …";
  button.addEventListener("keydown", (event) => {
    event.preventDefault();
    const choice = chosen();
    const key = event.key.toLowerCase();
    const taken = Object.keys(choice.keys).find((other) => choice.keys[other] === key && other !== name);
    if (key.length !== 1 || key === " ") say("Choose a letter, digit or sign.");
    else if (taken) say(`“${key}” is taken: ${titles[taken]}.`);
    else keep({ ...choice, keys: { ...choice.keys, [name]: key } });
    show();
    document.querySelector(`[aria-label="change the key for: ${CSS.escape(titles[name])}"]`)?.focus();
  }, { once: true });
}

isOn.addEventListener("change", () => keep({ ...chosen(), isOn: isOn.checked }));
document.getElementById("reset").addEventListener("click", () => { forget(); show(); });
show();
