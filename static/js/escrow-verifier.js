// Checks a proof of escrow on the reader's own device. The format: marketplace/ledger/escrow_tree.py.
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const digest = async (...parts) => hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(parts.join("\n"))));

class Refused extends Error {}

function amount(value) {
  // Whole fen, never negative: a negative sum could hide what is owed to others.
  if (!Number.isSafeInteger(value) || value < 0) throw new Refused("amount");
  return value;
}

const same = (left, right, reason) => { if (left !== right) throw new Refused(reason); };

/** The steps from a line to the root. Throws Refused with the reason when the proof does not lead to what was published. */
export async function verify(proof, published) {
  const { salt, account, amount_fen } = proof.line;
  let total = amount(amount_fen);
  let here = await digest("leaf", salt, account, total);
  const steps = [here];
  for (const step of proof.path) {
    const neighbour = amount(step.sum_fen);
    here = step.side === "left"
      ? await digest("node", step.hash, neighbour, here, total)
      : await digest("node", here, total, step.hash, neighbour);
    total = amount(total + neighbour);
    steps.push(here);
  }
  same(here, published.root, "root");
  same(total, published.total_fen, "total");
  same(published.escrow.total_fen + published.balances.total_fen, total, "total");
  const chain = await digest("day", published.previous_chain, published.day, published.root, published.total_fen,
    published.escrow.lines, published.balances.lines, published.held_fen, published.seal_chain);
  same(chain, published.chain, "chain");
  return { steps, account, amount_fen, total_fen: total, root: here, day: published.day };
}

async function publishedOn(day, address) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new Refused("format");
  const answer = await fetch(address.replace("DAY", day)).catch(() => null); // no network
  if (!answer?.ok) throw new Refused("unpublished");
  return answer.json();
}

const yuan = (fen) => `¥${(Math.floor(fen / 100)).toLocaleString("en-US")}.${String(fen % 100).padStart(2, "0")}`;
const short = (hash) => `${hash.slice(0, 8)}…${hash.slice(-8)}`;

function show(box, verdict) {
  for (const part of box.querySelectorAll("[data-verdict]")) part.hidden = part.dataset.verdict !== verdict;
}

// user/name/available, user/name/withdrawal/PO…, order/number: which kind of line it is, in the reader's words.
function nameLine(box, account) {
  const parts = account.split("/");
  for (const words of box.querySelectorAll("[data-line]")) words.hidden = !(parts[0] === words.dataset.line || parts[2] === words.dataset.line);
}

function fill(box, result) {
  nameLine(box, result.account);
  const values = {
    account: result.account, amount: yuan(result.amount_fen), total: yuan(result.total_fen), day: result.day,
    leaf: short(result.steps[0]), levels: String(result.steps.length - 1), root: short(result.root),
  };
  for (const [name, value] of Object.entries(values)) {
    for (const place of box.querySelectorAll(`[data-fill=${name}]`)) place.textContent = value;
  }
}

const form = document.querySelector("[data-escrow-verifier]");
if (form) {
  const box = document.querySelector("[data-escrow-result]");
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("input[type=file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const content = file.text();
    event.target.value = ""; // the same file may be chosen again
    show(box, "working");
    try {
      if (!globalThis.crypto?.subtle) throw new Refused("insecure");
      const proof = JSON.parse(await content);
      const published = await publishedOn(proof.published.day, form.dataset.published);
      fill(box, await verify(proof, published));
      show(box, "good");
    } catch (problem) {
      // Anything else than Refused is a file that is no proof: not JSON, parts missing.
      const reason = problem instanceof Refused ? problem.message : "format";
      if (reason === "format") return show(box, "foreign"); // no reason for alarm: a wrong file was chosen
      for (const sentence of box.querySelectorAll("[data-reason]")) sentence.hidden = sentence.dataset.reason !== reason;
      show(box, "bad");
    }
  });
}
