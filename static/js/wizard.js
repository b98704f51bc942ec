// The seller's wizard saves itself while one types. The buttons of the form do without this.
import { text } from "./texts.js";

const PAUSE_MILLISECONDS = 1200;
const RETRY_MILLISECONDS = 10000;
const form = document.querySelector("form[data-autosave]");
let isChanged = false;
let isSaving = false;
let isLeaving = false;
let waitingButton = null;
let timer = 0;

function schedule(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

function save() {
  clearTimeout(timer);
  if (!isChanged || isSaving) return;
  isChanged = false;
  isSaving = true;
  window.htmx.trigger(form, "autosave");
}

function failed() {
  isChanged = true;
  const line = document.createElement("span");
  line.dataset.saved = "no";
  line.textContent = text("notSaved");
  document.getElementById("saved").replaceChildren(line);
  schedule(RETRY_MILLISECONDS);
}

// What stands below a field belongs to the field for who does not see it, too.
function markFields() {
  for (const notes of document.querySelectorAll("[data-notes-for]")) {
    const field = form.elements[notes.dataset.notesFor];
    if (!(field instanceof Element)) continue;
    if (notes.querySelector(".field__error")) {
      field.setAttribute("aria-invalid", "true");
      const known = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== notes.id);
      field.setAttribute("aria-describedby", [...known, notes.id].join(" "));
    } else field.removeAttribute("aria-invalid");
  }
}

// The better wording takes the place of the word where it stands now: one may have typed on since it was found.
function reword(button) {
  const field = form.elements[button.dataset.field];
  const start = Number(button.value.split("|").at(-1));
  const at = field.value.indexOf(button.dataset.found, start) >= 0
    ? field.value.indexOf(button.dataset.found, start)
    : field.value.indexOf(button.dataset.found);
  if (at < 0) return;
  field.value = field.value.slice(0, at) + button.dataset.better + field.value.slice(at + button.dataset.found.length);
  field.focus();
  isChanged = true;
  save();
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.isComposing) return; // an input method is still at it
    isChanged = true;
    schedule(PAUSE_MILLISECONDS);
  });
  form.addEventListener("compositionend", () => {
    isChanged = true;
    schedule(PAUSE_MILLISECONDS);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload-list]")) isChanged = true; // moved, taken away or ready by now (uploads.js)
    save();
  });
  form.addEventListener("focusout", save);
  form.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[name=reword]");
    if (!button) return;
    event.preventDefault();
    reword(button);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (isSaving) {
      // The answer carries the mark this form must send.
      event.preventDefault();
      waitingButton = event.submitter;
    } else isLeaving = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) return;
    isSaving = false;
    if (!event.detail.successful) failed();
    else if (isChanged && !waitingButton) schedule(PAUSE_MILLISECONDS);
    if (waitingButton) {
      const button = waitingButton;
      waitingButton = null;
      form.requestSubmit(button);
    }
  });
  document.addEventListener("htmx:afterSettle", markFields);
  document.addEventListener("htmx:oobAfterSwap", markFields);
  window.addEventListener("online", save);
  window.addEventListener("beforeunload", (event) => {
    if ((isChanged || isSaving) && !isLeaving) event.preventDefault();
  });
  window.addEventListener("pageshow", () => { isLeaving = false; });
  markFields();
}

// The package one was at stays the one that is shown, after "save and add a line" too. The radios belong to another form.
const tabs = [...document.querySelectorAll('input[name="p"][form="package-tabs"]')];
if (tabs.length) {
  const place = `package:${location.pathname}`;
  const last = tabs.find((tab) => tab.value === sessionStorage.getItem(place));
  if (last) last.checked = true;
  tabs.forEach((tab) => tab.addEventListener("change", () => sessionStorage.setItem(place, tab.value)));
}
