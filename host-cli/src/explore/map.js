// The map: points on a canvas, with as many labels as there is room for.
//
// Slow work is done while the map rests: labels get their places and are drawn on a separate canvas. As the map moves,
// points and labels are copied to their current places.

class WordMap {
  constructor(canvas, choose) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.choose = choose;
    this.view = { scale: 1, x: 0, y: 0 };
    /** Rows that stand out: the first ones first, each with lines to it or not; all others step back. */
    this.marked = [];
    this.lines = [];
    this.group = null;
    this.hovered = null;
    /** Called when labels have new places. */
    this.settled = null;
    /** Where labels are on the screen: row, left, top, right, bottom. */
    this.boxes = [];
    this.labels = new Labels();
    this.points = new Points();
    this.pointers = new Map();
    this.observe();
  }

  // What is where

  screen(row) {
    const { scale, x, y } = this.view;
    return [(data.x[row] - x) * scale + this.width / 2, (y - data.y[row]) * scale + this.height / 2];
  }

  resize() {
    const box = this.canvas.getBoundingClientRect(), first = this.width === undefined;
    this.ratio = window.devicePixelRatio || 1;
    [this.width, this.height] = [box.width, box.height];
    this.canvas.width = Math.max(1, Math.round(box.width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(box.height * this.ratio));
    this.everything = this.whole(ROWS);
    if (first) this.view = this.everything;
    this.settle();
  }

  /** The view that shows all words. */
  all() {
    return this.everything;
  }

  /** The view that shows all of the rows. */
  whole(shown, closest = Infinity) {
    const [left, right] = extent(shown.map(row => data.x[row])), [low, high] = extent(shown.map(row => data.y[row]));
    // Labels at the edge find room.
    const room = [this.width - Math.min(190, this.width / 4), this.height - Math.min(90, this.height / 4)];
    const scale = Math.min(room[0] / (right - left || 1e-9), room[1] / (high - low || 1e-9), closest);
    return { scale, x: (left + right) / 2, y: (low + high) / 2 };
  }

  /** What lies over the map: the buttons. */
  covered() {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [...this.canvas.parentElement.querySelectorAll("button")].map(button => {
      const box = button.getBoundingClientRect();
      return [box.left - left, box.top - top, box.right - left, box.bottom - top];
    });
  }

  /** Whether a row's point is on the screen. */
  shows(row) {
    const [x, y] = this.screen(row);
    return x >= 0 && x <= this.width && y >= 0 && y <= this.height;
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
    this.move({ scale, x: x + right / scale, y: y - down / scale });
  }

  /** Zooms by factor and leaves the point at of the screen where it is. */
  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const { scale, x, y } = this.view, all = this.all().scale;
    const next = Math.min(Math.max(scale * factor, all * 0.4), all * 400);
    const [right, up] = [at[0] - this.width / 2, this.height / 2 - at[1]];
    this.flight = null;
    this.move({ scale: next, x: x + right / scale - right / next, y: y + up / scale - up / next });
  }

  /** Shows a view that may well be followed by another. */
  move(view) {
    this.view = view;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.settle(), REST);
    this.redraw();
  }

  /** Labels the map anew. */
  settle() {
    clearTimeout(this.rest);
    this.stale = true;
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
      if (part < 1) {
        this.redraw();
        return;
      }
      this.flight = null;
      this.stale = true;
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
    const { scale } = this.view;
    const left = this.view.x + (x - this.width / 2) / scale, up = this.view.y + (this.height / 2 - y) / scale;
    for (let row = 0; row < words.length; row++) {
      const right = (data.x[row] - left) * scale, above = (data.y[row] - up) * scale;
      const distance = Math.sqrt(right * right + above * above);
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
    this.settle();
  }

  /** Shows one group, or all of them for null. */
  show(group) {
    this.group = group;
    this.settle();
  }

  /** Takes the colors that the page has now. */
  paint() {
    const style = getComputedStyle(document.documentElement);
    const color = name => style.getPropertyValue(`--${name}`).trim();
    const groups = Array.from({ length: COLORS }, (_, group) => color(`g${group}`));
    this.colors = { groups, paper: color("paper"), ink: color("ink"), muted: color("muted") };
    this.settle();
  }

  // Drawing

  redraw() {
    if (this.frame || this.width === undefined || !this.colors) return;
    this.frame = requestAnimationFrame(now => {
      this.frame = null;
      if (this.flight) this.flight(now);
      this.draw();
    });
  }

  draw() {
    const { context, colors } = this, radius = this.radius(), marked = new Set(this.marked);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = colors.paper;
    context.fillRect(0, 0, this.width, this.height);
    const back = this.stepsBack(marked);
    this.points.prepare(colors.groups, radius, this.ratio);
    if (this.group !== null || marked.size > 0) {
      this.points.draw(this, 0.2, row => back[row] === 1);
      this.points.draw(this, marked.size > 0 ? 0.95 : 0.5, row => back[row] === 0);
    } else {
      this.points.draw(this, 0.5, null);
    }
    this.drawLines(colors.muted);
    if (this.stale) {
      this.labels.place(this, back, marked, radius);
      this.stale = false;
      this.settled?.();
    }
    this.boxes = this.labels.draw(this);
    // The label of a word may cover a highlighted point of another.
    if (marked.size > 0) this.points.draw(this, 1, row => marked.has(row));
    if (this.hovered !== null) this.labels.drawAlone(this, this.hovered, radius);
  }

  /** Of each row, 1 where it steps back behind those that stand out. */
  stepsBack(marked) {
    const back = new Uint8Array(words.length);
    if (this.group !== null) data.groups.forEach((group, row) => back[row] = group !== this.group);
    if (marked.size > 0) back.forEach((_, row) => back[row] |= !marked.has(row));
    return back;
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
}

const ROWS = words.map((_, row) => row);

/** Colors of groups. */
const COLORS = 10;

/** How long nothing must have moved, in milliseconds, for labels to be placed. */
const REST = 120;

function extent(numbers) {
  let low = Infinity, high = -Infinity;
  for (const number of numbers) [low, high] = [Math.min(low, number), Math.max(high, number)];
  return [low, high];
}
