// What a person did leaves in order, one at a time, until the server has it. Nothing waits for the server to go on.

import { Refused, coder, say, tell } from "./api.js";

const STORE = `assistcode-unsaved-${coder}`;
const LONGEST_WAIT_MS = 4000;

class Outbox {
  constructor() {
    this.waiting = JSON.parse(sessionStorage.getItem(STORE) ?? "[]").map((item) => ({ ...item }));
    this.own = []; // action ids this window wrote
    this.last = undefined; // what an undo would take back; undefined: not known yet
    this.isSending = false;
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length) event.preventDefault();
    });
    addEventListener("online", () => this.#send());
    this.#show();
    this.#send();
  }

  /** Queue something to be written; the promise resolves with the server's answer, or rejects with its refusal. */
  put(name, values) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ name, values, resolve, reject });
      this.#keep();
      this.#send();
    });
  }

  /** The passages left behind, finished or put off, of which the server does not know yet. */
  get unsavedPassages() {
    return this.waiting.map(({ values }) => values.passage).filter((passage) => passage !== undefined);
  }

  async #send() {
    if (this.isSending) return;
    this.isSending = true;
    let wait = 250;
    while (this.waiting.length) {
      const item = this.waiting[0];
      try {
        const answer = await this.#deliver(item);
        this.waiting.shift();
        item.resolve?.(answer);
        wait = 250;
      } catch (error) {
        if (error instanceof Refused && error.status < 500 && error.status !== 403) {
          this.waiting.shift();
          say(error.message);
          item.reject?.(error);
        } else {
          say(error instanceof Refused ? error.message : "The server is away; what you do is kept here until it is back.");
          await new Promise((resolve) => { setTimeout(resolve, wait); });
          wait = Math.min(2 * wait, LONGEST_WAIT_MS);
        }
      }
      this.#keep();
    }
    this.isSending = false;
  }

  async #deliver(item) {
    const values = { ...item.values };
    if (item.name === "undo" && this.last !== undefined) {
      item.values.action_id ??= this.last?.id ?? null;
      values.action_id = item.values.action_id;
    }
    if ("dealt" in values) values.own = this.own.filter((id) => id > values.dealt);
    const answer = await tell(`/api/${item.name}`, values);
    this.last = answer.last;
    if (answer.action_id) this.own.push(answer.action_id);
    return answer;
  }

  #keep() {
    const plain = this.waiting.map(({ name, values }) => ({ name, values }));
    if (plain.length) sessionStorage.setItem(STORE, JSON.stringify(plain));
    else sessionStorage.removeItem(STORE);
    this.#show();
  }

  #show() {
    const n = this.waiting.length;
    document.getElementById("unsaved").textContent = n > 1 || (n && !navigator.onLine) ? `unsaved ${n}` : "";
    document.documentElement.dataset.unsaved = String(n);
  }
}

export const outbox = new Outbox();
