/* The filter form of a list ([data-filters]): empty fields stay out of the address, and the
   export links follow what is filtered after htmx has swapped the results. */

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("[data-filters]")) return;
  const { parameters } = event.detail;
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === "") delete parameters[name];
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-filters]") || window.htmx) return;
  for (const field of event.target.elements) {
    if (field.name && field.value === "") field.disabled = true;
  }
});

document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("a[data-export]")) {
    const query = new URLSearchParams(location.search);
    query.set("export", new URLSearchParams(link.search).get("export"));
    query.delete("cursor");
    link.search = query;
  }
});
