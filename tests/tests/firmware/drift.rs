//! A stream without an end, whose words change: a device that is old learns what is new as soon as a young one.

use motevec_core::image::{Checksum, Header};
use motevec_core::query::Neighbor;
use motevec_core::sample::Generator;
use motevec_core::simd::{Portable, Wide};
use motevec_learner::learner::{FixedMemory, Learner};
use rand_core::Rng;

/// Rooms, each with a way in and out and seven devices.
const ROOMS: usize = 7;
const EVENTS: usize = 8 * ROOMS;
const PLACES: usize = 64;

type Memory = FixedMemory<PLACES, 16, 640>;
type Old<'m> = Learner<'m, Wide<Portable>, Memory>;

fn learner(memory: &mut Memory) -> Old<'_> {
    Learner::new(Wide::new(), memory)
}

/// The building of the demo, with names of its own in each era, and one event in `strays` that never comes again.
struct Building {
    era: char,
    strays: Option<usize>,
    random: Generator,
}

impl Building {
    fn below(&mut self, n: usize) -> usize {
        ((self.random.next_u32() >> 16) as usize * n) >> 16
    }

    fn event(&self, number: usize) -> String {
        format!("{}{}.{}", self.era, number / 8, number % 8)
    }

    fn visit(&mut self) -> Vec<String> {
        let room = self.below(ROOMS);
        let mut events = vec![self.event(8 * room); 10];
        for event in &mut events[1..9] {
            if self.strays.is_some_and(|one_in| self.below(one_in) == 0) {
                *event = format!("x{}", self.random.next_u32());
            } else {
                // One event in sixteen is from another room.
                let elsewhere = self.below(16) == 0;
                let number = if elsewhere { self.below(EVENTS) } else { 8 * room + 1 + self.below(7) };
                *event = self.event(number);
            }
        }
        events
    }

    fn live(&mut self, learner: &mut Old<'_>, visits: usize) {
        for _ in 0..visits {
            let visit = self.visit();
            learner.learn(visit.iter().map(String::as_str), &mut |_| ());
        }
    }

    fn known(&self, learner: &Old<'_>) -> usize {
        (0..EVENTS).filter(|&number| learner.word(&self.event(number)).is_some()).count()
    }

    /// How many events have at least four neighbors of five in their room, and the nearest there.
    fn right(&self, learner: &Old<'_>) -> usize {
        let right = |&number: &usize| {
            let Some(word) = learner.word(&self.event(number)) else { return false };
            let mut near = [Neighbor::default(); 5];
            let found = learner.near(word, &mut near);
            let room = format!("{}{}.", self.era, number / 8);
            let at_home = near.map(|near| learner.vocab().token(near.row).unwrap_or_default().starts_with(&room));
            found == 5 && at_home[0] && at_home.into_iter().filter(|&home| home).count() >= 4
        };
        (0..EVENTS).filter(right).count()
    }
}

/// An image of what the learner knows, with counts as if it were `times` as old.
fn aged(learner: &Old<'_>, times: u32) -> Vec<u8> {
    let mut image = Vec::new();
    let saved = learner.save(|piece| {
        image.extend_from_slice(piece);
        Ok::<(), ()>(())
    });
    assert_eq!(saved, Ok(Ok(())));
    let words = learner.vocab().len();
    for count in image[Header::LEN..].as_chunks_mut().0.iter_mut().take(words) {
        *count = (u32::from_le_bytes(*count) * times).to_le_bytes();
    }
    let (content, checksum) = image.split_last_chunk_mut().expect("a checksum");
    let mut sum = Checksum::new();
    sum.add(content);
    *checksum = sum.value().to_le_bytes();
    image
}

/// All events are replaced by others, at an age of a million visits. The new ones are all known within 150 visits, and
/// their neighbors right within 500; if one event in twenty is a stray, all are known within 250.
#[test]
fn an_old_device_learns_new_words_as_soon_as_a_young_one() {
    for (seed, strays, in_time) in [(1, None, 150), (2, None, 150), (3, Some(20), 250), (4, Some(20), 250)] {
        let mut building = Building { era: 'a', strays, random: Generator::new(seed, [9]) };
        let (mut young, mut old) = (Memory::new(), Memory::new());
        let mut young = learner(&mut young);
        building.live(&mut young, 500);
        assert_eq!(building.known(&young), EVENTS, "seed {seed}");
        assert!(building.right(&young) >= EVENTS - 3, "seed {seed}");
        let image = aged(&young, 2000 * 8);
        let mut old = learner(&mut old);
        // Otherwise counts would be scaled as they are loaded, and these stand for some that have grown there.
        old.fade_at(0);
        assert_eq!(old.load(&image[..]), Ok(()));
        assert!(old.vocab().total() > 5_000_000);
        old.fade_at(16 * PLACES as u64);
        building.live(&mut old, 1);
        assert!(old.vocab().total() <= 16 * PLACES as u64, "all counts have faded");

        building.era = 'b';
        let (mut visits, mut known, mut right) = (0, None, None);
        while right.is_none() && visits < 1000 {
            building.live(&mut old, 10);
            visits += 10;
            known = known.or((building.known(&old) == EVENTS).then_some(visits));
            right = (building.right(&old) == EVENTS).then_some(visits);
        }
        println!("seed {seed}: all are known after {known:?} visits, and right after {right:?}");
        assert!(known.is_some_and(|visits| visits <= in_time) && right.is_some_and(|visits| visits <= 500));

        // Counts that do not fade.
        let mut memory = Memory::new();
        let mut rigid = learner(&mut memory);
        rigid.fade_at(0);
        assert_eq!(rigid.load(&image[..]), Ok(()));
        building.live(&mut rigid, 1000);
        assert!(building.known(&rigid) < EVENTS / 2);
    }
}

/// Words that come rarely, but come back, keep their places among strays.
#[test]
fn what_comes_often_enough_is_not_forgotten() {
    let mut building = Building { era: 'a', strays: Some(20), random: Generator::new(5, [9]) };
    let mut memory = Memory::new();
    let mut learner = learner(&mut memory);
    building.live(&mut learner, 300);
    for _ in 0..30 {
        building.live(&mut learner, 50);
        assert_eq!(building.known(&learner), EVENTS);
    }
    assert!(learner.vocab().dropped() > 50 && building.right(&learner) > EVENTS - 4);
}
