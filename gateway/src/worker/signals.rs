//! How a worker tells all its connections that the drain has begun, or is over.
//!
//! A flag that costs a connection nothing to look at, and the wakers of those that wait.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};

/// What connections are to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Go on.
    Serving,
    /// Another process has the sockets, or the gateway is out of rotation: answer once more, and ask for a new connection. Nobody
    /// is left without an answer who was about to ask.
    Retiring,
    /// Answer what has been asked, take nothing new.
    Draining,
    /// End at once.
    Cut,
}

/// The stage of a worker.
#[derive(Debug)]
pub(crate) struct Signals {
    stage: Cell<Stage>,
    /// Whether the gateway is out of rotation: connections are to go elsewhere, as in [`Stage::Retiring`], but there is a way back.
    out_of_rotation: Arc<AtomicBool>,
    /// By place; a place that was given back is used again.
    wakers: RefCell<Vec<Option<Waker>>>,
    free: RefCell<Vec<usize>>,
}

/// A connection that will be woken, until it is dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    signals: Rc<Signals>,
    place: usize,
}

impl Signals {
    pub(crate) fn new(out_of_rotation: Arc<AtomicBool>) -> Rc<Self> {
        Rc::new(Self {
            stage: Cell::new(Stage::Serving),
            out_of_rotation,
            wakers: RefCell::default(),
            free: RefCell::default(),
        })
    }

    pub(crate) fn stage(&self) -> Stage {
        match self.stage.get() {
            Stage::Serving if self.out_of_rotation.load(Ordering::Relaxed) => Stage::Retiring,
            stage => stage,
        }
    }

    /// Goes on to a later stage and wakes every connection.
    pub(crate) fn raise(&self, stage: Stage) {
        self.stage.set(stage.max(self.stage.get()));
        self.wakers
            .borrow()
            .iter()
            .flatten()
            .for_each(Waker::wake_by_ref);
    }

    /// Has the calling task woken by [`Self::raise`]. A task keeps its waker for life, so once is enough.
    pub(crate) fn listen(self: &Rc<Self>, cx: &Context<'_>) -> Listening {
        let waker = Some(cx.waker().clone());
        let mut wakers = self.wakers.borrow_mut();
        let place = match self.free.borrow_mut().pop() {
            Some(place) => {
                wakers[place] = waker;
                place
            }
            None => {
                wakers.push(waker);
                wakers.len() - 1
            }
        };
        Listening {
            signals: Rc::clone(self),
            place,
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.signals.wakers.borrow_mut()[self.place] = None;
        self.signals.free.borrow_mut().push(self.place);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    use super::*;

    struct Counts(AtomicUsize);

    impl Wake for Counts {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn those_who_listen_are_woken_and_those_who_left_are_not() {
        let counts = Arc::new(Counts(AtomicUsize::new(0)));
        let waker = Waker::from(Arc::clone(&counts));
        let cx = Context::from_waker(&waker);
        let signals = Signals::new(Arc::default());
        let (one, two) = (signals.listen(&cx), signals.listen(&cx));
        drop(one);
        signals.raise(Stage::Draining);
        assert_eq!(counts.0.load(Ordering::Relaxed), 1);
        let again = signals.listen(&cx);
        assert_eq!(again.place, 0, "the free place");
        signals.raise(Stage::Cut);
        assert_eq!(counts.0.load(Ordering::Relaxed), 3);
        signals.raise(Stage::Draining);
        assert_eq!(signals.stage(), Stage::Cut, "there is no way back");
        drop((two, again));
    }

    #[test]
    fn what_is_out_of_rotation_sends_connections_away_until_it_is_back() {
        let out = Arc::new(AtomicBool::new(false));
        let signals = Signals::new(Arc::clone(&out));
        assert_eq!(signals.stage(), Stage::Serving);
        out.store(true, Ordering::Relaxed);
        assert_eq!(signals.stage(), Stage::Retiring);
        out.store(false, Ordering::Relaxed);
        assert_eq!(signals.stage(), Stage::Serving);
        out.store(true, Ordering::Relaxed);
        signals.raise(Stage::Draining);
        assert_eq!(signals.stage(), Stage::Draining);
    }
}
