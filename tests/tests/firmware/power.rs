//! Power that fails: what was kept in flash is there at the next start, and the device goes on as if it had never
//! stopped.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use motevec_core::simd::{Portable, Scalar};
use motevec_core::state::State;
use motevec_learner::embedded_storage::nor_flash::{NorFlash, NorFlashErrorKind, ReadNorFlash};
use motevec_learner::learner::{FixedMemory, Learner};
use motevec_learner::slots::{BLOCK, NotKept, Part, Slots};
use motevec_learner::world::World;
use motevec_tests::Folder;
use motevec_tests::firmware::{Board, Device, Dialogue, Host};
use motevec_tests::nor::Nor;

use crate::host;

const BEFORE: [&str; 4] = ["demo", "adopt peace war", "rate 0.1", "learn a b c d e f g h i j k l m n o p q"];
const AFTER: [&str; 6] =
    ["learn peace lab.door war lab.light a", "stats", "learn r s t u v w x y z", "near peace", "rate 0.05", "save"];

#[test]
fn a_device_goes_on_as_if_it_had_never_stopped() {
    let mut never_stopped = host();
    never_stopped.ask_all(&BEFORE);
    let flash = Nor::new(48 << 10, 1);
    Host::with_flash(flash.clone()).ask_all(&BEFORE[..2]);
    // Nothing was kept.
    assert_eq!(Host::with_flash(flash.clone()).ask("save"), ["error: nothing is learned yet"]);
    let mut first = Host::with_flash(flash.clone());
    for line in BEFORE {
        first.ask(line);
        assert_eq!(first.ask("keep"), ["ok"]);
    }
    first.ask_all(&["reset", "learn forgotten words"]);
    assert_eq!(Host::with_flash(flash).ask_all(&AFTER), never_stopped.ask_all(&AFTER));
}

#[test]
fn without_flash_or_with_too_little_nothing_is_kept() {
    assert_eq!(host().ask("keep"), ["error: there is no flash to keep it in"]);
    assert_eq!(Host::with_flash(Nor::new(23 << 10, 1)).ask("keep"), ["error: there is no flash to keep it in"]);
}

/// The rest of a flash, such as the program, is out of reach of a part of it.
#[test]
fn a_part_of_a_flash_is_a_flash_of_its_own() {
    let mut flash = Nor::new(80 << 10, 1);
    let content = |flash: &mut Nor| {
        let mut bytes = vec![0; flash.capacity()];
        flash.read(0, &mut bytes).map(|()| bytes)
    };
    let before = content(&mut flash).expect("it can be read");
    let (start, end) = (8 << 10, 56 << 10);
    let part = || Part::new(flash.clone(), start..end).expect("these are pages");
    let mut device = Host::with_flash(part());
    for line in BEFORE {
        device.ask(line);
        assert_eq!(device.ask("keep"), ["ok"]);
    }
    assert_eq!(Host::with_flash(part()).ask_all(&AFTER), device.ask_all(&AFTER));

    let size = end - start;
    let mut part = part();
    assert_eq!(part.capacity(), size as usize);
    assert_eq!(part.read(size - 1, &mut [0; 2]), Err(NorFlashErrorKind::OutOfBounds));
    assert_eq!(part.write(size, &[0; 4]), Err(NorFlashErrorKind::OutOfBounds));
    assert_eq!(part.erase(0, size + 1024), Err(NorFlashErrorKind::OutOfBounds));
    assert_eq!(part.erase(0, 512), Err(NorFlashErrorKind::NotAligned));
    let after = content(&mut flash).expect("it can be read");
    let (start, end) = (start as usize, end as usize);
    assert!(before[..start] == after[..start] && before[end..] == after[end..]);
    assert!(before[start..end] != after[start..end]);

    for wrong in [0..81 << 10, 1024..1536] {
        assert!(Part::new(flash.clone(), wrong).is_none());
    }
}

/// A learner of few words, so that there are few pages.
type Memory = FixedMemory<20, 16, 160>;
type Small<'m> = Learner<'m, Scalar<Portable>, Memory>;
const ROOM: usize = size_of::<Memory>() + 192;
const SLOT: usize = 4 << 10;

fn small(memory: &mut Memory) -> Small<'_> {
    Learner::new(Scalar::new(), memory)
}

fn slots(flash: &Nor) -> Slots<Nor> {
    Slots::new(flash.clone(), ROOM, 7).expect("there is room")
}

fn learn(learner: &mut Small<'_>, world: &mut World) {
    for _ in 0..3 {
        learner.learn(world.visit().iter().map(|event| event.token()), &mut |_| ());
    }
}

fn bytes(learner: &mut Small<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    learner.visit(&mut |piece| bytes.extend_from_slice(piece));
    bytes
}

/// A sentence that has begun goes on, wherever it was cut.
#[test]
fn a_learner_goes_on_within_a_sentence() {
    for cut in 0..=10 {
        let (mut world, mut memory, mut other_memory) = (World::new(), Memory::new(), Memory::new());
        let (mut learner, mut other) = (small(&mut memory), small(&mut other_memory));
        learn(&mut learner, &mut world);
        let visit = world.visit();
        let (begun, rest) = visit.split_at(cut);
        begun.iter().for_each(|event| learner.observe(event.token(), &mut |_| ()));
        let flash = Nor::new(2 * SLOT, 3);
        assert_eq!(slots(&flash).keep(&mut learner), Ok(()));
        // Whatever it was doing.
        other.observe("elsewhere", &mut |_| ());
        assert_eq!(slots(&flash).restore(&mut other), Ok(true));
        for learner in [&mut learner, &mut other] {
            rest.iter().for_each(|event| learner.observe(event.token(), &mut |_| ()));
        }
        assert_eq!(learner.end_sentence(&mut |_| ()), other.end_sentence(&mut |_| ()));
        assert!(learner.bits() == other.bits() && bytes(&mut learner) == bytes(&mut other), "cut at {cut}");
    }
}

/// The power fails in each page that is erased, and in each piece that is written.
#[test]
fn power_may_fail_at_any_write() {
    let (mut memory, mut world) = (Memory::new(), World::new());
    let mut learner = small(&mut memory);
    for places in [2, 3] {
        let flash = Nor::new(places * SLOT, 5);
        assert_eq!(slots(&flash).restore(&mut learner), Ok(false), "bytes that nobody wrote are no state");
        let mut kept = None;
        for round in 0..4 {
            learn(&mut learner, &mut world);
            let new = bytes(&mut learner);
            let (mut failures, operations) = (0, SLOT / 1024 + new.len().div_ceil(BLOCK) + 1);
            loop {
                let torn = flash.copy();
                torn.fail_in(1 + failures);
                let (mut slots_now, mut memory) = (slots(&torn), Memory::new());
                let found = slots_now.restore(&mut small(&mut memory));
                assert_eq!(found, Ok(kept.is_some()));
                let result = slots_now.keep(&mut learner);
                if !torn.restart() {
                    assert_eq!(result, Ok(()));
                    break;
                }
                failures += 1;

                // The next start finds what was kept before.
                let (mut slots_then, mut memory) = (slots(&torn), Memory::new());
                let mut next = small(&mut memory);
                let found = slots_then.restore(&mut next).expect("the flash can be read").then(|| bytes(&mut next));
                // The seal may be whole before all of its piece is written.
                let sealed = failures == operations && found.as_ref() == Some(&new);
                assert!(found == kept || sealed, "round {round}, failure {failures}");
                assert_eq!(result, Err(NotKept));
                // And what is kept then holds.
                assert_eq!(slots_then.keep(&mut learner), Ok(()));
                assert_eq!(slots(&torn).restore(&mut next), Ok(true));
                assert!(bytes(&mut next) == new);
            }
            assert_eq!(failures, operations, "each page and piece of a slot");
            let mut slots = slots(&flash);
            let mut memory = Memory::new();
            assert_eq!(slots.restore(&mut small(&mut memory)), Ok(kept.is_some()));
            assert_eq!(slots.keep(&mut learner), Ok(()));
            kept = Some(new);
        }
    }
}

#[test]
fn pages_wear_alike_and_a_worn_one_is_noticed() {
    let flash = Nor::new(3 * SLOT + 100 * 4, 9);
    let (mut memory, mut world, mut slots) = (Memory::new(), World::new(), slots(&flash));
    let mut learner = small(&mut memory);
    for round in 1..=30 {
        learn(&mut learner, &mut world);
        assert_eq!(slots.keep(&mut learner), Ok(()));
        let erasures = flash.erasures();
        assert!(erasures.iter().all(|&times| times == round / 3 || times == round / 3 + 1), "{erasures:?}");
    }
    // Of three slots, another is taken than the one that is worn.
    flash.wear_out(1000);
    learn(&mut learner, &mut world);
    let kept = bytes(&mut learner);
    assert_eq!(slots.keep(&mut learner), Ok(()));
    learn(&mut learner, &mut world);
    assert_eq!(slots.restore(&mut learner), Ok(true));
    assert!(bytes(&mut learner) == kept);
    // Of two, none is left, but what was kept is still there.
    let two = Nor::new(2 * SLOT, 7);
    let mut slots = self::slots(&two);
    assert_eq!(slots.keep(&mut learner), Ok(()), "nothing was looked for before");
    two.wear_out(SLOT + 1000);
    learn(&mut learner, &mut world);
    assert_eq!(slots.keep(&mut learner), Err(NotKept));
    assert_eq!(slots.restore(&mut learner), Ok(true));
    assert!(bytes(&mut learner) == kept);
    // What has another form is nobody's.
    let other = Slots::new(flash, ROOM, 8).map(|mut slots| slots.restore(&mut learner));
    assert_eq!(other, Some(Ok(false)));
}

/// QEMU's control socket, through which the reset button is pressed.
struct Control(BufReader<UnixStream>);

impl Control {
    fn connect(socket: &str) -> Self {
        let stream = UnixStream::connect(socket).expect("QEMU listens");
        let mut control = Self(BufReader::new(stream));
        control.hear();
        control.ask("qmp_capabilities");
        control
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("QEMU speaks");
        line
    }

    fn ask(&mut self, command: &str) {
        writeln!(self.0.get_mut(), "{{\"execute\": \"{command}\"}}").expect("QEMU listens");
        // Events come in between.
        while !self.hear().contains("\"return\"") {}
    }
}

/// A micro:bit loses its power while it writes: at the next start it has what was kept last, or before.
#[test]
fn a_micro_bit_that_is_cut_off_goes_on() {
    let board = Board::Microbit;
    if !board.is_here() {
        return;
    }
    let folder = Folder::new();
    let socket = folder.path("control");
    let socket = socket.to_str().expect("a path");
    let options = ["-qmp", &format!("unix:{socket},server=on,wait=off")];
    let mut device = Device::start_with(board, &board.build(), &options);
    let mut control = Control::connect(socket);
    let mut never_stopped = host();
    let learned = "learn a b c d e f g h";
    let (mut old, mut kept) = (Vec::new(), 0);
    for delay in 0..12 {
        assert_eq!(device.ask(learned), never_stopped.ask(learned));
        let new = device.ask("save");
        device.send(b"keep\n");
        thread::sleep(Duration::from_millis(delay));
        control.ask("system_reset");
        let mut greeting = device.hear();
        // It may have been done.
        let done = greeting == "ok";
        if done {
            greeting = device.hear();
        }
        assert!(greeting.contains("motevec on micro:bit"), "{greeting}");
        // All of `keep`, or the end of it, may have been heard only then.
        device.send(b"near nobody\n");
        while device.hear() != "error: no such word: nobody" {}
        let found = device.ask("save");
        if found == new {
            kept += 1;
            old = new;
            continue;
        }
        assert!(!done);
        assert!(found == old || old.is_empty() && found == ["error: nothing is learned yet"], "{found:?}");
        // The one that never stopped has learned once more.
        assert_eq!(device.ask(learned).len(), 2);
        assert_eq!(device.ask("keep"), ["ok"]);
        old = device.ask("save");
        assert_eq!(old, new, "what is learned again is the same");
    }
    println!("{kept} of 12 were kept before the cut");
    let lines = ["stats", "learn a c e g", "near a", "save"];
    let answers = |device: &mut dyn Dialogue| {
        let mut answers = device.ask_all(&lines);
        answers.retain(|line| !line.starts_with("stack "));
        answers
    };
    assert_eq!(answers(&mut device), answers(&mut never_stopped));
}
