// Better with script: a form or link marked data-swap="#part" has only that part of the page renewed, in place.
// Without script the same form or link opens the whole page. What takes longer than 300 ms says so.

const LATE = 300;
let asked = 0;

const progress = () => document.getElementById("progress");

/** Ask for a page and put its parts (selectors, separated by spaces) in place of ours. */
export async function swap(address, parts, options = {}) {
  const mine = ++asked;
  const late = setTimeout(() => { progress().hidden = false; }, LATE);
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" }, credentials: "same-origin", ...options });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    const found = parts.split(" ").map((part) => [document.querySelector(part), page.querySelector(part)]);
    if (found.some(([ours, theirs]) => !ours || !theirs)) { location.assign(answer.url); return; }
    const held = document.activeElement?.id;
    for (const [ours, theirs] of found) ours.replaceWith(document.adoptNode(theirs));
    document.title = page.title;
    if (held) document.getElementById(held)?.focus();
    if (!options.method || options.method === "get") history.pushState({ swapped: true }, "", answer.url);
    document.dispatchEvent(new CustomEvent("swapped", { detail: { parts } }));
  } catch {
    location.assign(address);
  } finally {
    clearTimeout(late);
    progress().hidden = true;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.swap || form.method !== "get") return;
  event.preventDefault();
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form, event.submitter));
  swap(address.href, form.dataset.swap);
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.dataset.swap && form.method === "get" && "sendsItself" in form.dataset) form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  swap(link.href, link.dataset.swap);
});

addEventListener("popstate", () => location.reload());
document.querySelector("[data-focus]")?.focus();
