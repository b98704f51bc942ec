// Tabs that are anchors of their own page: the one whose section is read is the current one. Without this module the first one stays it.
const LINE = 0.4; // of the window's height, from its top: the section across this line is the one that is read

function follow(tabs) {
  const links = [...tabs.querySelectorAll("a[href^='#']")];
  const parts = links.map((link) => document.getElementById(link.hash.slice(1)));
  let waits = false;

  const mark = () => {
    waits = false;
    const line = window.innerHeight * LINE;
    const isAtEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
    const begun = parts.map((part) => Boolean(part) && part.getBoundingClientRect().top <= line);
    const place = isAtEnd ? parts.findLastIndex(Boolean) : begun.lastIndexOf(true);
    const current = links[Math.max(place, 0)];
    if (current.hasAttribute("aria-current")) return;
    links.forEach((link) => link.removeAttribute("aria-current"));
    current.setAttribute("aria-current", "true");
    // Only the row of tabs moves: scrollIntoView would take the page along.
    tabs.scrollLeft = current.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
  };

  const soon = () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(mark);
  };
  document.addEventListener("scroll", soon, { passive: true });
  window.addEventListener("resize", soon);
  mark();
}

document.querySelectorAll("[data-in-view]").forEach(follow);
