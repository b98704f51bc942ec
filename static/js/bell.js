// The count on the bell of pages that are open: told by the socket (an event `jiangji:unread` on the document), else asked for each minute
// while somebody looks. A bell is [data-bell] with the address that answers {count, label}.
const PAUSE = 60_000;
const bells = () => document.querySelectorAll("[data-bell]");
let asked = Date.now();
let soon;

const show = ({ count, label }) => {
  for (const bell of bells()) {
    bell.setAttribute("aria-label", label);
    let dot = bell.querySelector(".dot");
    if (!count) {
      dot?.remove();
      continue;
    }
    if (!dot) {
      dot = document.createElement("span");
      dot.className = "dot";
      dot.setAttribute("aria-hidden", "true");
      bell.append(dot);
    }
    dot.textContent = count > 99 ? "99+" : String(count);
  }
};

const ask = async () => {
  const [bell] = bells();
  if (!bell || document.hidden) return;
  asked = Date.now();
  try {
    const answer = await fetch(bell.dataset.bell, { headers: { Accept: "application/json" } });
    // Who has been logged out meanwhile is led to log in, which is no JSON.
    if (answer.ok && !answer.redirected) show(await answer.json());
  } catch {
    // Away from the network: the next minute asks again.
  }
};

document.addEventListener("jiangji:unread", () => {
  clearTimeout(soon);
  soon = setTimeout(ask, 250);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() - asked > PAUSE) ask();
});
setInterval(() => Date.now() - asked >= PAUSE && ask(), PAUSE);
