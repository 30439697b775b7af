// The map: points on a canvas, with as many labels as there is room for.

class WordMap {
  constructor(canvas, choose) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.choose = choose;
    this.view = { scale: 1, x: 0, y: 0 };
    /** Rows that stand out: the first ones first, each with lines to it or not; all others step back. */
    this.marked = [];
    this.lines = [];
    this.group = null;
    this.hovered = null;
    this.widths = new Float32Array(words.length);
    this.boxes = [];
    this.pointers = new Map();
    this.observe();
  }

  // What is where

  screen(row) {
    const { scale, x, y } = this.view;
    return [(data.x[row] - x) * scale + this.width / 2, (y - data.y[row]) * scale + this.height / 2];
  }

  resize() {
    const ratio = window.devicePixelRatio || 1, box = this.canvas.getBoundingClientRect();
    const first = this.width === undefined;
    [this.width, this.height] = [box.width, box.height];
    this.canvas.width = Math.max(1, Math.round(box.width * ratio));
    this.canvas.height = Math.max(1, Math.round(box.height * ratio));
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (first) this.view = this.all();
    this.redraw();
  }

  /** The view that shows all words. */
  all() {
    return this.whole(ROWS);
  }

  /** The view that shows all of the rows. */
  whole(shown, closest = Infinity) {
    const [left, right] = extent(shown.map(row => data.x[row])), [low, high] = extent(shown.map(row => data.y[row]));
    const room = [Math.max(this.width - 190, 50), Math.max(this.height - 90, 50)];
    const scale = Math.min(room[0] / (right - left || 1e-9), room[1] / (high - low || 1e-9), closest);
    return { scale, x: (left + right) / 2, y: (low + high) / 2 };
  }

  // Moving

  observe() {
    const { canvas } = this;
    new ResizeObserver(() => this.resize()).observe(canvas);
    canvas.addEventListener("pointerdown", event => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
      this.moved = 0;
      this.flight = null;
    });
    canvas.addEventListener("pointermove", event => this.pointerMoved(event));
    canvas.addEventListener("pointerup", event => {
      const clicked = this.pointers.size === 1 && this.moved < 5;
      this.pointers.delete(event.pointerId);
      canvas.classList.remove("dragged");
      if (clicked) {
        const row = this.at(event.offsetX, event.offsetY);
        if (row !== null) this.choose(row);
      }
    });
    canvas.addEventListener("pointercancel", event => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => this.hover(null));
    canvas.addEventListener("wheel", event => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 20 : 1;
      this.zoom(Math.exp(-event.deltaY * lines * 0.0018), [event.offsetX, event.offsetY]);
    }, { passive: false });
    canvas.addEventListener("dblclick", event => this.zoom(2, [event.offsetX, event.offsetY]));
  }

  pointerMoved(event) {
    const here = [event.offsetX, event.offsetY], before = this.pointers.get(event.pointerId);
    if (!before) {
      this.hover(this.at(...here));
      return;
    }
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    if (others.length > 0) {
      const distance = at => Math.hypot(at[0] - others[0][0], at[1] - others[0][1]);
      this.zoom(distance(here) / Math.max(distance(before), 1), others[0]);
      this.moved = Infinity;
    } else {
      this.moved += Math.hypot(here[0] - before[0], here[1] - before[1]);
      if (this.moved >= 5) {
        this.canvas.classList.add("dragged");
        this.pan(before[0] - here[0], before[1] - here[1]);
      }
    }
    this.pointers.set(event.pointerId, here);
  }

  pan(right, down) {
    const { scale, x, y } = this.view;
    this.flight = null;
    this.view = { scale, x: x + right / scale, y: y - down / scale };
    this.redraw();
  }

  /** Zooms by factor and leaves the point at of the screen where it is. */
  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const { scale, x, y } = this.view, all = this.all().scale;
    const next = Math.min(Math.max(scale * factor, all * 0.4), all * 400);
    const [right, up] = [at[0] - this.width / 2, this.height / 2 - at[1]];
    this.flight = null;
    this.view = { scale: next, x: x + right / scale - right / next, y: y + up / scale - up / next };
    this.redraw();
  }

  /** Moves to a view, in a quarter of a second where motion is welcome. */
  fly(view) {
    const from = this.view, start = performance.now();
    const time = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 260;
    const flight = this.flight = now => {
      const part = time ? Math.min((now - start) / time, 1) : 1, eased = 1 - (1 - part) ** 3;
      const between = (one, other) => one + (other - one) * eased;
      const scale = Math.exp(between(Math.log(from.scale), Math.log(view.scale)));
      this.view = { scale, x: between(from.x, view.x), y: between(from.y, view.y) };
      if (part < 1 && this.flight === flight) this.redraw();
      else this.flight = null;
    };
    this.redraw();
  }

  showAll() {
    this.fly(this.all());
  }

  // Choosing

  /** The row whose label or point is at a place of the screen, or null. */
  at(x, y) {
    for (const [row, left, top, right, bottom] of this.boxes) {
      if (x >= left && x <= right && y >= top && y <= bottom) return row;
    }
    let best = null, least = 12;
    for (let row = 0; row < words.length; row++) {
      const [px, py] = this.screen(row), distance = Math.hypot(px - x, py - y);
      if (distance < least) [best, least] = [row, distance];
    }
    return best;
  }

  hover(row) {
    if (row === this.hovered) return;
    this.hovered = row;
    this.canvas.classList.toggle("over", row !== null);
    this.redraw();
  }

  mark(marked, lines) {
    [this.marked, this.lines] = [marked, lines];
    this.redraw();
  }

  // Drawing

  redraw() {
    if (this.frame || this.width === undefined) return;
    this.frame = requestAnimationFrame(now => {
      this.frame = null;
      if (this.flight) this.flight(now);
      this.draw();
    });
  }

  draw() {
    const { context, width, height } = this, style = getComputedStyle(document.documentElement);
    const color = name => style.getPropertyValue(`--${name}`).trim();
    const colors = Array.from({ length: 10 }, (_, group) => color(`g${group}`));
    this.paper = color("paper");
    context.fillStyle = this.paper;
    context.fillRect(0, 0, width, height);

    const marked = new Set(this.marked);
    const steps = row => (this.group !== null && data.groups[row] !== this.group) || (marked.size > 0 && !marked.has(row));
    const visible = [], radius = this.radius();
    for (let row = 0; row < words.length; row++) {
      const [x, y] = this.screen(row);
      if (x > -80 && x < width + 80 && y > -20 && y < height + 20) visible.push([row, x, y, steps(row)]);
    }
    for (const back of [true, false]) {
      context.globalAlpha = back ? 0.2 : marked.size > 0 ? 0.95 : 0.5;
      for (let group = 0; group < colors.length; group++) {
        context.fillStyle = colors[group];
        context.beginPath();
        for (const [row, x, y, steps] of visible) {
          if (steps !== back || data.groups[row] % colors.length !== group) continue;
          context.moveTo(x + radius, y);
          context.arc(x, y, radius, 0, 2 * Math.PI);
        }
        context.fill();
      }
    }
    context.globalAlpha = 1;
    this.drawLines(color("muted"));
    this.drawLabels(visible, marked, colors, color("ink"), radius);
    // A label of one word may lie over the point of another that stands out.
    for (const [row, x, y] of visible.filter(([row]) => marked.has(row))) {
      context.fillStyle = colors[data.groups[row] % colors.length];
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** Points grow a little as one comes nearer; few points are large from the start. */
  radius() {
    const nearness = Math.log2(this.view.scale / this.all().scale + 1), crowd = words.length > 1000 ? 1.1 : 2.2;
    return Math.min(Math.max(crowd + nearness * 0.8, 1.2), 5);
  }

  drawLines(color) {
    const { context } = this;
    context.strokeStyle = color;
    context.globalAlpha = 0.5;
    context.lineWidth = 1;
    context.beginPath();
    for (const [from, to] of this.lines) {
      context.moveTo(...this.screen(from));
      context.lineTo(...this.screen(to));
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  /** Labels what stands out first, then frequent words, each only where nothing else is written. */
  drawLabels(visible, marked, colors, ink, radius) {
    const { context } = this, most = 420, taken = new Map(), cell = 64;
    this.boxes = [];
    const free = box => {
      const cells = [];
      for (let column = Math.floor(box[0] / cell); column <= box[2] / cell; column++) {
        for (let line = Math.floor(box[1] / cell); line <= box[3] / cell; line++) cells.push(column * 4096 + line);
      }
      const hits = other => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
      if (cells.some(key => taken.get(key)?.some(hits))) return false;
      for (const key of cells) taken.has(key) ? taken.get(key).push(box) : taken.set(key, [box]);
      return true;
    };
    const first = [...new Set([...this.marked, ...(this.hovered === null ? [] : [this.hovered])])];
    const places = new Map(visible.map(entry => [entry[0], entry]));
    const order = first.filter(row => places.has(row)).map(row => places.get(row));
    for (const entry of visible) {
      if (!marked.has(entry[0]) && entry[0] !== this.hovered) order.push(entry);
    }
    for (const [row, x, y, steps] of order) {
      if (this.boxes.length >= most) break;
      const strong = row === this.marked[0] || row === this.hovered, big = strong || marked.has(row);
      // Beyond what stands out, labels would only hide it.
      if (steps && row !== this.hovered) continue;
      const size = big ? 15 : 13;
      context.font = `${strong ? 650 : 400} ${size}px ${FONT}`;
      if (!big && !this.widths[row]) this.widths[row] = context.measureText(words[row]).width;
      const wide = big ? context.measureText(words[row]).width : this.widths[row], gap = radius + 3;
      const half = size * 0.7, places = [[x + gap, y], [x - gap - wide, y]];
      // Words that stand out may lie close together; their labels look for room further off.
      if (big) for (const down of [17, -17, 34, -34]) places.push([x + gap, y + down], [x - gap - wide, y + down]);
      places.push([x - wide / 2, y - gap - half], [x - wide / 2, y + gap + half]);
      let place = places.find(([left, middle]) => free([left - 4, middle - half, left + wide + 4, middle + half]));
      if (place === undefined) {
        if (!strong) continue;
        place = places[0];
      }
      const [left, middle] = place;
      this.boxes.push([row, left, middle - half, left + wide, middle + half]);
      context.lineWidth = 4;
      context.lineJoin = "round";
      context.strokeStyle = this.paper;
      context.strokeText(words[row], left, middle + size * 0.34);
      context.fillStyle = strong ? ink : colors[data.groups[row] % colors.length];
      context.fillText(words[row], left, middle + size * 0.34);
    }
  }
}

const ROWS = words.map((_, row) => row);
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

function extent(numbers) {
  let low = Infinity, high = -Infinity;
  for (const number of numbers) [low, high] = [Math.min(low, number), Math.max(high, number)];
  return [low, high];
}
