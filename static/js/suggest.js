// The list below a search box: htmx fetches it, this moves through it with the arrow keys (the combobox pattern of ARIA 1.2).
// The focus stays in the field; aria-activedescendant says which option is meant.
// Without script the field has no list, so it is here that it becomes a combobox, before htmx looks at the page.
document.querySelectorAll("[data-suggest]").forEach((input) => {
  const { id } = input.closest("[data-search]").querySelector("[role='listbox']");
  Object.entries({
    role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": id,
    "hx-get": input.dataset.suggest, "hx-trigger": "input changed delay:150ms, focus", "hx-target": `#${id}`, "hx-sync": "this:replace",
  }).forEach(([name, value]) => input.setAttribute(name, value));
});

const inputOf = (list) => list.closest("[data-search]")?.querySelector("input[role='combobox']");
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const boxOf = (list) => list.closest("[data-suggestions]");
const optionsOf = (list) => [...list.querySelectorAll("[role='option']")];
const chosen = (options) => options.findIndex((option) => option.getAttribute("aria-selected") === "true");
// An input method owns its keys: also the Enter that ends it, which Safari reports afterwards under this number.
const isComposing = (event) => event.isComposing || event.keyCode === 229;

function close(input) {
  const list = listOf(input);
  if (list) boxOf(list).hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function show(input) {
  const list = listOf(input);
  const options = optionsOf(list);
  options.forEach((option, index) => { option.id = `${list.id}-${index}`; option.setAttribute("aria-selected", "false"); });
  const open = options.length > 0 && document.activeElement === input;
  boxOf(list).hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  input.removeAttribute("aria-activedescendant");
}

function choose(input, options, index) {
  options.forEach((option, position) => option.setAttribute("aria-selected", String(position === index)));
  if (index < 0) input.removeAttribute("aria-activedescendant");
  else {
    input.setAttribute("aria-activedescendant", options[index].id);
    options[index].scrollIntoView({ block: "nearest" });
  }
}

// One of the own searches is forgotten without leaving the field; the page of the settings does it for a thumb.
function forget(input, option) {
  const address = boxOf(listOf(input)).querySelector("[data-forget]")?.dataset.forget;
  if (!address) return;
  window.htmx.ajax("POST", address, { source: option, swap: "none", values: { query: option.dataset.own } });
  const group = option.closest("[role='group']");
  option.remove();
  if (!group.querySelector("[role='option']")) group.remove();
  show(input);
}

document.addEventListener("htmx:afterSwap", (event) => {
  const input = event.target.matches?.("[data-suggestions] > [role='listbox']") ? inputOf(event.target) : null;
  if (input) show(input);
});

// × in the box on a phone: there while something is typed. The focus, and with it the keyboard, stays where it is.
function offerClear(input) {
  const button = input.closest("[data-search]").querySelector("[data-clear]");
  if (button) button.hidden = !input.value;
}

document.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-clear]")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const input = event.target.closest("[data-clear]")?.closest("[data-search]").querySelector("input[name='q']");
  if (!input) return;
  input.value = "";
  close(input);
  input.focus();
  input.dispatchEvent(new Event("input", { bubbles: true })); // own searches are offered again
});

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-search] input[name='q']")) offerClear(event.target);
});

// A condition of the words that is taken away goes from the box too, unless something else was typed there.
document.addEventListener("htmx:pushedIntoHistory", (event) => {
  if (document.getElementById("search-results")) document.querySelectorAll("[data-search] input[name='q']").forEach((input) => {
    const words = new URLSearchParams(event.detail.path.split("?")[1]).get("q") ?? "";
    if (input.value === input.defaultValue) input.value = words;
    input.defaultValue = words;
    offerClear(input);
  });
});

// A browser may bring a page back with what was typed into it.
window.addEventListener("pageshow", () => document.querySelectorAll("[data-search] input[name='q']").forEach(offerClear));

// What was chosen was chosen for the text of before.
document.addEventListener("input", (event) => {
  const input = event.target;
  const list = input.matches?.("[data-search] input[role='combobox']") ? listOf(input) : null;
  if (list) choose(input, optionsOf(list), -1);
});

// A page that comes back from the browser's memory does not stand there with its list open.
window.addEventListener("pagehide", () => document.querySelectorAll("[data-search] input[role='combobox']").forEach(close));

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-search] input[role='combobox']") || isComposing(event)) return;
  const list = listOf(input);
  const isOpen = list && !boxOf(list).hidden;
  const options = list ? optionsOf(list) : [];
  const current = chosen(options);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!options.length) return;
    event.preventDefault();
    if (!isOpen) { show(input); return; }
    const step = event.key === "ArrowDown" ? 1 : -1;
    // One place more than there are options: past either end stands the text itself.
    const places = options.length + 1;
    choose(input, options, ((current + 1 + step + places) % places) - 1);
  } else if (event.key === "Enter" && isOpen && current >= 0) {
    event.preventDefault();
    options[current].click();
  } else if (event.key === "Delete" && event.shiftKey && isOpen && options[current]?.dataset.own) {
    event.preventDefault();
    forget(input, options[current]);
  } else if (event.key === "Escape" && isOpen) {
    event.preventDefault(); // the first one closes the list, the next one empties the field as browsers do
    close(input);
  }
});

document.addEventListener("focusout", (event) => {
  const search = event.target.closest?.("[data-search]");
  const input = search?.querySelector("input[role='combobox']");
  if (input && !search.contains(event.relatedTarget)) close(input);
});
