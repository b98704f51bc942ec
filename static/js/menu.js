// <details data-menu> opens by itself; this closes it again when the person turns to something else.
const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
// Who presses the empty edge of a menu gives the focus to what stands around it, which is nothing else; closed then, Chromium's tab dies.
document.addEventListener("focusin", ({ target }) => openMenus().forEach((menu) => { if (!menu.contains(target) && !target.contains(menu)) menu.open = false; }));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  openMenus().forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});
