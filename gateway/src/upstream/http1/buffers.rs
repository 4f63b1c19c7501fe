//! Buffers that go from call to call on one worker, so that a call allocates none.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// Read at once.
pub(super) const INPUT_BYTES: usize = 16 * 1024;
/// Read at once of a body that fills what is read each time.
pub(super) const INPUT_BYTES_STREAMING: usize = 64 * 1024;
/// A buffer that grew beyond this is not kept.
const KEPT_BYTES_MAX: usize = 64 * 1024;
/// Kept of each kind by a worker; calls beyond that allocate.
const KEPT_MAX: usize = 64;

/// What one exchange reads into and writes from.
#[derive(Debug)]
pub(in crate::upstream) struct Scratch {
    /// Its length is its room; what of it holds bytes is known by whoever has it.
    pub(super) input: Vec<u8>,
    /// Head, and as much of the body as is gathered for one write.
    pub(in crate::upstream) output: Vec<u8>,
}

/// The text of a response head.
#[derive(Debug, Default)]
pub(in crate::upstream) struct HeadText {
    pub(super) bytes: Vec<u8>,
    pub(super) fields: Vec<FieldAt>,
}

/// Where in the text a field stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldAt {
    pub(super) name: usize,
    pub(super) value: usize,
    pub(super) end: usize,
}

/// What can be used again.
pub(in crate::upstream) trait Reused: Default {
    /// Makes it as good as new; `false` when it is better thrown away.
    fn renew(&mut self) -> bool;
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            input: vec![0; INPUT_BYTES],
            output: Vec::with_capacity(1024),
        }
    }
}

impl Reused for Scratch {
    fn renew(&mut self) -> bool {
        self.output.clear();
        self.input.len() <= KEPT_BYTES_MAX && self.output.capacity() <= KEPT_BYTES_MAX
    }
}

impl Reused for HeadText {
    fn renew(&mut self) -> bool {
        self.bytes.clear();
        self.fields.clear();
        self.bytes.capacity() <= KEPT_BYTES_MAX
    }
}

/// Where buffers lie between calls.
#[derive(Debug)]
pub(in crate::upstream) struct Shelf<T>(RefCell<Vec<Box<T>>>);

/// A buffer off the shelf; it goes back when dropped.
#[derive(Debug)]
pub(in crate::upstream) struct Loan<T: Reused> {
    item: Option<Box<T>>,
    shelf: Rc<Shelf<T>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(RefCell::new(Vec::new()))
    }
}

impl<T: Reused> Shelf<T> {
    pub(in crate::upstream) fn lend(self: &Rc<Self>) -> Loan<T> {
        let item = self.0.borrow_mut().pop();
        Loan {
            item: Some(item.unwrap_or_default()),
            shelf: Rc::clone(self),
        }
    }
}

impl<T: Reused> Deref for Loan<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.item.as_ref().expect("held until it is dropped")
    }
}

impl<T: Reused> DerefMut for Loan<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.item.as_mut().expect("held until it is dropped")
    }
}

impl<T: Reused> Drop for Loan<T> {
    fn drop(&mut self) {
        if let Some(mut item) = self.item.take() {
            let mut kept = self.shelf.0.borrow_mut();
            if kept.len() < KEPT_MAX && item.renew() {
                kept.push(item);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_empty_and_large_ones_do_not() {
        let shelf = Rc::new(Shelf::<Scratch>::default());
        let mut one = shelf.lend();
        one.output.extend_from_slice(b"secret");
        let place = one.output.as_ptr();
        drop(one);
        let again = shelf.lend();
        assert!(again.output.is_empty() && again.output.as_ptr() == place);
        let mut large = shelf.lend();
        large.input.resize(KEPT_BYTES_MAX + 1, 0);
        drop(large);
        assert!(shelf.0.borrow().is_empty());
        let many: Vec<_> = (0..KEPT_MAX + 5).map(|_| shelf.lend()).collect();
        drop(many);
        assert_eq!(shelf.0.borrow().len(), KEPT_MAX);
    }
}
