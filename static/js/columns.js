/* The form of a list's columns (form[data-columns]): the arrows move a row at once, in place of
   asking the server for the form in the new order. The order of the rows is what is sent. */

document.addEventListener("click", (event) => {
  const button = event.target.closest("form[data-columns] button[name=up], form[data-columns] button[name=down]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("li");
  if (button.name === "up") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  button.focus();
});
