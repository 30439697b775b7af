//! What the demo learns.

use motevec_learner::world::{Event, ROOMS, World};
use motevec_tests::firmware::{Dialogue, Host};

use crate::host;

/// The way into a room and what is used there come to lie together.
#[test]
fn the_demo_learns_which_events_belong_together() {
    for host in [host(), Host::in_integers()] {
        learns_the_building(host);
    }
}

fn learns_the_building(mut host: Host) {
    let answer = host.ask("demo");
    let losses: Vec<f32> =
        answer.iter().filter_map(|line| line.split(' ').nth(3).map(|loss| loss.parse().expect("a number"))).collect();
    assert_eq!(losses.len(), 8, "{answer:?}");
    assert!(losses[0] > 3.5 && losses[7] < 1.7, "the loss falls: {losses:?}");
    let mut right = 0;
    for room in ROOMS {
        let name = room[0].split_once('.').expect("ROOM.EVENT").0;
        for event in room {
            let near = host.ask(&format!("near {event}"));
            assert_eq!(near.len(), 6, "{near:?}");
            let at_home = near.iter().filter(|line| line.starts_with(&format!("{name}."))).count();
            assert!(at_home >= 4, "{event}: {near:?}");
            assert!(near[0].starts_with(name), "{event}: {near:?}");
            right += at_home;
        }
    }
    // For tests/footprint.
    println!("table: events of a building: neighbors right {right} of {}", 5 * ROOMS.as_flattened().len());
}

#[test]
fn the_world_is_the_same_each_time_and_visits_mostly_one_room() {
    let (mut one, mut other) = (World::new(), World::new());
    let (mut events, mut at_home) = (0, 0);
    for _ in 0..500 {
        let visit = one.visit().map(Event::token);
        assert_eq!(visit, other.visit().map(Event::token));
        let room = |event: &str| event.split_once('.').expect("ROOM.EVENT").0.to_owned();
        assert_eq!((visit.len(), visit.first()), (10, visit.last()));
        events += visit.len();
        at_home += visit.iter().filter(|event| room(event) == room(visit[0])).count();
    }
    let share = at_home as f32 / events as f32;
    assert!(share > 0.9 && share < 1.0, "{share}");
}
