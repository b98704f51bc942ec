// The slider of a proposed division moves the amount beside it, which is what is sent; the server works out the sums.

const form = document.querySelector("[data-split]");
if (form) {
  const box = form.querySelector("[data-split-range]");
  const range = box.querySelector("input[type=range]");
  const amount = form.querySelector("[name=refund]");
  const whole = Number(range.max);
  box.hidden = false;
  // A whole yuan is fine enough for a thumb; the ends are exact, and arrow keys go yuan by yuan.
  const step = whole > 1000 ? 100 : 1;
  range.addEventListener("input", () => {
    let fen = Number(range.value);
    if (fen !== whole) fen = Math.round(fen / step) * step;
    amount.value = (Math.min(fen, whole) / 100).toFixed(2);
    amount.dispatchEvent(new Event("input", { bubbles: true }));
  });
  range.addEventListener("keydown", (event) => {
    const moves = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step };
    if (!(event.key in moves)) return;
    event.preventDefault();
    range.value = String(Number(range.value) + moves[event.key]);
    range.dispatchEvent(new Event("input", { bubbles: true }));
  });
  amount.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    const fen = Math.round(Number(amount.value) * 100);
    if (Number.isFinite(fen)) range.value = String(fen);
  });
}
