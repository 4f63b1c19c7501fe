//! A file of fixed-size slots mapped into memory: what is stored there survives the end of this process, however it ends,
//! without a system call per store.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;

/// Bytes of a word.
pub const WORD_BYTES: usize = 8;

/// How a file of slots is divided: a header, then slots of one size, all in words of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotShape {
    /// Words before the first slot.
    pub header_words: usize,
    /// Words of a slot.
    pub slot_words: usize,
    /// Number of slots.
    pub slots: usize,
}

impl SlotShape {
    fn words(self) -> io::Result<usize> {
        self.slots
            .checked_mul(self.slot_words)
            .and_then(|words| words.checked_add(self.header_words))
            .filter(|words| *words > 0 && *words <= isize::MAX as usize / WORD_BYTES)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
    }

    /// Length of the file, bytes.
    pub fn bytes(self) -> io::Result<u64> {
        Ok((self.words()? * WORD_BYTES) as u64)
    }
}

/// Mapped slots. Every access is one of an atomic word, so that any number of threads, and other processes, may look on.
///
/// The file must keep its length while it is mapped: a store behind the end of a file that somebody cut is SIGBUS. Its blocks are
/// reserved when it is made, so that a disk that fills up later is not.
#[derive(Debug)]
pub struct SharedSlots {
    start: NonNull<AtomicU64>,
    shape: SlotShape,
    bytes: usize,
}

// SAFETY: the mapping belongs to this value alone, lives as long as it does, and is only reached as atomic words.
unsafe impl Send for SharedSlots {}
// SAFETY: as above; a shared reference gives shared atomics and nothing else.
unsafe impl Sync for SharedSlots {}

impl SharedSlots {
    /// Gives an empty file the length of the shape, with blocks reserved for all of it, and maps it.
    ///
    /// Fails with `InvalidInput` for a shape of nothing or of too much and for a file that is not empty, with what the system says
    /// where there is no room.
    pub fn create(file: &File, shape: SlotShape) -> io::Result<Self> {
        let bytes = shape.bytes()?;
        if file.metadata()?.len() != 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let length = libc::off_t::try_from(bytes).map_err(|_| io::ErrorKind::InvalidInput)?;
        // SAFETY: the descriptor is open for as long as `file` is borrowed; nothing else is handed over.
        let outcome = unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, length) };
        if outcome != 0 {
            return Err(io::Error::from_raw_os_error(outcome));
        }
        Self::open(file, shape)
    }

    /// Maps a file that has the length of the shape; any other length is `InvalidData`.
    pub fn open(file: &File, shape: SlotShape) -> io::Result<Self> {
        if file.metadata()?.len() != shape.bytes()? {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Self::map(shape, libc::MAP_SHARED, file.as_raw_fd())
    }

    /// Slots in memory only, for where no file can be had: they end with the process.
    pub fn in_memory(shape: SlotShape) -> io::Result<Self> {
        Self::map(shape, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1)
    }

    fn map(shape: SlotShape, flags: libc::c_int, descriptor: libc::c_int) -> io::Result<Self> {
        let bytes = shape.words()? * WORD_BYTES;
        // SAFETY: no address is asked for, so nothing that is mapped is replaced; the length is not zero; the descriptor, where
        // there is one, is open during the call, and the mapping does not need it afterwards.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                flags,
                descriptor,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self {
            start,
            shape,
            bytes,
        })
    }

    fn words(&self) -> &[AtomicU64] {
        // SAFETY: the mapping is `bytes` long, begins at a page and so is aligned, is initialised by the kernel, and is unmapped
        // only when `self` is dropped. The words are changed through atomics only.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.bytes / WORD_BYTES) }
    }

    /// How it is divided.
    pub fn shape(&self) -> SlotShape {
        self.shape
    }

    /// The words before the first slot.
    pub fn header(&self) -> &[AtomicU64] {
        &self.words()[..self.shape.header_words]
    }

    /// The words of a slot; `None` behind the last.
    pub fn slot(&self, number: usize) -> Option<&[AtomicU64]> {
        if number >= self.shape.slots {
            return None;
        }
        let from = self.shape.header_words + number * self.shape.slot_words;
        self.words().get(from..from + self.shape.slot_words)
    }
}

impl Drop for SharedSlots {
    fn drop(&mut self) {
        // SAFETY: exactly the mapping made in `map`; no reference into it outlives `self`.
        unsafe {
            libc::munmap(self.start.as_ptr().cast(), self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::atomic::Ordering;

    const SHAPE: SlotShape = SlotShape {
        header_words: 512,
        slot_words: 64,
        slots: 16,
    };

    fn file(folder: &std::path::Path) -> File {
        let options = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join("slots"));
        options.expect("a file")
    }

    fn folder() -> std::path::PathBuf {
        use std::sync::atomic::AtomicUsize;
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("gatehouse-slots-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        path
    }

    #[test]
    fn what_is_stored_is_in_the_file_at_once_and_after_it_is_unmapped() {
        let folder = folder();
        let file = file(&folder);
        let slots = SharedSlots::create(&file, SHAPE).expect("mapped");
        assert_eq!(slots.header().len(), 512);
        slots.slot(3).expect("a slot")[5]
            .store(u64::from_le_bytes(*b"recorded"), Ordering::Release);
        let at = (512 + 3 * 64 + 5) * WORD_BYTES;
        let read = || std::fs::read(folder.join("slots")).expect("read");
        assert_eq!(&read()[at..at + 8], b"recorded");
        drop(slots);
        assert_eq!(&read()[at..at + 8], b"recorded");
        let again = SharedSlots::open(&file, SHAPE).expect("mapped again");
        let word = again.slot(3).expect("a slot")[5].load(Ordering::Acquire);
        assert_eq!(word.to_le_bytes(), *b"recorded");
        std::fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_slot_behind_the_last_does_not_exist() {
        let slots = SharedSlots::in_memory(SHAPE).expect("memory");
        assert_eq!(slots.slot(15).map(<[AtomicU64]>::len), Some(64));
        assert!(slots.slot(16).is_none() && slots.slot(usize::MAX).is_none());
    }

    #[test]
    fn a_file_that_was_cut_or_is_of_another_size_is_not_mapped() {
        let folder = folder();
        let file = file(&folder);
        drop(SharedSlots::create(&file, SHAPE).expect("mapped"));
        let whole = SHAPE.bytes().expect("bytes");
        for length in [0, 1, whole - 1, whole + 1] {
            file.set_len(length).expect("cut");
            let refused = SharedSlots::open(&file, SHAPE).expect_err("refused");
            assert_eq!(refused.kind(), io::ErrorKind::InvalidData, "{length}");
        }
        std::fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_file_that_holds_something_is_not_taken_for_a_new_one() {
        let folder = folder();
        let mut file = file(&folder);
        file.write_all(b"somebody's").expect("written");
        let refused = SharedSlots::create(&file, SHAPE).expect_err("refused");
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        std::fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_shape_of_nothing_or_beyond_memory_is_refused() {
        for slots in [0, usize::MAX / 64, usize::MAX] {
            let shape = SlotShape {
                header_words: 0,
                slot_words: 64,
                slots,
            };
            assert!(SharedSlots::in_memory(shape).is_err(), "{slots}");
        }
    }
}
