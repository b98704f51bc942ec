// Sentences that scripts compose, in the page's language: base.html names a module of them before all others, so that gettext stays
// their one source (core/client_texts.py).
const texts = globalThis.texts ?? {};

/** By the code of each other language: the words that offer the page in it, and those that decline. */
export const offers = texts.offers ?? {};

/** The sentence `key` with its %(name)s placeholders filled in. */
export function text(key, values = {}) {
  return (texts[key] ?? "").replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}
