//! The ranks of MPI.

use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mpi::Threading;
use mpi::datatype::{Partition, PartitionMut};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, CommunicatorCollectives as _};

use super::turns::in_turns;
use super::{Exchange, Pieces};
use crate::{Error, Result};

/// All processes that `mpirun`, or a cluster's scheduler, has started together.
///
/// MPI ends all of them where one is lost, or a message is.
#[derive(Debug)]
pub struct Mpi {
    rank: usize,
    ranks: usize,
    host: String,
    waited: Mutex<Duration>,
    /// MPI is spoken by one thread, which it belongs to.
    work: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

/// The most bytes of a call, whose counts are `c_int`.
const MOST: usize = 1 << 30;

type Work = Box<dyn FnOnce(&SimpleCommunicator) + Send>;

impl Mpi {
    /// Joins the others.
    ///
    /// # Errors
    /// If this process already has, or MPI cannot be spoken by one thread of several.
    pub fn join() -> Result<Self> {
        let (work, todo) = mpsc::channel::<Work>();
        let (say, said) = mpsc::channel();
        let speak = move || {
            let Some((universe, threading)) = mpi::initialize_with_threading(Threading::Funneled) else { return };
            let world = universe.world();
            let host = mpi::environment::processor_name().unwrap_or_default();
            let place = (world.rank() as usize, world.size() as usize, host);
            let place = (threading >= Threading::Funneled).then_some(place);
            if say.send(place).is_ok() {
                todo.into_iter().for_each(|work| work(&world));
            }
        };
        let thread = thread::Builder::new().name("mpi".to_owned()).spawn(speak);
        let thread = thread.map_err(|error| Error::Failed(format!("the system grants no thread for MPI: {error}")))?;
        let Ok(Some((rank, ranks, host))) = said.recv() else {
            return Err(Error::Failed("this MPI does not let one thread of several speak for all".to_owned()));
        };
        Ok(Self { rank, ranks, host, waited: Mutex::default(), work: Some(work), thread: Some(thread) })
    }

    /// Does `work` in the thread that may.
    fn with<T: Send + 'static>(&self, work: impl FnOnce(&SimpleCommunicator) -> T + Send + 'static) -> T {
        let (say, said) = mpsc::channel();
        let work: Work = Box::new(move |world| {
            // Who asked waits for it.
            let _ = say.send(work(world));
        });
        let sent = self.work.as_ref().is_some_and(|todo| todo.send(work).is_ok());
        match said.recv() {
            Ok(done) if sent => done,
            // It has panicked, and said so.
            _ => std::process::abort(),
        }
    }

    /// The lengths that all ranks have, rank after rank: known when the last has come.
    fn all_lengths(&self, own: impl IntoIterator<Item = usize>) -> Vec<u64> {
        let start = Instant::now();
        let own: Vec<u64> = own.into_iter().map(|length| length as u64).collect();
        let all = self.with(move |world| {
            let mut all = vec![0; own.len() * world.size() as usize];
            world.all_gather_into(&own[..], &mut all[..]);
            all
        });
        *self.waited.lock().unwrap_or_else(PoisonError::into_inner) += start.elapsed();
        all
    }
}

impl Exchange for Mpi {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.ranks
    }

    fn host(&self) -> String {
        self.host.clone()
    }

    fn swap(&self, pieces: Pieces, mut room: Pieces) -> [Pieces; 2] {
        let (rank, ranks) = (self.rank, self.ranks);
        let all = self.all_lengths(pieces.lengths());
        self.with(move |world| {
            let incoming: Vec<usize> = all.iter().skip(rank).step_by(ranks).map(|&length| length as usize).collect();
            in_turns(MOST, &all, &pieces, &incoming, &mut room, |out, counts, into, coming| {
                let out = Partition::new(out, counts, places(counts));
                world.all_to_all_varcount_into(&out, &mut PartitionMut::new(into, coming, places(coming)));
            });
            [room, pieces]
        })
    }

    fn share(&self, piece: Pieces, mut room: Pieces) -> [Pieces; 2] {
        let all = self.all_lengths([piece.bytes().len()]);
        self.with(move |world| {
            let incoming: Vec<usize> = all.iter().map(|&length| length as usize).collect();
            in_turns(MOST, &all, &piece, &incoming, &mut room, |out, _, into, coming| {
                world.all_gather_varcount_into(out, &mut PartitionMut::new(into, coming, places(coming)));
            });
            [room, piece]
        })
    }

    fn waited(&self) -> Duration {
        *self.waited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn abort(&self, code: u8) -> ! {
        self.with(move |world| world.abort(code.into()))
    }
}

impl Drop for Mpi {
    fn drop(&mut self) {
        if thread::panicking() {
            // The others would wait for this one.
            self.abort(101);
        }
        self.work = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Where each of so many begins.
fn places(counts: &[i32]) -> Vec<i32> {
    let before = |end: &mut i32, count: &i32| {
        *end += count;
        Some(*end - count)
    };
    counts.iter().scan(0, before).collect()
}
