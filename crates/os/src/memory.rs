//! Memory of this process.

/// Gives memory that was freed back to the system. The allocator keeps it otherwise, for allocations to come; after something
/// large was built from parts, there are none. Takes milliseconds for 100 MB.
pub fn return_free_memory() {
    // SAFETY: it takes no pointer, and is safe beside allocations of other threads (malloc_trim(3)).
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_env = "gnu")]
    fn what_was_freed_between_what_was_kept_goes_back() {
        fn resident() -> usize {
            let statm = std::fs::read_to_string("/proc/self/statm").expect("statm");
            let pages = statm.split_whitespace().nth(1).expect("a second field");
            pages.parse::<usize>().expect("a number") * 4096
        }
        let mut blocks: Vec<_> = (0..2_000).map(|_| vec![1u8; 32 * 1024]).collect();
        // Every tenth is kept, so that the heap cannot simply end earlier.
        let mut number = 0;
        blocks.retain(|_| {
            number += 1;
            number % 10 == 0
        });
        let before = resident();
        return_free_memory();
        let given = before.saturating_sub(resident());
        assert!(given > 20 << 20, "{given} bytes went back");
        assert_eq!(blocks.len(), 200);
    }
}
