// The words and their vectors, and queries.

const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;
const rows = new Map(words.map((word, row) => [word, row]));
/** A word's place in the model by frequency, from 1; 0 for one that the model has not seen. */
const rank = row => data.ranks.length > 0 ? data.ranks[row] : row + 1;
const bytes = Int8Array.from(atob(data.vectors), letter => letter.charCodeAt(0));

/** One over the length of each vector; 0 for a vector of zeros, which is near to nothing. */
const inverses = Float32Array.from(words, (_, row) => {
  let square = 0;
  for (let at = row * data.dim; at < (row + 1) * data.dim; at++) square += bytes[at] * bytes[at];
  return square > 0 ? 1 / Math.sqrt(square) : 0;
});

/** The sum of the unit vectors of rows, each with its weight. */
function sum(weighted) {
  const total = new Float32Array(data.dim);
  for (const [row, weight] of weighted) {
    const scale = weight * inverses[row], start = row * data.dim;
    for (let axis = 0; axis < data.dim; axis++) total[axis] += scale * bytes[start + axis];
  }
  return total;
}

/** The k rows whose vectors have the highest cosine with query, best first, without those in the set exclude. */
function nearest(query, exclude, k) {
  let square = 0;
  for (const number of query) square += number * number;
  const inverse = square > 0 ? 1 / Math.sqrt(square) : 0;
  const found = [];
  for (let row = 0; row < words.length; row++) {
    if (exclude.has(row)) continue;
    let product = 0;
    for (let axis = 0, at = row * data.dim; axis < data.dim; axis++, at++) product += query[axis] * bytes[at];
    const similarity = product * inverses[row] * inverse;
    if (found.length < k || similarity > found[found.length - 1].similarity) {
      // k is small: sorting in place is quick.
      let at = found.length;
      while (at > 0 && found[at - 1].similarity < similarity) at--;
      found.splice(at, 0, { row, similarity });
      if (found.length > k) found.pop();
    }
  }
  return found;
}

/** Letters without case and accents: "zolw" finds "Żółw". */
function plain(text) {
  const letters = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return letters.replace(/ł/g, "l").replace(/ø/g, "o").replace(/ß/g, "ss");
}

const plainWords = words.map(plain);

/** Up to most rows whose words begin with text, or else hold it; the most frequent first, an exact match before all. */
function matches(text, most) {
  const sought = plain(text.trim());
  if (sought === "") return [];
  const exact = rows.get(text.trim()), starting = [], holding = [];
  for (let row = 0; row < words.length && starting.length < most; row++) {
    if (row === exact) continue;
    const at = plainWords[row].indexOf(sought);
    if (at === 0) starting.push(row);
    else if (at > 0 && holding.length < most) holding.push(row);
  }
  // A whole word, ignoring case and accents, comes first.
  starting.sort((one, other) => (plainWords[other] === sought) - (plainWords[one] === sought));
  return (exact === undefined ? [] : [exact]).concat(starting, holding).slice(0, most);
}

/** The row of a word, written with or without its case and accents; undefined where there is none. */
function named(text) {
  const exact = rows.get(text.trim()), sought = plain(text.trim());
  if (exact !== undefined || sought === "") return exact;
  const row = plainWords.indexOf(sought);
  return row < 0 ? undefined : row;
}

/** Up to most rows whose words are nearly text: with few letters wrong, or with more letters. */
function alike(text, most) {
  const sought = [...plain(text.trim())], allowed = Math.min(2, Math.floor(sought.length / 3));
  const found = [];
  plainWords.forEach((word, row) => {
    const wrong = edits(sought, [...word], allowed);
    if (wrong <= allowed) found.push([wrong, row]);
  });
  found.sort(([one, first], [other, second]) => one - other || first - second);
  return [...new Set(found.map(([, row]) => row).concat(matches(text, most)))].slice(0, most);
}

/** How many letters must be added, removed, or changed to turn one word into the other; counted up to `most`. */
function edits(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return Infinity;
  let before = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let at = 1; at <= other.length; at++) {
      line.push(Math.min(before[at] + 1, line[at - 1] + 1, before[at - 1] + (one[row - 1] !== other[at - 1])));
    }
    before = line;
  }
  return before[other.length];
}
