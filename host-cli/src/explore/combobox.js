// A field for a word, with words to choose from below it (ARIA's combobox with a listbox).
//
// A chosen word goes to `choose`. Enter chooses the word selected with the arrows, or else the typed word; if the field
// `completes`, also the first one of the list. For other text it calls `unknown`.

let lists = 0;

function combobox(input, { choose, unknown, completes }) {
  const box = input.parentElement, list = document.createElement("ul");
  let found = [], active = -1;
  list.id = `list-${lists++}`;
  list.role = "listbox";
  list.hidden = true;
  list.setAttribute("aria-label", "Words");
  box.append(list);
  input.role = "combobox";
  input.autocomplete = "off";
  input.spellcheck = false;
  input.setAttribute("autocapitalize", "off");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);

  function show(rows) {
    found = rows;
    active = -1;
    list.replaceChildren(...rows.map((row, at) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${at}`;
      item.role = "option";
      item.textContent = words[row];
      // Before the field loses the focus.
      item.addEventListener("pointerdown", event => {
        event.preventDefault();
        take(row);
      });
      return item;
    }));
    list.hidden = rows.length === 0;
    mark();
  }

  function mark() {
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === active));
    input.setAttribute("aria-expanded", !list.hidden);
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${list.id}-${active}`);
  }

  function take(row) {
    input.value = words[row];
    show([]);
    choose?.(row);
  }

  input.addEventListener("input", () => show(matches(input.value, 8)));
  input.addEventListener("blur", () => show([]));
  input.addEventListener("keydown", event => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) show(matches(input.value, 8));
      if (found.length > 0) {
        const step = event.key === "ArrowDown" ? 1 : found.length;
        if (active < 0) active = step === 1 ? 0 : found.length - 1;
        else active = (active + (step === 1 ? 1 : found.length - 1)) % found.length;
      }
      mark();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      take(found[active]);
    } else if (event.key === "Enter" && unknown && input.value.trim() !== "") {
      event.preventDefault();
      const row = completes && !list.hidden ? found[0] : named(input.value);
      if (row !== undefined) take(row);
      else unknown(input.value);
    } else if (event.key === "Enter") {
      show([]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      show([]);
    }
  });
}
