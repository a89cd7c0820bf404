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

/** Do something that draws words anew; what is selected stays selected. */
export function keepSelection(work) {
  const { anchorNode, anchorOffset, focusNode, focusOffset, isCollapsed } = getSelection();
  const places = isCollapsed ? [] : [placeOf(anchorNode, anchorOffset), placeOf(focusNode, focusOffset)];
  work();
  const [anchor, focus] = places.map((place) => place && pointAt(place));
  if (anchor && focus) getSelection().setBaseAndExtent(...anchor, ...focus);
}

function placeOf(node, offset) {
  const piece = (node.closest ? node : node.parentElement).closest("[data-start]");
  return piece && { start: piece.dataset.start, at: boundary(piece, node, offset, 0) - piece.dataset.start };
}

function pointAt({ start, at }) {
  const piece = document.querySelector(`[data-start="${start}"]`);
  const walker = document.createTreeWalker(piece ?? document.head, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(), left = at; node; left -= length(node.data), node = walker.nextNode()) {
    if (left <= length(node.data)) return [node, slice(node.data, 0, left).length];
  }
  return null;
}

function boundary(piece, container, offset, otherwise) {
  const start = Number(piece.dataset.start);
  if (!piece.contains(container)) return start + otherwise;
  const before = document.createRange();
  before.setStart(piece, 0);
  before.setEnd(container, offset);
  return start + length(before.toString());
}

/** Take white space off both ends, also where it goes on in another turn; null when nothing is left. */
function trimmed(root, start, end) {
  const parts = [...root.querySelectorAll("[data-start]")].map((piece) => {
    const at = Number(piece.dataset.start);
    const text = slice(piece.textContent, Math.max(0, start - at), Math.max(0, end - at));
    return { start: Math.max(start, at), end: Math.max(start, at) + length(text), text };
  }).filter(({ text }) => text.trim());
  if (!parts.length) return null;
  const first = parts[0];
  const last = parts.at(-1);
  return {
    start: first.end - length(first.text.trimStart()),
    end: last.start + length(last.text.trimEnd()),
    quote: parts.map((part, i) => (i && parts[i - 1].end < part.start ? " " : "") + part.text).join("").trim(),
  };
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
  for (let i = 0; i < 3; i += 1) {
    selection.modify("extend", direction, by);
    if (stretch || /[\p{L}\p{N}]/u.test(selection.toString())) return; // a sign alone is no word
    if (forward) selection.collapseToEnd();
    else selection.collapseToStart();
  }
}
