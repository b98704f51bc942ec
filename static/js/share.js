// <button data-share hidden data-share-title="…">: the device's own share sheet, or the address on the clipboard.
import { onContent } from "./ready.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";

const possible = Boolean(navigator.share || navigator.clipboard);

onContent((root) => root.querySelectorAll("[data-share]").forEach((button) => { button.hidden = !possible; }));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-share]");
  if (!button) return;
  const url = button.dataset.shareUrl || document.querySelector('link[rel="canonical"]')?.href || location.href;
  const title = button.dataset.shareTitle || document.title;
  try {
    if (navigator.share) {
      await navigator.share({ title, url });
    } else {
      await navigator.clipboard.writeText(url);
      toast(text("copied"), "success");
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error; // closing the share sheet is not a failure
  }
});
