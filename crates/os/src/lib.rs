//! What Gatehouse asks of the operating system and the standard library does not offer safely.
//!
//! The only crate with `unsafe` code. Each module wraps a few libc calls in functions that cannot be
//! misused: child set-up (`child`), a process that stops a shared server (`caretaker`), signals and
//! liveness of other processes (`process`), names in the user database (`user`), resource
//! limits (`limits`), memory to give back (`memory`) and a file of slots in shared memory (`shared_slots`).
//!
//! It must not know what the children are, nor hold any policy. File locks need nothing from here:
//! [`std::fs::File::lock`], `try_lock`, `lock_shared` and `unlock` are flock(2).

mod caretaker;
mod child;
mod limits;
mod memory;
mod process;
mod shared_slots;
mod user;

pub use caretaker::{SharedServer, leave_caretaker};
pub use child::{die_with_parent, in_user_namespace, own_process_group, run_as};
pub use limits::raise_nofile_limit;
pub use memory::return_free_memory;
pub use process::{Signal, kill, kill_group, pid_alive};
pub use shared_slots::{SharedSlots, SlotShape, WORD_BYTES};
pub use user::{effective_ids, is_root, user_ids};
