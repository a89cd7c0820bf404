// Forms of every page: sent in the background, so that what was typed stays when something is wrong.

import { submit, tell } from "./api.js";

for (const form of document.querySelectorAll("form[data-send], form[data-json]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = new FormData(form, event.submitter);
    const wrong = form.querySelector("[role=alert]");
    wrong.hidden = true;
    try {
      if ("json" in form.dataset) {
        const lists = [...new Set(values.keys())].map((name) => [name, values.getAll(name)]);
        const given = Object.fromEntries(lists.map(([name, all]) => [name, all.length > 1 ? all : all[0]]));
        const { go } = await tell(form.getAttribute("action"), given);
        if (go) location.assign(go);
        else location.reload();
      } else {
        const answer = await submit(form.getAttribute("action"), values);
        location.assign(answer.go);
      }
    } catch (error) {
      wrong.textContent = error.message;
      wrong.hidden = false;
    }
  });
}
