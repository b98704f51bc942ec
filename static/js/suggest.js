// The list below a search box: htmx fetches it, this moves through it with the arrow keys (the combobox pattern of ARIA).
const inputOf = (list) => list.closest("[data-search]")?.querySelector("input[role='combobox']");
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const optionsOf = (list) => [...list.querySelectorAll("[role='option']")];

function close(input) {
  const list = listOf(input);
  if (list) list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(input, options, index) {
  options.forEach((option, position) => option.setAttribute("aria-selected", String(position === index)));
  if (index < 0) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", options[index].id);
}

document.addEventListener("htmx:afterSwap", (event) => {
  const list = event.target;
  if (!list.matches?.(".suggestions")) return;
  const input = inputOf(list);
  const options = optionsOf(list);
  options.forEach((option, index) => { option.id = `${list.id}-${index}`; });
  const open = options.length > 0 && document.activeElement === input && input.value.trim() !== "";
  list.hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  input.removeAttribute("aria-activedescendant");
});

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-search] input[role='combobox']") || event.isComposing) return; // an input method owns its keys
  const list = listOf(input);
  const options = list && !list.hidden ? optionsOf(list) : [];
  if (!options.length) return;
  const current = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    // One place more than there are options: past either end stands the text itself.
    const places = options.length + 1;
    choose(input, options, ((current + 1 + step + places) % places) - 1);
  } else if (event.key === "Enter" && current >= 0) {
    event.preventDefault();
    options[current].click();
  } else if (event.key === "Escape") {
    event.preventDefault();
    close(input);
  }
});

document.addEventListener("focusout", (event) => {
  const search = event.target.closest?.("[data-search]");
  const input = search?.querySelector("input[role='combobox']");
  if (input && !search.contains(event.relatedTarget)) close(input);
});
