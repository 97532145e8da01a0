/* 3-D Secure with Stripe's own script: it shows the bank's question, and afterwards the form is sent
   to the page that asks the gateway what came of it, whatever the script believes.

   <form data-next-action data-publishable-key="…" data-client-secret="…">, its link is the way to
   the bank without Stripe's script. data-now answers at once. The form may be swapped in later. */

async function answer(form) {
  const { publishableKey, clientSecret } = form.dataset;
  const stripe = globalThis.Stripe?.(publishableKey);
  const link = form.querySelector("a[href]");
  if (!stripe && link) {
    location.assign(link.href);
    return;
  }
  try {
    await stripe?.handleNextAction({ clientSecret });
  } finally {
    form.submit();
  }
}

document.addEventListener("submit", (event) => {
  if (!("nextAction" in event.target.dataset)) return;
  event.preventDefault();
  const button = event.target.querySelector("button");
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  answer(event.target);
});

document.querySelector("form[data-next-action][data-now]")?.requestSubmit();
