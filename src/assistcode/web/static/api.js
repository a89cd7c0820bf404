// Ask and tell the server. One place knows the headers; errors carry the server's own line.

const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;

export const coder = meta("coder");
const headers = { "X-CSRF-Token": meta("csrf"), "X-Coder": encodeURIComponent(coder) };

/** The server said no, and why. A failed connection is a TypeError instead. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function read(answer) {
  const isValues = (answer.headers.get("content-type") ?? "").includes("json");
  const values = isValues ? await answer.json() : { error: await answer.text() };
  if (!answer.ok) throw new Refused(values.error, answer.status);
  return values;
}

/** Ask for values; nothing is written. */
export const ask = async (name, query = {}) =>
  read(await fetch(`/api/${name}?${new URLSearchParams(query)}`, { headers }));

/** Send values to be written. */
export const tell = async (path, values) =>
  read(await fetch(path, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(values),
  }));

/** Send a form as it stands, files and all. */
export const submit = async (path, form) => read(await fetch(path, { method: "POST", headers, body: form }));

/** Say something in the line at the foot, also to a screen reader. */
export function say(text) {
  document.getElementById("said").textContent = text;
}
