// The panel beside the map: the chosen word, its neighbors, analogies, and groups.

const NEIGHBORS = 12;
const element = id => document.getElementById(id);
const number = count => count.toLocaleString("en-US");

/** Fills a list with words to choose, each with its similarity. */
function fill(list, found, choose) {
  list.replaceChildren(...found.map(({ row, similarity }) => {
    const item = document.createElement("li"), button = document.createElement("button");
    const word = document.createElement("span"), cosine = document.createElement("span");
    button.type = "button";
    button.dataset.row = row;
    button.style.setProperty("--share", Math.max(similarity, 0));
    word.textContent = words[row];
    cosine.textContent = similarity.toFixed(2).replace("-", "−");
    button.append(word, cosine);
    button.addEventListener("click", () => choose(row));
    item.append(button);
    return item;
  }));
}

/** Says of each result whether its word is off the screen; a click on it brings it there. */
function showPlaces(map) {
  for (const button of document.querySelectorAll(".results button")) {
    button.classList.toggle("off", !map.shows(Number(button.dataset.row)));
  }
}

/** What is known of a word besides its vector. */
function facts(row) {
  if (rank(row) === 0) return "not in the text: made of its n-grams";
  const counted = data.counts.length > 0;
  const place = number(rank(row));
  return counted ? `word ${place} by frequency, ${number(data.counts[row])} times in the text` : `rank ${place}`;
}

/** Shows a word and its neighbors, and returns these. */
function showWord(row, choose) {
  const found = nearest(sum([[row, 1]]), new Set([row]), NEIGHBORS);
  element("word").hidden = false;
  element("chosen").textContent = words[row];
  element("facts").textContent = `${facts(row)}. Nearest words, by cosine:`;
  fill(element("neighbors"), found, choose);
  element("status").textContent = `${words[row]}: near ${found.slice(0, 3).map(near => words[near.row]).join(", ")}`;
  return found;
}

/** The message about texts that are not words here. */
function unknownWords(texts) {
  const messages = new Set(texts.map(text => {
    const like = alike(text, 3).map(row => `“${words[row]}”`);
    const hint = like.length > 1 ? `${like.slice(0, -1).join(", ")} or ${like.at(-1)}` : like[0];
    const meant = hint ? ` Did you mean ${hint}?` : "";
    return `“${text.trim()}” is not among the ${number(words.length)} words here.${meant}`;
  }));
  const remedy = "The option --words-file of motevec explore adds words that the model knows, or can make of n-grams.";
  return [...messages, remedy].join(" ");
}

/** Says that the word sought is unknown, to eyes and to ears. */
function showUnknown(text) {
  const message = unknownWords([text]);
  element("search-error").hidden = false;
  element("search-error").textContent = message;
  element("status").textContent = message;
}

/** Answers a − b + c from the three fields; returns the rows of the question and the answers, or null. */
function answer(choose) {
  const fields = ["a", "b", "c"].map(element), error = element("analogy-error");
  const asked = fields.map(field => named(field.value));
  const unknown = fields.filter((field, at) => asked[at] === undefined);
  fields.forEach(field => field.setAttribute("aria-invalid", unknown.includes(field)));
  error.hidden = unknown.length === 0;
  if (unknown.length > 0) {
    error.textContent = unknownWords(unknown.map(field => field.value));
    element("answers").replaceChildren();
    return null;
  }
  fields.forEach((field, at) => field.value = words[asked[at]]);
  const [a, b, c] = asked;
  const found = nearest(sum([[a, 1], [b, -1], [c, 1]]), new Set(asked), 8);
  fill(element("answers"), found, choose);
  const best = found.slice(0, 3).map(near => words[near.row]).join(", ");
  element("status").textContent = `${words[a]} − ${words[b]} + ${words[c]}: ${best}`;
  return { asked, found };
}

/** Lists the groups, each to be shown alone. */
function showGroups(map) {
  if (data.names.length < 2) return;
  element("groups-section").hidden = false;
  element("groups").replaceChildren(...data.names.map((name, group) => {
    const [item, button, text] = ["li", "button", "span"].map(tag => document.createElement(tag));
    button.type = "button";
    button.style.setProperty("--color", `var(--g${group % 10})`);
    button.setAttribute("aria-pressed", false);
    text.textContent = name;
    button.append(text);
    button.addEventListener("click", () => {
      map.show(map.group === group ? null : group);
      const buttons = element("groups").querySelectorAll("button");
      buttons.forEach((other, at) => other.setAttribute("aria-pressed", at === map.group));
    });
    item.append(button);
    return item;
  }));
}
