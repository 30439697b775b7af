// Labels: placed where nothing else is written, and drawn on a separate canvas, from which they are copied.

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

/** More labels than this would be a wall of words. */
const MOST = 420;

/** So many labels around a chosen word and its neighbors. */
const AROUND = 40;

/** How far the labels' canvas goes on beyond the map's: a label at the edge is written whole. */
const BEYOND = [200, 30];

class Labels {
  constructor() {
    this.sheet = document.createElement("canvas");
    this.context = this.sheet.getContext("2d");
    /** Where each label is, from its point, and its rectangle on the sheet, in pixels of the screen. */
    this.placed = [];
    this.widths = new Map();
  }

  /** Labels what stands out first, then frequent words, each only where nothing else is written. */
  place(map, back, marked, radius) {
    const { context } = this, { width, height, ratio, colors } = map, space = new Space();
    this.sheet.width = Math.ceil((width + 2 * BEYOND[0]) * ratio);
    this.sheet.height = Math.ceil((height + 2 * BEYOND[1]) * ratio);
    context.setTransform(ratio, 0, 0, ratio, BEYOND[0] * ratio, BEYOND[1] * ratio);
    this.placed = [];
    for (const box of map.covered()) space.take(box);
    const label = (row, [x, y]) => {
      const style = new Style(row === map.marked[0], marked.has(row), back[row] === 1);
      const places = style.places(x, y, this.width(row, style), radius);
      // Highlighted labels should be seen whole.
      const whole = ([left, , right]) => left >= 0 && right <= width;
      if (style.big) places.sort((one, other) => whole(other) - whole(one));
      const place = places.find(place => space.take(place)) ?? (style.strong && places[0]);
      if (!place) return;
      const [left, top, right, bottom] = place;
      style.write(context, words[row], place, colors, colors.groups[data.groups[row] % COLORS]);
      const edge = (at, beyond, round) => round((at + beyond) * ratio);
      const start = [edge(left, BEYOND[0], Math.floor), edge(top, BEYOND[1], Math.floor)];
      const sheet = [...start, edge(right, BEYOND[0], Math.ceil), edge(bottom, BEYOND[1], Math.ceil)];
      // Their places on the screen are rounded too, so that nothing blurs.
      this.placed.push({ row, sheet, x: sheet[0] - (x + BEYOND[0]) * ratio, y: sheet[1] - (y + BEYOND[1]) * ratio });
    };
    const seen = ([x, y]) => x > -80 && x < width + 80 && y > -20 && y < height + 20;
    for (const row of map.marked) {
      const at = map.screen(row);
      if (seen(at)) label(row, at);
    }
    const most = marked.size > 0 ? this.placed.length + AROUND : MOST;
    for (let row = 0; row < words.length && this.placed.length < most; row++) {
      // Around a chosen word some others tell where on the map it is; in a group they would only hide its words.
      if (marked.has(row) || (back[row] && map.group !== null)) continue;
      const at = map.screen(row);
      if (seen(at)) label(row, at);
    }
  }

  /** Copies the labels to where their points are now, and returns their places on the screen. */
  draw(map) {
    const { context, ratio, width, height } = map, boxes = [];
    context.setTransform(1, 0, 0, 1, 0, 0);
    for (const { row, sheet, x, y } of this.placed) {
      const at = map.screen(row), wide = sheet[2] - sheet[0], high = sheet[3] - sheet[1];
      const left = Math.round(at[0] * ratio + x), top = Math.round(at[1] * ratio + y);
      if (left > width * ratio || top > height * ratio || left + wide < 0 || top + high < 0) continue;
      context.drawImage(this.sheet, sheet[0], sheet[1], wide, high, left, top, wide, high);
      boxes.push([row, left / ratio, top / ratio, (left + wide) / ratio, (top + high) / ratio]);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return boxes;
  }

  /** Writes the label of one row over all others. */
  drawAlone(map, row, radius) {
    const { context, colors } = map, style = new Style(true, true, false), [x, y] = map.screen(row);
    const place = style.places(x, y, this.width(row, style), radius)[0], [left, top, right, bottom] = place;
    context.fillStyle = colors.paper;
    context.globalAlpha = 0.85;
    context.fillRect(left, top, right - left, bottom - top);
    context.globalAlpha = 1;
    style.write(context, words[row], place, colors, colors.ink);
  }

  width(row, style) {
    const key = `${style.font} ${row}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      this.context.font = style.font;
      this.widths.set(key, width = this.context.measureText(words[row]).width);
    }
    return width;
  }
}

/** How a label looks: that of the chosen word is strong, those of words that stand out are big, all others dim then. */
class Style {
  constructor(strong, big, dim) {
    [this.strong, this.big, this.dim] = [strong, strong || big, dim];
    this.size = this.big ? 15 : 13;
    this.font = `${strong ? 650 : 400} ${this.size}px ${FONT}`;
  }

  /** Where the label may be (left, top, right, bottom), the best place first. */
  places(x, y, wide, radius) {
    const gap = radius + 3, half = this.size * 0.7, places = [[x + gap, y], [x - gap - wide, y]];
    // Highlighted words may be close together; their labels look for room farther away.
    for (const down of this.big ? [17, -17, 34, -34, 51, -51, 68, -68] : []) {
      places.push([x + gap, y + down], [x - gap - wide, y + down]);
    }
    places.push([x - wide / 2, y - gap - half], [x - wide / 2, y + gap + half]);
    return places.map(([left, middle]) => [left - 4, middle - half, left + wide + 4, middle + half]);
  }

  /** Writes a word into its place, on paper. */
  write(context, word, [left, top, , bottom], colors, color) {
    const base = (top + bottom) / 2 + this.size * 0.34;
    if (context.font !== this.font) context.font = this.font;
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = colors.paper;
    context.strokeText(word, left + 4, base);
    context.fillStyle = this.strong ? colors.ink : this.dim ? colors.muted : color;
    context.globalAlpha = this.dim ? 0.7 : 1;
    context.fillText(word, left + 4, base);
    context.globalAlpha = 1;
  }
}

/** The plane, and what of it is taken. */
class Space {
  constructor() {
    this.cells = new Map();
  }

  /** Takes a rectangle, if it is free. */
  take(box) {
    const cell = 64, [left, top, right, bottom] = box, cells = [];
    for (let column = Math.floor(left / cell); column <= right / cell; column++) {
      for (let line = Math.floor(top / cell); line <= bottom / cell; line++) {
        const key = column * 4096 + line, others = this.cells.get(key);
        const meets = other => left < other[2] && other[0] < right && top < other[3] && other[1] < bottom;
        if (others?.some(meets)) return false;
        cells.push(key);
      }
    }
    for (const key of cells) this.cells.has(key) ? this.cells.get(key).push(box) : this.cells.set(key, [box]);
    return true;
  }
}
