// The sum at checkout follows the ticked add-ons. The server works it out again; without script the cashier shows it.

const form = document.querySelector("[data-totals]");
if (form) {
  const base = Number(form.dataset.baseFen);
  const yuan = (fen) => {
    const text = Math.trunc(fen / 100).toLocaleString("en-US");
    return fen % 100 ? `${text}.${String(fen % 100).padStart(2, "0")}` : text;
  };
  const update = () => {
    const ticked = [...form.querySelectorAll("[data-extra-fen]:checked")];
    const extras = ticked.reduce((sum, box) => sum + Number(box.dataset.extraFen), 0);
    for (const price of document.querySelectorAll("[data-total] .price")) {
      price.textContent = yuan(base + extras);
      price.value = String((base + extras) / 100);
    }
    const line = document.querySelector("[data-extras-text]");
    line.textContent = extras ? `¥${yuan(extras)}` : line.dataset.none;
  };
  form.addEventListener("change", update);
  // The browser may have kept ticks over a reload, or bring the page back as it stood: after that it tells nobody else.
  window.addEventListener("pageshow", update);
  update();
}
