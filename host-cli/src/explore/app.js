// Shared state: the chosen word, the keys, the colors, and the address.

const map = new WordMap(element("map"), choose);
map.settled = () => showPlaces(map);

/** Shows a word with its neighbors, in the panel and on the map. */
function choose(row) {
  element("search-error").hidden = true;
  const found = showWord(row, choose), near = found.map(neighbor => neighbor.row);
  map.mark([row, ...near], near.map(other => [row, other]));
  map.fly(map.whole([row, ...near], map.all().scale * 14));
  element("search").value = words[row];
  const address = `#${encodeURIComponent(words[row])}`;
  if (location.hash !== address) history.pushState(null, "", address);
}

function clear() {
  element("word").hidden = true;
  element("search").value = "";
  element("answers").replaceChildren();
  element("analogy-error").hidden = true;
  element("search-error").hidden = true;
  map.group = null;
  element("groups").querySelectorAll("button").forEach(button => button.setAttribute("aria-pressed", false));
  map.mark([], []);
  if (location.hash) history.pushState(null, "", location.pathname + location.search);
}

/** The word that the address names, as after “back”. */
function follow() {
  let word = location.hash.slice(1);
  try {
    word = decodeURIComponent(word);
  } catch {
    // Not one of ours; the word is not known either.
  }
  const row = rows.get(word);
  if (row !== undefined) choose(row);
  else if (!element("word").hidden) clear();
}

element("analogy").addEventListener("submit", event => {
  event.preventDefault();
  const result = answer(choose);
  if (!result) return;
  const answers = result.found.map(near => near.row), [a, b, c] = result.asked;
  element("word").hidden = true;
  element("search").value = "";
  map.mark([answers[0], ...result.asked, ...answers.slice(1)], [[b, a], [c, answers[0]]]);
  map.fly(map.whole([...result.asked, ...answers], map.all().scale * 14));
});

combobox(element("search"), { choose, unknown: showUnknown, completes: true });
// The text of these fields is used as it is when asked for.
for (const id of ["a", "b", "c"]) combobox(element(id), {});
element("search").addEventListener("input", () => element("search-error").hidden = true);
element("c-box").classList.add("right");

// Colors: those of the system, unless chosen otherwise.

const system = matchMedia("(prefers-color-scheme: dark)");

function remembered() {
  try {
    return localStorage.getItem("motevec-theme");
  } catch {
    return null;
  }
}

function paint(theme) {
  const dark = theme === "dark";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  element("theme").setAttribute("aria-pressed", dark);
  map.paint();
}

function toggleTheme() {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("motevec-theme", theme);
  } catch {
    // Some browsers store nothing for files; the page then starts with the colors of the system.
  }
  paint(theme);
}

system.addEventListener("change", () => remembered() ?? paint(system.matches ? "dark" : "light"));

// Keys

const MOVES = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const writing = event.target instanceof HTMLInputElement;
  if (event.key === "Escape") {
    clear();
    if (writing) event.target.blur();
    return;
  }
  if (writing) return;
  if (event.key === "/") element("search").select();
  else if (event.key === "+" || event.key === "=") map.zoom(1.4);
  else if (event.key === "-") map.zoom(1 / 1.4);
  else if (event.key === "0") map.showAll();
  else if (event.key === "d") toggleTheme();
  else if (MOVES[event.key] && event.target === map.canvas) map.pan(...MOVES[event.key]);
  else return;
  event.preventDefault();
});

element("zoom-in").addEventListener("click", () => map.zoom(1.4));
element("zoom-out").addEventListener("click", () => map.zoom(1 / 1.4));
element("show-all").addEventListener("click", () => map.showAll());
element("theme").addEventListener("click", toggleTheme);
element("clear").addEventListener("click", clear);
addEventListener("popstate", follow);

element("name").textContent = data.name;
const most = data.frequent < data.total ? `The ${number(data.frequent)} most frequent of ` : "";
const part = `${most}${number(data.total)} words`;
const others = words.length > data.frequent ? ` and ${number(words.length - data.frequent)} more` : "";
element("about").textContent = `${part}${others}, ${number(data.dim)} dimensions. ${data.note}`;
showGroups(map);
paint(remembered() ?? (system.matches ? "dark" : "light"));
map.resize();
follow();

// For tests and for the curious, in the browser's console.
window.motevec = { map, words, screen: word => map.screen(rows.get(word)) };
