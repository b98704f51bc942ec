// Offers the page in the language that the browser prefers, once: who closes the offer, or chose a language by a link, is not asked again.
// The page is the same for everybody and may come from a cache, so only the browser can know. It lies over the page: nothing moves.
import { element, icon } from "./icon.js";
import { offers } from "./texts.js";

const KEY = "language-chosen";
const base = (code) => code.toLowerCase().split("-")[0]; // zh-TW and zh-Hant read Chinese, and the site's Chinese is simplified

// A browser may refuse the storage: then nothing is offered, rather than on every page.
function remembered() {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true;
  }
}

function remember() {
  try {
    localStorage.setItem(KEY, "1");
  } catch {
    // Nothing to be done: it was not offered either.
  }
}

// The ways across in header and footer; one that leads to another page, since this one is not translated, says so by its `rel`.
const waysAcross = () => [...document.querySelectorAll(":is(.header, .footer) a[hreflang]:not([rel])")];

function drawn(link) {
  const made = element(`<div class="toast language-offer" role="status" data-toast="info" data-toast-stays>
    ${icon("globe")}<a></a><button type="button" data-dismiss data-language-stay>${icon("x")}</button></div>`);
  const [words, decline] = offers[link.hreflang.toLowerCase()];
  made.lang = link.hreflang;
  Object.assign(made.querySelector("a"), { href: link.getAttribute("href"), hreflang: link.hreflang, textContent: words });
  made.querySelector("button").setAttribute("aria-label", decline);
  return made;
}

function offer() {
  const region = document.getElementById("toasts");
  const links = new Map(waysAcross().map((link) => [base(link.hreflang), link]));
  const own = base(document.documentElement.lang);
  const preferred = navigator.languages.map(base).find((code) => code === own || links.has(code));
  if (!region || !preferred || preferred === own || remembered()) return;
  region.append(drawn(links.get(preferred)));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("a[hreflang], [data-language-stay]")) remember();
});
offer();
