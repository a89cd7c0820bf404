// A long list of members: show only those with a word, tick them all, and say how many are ticked.

const find = document.getElementById("find");
const rows = [...document.querySelectorAll(".members .choice")];
const boxes = rows.map((row) => row.querySelector("input"));

const show = () => {
  const wanted = find.value.trim().toLowerCase();
  for (const row of rows) row.hidden = !row.querySelector("span").textContent.toLowerCase().includes(wanted);
};

const count = () => {
  document.getElementById("ticked").value = `${boxes.filter((box) => box.checked).length} ticked`;
};

const tick = () => {
  const shown = boxes.filter((box, i) => !rows[i].hidden);
  const isTicked = !shown.every((box) => box.checked);
  for (const box of shown) box.checked = isTicked;
  count();
};

if (find) {
  find.addEventListener("input", show);
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  find.form.addEventListener("change", count);
  document.getElementById("tick").addEventListener("click", tick);
  show();
  count();
}
