// A chosen ready answer goes into the box, behind what is there already.
for (const form of document.querySelectorAll("[data-ready-form]")) {
  const choice = form.querySelector("[data-ready]");
  const box = form.elements.body;
  choice?.addEventListener("change", () => {
    if (!choice.value) return;
    box.value = [box.value.trim(), choice.value].filter(Boolean).join("\n\n");
    choice.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
}
