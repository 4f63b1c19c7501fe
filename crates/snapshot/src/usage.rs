//! Usage: what a gateway tells the ledger about each call.

use std::net::{IpAddr, Ipv6Addr};

use gatehouse_domain::OperationKey;
use gatehouse_domain::id::{
    ApiVersionId, ApplicationId, CredentialId, EnvironmentId, PlanId, SubscriptionId, TenantId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::object::Moment;
use crate::{FORMAT, Refused};

/// Upper bounds of the latency histogram, microseconds; one more bucket holds what is slower.
pub const LATENCY_BOUNDS_US: [u64; 15] = [
    500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    2_000_000, 5_000_000, 10_000_000, 30_000_000,
];

/// The histogram bucket of a latency.
pub fn latency_bucket(latency_us: u64) -> usize {
    LATENCY_BOUNDS_US.partition_point(|bound| *bound < latency_us)
}

/// Largest batch, records.
pub const BATCH_RECORDS_MAX: usize = 5_000;
/// Largest batch, bytes.
pub const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Who a call was attributed to, as far as the pipeline got.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attribution {
    /// Owner of the environment the address led to.
    pub tenant: Option<TenantId>,
    /// The environment.
    pub environment: Option<EnvironmentId>,
    /// The version the path led to.
    pub api_version: Option<ApiVersionId>,
    /// The operation.
    pub operation: Option<OperationKey>,
    /// Whom the key identified.
    pub application: Option<ApplicationId>,
    /// The key.
    pub credential: Option<CredentialId>,
    /// What gave access, or would have.
    pub subscription: Option<SubscriptionId>,
    /// Its plan.
    pub plan: Option<PlanId>,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// When it arrived.
    pub at: Moment,
    /// The request id, as the response carried it.
    pub request_id: Uuid,
    /// The trace it was part of (W3C Trace Context), where it was part of one.
    pub trace_id: Option<Uuid>,
    /// Whose it is.
    pub attribution: Attribution,
    /// Method, at most 16 characters.
    pub method: String,
    /// Path without query, at most 256 characters.
    pub path: String,
    /// Status sent to the client.
    pub status: u16,
    /// `ok`, or the problem code.
    pub reason: String,
    /// Whether it counts against quotas: it was let through to the upstream.
    pub counted: bool,
    /// Whether the gateway died in the middle of it.
    pub interrupted: bool,
    /// From arrival to the end of the response, microseconds.
    pub latency_us: u64,
    /// Spent waiting for the upstream, microseconds.
    pub upstream_us: u64,
    /// Request body bytes.
    pub bytes_in: u64,
    /// Response body bytes.
    pub bytes_out: u64,
    /// Where its connection came from. Not in the encoded record: sources stand behind the records of a batch.
    #[serde(skip)]
    pub source: Option<IpAddr>,
}

/// Bytes of a source.
pub const SOURCE_BYTES: usize = 16;

/// A source as it is kept and sent: IPv6, with IPv4 mapped into it (RFC 4291 §2.5.5.2), and nil for none.
pub fn source_bytes(source: Option<IpAddr>) -> [u8; SOURCE_BYTES] {
    match source {
        None => [0; SOURCE_BYTES],
        Some(IpAddr::V4(address)) => address.to_ipv6_mapped().octets(),
        Some(IpAddr::V6(address)) => address.octets(),
    }
}

/// Reads [`source_bytes`].
pub fn source_of(bytes: [u8; SOURCE_BYTES]) -> Option<IpAddr> {
    let address = Ipv6Addr::from(bytes);
    (!address.is_unspecified()).then(|| address.to_canonical())
}

/// The sources of these bytes, and none for what they do not reach to.
pub fn sources_of(bytes: &[u8]) -> impl Iterator<Item = Option<IpAddr>> {
    let (known, _) = bytes.as_chunks();
    known
        .iter()
        .map(|bytes| source_of(*bytes))
        .chain(std::iter::repeat(None))
}

/// [`Attribution`] without a text of its own. Both encode to the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AttributionRef<'a> {
    /// See [`Attribution::tenant`].
    pub tenant: Option<TenantId>,
    /// See [`Attribution::environment`].
    pub environment: Option<EnvironmentId>,
    /// See [`Attribution::api_version`].
    pub api_version: Option<ApiVersionId>,
    /// The text of [`Attribution::operation`].
    pub operation: Option<&'a str>,
    /// See [`Attribution::application`].
    pub application: Option<ApplicationId>,
    /// See [`Attribution::credential`].
    pub credential: Option<CredentialId>,
    /// See [`Attribution::subscription`].
    pub subscription: Option<SubscriptionId>,
    /// See [`Attribution::plan`].
    pub plan: Option<PlanId>,
}

/// [`CallRecord`] without texts of its own: written and read without an allocation. Both encode to the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecordRef<'a> {
    /// See [`CallRecord::at`].
    pub at: Moment,
    /// See [`CallRecord::request_id`].
    pub request_id: Uuid,
    /// See [`CallRecord::trace_id`].
    pub trace_id: Option<Uuid>,
    /// See [`CallRecord::attribution`].
    #[serde(borrow)]
    pub attribution: AttributionRef<'a>,
    /// See [`CallRecord::method`].
    pub method: &'a str,
    /// See [`CallRecord::path`].
    pub path: &'a str,
    /// See [`CallRecord::status`].
    pub status: u16,
    /// See [`CallRecord::reason`].
    pub reason: &'a str,
    /// See [`CallRecord::counted`].
    pub counted: bool,
    /// See [`CallRecord::interrupted`].
    pub interrupted: bool,
    /// See [`CallRecord::latency_us`].
    pub latency_us: u64,
    /// See [`CallRecord::upstream_us`].
    pub upstream_us: u64,
    /// See [`CallRecord::bytes_in`].
    pub bytes_in: u64,
    /// See [`CallRecord::bytes_out`].
    pub bytes_out: u64,
    /// See [`CallRecord::source`].
    #[serde(skip)]
    pub source: Option<IpAddr>,
}

impl CallRecord {
    /// The same record, borrowed.
    pub fn borrowed(&self) -> CallRecordRef<'_> {
        let who = &self.attribution;
        CallRecordRef {
            at: self.at,
            request_id: self.request_id,
            trace_id: self.trace_id,
            attribution: AttributionRef {
                tenant: who.tenant,
                environment: who.environment,
                api_version: who.api_version,
                operation: who.operation.as_ref().map(OperationKey::as_str),
                application: who.application,
                credential: who.credential,
                subscription: who.subscription,
                plan: who.plan,
            },
            method: &self.method,
            path: &self.path,
            status: self.status,
            reason: &self.reason,
            counted: self.counted,
            interrupted: self.interrupted,
            latency_us: self.latency_us,
            upstream_us: self.upstream_us,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            source: self.source,
        }
    }
}

impl CallRecordRef<'_> {
    /// The same record with texts of its own.
    pub fn into_owned(self) -> CallRecord {
        let who = self.attribution;
        CallRecord {
            at: self.at,
            request_id: self.request_id,
            trace_id: self.trace_id,
            attribution: Attribution {
                tenant: who.tenant,
                environment: who.environment,
                api_version: who.api_version,
                operation: who.operation.map(OperationKey::from_stored),
                application: who.application,
                credential: who.credential,
                subscription: who.subscription,
                plan: who.plan,
            },
            method: self.method.to_owned(),
            path: self.path.to_owned(),
            status: self.status,
            reason: self.reason.to_owned(),
            counted: self.counted,
            interrupted: self.interrupted,
            latency_us: self.latency_us,
            upstream_us: self.upstream_us,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            source: self.source,
        }
    }

    /// Appends the encoded record, as it stands in a batch.
    pub fn encode_onto(&self, out: Vec<u8>) -> Vec<u8> {
        // Postcard into a growing vector cannot fail for a struct of numbers and texts.
        postcard::to_extend(self, out).unwrap_or_default()
    }
}

/// The encoded records of a run of bytes, borrowed, with their sources, as far as those are known; ends at the first record that
/// cannot be read.
pub fn records_of<'a>(
    bytes: &'a [u8],
    sources: &'a [u8],
) -> impl Iterator<Item = CallRecordRef<'a>> {
    let (mut rest, mut sources) = (bytes, sources_of(sources));
    std::iter::from_fn(move || {
        let (record, behind) = postcard::take_from_bytes::<CallRecordRef<'a>>(rest).ok()?;
        rest = behind;
        let source = sources.next().flatten();
        Some(CallRecordRef { source, ..record })
    })
}

/// A numbered run of records of one boot of one gateway. Sent again, it is byte for byte the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    format: u16,
    /// Which run of the gateway process wrote it.
    pub boot: Uuid,
    /// From 1, without gaps, within a boot.
    pub sequence: u64,
    /// Calls that could not be kept since the batch before, because the disk was full.
    pub dropped: u64,
    /// The calls.
    pub records: Vec<CallRecord>,
}

impl Batch {
    /// A batch of this format.
    pub fn new(boot: Uuid, sequence: u64, dropped: u64, records: Vec<CallRecord>) -> Self {
        Self {
            format: FORMAT,
            boot,
            sequence,
            dropped,
            records,
        }
    }

    /// The bytes that are sent: the batch, and behind it the source of each record, when any is known.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = postcard::to_stdvec(self).unwrap_or_default();
        if self.records.iter().any(|record| record.source.is_some()) {
            let sources = self
                .records
                .iter()
                .map(|record| source_bytes(record.source));
            out.extend(sources.flatten());
        }
        out
    }

    /// The bytes of [`Batch::encode`], from records that are encoded already, one behind the other, and their sources: of every
    /// record, or none.
    pub fn encode_from(
        boot: Uuid,
        sequence: u64,
        dropped: u64,
        (count, records): (usize, &[u8]),
        sources: &[u8],
    ) -> Vec<u8> {
        let out = Vec::with_capacity(64 + records.len() + sources.len());
        // What a batch is, up to the length of its list.
        let mut out =
            postcard::to_extend(&(FORMAT, boot, sequence, dropped, count), out).unwrap_or_default();
        out.extend_from_slice(records);
        if sources.iter().any(|byte| *byte != 0) {
            out.extend_from_slice(sources);
        }
        out
    }

    /// Reads [`Batch::encode`] within the limits of a batch.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refused> {
        if bytes.len() > BATCH_BYTES_MAX {
            return Err(Refused::Damaged("usage batch"));
        }
        let (format, _) =
            postcard::take_from_bytes::<u16>(bytes).map_err(|_| Refused::Damaged("usage batch"))?;
        if format != FORMAT {
            return Err(Refused::Format {
                what: "usage batch",
                found: format,
            });
        }
        let (mut batch, sources) = postcard::take_from_bytes::<Self>(bytes)
            .map_err(|_| Refused::Damaged("usage batch"))?;
        // Gateways of earlier releases send none.
        let fits = sources.is_empty() || sources.len() == SOURCE_BYTES * batch.records.len();
        if !fits || batch.records.len() > BATCH_RECORDS_MAX {
            return Err(Refused::Damaged("usage batch"));
        }
        for (record, source) in batch.records.iter_mut().zip(sources_of(sources)) {
            record.source = source;
        }
        Ok(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u64) -> CallRecord {
        CallRecord {
            at: Moment(number as i64),
            request_id: Uuid::from_u128(number.into()),
            trace_id: (number % 2 == 1).then(|| Uuid::from_u128(7)),
            attribution: Attribution {
                operation: (number % 3 == 1).then(|| OperationKey::new("GET", "/pets/{id}")),
                plan: Some(PlanId::from_uuid(Uuid::from_u128(number.into()))),
                ..Attribution::default()
            },
            method: "GET".to_owned(),
            path: "/".to_owned(),
            status: 200,
            reason: "ok".to_owned(),
            counted: true,
            interrupted: false,
            latency_us: number,
            upstream_us: 0,
            bytes_in: 0,
            bytes_out: 0,
            source: None,
        }
    }

    fn from_somewhere(number: u64) -> CallRecord {
        CallRecord {
            source: match number % 3 {
                0 => None,
                1 => Some(IpAddr::from([192, 0, 2, number as u8])),
                _ => "2001:db8::7".parse().ok(),
            },
            ..call(number)
        }
    }

    #[test]
    fn sources_stand_behind_the_records_and_a_batch_without_them_is_read_too() {
        let batch = Batch::new(Uuid::nil(), 1, 0, (0..9).map(from_somewhere).collect());
        let bytes = batch.encode();
        assert_eq!(Batch::decode(&bytes).unwrap(), batch);
        let without = bytes.len() - 9 * SOURCE_BYTES;
        let read = Batch::decode(&bytes[..without]).unwrap();
        let bare = Batch::new(Uuid::nil(), 1, 0, (0..9).map(call).collect());
        assert_eq!(read, bare, "as earlier releases send it");
        assert_eq!(bare.encode(), bytes[..without]);
        for cut in [without + 1, without + SOURCE_BYTES, bytes.len() - 1] {
            assert!(Batch::decode(&bytes[..cut]).is_err(), "{cut}");
        }
        let longer = [bytes.as_slice(), &[0; SOURCE_BYTES]].concat();
        assert!(Batch::decode(&longer).is_err());
    }

    #[test]
    fn a_batch_reads_back_and_holds_its_limit() {
        for (records, accepted) in [
            (0, true),
            (BATCH_RECORDS_MAX - 1, true),
            (BATCH_RECORDS_MAX, true),
            (BATCH_RECORDS_MAX + 1, false),
        ] {
            let batch = Batch::new(Uuid::nil(), 1, 0, (0..records as u64).map(call).collect());
            assert_eq!(
                Batch::decode(&batch.encode()).is_ok(),
                accepted,
                "{records}"
            );
        }
    }

    #[test]
    fn records_encoded_one_by_one_make_the_same_batch() {
        let records: Vec<_> = (0..300).map(from_somewhere).collect();
        let sources: Vec<u8> = records
            .iter()
            .flat_map(|record| source_bytes(record.source))
            .collect();
        let encoded = records
            .iter()
            .fold(Vec::new(), |out, record| record.borrowed().encode_onto(out));
        let batch = Batch::new(Uuid::from_u128(9), 70_000, 3, records);
        let records = (batch.records.len(), encoded.as_slice());
        let made = Batch::encode_from(batch.boot, 70_000, 3, records, &sources);
        assert_eq!(made, batch.encode());
        let read: Vec<_> = records_of(&encoded, &sources).collect();
        let borrowed: Vec<_> = batch.records.iter().map(CallRecord::borrowed).collect();
        assert_eq!(read, borrowed);
        let cut = &encoded[..encoded.len() - 1];
        assert_eq!(records_of(cut, &sources).count(), batch.records.len() - 1);
    }

    #[test]
    fn latency_buckets_include_their_bound() {
        assert_eq!(latency_bucket(500), 0);
        assert_eq!(latency_bucket(501), 1);
        assert_eq!(latency_bucket(30_000_001), LATENCY_BOUNDS_US.len());
    }
}
