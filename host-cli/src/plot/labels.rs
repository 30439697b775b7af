//! The places of labels: each beside its point, none on another, as far as there is room.
//!
//! Every label tries places around its point, near ones first, and takes the one that costs least: labels and points
//! that it would cover, the way to its point, and what a line to a point far off would run through. That is repeated
//! until no label wants to move. Labels that still cover others are left out, from the last, least important word on.

use super::geometry::{Rect, between, cross, distance};

/// Where a label is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) rect: Rect,
    /// Whether it is so far from its point that a line must connect them.
    pub(super) line: bool,
}

impl Place {
    /// The line to the label's `point`, if there is one.
    pub(super) fn line_from(&self, point: [f64; 2]) -> Option<[[f64; 2]; 2]> {
        self.line.then(|| [point, self.rect.nearest(point)])
    }
}

/// The most passes over all labels, which mostly settle sooner; in a crowd, more gain little.
fn passes(labels: usize) -> usize {
    if labels <= 400 { 12 } else { 4 }
}

/// The distance beyond which a line connects a label with its point.
const FAR: f64 = 9.0;

/// How far from its point a label looks for room, and in how many directions.
const RINGS: [(f64, usize); 11] = [
    (2.0, 16),
    (5.0, 16),
    (9.0, 24),
    (15.0, 24),
    (23.0, 32),
    (33.0, 32),
    (46.0, 48),
    (62.0, 48),
    (80.0, 48),
    (104.0, 64),
    (130.0, 64),
];

/// Costs, in a unit that is a pixel of distance: a covered pixel, and one of a covered point.
const COVERED: f64 = 4.0;
const COVERED_POINT: f64 = 3.0;

/// Costs of what a line runs through: a label is worth any distance, another word's point or line a long detour.
const THROUGH_LABEL: f64 = 400.0;
const THROUGH_POINT: f64 = 120.0;
const THROUGH_LINE: f64 = 60.0;

/// The width of a cell of the grid in which neighbors are found.
const CELL: f64 = 90.0;

/// Places a label of `sizes` (width and height) for each of the `points`, which have `radius`, within `area`.
///
/// `None` for a label that would cover another.
pub(super) fn place(points: &[[f64; 2]], sizes: &[[f64; 2]], radius: f64, area: Rect) -> Vec<Option<Place>> {
    let mut grid = Grid::new(points, sizes, radius);
    let mut settled = vec![false; points.len()];
    for _ in 0..passes(points.len()) {
        let mut moved = false;
        for (index, settled) in settled.iter_mut().enumerate() {
            if *settled {
                continue;
            }
            let old = grid.places[index];
            grid.put(index, None);
            let (cost, best) = grid.best(index, &area, false);
            grid.put(index, best);
            // A label that is free and next to its point stays there.
            *settled = cost < RINGS[1].0;
            moved |= best != old;
        }
        if !moved {
            break;
        }
    }
    for index in (0..points.len()).rev() {
        if grid.places[index].is_some_and(|place| grid.covers(index, &place.rect)) {
            grid.put(index, None);
        }
    }
    // Room that others gave up.
    for index in 0..points.len() {
        if grid.places[index].is_none() {
            let free = grid.best(index, &area, true).1;
            grid.put(index, free);
        }
    }
    grid.places
}

/// Points and labels, by cells of the plane.
struct Grid<'a> {
    points: &'a [[f64; 2]],
    sizes: &'a [[f64; 2]],
    radius: f64,
    places: Vec<Option<Place>>,
    origin: [f64; 2],
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
}

/// What touches a cell: points, labels, and the lines that connect them.
#[derive(Clone, Default)]
struct Cell {
    points: Vec<u32>,
    labels: Vec<u32>,
    lines: Vec<u32>,
}

impl<'a> Grid<'a> {
    fn new(points: &'a [[f64; 2]], sizes: &'a [[f64; 2]], radius: f64) -> Self {
        let fold = |axis: usize, start: f64, pick: fn(f64, f64) -> f64| {
            points.iter().map(|point| point[axis]).fold(start, pick)
        };
        // Labels beyond the outermost points belong to the outermost cells.
        let origin = [fold(0, f64::INFINITY, f64::min), fold(1, f64::INFINITY, f64::min)];
        let cells_along = |axis: usize| {
            let length = fold(axis, f64::NEG_INFINITY, f64::max) - origin[axis];
            (length / CELL) as usize + 1
        };
        let (columns, rows) = if points.is_empty() { (1, 1) } else { (cells_along(0), cells_along(1)) };
        let cells = vec![Cell::default(); columns * rows];
        let mut grid = Self { points, sizes, radius, places: vec![None; points.len()], origin, columns, rows, cells };
        for (index, &[x, y]) in points.iter().enumerate() {
            for cell in grid.cells_of(&Rect { x, y, half: [radius; 2] }) {
                grid.cells[cell].points.push(index as u32);
            }
        }
        grid
    }

    fn cells_of(&self, rect: &Rect) -> impl Iterator<Item = usize> + use<> {
        let cell =
            |at: f64, axis: usize, most: usize| (((at - self.origin[axis]) / CELL).max(0.0) as usize).min(most - 1);
        let columns = self.columns;
        let across = cell(rect.x - rect.half[0], 0, columns)..=cell(rect.x + rect.half[0], 0, columns);
        let down = cell(rect.y - rect.half[1], 1, self.rows)..=cell(rect.y + rect.half[1], 1, self.rows);
        down.flat_map(move |row| across.clone().map(move |column| row * columns + column))
    }

    fn put(&mut self, index: usize, place: Option<Place>) {
        let label = index as u32;
        if let Some(old) = self.places[index] {
            for cell in self.cells_of(&old.rect) {
                self.cells[cell].labels.retain(|&other| other != label);
            }
            if let Some([from, to]) = old.line_from(self.points[index]) {
                for cell in self.cells_of(&between(from, to)) {
                    self.cells[cell].lines.retain(|&other| other != label);
                }
            }
        }
        if let Some(new) = place {
            for cell in self.cells_of(&new.rect) {
                self.cells[cell].labels.push(label);
            }
            if let Some([from, to]) = new.line_from(self.points[index]) {
                for cell in self.cells_of(&between(from, to)) {
                    self.cells[cell].lines.push(label);
                }
            }
        }
        self.places[index] = place;
    }

    /// Whether `rect` covers a label other than that of `index`.
    fn covers(&self, index: usize, rect: &Rect) -> bool {
        self.labels_near(rect).any(|(label, place)| label != index && place.rect.overlap(rect) > 0.0)
    }

    fn labels_near(&self, rect: &Rect) -> impl Iterator<Item = (usize, Place)> {
        let labels = self.cells_of(rect).flat_map(|cell| &self.cells[cell].labels);
        labels.filter_map(|&label| Some((label as usize, self.places[label as usize]?)))
    }

    /// The best place for the label of `index`, and what it costs; `None` if the area has none, or none that is
    /// `free` of other labels where that is wanted.
    fn best(&self, index: usize, area: &Rect, free: bool) -> (f64, Option<Place>) {
        let (mut least, mut best) = (f64::INFINITY, None);
        for (ring, (distance, directions)) in RINGS.into_iter().enumerate() {
            // Every place farther out costs at least its distance.
            if least < distance {
                break;
            }
            for direction in 0..directions {
                let place = self.candidate(index, distance, direction as f64 / directions as f64);
                if !place.rect.inside(area) || (free && self.covers(index, &place.rect)) {
                    continue;
                }
                // To the right reads best, then above and below.
                let turn = if direction == 0 {
                    0.0
                } else {
                    0.4 + 0.4 * f64::from(u8::from(place.rect.x < self.points[index][0]))
                };
                let cost = distance + turn + if ring > 2 { 4.0 } else { 0.0 } + self.cost(index, &place, least);
                if cost < least {
                    (least, best) = (cost, Some(place));
                }
            }
        }
        (least, best)
    }

    /// The label of `index` at `distance` from its point, in `direction` from 0 to 1: right, down, left, up.
    fn candidate(&self, index: usize, distance: f64, direction: f64) -> Place {
        let ([x, y], half) = (self.points[index], self.sizes[index].map(|size| size / 2.0));
        let (sin, cos) = (direction * std::f64::consts::TAU).sin_cos();
        // The corners of a rectangle around the point are rounded by the distance: close, but never on the point.
        let gap = distance + self.radius;
        let along = |turn: f64, half: f64| turn * gap + (turn * 2.5).clamp(-1.0, 1.0) * half;
        Place { rect: Rect { x: x + along(cos, half[0]), y: y + along(sin, half[1]), half }, line: distance >= FAR }
    }

    /// The cost of what `place` covers and its line runs through; adding stops at `enough`.
    fn cost(&self, index: usize, place: &Place, enough: f64) -> f64 {
        let mut cost = 0.0;
        for cell in self.cells_of(&place.rect) {
            for &other in &self.cells[cell].points {
                let [x, y] = self.points[other as usize];
                cost += COVERED_POINT * place.rect.overlap(&Rect { x, y, half: [self.radius + 0.5; 2] });
                if cost > enough {
                    return cost;
                }
            }
            let crossing = self.lines_in(cell).filter(|&[from, to]| place.rect.is_crossed(from, to)).count();
            cost += THROUGH_LABEL * crossing as f64;
        }
        for (_, other) in self.labels_near(&place.rect) {
            cost += COVERED * other.rect.overlap(&place.rect);
            if cost > enough {
                return cost;
            }
        }
        match place.line_from(self.points[index]) {
            Some(line) if cost <= enough => cost + self.line_cost(index, line, enough - cost),
            _ => cost,
        }
    }

    /// The cost of what the line to the label of `index` runs through.
    fn line_cost(&self, index: usize, line: [[f64; 2]; 2], enough: f64) -> f64 {
        let ([from, to], mut cost) = (line, 0.0);
        let start = [from; 2];
        let hit = |&&other: &&u32| {
            let point = self.points[other as usize];
            // A point that lies on this one is hit by each of its lines.
            other as usize != index && distance(point, start) > self.radius && distance(point, line) < self.radius + 1.0
        };
        let mut reach = between(from, to);
        reach.half = reach.half.map(|half| half + self.radius);
        for cell in self.cells_of(&reach) {
            let Cell { points, labels, .. } = &self.cells[cell];
            let through =
                |&&label: &&u32| self.places[label as usize].is_some_and(|place| place.rect.is_crossed(from, to));
            cost += THROUGH_LABEL * labels.iter().filter(through).count() as f64;
            cost += THROUGH_POINT * points.iter().filter(hit).count() as f64;
            cost += THROUGH_LINE * self.lines_in(cell).filter(|&other| cross(line, other)).count() as f64;
            if cost > enough {
                break;
            }
        }
        cost
    }

    /// The lines that touch `cell`.
    fn lines_in(&self, cell: usize) -> impl Iterator<Item = [[f64; 2]; 2]> {
        let line = |&label: &u32| self.places[label as usize]?.line_from(self.points[label as usize]);
        self.cells[cell].lines.iter().filter_map(line)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AREA: Rect = Rect { x: 500.0, y: 400.0, half: [500.0, 400.0] };

    fn overlaps(places: &[Option<Place>]) -> usize {
        let shown: Vec<_> = places.iter().flatten().collect();
        (0..shown.len())
            .flat_map(|one| (0..one).map(move |other| (one, other)))
            .filter(|&(one, other)| shown[one].rect.overlap(&shown[other].rect) > 0.0)
            .count()
    }

    #[test]
    fn a_lonely_label_is_right_of_its_point() {
        let places = place(&[[100.0, 100.0]], &[[40.0, 14.0]], 4.0, AREA);
        assert_eq!(places, [Some(Place { rect: Rect { x: 126.0, y: 100.0, half: [20.0, 7.0] }, line: false })]);
    }

    #[test]
    fn labels_stay_inside_and_turn_away_from_the_edge() {
        let places = place(&[[990.0, 400.0]], &[[60.0, 14.0]], 4.0, AREA);
        assert!(places[0].unwrap().rect.x < 970.0);
        assert_eq!(place(&[[990.0, 400.0]], &[[1100.0, 14.0]], 4.0, AREA), [None], "wider than the picture");
    }

    #[test]
    fn a_crowd_on_one_point_spreads() {
        let places = place(&[[500.0, 400.0]; 24], &[[70.0, 16.0]; 24], 4.0, AREA);
        assert!(places.iter().all(Option::is_some), "{places:?}");
        assert_eq!(overlaps(&places), 0);
    }

    #[test]
    fn a_segment_crosses_what_it_passes_through() {
        let rect = Rect { x: 0.0, y: 0.0, half: [2.0, 1.0] };
        assert!(rect.is_crossed([-5.0, 0.0], [5.0, 0.5]));
        assert!(rect.is_crossed([0.0, 0.0], [0.0, 9.0]));
        assert!(!rect.is_crossed([-5.0, 2.0], [5.0, 2.0]));
        assert!(!rect.is_crossed([-5.0, 0.0], [-3.0, 0.0]));
        assert!(!rect.is_crossed([0.0, 4.0], [6.0, 0.0]));
    }

    #[test]
    fn distances_and_crossings_of_segments() {
        let line = [[0.0, 0.0], [10.0, 0.0]];
        assert_eq!([[5.0, 3.0], [-3.0, 4.0], [12.0, 0.0]].map(|point| distance(point, line)), [3.0, 5.0, 2.0]);
        assert_eq!(distance([3.0, 4.0], [[0.0, 0.0]; 2]), 5.0);
        assert!(cross(line, [[5.0, -1.0], [6.0, 1.0]]));
        assert!(!cross(line, [[5.0, 1.0], [6.0, 2.0]]) && !cross(line, [[12.0, -1.0], [12.0, 1.0]]));
    }

    /// How many labels and how many other points the lines run through.
    fn run_through(points: &[[f64; 2]], places: &[Option<Place>], radius: f64) -> [usize; 2] {
        let lines = || {
            let line = |(index, place): (usize, &Option<Place>)| Some((index, (*place)?.line_from(points[index])?));
            places.iter().enumerate().filter_map(line)
        };
        let labels = lines().flat_map(|(index, [from, to])| {
            let crossed = move |&(other, place): &(usize, &Place)| other != index && place.rect.is_crossed(from, to);
            places.iter().enumerate().filter_map(|(other, place)| Some((other, place.as_ref()?))).filter(crossed)
        });
        let hits = lines().flat_map(|(_, line)| {
            points
                .iter()
                .filter(move |&&point| distance(point, [line[0]; 2]) > radius && distance(point, line) < radius)
        });
        [labels.count(), hits.count()]
    }

    #[test]
    fn lines_run_around_labels_and_points() {
        // A crowd like that of frequent words in the middle of a map: dense within, thin outside.
        let crowd = |count: usize| -> Vec<_> {
            let point = |index: usize| {
                let (turn, far) = (index as f64 * 2.399_963, (index as f64 / count as f64).powf(1.3) * 330.0);
                [500.0 + far * turn.cos(), 400.0 + far * turn.sin()]
            };
            (0..count).map(point).collect()
        };
        for count in [40, 80] {
            let (points, sizes) = (crowd(count), (0..count).map(|index| [30.0 + (index * 37 % 50) as f64, 15.0]));
            let places = place(&points, &sizes.collect::<Vec<_>>(), 4.0, AREA);
            let lines = places.iter().flatten().filter(|place| place.line).count();
            assert!(lines > count / 10, "a crowd needs lines: {lines}");
            assert!(places.iter().all(Option::is_some));
            let [labels, others] = run_through(&points, &places, 4.0);
            // In the middle of a dense crowd, a few lines find no way around.
            assert!(labels + others <= if count == 40 { 0 } else { count / 20 }, "{count}: {labels} + {others}");
        }
    }

    proptest! {
        #[test]
        fn no_label_ever_covers_another(
            points in prop::collection::vec((0.0_f64..1000.0, 0.0_f64..800.0, 5.0_f64..120.0), 0..150),
        ) {
            let at: Vec<_> = points.iter().map(|&(x, y, _)| [x, y]).collect();
            let sizes: Vec<_> = points.iter().map(|&(_, _, width)| [width, 15.0]).collect();
            let places = place(&at, &sizes, 4.0, AREA);
            prop_assert_eq!(overlaps(&places), 0);
            prop_assert!(places.iter().flatten().all(|place| place.rect.inside(&AREA)));
            prop_assert_eq!(&places, &place(&at, &sizes, 4.0, AREA), "the same each time");
            if points.len() <= 40 {
                prop_assert!(places.iter().all(Option::is_some));
            }
        }
    }
}
