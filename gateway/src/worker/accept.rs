//! From the listening socket to the worker that serves.

use std::net::SocketAddr;
use std::rc::Rc;

use gatehouse_runtime::listener::parts::{Admitted, Permit};
use gatehouse_runtime::listener::{AcceptTrouble, CloseReason};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::Worker;
use super::balance::Load;

/// A connection that was let in, on its way to its worker.
pub(super) struct Arrival {
    pub(super) stream: std::net::TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) permit: Permit,
    pub(super) _load: Load,
}

impl Worker {
    /// Accepts until the drain begins. Closing the socket then makes the kernel refuse, so that clients go elsewhere at once.
    pub(super) async fn accept(self: Rc<Self>, socket: TcpListener) {
        let plan = &self.plan;
        let mut trouble = AcceptTrouble::default();
        loop {
            let accepted = tokio::select! {
                biased;
                () = plan.drain.cancelled() => return,
                accepted = socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.admit(stream, peer),
                Err(error) => trouble.pause(&error, &plan.stats, &plan.drain).await,
            }
        }
    }

    /// Takes connections that other workers hand over.
    pub(super) async fn welcome(self: Rc<Self>, mut door: mpsc::Receiver<Arrival>) {
        while let Some(Some(arrival)) = self.plan.drain.run_until_cancelled(door.recv()).await {
            self.start(arrival);
        }
        // What was handed over before the drain began was let in, and is answered.
        door.close();
        while let Ok(arrival) = door.try_recv() {
            self.start(arrival);
        }
    }

    fn admit(self: &Rc<Self>, stream: TcpStream, peer: SocketAddr) {
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let settings = &self.plan.settings;
        let admitted = if self.plan.memory.is_used_up() {
            self.plan.stats.count_closed(CloseReason::Busy);
            Admitted::Busy
        } else if !settings.proxy_protocol {
            self.admission.admit(peer.ip())
        } else if settings.trusted_proxies.contains(peer.ip()) {
            // Whose connection it is will be told.
            self.admission.admit_unnamed()
        } else {
            self.plan.stats.count_closed(CloseReason::Protocol);
            return;
        };
        let permit = match admitted {
            Admitted::Yes(permit) => permit,
            Admitted::Busy => {
                let refusals = &self.plan.refusals;
                return self.admission.answer_busy(stream, refusals, &self.tasks);
            }
            Admitted::TooManyFromSource => return,
        };
        // Small answers must not wait for a full packet.
        let _ = stream.set_nodelay(true);
        let Ok(stream) = stream.into_std() else {
            return;
        };
        let worker = self.balance.choose(self.number);
        let arrival = Arrival {
            stream,
            peer,
            permit,
            _load: self.balance.load(worker),
        };
        if worker == self.number {
            return self.start(arrival);
        }
        match self.doors[worker].try_send(arrival) {
            Ok(()) => {}
            // Its door is full or closed: better a loaded worker than none.
            Err(
                mpsc::error::TrySendError::Full(arrival)
                | mpsc::error::TrySendError::Closed(arrival),
            ) => {
                let _load = self.balance.load(self.number);
                self.start(Arrival { _load, ..arrival });
            }
        }
    }
}
