// The words a person has selected, by mouse or keyboard, as a place in the transcript.

import { length, slice } from "./points.js";

/** Return {start, end, quote} of what is selected below `root`, across turns if need be; null when nothing is. */
export function selected(root) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const pieces = [...root.querySelectorAll("[data-start]")].filter((piece) => range.intersectsNode(piece));
  if (!pieces.length) return null;
  const start = boundary(pieces[0], range.startContainer, range.startOffset, 0);
  const last = pieces.at(-1);
  const end = boundary(last, range.endContainer, range.endOffset, length(last.textContent));
  return trimmed(root, start, end);
}

/** Return the whole text below an element as a place. */
export function whole(element) {
  const pieces = [...element.querySelectorAll("[data-start]")];
  const last = pieces.at(-1);
  return trimmed(element, Number(pieces[0].dataset.start), Number(last.dataset.start) + length(last.textContent));
}

function boundary(piece, container, offset, otherwise) {
  const start = Number(piece.dataset.start);
  if (!piece.contains(container)) return start + otherwise;
  const before = document.createRange();
  before.setStart(piece, 0);
  before.setEnd(container, offset);
  return start + length(before.toString());
}

/** Take white space off both ends; null when nothing is left. */
function trimmed(root, start, end) {
  const quote = textBetween(root, start, end);
  const bare = quote.trim();
  if (!bare) return null;
  const lead = length(quote) - length(quote.trimStart());
  return { start: start + lead, end: start + lead + length(bare), quote: bare };
}

function textBetween(root, start, end) {
  return [...root.querySelectorAll("[data-start]")].map((piece) => {
    const at = Number(piece.dataset.start);
    return slice(piece.textContent, Math.max(0, start - at), Math.max(0, end - at));
  }).join("");
}

/** Select the next (or the previous) word below `root`, or stretch the selection by a word or a line. */
export function stepWord(root, { forward, stretch, by = "word" }) {
  const selection = getSelection();
  const direction = forward ? "forward" : "backward";
  if (!selection.rangeCount || !root.contains(selection.anchorNode)) {
    selection.setPosition(root.querySelector("[data-start]"), 0);
  } else if (!stretch && !selection.isCollapsed) {
    if (forward) selection.collapseToEnd();
    else selection.collapseToStart();
  }
  selection.modify("extend", direction, by);
}
