// What every page loads. Each module finds its elements by data- attributes, listens on the document, so that parts swapped in by htmx work too.
import "./htmx-csrf.js";
import "./htmx-errors.js";
import "./kept-words.js";
import "./busy.js";
import "./clock.js";
import "./cooldown.js";
import "./current.js";
import "./dialog.js";
import "./filters.js";
import "./first-error.js";
import "./gallery.js";
import "./menu.js";
import "./own-choice.js";
import "./reveal.js";
import "./share.js";
import "./suggest.js";
import "./toast.js";
