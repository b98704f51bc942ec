// A choice that is saved as soon as it is made; the button beside it is for who has no script.
import { onContent } from "./ready.js";

onContent((root) => root.querySelectorAll("select[data-submits]").forEach((select) => {
  select.form.dataset.quiet = "true";
  select.addEventListener("change", () => select.form.requestSubmit());
}));
