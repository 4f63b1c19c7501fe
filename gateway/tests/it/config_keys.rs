//! Whose signature a gateway takes as time goes by, and what it does when it is told that it runs something else.

use gatehouse_snapshot::key_chain::Link;
use gatehouse_snapshot::object::Object;
use gatehouse_snapshot::sign::Signer;

use crate::control_plane::Mood;
use crate::http::until;
use crate::node::{Start, World};
use crate::objects::{configuration, tenant};
use crate::upstream::Upstream;

const PATH: &str = "/petstore/v1/pets";

fn signer(number: u8) -> Signer {
    Signer::from_seed(&[number; 32]).expect("a signer")
}

fn link(next: u8, by: u8) -> Link {
    Link::new(signer(next).public(), &signer(by))
}

/// Has the control plane sign with another key from now on, sending these links, and publishes a change.
fn sign_with(world: &World, number: u8, links: Vec<Link>) {
    {
        let mut state = world.control_plane.state();
        state.signer = signer(number);
        state.links = links;
        state.forget_deltas();
    }
    world.control_plane.upsert(&[Object::Tenant(tenant())]);
}

/// Sends other links from now on, and waits until the gateway has had them: whoever polls twice more has had an answer.
fn offer(world: &World, links: Vec<Link>) {
    let before = {
        let mut state = world.control_plane.state();
        state.links = links;
        state.polls.len()
    };
    until("the gateway has had the links", || {
        world.control_plane.state().polls.len() >= before + 2
    });
}

/// Waits until the gateway says so, once more when it did before.
fn wait_for_words(world: &World, words: &str) {
    world.control_plane.state().acks.clear();
    until(words, || {
        let said = world.control_plane.last_ack().and_then(|ack| ack.error);
        said.is_some_and(|said| said.contains(words))
    });
}

#[test]
fn a_signing_key_is_taken_only_from_the_one_before_it_and_ends_the_older_ones() {
    // The control plane of these tests signs with 9 when the gateway joins.
    let upstream = Upstream::echo();
    let mut world = World::with(&configuration(&[&upstream.url()]));
    sign_with(&world, 10, Vec::new());
    wait_for_words(&world, "is signed by an unknown key");
    offer(&world, vec![link(10, 8)]);
    wait_for_words(&world, "next signing key is signed by an unknown key");
    offer(&world, vec![link(11, 10)]);
    wait_for_words(&world, "next signing key is signed by an unknown key");
    assert_eq!(world.get(PATH).status, 200, "what ran runs on");
    world.control_plane.state().links = vec![link(10, 9), link(11, 10)];
    world.wait_for_head();
    assert_eq!(world.get(PATH).status, 200);

    // What the older key signed is good on disk, where nobody else is alive; the new keys are pinned.
    world.control_plane.state().mood = Mood::Failing;
    world.restart(&Start::default());
    assert_eq!(world.get(PATH).status, 200);
    let config = world.node.status_page("/readyz").json()["config"].clone();
    assert_eq!(config["seq"], world.control_plane.state().seq);
    world.control_plane.state().mood = Mood::Well;
    sign_with(&world, 11, Vec::new());
    world.wait_for_head();

    // Nothing new is taken from those before it.
    for older in [9, 10] {
        sign_with(&world, older, Vec::new());
        wait_for_words(&world, "is signed by an unknown key");
        assert_eq!(world.get(PATH).status, 200);
        sign_with(&world, 11, Vec::new());
        world.wait_for_head();
    }
}

#[test]
fn a_gateway_that_has_diverged_fetches_everything_again_once() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    world.put(&[Object::Tenant(tenant())]);
    let before = world.control_plane.state().polls.len();
    let whole = || {
        let state = world.control_plane.state();
        let asked = state.polls[before..].iter();
        asked.filter(|poll| **poll == (0, 0)).count()
    };
    world.control_plane.state().diverged = true;
    until("it asks for everything", || whole() == 1);
    let acks = world.control_plane.state().acks.len();
    until("it has said what it runs a few times more", || {
        world.control_plane.state().acks.len() > acks + 3
    });
    assert_eq!(whole(), 1, "what it runs is what it was sent");
    assert_eq!(world.get(PATH).status, 200);
    let page = world.node.status_page("/metrics").text();
    let counted = "gatehouse_config_refused_total{reason=\"diverged\"} 1";
    assert!(page.contains(counted), "{page}");
}
