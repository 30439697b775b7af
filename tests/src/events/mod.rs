//! The log of a plant, in which it is known which events do not belong where they are.
//!
//! - There are sixteen services, each with eighteen types of events of its own, six for each of three phases; and
//!   sixteen types that all have in common: 304 altogether.
//! - A session is eight to twelve events of one service: the first third are of its first phase, and so on. The k-th
//!   service comes in proportion to 1 / (k + 6), and the k-th type of its phase to 1 / (k + 1) (Zipf).
//! - Of eight events one is a common one instead, the k-th in proportion to 1 / (k + 1); of five others one is of the
//!   same phase of the service that this one calls, always the same.
//! - **Planted:** in one session of twenty, one event is replaced by one of a service that is neither this one nor the
//!   one that it calls, as often the frequent ones as they are frequent. Nothing but its context tells that it is
//!   wrong.
//! - **Drift:** see [`Drift`].
//!
//! A seed gives the same log on every machine.

pub mod auc;
pub mod pairs;

use motevec_core::sample::Generator;
use rand_core::Rng;

const SERVICES: usize = 16;
/// Types of events of a service, in [`PHASES`] phases.
const OWN: usize = 18;
const PHASES: usize = 3;
const COMMON: usize = 16;
/// Types of events at a time.
pub const TYPES: usize = SERVICES * OWN + COMMON;

/// What changes over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
    /// Nothing.
    None,
    /// After every 25 sessions a type gives way to one that was never seen before.
    New,
    /// After every 50 sessions two types of different services change places.
    Moved,
}

/// An event of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its type, as the log names it.
    pub name: String,
    /// Whether it does not belong where it is.
    pub planted: bool,
}

/// The plant.
#[derive(Clone, Debug)]
pub struct Plant {
    drift: Drift,
    /// The type at each place: the own ones of each service, phase by phase, and the common ones.
    types: Vec<usize>,
    /// How many types there were.
    named: usize,
    sessions: usize,
    random: Generator,
    changes: Generator,
    tests: Generator,
}

impl Plant {
    /// The plant before its first session.
    #[must_use]
    pub fn new(seed: u64, drift: Drift) -> Self {
        let [mut names, random, changes, tests] = [0, 1, 2, 3].map(|stream| Generator::new(seed, [20, stream]));
        // Names tell nothing.
        let mut types: Vec<usize> = (0..TYPES).collect();
        for place in (1..TYPES).rev() {
            types.swap(place, below(&mut names, place + 1));
        }
        Self { drift, types, named: TYPES, sessions: 0, random, changes, tests }
    }

    /// The next session.
    pub fn session(&mut self) -> Vec<Event> {
        self.sessions += 1;
        self.change();
        let planted = below(&mut self.random, 20) == 0;
        let mut random = self.random.clone();
        let session = self.draw(&mut random, planted);
        self.random = random;
        session
    }

    /// A session that could be the next, with or without a planted event; nothing goes on.
    pub fn test(&mut self, planted: bool) -> Vec<Event> {
        let mut random = self.tests.clone();
        let session = self.draw(&mut random, planted);
        self.tests = random;
        session
    }

    fn change(&mut self) {
        match self.drift {
            Drift::New if self.sessions.is_multiple_of(25) => {
                self.types[below(&mut self.changes, TYPES)] = self.named;
                self.named += 1;
            }
            Drift::Moved if self.sessions.is_multiple_of(50) => {
                let one = below(&mut self.changes, SERVICES);
                let other = (one + 1 + below(&mut self.changes, SERVICES - 1)) % SERVICES;
                let place = below(&mut self.changes, OWN);
                self.types.swap(one * OWN + place, other * OWN + place);
            }
            _ => {}
        }
    }

    fn draw(&self, random: &mut Generator, planted: bool) -> Vec<Event> {
        let (service, length) = (zipf(random, SERVICES, 6), 8 + below(random, 5));
        let places = (0..length).map(|number| {
            if below(random, 8) == 0 {
                return SERVICES * OWN + zipf(random, COMMON, 1);
            }
            let of = if below(random, 5) == 0 { calls(service) } else { service };
            let phase = number * PHASES / length;
            of * OWN + phase * (OWN / PHASES) + zipf(random, OWN / PHASES, 1)
        });
        let mut session: Vec<Event> = places.map(|place| self.event(place, false)).collect();
        if planted {
            let wrong = below(random, length);
            let elsewhere = loop {
                let other = zipf(random, SERVICES, 6);
                if other != service && other != calls(service) {
                    break other;
                }
            };
            let phase = below(random, PHASES);
            let place = elsewhere * OWN + phase * (OWN / PHASES) + zipf(random, OWN / PHASES, 1);
            session[wrong] = self.event(place, true);
        }
        session
    }

    fn event(&self, place: usize, planted: bool) -> Event {
        Event { name: format!("e{}", self.types[place]), planted }
    }
}

/// The service that another one calls.
fn calls(service: usize) -> usize {
    (service + 1 + service % 3) % SERVICES
}

/// A number below `n`.
fn below(random: &mut Generator, n: usize) -> usize {
    ((u64::from(random.next_u32()) * n as u64) >> 32) as usize
}

/// The number k of 0 .. n in proportion to 1 / (k + 1 + shift).
fn zipf(random: &mut Generator, n: usize, shift: usize) -> usize {
    let weights = || (0..n).map(|k| 1.0 / (k + 1 + shift) as f32);
    let mut place = random.next_u32() as f32 / u32::MAX as f32 * weights().sum::<f32>();
    weights()
        .position(|weight| {
            place -= weight;
            place < 0.0
        })
        .unwrap_or(n - 1)
}
