/* Toasts: [data-toast] can be closed; one that is no error goes by itself, but not while the
   pointer or the focus is on it. */

const STAY_MS = 7000;

function close(toast) {
  toast.remove();
}

function watch(toast) {
  if (toast.dataset.toast === "error") return;
  let timer = setTimeout(close, STAY_MS, toast);
  const hold = () => clearTimeout(timer);
  const resume = () => {
    clearTimeout(timer);
    timer = setTimeout(close, STAY_MS, toast);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", resume);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("focusout", resume);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toast-close]");
  if (button) close(button.closest("[data-toast]"));
});

document.querySelectorAll("[data-toast]").forEach(watch);
