//! What responses say about the end of a version: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and the link to the version
//! that follows (RFC 5829).

use std::sync::Arc;

use gatehouse_snapshot::object::{LifeDates, Moment, RouteLater};
use time::OffsetDateTime;

use super::CompiledEnvironment;
use crate::strict::http_date;

/// Since when a version is deprecated.
pub(crate) const DEPRECATION: &str = "deprecation";
/// When it ends.
pub(crate) const SUNSET: &str = "sunset";
/// Where to go.
pub(crate) const LINK: &str = "link";

/// The texts, as far as they are the same in every environment.
#[derive(Debug)]
pub(crate) struct Life {
    /// `@1688169599`, a date of structured fields (RFC 9651).
    deprecation: Box<str>,
    /// As HTTP writes dates (RFC 9110 §5.6.7).
    sunset: Option<Box<str>>,
    /// The first moment at which it is not served any more.
    ends: Option<Moment>,
    /// `/{api}/{version}` below the base path.
    successor: Option<Box<str>>,
    /// Slug of the guide that says how to move there.
    guide: Option<Box<str>>,
}

impl Life {
    /// Of a route whose version is being phased out, or was.
    pub(super) fn of(later: &RouteLater) -> Option<Self> {
        let dates = later.life.as_ref()?;
        Some(Self::new(dates, later.guide.as_deref()))
    }

    fn new(dates: &LifeDates, guide: Option<&str>) -> Self {
        let at = |moment| OffsetDateTime::from(moment);
        Self {
            deprecation: format!("@{}", at(dates.deprecated_at).unix_timestamp()).into(),
            sunset: dates.sunset_at.map(|moment| {
                let text = http_date(at(moment));
                String::from_utf8_lossy(&text).into()
            }),
            ends: dates.sunset_at,
            successor: dates.successor.as_deref().map(Into::into),
            guide: guide.map(Into::into),
        }
    }

    /// Whether its end has come. Nobody need say so: the date was announced, and a gateway that hears nothing of its control plane
    /// keeps to it, too.
    pub(crate) fn is_over(&self, wall_ms: i64) -> bool {
        self.ends.is_some_and(|ends| ends.0 <= wall_ms)
    }

    /// Slug of the guide that says how to move on.
    pub(crate) fn guide(&self) -> Option<&str> {
        self.guide.as_deref()
    }
}

/// What one call's response says of it.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    life: Arc<Life>,
    environment: Arc<CompiledEnvironment>,
}

impl Notice {
    pub(crate) fn new(life: &Arc<Life>, environment: &Arc<CompiledEnvironment>) -> Self {
        Self {
            life: Arc::clone(life),
            environment: Arc::clone(environment),
        }
    }

    /// Where the version that follows answers, from the root of the host.
    pub(crate) fn successor(&self) -> Option<String> {
        let below = self.life.successor.as_deref()?;
        Some(format!("{}{below}", self.environment.object.base_path))
    }

    /// Writes the fields, names in lower case. The link is put together for each response: only versions that are being phased out
    /// pay for it, and its text differs by environment.
    pub(crate) fn each_field(&self, put: &mut dyn FnMut(&'static str, &[u8])) {
        put(DEPRECATION, self.life.deprecation.as_bytes());
        if let Some(sunset) = &self.life.sunset {
            put(SUNSET, sunset.as_bytes());
        }
        if let Some(successor) = self.successor() {
            let link = format!("<{successor}>; rel=\"successor-version\"");
            put(LINK, link.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_their_rfcs_say() {
        // The example of RFC 9745 §2.1; the dates of RFC 8594 §3.
        let dates = LifeDates {
            deprecated_at: Moment(1_688_169_599_000),
            sunset_at: Some(Moment(1_546_300_799_999)),
            successor: None,
        };
        let life = Life::new(&dates, None);
        assert_eq!(&*life.deprecation, "@1688169599");
        assert_eq!(
            life.sunset.as_deref(),
            Some("Mon, 31 Dec 2018 23:59:59 GMT")
        );
    }
}
