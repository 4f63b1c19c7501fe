//! Versions: what is published, and where it stands in its life.

use bytes::Bytes;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Want;
use crate::actor::Actor;
use crate::db::Db;
use crate::publishing::{self, PublishRefusal, PublishSpec};
use crate::refusal::Refusal;
use crate::resources::State;
use crate::resources::specs::{OfferedState, VersionSpec};
use crate::versions::{self, Deprecate};

pub(super) async fn put_version(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &VersionSpec,
    held: Option<&State>,
) -> Result<(), PublishRefusal> {
    let label = want.key.name.as_str();
    let sha256 = |held: &State| {
        held.fields["description"]["sha256"]
            .as_str()
            .map(str::to_owned)
    };
    let stated = spec.description.as_ref().map(|one| one.sha256.clone());
    if stated.is_some() && stated != held.and_then(sha256)
        || held.is_none() && want.back_to.is_some()
    {
        match (want.number(), want.file) {
            (Some(number), _) => {
                publishing::restore_revision(db, actor, want.api(), label, number).await?;
            }
            (None, Some(content)) => publish(db, actor, want, content).await?,
            (None, None) => {}
        }
    } else if held.is_none() {
        let detail = "A new version needs a description: name its file.";
        return Err(Refusal::field("/description", "required", detail).into());
    }
    phase(db, actor, want, spec, held).await?;
    Ok(())
}

async fn publish(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    content: &Bytes,
) -> Result<(), PublishRefusal> {
    let input = PublishSpec {
        api: want.api(),
        version: want.key.name.clone(),
        content: content.clone(),
        source: want.source.clone(),
        // The API may be as new as the version; whether there is one is asked before the unit's own rows are seen.
        create: true,
        dry_run: false,
        // What hangs on its operations is judged when everything is what it shall be.
        drop_orphans: false,
    };
    publishing::publish_with_others(db, actor, input).await?;
    Ok(())
}

/// Brings a version to where it shall stand in its life.
async fn phase(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &VersionSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let text =
        |name: &str| held.and_then(|held| held.fields.get(name)?.as_str().map(str::to_owned));
    let is_deprecated = text("state").as_deref() == Some("deprecated");
    let label = want.key.name.as_str();
    let state = spec.state.unwrap_or(match is_deprecated {
        true => OfferedState::Deprecated,
        false => OfferedState::Published,
    });
    let sunset_at = spec.sunset_at.clone().unwrap_or_else(|| text("sunset_at"));
    let successor = spec.successor.clone().unwrap_or_else(|| text("successor"));
    let same = sunset_at == text("sunset_at") && successor == text("successor");
    match state {
        OfferedState::Published => {
            if is_deprecated {
                versions::publish_version(db, actor, want.api(), label, None).await?;
            }
        }
        OfferedState::Deprecated if is_deprecated && same => {}
        OfferedState::Deprecated => {
            let read = |text: &String| OffsetDateTime::parse(text, &Rfc3339).ok();
            let sunset_at = sunset_at.as_ref().and_then(read).ok_or_else(|| {
                Refusal::field(
                    "/sunset_at",
                    "required",
                    "Say when the deprecated version ends.",
                )
            })?;
            // Files do not say which guide helps to move; the one that was chosen stays.
            let mut guide = None;
            if is_deprecated {
                guide = versions::get_version(db, actor, want.api(), label)
                    .await?
                    .guide;
                versions::publish_version(db, actor, want.api(), label, None).await?;
            }
            let input = Deprecate {
                sunset_at,
                successor,
                guide,
            };
            versions::deprecate_version(db, actor, want.api(), label, None, input).await?;
        }
    }
    Ok(())
}
