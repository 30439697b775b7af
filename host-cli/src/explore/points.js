// Points as copies of one disc per color, which is much faster than drawing thousands of circles.

class Points {
  constructor() {
    this.discs = document.createElement("canvas");
    this.drawn = "";
  }

  /** Draws the discs, side by side, in pixels of the screen. */
  prepare(colors, radius, ratio) {
    const size = Math.round(radius * ratio * 4) / 4, key = `${size} ${colors}`;
    if (key === this.drawn) return;
    [this.drawn, this.side] = [key, 2 * Math.ceil(size) + 2];
    [this.discs.width, this.discs.height] = [this.side * colors.length, this.side];
    const context = this.discs.getContext("2d");
    colors.forEach((color, at) => {
      context.fillStyle = color;
      context.beginPath();
      context.arc((at + 0.5) * this.side, this.side / 2, size, 0, 2 * Math.PI);
      context.fill();
    });
  }

  /** Draws those points of the map that are seen and wanted. */
  draw({ context, view, width, height, ratio }, alpha, wanted) {
    const { side, discs } = this, scale = view.scale * ratio;
    const left = width * ratio / 2 - view.x * scale - side / 2, top = height * ratio / 2 + view.y * scale - side / 2;
    const right = width * ratio, bottom = height * ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = alpha;
    for (let row = 0; row < words.length; row++) {
      const x = Math.round(data.x[row] * scale + left), y = Math.round(top - data.y[row] * scale);
      if (x < -side || y < -side || x > right || y > bottom || (wanted && !wanted(row))) continue;
      context.drawImage(discs, data.groups[row] % COLORS * side, 0, side, side, x, y, side, side);
    }
    context.globalAlpha = 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }
}
