// <input data-own-choice="name">: a value of one's own beside radios of that name. Typing it ticks the radio "own"; ticking another
// one takes it away. The server refuses two different ones, so this is a help and no rule.
const radios = (field) => [...field.form.elements].filter((each) => each.type === "radio" && each.name === field.dataset.ownChoice);

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset?.ownChoice || !field.value) return;
  radios(field).forEach((radio) => { radio.checked = radio.value === "own"; });
});
document.addEventListener("change", (event) => {
  const radio = event.target;
  if (radio.type !== "radio" || radio.value === "own") return;
  const field = radio.form?.querySelector(`[data-own-choice="${radio.name}"]`);
  if (field) field.value = "";
});
