/* Keyboard movement in lists: J/K or the arrow keys go from row to row of table[data-rows],
   Home and End to the ends, Enter follows the row's link, X checks its box, "/" goes to the search
   field, "?" shows all this (#list-keys). */

const KEYS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
const TYPING = "input:not([type=checkbox]), select, textarea, [contenteditable], dialog *, .tg-menu *";

/* A row is stood on by its link; one without a link by itself. */
function rowLinks(table) {
  return [...table.querySelectorAll("tbody tr")].map((row) => {
    const link = row.querySelector("[data-row-link], td a");
    if (!link) row.tabIndex = -1;
    return link ?? row;
  });
}

function target(event, links) {
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  if (event.key === "Home" && at >= 0) return links[0];
  if (event.key === "End" && at >= 0) return links.at(-1);
  const step = KEYS[event.key];
  if (!step) return null;
  if (at < 0) return event.key.length === 1 ? links[step > 0 ? 0 : links.length - 1] : null;
  return links[at + step] ?? null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches(TYPING)) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    return;
  }
  if (event.key === "?") {
    document.getElementById("list-keys")?.togglePopover();
    return;
  }
  if (event.key === "x") {
    event.target.closest("table[data-rows] tr")?.querySelector("input[type=checkbox]")?.click();
    return;
  }
  const table = event.target.closest("table[data-rows]") ?? document.querySelector("table[data-rows]");
  if (!table) return;
  const link = target(event, rowLinks(table));
  if (!link) return;
  event.preventDefault();
  link.focus();
  link.closest("tr").scrollIntoView({ block: "nearest" });
});
