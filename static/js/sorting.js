// Lists put in order by dragging. The arrows beside each row are forms, so the order can be changed without this; htmx puts the list
// back in place after a move, and the arrow that was pressed keeps the focus.
let dragged = null;
let pressed = "";

const itemOf = (event) => event.target.closest?.("[data-sort-item]");

document.addEventListener("dragstart", (event) => {
  dragged = itemOf(event) ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  const over = itemOf(event);
  if (!dragged || !over || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  const isBelow = event.clientY > box.top + box.height / 2;
  over.parentElement.insertBefore(dragged, isBelow ? over.nextElementSibling : over);
});

document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("is-dragged");
  const form = document.getElementById(dragged.closest("[data-sortable]")?.dataset.sortable ?? "");
  dragged = null;
  // The fields of the rows belong to this form; they are sent in the order in which they stand now.
  if (form) window.htmx.trigger(form, "sorted");
});

document.addEventListener("click", (event) => {
  pressed = event.target.closest?.("[data-keeps-focus] button")?.id ?? "";
});

document.addEventListener("htmx:afterSettle", () => {
  if (!pressed) return;
  document.getElementById(pressed)?.focus();
  pressed = "";
});
