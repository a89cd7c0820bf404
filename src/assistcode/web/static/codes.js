// The codebook beside the text, and the dialogue in which a code is chosen.

import { ask } from "./api.js";

const dialog = document.getElementById("choose");
const input = document.getElementById("choose-name");
const list = document.getElementById("choose-list");

class Codes {
  #codes = new Map();

  /** Read the codebook from the server. */
  async load() {
    const { codes } = await ask("codes");
    this.#codes = new Map(codes.map((code) => [code.name.toLowerCase(), code]));
    this.#show();
  }

  /** Know a code, new or changed. */
  add(code) {
    this.#codes.set(code.name.toLowerCase(), code);
    this.#show();
  }

  has = (name) => this.#codes.has(name.toLowerCase());
  kind = (name) => `coding hue-${this.#codes.get(name.toLowerCase())?.hue ?? 0}`;

  /** How many names begin with what was typed. */
  nBeginning = (typed) => [...this.#codes.keys()].filter((name) => name.startsWith(typed.trim().toLowerCase())).length;

  /** The one of this very name, those that begin with what was typed, then those that hold it. */
  matching(typed) {
    const wanted = typed.trim().toLowerCase();
    const rank = (name) => [name === wanted, name.startsWith(wanted), name.includes(wanted)].indexOf(true);
    const ranked = [...this.#codes].map(([name, code]) => ({ code, rank: rank(name) })).filter((one) => one.rank >= 0);
    return ranked.sort((a, b) => a.rank - b.rank).map(({ code }) => code);
  }

  #show() {
    document.getElementById("codes").replaceChildren(...[...this.#codes.values()].flatMap((code) => {
      const name = document.createElement("dt");
      name.textContent = code.name;
      name.className = `hue-${code.hue}`;
      const definition = document.createElement("dd");
      definition.textContent = code.definition || "no definition yet";
      definition.dir = "auto";
      return [name, definition];
    }));
  }
}

export const codes = new Codes();

/** Let the person choose a code for a quote; resolves with its name, or null. Enter takes only what is chosen. */
export function choose(quote, title = "Which code?") {
  let at = -1;
  let options = [];
  let leave;
  const listening = new AbortController();
  const { signal } = listening;
  const chosen = new Promise((resolve) => {
    leave = (name) => {
      listening.abort();
      dialog.close();
      resolve(name);
    };
  });

  const show = () => {
    const typed = input.value.trim();
    const found = codes.matching(typed);
    options = found.map(({ name, definition, hue }) => ({ name, definition, hue }));
    if (typed && !codes.has(typed)) options.push({ name: typed, definition: "a new code", isNew: true });
    const isClear = typed && (codes.has(typed) || codes.nBeginning(typed) === 1);
    at = isClear ? 0 : -1;
    draw();
  };
  const draw = () => {
    list.replaceChildren(...options.map((option, i) => {
      const item = document.createElement("li");
      item.id = `choice-${i}`;
      item.role = "option";
      item.ariaSelected = String(i === at);
      item.className = option.isNew ? "new" : `hue-${option.hue}`;
      const name = document.createElement("strong");
      name.textContent = option.name;
      item.append(name, ` ${option.definition ?? ""}`);
      item.addEventListener("click", () => take(i));
      return item;
    }));
    input.setAttribute("aria-activedescendant", at < 0 ? "" : `choice-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const take = (i) => leave(options[i]?.name ?? null);
  const press = (event) => {
    if (event.key === "ArrowDown") at = Math.min(at + 1, options.length - 1);
    else if (event.key === "ArrowUp") at = Math.max(at - 1, 0);
    else if (event.key === "Enter") { if (at >= 0) take(at); }
    else if (event.key === "Escape") leave(null);
    else return;
    event.preventDefault();
    draw();
  };

  input.value = "";
  document.getElementById("choose-title").textContent = title;
  document.getElementById("choose-about").textContent = `“${quote}”`;
  show();
  input.addEventListener("input", show, { signal });
  input.addEventListener("keydown", press, { signal });
  dialog.addEventListener("close", () => { if (!dialog.open) leave(null); }, { signal });
  dialog.showModal();
  return chosen;
}

/** Let the person write about something; resolves with the text, or null. */
export function write(about) {
  const box = document.getElementById("write");
  const text = document.getElementById("write-text");
  const keep = () => box.close("keep");
  const press = (event) => { if (event.key === "Enter" && event.ctrlKey) keep(); };
  document.getElementById("write-about").textContent = about;
  document.getElementById("write-keep").onclick = keep;
  text.value = "";
  box.returnValue = "";
  text.addEventListener("keydown", press);
  box.showModal();
  text.focus();
  return new Promise((resolve) => {
    box.addEventListener("close", () => {
      text.removeEventListener("keydown", press);
      resolve(box.returnValue === "keep" && text.value.trim() ? text.value : null);
    }, { once: true });
  });
}
