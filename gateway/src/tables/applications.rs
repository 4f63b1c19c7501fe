//! Applications, by number.

use gatehouse_domain::id::{ApplicationId, TenantId};
use gatehouse_snapshot::object::Application;
use uuid::Uuid;

use super::index::{Index, spread};
use super::names::Names;
use super::rows::{Filling, Full, Number, Row, Rows};

const SUSPENDED: u32 = 1 << 31;
/// Named by a credential or a subscription, but not (or no longer) part of the configuration.
const ABSENT: u32 = 1 << 30;
const TENANT: u32 = ABSENT - 1;

/// Twenty bytes of an application.
#[derive(Debug, Clone, Copy)]
struct ApplicationRow {
    id: Uuid,
    /// The tenant's number and the two flags above it.
    tenant: u32,
}

impl Row for ApplicationRow {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// An application as requests judge it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoundApplication {
    pub(crate) id: ApplicationId,
    /// Whether the configuration holds it; a key or a subscription may name one that it does not.
    pub(crate) present: bool,
    pub(crate) suspended: bool,
}

/// All applications. Cloning copies pointers.
#[derive(Clone, Default)]
pub(crate) struct Applications {
    rows: Rows<ApplicationRow>,
    present: usize,
}

impl Applications {
    /// Number of applications.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.present
    }

    pub(crate) fn get(&self, number: Number) -> Option<FoundApplication> {
        let row = self.rows.get(number)?;
        Some(FoundApplication {
            id: row.id.into(),
            present: row.tenant & ABSENT == 0,
            suspended: row.tenant & SUSPENDED != 0,
        })
    }

    /// The number an id is known by, whether the application is present or only named.
    pub(crate) fn number(&self, id: ApplicationId) -> Option<Number> {
        self.rows.find(id.uuid())
    }

    /// A number for an application that is named.
    pub(crate) fn named(&mut self, id: ApplicationId) -> Result<Number, Full> {
        match self.number(id) {
            Some(number) => Ok(number),
            None => {
                let row = ApplicationRow {
                    id: id.uuid(),
                    tenant: ABSENT,
                };
                self.rows.push(row, [None; 3])
            }
        }
    }

    /// The object as it was put.
    pub(crate) fn object(&self, id: ApplicationId, names: &Names) -> Option<Application> {
        let row = self.rows.get(self.number(id)?)?;
        if row.tenant & ABSENT != 0 {
            return None;
        }
        Some(Application {
            id,
            tenant: names.tenants.key(row.tenant & TENANT)?,
            suspended: row.tenant & SUSPENDED != 0,
        })
    }

    pub(crate) fn put(&mut self, application: &Application, names: &mut Names) -> Result<(), Full> {
        let row = packed(application, names)?;
        match self.number(application.id) {
            Some(number) => {
                let known = self.get(number).is_some_and(|known| known.present);
                self.present += usize::from(!known);
                self.rows.set(number, row, [None; 3]);
            }
            None => {
                self.rows.push(row, [None; 3])?;
                self.present += 1;
            }
        }
        Ok(())
    }

    pub(crate) fn remove(&mut self, id: ApplicationId) {
        let Some(number) = self.number(id) else {
            return;
        };
        if self.get(number).is_some_and(|known| known.present) {
            let row = ApplicationRow {
                id: id.uuid(),
                tenant: ABSENT,
            };
            self.rows.set(number, row, [None; 3]);
            self.present -= 1;
        }
    }
}

fn tenant_number(tenant: TenantId, names: &mut Names) -> Result<u32, Full> {
    let number = names.tenants.number(tenant);
    if number < TENANT {
        Ok(number)
    } else {
        Err(Full)
    }
}

fn packed(application: &Application, names: &mut Names) -> Result<ApplicationRow, Full> {
    let suspended = if application.suspended { SUSPENDED } else { 0 };
    Ok(ApplicationRow {
        id: application.id.uuid(),
        tenant: tenant_number(application.tenant, names)? | suspended,
    })
}

/// Applications of a snapshot being read.
#[derive(Default)]
pub(super) struct LoadingApplications {
    rows: Filling<ApplicationRow>,
    hashes: Vec<u64>,
}

impl LoadingApplications {
    /// Adds one; ids ascend.
    pub(super) fn append(
        &mut self,
        application: &Application,
        names: &mut Names,
    ) -> Result<(), Full> {
        let row = packed(application, names)?;
        self.rows.push(row, [None; 3])?;
        self.hashes.push(hash(row.id));
        Ok(())
    }

    /// The table, to which what names one that is not there may add.
    pub(super) fn finish(self) -> ApplicationNumbers {
        let rows = self.rows.finish();
        ApplicationNumbers {
            index: Index::build(&self.hashes, |_, _| false).unwrap_or_default(),
            after: 0,
            applications: Applications {
                present: rows.len(),
                rows,
            },
        }
    }
}

/// Numbers of applications by id, for the time a snapshot is read: two million look-ups are quicker by hash.
pub(super) struct ApplicationNumbers {
    pub(super) applications: Applications,
    index: Index,
    /// Behind the one that was named last: who subscribes and gets a key does so in the order they came.
    after: Number,
}

impl ApplicationNumbers {
    /// As [`Applications::named`].
    pub(super) fn named(&mut self, id: ApplicationId) -> Result<Number, Full> {
        let applications = &mut self.applications;
        let of_id = |number: &Number| {
            let row = applications.rows.get(*number);
            row.is_some_and(|row| row.id == id.uuid())
        };
        let next = Some(self.after).filter(of_id);
        let found = next.or_else(|| self.index.find(hash(id.uuid())).find(of_id));
        let number = match found {
            Some(number) => number,
            None => applications.named(id)?,
        };
        self.after = number.saturating_add(1);
        Ok(number)
    }
}

/// Ids come from the signed configuration, never from a caller.
fn hash(id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    spread(high ^ low)
}
