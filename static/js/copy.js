/* [data-copy="text"] copies its text and says so for a moment (data-copy-done). */

const SHOWN_MS = 1600;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.querySelector("[data-copy-label]") ?? button;
  if (label.dataset.before === undefined) label.dataset.before = label.textContent;
  label.textContent = button.dataset.copyDone ?? "Copied";
  setTimeout(() => {
    label.textContent = label.dataset.before;
  }, SHOWN_MS);
});
