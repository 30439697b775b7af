//! A quadtree over points of a plane, for sums over all of them in which far groups count as one (Barnes & Hut 1986).

use rayon::prelude::*;

/// Levels of the tree: bits of a coordinate.
const LEVELS: u32 = 31;

/// A square of the plane with the points in it.
struct Cell {
    /// The mean of its points.
    center: [f64; 2],
    count: f64,
    /// From this squared distance on it counts as one point.
    far: f64,
    /// The first cell that is not within this one.
    next: u32,
}

/// Cells, each right before those within it.
pub(super) struct Quadtree(Vec<Cell>);

impl Quadtree {
    /// The tree of `points`. A square may count as one point where its side is less than `theta` times its distance.
    pub(super) fn new(points: &[[f64; 2]], theta: f64) -> Self {
        let fold = |axis: usize, start: f64, pick: fn(f64, f64) -> f64| {
            points.iter().map(|point| point[axis]).fold(start, pick)
        };
        let corner = [0, 1].map(|axis| fold(axis, f64::INFINITY, f64::min));
        let side = [0, 1].map(|axis| fold(axis, f64::NEG_INFINITY, f64::max) - corner[axis]);
        let side = side[0].max(side[1]);
        let unit = if side > 0.0 { f64::from((1_u32 << LEVELS) - 1) / side } else { 0.0 };
        let key = |point: [f64; 2]| {
            let [x, y] = [0, 1].map(|axis| spread(((point[axis] - corner[axis]) * unit) as u32));
            x << 1 | y
        };
        let mut sorted: Vec<_> = points.par_iter().map(|&point| key(point)).zip(points.par_iter().copied()).collect();
        // Equal keys keep their order, so that sums are the same each time.
        sorted.par_sort_by_key(|&(key, _)| key);
        let mut tree = Self(Vec::with_capacity(2 * points.len()));
        if !sorted.is_empty() {
            tree.add(&sorted, side / theta);
        }
        tree
    }

    /// Adds the cell of the points `sorted` by key. `reach` is the distance from which the square of all points is far.
    fn add(&mut self, sorted: &[(u64, [f64; 2])], reach: f64) {
        let (at, count) = (self.0.len(), sorted.len() as f64);
        let sum = sorted.iter().fold([0.0; 2], |[x, y], (_, point)| [x + point[0], y + point[1]]);
        let differ = sorted[0].0 ^ sorted[sorted.len() - 1].0;
        // The smallest square with all of them, that many times halved.
        let halvings = differ.leading_zeros().saturating_sub(u64::BITS - 2 * LEVELS) / 2;
        let reach_here = if differ == 0 { 0.0 } else { reach * 0.5_f64.powi(halvings as i32) };
        self.0.push(Cell { center: sum.map(|sum| sum / count), count, far: reach_here * reach_here, next: 0 });
        if differ != 0 {
            let shift = 2 * (LEVELS - halvings - 1);
            for part in sorted.chunk_by(|one, other| one.0 >> shift == other.0 >> shift) {
                self.add(part, reach);
            }
        }
        self.0[at].next = self.0.len() as u32;
    }

    /// Σ q² (`point` − y) and Σ q over all points y, with q = 1 / (1 + |`point` − y|²).
    pub(super) fn repulsion(&self, [x, y]: [f64; 2]) -> ([f64; 2], f64) {
        let (mut force, mut total, mut at) = ([0.0; 2], 0.0, 0);
        while let Some(cell) = self.0.get(at) {
            let way = [x - cell.center[0], y - cell.center[1]];
            let square = way[0] * way[0] + way[1] * way[1];
            if square < cell.far {
                at += 1;
                continue;
            }
            let near = 1.0 / (1.0 + square);
            let weight = cell.count * near;
            total += weight;
            force = [force[0] + weight * near * way[0], force[1] + weight * near * way[1]];
            at = cell.next as usize;
        }
        (force, total)
    }
}

/// The bits of `number`, each with a zero before it.
fn spread(number: u32) -> u64 {
    let mut bits = u64::from(number);
    for (shift, mask) in [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ] {
        bits = (bits | bits << shift) & mask;
    }
    bits
}

#[cfg(test)]
mod tests {
    use motevec_core::sample::Generator;
    use rand_core::Rng as _;

    use super::*;

    fn cloud(count: usize) -> Vec<[f64; 2]> {
        let mut random = Generator::new(3, [0]);
        let mut number = || f64::from(random.next_u32()) / f64::from(u32::MAX) * 20.0 - 10.0;
        (0..count).map(|_| [number(), number().powi(3) / 50.0]).collect()
    }

    /// The same as [`Quadtree::repulsion`], the slow way.
    fn exact(points: &[[f64; 2]], [x, y]: [f64; 2]) -> ([f64; 2], f64) {
        points.iter().fold(([0.0; 2], 0.0), |([across, down], total), point| {
            let way = [x - point[0], y - point[1]];
            let near = 1.0 / (1.0 + way[0] * way[0] + way[1] * way[1]);
            ([across + near * near * way[0], down + near * near * way[1]], total + near)
        })
    }

    fn error(points: &[[f64; 2]], theta: f64) -> f64 {
        let tree = Quadtree::new(points, theta);
        let errors = points.iter().map(|&point| {
            let ((found, total), (expected, all)) = (tree.repulsion(point), exact(points, point));
            assert!((total / all - 1.0).abs() < 0.02, "{total} {all}");
            (found[0] - expected[0]).hypot(found[1] - expected[1]) / all
        });
        errors.fold(0.0, f64::max)
    }

    #[test]
    fn far_groups_count_nearly_as_much_as_their_points() {
        let points = cloud(500);
        assert!(error(&points, 1e-9) < 1e-12, "nothing is far");
        let rough = error(&points, 0.5);
        assert!((1e-9..0.02).contains(&rough), "{rough:e}");
    }

    #[test]
    fn points_in_one_place_count_each() {
        let points = [[1.0, 2.0]; 7];
        assert_eq!(Quadtree::new(&points, 0.5).repulsion([1.0, 2.0]), ([0.0; 2], 7.0));
        assert_eq!(Quadtree::new(&[], 0.5).repulsion([1.0, 2.0]), ([0.0; 2], 0.0));
        let mut pair = vec![[0.0, 0.0]; 3];
        pair.push([1.0, 0.0]);
        assert!(error(&pair, 0.5) < 1e-12);
    }

    #[test]
    fn bits_are_spread() {
        assert_eq!([spread(0b1011), spread(u32::MAX)], [0b100_0101, 0x5555_5555_5555_5555]);
    }
}
