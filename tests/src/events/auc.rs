//! How well scores tell planted events from others.

use super::{Event, Plant};

/// What scores the events of a session, and learns from it.
pub trait Detector {
    /// The score of each event; `None` for one that it does not know, or that is alone. Several scorings are possible;
    /// each is a row.
    fn scores(&self, session: &[&str]) -> Vec<Vec<Option<f32>>>;
    /// Learns from a session.
    fn learn(&mut self, session: &[&str]);
}

/// The probability that a planted event has a lower score than another one, for each scoring, over sessions that are
/// not learned. Events without a score are left out.
pub fn auc(detector: &impl Detector, plant: &mut Plant, sessions: usize) -> Vec<f64> {
    let mut scorings: Vec<(Vec<f32>, Vec<f32>)> = Vec::new();
    for number in 0..sessions {
        let session = plant.test(number % 2 == 0);
        let rows = detector.scores(&names(&session));
        scorings.resize_with(rows.len(), Default::default);
        for ((planted, others), row) in scorings.iter_mut().zip(rows) {
            for (event, score) in session.iter().zip(row) {
                let of = if event.planted { &mut *planted } else { &mut *others };
                of.extend(score);
            }
        }
    }
    scorings.into_iter().map(|(planted, others)| area(&planted, others)).collect()
}

/// The share of pairs of which the planted one is lower; equal ones count half.
fn area(planted: &[f32], mut others: Vec<f32>) -> f64 {
    others.sort_by(f32::total_cmp);
    let higher = |score: f32| {
        let (below, upto) = (others.partition_point(|&x| x < score), others.partition_point(|&x| x <= score));
        others.len() as f64 - (below + upto) as f64 / 2.0
    };
    planted.iter().map(|&score| higher(score)).sum::<f64>() / (planted.len() * others.len()) as f64
}

/// The names of events.
#[must_use]
pub fn names(session: &[Event]) -> Vec<&str> {
    session.iter().map(|event| event.name.as_str()).collect()
}
