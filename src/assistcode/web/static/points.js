// Places are Unicode code points, as in the study; a browser counts UTF-16 units.

/** How many code points a text has. */
export function length(text) {
  let n = 0;
  for (const _ of text) n += 1;
  return n;
}

/** The part of a text between two code points. */
export const slice = (text, start, end) => Array.from(text).slice(start, end).join("");

/** Draw a text that begins at `start` into an element, with marks over `spans` of {start, end, kind, label}. */
export function draw(element, text, start, spans) {
  const points = Array.from(text);
  const inside = spans
    .map((span) => ({ ...span, a: Math.max(0, span.start - start), b: Math.min(points.length, span.end - start) }))
    .filter(({ a, b }) => a < b);
  const edges = [...new Set([0, points.length, ...inside.flatMap(({ a, b }) => [a, b])])].sort((a, b) => a - b);
  element.replaceChildren(...edges.slice(1).map((end, i) => {
    const piece = points.slice(edges[i], end).join("");
    const over = inside.filter(({ a, b }) => a <= edges[i] && end <= b);
    return over.length ? mark(piece, over) : document.createTextNode(piece);
  }));
}

function mark(text, spans) {
  const element = document.createElement("mark");
  element.className = spans.map(({ kind }) => kind).join(" ");
  element.title = spans.map(({ label }) => label).filter(Boolean).join(", ");
  element.textContent = text;
  return element;
}
