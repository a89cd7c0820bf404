// A number leads to the excerpts behind it: their list opens, and shows those of the number's group alone.
for (const link of document.querySelectorAll("a[data-by]")) {
  link.addEventListener("click", () => {
    const list = document.querySelector(link.getAttribute("href"));
    show(list, link.dataset.by, link.dataset.group);
  });
}
for (const button of document.querySelectorAll(".chosen button")) {
  button.addEventListener("click", () => show(button.closest("details"), "all", "all"));
}
function show(list, by, group) {
  let n = 0;
  for (const quote of list.querySelectorAll("blockquote")) {
    quote.hidden = by !== "all" && quote.getAttribute(`data-${by}`) !== group;
    n += quote.hidden ? 0 : 1;
  }
  const told = list.querySelector(".chosen");
  told.hidden = by === "all";
  told.querySelector("span").textContent = `${n} with ${by} ${group}.`;
  list.open = true;
}
