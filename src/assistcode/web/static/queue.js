// Passage after passage: one's own codes first, then what is suggested.

import { ask, say } from "./api.js";
import { codes } from "./codes.js";
import { Coding, drawCodings, drawSuggestion } from "./coding.js";
import { bind, chosen, enable, label } from "./keys.js";
import { outbox } from "./outbox.js";
import "./page.js";
import { draw } from "./points.js";
import { selected, stepWord, whole } from "./selection.js";

const DECK = 20;
const AT_ONCE = 5; // so that a decision never waits for a long deal
const form = document.getElementById("order");
const article = document.getElementById("card");
const passage = document.getElementById("passage");

/** One passage a time; `step` is own, suggestion, or more. */
class Queue {
  constructor() {
    this.deck = [];
    this.card = null;
    this.previous = null;
    this.finishing = null;
    this.nFinished = 0;
    this.step = "own";
    this.isAsking = false;
    this.isToAskAgain = false;
    this.isAnew = true;
  }

  // ------------------------------------------------------------ what Coding asks of a page

  view = () => this.card;
  selection = () => selected(article);
  spot = () => selected(article) ?? whole(passage);
  suggestion = () => (this.step === "suggestion" ? this.undecided()[0] ?? null : null);
  undecided = () => (this.card?.suggestions ?? []).filter(({ status }) => status === "undecided");
  id = ({ start, end }) => `${this.card.excerpt_id.split(":")[0]}:${start}-${end}`;

  decided() {
    if (!this.undecided().length) this.step = "more";
    this.redraw();
  }

  /** Deal a card anew on which something was refused, also if one has gone on meanwhile. */
  async refused(refused = this.card) {
    if (!refused) return;
    const { card } = await ask("card", { transcript: refused.transcript, start: refused.start, ...scores() });
    if (this.card && this.card.passage !== card.passage) this.deck.unshift(this.card);
    this.show(card);
  }

  // ------------------------------------------------------------ going on

  /** See the suggestions, or be done with the passage. */
  on() {
    if (this.step === "own" && this.undecided().length) {
      this.step = "suggestion";
      this.redraw();
    } else if (this.step === "suggestion" && !this.card.isAfter) {
      say("Decide on it, or press later.");
    } else {
      const { excerpt_id, passage: number } = this.card;
      const { card } = this;
      this.finishing = outbox.put("finish", { excerpt_id, passage: number }).catch(() => this.refused(card));
      this.nFinished = this.card.n_reviewed + 1;
      this.previous = this.card;
      this.advance();
    }
  }

  later() {
    outbox.put("later", { excerpt_id: this.card.excerpt_id, passage: this.card.passage })
      .then(() => this.fill(), () => this.refused());
    this.advance();
  }

  /** Look back at what was suggested on the passage just finished. */
  async after() {
    const { previous } = this;
    if (!previous) return;
    await this.finishing;
    if (this.previous !== previous) return;
    const { suggestions } = await ask("afterwards", { excerpt_id: previous.excerpt_id, ...scores() });
    if (!suggestions.length) {
      say("Nothing was suggested there.");
      return;
    }
    if (this.card) this.deck.unshift(this.card);
    const anew = suggestions.map((one) => ({ ...one, status: "undecided" }));
    const why = "you have finished with it; this is what was suggested";
    this.show({ ...previous, suggestions: anew, isAfter: true, is_unaided: false, n_reviewed: this.nFinished, why });
    this.step = "suggestion";
    this.previous = null;
    this.redraw();
  }

  async undo() {
    const answer = await outbox.put("undo", {});
    if (!answer.taken) {
      say("There is nothing left to take back.");
      return;
    }
    say(`taken back: ${answer.taken}`);
    await codes.load();
    if (!answer.place) return;
    const { card } = await ask("card", { ...answer.place, ...scores() });
    if (this.card && this.card.passage !== card.passage) this.deck.unshift(this.card);
    this.deck = this.deck.filter((one) => one.passage !== card.passage);
    this.show(card);
  }

  /** Show the next card at once; it has been dealt before. */
  advance() {
    const card = this.deck.shift();
    if (card) this.show({ ...card, n_reviewed: Math.max(card.n_reviewed, this.nFinished) });
    else this.showNone();
    this.fill();
  }

  /** Keep cards at hand. What is dealt is not seen. */
  async fill() {
    if (this.isAsking || this.deck.length > DECK - AT_ONCE) {
      this.isToAskAgain = this.isAsking;
      return;
    }
    this.isAsking = true;
    this.isToAskAgain = false;
    try {
      const held = [this.card, ...this.deck].filter(Boolean).map((card) => card.passage).concat(outbox.unsavedPassages);
      const anew = this.isAnew ? { anew: 1 } : {};
      const values = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "scores"));
      const { cards } = await ask("cards", { ...values, ...scores(), n: AT_ONCE, held: held.join(","), ...anew });
      this.isAnew = false;
      const known = new Set(held);
      this.deck.push(...cards.filter((card) => !known.has(card.passage)));
      this.isToAskAgain ||= cards.length === AT_ONCE;
      if (!this.card && this.deck.length) this.advance();
      else if (!this.card) this.showNone();
    } catch (error) {
      say(error.message);
      if (!this.card) setTimeout(() => this.fill(), 1000);
    } finally {
      this.isAsking = false;
      if (this.isToAskAgain) this.fill();
    }
  }

  /** Begin anew in the order chosen. */
  begin() {
    this.deck = [];
    this.card = null;
    this.isAnew = true;
    this.fill();
  }

  // ------------------------------------------------------------ drawing

  show(card) {
    this.card = card;
    this.step = "own";
    getSelection().removeAllRanges();
    document.getElementById("place").textContent = place(card);
    document.getElementById("why").textContent =
      `${card.why} · ${card.n_reviewed.toLocaleString("en")} of ${card.n_passages.toLocaleString("en")} passages finished`;
    article.classList.toggle("unaided", card.is_unaided);
    document.getElementById("before").replaceChildren(...card.before.map(neighbour));
    document.getElementById("after").replaceChildren(...card.after.map(neighbour));
    passage.dataset.voice = card.turn.role;
    this.redraw();
    scrollTo(0, 0);
  }

  showNone() {
    this.card = null;
    document.getElementById("place").textContent = "Every passage here is finished";
    document.getElementById("why").textContent = "";
    for (const id of ["before", "after", "passage", "own", "suggestion"]) document.getElementById(id).replaceChildren();
    enable(new Set(["undo", "codebook"]));
  }

  redraw() {
    const { card } = this;
    if (!card) return;
    const suggestion = this.suggestion();
    const spans = card.codings.map(({ start, end, code }) => ({ start, end, kind: codes.kind(code), label: code }));
    if (suggestion) {
      spans.push({ start: suggestion.start, end: suggestion.end, kind: "suggested", label: "suggested here" });
      spans.push(...suggestion.marks.map(([start, end]) => ({ start, end, kind: "matched", label: "matched words" })));
    }
    const words = document.createElement("span");
    words.dataset.start = card.start;
    draw(words, card.text, card.start, spans);
    passage.replaceChildren(words);
    drawCodings(document.getElementById("own"), card.codings, (one) => coding.remove(one));
    drawSuggestion(document.getElementById("suggestion"), suggestion, this.prompt());
    // the same words whether there is a suggestion or not: one's own codes come first
    label("on", this.step === "own" && !card.is_unaided ? "go on" : "next passage");
    enable(this.possible());
  }

  /** Why a command does nothing now. */
  why(name) {
    if (!this.card) return "Every passage here is finished.";
    if (name === "on") return "Decide on the suggestion, or press later.";
    if (name === "after") return "Nothing is finished yet in this sitting.";
    if (this.card.is_unaided) return "This passage is read without suggestions.";
    return this.step === "own" ? `Press “${key("on")}” first; there may be a suggestion.` : "No suggestion is left here.";
  }

  prompt() {
    const all = this.card.suggestions;
    const left = this.undecided().length;
    if (this.card.is_unaided) return `Unaided, as every fifth: read without suggestions. Code what you find, then press “${key("on")}”.`;
    if (this.step === "suggestion") return `${all.length - left + 1} of ${all.length}`;
    if (this.step === "more") return `Decided. Anything else here? “${key("on")}” goes on.`;
    return `Your own codes first, if you like. Then press “${key("on")}”: what is suggested comes now, if anything.`;
  }

  possible() {
    const always = ["code", "words", "repeat", "memo", "later", "undo", "codebook", "pole", "effect"];
    if (this.previous) always.push("after");
    return new Set([...always, 
      ...(this.step === "suggestion" ? ["fits", "not", "other", "unsure"] : []),
      ...(this.step !== "suggestion" || this.card.isAfter ? ["on"] : [])]);
  }
}

const key = (name) => chosen().keys[name];
const scores = () => (form.elements.scores.checked ? { scores: 1 } : {});

function place({ transcript, dyad, session, turn }) {
  const where = [dyad ? `dyad ${dyad}` : transcript, session && `session ${session}`, turn.role, `turn ${turn.n}`];
  return where.concat(turn.moment ? [`moment ${turn.moment}`] : []).filter(Boolean).join(", ");
}

function neighbour(turn) {
  const element = document.createElement("p");
  element.className = `words beside ${turn.kind}`;
  element.dir = "auto";
  const voice = document.createElement("span");
  voice.className = "voice";
  voice.textContent = `${turn.n} ${turn.role}${turn.kind === "video" ? " (video)" : ""} `;
  const words = document.createElement("span");
  words.dataset.start = turn.start;
  words.textContent = turn.text;
  element.append(voice, turn.is_cut_before ? "… " : "", words, turn.is_cut_after ? " …" : "");
  return element;
}

const queue = new Queue();
const coding = new Coding(queue);
bind({
  ...coding.commands,
  on: () => queue.on(),
  later: () => queue.later(),
  after: () => queue.after(),
  undo: () => queue.undo(),
}, {
  after: () => { if (!document.querySelector("dialog[open]")) article.focus({ preventScroll: true }); },
  why: (name) => queue.why(name),
});
article.addEventListener("keydown", (event) => {
  if (!event.key.startsWith("Arrow") || event.ctrlKey || event.altKey) return;
  const isLine = event.key === "ArrowUp" || event.key === "ArrowDown";
  if (isLine && !event.shiftKey) return;
  event.preventDefault();
  const forward = event.key === "ArrowRight" || event.key === "ArrowDown";
  const isInside = getSelection().rangeCount && article.contains(getSelection().anchorNode);
  stepWord(isInside ? article : passage, { forward, stretch: event.shiftKey, by: isLine ? "line" : "word" });
});
form.elements.scores.checked = localStorage.getItem("assistcode-scores") === "1";
form.addEventListener("change", () => {
  localStorage.setItem("assistcode-scores", form.elements.scores.checked ? "1" : "0");
  queue.begin();
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") getSelection().removeAllRanges(); });
await codes.load();
queue.begin();
article.focus({ preventScroll: true });
