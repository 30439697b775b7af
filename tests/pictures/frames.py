#!/usr/bin/env python3
"""How smoothly an explorer moves, in Chromium: frames.py PAGE.html [--frames 120] [--size 1440 900]

Pans and zooms, one step per frame, and prints the milliseconds of the page's own drawing, of the drawing with all its
pixels, and from one frame to the next. Without a graphics card the pixels take time here; on a usual computer they take
next to none.
"""

import argparse
from pathlib import Path
from statistics import median, quantiles

from browser import chromium

# `step` moves the map; each frame is drawn by the page itself, as for a reader. The pixels are there once one is read.
WALK = """
const [count, name, done] = arguments, map = motevec.map, draw = map.draw, times = { draw: [], pixels: [], frame: [] };
map.draw = () => {
  const start = performance.now();
  draw.call(map);
  times.draw.push(performance.now() - start);
  if (name.startsWith("pixels")) {
    map.context.getImageData(0, 0, 1, 1);
    times.pixels.push(performance.now() - start);
  }
};
const steps = {
  pan: frame => map.pan(frame % 60 < 30 ? 6 : -6, frame % 40 < 20 ? 4 : -4),
  zoom: frame => map.zoom(frame % 60 < 30 ? 1.06 : 1 / 1.06),
};
let frame = 0, last = null;
const next = now => {
  if (last !== null) times.frame.push(now - last);
  last = now;
  if (frame++ === count) {
    map.draw = draw;
    done(times);
    return;
  }
  steps[name.split(" ").at(-1)](frame);
  requestAnimationFrame(next);
};
requestAnimationFrame(next);
"""

# Waits for the map to rest, and draws it so.
REST = """
const done = arguments[0], map = motevec.map, times = [];
setTimeout(() => {
  for (let turn = 0; turn < 12; turn++) {
    const start = performance.now();
    map.draw();
    map.context.getImageData(0, 0, 1, 1);
    times.push(performance.now() - start);
  }
  done(times);
}, 400);
"""


def figures(times):
    return f"{median(times):8.1f} {quantiles(times, n=20)[-1]:8.1f}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("page", type=Path)
    arguments.add_argument("--frames", type=int, default=120)
    arguments.add_argument("--size", nargs=2, type=int, default=(1440, 900))
    arguments = arguments.parse_args()
    with chromium(*arguments.size) as driver:
        driver.get(arguments.page.resolve().as_uri())
        print(f"{driver.execute_script('return motevec.words.length')} words; milliseconds: median, 95 of 100")
        for view, zoom in [("all words", 1), ("zoomed in 4 times", 4)]:
            driver.execute_script("const map = motevec.map; map.showAll(); map.flight?.(performance.now()); "
                                  "map.zoom(arguments[0])", zoom)
            print(f"{view}\n  at rest, with pixels   {figures(driver.execute_async_script(REST))}")
            for move in ("pan", "zoom"):
                times = driver.execute_async_script(WALK, arguments.frames, move)
                pixels = driver.execute_async_script(WALK, arguments.frames, f"pixels {move}")["pixels"]
                print(f"  {move:4}: drawing          {figures(times['draw'])}")
                print(f"        with pixels      {figures(pixels)}")
                print(f"        between frames   {figures(times['frame'])}")


if __name__ == "__main__":
    main()
