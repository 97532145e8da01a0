/* Light, dark, or as the system says. The choice is a cookie, so that the server renders it
   into <html> and no page flashes. Buttons: [data-theme-choice="light|dark|system"]. */

const YEAR_SECONDS = 31_536_000;
const root = document.documentElement;

function choose(theme) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  if (theme === "system") {
    root.removeAttribute("data-bs-theme");
    document.cookie = `theme=; path=/; max-age=0; samesite=lax${secure}`;
  } else {
    root.setAttribute("data-bs-theme", theme);
    document.cookie = `theme=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax${secure}`;
  }
  mark();
  document.dispatchEvent(new CustomEvent("theme:change"));
}

function mark() {
  const chosen = root.getAttribute("data-bs-theme") ?? "system";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-checked", String(button.dataset.themeChoice === chosen));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (button) choose(button.dataset.themeChoice);
});

mark();
