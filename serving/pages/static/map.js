// Better with script: the area under the pointer is told beside the map, a click chooses its row, and the map zooms.

const SMALLEST = 60;

function tell(map, area) {
  const told = document.getElementById("map-told");
  if (told) told.textContent = area ? area.querySelector("title").textContent : "";
}

function choose(code) {
  for (const one of document.querySelectorAll(".chosen")) one.classList.remove("chosen");
  const row = document.getElementById(`row-${code}`);
  row?.classList.add("chosen");
  row?.scrollIntoView({ block: "nearest" });
  document.getElementById(`area-${code}`)?.classList.add("chosen");
}

function zoom(map, factor) {
  const [x, y, width, height] = map.getAttribute("viewBox").split(" ").map(Number);
  const [from, above, whole, high] = map.dataset.box.split(" ").map(Number);
  const wide = Math.min(whole, Math.max(SMALLEST, width * factor));
  const tall = (wide * high) / whole;
  const chosen = map.querySelector(".area.chosen")?.getBBox();
  const middle = chosen ? [chosen.x + chosen.width / 2, chosen.y + chosen.height / 2] : [x + width / 2, y + height / 2];
  const left = Math.min(Math.max(from, middle[0] - wide / 2), from + whole - wide);
  const top = Math.min(Math.max(above, middle[1] - tall / 2), above + high - tall);
  map.setAttribute("viewBox", `${left} ${top} ${wide} ${tall}`);
}

document.addEventListener("pointerover", (event) => {
  const map = event.target.closest?.("svg.map");
  if (map) tell(map, event.target.closest("[data-area]"));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (button) { zoom(document.querySelector("svg.map"), Number(button.dataset.zoom)); return; }
  const area = event.target.closest("svg.map [data-area]");
  if (area && event.detail < 2 && !area.classList.contains("chosen")) {
    // The first click chooses, the next one follows the link to the area's own page.
    event.preventDefault();
    choose(area.dataset.area);
  }
});

for (const buttons of document.querySelectorAll("[data-with-script]")) buttons.hidden = false;
document.addEventListener("swapped", () => {
  for (const buttons of document.querySelectorAll("[data-with-script]")) buttons.hidden = false;
});
