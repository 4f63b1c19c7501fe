//! Forms with a file. Whoever may not send it is refused before the body is read, and the token stands before the file, so
//! a forged upload is refused before the file is read.

use crate::page_error::PageError;
use crate::visitor::Visitor;
use axum::extract::multipart::{Field as Part, Multipart};
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use gatehouse_domain::Permission;
use gatehouse_domain::id::UserId;
use gatehouse_language::t;
use gatehouse_problem::{Problem, ProblemKind};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What an upload is for, and who may send it.
pub(crate) trait Purpose: Send {
    /// What somebody must be allowed; with `None`, to be signed in is enough.
    const NEEDS: Option<Permission>;
    /// Longest text of a field that is not a file.
    const TEXT_BYTES_MAX: usize = 16 * 1024;
    /// Longest that all texts may be together, a pasted description included; more is refused.
    const TEXTS_BYTES_MAX: usize;
    /// How many are read at once; as many as come with `None`.
    fn places() -> Option<&'static Places> {
        None
    }
    /// How much of all files is kept. What is beyond is read and forgotten, so that the fields after it still arrive.
    const FILES_BYTES_MAX: usize = usize::MAX;
}

/// A description of an API.
pub(crate) struct Description;

impl Purpose for Description {
    const NEEDS: Option<Permission> = Some(Permission::SpecPublish);
    /// The form as a whole is bounded for a description.
    const TEXTS_BYTES_MAX: usize = usize::MAX;
}

/// Something of the tenant's own.
pub(crate) struct Settings;

impl Purpose for Settings {
    const NEEDS: Option<Permission> = Some(Permission::TenantManage);
    const TEXTS_BYTES_MAX: usize = 256 * 1024;
}

/// A call that is tried.
pub(crate) struct Call;

impl Purpose for Call {
    const NEEDS: Option<Permission> = None;
    /// More than a field may have, so that it is told beside the field.
    const TEXT_BYTES_MAX: usize = 2 * gatehouse_spec::sample::BODY_MAX;
    const TEXTS_BYTES_MAX: usize = CALL_TEXTS_BYTES_MAX;
    const FILES_BYTES_MAX: usize = crate::relay::SENT_BYTES_MAX;

    fn places() -> Option<&'static Places> {
        Some(&CALLS)
    }
}

/// Longest that all texts of a call may be together.
pub(crate) const CALL_TEXTS_BYTES_MAX: usize = 1024 * 1024;

/// Each holds its files and texts in memory while it is read. Nobody takes all places for themselves, however slowly they send.
pub(crate) static CALLS: Places = Places::new(32, 4);

/// Most fields and files of one form, and bytes of the name of each: what a sender makes the program keep beside their content.
pub(crate) const PARTS_MAX: usize = 1_000;
pub(crate) const NAME_BYTES_MAX: usize = 256;

/// Places for forms that are read: so many in all, and so many for one person.
pub(crate) struct Places {
    all: Semaphore,
    of_person_max: usize,
    // Held for a look-up, and never while anything is waited for.
    taken: Mutex<BTreeMap<UserId, usize>>,
}

/// One place, until it is dropped.
pub(crate) struct Place<'p> {
    _of_all: SemaphorePermit<'p>,
    places: &'p Places,
    person: UserId,
}

impl Places {
    const fn new(all: usize, of_person_max: usize) -> Self {
        Self {
            all: Semaphore::const_new(all),
            of_person_max,
            taken: Mutex::new(BTreeMap::new()),
        }
    }

    /// A place for a person, if there is one.
    pub(crate) fn take(&self, person: UserId) -> Option<Place<'_>> {
        let of_all = self.all.try_acquire().ok()?;
        let mut taken = self.taken();
        let own = taken.entry(person).or_default();
        if *own >= self.of_person_max {
            return None;
        }
        *own += 1;
        Some(Place {
            _of_all: of_all,
            places: self,
            person,
        })
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<UserId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Entry::Occupied(mut own) = taken.entry(self.person) {
            *own.get_mut() -= 1;
            if *own.get() == 0 {
                own.remove();
            }
        }
    }
}

/// One file of an upload. Its name and type are the sender's words.
pub(crate) struct Chosen {
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
}

/// The fields of an upload, and its file when one was chosen. Only somebody who may send it has one.
pub(crate) struct Upload<P = Description> {
    pub(crate) fields: BTreeMap<String, String>,
    /// The last one that is not empty, where a form has one control for files.
    pub(crate) file: Option<Bytes>,
    /// Every file that was chosen, in the order of the form, empty ones too.
    pub(crate) files: Vec<Chosen>,
    /// The field of the first file that was not kept: all together they were too large.
    pub(crate) overflowed: Option<String>,
    purpose: PhantomData<P>,
}

impl<P> Upload<P> {
    /// The text of a field, trimmed, with line breaks as everywhere else: forms send two characters for one. Empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> String {
        self.fields
            .get(name)
            .map(|value| value.trim().replace("\r\n", "\n"))
            .unwrap_or_default()
    }

    /// A number that the page put there itself.
    pub(crate) fn number(&self, name: &str) -> Result<i32, PageError> {
        let number = self.text(name).parse();
        number.map_err(|_| PageError::of(ProblemKind::BadRequest))
    }
}

impl<P: Purpose> Upload<P> {
    /// Reads a file to its end and keeps it while there is room. A control in which nothing was chosen sends a file without a
    /// name and without content (HTML §4.10.21.4).
    async fn take_file(&mut self, field: String, mut part: Part<'_>) -> Result<(), PageError> {
        let name = part.file_name().unwrap_or_default().to_owned();
        let content_type = part.content_type().unwrap_or_default().to_owned();
        let kept: usize = self.files.iter().map(|file| file.bytes.len()).sum();
        let room = P::FILES_BYTES_MAX.saturating_sub(kept);
        let (mut content, mut fits) = (BytesMut::new(), true);
        while let Some(chunk) = part.chunk().await.map_err(|error| unreadable(&error))? {
            fits = fits && content.len() + chunk.len() <= room;
            if fits {
                content.extend_from_slice(&chunk);
            } else {
                content = BytesMut::new();
            }
        }
        if !fits {
            self.overflowed.get_or_insert(field);
            return Ok(());
        }
        let bytes = content.freeze();
        self.file = Some(bytes.clone()).filter(|bytes| !bytes.is_empty());
        if !(name.is_empty() && bytes.is_empty()) {
            self.files.push(Chosen {
                field,
                name,
                content_type,
                bytes,
            });
        }
        Ok(())
    }
}

impl<P: Purpose, S: Send + Sync> FromRequest<S> for Upload<P> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let visitor = request
            .extensions()
            .get::<Visitor>()
            .cloned()
            .ok_or_else(PageError::internal)?;
        match P::NEEDS {
            Some(permission) => visitor.require(permission)?,
            None => visitor.actor()?,
        };
        let _place = match P::places() {
            Some(places) => {
                let person = visitor.actor()?.user().ok_or_else(PageError::internal)?;
                Some(places.take(person).ok_or_else(busy)?)
            }
            None => None,
        };
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| PageError::of(ProblemKind::UnsupportedMediaType))?;
        let mut upload = Self {
            fields: BTreeMap::new(),
            file: None,
            files: Vec::new(),
            overflowed: None,
            purpose: PhantomData,
        };
        let (mut trusted, mut room, mut count) = (false, P::TEXTS_BYTES_MAX, 0);
        while let Some(part) = parts
            .next_field()
            .await
            .map_err(|error| unreadable(&error))?
        {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            count += 1;
            if count > PARTS_MAX || name.len() > NAME_BYTES_MAX {
                let words = t!(
                    "shared-a-form-has-at-most-fields",
                    fields = PARTS_MAX,
                    bytes = NAME_BYTES_MAX
                );
                return Err(Problem::new(ProblemKind::BodyTooLarge).detail(words).into());
            }
            if !trusted && name != "csrf" {
                return Err(PageError::of(ProblemKind::CsrfFailed));
            }
            if is_file {
                upload.take_file(name, part).await?;
                continue;
            }
            let text = read_text::<P>(&name, part, &mut room).await?;
            if name == "csrf" {
                trusted = visitor.accepts_token(&text);
                if !trusted {
                    return Err(PageError::of(ProblemKind::CsrfFailed));
                }
            } else {
                upload.fields.insert(name, text);
            }
        }
        if trusted {
            Ok(upload)
        } else {
            Err(PageError::of(ProblemKind::CsrfFailed))
        }
    }
}

/// Reads a text while it and all before it fit, counting what arrived. `room` is what is left for all together.
async fn read_text<P: Purpose>(
    name: &str,
    mut part: Part<'_>,
    room: &mut usize,
) -> Result<String, PageError> {
    let mut content = BytesMut::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| unreadable(&error))? {
        // The token is none of what was filled in.
        if name != "csrf" {
            *room = room
                .checked_sub(chunk.len())
                .ok_or_else(|| too_large(&t!("shared-all-fields-together"), P::TEXTS_BYTES_MAX))?;
        }
        content.extend_from_slice(&chunk);
        // A description may be pasted; all texts together are bounded for it.
        if content.len() > P::TEXT_BYTES_MAX && name != "text" {
            return Err(too_large(&t!("shared-a-field"), P::TEXT_BYTES_MAX));
        }
    }
    Ok(String::from_utf8_lossy(&content).into_owned())
}

fn too_large(what: &str, bytes_max: usize) -> PageError {
    let words = t!(
        "shared-may-have-kib",
        what = &what,
        bytes_max = &bytes_max / 1024
    );
    Problem::new(ProblemKind::BodyTooLarge).detail(words).into()
}

fn busy() -> PageError {
    let words = t!("shared-too-many-calls-are-under-way");
    Problem::new(ProblemKind::Unavailable).detail(words).into()
}

fn unreadable(error: &axum::extract::multipart::MultipartError) -> PageError {
    let kind = match error.status().as_u16() {
        413 => ProblemKind::BodyTooLarge,
        _ => ProblemKind::BadRequest,
    };
    PageError::of(kind)
}

#[cfg(test)]
mod tests {
    use super::Places;
    use gatehouse_domain::id::UserId;
    use gatehouse_runtime::random;
    use time::OffsetDateTime;

    fn somebody() -> UserId {
        random::uuid_v7(OffsetDateTime::UNIX_EPOCH).into()
    }

    #[test]
    fn one_person_has_some_of_the_places_and_gives_them_back() {
        let places = Places::new(5, 2);
        let (ada, ben, eve) = (somebody(), somebody(), somebody());
        let first = places.take(ada).unwrap();
        let second = places.take(ada).unwrap();
        assert!(places.take(ada).is_none());
        let _others = [places.take(ben).unwrap(), places.take(ben).unwrap()];
        let last = places.take(eve).unwrap();
        assert!(places.take(eve).is_none(), "all five are taken");
        drop(last);
        drop(first);
        drop(second);
        assert_eq!(places.taken().len(), 1, "who has none is forgotten");
        assert!(places.take(ada).is_some() && places.take(eve).is_some());
    }
}
