//! The demo: the events of a building, in which each room's devices are used together.
//!
//! Somebody opens a door, uses the devices in the room, and leaves. Now and then something happens elsewhere. So the
//! events of a room should end up close together, which can be checked.

use motevec_core::rand_core::Rng;
use motevec_core::sample::Generator;

/// The events, one row per room. The first of a row is the way in and out.
pub const ROOMS: [[&str; 8]; 9] = [
    [
        "lobby.door",
        "lobby.light",
        "lobby.heat",
        "lobby.gate",
        "lobby.motion",
        "lobby.bell",
        "lobby.desk",
        "lobby.alarm",
    ],
    ["hall.door", "hall.light", "hall.heat", "hall.window", "hall.motion", "hall.stage", "hall.sound", "hall.alarm"],
    ["lab.door", "lab.light", "lab.heat", "lab.hood", "lab.motion", "lab.gas", "lab.laser", "lab.alarm"],
    [
        "office.door",
        "office.light",
        "office.heat",
        "office.window",
        "office.motion",
        "office.blind",
        "office.fan",
        "office.printer",
    ],
    [
        "kitchen.door",
        "kitchen.light",
        "kitchen.tap",
        "kitchen.window",
        "kitchen.motion",
        "kitchen.oven",
        "kitchen.fridge",
        "kitchen.fan",
    ],
    [
        "store.door",
        "store.light",
        "store.scale",
        "store.ramp",
        "store.motion",
        "store.belt",
        "store.freezer",
        "store.alarm",
    ],
    ["gym.door", "gym.light", "gym.heat", "gym.window", "gym.motion", "gym.shower", "gym.sound", "gym.fan"],
    [
        "attic.door",
        "attic.light",
        "attic.pump",
        "attic.window",
        "attic.motion",
        "attic.tank",
        "attic.boiler",
        "attic.solar",
    ],
    ["lift.door", "lift.call", "lift.up", "lift.down", "lift.floor1", "lift.floor2", "lift.floor3", "lift.alarm"],
];

/// Visits per epoch.
pub const VISITS: usize = 100;
/// Events per visit.
pub const EVENTS: usize = 10;

/// An event of [`ROOMS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    room: u8,
    place: u8,
}

impl Event {
    /// Its token.
    #[must_use]
    pub fn token(self) -> &'static str {
        let room = ROOMS.get(usize::from(self.room));
        room.and_then(|room| room.get(usize::from(self.place))).copied().unwrap_or_default()
    }
}

/// The building, with the same visits each time.
#[derive(Debug)]
pub struct World {
    rng: Generator,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// The building before the first visit.
    #[must_use]
    pub fn new() -> Self {
        Self { rng: Generator::new(7, [3]) }
    }

    /// The events of the next visit.
    #[inline(never)]
    pub fn visit(&mut self) -> [Event; EVENTS] {
        let here = self.below(ROOMS.len());
        let door = Event { room: here, place: 0 };
        let mut events = [door; EVENTS];
        let [_, inside @ .., _] = &mut events;
        for event in inside {
            // One event in sixteen is from another room.
            *event = if self.below(16) == 0 {
                Event { room: self.below(ROOMS.len()), place: self.below(8) }
            } else {
                Event { room: here, place: 1 + self.below(7) }
            };
        }
        events
    }

    /// A number from 0 .. n.
    fn below(&mut self, n: usize) -> u8 {
        (((self.rng.next_u32() >> 16) as usize * n) >> 16) as u8
    }
}
