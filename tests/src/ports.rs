//! Ports for processes that must be told theirs before they start.
//!
//! They are taken below the range the kernel gives to outgoing connections, so that between choosing and binding nobody
//! but another test process can take them, and each test process begins elsewhere.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

const FIRST: u32 = 10_000;
const COUNT: u32 = 20_000;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A loopback address that nothing listens on and that no other caller in this process gets.
pub fn free() -> SocketAddr {
    let begin = std::process::id().wrapping_mul(211) % COUNT;
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (begin + step) % COUNT;
        let port = u16::try_from(port).expect("the range fits");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
