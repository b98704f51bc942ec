// <textarea data-length="1000">: how many characters it has, of how many. Nothing is cut off; whoever hands in too many is told so.
import { onContent } from "./ready.js";

function count(area) {
  const place = document.createElement("small");
  place.className = "length";
  place.setAttribute("aria-hidden", "true"); // read out at every letter it would be in the way: the refusal says both numbers
  area.after(place);
  const most = Number(area.dataset.length);
  const show = () => {
    const length = [...area.value.trim()].length; // characters, as the server counts them
    place.textContent = `${length} / ${most}`;
    place.classList.toggle("length--over", length > most);
  };
  area.addEventListener("input", show);
  show();
}

onContent((root) => root.querySelectorAll("textarea[data-length]").forEach(count));
