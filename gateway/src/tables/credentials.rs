//! Credentials, by number and by key id.

use std::sync::Arc;

use gatehouse_domain::credential::{CredentialFacts, CredentialState};
use gatehouse_domain::id::CredentialId;
use gatehouse_snapshot::object::{Credential, CredentialLater, Moment};
use hashbrown::HashMap;
use uuid::Uuid;

use super::applications::Applications;
use super::index::{Index, spread};
use super::names::{Names, Scope};
use super::rows::{Filling, Full, Number, Row, Rows};

const SCOPE_BITS: u32 = 28;
const SCOPE: u32 = (1 << SCOPE_BITS) - 1;
/// The record was removed; it is in no index and only keeps its number.
const REMOVED: u32 = 0xf;

/// Set beside the state of a credential that is for some products only; which stands in [`Narrowed`].
const NARROW: u32 = 0x8;

/// The products, by number and ascending by id, that the few scoped credentials are for.
type Narrowed = HashMap<Number, Box<[u32]>>;

/// Sixty-four bytes of a credential.
#[derive(Clone, Copy)]
struct CredentialRow {
    id: Uuid,
    digest: [u8; 32],
    key_id: u64,
    application: Number,
    /// The scope's number, above it the state, and above that [`NARROW`].
    scope_and_state: u32,
}

impl Row for CredentialRow {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl CredentialRow {
    fn state(&self) -> Option<CredentialState> {
        match self.scope_and_state >> SCOPE_BITS {
            REMOVED => None,
            number => state_of(number & !NARROW),
        }
    }

    fn is_narrow(&self) -> bool {
        self.state().is_some() && (self.scope_and_state >> SCOPE_BITS) & NARROW != 0
    }
}

/// A credential as requests judge it.
#[derive(Clone, Copy)]
pub(crate) struct FoundCredential {
    pub(crate) id: CredentialId,
    /// Its number, where it is for some products only: [`Credentials::opens`] says which.
    pub(crate) narrow: Option<Number>,
    pub(crate) digest: [u8; 32],
    /// The application's number in [`Applications`].
    pub(crate) application: Number,
    /// The number of the scope it is good in.
    pub(crate) scope: u32,
    pub(crate) state: CredentialState,
    pub(crate) not_before: Option<Moment>,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) retire_at: Option<Moment>,
}

impl FoundCredential {
    /// What decides whether it counts.
    pub(crate) fn facts(&self) -> CredentialFacts {
        CredentialFacts {
            state: self.state,
            not_before: self.not_before.map(Into::into),
            expires_at: self.expires_at.map(Into::into),
            retire_at: self.retire_at.map(Into::into),
        }
    }
}

/// Why a credential cannot be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotPut {
    Full,
    /// Another credential answers to its key id.
    KeyIdTaken,
}

impl From<Full> for NotPut {
    fn from(_: Full) -> Self {
        Self::Full
    }
}

/// All credentials. Cloning copies pointers.
#[derive(Clone, Default)]
pub(crate) struct Credentials {
    rows: Rows<CredentialRow>,
    by_key_id: Index,
    narrowed: Arc<Narrowed>,
}

impl Credentials {
    /// Number of credentials.
    pub(crate) fn len(&self) -> usize {
        self.by_key_id.len()
    }

    pub(crate) fn by_key_id(&self, key_id: u64) -> Option<FoundCredential> {
        let number = self.number_of_key_id(key_id)?;
        let row = self.rows.get(number)?;
        let [not_before, expires_at, retire_at] = self.rows.dates(number);
        Some(FoundCredential {
            id: row.id.into(),
            narrow: row.is_narrow().then_some(number),
            digest: row.digest,
            application: row.application,
            scope: row.scope_and_state & SCOPE,
            state: row.state()?,
            not_before,
            expires_at,
            retire_at,
        })
    }

    /// Whether a scoped credential is for a product. One whose products are not known is for none.
    pub(crate) fn opens(&self, credential: Number, product: u32) -> bool {
        let products = self.narrowed.get(&credential);
        products.is_some_and(|products| products.contains(&product))
    }

    fn number_of_key_id(&self, key_id: u64) -> Option<Number> {
        let has_key_id = |number: &Number| {
            let row = self.rows.get(*number);
            row.is_some_and(|row| row.key_id == key_id)
        };
        self.by_key_id.find(spread(key_id)).find(has_key_id)
    }

    /// The object as it was put.
    pub(crate) fn object(
        &self,
        id: CredentialId,
        applications: &Applications,
        names: &Names,
    ) -> Option<Credential> {
        let number = self.rows.find(id.uuid())?;
        let row = self.rows.get(number)?;
        let scope = names.scopes.key(row.scope_and_state & SCOPE)?;
        let [not_before, expires_at, retire_at] = self.rows.dates(number);
        Some(Credential {
            id,
            tenant: scope.tenant,
            application: applications.get(row.application)?.id,
            environment: scope.environment,
            key_id: row.key_id,
            digest: row.digest,
            state: row.state()?,
            not_before,
            expires_at,
            retire_at,
            later: self.later(number, names)?,
        })
    }

    fn later(&self, number: Number, names: &Names) -> Option<CredentialLater> {
        let products = self
            .narrowed
            .get(&number)
            .map_or(&[][..], |products| products);
        let products = products.iter().map(|product| names.products.key(*product));
        Some(CredentialLater {
            products: products.collect::<Option<_>>()?,
        })
    }

    /// Puts a credential in place of the one with its id.
    pub(crate) fn put(
        &mut self,
        credential: &Credential,
        application: Number,
        names: &mut Names,
    ) -> Result<(), NotPut> {
        let number = self.rows.find(credential.id.uuid());
        let holder = self.number_of_key_id(credential.key_id);
        if holder.is_some() && holder != number {
            return Err(NotPut::KeyIdTaken);
        }
        let (row, dates) = packed(credential, application, names)?;
        let number = match number {
            Some(number) => {
                if holder.is_none() {
                    self.forget(number);
                }
                self.rows.set(number, row, dates);
                if holder.is_none() {
                    self.enter(number);
                }
                number
            }
            None => {
                let number = self.rows.push(row, dates)?;
                self.enter(number);
                number
            }
        };
        self.narrow(number, products_of(credential, names));
        Ok(())
    }

    /// Notes the products of a credential. The few scoped ones are copied when a table that requests read has them too.
    fn narrow(&mut self, number: Number, products: Option<Box<[u32]>>) {
        if products.is_none() && !self.narrowed.contains_key(&number) {
            return;
        }
        let narrowed = Arc::make_mut(&mut self.narrowed);
        match products {
            Some(products) => narrowed.insert(number, products),
            None => narrowed.remove(&number),
        };
    }

    pub(crate) fn remove(&mut self, id: CredentialId) {
        let Some(number) = self.rows.find(id.uuid()) else {
            return;
        };
        let Some(row) = self.rows.get(number).copied() else {
            return;
        };
        if row.state().is_some() {
            self.forget(number);
            let removed = CredentialRow {
                digest: [0; 32],
                scope_and_state: REMOVED << SCOPE_BITS,
                ..row
            };
            self.rows.set(number, removed, [None; 3]);
            self.narrow(number, None);
        }
    }

    fn enter(&mut self, number: Number) {
        let hash_of = |number| hash(self.rows.get(number));
        self.by_key_id.insert(hash_of(number), number, hash_of);
    }

    fn forget(&mut self, number: Number) {
        let hash_of = |number| hash(self.rows.get(number));
        self.by_key_id.remove(hash_of(number), number, hash_of);
    }
}

/// Credentials of a snapshot being read.
#[derive(Default)]
pub(super) struct LoadingCredentials {
    rows: Filling<CredentialRow>,
    hashes: Vec<u64>,
    narrowed: Narrowed,
}

impl LoadingCredentials {
    /// Adds one; ids ascend.
    pub(super) fn append(
        &mut self,
        credential: &Credential,
        application: Number,
        names: &mut Names,
    ) -> Result<(), Full> {
        let (row, dates) = packed(credential, application, names)?;
        let number = self.rows.push(row, dates)?;
        if let Some(products) = products_of(credential, names) {
            self.narrowed.insert(number, products);
        }
        self.hashes.push(spread(row.key_id));
        Ok(())
    }

    /// The table; else the credential that takes another's key id.
    pub(super) fn finish(self) -> Result<Credentials, CredentialId> {
        let rows = self.rows.finish();
        let key_id = |number| rows.get(number).map(|row| row.key_id);
        let by_key_id = Index::build(&self.hashes, |one, other| key_id(one) == key_id(other));
        match by_key_id {
            Ok(by_key_id) => Ok(Credentials {
                rows,
                by_key_id,
                narrowed: Arc::new(self.narrowed),
            }),
            Err(number) => Err(rows.get(number).map_or(Uuid::nil(), Row::id).into()),
        }
    }
}

fn hash(row: Option<&CredentialRow>) -> u64 {
    row.map_or(0, |row| spread(row.key_id))
}

/// The numbers of the products that a scoped credential is for.
fn products_of(credential: &Credential, names: &mut Names) -> Option<Box<[u32]>> {
    let products = &credential.later.products;
    let numbers = products.iter().map(|id| names.products.number(*id));
    (!products.is_empty()).then(|| numbers.collect())
}

fn packed(
    credential: &Credential,
    application: Number,
    names: &mut Names,
) -> Result<(CredentialRow, [Option<Moment>; 3]), Full> {
    let scope = names.scopes.number(Scope {
        tenant: credential.tenant,
        environment: credential.environment,
    });
    if scope > SCOPE {
        return Err(Full);
    }
    let is_scoped = !credential.later.products.is_empty();
    let narrow = if is_scoped { NARROW } else { 0 };
    let row = CredentialRow {
        id: credential.id.uuid(),
        digest: credential.digest,
        key_id: credential.key_id,
        application,
        scope_and_state: scope | (number_of(credential.state) | narrow) << SCOPE_BITS,
    };
    let dates = [
        credential.not_before,
        credential.expires_at,
        credential.retire_at,
    ];
    Ok((row, dates))
}

const fn number_of(state: CredentialState) -> u32 {
    match state {
        CredentialState::Active => 0,
        CredentialState::Retiring => 1,
        CredentialState::Revoked => 2,
        CredentialState::Expired => 3,
    }
}

const fn state_of(number: u32) -> Option<CredentialState> {
    match number {
        0 => Some(CredentialState::Active),
        1 => Some(CredentialState::Retiring),
        2 => Some(CredentialState::Revoked),
        3 => Some(CredentialState::Expired),
        _ => None,
    }
}
