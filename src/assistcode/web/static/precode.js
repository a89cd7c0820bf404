// How far a precode is.

import { ask } from "./api.js";
import "./page.js";

const STEPS = { segment: "Cutting turns into utterances", embed: "Embedding", cluster: "Clustering", suggest: "Suggesting" };
const progress = document.getElementById("progress");
const bar = document.getElementById("bar");
const made = document.getElementById("made");

async function look() {
  const now = await ask("precode");
  progress.hidden = !now.is_running;
  if (now.is_running) {
    document.getElementById("step").textContent = STEPS[now.step] ?? "Beginning";
    bar.max = Math.max(1, now.total);
    bar.value = now.done;
    setTimeout(look, 400);
  } else if (now.error) {
    made.className = "wrong";
    made.textContent = now.error;
  } else if (now.made.n_utterances !== undefined) {
    const { n_utterances, n_candidates, n_suggestions, changes } = now.made;
    made.textContent = `${n_utterances.toLocaleString("en")} utterances, ${n_candidates} candidate codes, ${n_suggestions} suggestions. Nothing is coded by that.${changes.length ? " What it changed stands on the page of candidates." : ""}`;
  }
}

await look();
