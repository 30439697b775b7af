//! One figure: some work, how often to do it for a sample, and the measured rates.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::Options;
use crate::{Error, Result};

/// Short work is timed in so many parts of a sample. A part is shorter than the slice of time that a busy system gives
/// a thread, so that most parts run undisturbed, and their median is that of an idle machine.
const PARTS: u32 = 10;

/// Does the work this many times, and returns how long that took.
type Work<'a> = Box<dyn FnMut(u64) -> Result<Duration> + 'a>;

/// Something whose rate is measured.
pub(super) struct Figure<'a> {
    work: Work<'a>,
    /// The amount of work of doing it once: operations, or bytes.
    amount: f64,
    /// How often a part of a sample does it.
    times: u64,
    /// How many parts a sample has.
    parts: u32,
    /// Amount per second, of each part.
    rates: Vec<f64>,
}

impl<'a> Figure<'a> {
    /// Work that is too short to be timed on its own.
    pub(super) fn repeated(amount: f64, work: impl FnMut(u64) -> Result<Duration> + 'a) -> Self {
        Self { work: Box::new(work), amount, times: 1, parts: PARTS, rates: Vec::new() }
    }

    /// Work that is long enough to be timed.
    pub(super) fn once(amount: f64, mut work: impl FnMut() -> Result<Duration> + 'a) -> Self {
        Self { work: Box::new(move |_| work()), amount, times: 1, parts: 1, rates: Vec::new() }
    }

    /// Amount per second: the median.
    pub(super) fn rate(&self) -> f64 {
        let mut rates = self.rates.clone();
        rates.sort_by(f64::total_cmp);
        match (rates.get(rates.len().saturating_sub(1) / 2), rates.get(rates.len() / 2)) {
            (Some(low), Some(high)) => (low + high) / 2.0,
            _ => f64::NAN,
        }
    }

    /// Finds out how often a part of a `sample` does the work, which also warms the caches.
    fn calibrate(&mut self, sample: Duration) -> Result<()> {
        let length = sample / self.parts;
        let mut short = self.parts > 1;
        while short {
            let took = (self.work)(self.times)?.max(Duration::from_nanos(1));
            short = took < length / 2;
            let factor = length.as_secs_f64() / took.as_secs_f64();
            // A guess from a very short time may be far off, so approach in steps.
            self.times = ((self.times as f64 * factor.min(64.0)) as u64).max(1);
        }
        Ok(())
    }

    fn sample(&mut self) -> Result<()> {
        for _ in 0..self.parts {
            let took = (self.work)(self.times)?.max(Duration::from_nanos(1));
            self.rates.push(self.amount * self.times as f64 / took.as_secs_f64());
        }
        Ok(())
    }
}

/// Takes all samples of all figures, in turn.
pub(super) fn measure(
    figures: &mut [&mut Figure<'_>],
    options: Options,
    observe: &mut dyn FnMut(u64, u64),
) -> Result<()> {
    for figure in &mut *figures {
        figure.calibrate(options.sample)?;
    }
    let (mut done, total) = (0, figures.len() as u64 * u64::from(options.runs.get()));
    for _ in 0..options.runs.get() {
        for figure in &mut *figures {
            figure.sample()?;
            done += 1;
            observe(done, total);
        }
    }
    Ok(())
}

/// Does `work` on each of `shares` at once, each on its own thread, and returns the time from the first start to the
/// last end.
pub(super) fn at_once<S: Send>(shares: Vec<S>, work: impl Fn(S) + Sync) -> Result<Duration> {
    let mut spans = vec![None; shares.len()];
    // Starting threads takes time that should not be measured: each waits for the others to run.
    let missing = AtomicUsize::new(shares.len());
    let timed = |share, span: &mut Option<(Instant, Instant)>| {
        while missing.load(Ordering::Acquire) > 0 {
            thread::yield_now();
        }
        let start = Instant::now();
        work(share);
        *span = Some((start, Instant::now()));
    };
    let mut refused = None;
    thread::scope(|scope| {
        let mut shares = shares.into_iter().zip(&mut spans);
        let own = shares.next();
        for (share, span) in shares {
            let arrive = || {
                missing.fetch_sub(1, Ordering::Release);
                timed(share, span);
            };
            if let Err(error) = thread::Builder::new().spawn_scoped(scope, arrive) {
                missing.fetch_sub(1, Ordering::Release);
                refused = Some(error);
            }
        }
        if let Some((share, span)) = own {
            missing.fetch_sub(1, Ordering::Release);
            timed(share, span);
        }
    });
    if let Some(error) = refused {
        return Err(Error::Failed(format!("the system refuses a thread: {error}; lower --threads")));
    }
    let starts = spans.iter().flatten().map(|(start, _)| *start);
    let ends = spans.iter().flatten().map(|(_, end)| *end);
    Ok(ends.max().zip(starts.min()).map_or(Duration::ZERO, |(end, start)| end - start))
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    #[test]
    fn samples_are_long_enough_and_taken_in_turn() {
        let order = std::cell::RefCell::new(Vec::new());
        // A clock of its own: each time takes a microsecond.
        let mut short = Figure::repeated(5.0, |times| {
            order.borrow_mut().push(("short", times));
            Ok(Duration::from_micros(times))
        });
        let mut long = Figure::once(6.0, || {
            order.borrow_mut().push(("long", 1));
            Ok(Duration::from_secs(2))
        });
        let options = Options { runs: NonZero::new(2).unwrap(), sample: Duration::from_millis(10) };
        let mut seen = Vec::new();
        measure(&mut [&mut short, &mut long], options, &mut |done, total| seen.push((done, total))).unwrap();
        assert!((short.rate() - 5e6).abs() < 1.0 && long.rate() == 3.0);
        assert_eq!(seen, [(1, 4), (2, 4), (3, 4), (4, 4)]);
        drop((short, long));
        let round = [vec![("short", 1_000); PARTS as usize], vec![("long", 1)]].concat();
        assert!(order.into_inner().ends_with(&round.repeat(2)));
    }

    #[test]
    fn the_median_counts() {
        let with = |rates: &[f64]| Figure { rates: rates.to_vec(), ..Figure::once(1.0, || Ok(Duration::ZERO)) }.rate();
        assert_eq!((with(&[3.0, 1.0, 9.0]), with(&[4.0, 1.0, 2.0, 100.0])), (3.0, 3.0));
        assert!(with(&[]).is_nan());
    }

    #[test]
    fn shares_are_worked_on_at_once() {
        let barrier = std::sync::Barrier::new(3);
        // With fewer threads this would not end.
        let took = at_once(vec![(); 3], |()| {
            barrier.wait();
            thread::sleep(Duration::from_millis(2));
        });
        assert!(took.unwrap() >= Duration::from_millis(2));
    }
}
