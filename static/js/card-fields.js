/* Our own card fields, for a gateway that takes them. Number, expiry and CVC have no `name`: they
   never reach our server. On submit the card goes to the gateway (data-gateway-base) with the
   publishable key, which answers the token.

   <form data-card-form data-gateway-base="…" data-publishable-key="…">; fields
   [data-card="number|expiry|cvc|name"], errors #<id>-error. */

import { cardForm } from "./card-form.js";

const BRANDS = [
  ["Visa", /^4/, [16]],
  ["Mastercard", /^(5[1-5]|2(2[2-9]|[3-6]|7[01]|720))/, [16]],
  ["Amex", /^3[47]/, [15]],
  ["Discover", /^(6011|65|64[4-9])/, [16]],
  ["Diners", /^3(0[0-5]|[689])/, [14, 16]],
  ["JCB", /^35/, [16]],
  ["UnionPay", /^62/, [16, 17, 18, 19]],
];
const MARKS = { Visa: "VISA", Mastercard: "MC", Amex: "AMEX", Discover: "DISC", Diners: "DIN", JCB: "JCB", UnionPay: "UP" };
const FIELD_OF_CODE = {
  incorrect_number: "number",
  invalid_number: "number",
  invalid_expiry_month: "expiry",
  invalid_expiry_year: "expiry",
  expired_card: "expiry",
  incorrect_cvc: "cvc",
  invalid_cvc: "cvc",
};

const digits = (text) => text.replace(/\D/g, "");

export function brandOf(number) {
  return BRANDS.find(([, pattern]) => pattern.test(number)) ?? ["", /^/, [12, 13, 14, 15, 16, 17, 18, 19]];
}

export function luhn(number) {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

export function grouped(number) {
  const parts = brandOf(number)[0] === "Amex" ? /^(\d{1,4})(\d{0,6})(\d{0,5}).*/ : null;
  if (parts) return number.replace(parts, (_, a, b, c) => [a, b, c].filter(Boolean).join(" "));
  return number.slice(0, 19).replace(/(\d{4})(?=\d)/g, "$1 ");
}

export function expiryText(text) {
  let value = digits(text).slice(0, 4);
  if (/^[2-9]$/.test(value)) value = `0${value}`;
  return value.length > 2 ? `${value.slice(0, 2)} / ${value.slice(2)}` : value;
}

function part(form, name) {
  return form.querySelector(`[data-card="${name}"]`);
}

function show(field, message) {
  const error = document.getElementById(`${field.id}-error`);
  error.textContent = message;
  field.classList.toggle("is-invalid", message !== "");
  field.toggleAttribute("aria-invalid", message !== "");
}

/* Keeps the caret behind the same digit while the text is regrouped. */
function regroup(input, format) {
  const before = digits(input.value.slice(0, input.selectionStart)).length;
  const atEnd = input.selectionStart === input.value.length;
  input.value = format(input.value);
  if (atEnd) return;
  let caret = 0;
  for (let seen = 0; seen < before && caret < input.value.length; caret += 1) {
    if (/\d/.test(input.value[caret])) seen += 1;
  }
  input.setSelectionRange(caret, caret);
}

function onInput(event) {
  const field = event.target;
  const kind = field.dataset.card;
  if (!kind) return;
  show(field, "");
  if (kind === "number") {
    regroup(field, (text) => grouped(digits(text)));
    const mark = field.form.querySelector("[data-card-brand]");
    if (mark) mark.textContent = MARKS[brandOf(digits(field.value))[0]] ?? "";
  } else if (kind === "expiry" && event.inputType !== "deleteContentBackward") {
    regroup(field, expiryText);
  } else if (kind === "cvc") {
    field.value = digits(field.value).slice(0, 4);
  }
}

function read(form) {
  const number = digits(part(form, "number").value);
  const expiry = digits(part(form, "expiry").value);
  return {
    number,
    exp_month: expiry.slice(0, 2),
    exp_year: expiry.length === 4 ? `20${expiry.slice(2)}` : "",
    cvc: digits(part(form, "cvc").value),
  };
}

function isPast({ exp_month: month, exp_year: year }) {
  const today = new Date();
  return Number(year) * 12 + Number(month) < today.getFullYear() * 12 + today.getMonth() + 1;
}

function faults(form, card) {
  const [brand, , lengths] = brandOf(card.number);
  const text = form.dataset;
  const month = Number(card.exp_month);
  const found = {};
  if (!lengths.includes(card.number.length) || !luhn(card.number)) found.number = text.sayNumber;
  if (!(month >= 1 && month <= 12) || card.exp_year === "") found.expiry = text.sayExpiry;
  else if (isPast(card)) found.expiry = text.sayExpired;
  if (card.cvc.length !== (brand === "Amex" ? 4 : 3)) found.cvc = text.sayCvc;
  return found;
}

function report(form, found) {
  const names = Object.keys(found);
  for (const name of names) show(part(form, name), found[name]);
  if (names.length > 0) part(form, names[0]).focus();
  return names.length > 0;
}

async function tokenise(form, card) {
  const body = new URLSearchParams({ type: "card" });
  for (const [key, value] of Object.entries(card)) body.set(`card[${key}]`, value);
  const holder = part(form, "name")?.value.trim();
  if (holder) body.set("billing_details[name]", holder);
  const answer = await fetch(`${form.dataset.gatewayBase}/v1/payment_methods`, {
    method: "POST",
    headers: { Authorization: `Bearer ${form.dataset.publishableKey}` },
    body,
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
  const data = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(data.error?.message ?? ""), { code: data.error?.code });
  return data.id;
}

async function checkedToken(form) {
  const card = read(form);
  if (report(form, faults(form, card))) return "";
  try {
    return await tokenise(form, card);
  } catch (error) {
    const field = FIELD_OF_CODE[error.code] ?? "number";
    report(form, { [field]: error.message && error.code ? error.message : form.dataset.sayUnreachable });
    return "";
  }
}

for (const form of document.querySelectorAll("form[data-card-form]")) {
  form.addEventListener("input", onInput);
  cardForm(form, checkedToken);
}
