// What of a picture becomes the portrait: a square over it, moved by dragging or by three sliders. The server cuts; this only says
// where, in pixels of the upright picture. Without script the server takes the middle.
import { onContent } from "./ready.js";

function attach(form) {
  const source = form.querySelector("[data-crop-source]");
  const stage = form.querySelector("[data-crop-stage]");
  const picture = form.querySelector("[data-crop-picture]");
  const overlay = form.querySelector("[data-crop-overlay]");
  const [veil, box] = overlay.children;
  const range = (name) => form.querySelector(`[data-crop-range="${name}"]`);
  const value = (name) => form.querySelector(`[data-crop="${name}"]`);
  const state = { x: 0, y: 0, size: 0 };

  function draw() {
    const { naturalWidth: width, naturalHeight: height } = picture;
    if (!width) return;
    overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const [name, pixels] of [["x", state.x], ["y", state.y], ["width", state.size], ["height", state.size]]) {
      box.setAttribute(name, String(pixels));
    }
    // The whole picture less the square: the even-odd rule leaves the square clear.
    const square = `M${state.x} ${state.y}h${state.size}v${state.size}h${-state.size}z`;
    veil.setAttribute("d", `M0 0h${width}v${height}h${-width}z${square}`);
    const share = (pixels, room) => (room > 0 ? String(Math.round((100 * pixels) / room)) : "50");
    range("x").value = share(state.x, width - state.size);
    range("y").value = share(state.y, height - state.size);
    range("size").value = String(Math.round((100 * state.size) / Math.min(width, height)));
    for (const name of ["x", "y", "size"]) value(name).value = String(Math.round(state[name]));
  }

  function settle(x, y, size = state.size) {
    const { naturalWidth: width, naturalHeight: height } = picture;
    state.size = Math.min(Math.max(size, 1), width, height);
    state.x = Math.min(Math.max(x, 0), width - state.size);
    state.y = Math.min(Math.max(y, 0), height - state.size);
    draw();
  }

  source.addEventListener("change", () => {
    const [file] = source.files;
    stage.hidden = true;
    for (const name of ["x", "y", "size"]) value(name).value = "";
    if (!file || !file.type.startsWith("image/")) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => { picture.src = reader.result; });
    reader.readAsDataURL(file); // the content policy lets data: through, not blob:
  });
  picture.addEventListener("load", () => {
    stage.hidden = false;
    const side = Math.min(picture.naturalWidth, picture.naturalHeight);
    settle((picture.naturalWidth - side) / 2, (picture.naturalHeight - side) / 2, side);
  });
  // Chosen before this script was there, or kept by the browser over a reload.
  if (source.files.length) source.dispatchEvent(new Event("change"));

  form.addEventListener("input", (event) => {
    const name = event.target.dataset?.cropRange;
    if (!name) return;
    const { naturalWidth: width, naturalHeight: height } = picture;
    const part = Number(event.target.value) / 100;
    if (name === "x") settle(part * (width - state.size), state.y);
    else if (name === "y") settle(state.x, part * (height - state.size));
    else {
      const size = part * Math.min(width, height);
      settle(state.x + (state.size - size) / 2, state.y + (state.size - size) / 2, size);
    }
  });

  box.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    box.setPointerCapture(event.pointerId);
    const scale = picture.naturalWidth / picture.clientWidth;
    const start = { x: event.clientX, y: event.clientY, left: state.x, top: state.y };
    const move = (to) => settle(start.left + (to.clientX - start.x) * scale, start.top + (to.clientY - start.y) * scale);
    box.addEventListener("pointermove", move);
    box.addEventListener("lostpointercapture", () => box.removeEventListener("pointermove", move), { once: true });
  });
}

onContent((root) => root.querySelectorAll("form[data-cropper]").forEach(attach));
