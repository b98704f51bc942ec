// [data-near]: htmx hears "near" when the element is about to come on the screen, or lies above it. Its own "intersect" knows only
// what is on the screen, and whoever flings or presses End has jumped past that.
import { onContent } from "./ready.js";

const AHEAD = "400px";
const ABOVE = "1000000px"; // as far as a page may reach

const observer = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
  observer.unobserve(target);
  window.htmx.trigger(target, "near");
}), { rootMargin: `${ABOVE} 0px ${AHEAD} 0px` });

const watch = () => onContent((root) => root.querySelectorAll("[data-near]").forEach((element) => observer.observe(element)));

// Not before htmx, which begins with the finished document, listens for it.
if (document.readyState === "complete") watch();
else document.addEventListener("DOMContentLoaded", watch);
