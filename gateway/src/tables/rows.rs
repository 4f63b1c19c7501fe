//! Records by number, in chunks that are copied when they change.
//!
//! A record keeps its number for as long as the table lives, so that other tables name it in four bytes. Cloning the table
//! copies pointers; changing the clone copies the touched chunks only. Whoever still reads the original sees no change.

use std::sync::Arc;

use gatehouse_snapshot::object::Moment;
use hashbrown::HashMap;
use uuid::Uuid;

/// Records of one chunk: what one change copies.
const CHUNK: usize = 1024;
const CHUNK_BITS: u32 = CHUNK.trailing_zeros();
/// Records of one table at most: what an [`super::index::Index`] can name.
pub(crate) const ROWS_MAX: usize = (1 << 24) - 2;

/// Names a record of one table.
pub(crate) type Number = u32;

/// A record without its dates.
pub(crate) trait Row: Copy {
    fn id(&self) -> Uuid;
}

/// The table cannot hold one more record. A whole snapshot makes room: it leaves out what was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {ROWS_MAX} objects of one kind")]
pub(crate) struct Full;

#[derive(Clone)]
pub(crate) struct Rows<R> {
    chunks: Vec<Arc<Chunk<R>>>,
    len: usize,
    /// So many records, from the first on, stand in ascending order of their ids: snapshots list them so, and new ids are
    /// greater than old ones.
    ascending: usize,
    /// The numbers of all others.
    others: Arc<HashMap<Uuid, Number>>,
    /// The id that was added last.
    last: Option<Uuid>,
}

#[derive(Clone)]
struct Chunk<R> {
    rows: Vec<R>,
    dates: Dates,
}

impl<R> Chunk<R> {
    fn begin() -> Self {
        Self {
            rows: Vec::with_capacity(CHUNK),
            dates: Dates::default(),
        }
    }

    fn push(&mut self, row: R, dates: [Option<Moment>; 3]) {
        // A copy of a chunk has no room beyond its rows; it never takes more than a chunk's.
        if self.rows.len() == self.rows.capacity() {
            self.rows.reserve_exact(CHUNK - self.rows.len() % CHUNK);
        }
        self.dates.set(self.rows.len(), dates);
        self.rows.push(row);
    }

    fn shrink(&mut self) {
        self.rows.shrink_to_fit();
        self.dates.keys.shrink_to_fit();
        self.dates.moments.shrink_to_fit();
    }
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
            ascending: 0,
            others: Arc::default(),
            last: None,
        }
    }
}

impl<R: Row> Rows<R> {
    /// Number of records, removed ones included.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, number: Number) -> Option<&R> {
        let chunk = self.chunks.get((number >> CHUNK_BITS) as usize)?;
        chunk.rows.get(number as usize % CHUNK)
    }

    /// A record's dates; `which` is 0 to 2.
    pub(crate) fn dates(&self, number: Number) -> [Option<Moment>; 3] {
        self.chunks
            .get((number >> CHUNK_BITS) as usize)
            .map_or([None; 3], |chunk| chunk.dates.of(number as usize % CHUNK))
    }

    /// The number of the record with an id.
    pub(crate) fn find(&self, id: Uuid) -> Option<Number> {
        let (mut low, mut high) = (0, self.ascending);
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle as Number)?.id().cmp(&id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle as Number),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        self.others.get(&id).copied()
    }

    /// Adds a record with an id that no other has.
    pub(crate) fn push(&mut self, row: R, dates: [Option<Moment>; 3]) -> Result<Number, Full> {
        let number = self.count(row.id())?;
        if (number as usize).is_multiple_of(CHUNK) {
            self.chunks.push(Arc::new(Chunk::begin()));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            Arc::make_mut(chunk).push(row, dates);
        }
        Ok(number)
    }

    /// Gives the next number to an id.
    fn count(&mut self, id: Uuid) -> Result<Number, Full> {
        if self.len >= ROWS_MAX {
            return Err(Full);
        }
        let number = self.len as Number;
        if self.ascending == self.len && self.last.is_none_or(|last| last < id) {
            self.ascending += 1;
        } else {
            Arc::make_mut(&mut self.others).insert(id, number);
        }
        self.last = Some(id);
        self.len += 1;
        Ok(number)
    }

    /// Puts a record in place of the one with its number and id.
    pub(crate) fn set(&mut self, number: Number, row: R, dates: [Option<Moment>; 3]) {
        let Some(chunk) = self.chunks.get_mut((number >> CHUNK_BITS) as usize) else {
            return;
        };
        let chunk = Arc::make_mut(chunk);
        let place = number as usize % CHUNK;
        if let Some(old) = chunk.rows.get_mut(place) {
            *old = row;
            chunk.dates.set(place, dates);
        }
    }

    /// The same, with the dates as they are.
    pub(crate) fn set_row(&mut self, number: Number, row: R) {
        let chunk = self.chunks.get_mut((number >> CHUNK_BITS) as usize);
        let rows = chunk.map(|chunk| &mut Arc::make_mut(chunk).rows);
        if let Some(old) = rows.and_then(|rows| rows.get_mut(number as usize % CHUNK)) {
            *old = row;
        }
    }
}

/// Records of a snapshot being read: a chunk is shared when it is full, so that a record costs no look at who shares it.
pub(crate) struct Filling<R> {
    rows: Rows<R>,
    open: Chunk<R>,
}

impl<R> Default for Filling<R> {
    fn default() -> Self {
        Self {
            rows: Rows::default(),
            open: Chunk::begin(),
        }
    }
}

impl<R: Row> Filling<R> {
    /// See [`Rows::push`].
    pub(crate) fn push(&mut self, row: R, dates: [Option<Moment>; 3]) -> Result<Number, Full> {
        let number = self.rows.count(row.id())?;
        if self.open.rows.len() == CHUNK {
            self.close();
        }
        self.open.push(row, dates);
        Ok(number)
    }

    fn close(&mut self) {
        let mut full = std::mem::replace(&mut self.open, Chunk::begin());
        full.shrink();
        self.rows.chunks.push(Arc::new(full));
    }

    /// The table, with no room set aside.
    pub(crate) fn finish(mut self) -> Rows<R> {
        if !self.open.rows.is_empty() {
            self.close();
        }
        self.rows.chunks.shrink_to_fit();
        self.rows
    }
}

/// Dates of a chunk's records, aside because most records have none or one.
#[derive(Clone, Default)]
struct Dates {
    /// `place * 4 + which`, ascending.
    keys: Vec<u16>,
    moments: Vec<i64>,
}

impl Dates {
    fn of(&self, place: usize) -> [Option<Moment>; 3] {
        let mut found = [None; 3];
        let first = self
            .keys
            .partition_point(|key| usize::from(*key) < place * 4);
        for (key, moment) in self.keys[first..]
            .iter()
            .zip(&self.moments[first..])
            .take(3)
        {
            let key = usize::from(*key);
            if key / 4 != place {
                break;
            }
            found[key % 4] = Some(Moment(*moment));
        }
        found
    }

    fn set(&mut self, place: usize, dates: [Option<Moment>; 3]) {
        let first = self
            .keys
            .partition_point(|key| usize::from(*key) < place * 4);
        let after = self
            .keys
            .partition_point(|key| usize::from(*key) < place * 4 + 4);
        if first == after && dates == [None; 3] {
            return;
        }
        let present = || {
            let each = dates.iter().enumerate();
            each.filter_map(|(which, date)| Some(((place * 4 + which) as u16, (*date)?.0)))
        };
        self.keys
            .splice(first..after, present().map(|(key, _)| key));
        self.moments
            .splice(first..after, present().map(|(_, moment)| moment));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Plain(Uuid, u8);

    impl Row for Plain {
        fn id(&self) -> Uuid {
            self.0
        }
    }

    fn plain(id: u128, value: u8) -> Plain {
        Plain(Uuid::from_u128(id), value)
    }

    #[test]
    fn a_change_of_a_clone_is_not_seen_in_the_original_and_copies_one_chunk() {
        let mut rows = Rows::default();
        for id in 0..10 * CHUNK as u128 {
            rows.push(plain(id, 0), [None; 3]).unwrap();
        }
        let before = rows.clone();
        rows.set(
            5_000,
            plain(5_000, 9),
            [Some(Moment(1)), None, Some(Moment(-3))],
        );
        assert_eq!(before.get(5_000), Some(&plain(5_000, 0)));
        assert_eq!(before.dates(5_000), [None; 3]);
        assert_eq!(rows.get(5_000), Some(&plain(5_000, 9)));
        assert_eq!(rows.dates(5_000), [Some(Moment(1)), None, Some(Moment(-3))]);
        let shared = before.chunks.iter().zip(&rows.chunks);
        assert_eq!(
            shared.filter(|(old, new)| !Arc::ptr_eq(old, new)).count(),
            1
        );
    }

    #[test]
    fn what_is_filled_and_what_is_pushed_are_one_table() {
        for count in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let (mut pushed, mut filling) = (Rows::default(), Filling::default());
            for id in 0..count as u128 {
                let dates = [None, Some(Moment(id as i64)).filter(|_| id % 3 == 0), None];
                pushed.push(plain(id, 1), dates).unwrap();
                filling.push(plain(id, 1), dates).unwrap();
            }
            let mut filled = filling.finish();
            for rows in [&mut pushed, &mut filled] {
                rows.push(plain(count as u128, 2), [None; 3]).unwrap();
            }
            for number in 0..=count as Number {
                assert_eq!(
                    filled.get(number),
                    pushed.get(number),
                    "{number} of {count}"
                );
                assert_eq!(filled.dates(number), pushed.dates(number));
                assert_eq!(filled.find(Uuid::from_u128(number.into())), Some(number));
            }
            assert_eq!(
                (filled.len(), filled.chunks.len()),
                (pushed.len(), pushed.chunks.len())
            );
        }
    }

    #[test]
    fn ids_are_found_whether_they_came_in_order_or_not() {
        let mut rows = Rows::default();
        for id in [10, 20, 30, 25, 5, 40] {
            rows.push(plain(id, 0), [None; 3]).unwrap();
        }
        for (number, id) in [10u128, 20, 30, 25, 5, 40].into_iter().enumerate() {
            assert_eq!(
                rows.find(Uuid::from_u128(id)),
                Some(number as Number),
                "{id}"
            );
        }
        assert_eq!(rows.find(Uuid::from_u128(11)), None);
        assert_eq!((rows.ascending, rows.others.len()), (3, 3));
    }

    proptest! {
        #[test]
        fn dates_read_back_whatever_was_set_before(
            sets in prop::collection::vec((0usize..20, any::<[Option<i64>; 3]>()), 0..60)
        ) {
            let mut dates = Dates::default();
            let mut model = std::collections::HashMap::new();
            for (place, values) in sets {
                let values = values.map(|value| value.map(Moment));
                dates.set(place, values);
                model.insert(place, values);
            }
            for place in 0..21 {
                let wanted = model.get(&place).copied().unwrap_or([None; 3]);
                prop_assert_eq!(dates.of(place), wanted);
            }
            prop_assert!(dates.keys.is_sorted());
        }
    }
}
