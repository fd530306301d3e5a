// Better with script: hours are tried as they are changed. A job is asked for, followed, and its result put in place;
// what was asked for before is given up.

const { swap } = await import(document.querySelector('script[src$="/swap.js"]').src);
const PARTS = "#faults #result", TYPING = 150, FIRST_LOOK = 100, LOOKS = 200;
const form = document.getElementById("order");
let waiting = 0, turn = 0;

/** A key under which a form is taken once. */
const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");

function giveUp() {
  const stop = document.querySelector("#result form[data-cancel]");
  if (!stop) return;
  fetch(stop.action, { method: "post", body: new URLSearchParams(new FormData(stop)), redirect: "manual" }).catch(() => {});
}

async function send(address) {
  const mine = ++turn;
  clearTimeout(waiting);
  giveUp();
  document.getElementById("progress").hidden = false;
  const body = new URLSearchParams(new FormData(form));
  body.set("form_key", fresh());
  await swap(address, PARTS, { method: "post", body, headers: { accept: "text/html", prefer: "respond-async" } });
  if (mine === turn) follow(mine, FIRST_LOOK);
}

/** Look at the job that is shown until it is over. */
function follow(mine, pause) {
  const result = document.getElementById("result");
  const job = result?.dataset.job;
  if (!job) { shown(result); return; }
  setTimeout(async () => {
    if (mine !== turn) return;
    if (!form) { location.reload(); return; }
    await swap(job, PARTS, { method: "GET" });
    if (mine === turn) follow(mine, LOOKS);
  }, form ? pause : LOOKS * 3);
}

function shown(result) {
  if (!form || !result) return;
  if (result.dataset.link) history.pushState({ swapped: true }, "", result.dataset.link);
  document.getElementById("said").textContent = result.dataset.said ?? "";
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.submitter?.getAttribute("formaction") ?? form.action);
});

form?.addEventListener("input", (event) => {
  const slid = event.target.dataset.slides, slider = document.querySelector(`[data-slides="${event.target.id}"]`);
  if (slid) document.getElementById(slid).value = event.target.value;
  if (slider) slider.value = event.target.value;
  if (!document.getElementById("live").checked || !(slid || "live" in event.target.dataset)) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => send(form.action), TYPING);
});

if (!form) follow(turn, FIRST_LOOK);
