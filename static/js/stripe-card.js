/* Stripe's own card field, which Stripe alone can read. On submit Stripe makes a payment method of
   it, and its id is the form's token. Stripe's script is loaded before this one.

   <form data-stripe-card data-publishable-key="…">; the field is drawn in [data-stripe-field],
   what is wrong is said in #card-stripe-error, the name is [data-card="name"]. */

import { cardForm } from "./card-form.js";

const form = document.querySelector("form[data-stripe-card]");

/* Any colour of ours as one that Stripe's frame understands. */
function plainColour(colour) {
  const paint = document.createElement("canvas").getContext("2d");
  paint.fillStyle = colour;
  paint.fillRect(0, 0, 1, 1);
  const [red, green, blue] = paint.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

function lookOf(place) {
  const { color, fontSize } = getComputedStyle(place);
  return { base: { color: plainColour(color), iconColor: plainColour(color), fontSize } };
}

function onNewColours(act) {
  new MutationObserver(act).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", act);
}

function show(message) {
  document.getElementById("card-stripe-error").textContent = message;
}

async function paymentMethod(stripe, card) {
  const name = form.querySelector('[data-card="name"]').value.trim();
  const details = name ? { billing_details: { name } } : {};
  const { paymentMethod: made, error } = await stripe.createPaymentMethod({ type: "card", card, ...details });
  show(error ? error.message : "");
  return made?.id ?? "";
}

function begin() {
  const place = form.querySelector("[data-stripe-field]");
  const stripe = globalThis.Stripe?.(form.dataset.publishableKey);
  if (!stripe) {
    cardForm(form, async () => {
      show(form.dataset.sayUnreachable);
      return "";
    });
    return;
  }
  const elements = stripe.elements({ locale: document.documentElement.lang });
  const card = elements.create("card", { style: lookOf(place) });
  card.mount(place);
  card.on("change", ({ error }) => show(error?.message ?? ""));
  onNewColours(() => card.update({ style: lookOf(place) }));
  cardForm(form, () => paymentMethod(stripe, card));
}

if (form) begin();
