//! How soon a revoked key is refused: from the moment the change leaves the control plane to the first call that is refused.
//!
//! It includes the way to the gateway and back, and the call itself, so it is an upper bound of the time the gateway takes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::bench::{Alone, Bench};
use crate::cases::Case;
use crate::control_plane::ControlPlane;
use crate::findings::Finding;
use crate::generator::Pace;
use crate::histogram::Histogram;
use crate::http1;
use crate::keys::Fate;
use crate::planes::Plane;
use crate::scene::{self, API_PATH};

const REVOCATIONS: usize = 100;
const KEYS: usize = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn run(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let case = Case::two_limits(KEYS, Pace::Closed);
    let mut alone = Alone::build(bench, &case)?;
    let control_plane = ControlPlane::start(scene::FIRST, alone.built.hash)?;
    alone.control_plane = Some(control_plane.address);
    alone.start(Plane::Gateway)?;
    let mut stream = TcpStream::connect(alone.running()?.address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut taken = Histogram::default();
    for number in 0..REVOCATIONS {
        let place = number * 9_973;
        let keys = &alone.built.keys;
        let key = std::str::from_utf8(keys.text_at(place))?;
        anyhow::ensure!(status_of(&mut stream, key)? == 200, "a good key is refused");
        let before = scene::credential_record(keys, place, Fate::Good)?;
        let after = scene::credential_record(keys, place, Fate::Revoked)?;
        let published = Instant::now();
        control_plane.publish(vec![(Some(before), after)]);
        while status_of(&mut stream, key)? != 401 {
            if published.elapsed() > PATIENCE {
                bail!("a revoked key still works after {PATIENCE:?}");
            }
        }
        taken.add(published.elapsed());
    }
    let ms = |us: f64| us / 1e3;
    Ok(vec![
        Finding::told(
            "revoke",
            "publish to refusal, p50, 1,000,000 keys",
            "ms",
            ms(taken.quantile_us(0.5)),
        ),
        Finding::told(
            "revoke",
            "publish to refusal, p99",
            "ms",
            ms(taken.quantile_us(0.99)),
        )
        .at_most(10.0, 1.0),
    ])
}

/// One call on a blocking connection.
fn status_of(stream: &mut TcpStream, key: &str) -> anyhow::Result<u16> {
    let call =
        format!("GET {API_PATH}/items/1 HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\n\r\n");
    stream.write_all(call.as_bytes())?;
    let mut input = Vec::new();
    let mut buffer = [0; 8 * 1024];
    loop {
        let read = stream.read(&mut buffer)?;
        anyhow::ensure!(read > 0, "the gateway closed a connection");
        input.extend_from_slice(&buffer[..read]);
        if let Some(head) = http1::head(&input) {
            let mut body = http1::Body::of(head.length);
            body.take(&input[head.bytes..]);
            if body.is_done() {
                return Some(http1::status(&input)).context("no status");
            }
        }
    }
}
