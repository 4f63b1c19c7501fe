//! Who we are, and who a user name is.

use std::ffi::CString;
use std::mem::MaybeUninit;

/// A user record larger than this is not one we would run a child as.
const RECORD_BYTES_MAX: usize = 1 << 20;

/// Effective user and group id of this process.
#[must_use]
pub fn effective_ids() -> (u32, u32) {
    // SAFETY: geteuid has no arguments and cannot fail.
    let uid = unsafe { libc::geteuid() };
    // SAFETY: getegid has no arguments and cannot fail.
    let gid = unsafe { libc::getegid() };
    (uid, gid)
}

/// Whether this process may act as root.
#[must_use]
pub fn is_root() -> bool {
    effective_ids().0 == 0
}

/// User and primary group id of a name in the user database; `None` when there is no such user.
#[must_use]
pub fn user_ids(name: &str) -> Option<(u32, u32)> {
    let name = CString::new(name).ok()?;
    let mut strings: Vec<libc::c_char> = vec![0; 1024];
    loop {
        let mut record = MaybeUninit::<libc::passwd>::uninit();
        let mut found: *mut libc::passwd = std::ptr::null_mut();
        // SAFETY: `name` is NUL-terminated, `strings` is writable for the length given, and the two
        // result pointers are to live locals.
        let result = unsafe {
            libc::getpwnam_r(
                name.as_ptr(),
                record.as_mut_ptr(),
                strings.as_mut_ptr(),
                strings.len(),
                &raw mut found,
            )
        };
        if result == libc::ERANGE && strings.len() < RECORD_BYTES_MAX {
            strings.resize(strings.len() * 2, 0);
            continue;
        }
        if result != 0 || found.is_null() {
            return None;
        }
        // SAFETY: getpwnam_r returned 0 and a non-null `found`, so it has filled `record`.
        let record = unsafe { record.assume_init() };
        return Some((record.pw_uid, record.pw_gid));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_user_zero_and_a_stranger_is_nobody_at_all() {
        assert_eq!(user_ids("root"), Some((0, 0)));
        assert_eq!(user_ids("no-such-user-of-gatehouse"), None);
        assert_eq!(user_ids("root\0x"), None);
        assert_eq!(user_ids(""), None);
    }
}
