// Offers the page in the language that the browser prefers, once: who closes the offer, or chose a language by a link, is not asked again.
// The page is the same for everybody and may come from a cache, so only the browser can know. It lies over the page: nothing moves.
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

function offer() {
  const region = document.getElementById("toasts");
  const offers = new Map([...document.querySelectorAll("template[data-language-offer]")].map((one) => [base(one.dataset.languageOffer), one]));
  const own = base(document.documentElement.lang);
  const preferred = navigator.languages.map(base).find((code) => code === own || offers.has(code));
  if (!region || !preferred || preferred === own || remembered()) return;
  region.append(offers.get(preferred).content.cloneNode(true));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("a[hreflang], [data-language-stay]")) remember();
});
offer();
