// What a person did leaves in order, one at a time, until the server has it. Nothing waits for the server to go on.

import { Refused, ask, coder, say, tell } from "./api.js";

const STORE = `assistcode-unsaved-${coder}`;
const OWN = `assistcode-own-${coder}`;
const MOST_OWN = 500;
const LONGEST_WAIT_MS = 4000;

class Outbox {
  constructor() {
    this.waiting = JSON.parse(sessionStorage.getItem(STORE) ?? "[]").map((item) => ({ ...item }));
    this.own = JSON.parse(sessionStorage.getItem(OWN) ?? "[]"); // action ids this window wrote
    this.last = undefined; // the action an undo would take back, null: none; undefined: not known yet
    this.isSending = false;
    this.isAway = false;
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
        if (this.isAway && !this.waiting.length) say("The server is back; everything is saved.");
        this.isAway = this.isAway && this.waiting.length > 0;
      } catch (error) {
        if (error instanceof Refused && error.status < 500 && error.status !== 403) {
          this.waiting.shift();
          say(error.message);
          item.reject?.(error);
        } else {
          say(error instanceof Refused ? error.message : "The server is away; what you do is kept here until it is back.");
          this.isAway = true;
          this.#show();
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
    if (item.name === "undo" && !item.values.action_id) {
      if (this.last === undefined) this.last = (await ask("last")).last;
      if (this.last === null) return { taken: null, last: null };
      item.values.action_id = this.last;
      values.action_id = this.last;
      this.#keep();
    }
    if ("dealt" in values) values.own = this.own.filter((id) => id > values.dealt);
    const answer = await tell(`/api/${item.name}`, values);
    this.last = answer.last;
    if (answer.action_id) {
      this.own = [...this.own, answer.action_id].slice(-MOST_OWN);
      sessionStorage.setItem(OWN, JSON.stringify(this.own));
    }
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
    document.getElementById("unsaved").textContent = n > 1 || (n && this.isAway) ? `unsaved ${n}` : "";
    document.documentElement.dataset.unsaved = String(n);
  }
}

export const outbox = new Outbox();
