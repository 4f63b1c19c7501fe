//! Listening sockets: one for each worker on the same address, so that the kernel deals out connections.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// How many connections the kernel keeps for us between two accepts.
const BACKLOG: i32 = 4_096;

/// The sockets of a gateway. A restart passes them on: a connection that waits in one of them is served by the successor.
#[derive(Debug)]
pub struct Sockets {
    /// Where consumers call, all on the same address.
    pub listen: Vec<TcpListener>,
    /// Where health and metrics answer.
    pub status: TcpListener,
}

impl Sockets {
    /// Further descriptors of the same sockets: these stay open as long as anybody holds one.
    pub fn try_clone(&self) -> io::Result<Self> {
        let listen = self.listen.iter().map(TcpListener::try_clone);
        Ok(Self {
            listen: listen.collect::<Result<_, _>>()?,
            status: self.status.try_clone()?,
        })
    }
}

/// Binds `count` sockets to one address. Port 0 takes a free one, the same for all.
///
/// Fails when anybody else listens there, another gateway too: sharing the port with it would be silent.
pub(crate) fn bind(address: SocketAddr, count: usize) -> io::Result<Vec<TcpListener>> {
    if address.port() != 0 {
        let alone = socket(address)?;
        alone.bind(&address.into())?;
    }
    let mut address = address;
    (0..count)
        .map(|_| {
            let socket = socket(address)?;
            socket.set_reuse_port(true)?;
            socket.bind(&address.into())?;
            socket.listen(BACKLOG)?;
            let socket = TcpListener::from(socket);
            address = socket.local_addr()?;
            Ok(socket)
        })
        .collect()
}

fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A restart must not wait for connections of the last run to leave TIME_WAIT.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Gives every worker at least one socket and every socket a worker: one that nobody accepts from would keep connections
/// waiting for ever.
pub(super) fn deal(sockets: Vec<TcpListener>, workers: usize) -> io::Result<Vec<Vec<TcpListener>>> {
    let mut dealt: Vec<Vec<TcpListener>> = (0..workers).map(|_| Vec::new()).collect();
    for (own, shared) in dealt
        .iter_mut()
        .zip(sockets.iter().cycle())
        .skip(sockets.len())
    {
        own.push(shared.try_clone()?);
    }
    for (number, socket) in sockets.into_iter().enumerate() {
        socket.set_nonblocking(true)?;
        dealt[number % workers].push(socket);
    }
    Ok(dealt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anywhere() -> SocketAddr {
        "127.0.0.1:0".parse().unwrap()
    }

    #[test]
    fn sockets_share_one_address_which_is_then_taken() {
        let sockets = bind(anywhere(), 3).unwrap();
        let addresses: Vec<_> = sockets
            .iter()
            .map(|socket| socket.local_addr().unwrap())
            .collect();
        assert!(addresses.iter().all(|address| *address == addresses[0]));
        assert!(
            bind(addresses[0], 1).is_err(),
            "another gateway must notice"
        );
        drop(sockets);
        assert!(bind(addresses[0], 1).is_ok());
    }

    #[test]
    fn every_worker_has_a_socket_and_every_socket_a_worker() {
        for (sockets, workers) in [(1, 3), (3, 3), (5, 2), (2, 1)] {
            let dealt = deal(bind(anywhere(), sockets).unwrap(), workers).unwrap();
            assert_eq!(dealt.len(), workers);
            assert!(
                dealt.iter().all(|own| !own.is_empty()),
                "{sockets} for {workers}"
            );
            let all: usize = dealt.iter().map(Vec::len).sum();
            assert_eq!(all, sockets.max(workers));
        }
    }
}
