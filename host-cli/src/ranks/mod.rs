//! Processes that train one model together, the *ranks* of MPI: what they tell each other.

mod agreement;
#[cfg(feature = "mpi")]
mod mpi;
mod pieces;
#[cfg(any(test, feature = "mpi"))]
mod turns;

use std::fmt::Debug;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use agreement::Common;
#[cfg(feature = "mpi")]
pub use mpi::Mpi;
pub use pieces::Pieces;

/// How ranks reach each other. All of them call the same methods in the same order.
///
/// There is no error to handle: where one rank cannot be reached any more, all end.
pub trait Exchange: Debug + Send + Sync {
    /// The number of this rank, from 0.
    fn rank(&self) -> usize;
    /// How many there are.
    fn ranks(&self) -> usize;
    /// The machine that this one runs on.
    fn host(&self) -> String;
    /// Sends a piece to each rank, this one too. Puts the pieces that come, from each rank one, into `room`, and
    /// returns them; and with them, as room, what was sent.
    fn swap(&self, pieces: Pieces, room: Pieces) -> [Pieces; 2];
    /// Likewise, with one piece that is sent to all ranks.
    fn share(&self, piece: Pieces, room: Pieces) -> [Pieces; 2];
    /// How long this rank has waited for others in these until now, before anything could be sent.
    fn waited(&self) -> Duration;
    /// Ends all ranks, with this exit code.
    fn abort(&self, code: u8) -> !;
}

/// One process that plays all ranks.
#[derive(Debug)]
struct Alone;

impl Exchange for Alone {
    fn rank(&self) -> usize {
        0
    }

    fn ranks(&self) -> usize {
        1
    }

    fn host(&self) -> String {
        String::new()
    }

    fn swap(&self, pieces: Pieces, room: Pieces) -> [Pieces; 2] {
        [pieces, room]
    }

    fn share(&self, piece: Pieces, room: Pieces) -> [Pieces; 2] {
        [piece, room]
    }

    fn waited(&self) -> Duration {
        Duration::ZERO
    }

    fn abort(&self, code: u8) -> ! {
        std::process::exit(code.into())
    }
}

/// The ranks of a run, and what it costs them to exchange rows. [`Default`] is one process alone.
#[derive(Clone, Debug)]
pub struct Ranks {
    exchange: Arc<dyn Exchange>,
    received: Arc<AtomicU64>,
    exchanges: Arc<Mutex<Exchanges>>,
}

/// The exchanges of rows so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchanges {
    /// How many there were.
    pub count: u64,
    /// How long they took, with waiting for other ranks.
    pub time: Duration,
    /// How much of that was waiting: others still trained, or still merged.
    pub waiting: Duration,
    /// The bytes that came from other ranks in them.
    pub bytes: u64,
    /// The rows that changed, and how many groups had changed them: a row counts once for each. Until training ends,
    /// those that this rank owns.
    pub rows: [u64; 2],
}

/// When an exchange of rows began, and what had been until then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun {
    at: Instant,
    waited: Duration,
    received: u64,
}

impl Default for Ranks {
    fn default() -> Self {
        Self::new(Alone)
    }
}

impl Ranks {
    /// Ranks that reach each other by `exchange`.
    #[must_use]
    pub fn new(exchange: impl Exchange + 'static) -> Self {
        Self { exchange: Arc::new(exchange), received: Arc::default(), exchanges: Arc::default() }
    }

    /// The number of this rank, from 0. Rank 0 speaks, and writes files.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.exchange.rank()
    }

    /// How many ranks there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.exchange.ranks()
    }

    /// What messages call this rank.
    pub(crate) fn name(&self) -> String {
        format!("rank {} ({})", self.rank(), self.exchange.host())
    }

    /// Which of `groups` groups this rank has.
    #[must_use]
    pub fn own(&self, groups: usize) -> Range<usize> {
        let start = |rank| groups * rank / self.count();
        start(self.rank())..start(self.rank() + 1)
    }

    /// The exchanges of rows so far.
    #[must_use]
    pub fn exchanges(&self) -> Exchanges {
        *self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all ranks, with this exit code.
    pub fn abort(&self, code: u8) -> ! {
        self.exchange.abort(code)
    }

    /// See [`Exchange::swap`].
    pub(crate) fn swap(&self, pieces: Pieces, room: Pieces) -> [Pieces; 2] {
        self.count_bytes(self.exchange.swap(pieces, room))
    }

    /// See [`Exchange::share`].
    pub(crate) fn share(&self, piece: Pieces, room: Pieces) -> [Pieces; 2] {
        self.count_bytes(self.exchange.share(piece, room))
    }

    /// The same piece to all ranks, and from each of them one.
    pub(crate) fn tell(&self, piece: Vec<u8>) -> Pieces {
        let [told, _] = self.share(Pieces::one(piece), Pieces::default());
        told
    }

    fn count_bytes(&self, [received, room]: [Pieces; 2]) -> [Pieces; 2] {
        let bytes = received.bytes().len() - received[self.rank()].len();
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
        [received, room]
    }

    /// The beginning of an exchange of rows.
    pub(crate) fn begin(&self) -> Begun {
        Begun { at: Instant::now(), waited: self.exchange.waited(), received: self.received.load(Ordering::Relaxed) }
    }

    /// Notes an exchange of rows, which ends here.
    pub(crate) fn note(&self, begun: Begun) {
        let now = self.begin();
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.count += 1;
        exchanges.time += now.at - begun.at;
        exchanges.waiting += now.waited - begun.waited;
        exchanges.bytes += now.received - begun.received;
    }

    /// Notes rows that changed in an exchange.
    pub(crate) fn note_rows(&self, rows: [u64; 2]) {
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.rows = [exchanges.rows[0] + rows[0], exchanges.rows[1] + rows[1]];
    }

    /// Adds up the rows that all ranks have noted since there were `before`, which are added up already.
    pub(crate) fn add_up_rows(&self, before: [u64; 2]) {
        let now = self.exchanges().rows;
        let more = self.sum([now[0] - before[0], now[1] - before[1]]);
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).rows = [before[0] + more[0], before[1] + more[1]];
    }

    /// The sums of these numbers over all ranks.
    pub(crate) fn sum<const N: usize>(&self, numbers: [u64; N]) -> [u64; N] {
        let mut sums = [0_u64; N];
        for piece in self.tell(numbers.map(u64::to_le_bytes).concat()).iter() {
            let numbers = piece.as_chunks().0.iter().map(|&number| u64::from_le_bytes(number));
            sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum = sum.wrapping_add(number));
        }
        sums
    }

    /// The largest number that any rank has; none if no rank has one.
    pub(crate) fn most(&self, number: Option<i32>) -> Option<i32> {
        let own = number.map_or_else(Vec::new, |number| number.to_le_bytes().to_vec());
        self.tell(own).iter().filter_map(|piece| Some(i32::from_le_bytes(*piece.first_chunk()?))).max()
    }

    /// Whether it is true for any rank.
    pub(crate) fn any(&self, is_true: bool) -> bool {
        self.sum([is_true.into()]) != [0]
    }
}
