// Sentences that scripts compose, in the page's language: base.html names a module of them before all others, so that gettext stays
// their one source (core/client_texts.py).
const texts = globalThis.texts ?? {};

/** The sentence `key` with its %(name)s placeholders filled in. */
export function text(key, values = {}) {
  return (texts[key] ?? "").replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}
