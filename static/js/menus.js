/* Menus are <details class="tg-menu">: they open without a script. This closes them on a click
   elsewhere, on Escape and when another opens, and moves between items with the arrow keys. */

const OPEN = "details.tg-menu[open]";
const ITEMS = ".tg-menu-item, .tg-menu-panel a, .tg-menu-panel button";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(OPEN)) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(OPEN);
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (event.target.matches("input, select, textarea")) return;
  const items = [...menu.querySelectorAll(ITEMS)];
  if (items.length === 0) return;
  event.preventDefault();
  const step = event.key === "ArrowDown" ? 1 : -1;
  const from = items.indexOf(document.activeElement);
  const next = from < 0 && step < 0 ? items.length - 1 : (from + step + items.length) % items.length;
  items[next].focus();
});

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.(OPEN);
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});
