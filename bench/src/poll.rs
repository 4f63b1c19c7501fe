//! epoll(7) with edges, as the three loops of this program use it.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;

/// Reported by one wait; what is left is reported by the next.
const EVENTS_MAX: usize = 256;

/// Which sockets have something to say.
pub(crate) struct Poll {
    epoll: OwnedFd,
}

impl Poll {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
        })
    }

    /// Reports a socket from now on, once whenever it becomes readable or writable.
    pub(crate) fn add(&self, socket: impl AsFd, token: u64) -> anyhow::Result<()> {
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        Ok(epoll::add(
            &self.epoll,
            socket,
            EventData::new_u64(token),
            flags,
        )?)
    }

    /// Reports a listening socket as long as a connection waits.
    pub(crate) fn add_listener(&self, socket: impl AsFd, token: u64) -> anyhow::Result<()> {
        let data = EventData::new_u64(token);
        Ok(epoll::add(&self.epoll, socket, data, EventFlags::IN)?)
    }

    /// Waits, at most so long, and puts the tokens of what was reported into `ready`. To the nanosecond: a loop that spins
    /// instead would take the core from its neighbour.
    pub(crate) fn wait(
        &mut self,
        ready: &mut Vec<u64>,
        at_most: Option<Duration>,
    ) -> anyhow::Result<()> {
        let timeout = at_most.map(|wait| Timespec {
            tv_sec: wait.as_secs().cast_signed(),
            tv_nsec: wait.subsec_nanos().into(),
        });
        ready.clear();
        let mut events = [MaybeUninit::<Event>::uninit(); EVENTS_MAX];
        match epoll::wait(&self.epoll, &mut events, timeout.as_ref()) {
            Ok((events, _)) => ready.extend(events.iter().map(|event| event.data.u64())),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
