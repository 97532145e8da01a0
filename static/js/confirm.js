/* Asks before a form marked data-confirm-title is sent. The dialog (#confirm-dialog) says what
   will happen; a "yes" adds confirmed=1. Without a script the form goes to the server, which
   finds no confirmed=1 and asks on a page of its own. */

const dialog = document.getElementById("confirm-dialog");
let waiting = null;

function ask(form, submitter) {
  waiting = { form, submitter };
  dialog.querySelector("[data-confirm-slot=title]").textContent = form.dataset.confirmTitle;
  dialog.querySelector("[data-confirm-slot=text]").textContent = form.dataset.confirmText ?? "";
  dialog.querySelector("[data-confirm-slot=yes]").textContent =
    form.dataset.confirmYes ?? submitter?.textContent.trim() ?? "OK";
  dialog.returnValue = "";
  dialog.showModal();
}

function confirmed({ form, submitter }) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "confirmed";
  field.value = "1";
  form.append(field);
  form.requestSubmit(submitter ?? undefined);
}

if (dialog) {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.dataset.confirmTitle || form.querySelector("input[name=confirmed]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(form, event.submitter);
    },
    { capture: true },
  );
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes" && waiting) confirmed(waiting);
    waiting = null;
  });
}
