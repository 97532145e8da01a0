/* Money inputs: [data-money] with data-decimals. Grouping and a decimal comma are understood
   ("1 250,5" becomes "1250.50"); radio chips with data-fills="id" fill the input. */

export function plainNumber(text) {
  const compact = text.replace(/[\s\u00a0\u202f'’_]/g, "");
  const lastComma = compact.lastIndexOf(",");
  const lastPoint = compact.lastIndexOf(".");
  if (lastComma > lastPoint) {
    const decimals = compact.length - lastComma - 1;
    const grouping = lastPoint < 0 && decimals === 3;
    return grouping
      ? compact.replaceAll(",", "")
      : compact.replaceAll(".", "").replace(/,(?=.*,)/g, "").replace(",", ".");
  }
  return compact.replaceAll(",", "");
}

function tidy(input) {
  const plain = plainNumber(input.value.trim());
  if (!/^[+-]?\d*\.?\d*$/.test(plain) || !/\d/.test(plain)) return;
  const decimals = Number(input.dataset.decimals ?? 2);
  const [whole, fraction = ""] = plain.replace("+", "").split(".");
  if (fraction.length > decimals) {
    input.value = plain;
    return;
  }
  input.value = decimals > 0 ? `${whole || "0"}.${fraction.padEnd(decimals, "0")}` : whole || "0";
}

function markChips(input) {
  for (const chip of document.querySelectorAll(`[data-fills="${input.id}"]`)) {
    chip.checked = Number(chip.value) === Number(plainNumber(input.value));
  }
}

document.addEventListener("focusout", (event) => {
  if (!event.target.matches?.("[data-money]")) return;
  tidy(event.target);
  markChips(event.target);
});

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.matches("[data-money]")) markChips(field);
});

document.addEventListener("change", (event) => {
  const input = document.getElementById(event.target.dataset?.fills);
  if (!input) return;
  input.value = event.target.value;
  tidy(input);
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

/* Before the form leaves, so that "Enter" sends what a blur would have sent. */
document.addEventListener(
  "submit",
  (event) => event.target.querySelectorAll("[data-money]").forEach(tidy),
  { capture: true },
);

document.querySelectorAll("[data-money]").forEach(markChips);
