// Better with script: a page of work that is not done looks again by itself, and goes on to what was made.
// Without script the link "Look again" does the same.

const PAUSE = 700;

async function look() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
  if (answer.redirected) { location.replace(answer.url); return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [ours, theirs] = [document.querySelector("#work"), page.querySelector("#work")];
  if (!theirs) { location.reload(); return; }
  const held = document.activeElement?.id;
  ours.replaceWith(document.adoptNode(theirs));
  if (held) document.getElementById(held)?.focus();
  if ("again" in theirs.dataset) setTimeout(look, PAUSE);
  else document.title = page.title;
}

if (document.querySelector("[data-again]")) setTimeout(look, PAUSE);
