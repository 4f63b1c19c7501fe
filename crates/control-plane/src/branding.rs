//! What the pages of a tenant look like to whoever opens them: one colour, words on the start page, a logo. Its mails have the colour
//! and the logo too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatehouse_domain::id::TenantId;
use gatehouse_domain::{Accent, Permission};
use gatehouse_language::t;
use gatehouse_snapshot::node_auth::hex;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::emails::{Look, MailLogo};
use crate::refusal::{Faults, Refusal};
use crate::tenants;
use crate::words::require_version;
use crate::work::{Changed, Work};

/// Longest words of welcome, in characters.
pub const WELCOME_MAX: usize = 4_000;
/// Largest logo: shown 28 pixels high, it needs no more.
pub const LOGO_BYTES_MAX: usize = 64 * 1024;

/// How the tenant's pages look. What is absent looks as it does without any of this.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Branding {
    /// The colour of links, buttons and marks; pages make the shades of either theme of it.
    pub accent: Option<Accent>,
    /// Markdown on the start page, in place of the sentence there.
    pub welcome: Option<String>,
    /// In place of the first letter of the tenant's name.
    pub logo: Option<LogoView>,
    /// For If-Match; 0 while nothing was ever set.
    pub row_version: i32,
}

/// A logo without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogoView {
    /// `image/png`, `image/jpeg` or `image/webp`, by its first bytes.
    pub media_type: String,
    /// Of the image.
    pub bytes: i32,
    /// SHA-256 of the image in hexadecimal.
    pub sha256: String,
}

/// A logo as it is sent to browsers.
#[derive(Debug)]
pub struct Logo {
    /// As [`LogoView::media_type`].
    pub media_type: String,
    /// The image.
    pub content: Vec<u8>,
}

/// An image as it was sent.
#[derive(Debug, Clone)]
pub enum SentLogo {
    /// Its bytes.
    Plain(Vec<u8>),
    /// Its bytes in base64 (RFC 4648 §4), read here so that what is wrong with them is told beside every other fault.
    Base64(String),
}

/// What changes: `None` stays, `Some(None)` is taken away.
#[derive(Debug, Clone, Default)]
pub struct UpdateBranding {
    /// `#rrggbb`, see [`Accent`].
    pub accent: Option<Option<String>>,
    /// Markdown, at most [`WELCOME_MAX`] characters.
    pub welcome: Option<Option<String>>,
    /// A PNG, JPEG or WebP of at most [`LOGO_BYTES_MAX`].
    pub logo: Option<Option<SentLogo>>,
}

/// Reads how a tenant's pages look. Asks nobody's permission: everybody sees it.
pub async fn get_branding(db: &Db, tenant: TenantId) -> Result<Branding, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    read(&mut tx).await
}

/// The tenant's logo, if it is still the one of this digest.
pub async fn logo(db: &Db, tenant: TenantId, sha256: &str) -> Result<Logo, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    sqlx::query_as!(
        Logo,
        r#"select logo_type as "media_type!", logo as "content!" from branding
           where tenant_id = current_tenant() and logo_digest = $1"#,
        sha256,
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Refusal::NotFound)
}

/// Changes how the pages of the actor's tenant look, from the next one on.
pub async fn update_branding(
    db: &Db,
    actor: &Actor,
    expected: Option<i32>,
    input: UpdateBranding,
) -> Result<Changed<Branding>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let mut work = Work::begin(db, actor).await?;
    // The tenant's row stands for the one that was never made: two who make the first wait for one another.
    let tenant = tenants::get_locked(work.conn(), actor.tenant()).await?;
    let before = read(work.conn()).await?;
    require_version(expected, before.row_version)?;
    let Changes {
        accent,
        welcome,
        logo,
    } = check(&before, input)?;
    let keeps_logo = logo.is_none();
    let (logo, view) = logo.flatten().unzip();
    sqlx::query!(
        "insert into branding as b (tenant_id, accent, welcome, logo, logo_type, logo_digest) values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id) do update
         set accent = excluded.accent, welcome = excluded.welcome,
             logo = case when $7 then b.logo else excluded.logo end,
             logo_type = case when $7 then b.logo_type else excluded.logo_type end,
             logo_digest = case when $7 then b.logo_digest else excluded.logo_digest end,
             row_version = b.row_version + 1",
        tenant.id.uuid(),
        accent.map(|accent| accent.to_string()),
        welcome,
        logo,
        view.as_ref().map(|view: &LogoView| view.media_type.as_str()),
        view.as_ref().map(|view| view.sha256.as_str()),
        keeps_logo,
    )
    .execute(work.conn())
    .await?;
    let after = read(work.conn()).await?;
    let id = actor.tenant();
    work.audit(AuditEntry {
        action: "branding.update",
        subject: id.to_string(),
        before: Some(json!(before)),
        after: Some(json!(after)),
        reason: None,
    });
    work.emit("tenant.changed", id, json!({ "tenant": id }));
    work.commit(after).await
}

/// How the mails of the connection's tenant look; `None` where they look as they do without any of this.
pub(crate) async fn look_of_mails(conn: &mut PgConnection) -> Result<Option<Look>, Refusal> {
    let row = sqlx::query!(
        r#"select t.name, b.accent, b.logo, b.logo_type, b.logo_digest
           from branding b join tenant t on t.id = b.tenant_id
           where b.tenant_id = current_tenant() and (b.accent is not null or b.logo is not null)"#,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let logo = row.logo.zip(row.logo_type).zip(row.logo_digest);
    Ok(Some(Look {
        name: row.name,
        accent: row.accent.as_deref().and_then(Accent::nearest),
        logo: logo.map(|((content, media_type), sha256)| MailLogo {
            sha256,
            media_type,
            content,
        }),
    }))
}

async fn read(conn: &mut PgConnection) -> Result<Branding, Refusal> {
    let row = sqlx::query!(
        r#"select accent, welcome, logo_type, logo_digest, octet_length(logo) as logo_bytes, row_version
           from branding where tenant_id = current_tenant()"#,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(Branding::default());
    };
    let logo = row.logo_type.zip(row.logo_digest).zip(row.logo_bytes);
    Ok(Branding {
        accent: row.accent.as_deref().and_then(Accent::nearest),
        welcome: row.welcome,
        logo: logo.map(|((media_type, sha256), bytes)| LogoView {
            media_type,
            bytes,
            sha256,
        }),
        row_version: row.row_version,
    })
}

/// What is written; the logo only when there is another one, or none from now on.
struct Changes {
    accent: Option<Accent>,
    welcome: Option<String>,
    logo: Option<Option<(Vec<u8>, LogoView)>>,
}

fn check(before: &Branding, input: UpdateBranding) -> Result<Changes, Refusal> {
    let mut faults = Faults::default();
    let accent = match input.accent {
        None => before.accent,
        Some(None) => None,
        Some(Some(text)) => faults.parse("/accent", "accent", Accent::parse(&text)),
    };
    let welcome = match input.welcome {
        None => before.welcome.clone(),
        Some(text) => text
            .map(|text| faults.optional_text("/welcome", &text, WELCOME_MAX))
            .filter(|text| !text.is_empty()),
    };
    let logo = input
        .logo
        .map(|logo| logo.and_then(|sent| judged(&mut faults, sent)));
    faults.finish()?;
    Ok(Changes {
        accent,
        welcome,
        logo,
    })
}

fn judged(faults: &mut Faults, sent: SentLogo) -> Option<(Vec<u8>, LogoView)> {
    let image = match sent {
        SentLogo::Plain(image) => Some(image),
        SentLogo::Base64(text) => STANDARD.decode(text).ok(),
    };
    faults.require(
        image.is_some(),
        "/logo",
        "base64",
        t!("refused-apis-send-the-bytes-of-the-image"),
    );
    let image = image?;
    let bytes = image.len();
    faults.require(
        bytes <= LOGO_BYTES_MAX,
        "/logo",
        "too_long",
        t!(
            "refused-apis-use-an-image-of-at-most",
            logo_bytes_max = &LOGO_BYTES_MAX,
            bytes = &bytes
        ),
    );
    let media_type = media_type(&image);
    faults.require(
        media_type.is_some(),
        "/logo",
        "image",
        t!("refused-apis-use-a-png-jpeg-or-webp"),
    );
    let view = LogoView {
        media_type: media_type?.to_owned(),
        bytes: i32::try_from(bytes).ok()?,
        sha256: hex(&Sha256::digest(&image)),
    };
    Some((image, view))
}

/// What an image is, by how it begins: PNG (ISO/IEC 15948 §5.2), JPEG (ITU-T T.81 B.1.1.3), WebP (RFC 9649 §2.4).
fn media_type(image: &[u8]) -> Option<&'static str> {
    match image {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}
