/* A form that pays with a card: on submit the card becomes a token, the token goes into
   input[name=token], and the form is sent. Whoever draws the fields says how:

     cardForm(form, tokenise)

   `tokenise(form)` answers the token, or "" when it has shown what is wrong with the card. The
   card part ([data-card-fields]) may be switched off by data-card-when="<id of a radio>": the form
   is then sent as it is. */

function isOff(form) {
  const choice = document.getElementById(form.dataset.cardWhen);
  return choice !== null && !choice.checked;
}

function followChoice(form) {
  const fields = form.querySelector("[data-card-fields]");
  if (form.dataset.cardWhen && fields) fields.hidden = isOff(form);
}

function busy(form, on) {
  for (const button of form.querySelectorAll("button[type=submit]")) {
    if (on) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
}

async function onSubmit(event, tokenise) {
  const form = event.target;
  const token = form.querySelector("input[name=token]");
  if (isOff(form) || token.value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.querySelector("button[aria-busy]")) return;
  const submitter = event.submitter ?? undefined;
  busy(form, true);
  token.value = await tokenise(form);
  if (token.value) form.requestSubmit(submitter);
  else busy(form, false);
}

export function cardForm(form, tokenise) {
  form.addEventListener("change", () => followChoice(form));
  form.addEventListener("submit", (event) => onSubmit(event, tokenise), { capture: true });
  followChoice(form);
  /* Back from a declined payment: the old token is spent, the next try makes a new one. */
  addEventListener("pageshow", () => {
    form.querySelector("input[name=token]").value = "";
  });
}
