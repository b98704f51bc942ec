// A form that came back with errors: go to the first field that has one, so that nobody looks for it below the fold.
const first = document.querySelector("main :is(.field--invalid, .field:has(> [aria-live] .field__error)) :is(input, select, textarea):not([type=hidden])");
if (first) {
  first.focus({ preventScroll: true });
  first.closest(".field").scrollIntoView({ block: "center" });
}
