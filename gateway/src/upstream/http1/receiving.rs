//! The response of an [`Exchange`] on its way in, up to the end of the head that counts.

use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::buffers::{HeadText, Shelf};
use super::exchange::{Asked, Exchange, Fault};
use super::response_head::{self, Parsed};

/// Interim responses before the one that counts.
const INTERIM_MAX: u32 = 16;

/// The wait for a head.
pub(super) struct Watch<'a, 'm> {
    /// Searched for the end of a head, from its beginning.
    scanned: usize,
    interim: u32,
    pub(super) asked: &'a Asked<'m>,
    heads: &'a Rc<Shelf<HeadText>>,
}

impl<'a, 'm> Watch<'a, 'm> {
    pub(super) fn new(asked: &'a Asked<'m>, heads: &'a Rc<Shelf<HeadText>>) -> Self {
        Self {
            scanned: 0,
            interim: 0,
            asked,
            heads,
        }
    }
}

impl Exchange {
    /// Reads until there is the head of a final response.
    pub(super) fn poll_head(
        &mut self,
        cx: &mut Context<'_>,
        watch: &mut Watch<'_, '_>,
    ) -> Poll<Result<Parsed, Fault>> {
        loop {
            if let Some(parsed) = self.parse_head(watch)? {
                return Poll::Ready(Ok(parsed));
            }
            let Poll::Ready(read) = self.poll_read(cx, watch.asked.head_bytes_max) else {
                return Poll::Pending;
            };
            let error = match read {
                Ok(0) => io::ErrorKind::UnexpectedEof.into(),
                Ok(_) => continue,
                Err(error) => error,
            };
            let silent = self.end == 0 && watch.interim == 0;
            // Of a write and a read that failed, the write says why.
            let error = self.refused.take().unwrap_or(error);
            return Poll::Ready(Err(if silent {
                Fault::Silent(error)
            } else {
                Fault::Cut(error)
            }));
        }
    }

    fn parse_head(&mut self, watch: &mut Watch<'_, '_>) -> Result<Option<Parsed>, Fault> {
        while self.start < self.end {
            let arrived = &self.scratch.input[self.start..self.end];
            let found =
                response_head::find_end(arrived, &mut watch.scanned).map_err(Fault::from)?;
            let length = found.unwrap_or(arrived.len());
            if length > watch.asked.head_bytes_max {
                return Err(Fault::Malformed("its head is too long"));
            }
            let Some(length) = found else {
                return Ok(None);
            };
            let (asked, text) = (watch.asked, watch.heads.lend());
            let parsed =
                response_head::parse(&arrived[..length], asked.method, asked.may_switch, text)
                    .map_err(Fault::from)?;
            self.start += length;
            watch.scanned = 0;
            if parsed.is_some() {
                return Ok(parsed);
            }
            watch.interim += 1;
            if watch.interim > INTERIM_MAX {
                return Err(Fault::Malformed("interim responses without end"));
            }
        }
        Ok(None)
    }

    /// Reads behind what has arrived, into a buffer that grows up to `room_max`.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        room_max: usize,
    ) -> Poll<io::Result<usize>> {
        let input = &mut self.scratch.input;
        if self.end == input.len() {
            if self.start > 0 {
                input.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else {
                // One byte more than may be needed, so that "too long" can be told from "just so long".
                let room = (input.len() * 2)
                    .min(room_max.saturating_add(1))
                    .max(input.len() + 1);
                input.resize(room, 0);
            }
        }
        let Some(connection) = &mut self.connection else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let read = connection.stream.poll_read(cx, &mut input[self.end..]);
        if let Poll::Ready(Ok(length)) = read {
            self.end += length;
        }
        read
    }
}
