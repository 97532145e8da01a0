/* A part marked data-refresh="3" is fetched anew every three seconds until the page no longer asks
   for it. Without this, the page is as it was when it was opened. */

const refresh = async (part) => {
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh) return;
    part.replaceWith(fresh);
    watch(fresh);
  } catch {
    watch(part);
  }
};

const watch = (part) => {
  if (part.dataset.refresh) setTimeout(() => refresh(part), 1000 * Number(part.dataset.refresh));
};

document.querySelectorAll("[data-refresh]").forEach(watch);
