// Marks the thumbnail of the picture in view. Without script the thumbnails are anchors to the pictures.
import { onContent } from "./ready.js";

function follow(gallery) {
  const thumbs = [...(gallery.parentElement?.querySelectorAll(".thumbs a") ?? [])];
  const pictureOf = (thumb) => document.getElementById(thumb.hash.slice(1));
  const mark = (picture) => thumbs.forEach((thumb) => {
    if (pictureOf(thumb) === picture) thumb.setAttribute("aria-current", "true");
    else thumb.removeAttribute("aria-current");
  });
  const observer = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => mark(entry.target)),
    { root: gallery, threshold: 0.6 },
  );
  thumbs.forEach((thumb) => {
    const picture = pictureOf(thumb);
    if (!picture) return;
    observer.observe(picture);
    thumb.addEventListener("click", (event) => {
      event.preventDefault();
      gallery.scrollTo({ left: picture.offsetLeft - gallery.offsetLeft, behavior: "smooth" });
    });
  });
}

onContent((root) => root.querySelectorAll(".gallery").forEach(follow));
