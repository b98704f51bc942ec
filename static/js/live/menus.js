// The menus of a conversation: one is over with the next thing that one does elsewhere, and with Escape.
const OPEN = ".room__menu[open], .bubble__more[open]";

export function foldMenus(root) {
  for (const name of ["pointerdown", "focusin"]) {
    document.addEventListener(name, ({ target }) => {
      for (const menu of root.querySelectorAll(OPEN)) if (!menu.contains(target)) menu.open = false;
    });
  }
  root.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(OPEN);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
