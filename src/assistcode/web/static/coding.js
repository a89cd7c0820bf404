// What one does with words and with a suggestion; the same in the queue and in an interview.

import { ask, say } from "./api.js";
import { choose, codes, write } from "./codes.js";
import { outbox } from "./outbox.js";
import { keepSelection } from "./selection.js";

const POLES = [null, "present", "lacking"];
const EFFECTS = [null, "facilitating", "hindering", "both"];
const WORDS = { present: "present", lacking: "spoken of as missing" };
export const poleWord = (pole) => WORDS[pole] ?? "no pole";
const next = (values, value) => values[(values.indexOf(value) + 1) % values.length];
const short = (text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

/**
 * Coding on a page. The page gives `spot()`, the words meant now, `view()` with {text, dealt, codings}, the
 * suggestion looked at (or null), `decided(suggestion)` and `redraw()`.
 */
export class Coding {
  constructor(page) {
    this.page = page;
    this.lastCode = null;
  }

  /** The commands by name, for keys and buttons. */
  get commands() {
    return {
      code: () => this.code(),
      words: () => this.words(),
      repeat: () => this.repeat(),
      pole: () => this.turn("pole", POLES, poleWord),
      effect: () => this.turn("effect", EFFECTS, (effect) => effect ?? "no effect"),
      memo: () => this.memo(),
      fits: () => this.verdict("fits"),
      not: () => this.verdict("does not fit"),
      unsure: () => this.verdict("unsure"),
      other: () => this.notThisBut(),
      codebook: () => { const book = document.getElementById("book"); book.hidden = !book.hidden; },
    };
  }

  /** Code the selection, or the whole, with a code of one's choice. */
  async code() {
    const spot = this.page.spot();
    if (!spot) return;
    const name = await choose(spot.quote);
    if (name) this.add(spot, name, "own");
    this.page.redraw();
  }

  /** Make a code of the selected words. */
  words() {
    const spot = this.page.selection();
    if (!spot) say("Select the words first.");
    else if (spot.quote.length > 80) say("That is too long for a code's name; select fewer words.");
    else this.add(spot, spot.quote.replace(/\s+/g, " ").replace(/[.,;:!]+$/, ""), "in vivo");
  }

  repeat() {
    if (this.lastCode === null) say("There is no code to repeat yet.");
    else this.add(this.page.spot(), this.lastCode, null);
  }

  /** Write a coding of one's own; it is on the page at once. */
  add(spot, name, origin) {
    const isKnown = codes.has(name);
    this.lastCode = name;
    this.#decide(spot, { code: name, verdict: "fits", origin: isKnown ? null : origin });
    say(`coded: ${name} on “${short(spot.quote)}”${isKnown ? "" : ", a new code"}`);
  }

  /** Turn pole or effect of the suggestion looked at, else of one's latest coding here. */
  turn(what, values, word) {
    const suggestion = this.page.suggestion();
    if (suggestion) {
      suggestion[what] = what === "pole" ? next(values.slice(1), suggestion.pole) : next(values, suggestion[what] ?? null);
      say(word(suggestion[what]));
      this.page.redraw();
      return;
    }
    const coding = this.page.view().codings.at(-1);
    if (!coding) {
      say("Code something first; then turn it.");
      return;
    }
    const turned = { ...coding, [what]: next(values, coding[what] ?? null) };
    this.#decide(coding, { code: coding.code, verdict: "fits", pole: turned.pole, effect: turned.effect });
    say(`${coding.code}: ${word(turned[what])}`);
  }

  /** Decide on the suggestion looked at. */
  verdict(verdict) {
    const suggestion = this.page.suggestion();
    if (!suggestion) return;
    const { code, pole, effect } = suggestion;
    const own = this.page.view().codings.find((one) => one.code === code && isMostly(one, suggestion));
    const judged = verdict === "fits" ? { pole: own?.pole ?? pole, effect: own?.effect ?? effect } : {};
    const kept = this.#decide(own ?? suggestion, { code, verdict, shown: [suggestion], ...judged });
    suggestion.status = verdict;
    this.page.decided(suggestion);
    say(`${code}: ${verdict}`);
    kept.then(() => this.#tellAlike(code, verdict));
  }

  async notThisBut() {
    const suggestion = this.page.suggestion();
    if (!suggestion) return;
    const name = await choose(suggestion.quote, `Not ${suggestion.code}, but which code?`);
    if (!name) return;
    const origin = codes.has(name) ? null : "own";
    this.lastCode = name;
    this.#decide(suggestion, { code: name, verdict: "fits", origin, shown: [suggestion], instead_of: suggestion.code });
    suggestion.status = "does not fit";
    this.page.decided(suggestion);
    say(`not ${suggestion.code} but ${name}`);
  }

  async memo() {
    const spot = this.page.spot();
    const text = spot && await write(`About “${short(spot.quote)}”`);
    if (!text) return;
    await outbox.put("memo", { about: "excerpt", subject: this.page.id(spot), text });
    say("The memo is kept.");
    this.page.noted?.(spot, text);
  }

  /** Take a coding of one's own off again. */
  remove(coding) {
    const view = this.page.view();
    view.codings = view.codings.filter((one) => one !== coding);
    this.page.redraw();
    say(`taken off: ${coding.code}`);
    outbox.put("take-off", { excerpt_id: this.page.id(coding), code: coding.code }).catch(() => this.page.refused());
  }

  #decide(spot, { shown = [], ...judged }) {
    const view = this.page.view();
    const keys = shown.map(({ excerpt_id, theme }) => ({ excerpt_id, theme }));
    const coding = { start: spot.start, end: spot.end, quote: spot.quote, pole: null, effect: null, ...judged, action_id: null };
    view.codings = view.codings.filter((one) => !isSame(one, coding) && !(judged.instead_of === one.code && one.start === spot.start));
    if (judged.verdict === "fits") view.codings.push(coding);
    this.page.redraw();
    return outbox.put("decide", { excerpt_id: this.page.id(spot), shown: keys, dealt: view.dealt, ...judged })
      .then((answer) => {
        coding.action_id = answer.action_id;
        if (answer.code) codes.add(answer.code);
        keepSelection(() => this.page.redraw());
      })
      .catch(() => this.page.refused(view));
  }

  async #tellAlike(code, verdict) {
    try {
      const { n, n_fits } = await ask("alike", { code });
      if (n > 1) say(`${code}: ${verdict}. Of ${n} like this you decided on, ${n_fits} fitted.`);
    } catch { /* it is said afterwards and only if there is time */ }
  }
}

/** Whether two spans share half of the shorter: then a verdict is about what one has coded oneself. */
const isMostly = (a, b) =>
  2 * (Math.min(a.end, b.end) - Math.max(a.start, b.start)) >= Math.min(a.end - a.start, b.end - b.start);
const isSame = (a, b) => a.code === b.code && a.start === b.start && a.end === b.end;

/** Draw one's codings as a list with a way to take each off. */
export function drawCodings(list, codings, remove) {
  list.hidden = codings.length === 0 && list.id !== "own";
  list.dataset.empty = codings.length ? "" : "none yet";
  list.replaceChildren(...codings.map((coding) => {
    const item = document.createElement("li");
    item.className = codes.kind(coding.code);
    const name = document.createElement("strong");
    name.textContent = coding.code;
    const about = [coding.pole && poleWord(coding.pole), coding.effect].filter(Boolean).join(", ");
    const quote = document.createElement("q");
    quote.dir = "auto";
    quote.textContent = short(coding.quote);
    const off = document.createElement("button");
    off.type = "button";
    off.textContent = "×";
    off.setAttribute("aria-label", `take off ${coding.code}`);
    off.addEventListener("click", () => remove(coding));
    item.append(name, about ? ` ${about} ` : " ", quote, " ", off);
    return item;
  }));
}

/** Draw a suggestion: its words, its reasons, its pole; nothing is chosen beforehand. */
export function drawSuggestion(place, suggestion, nth) {
  if (!suggestion) {
    place.replaceChildren(...[nth].filter(Boolean).map(paragraph));
    return;
  }
  const name = document.createElement("strong");
  name.textContent = suggestion.code;
  const head = paragraph("");
  const about = [poleWord(suggestion.pole), suggestion.effect].filter(Boolean).join(", ");
  head.append(name, `, ${about}`, suggestion.score === undefined ? "" : `, score ${suggestion.score}`);
  const quote = paragraph(`“${suggestion.quote}”`);
  quote.dir = "auto";
  const reasons = document.createElement("ul");
  reasons.append(...suggestion.reasons.map((reason) => {
    const item = document.createElement("li");
    item.textContent = reason;
    return item;
  }));
  const state = suggestion.status === "undecided" ? nth : `${nth}; you decided: ${suggestion.status}`;
  place.replaceChildren(paragraph(state), head, quote, reasons);
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
