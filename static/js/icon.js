/** The markup of an icon, as the tag of that name draws it. The sprite's address is that of any icon of the page: its name has a hash. */
export function icon(name) {
  const [sprite] = document.querySelector(".icon > use").getAttribute("href").split("#");
  return `<svg class="icon" aria-hidden="true"><use href="${sprite}#i-${name}"/></svg>`;
}

/** The one element that `markup` describes. */
export function element(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup;
  return template.content.firstElementChild;
}
