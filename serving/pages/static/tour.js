// Better with script: on a first visit a page offers to show round. Each thing to show bears its sentence in data-tour.
// Without script the same is told under Help.

const SEEN = "strandcast-tour";
const stops = () => [...document.querySelectorAll("[data-tour]")].filter((stop) => stop.offsetParent !== null);

function panel() {
  const box = document.createElement("section");
  box.className = "tour";
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", "Tour of this page");
  box.innerHTML = '<p class="small"></p><p class="said" tabindex="-1"></p><div class="actions"></div>';
  document.body.append(box);
  return box;
}

function button(name, act, second = false) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = name;
  if (second) made.className = "second";
  made.addEventListener("click", act);
  return made;
}

function show(box, sentence, place, ...buttons) {
  box.querySelector(".small").textContent = place;
  box.querySelector(".said").textContent = sentence;
  box.querySelector(".actions").replaceChildren(...buttons);
  box.querySelector(".said").focus({ preventScroll: true });
}

function end(box) {
  localStorage.setItem(SEEN, "1");
  document.querySelector(".toured")?.classList.remove("toured");
  box.remove();
  document.getElementById("main").focus({ preventScroll: true });
}

function step(box, at) {
  const all = stops();
  document.querySelector(".toured")?.classList.remove("toured");
  all[at].classList.add("toured");
  all[at].scrollIntoView({ block: "center" });
  const last = at === all.length - 1;
  const on = button(last ? "Done" : "Next", () => (last ? end(box) : step(box, at + 1)));
  const back = at ? [button("Back", () => step(box, at - 1), true)] : [];
  show(box, all[at].dataset.tour, `${at + 1} of ${all.length}`, on, ...back, button("End the tour", () => end(box), true));
}

const asked = location.hash === "#tour";
if (stops().length && (asked || !localStorage.getItem(SEEN))) {
  const box = panel();
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") end(box); });
  if (asked) step(box, 0);
  else {
    box.querySelector(".small").textContent = "First time here?";
    box.querySelector(".said").textContent = "A short tour shows you round this page.";
    box.querySelector(".actions").append(button("Show me", () => step(box, 0)), button("Not now", () => end(box), true));
  }
}
