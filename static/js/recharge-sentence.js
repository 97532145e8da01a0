/* The recharge rule as a live sentence. [data-sentence] holds the wording with {threshold},
   {recharge_to} and {method}; data-from-<name> are the ids of the fields it reads. */

function money(text, currency) {
  const amount = Number(text.replace(/[\s,]/g, (mark) => (mark === "," ? "." : "")));
  if (text.trim() === "" || !Number.isFinite(amount)) return "…";
  return new Intl.NumberFormat(document.documentElement.lang || "en", {
    numberingSystem: "latn",
    style: "currency",
    currency,
  }).format(amount);
}

function value(output, name) {
  const field = document.getElementById(output.dataset[`from${name}`]);
  if (!field) return "…";
  if (field instanceof HTMLSelectElement) return field.selectedOptions[0]?.textContent.trim() ?? "…";
  return money(field.value, output.dataset.currency);
}

function write(output) {
  const switchField = document.getElementById(output.dataset.fromEnabled);
  if (switchField && !switchField.checked) {
    output.textContent = output.dataset.sentenceOff;
    return;
  }
  output.textContent = output.dataset.sentence
    .replace("{threshold}", value(output, "Threshold"))
    .replace("{recharge_to}", value(output, "RechargeTo"))
    .replace("{method}", value(output, "Method"));
}

for (const output of document.querySelectorAll("[data-sentence]")) {
  const form = output.closest("form");
  form.addEventListener("input", () => write(output));
  form.addEventListener("change", () => write(output));
  write(output);
}
