// The box around a file field (components/field.html) names what was chosen: the browser's own control is not seen.
document.addEventListener("change", (event) => {
  const names = event.target.type === "file" && event.target.closest(".upload--field")?.querySelector("[data-file-names]");
  if (names) names.textContent = [...event.target.files].map((file) => file.name).join("、");
});
