// What the stages of an offer add up to while they are typed; the server works it out anew, and refuses another price above them.
const fold = document.querySelector("[data-stages]");
if (fold) {
  const sumOf = (ending) => [...fold.querySelectorAll(`input[name$="-${ending}"]`)].reduce((sum, field) => sum + Math.round(100 * (Number(field.value) || 0)), 0);
  const line = fold.querySelector("[data-stages-sum]");
  const show = () => {
    const [fen, days] = [sumOf("amount"), sumOf("days") / 100];
    line.hidden = !fen && !days;
    fold.querySelector("[data-stages-amount]").textContent = (fen / 100).toLocaleString("en", { minimumFractionDigits: fen % 100 ? 2 : 0 });
    fold.querySelector("[data-stages-days]").textContent = String(days);
  };
  fold.addEventListener("input", show);
  show();
}
