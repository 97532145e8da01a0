/* A checkbox [data-enables="id"] greys out the fieldset #id while it is off. The server decides
   anyway: without a script the fields stay open. */

function apply(box) {
  const fieldset = document.getElementById(box.dataset.enables);
  fieldset.classList.toggle("tg-off", !box.checked);
}

document.addEventListener("change", (event) => {
  if (event.target.dataset?.enables) apply(event.target);
});

document.querySelectorAll("[data-enables]").forEach(apply);
