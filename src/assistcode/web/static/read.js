// One interview from beginning to end. Its suggestions stay locked until it is marked read.

import { ask, say } from "./api.js";
import { codes } from "./codes.js";
import { Coding, drawCodings, drawSuggestion } from "./coding.js";
import { bind, enable } from "./keys.js";
import { outbox } from "./outbox.js";
import "./page.js";
import { draw, length } from "./points.js";
import { selected, stepWord, whole } from "./selection.js";

const head = document.getElementById("interview");
const turns = document.getElementById("turns");
const { name, text } = head.dataset;

class Reading {
  constructor() {
    this.values = { codings: [], finished: [], suggestions: null, dealt: 0 };
    this.at = 0;
    this.isLookAsked = false;
    this.pieces = [...turns.querySelectorAll("[data-start]")].map((element) => ({
      element,
      start: Number(element.dataset.start),
      end: Number(element.dataset.start) + length(element.textContent),
      words: element.textContent,
    }));
  }

  // ------------------------------------------------------------ what Coding asks of a page

  view = () => this.values;
  selection = () => selected(turns);
  spot = () => selected(turns) ?? whole(this.turn());
  turn = () => document.activeElement?.closest?.(".turn") ?? turns.querySelector(".turn.here") ?? turns.querySelector(".turn");
  suggestion = () => this.values.suggestions?.[this.at] ?? null;
  id = ({ start, end }) => `${text}:${start}-${end}`;

  decided(suggestion) {
    const all = this.values.suggestions;
    const next = all.findIndex((one, i) => i > this.at && one.status === "undecided");
    const first = all.findIndex((one) => one.status === "undecided");
    if (next >= 0 || first >= 0) this.goTo(next >= 0 ? next : first);
    else say(`${suggestion.code} decided. That was the last one here.`);
    this.redraw();
  }

  noted(spot, words) {
    this.values.memos.push({ ...spot, text: words });
    this.redraw();
  }

  refused = () => this.load();

  // ------------------------------------------------------------ going on

  async load() {
    this.values = await ask("interview", { transcript: name, ...scores() });
    this.at = Math.max(0, (this.values.suggestions ?? []).findIndex(({ status }) => status === "undecided"));
    this.redraw();
  }

  /** Everything down to the selection, or to the turn one is in, is finished. */
  async here() {
    const spot = this.spot();
    const { n } = await outbox.put("finish-to", { transcript: name, place: spot.end - 1 });
    await this.load();
    say(n ? `${n} ${n > 1 ? "passages" : "passage"} finished, down to here.` : "Everything down to here was finished already.");
  }

  async read() {
    await outbox.put("read", { transcript: name });
    await this.load();
    if (this.suggestion()) this.goTo(this.at);
    say("Marked as read: its suggestions are open. Undo locks them again.");
  }

  /** Looking early takes two presses, because it cannot be taken back. */
  async look() {
    if (!this.isLookAsked) {
      this.isLookAsked = true;
      say("Once more to look at the suggestions before you have read it. It is recorded and cannot be taken back.");
      return;
    }
    await outbox.put("look", { transcript: name });
    await this.load();
    say("The suggestions are open. This early look is recorded.");
  }

  async undo() {
    const answer = await outbox.put("undo", {});
    await codes.load();
    await this.load();
    const isElsewhere = answer.place && answer.place.transcript !== name;
    say(answer.taken ? `taken back: ${answer.taken}${isElsewhere ? ` in ${answer.place.transcript}` : ""}` : "There is nothing left to take back.");
  }

  step(by) {
    const n = this.values.suggestions?.length ?? 0;
    if (n) this.goTo((this.at + by + n) % n);
    this.redraw();
  }

  goTo(at) {
    this.at = at;
    const { start } = this.values.suggestions[at];
    this.pieces.find((piece) => piece.start <= start && start < piece.end)?.element.scrollIntoView({ block: "center" });
  }

  // ------------------------------------------------------------ drawing

  redraw() {
    const { codings, finished, suggestions, memos = [] } = this.values;
    const suggestion = this.suggestion();
    const spans = codings.map(({ start, end, code }) => ({ start, end, kind: codes.kind(code), label: code }));
    spans.push(...memos.map(({ start, end, text: note }) => ({ start, end, kind: "noted", label: `memo: ${note}` })));
    if (suggestion) {
      spans.push({ start: suggestion.start, end: suggestion.end, kind: "suggested", label: "suggested here" });
      spans.push(...suggestion.marks.map(([start, end]) => ({ start, end, kind: "matched", label: "matched words" })));
    }
    for (const piece of this.pieces) {
      const over = spans.filter(({ start, end }) => start < piece.end && piece.start < end);
      if (over.length || piece.isMarked) draw(piece.element, piece.words, piece.start, over);
      piece.isMarked = over.length > 0;
      piece.element.classList.toggle("finished", finished.some(([a, b]) => a <= piece.start && piece.end <= b));
    }
    for (const turn of turns.querySelectorAll(".turn")) {
      const inside = [...turn.querySelectorAll("[data-start]")].map((element) => Number(element.dataset.start));
      const end = inside.at(-1) + length(turn.querySelector("[data-start]:last-child").textContent);
      const here = codings.filter(({ start }) => inside[0] <= start && start < end);
      const passages = [...turn.querySelectorAll(".passage")];
      turn.classList.toggle("done", passages.length > 0 && passages.every((one) => one.classList.contains("finished")));
      drawCodings(turn.querySelector(".codes"), here, (one) => coding.remove(one));
    }
    const n = suggestions?.length ?? 0;
    drawSuggestion(document.getElementById("suggestion"), suggestion, n ? `${this.at + 1} of ${n}` : "None here.");
    if (!suggestions) drawSuggestion(document.getElementById("suggestion"), null, "Locked until the interview is read.");
    document.getElementById("lock").textContent = this.lock();
    enable(this.possible());
  }

  lock() {
    const { suggestions, is_read, n_withheld } = this.values;
    if (!suggestions) return "Suggestions are locked until you have marked the interview as read.";
    const more = n_withheld ? ` ${n_withheld} more come once you have finished with the passages they are on; these are read unaided.` : "";
    return `${is_read ? "You have read it." : "You looked early; that is recorded."} ${suggestions.length} suggestions.${more}`;
  }

  /** Why a command does nothing now. */
  why(name) {
    if (name === "read") return "It is marked as read already.";
    if (name === "look") return "Its suggestions are open already.";
    return this.values.suggestions ? "No suggestion is left here." : "Suggestions are locked until the interview is read.";
  }

  possible() {
    const names = ["code", "words", "repeat", "pole", "effect", "memo", "here", "undo", "codebook"];
    if (!this.values.is_read) names.push("read");
    if (!this.values.suggestions) names.push("look");
    if (this.suggestion()) names.push("fits", "not", "other", "unsure", "forth", "back");
    return new Set(names);
  }
}

const scores = () => (localStorage.getItem("assistcode-scores") === "1" ? { scores: 1 } : {});

function focusTurn(turn) {
  if (!turn) return;
  turns.querySelector(".turn.here")?.classList.remove("here");
  turn.classList.add("here");
  turn.focus({ preventScroll: true });
  turn.scrollIntoView({ block: "nearest" });
}

const reading = new Reading();
const coding = new Coding(reading);
bind({
  ...coding.commands,
  here: () => reading.here(),
  read: () => reading.read(),
  look: () => reading.look(),
  undo: () => reading.undo(),
  forth: () => reading.step(1),
  back: () => reading.step(-1),
}, {
  after: () => { if (!document.querySelector("dialog[open]")) turns.querySelector(".turn.here")?.focus({ preventScroll: true }); },
  why: (name) => reading.why(name),
});

turns.addEventListener("click", (event) => {
  if (getSelection().isCollapsed && !event.target.closest("button, a")) focusTurn(event.target.closest(".turn"));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") getSelection().removeAllRanges();
  if (!event.key.startsWith("Arrow") || event.ctrlKey || event.altKey || event.target.closest("dialog, input, select")) return;
  const forward = event.key === "ArrowRight" || event.key === "ArrowDown";
  const isLine = event.key === "ArrowUp" || event.key === "ArrowDown";
  const turn = reading.turn();
  event.preventDefault();
  if (isLine && !event.shiftKey) {
    getSelection().removeAllRanges();
    focusTurn(turn.classList.contains("here") ? (forward ? turn.nextElementSibling : turn.previousElementSibling) : turn);
  } else {
    const isInside = getSelection().rangeCount && turns.contains(getSelection().anchorNode);
    stepWord(isInside ? turns : turn, { forward, stretch: event.shiftKey, by: isLine ? "line" : "word" });
  }
});
await codes.load();
await reading.load();
const asked = /^#at(\d+)$/.exec(location.hash);
const target = asked && reading.pieces.find(({ start, end }) => start <= Number(asked[1]) && Number(asked[1]) < end);
focusTurn(target ? target.element.closest(".turn") : turns.querySelector(location.hash.startsWith("#t") ? location.hash : ".turn"));
