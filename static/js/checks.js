/* Boxes of the rows of a list ([data-check]): one in the head for all of them
   ([data-check-all]), their number beside the acts ([data-check-count]), which need at least one
   ([data-check-act]). The results change under htmx, so all is looked up anew. */

function boxes() {
  return [...document.querySelectorAll("[data-check]")];
}

function show() {
  const count = boxes().filter((box) => box.checked).length;
  const all = document.querySelector("[data-check-all]");
  if (all) {
    all.checked = count > 0 && count === boxes().length;
    all.indeterminate = count > 0 && !all.checked;
  }
  for (const figure of document.querySelectorAll("[data-check-count]")) figure.textContent = count;
  for (const act of document.querySelectorAll("[data-check-act]")) act.disabled = count === 0;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-check-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-check-all], [data-check]")) show();
});
document.addEventListener("htmx:afterSettle", show);
addEventListener("pageshow", show);
show();
