// Files on their way: announced to us, sent three at a time to wherever they go, asked about until they are ready. Rows come from the
// page's own template; without this module the file field of the form does the same while one waits. Rows are a list that is put in
// order by buttons, and by dragging (sorting.js).
import "./sorting.js";
import { onContent } from "./ready.js";

const AT_ONCE = 3;
const ASK_AFTER_MILLISECONDS = 1500;
const ASK_AT_MOST_MILLISECONDS = 8000;
const UNDECIDED = ["received", "processing"];

const kindOf = (file) => (file.type === "application/pdf" ? "pdf" : file.type.split("/")[0]);

class Uploads {
  constructor(element) {
    this.element = element;
    this.list = element.querySelector("[data-upload-list]");
    this.said = element.querySelector("[data-upload-said]");
    this.texts = JSON.parse(element.dataset.texts);
    this.limits = JSON.parse(element.dataset.limits ?? "{}"); // kind → how many there may be, and the sentence for one more
    this.files = new WeakMap(); // row → the file that was chosen for it
    this.running = new Map(); // row → the request that sends it
    this.queue = [];
    this.announced = Promise.resolve();
    this.pause = ASK_AFTER_MILLISECONDS;
    element.querySelectorAll("[data-without-script]").forEach((part) => part.remove());
    element.querySelectorAll("[data-shot]").forEach((row) => this.prepare(row));
    const input = element.querySelector("input[type=file]");
    const take = () => {
      this.add([...input.files]);
      input.value = ""; // the form itself carries them no second time
    };
    input.addEventListener("change", take);
    this.listenForDrops(element.querySelector("[data-upload-drop]"));
    this.list.addEventListener("click", (event) => this.press(event));
    this.list.addEventListener("dragend", () => this.changed());
    window.addEventListener("beforeunload", (event) => {
      if (this.running.size || this.queue.length) event.preventDefault();
    });
    this.askLater();
    take(); // chosen before this module was there, on a slow network
  }

  text(key, values = {}) {
    return this.texts[key].replace(/%\((\w+)\)s/g, (_, name) => values[name]);
  }

  say(sentence) {
    this.said.textContent = sentence;
  }

  // Many rows have the same buttons: who hears them is told whose they are.
  prepare(row) {
    row.querySelector("[data-with-script]").hidden = false;
    row.querySelectorAll("[data-with-script] button").forEach((button) => {
      const words = button.getAttribute("aria-label") ?? button.textContent.trim();
      button.setAttribute("aria-label", this.text("buttonOf", { button: words, name: this.name(row) }));
    });
  }

  listenForDrops(zone) {
    const isFiles = (event) => event.dataTransfer?.types.includes("Files");
    zone.addEventListener("dragover", (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      zone.classList.add("is-over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      zone.classList.remove("is-over");
      this.add([...event.dataTransfer.files]);
    });
  }

  add(files) {
    if (!files.length) return;
    this.say(this.text("saidAdded", { count: files.length }));
    files.forEach((file) => {
      // A row that was there before a reload, and never got its file whole, takes it.
      const broken = this.rows().find((old) => old.dataset.state === "declared" && old.dataset.name === file.name && !this.files.has(old));
      const limit = this.limits[kindOf(file)];
      const isFull = !broken && limit && this.rows().filter((old) => old.dataset.kind === kindOf(file) && !old.matches(".shot--error")).length >= limit.count;
      const row = broken ?? this.newRow(file);
      if (isFull) {
        row.querySelector("[data-shot-words]").hidden = true;
        this.fail(row, limit.words, false);
        return;
      }
      this.files.set(row, file);
      this.enqueue(row);
    });
  }

  rows() {
    return [...this.list.querySelectorAll("[data-shot]")];
  }

  newRow(file) {
    const row = this.element.querySelector("[data-upload-row]").content.firstElementChild.cloneNode(true);
    row.dataset.name = file.name;
    row.dataset.kind = kindOf(file);
    row.querySelector("[data-shot-name]").textContent = file.name;
    this.prepare(row);
    this.list.append(row);
    return row;
  }

  enqueue(row) {
    this.status(row, this.text("waiting"));
    this.queue.push(row);
    this.next();
  }

  next() {
    while (this.running.size < AT_ONCE && this.queue.length) {
      const row = this.queue.shift();
      if (!row.isConnected) continue;
      this.running.set(row, null);
      this.send(row)
        .catch((error) => this.fail(row, error.sentence ?? this.text("failed"), error.canRetry ?? true))
        .finally(() => { this.running.delete(row); this.next(); });
    }
  }

  async send(row) {
    const file = this.files.get(row);
    const told = await this.announce(file);
    const twin = this.rows().find((other) => other !== row && other.dataset.key === told.key);
    if (twin) { // chosen again, and here already
      row.remove();
      this.show(twin, told);
      return;
    }
    const { key, discard } = row.dataset;
    if (key && key !== told.key) this.call(discard).catch(() => {}); // of the same name, and another file
    this.show(row, told);
    if (!row.isConnected) { // taken away while it was announced
      await this.call(told.discard);
      return;
    }
    if (told.target) {
      await this.post(row, told.target, file);
      this.show(row, await this.call(told.finish));
    }
    this.askLater(true);
  }

  // One after the other, so that after a reload they stand in the order in which they were chosen.
  announce(file) {
    const { uploads, purpose, subject } = this.element.dataset;
    const values = { purpose, subject, name: file.name, size: file.size, content_type: file.type, modified_ms: file.lastModified };
    const announced = this.announced.then(() => this.call(uploads, values));
    this.announced = announced.catch(() => {});
    return announced;
  }

  post(row, target, file) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      this.running.set(row, request);
      request.open("POST", target.url);
      request.upload.addEventListener("progress", (event) => this.progress(row, event));
      request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(new Error(`storage: ${request.status}`))));
      request.addEventListener("error", () => reject(new Error("network")));
      request.addEventListener("abort", () => reject(new Error("aborted")));
      const form = new FormData();
      Object.entries(target.fields).forEach(([name, value]) => form.append(name, value));
      form.append("file", file); // last: the storage reads no field behind it
      request.send(form);
    });
  }

  async call(address, values) {
    const response = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
      body: new URLSearchParams(values ?? {}),
    });
    if (response.status === 204) return null;
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    const body = isJson ? await response.json() : null;
    if (response.ok && isJson) return body;
    const error = new Error(`answer: ${response.status}`);
    if (response.redirected) error.sentence = this.text("signedOut");
    if (body?.message) [error.sentence, error.canRetry] = [body.message, response.status >= 500];
    throw error;
  }

  // What is known of an upload, in its row.
  show(row, told) {
    const before = row.dataset.state;
    Object.assign(row.dataset, { key: told.key, state: told.state, name: told.name, finish: told.finish, discard: told.discard });
    row.classList.toggle("shot--error", told.state === "rejected");
    if (told.kind) row.classList.add(`shot--${told.kind}`);
    if (told.kind) row.dataset.kind = told.kind;
    row.querySelectorAll("[data-shot-cover]").forEach((button) => { button.hidden = told.kind !== "image"; });
    const token = row.querySelector("[data-shot-token]");
    token.value = told.key.replaceAll("-", "");
    token.disabled = false;
    const words = row.querySelector("[data-shot-words]"); // pictures of a gallery have some
    if (words) row.querySelector("[data-shot-alt]").name = `${this.element.dataset.prefix}-alt-${token.value}`;
    if (told.state === "declared") return;
    row.querySelector("[data-shot-progress]").hidden = true;
    row.querySelector("[data-shot-retry]").hidden = true;
    const isReady = told.state === "ready";
    this.status(row, told.message || told.note || this.text(isReady ? "ready" : "checking"));
    if (words) words.hidden = !isReady;
    if (before === told.state) return;
    if (isReady) {
      this.picture(row, told.picture);
      this.say(this.text("saidReady", { name: told.name }));
      this.changed();
    }
    if (told.state === "rejected") this.say(told.message);
  }

  picture(row, address) {
    if (!address || !row.querySelector("[data-shot-picture]")) return;
    const image = new Image(128, 80);
    image.src = address;
    image.alt = "";
    row.querySelector("[data-shot-picture]").replaceChildren(image);
  }

  progress(row, event) {
    const bar = row.querySelector("[data-shot-progress]");
    const percent = event.lengthComputable ? Math.round((100 * event.loaded) / event.total) : 0;
    bar.hidden = false;
    bar.value = percent;
    this.status(row, this.text("sending", { share: `${percent}%` }));
  }

  status(row, words) {
    row.querySelector("[data-shot-status]").textContent = words;
    row.querySelector("[data-shot-progress]").setAttribute("aria-label", words);
  }

  fail(row, sentence, canRetry) {
    if (!row.isConnected) return;
    row.classList.add("shot--error");
    row.querySelector("[data-shot-progress]").hidden = true;
    row.querySelector("[data-shot-retry]").hidden = !canRetry;
    this.status(row, sentence);
    this.say(sentence);
  }

  // While something is being looked into, ask what has become of it; less often the longer it takes.
  askLater(soon = false) {
    if (soon) this.pause = ASK_AFTER_MILLISECONDS;
    clearTimeout(this.timer);
    if (this.rows().some((row) => UNDECIDED.includes(row.dataset.state))) this.timer = setTimeout(() => this.ask(), this.pause);
  }

  async ask() {
    this.pause = Math.min(this.pause * 1.3, ASK_AT_MOST_MILLISECONDS);
    const values = new URLSearchParams({ purpose: this.element.dataset.purpose, subject: this.element.dataset.subject });
    try {
      const response = await fetch(`${this.element.dataset.uploads}?${values}`, { headers: { Accept: "application/json" } });
      const { uploads } = await response.json();
      const known = new Map(this.rows().map((row) => [row.dataset.key, row]));
      uploads.filter((told) => UNDECIDED.includes(known.get(told.key)?.dataset.state)).forEach((told) => this.show(known.get(told.key), told));
      // One that became ready while the form saved itself is in use by now, and no longer in the answer.
      const answered = new Set(uploads.map((told) => told.key));
      const gone = this.rows().filter((row) => UNDECIDED.includes(row.dataset.state) && !answered.has(row.dataset.key));
      await Promise.all(gone.map(async (row) => this.show(row, await this.call(row.dataset.finish))));
    } catch {
      // Offline or signed out: the next time tells.
    }
    if (this.element.isConnected) this.askLater();
  }

  press(event) {
    const row = event.target.closest("[data-shot]");
    const button = event.target.closest("button");
    if (!row || !button) return;
    if (button.dataset.shotMove) this.move(row, button);
    else if ("shotCover" in button.dataset) this.makeCover(row);
    else if ("shotRemove" in button.dataset) this.remove(row);
    else if ("shotRetry" in button.dataset) {
      row.classList.remove("shot--error");
      button.hidden = true;
      this.enqueue(row);
    }
  }

  name(row) {
    return row.querySelector("[data-shot-name]").textContent || this.text("image");
  }

  move(row, button) {
    const isUp = button.dataset.shotMove === "up";
    const other = isUp ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (isUp) other.before(row); else other.after(row);
    // At an end the arrow is gone: the other one takes the focus.
    const isAtEnd = !(isUp ? row.previousElementSibling : row.nextElementSibling);
    (isAtEnd ? row.querySelector(`[data-shot-move="${isUp ? "down" : "up"}"]`) : button).focus();
    this.say(this.text("saidMoved", { name: this.name(row), place: this.rows().indexOf(row) + 1 }));
    this.changed();
  }

  makeCover(row) {
    this.list.prepend(row);
    row.querySelector('[data-shot-move="down"]').focus();
    this.say(this.text("saidCover", { name: this.name(row) }));
    this.changed();
  }

  remove(row) {
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    const { discard, key } = row.dataset;
    this.say(this.text("saidRemoved", { name: this.name(row) }));
    row.remove();
    this.running.get(row)?.abort();
    if (key) this.call(discard).catch(() => {}); // what is lost here is collected
    (neighbour?.querySelector("[data-shot-remove]") ?? this.element.querySelector("input[type=file]")).focus();
    this.changed();
  }

  // For whatever saves the form by itself.
  changed() {
    this.rows().forEach((row, place) => {
      const name = row.querySelector("[data-shot-numbered]"); // "picture 2" is the one at place 2, also after a move
      if (name) name.textContent = this.text("numbered", { number: place + 1 });
    });
    this.list.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

onContent((root) => root.querySelectorAll("[data-uploads]").forEach((element) => new Uploads(element)));
