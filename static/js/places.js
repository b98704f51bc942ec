// Cities of the chosen province only. Without script every city stands there, in groups by province.
import { onContent } from "./ready.js";

function follow(province) {
  const city = document.getElementById(province.dataset.province);
  if (!city || city.dataset.follows) return;
  city.dataset.follows = "true";
  const groups = [...city.querySelectorAll("optgroup")];
  const narrow = () => {
    const label = province.selectedOptions[0]?.textContent.trim();
    const chosen = province.value === "" ? "" : label;
    groups.forEach((group) => group.remove());
    const fitting = groups.filter((group) => group.label === chosen);
    city.append(...fitting);
    const options = fitting.flatMap((group) => [...group.children]);
    // Municipalities have one city: nothing to choose.
    if (options.length === 1) options[0].selected = true;
    else if (!options.some((option) => option.selected)) city.value = "";
  };
  province.addEventListener("change", narrow);
  narrow();
}

onContent((root) => root.querySelectorAll("select[data-province]").forEach(follow));
