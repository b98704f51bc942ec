// Sentences that scripts compose, in the page's language: base.html puts them in a meta element, so that gettext stays their one source.
const meta = document.querySelector('meta[name="texts"]');
const texts = meta ? JSON.parse(meta.content) : {};

/** The sentence `key` with its %(name)s placeholders filled in. */
export function text(key, values = {}) {
  return (texts[key] ?? "").replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}
