// What the page can do beyond what style alone does: the value under the pointer in words, and
// points that the keyboard reaches. Without it, browsers show each point's title, and the
// switches, the tables and the files work all the same.
"use strict";

const NEAR = 32; // Pixels within which the pointer means a point.

// The groups that no switch has taken away.
const listShown = (points) =>
  [...points.children].filter((group) => getComputedStyle(group).display !== "none");

const listMarks = (groups) => groups.flatMap((group) => [...group.children]);

function measureDistance(mark, x, y) {
  const box = mark.getBoundingClientRect();
  // Of a bar the nearest edge counts, of a point its middle.
  const bar = mark.tagName === "rect";
  const across = bar ? Math.max(box.left - x, 0, x - box.right) : x - (box.left + box.right) / 2;
  const up = bar ? Math.max(box.top - y, 0, y - box.bottom) : y - (box.top + box.bottom) / 2;
  return Math.hypot(across, up);
}

function findNearest(marks, x, y) {
  let best = null;
  let least = Infinity;
  for (const mark of marks) {
    const distance = measureDistance(mark, x, y);
    if (distance < least) [best, least] = [mark, distance];
  }
  return { mark: best, distance: least };
}

const findMiddle = (mark) => {
  const box = mark.getBoundingClientRect();
  return [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
};

// Left and right along a series, up and down to the next series, Home and End to its ends.
function findNext(mark, key, groups) {
  const group = mark.parentNode;
  const marks = [...group.children];
  const place = marks.indexOf(mark);
  switch (key) {
    case "ArrowRight": return marks[Math.min(place + 1, marks.length - 1)];
    case "ArrowLeft": return marks[Math.max(place - 1, 0)];
    case "Home": return marks[0];
    case "End": return marks[marks.length - 1];
    case "ArrowDown":
    case "ArrowUp": {
      const step = key === "ArrowDown" ? 1 : groups.length - 1;
      const other = groups[(groups.indexOf(group) + step) % groups.length];
      return findNearest([...other.children], ...findMiddle(mark)).mark;
    }
    default: return null;
  }
}

function enliven(figure) {
  const chart = figure.querySelector(".chart");
  // Listens in place of the drawing: an SVG that listens for focus takes it in some browsers.
  const plate = figure.querySelector(".plate");
  const points = figure.querySelector(".points");
  const reading = document.createElement("p");
  reading.className = "reading";
  reading.setAttribute("role", "status");
  chart.append(reading);

  points.removeAttribute("aria-hidden");
  points.setAttribute("role", "group");
  points.setAttribute("aria-label", plate.dataset.label);
  for (const mark of listMarks([...points.children])) {
    // The title becomes the name: with both, browsers would show the value twice.
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", mark.textContent);
    mark.setAttribute("tabindex", "-1");
    mark.replaceChildren();
  }

  let active = null;
  const release = () => {
    active?.classList.remove("active");
    active = null;
    reading.textContent = "";
  };
  const choose = (mark) => {
    if (mark === active) return;
    release();
    active = mark;
    mark.classList.add("active");
    reading.textContent = mark.getAttribute("aria-label");
    placeReading(reading, mark, chart);
  };
  // One point of each figure is in the tab order: the one last visited, as long as it is shown.
  const offer = (mark) => {
    for (const one of points.querySelectorAll("[tabindex='0']")) one.setAttribute("tabindex", "-1");
    mark?.setAttribute("tabindex", "0");
  };
  offer(listMarks(listShown(points))[0]);

  const follow = (event) => {
    const { mark, distance } = findNearest(listMarks(listShown(points)), event.clientX, event.clientY);
    if (mark && distance <= NEAR) choose(mark);
    else if (!points.contains(document.activeElement)) release();
  };
  plate.addEventListener("pointermove", follow);
  plate.addEventListener("pointerdown", follow);
  plate.addEventListener("pointerleave", (event) => {
    // A finger leaves when it is lifted: what it pointed at stays to be read.
    if (event.pointerType !== "touch" && !points.contains(document.activeElement)) release();
  });
  plate.addEventListener("focusin", (event) => choose(event.target));
  plate.addEventListener("focusout", release);
  plate.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = findNext(event.target, event.key, listShown(points));
    if (!next) return;
    event.preventDefault();
    offer(next);
    next.focus();
  });
  // Also where the pointer alone has called it up.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") release();
  });
  figure.addEventListener("change", () => {
    release();
    const marks = listMarks(listShown(points));
    if (!marks.some((mark) => mark.getAttribute("tabindex") === "0")) offer(marks[0]);
  });
}

// Above a point where there is room, else below; of a bar at the far end, where no value stands.
// A bar's row is long; what is as high as wide is the cell of a table, and is treated as a point.
// On a phone the style keeps the reading under the drawing, and these have no effect.
function placeReading(reading, mark, chart) {
  const frame = chart.getBoundingClientRect();
  const box = mark.getBoundingClientRect();
  const bar = mark.tagName === "rect" && box.width > 2 * box.height;
  const room = frame.width - reading.offsetWidth;
  const left = bar ? room - 4 : (box.left + box.right - reading.offsetWidth) / 2 - frame.left;
  const above = box.top - frame.top - reading.offsetHeight - 6;
  const beside = (box.top + box.bottom - reading.offsetHeight) / 2 - frame.top;
  const below = box.bottom - frame.top + 6;
  reading.style.left = `${Math.max(0, Math.min(left, room))}px`;
  reading.style.top = `${bar ? beside : above >= -20 ? above : below}px`;
}

// Each cell learns the name of its column: on a phone the rows of a wide table stand one below
// the other, where style writes the name before the value.
function nameCells() {
  for (const table of document.querySelectorAll(".results:not(.claims)")) {
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.innerText.replace(/\s*\n\s*/g, ", "));
    for (const row of table.tBodies[0].rows) {
      for (const cell of row.cells) {
        if (cell.tagName === "TD" && cell.colSpan === 1) cell.dataset.label ??= names[cell.cellIndex];
      }
    }
  }
}

// Tables that would scroll are stacked; those that fit stay tables.
function stackTables() {
  const tables = [...document.querySelectorAll(".results:not(.claims)")];
  for (const table of tables) table.classList.remove("stacked");
  const wide = tables.filter((table) => table.scrollWidth > table.clientWidth + 1);
  for (const table of wide) table.classList.add("stacked");
}

// What is wider than its place scrolls; the keyboard must be able to reach it for that.
function reachScrollers() {
  for (const box of document.querySelectorAll(".card, .results, pre, .contents")) {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (scrolls && !box.hasAttribute("tabindex")) {
      box.setAttribute("tabindex", "0");
      box.dataset.scrolls = "";
      // The newest values of a trend, and the names of its lines, are at the right.
      if (box.matches(".trend .card") && box.querySelector(".points circle")) box.scrollLeft = box.scrollWidth;
    } else if (!scrolls && "scrolls" in box.dataset) {
      box.removeAttribute("tabindex");
      delete box.dataset.scrolls;
    }
  }
}

// A page cannot know what day it is when it is read; the reader's clock does.
function flagMissed() {
  const pulse = document.querySelector("[data-missed-after]");
  if (pulse && Date.now() > Date.parse(pulse.dataset.missedAfter)) {
    pulse.querySelector("[hidden]").hidden = false;
  }
}

flagMissed();
for (const points of document.querySelectorAll(".points")) enliven(points.closest("figure"));
nameCells();
stackTables();
reachScrollers();
addEventListener("resize", () => {
  stackTables();
  reachScrollers();
});
document.addEventListener("change", reachScrollers);
