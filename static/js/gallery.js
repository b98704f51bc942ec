// The gallery of a service: arrows, counter, the current thumbnail, and pictures over the whole screen.
// Without script it is swiped or scrolled, the thumbnails are anchors, and a picture opens as a file.
import { onContent } from "./ready.js";

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

function follow(box) {
  const gallery = box.querySelector("[data-gallery]");
  if (!gallery) return;
  const shots = [...gallery.children];
  const strip = box.querySelector(".thumbs");
  const thumbs = [...(strip?.children ?? [])];
  const steps = [...box.querySelectorAll("[data-gallery-step]")];
  const count = box.querySelector("[data-gallery-count]");
  let current = 0;

  const mark = (place) => {
    if (place !== current) shots[current].querySelector("video")?.pause();
    current = place;
    thumbs.forEach((thumb, number) => {
      if (number === place) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
    // Eight thumbnails are wider than a telephone. Only the strip moves: scrollIntoView would move the page too.
    const thumb = thumbs[place];
    strip?.scrollTo({ left: thumb.offsetLeft - (strip.clientWidth - thumb.offsetWidth) / 2 });
    if (count) count.textContent = `${place + 1} / ${shots.length}`;
    steps.forEach((step) => { step.disabled = !shots[place + Number(step.dataset.galleryStep)]; });
  };
  const go = (place) => {
    const shot = shots[place];
    if (shot) gallery.scrollTo({ left: shot.offsetLeft - gallery.offsetLeft, behavior: still.matches ? "auto" : "smooth" });
  };

  const observer = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => mark(shots.indexOf(entry.target))),
    { root: gallery, threshold: 0.6 },
  );
  shots.forEach((shot) => observer.observe(shot));
  thumbs.forEach((thumb, place) => thumb.addEventListener("click", (event) => { event.preventDefault(); go(place); }));
  steps.forEach((step) => {
    step.hidden = false;
    step.addEventListener("click", () => go(current + Number(step.dataset.galleryStep)));
  });
  if (count) count.hidden = false;
  gallery.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.target.closest("video") || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // a scroll of some pixels would snap back
    go(current + step);
  });
  // A picture with clear parts would show the blurred one through them.
  gallery.querySelectorAll(".picture__blur").forEach((blur) => {
    const picture = blur.parentElement.querySelector("picture img");
    const clear = () => { blur.hidden = true; };
    if (picture.complete && picture.naturalWidth) clear();
    else picture.addEventListener("load", clear, { once: true });
  });
  mark(0);
  enlarge(box, gallery, (number) => go(number - 1));
}

function enlarge(box, gallery, goTo) {
  const dialog = box.querySelector("[data-lightbox-dialog]");
  const links = [...gallery.querySelectorAll("[data-lightbox]")];
  if (!dialog || !links.length || !dialog.showModal) return;
  const stage = dialog.querySelector("[data-lightbox-stage]");
  const words = dialog.querySelector("[data-lightbox-words]");
  const count = dialog.querySelector("[data-lightbox-count]");
  const steps = [...dialog.querySelectorAll("[data-lightbox-step]")];
  let current = 0;

  const show = (place) => {
    if (!links[place]) return;
    current = place;
    const picture = links[place].querySelector("picture").cloneNode(true);
    const image = picture.querySelector("img");
    [...picture.querySelectorAll("source"), image].forEach((source) => { source.sizes = "100vw"; });
    image.loading = "eager";
    stage.replaceChildren(picture);
    words.textContent = image.alt;
    count.textContent = links.length > 1 ? `${place + 1} / ${links.length}` : "";
    steps.forEach((step) => {
      const target = links[place + Number(step.dataset.lightboxStep)];
      step.hidden = links.length < 2;
      step.disabled = !target;
    });
  };

  links.forEach((link, place) => link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    show(place);
    dialog.showModal();
  }));
  steps.forEach((step) => step.addEventListener("click", () => show(current + Number(step.dataset.lightboxStep))));
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) show(current + step);
  });
  let from = null;
  stage.addEventListener("pointerdown", (event) => { from = event.isPrimary ? event.clientX : null; });
  stage.addEventListener("pointerup", (event) => {
    const moved = from === null ? 0 : event.clientX - from;
    from = null;
    if (Math.abs(moved) > 48) show(current + (moved < 0 ? 1 : -1));
  });
  dialog.addEventListener("close", () => {
    stage.replaceChildren();
    goTo(Number(links[current].dataset.lightbox));
    links[current].focus({ preventScroll: true });
  });
}

onContent((root) => root.querySelectorAll("[data-gallery-box]").forEach(follow));
