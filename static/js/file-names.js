// The box around a file field (components/field.html) names what was chosen, since the browser's own control is not seen. What is chosen
// later comes beside what was chosen before, and each file can be taken out again: a phone's picker gives one at a time.
import { text } from "./texts.js";

const chosen = new WeakMap();

const isSame = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

function keep(input, files) {
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  chosen.set(input, files);
}

function show(input, names) {
  const files = chosen.get(input) ?? [];
  names.replaceChildren(...files.map((file) => {
    const row = document.createElement("span");
    const button = document.createElement("button");
    row.className = "upload__file";
    button.type = "button";
    button.textContent = "✕";
    button.setAttribute("aria-label", text("takeOut", { name: file.name }));
    button.addEventListener("click", () => {
      keep(input, (chosen.get(input) ?? []).filter((other) => other !== file));
      show(input, names);
      (names.querySelector("button") ?? input).focus();
    });
    row.append(file.name, button);
    return row;
  }));
}

document.addEventListener("change", (event) => {
  const input = event.target;
  const names = input.type === "file" && input.closest(".upload--field")?.querySelector("[data-file-names]");
  if (!names) return;
  const added = [...input.files];
  const before = input.multiple ? chosen.get(input) ?? [] : [];
  const files = [...before, ...added.filter((file) => !before.some((other) => isSame(file, other)))];
  keep(input, files);
  show(input, names);
});
