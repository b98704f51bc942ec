// Sharing an address: <button data-share hidden> opens the device's own sheet, <button data-copy="ID" hidden> copies the field ID,
// and a field with data-select is marked as a whole. Without script the field shows the address.
import { onContent } from "./ready.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";

const canShare = Boolean(navigator.share);
const canCopy = Boolean(navigator.clipboard);

onContent((root) => {
  root.querySelectorAll("[data-share]").forEach((button) => {
    const item = button.closest("[data-share-item]");
    if (item) item.hidden = !canShare;
    else button.hidden = !canShare && !canCopy;
  });
  root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = !canCopy; });
});

async function copy(url) {
  await navigator.clipboard.writeText(url);
  toast(text("copied"), "success");
}

document.addEventListener("click", async (event) => {
  const field = event.target.closest("[data-select]");
  if (field) field.select();
  const copier = event.target.closest("[data-copy]");
  if (copier) await copy(document.getElementById(copier.dataset.copy).value);
  const button = event.target.closest("[data-share]");
  if (!button) return;
  const url = button.dataset.shareUrl || document.querySelector('link[rel="canonical"]')?.href || location.href;
  try {
    if (canShare) await navigator.share({ title: button.dataset.shareTitle || document.title, url });
    else await copy(url);
  } catch (error) {
    if (error.name !== "AbortError") throw error; // closing the share sheet is not a failure
  }
});
