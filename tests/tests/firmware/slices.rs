//! What takes long is done in slices, between which the firmware listens to its serial line.

use std::collections::VecDeque;
use std::thread;

use motevec_core::image::Image;
use motevec_core::optim::FixedAdam;
use motevec_core::query::{Neighbor, Search, nearest_in};
use motevec_core::sample::{CumulativeTable, Generator, Unigram};
use motevec_core::simd::{Portable, Scalar};
use motevec_core::state::State;
use motevec_core::train::{Fixed, Optimized, Sliced, Stream, Trainer};
use motevec_core::vocab::Vocab;
use motevec_learner::learner::{FixedMemory, Learner};
use motevec_learner::session::Session;
use motevec_learner::slots::{NoFlash, Slots};
use motevec_learner::waiting::Waiting;
use motevec_learner::world::{Event, World};
use motevec_tests::firmware::{self, Board, Dialogue};
use rand_core::Rng;

use crate::host;

/// Few places, so that words make room for others, also for some that are in the window.
type Memory = FixedMemory<12, 16, 60>;
type Small<'m> = Learner<'m, Scalar<Portable>, Memory>;

fn bytes(learner: &mut Small<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    learner.visit(&mut |piece| bytes.extend_from_slice(piece));
    bytes
}

/// Whatever a device does between slices, or does not, it learns the same.
#[test]
fn slices_make_no_difference_to_what_is_learned() {
    for seed in 0..8 {
        let mut random = Generator::new(seed, [0]);
        let mut below = |n: u32| random.next_u32() % n;
        let (mut memory, mut other_memory, mut third_memory) = (Memory::new(), Memory::new(), Memory::new());
        let (mut whole, mut sliced) =
            (Small::new(Scalar::new(), &mut memory), Small::new(Scalar::new(), &mut other_memory));
        let mut never_stopped = Small::new(Scalar::new(), &mut third_memory);
        let (mut notices, mut other_notices) = (Vec::new(), Vec::new());
        for sentence in 0..60 {
            // After the first ones, more words than there are places.
            let words = if sentence < 20 { 12 } else { 15 };
            for _ in 0..below(9) {
                let token = format!("w{}", below(words));
                whole.observe(&token, &mut |notice| notices.push(format!("{notice:?}")));
                never_stopped.observe(&token, &mut |_| ());
                sliced.start(&token, &mut |notice| other_notices.push(format!("{notice:?}")));
                let mut budget = below(12);
                while budget > 0 && sliced.step() {
                    budget -= 1;
                }
                match below(12) {
                    // Written down, whatever is left to do is done before.
                    0 => assert!(bytes(&mut sliced) == bytes(&mut whole)),
                    1 => {
                        let rate = if below(2) == 0 { 0.04 } else { 0.06 };
                        assert!(whole.set_rate(rate) && sliced.set_rate(rate) && never_stopped.set_rate(rate));
                    }
                    2 => _ = (sliced.bits(), sliced.near(0, &mut [Neighbor::default(); 2])),
                    _ => {}
                }
            }
            if below(2) == 0 {
                sliced.start_end();
                while below(5) > 0 && sliced.step() {}
            }
            let loss = whole.end_sentence(&mut |_| ());
            assert_eq!(sliced.end_sentence(&mut |_| ()), loss);
            assert_eq!(never_stopped.end_sentence(&mut |_| ()), loss);
            assert_eq!(sliced.bits(), whole.bits(), "seed {seed}, sentence {sentence}");
        }
        assert!(bytes(&mut sliced) == bytes(&mut whole));
        assert_eq!(other_notices, notices);
        assert!(notices.iter().any(|notice| notice.contains("Forgotten")), "{notices:?}");
        assert_eq!(whole.bits(), never_stopped.bits(), "to write it down changes nothing");
    }
}

#[test]
fn a_search_in_slices_finds_what_one_in_a_piece_finds() {
    let lanes = Scalar::<Portable>::new();
    let mut random = Generator::new(1, [0]);
    let mut below = |n: u32| random.next_u32() % n;
    for _ in 0..300 {
        // Many are alike.
        let vectors: [[f32; 3]; 17] = std::array::from_fn(|_| std::array::from_fn(|_| below(3) as f32 - 1.0));
        let (query, room) = (vectors[below(17) as usize], below(6) as usize);
        let (mut expected, mut best) = ([Neighbor::default(); 5], [Neighbor::default(); 5]);
        let found = nearest_in(lanes, &vectors, &query, &[4], &mut expected[..room]);
        let mut search = Search::new(lanes, &query);
        while search.step(lanes, &vectors, &[4], &mut best[..room], below(7) as usize) {}
        assert_eq!((search.found(), best), (found, expected));
    }
}

/// A task, or whoever holds a mutex, can take any of it over, and share what only reads.
#[test]
fn all_that_a_device_holds_may_go_to_another_task() {
    const fn send<T: Send>() {}
    const fn sync<T: Sync>() {}
    type Lanes = Scalar<Portable>;
    type Matrix = [[f32; 16]; 12];
    type Noise = Unigram<'static, CumulativeTable<[u16; 12]>, Generator>;
    const {
        send::<Memory>();
        send::<Small<'static>>();
        send::<Session<'static, Lanes, Nor<'static>, 12, 16, 60, 128>>();
        send::<Slots<Nor<'static>>>();
        send::<Vocab<12, 60>>();
        send::<CumulativeTable<[u16; 12]>>();
        send::<Trainer<'static, Lanes, Matrix, Matrix, Noise, Fixed<2, 6>>>();
        send::<Optimized<Fixed<2, 6>, FixedAdam<12, 16>, FixedAdam<12, 16>>>();
        send::<(Stream<5>, Sliced<2, 6>, Search<'static>, Image<'static>)>();
        sync::<(Memory, Small<'static>, Waiting<256>, Image<'static>)>();
    }
}

/// Flash of a driver that belongs to a task.
type Nor<'f> = &'f mut NoFlash;

/// The most instructions of a micro:bit in 20 ms, at 15.6 million a second.
const MOST: u32 = 312_000;

/// A dialogue that uses every command, in QEMU, where instructions are counted: between two looks at the serial line
/// are never more than a micro:bit can do in 20 ms.
#[test]
fn a_micro_bit_is_never_deaf_for_long() {
    if !Board::Microbit.is_here() {
        return;
    }
    let figures = firmware::figures(Board::Microbit, &Board::Microbit.footprint(",slices"));
    // Every line of it begins with a command.
    let help = host().ask("help");
    let commands = help.iter().filter_map(|line| line.split(' ').next()).filter(|name| !["quit", "ok"].contains(name));
    for name in commands {
        let of_command = figures.iter().filter(|(asked, _)| asked.split(' ').next() == Some(name));
        let longest = of_command.map(|&(_, most)| most).max().unwrap_or_else(|| panic!("no {name}: {figures:?}"));
        println!("{name}: {longest} instructions, {:.1} ms", f64::from(longest) / 15_600.0);
        assert!(longest > 0 && longest <= MOST, "{name}: {longest} instructions");
    }
}

/// What is typed while it learns, as much as can wait, is answered in its turn.
fn hears_what_is_typed_ahead(board: Board) {
    let Some(mut device) = board.start() else { return };
    let mut host = host();
    let mut lines = vec!["demo".to_owned()];
    let mut world = World::new();
    while lines.iter().map(|line| line.len() + 1).sum::<usize>() < 256 - 2 * 50 {
        let tokens = world.visit().map(Event::token);
        lines.push(format!("learn {}", tokens[..3].join(" ")));
    }
    lines.extend(["near lab.laser", "save", "near peace", "vector lab.laser"].map(str::to_owned));
    let typed = lines.iter().fold(String::new(), |typed, line| typed + line + "\n");
    assert!(typed.len() <= 256, "{typed}");
    device.send(typed.as_bytes());
    for line in lines {
        for expected in host.ask(&line) {
            assert_eq!(device.hear(), expected, "{board:?}: {line}");
        }
    }
}

#[test]
fn a_micro_bit_hears_what_is_typed_ahead() {
    hears_what_is_typed_ahead(Board::Microbit);
}

#[test]
fn a_board_that_polls_its_line_hears_what_is_typed_ahead() {
    hears_what_is_typed_ahead(Board::An386);
}

#[test]
fn bytes_that_wait_come_out_as_they_went_in() {
    let (waiting, mut expected) = (Waiting::<8>::new(), VecDeque::new());
    for round in 0..200_u32 {
        for byte in 0..round * 7 % 13 {
            assert_eq!(waiting.is_full(), expected.len() == 8);
            // What finds no room is left out, and nothing else.
            waiting.put(byte as u8);
            if expected.len() < 8 {
                expected.push_back(byte as u8);
            }
        }
        for _ in 0..round * 5 % 11 {
            assert_eq!(waiting.take(), expected.pop_front());
        }
    }
}

#[test]
fn one_may_put_bytes_while_another_takes_them() {
    let (waiting, total) = (Waiting::<4>::new(), 20_000_usize);
    let taken: Vec<u8> = thread::scope(|scope| {
        scope.spawn(|| {
            for byte in 0..total {
                while waiting.is_full() {
                    thread::yield_now();
                }
                waiting.put(byte as u8);
            }
        });
        let mut taken = Vec::new();
        while taken.len() < total {
            match waiting.take() {
                Some(byte) => taken.push(byte),
                None => thread::yield_now(),
            }
        }
        taken
    });
    assert!(taken.iter().enumerate().all(|(place, &byte)| byte == place as u8));
}
