/* A form marked data-preview shows what it would make, shortly after the last key: it posts itself,
   unsaved, and puts the answer into [data-preview-place]. Without this the button does the same. */

const WAIT_MS = 400;

for (const form of document.querySelectorAll("form[data-preview]")) {
  const place = form.querySelector("[data-preview-place]");
  let timer = 0;
  let running = null;

  const refresh = async () => {
    running?.abort();
    running = new AbortController();
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action || location.href, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Preview": "1" },
        signal: running.signal,
      });
      if (answer.ok || answer.status === 422) place.innerHTML = await answer.text();
      place.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name === "AbortError") return;
      place.removeAttribute("aria-busy");
    }
  };

  form.addEventListener("input", (event) => {
    if (event.target.name === "reason") return;
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT_MS);
  });
}
