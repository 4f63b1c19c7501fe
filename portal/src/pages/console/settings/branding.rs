//! `/console/settings/branding`: the colour, the logo and the words of welcome of the tenant's pages.

use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::settings::tabs;
use crate::upload::{Settings, Upload};
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Flash, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::branding::{
    self, Branding, LOGO_BYTES_MAX, SentLogo, UpdateBranding, WELCOME_MAX,
};
use gatehouse_domain::Permission;
use gatehouse_language::t;

const HERE: &str = "/console/settings/branding";
/// Room for a photograph, which is told to be too large beside its field.
pub(crate) const FORM_BYTES_MAX: usize = 4 << 20;

/// One form, and what it makes of pages in either theme.
#[derive(Template)]
#[template(path = "pages/console/settings/branding.html")]
pub(crate) struct BrandingPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) row_version: i32,
    pub(crate) fields: Vec<Field>,
    pub(crate) same: Same,
}

web_page!(BrandingPage, Private);

/// What the form shows: what is there, or what was sent.
struct Shown {
    row_version: i32,
    accent: String,
    welcome: String,
    without_logo: bool,
    has_logo: bool,
}

impl Shown {
    fn of(branding: &Branding) -> Self {
        Self {
            row_version: branding.row_version,
            accent: branding
                .accent
                .map(|accent| accent.to_string())
                .unwrap_or_default(),
            welcome: branding.welcome.clone().unwrap_or_default(),
            without_logo: false,
            has_logo: branding.logo.is_some(),
        }
    }

    fn fields(&self, faults: &Faults) -> Vec<Field> {
        let kib = LOGO_BYTES_MAX / 1024;
        let mut fields = vec![
            Field::text("accent", t!("settings-colour"))
                .optional()
                .max(7)
                .value(&self.accent)
                .help(t!("settings-of-links-buttons-and-marks-such"))
                .faults(faults),
            Field::area(
                "welcome",
                t!("settings-welcome"),
                u32::try_from(WELCOME_MAX).unwrap_or(u32::MAX),
            )
            .optional()
            .value(&self.welcome)
            .help(t!("settings-markdown-on-the-start-page-in"))
            .faults(faults),
            Field::file("logo", t!("settings-logo"))
                .optional()
                .help(t!("settings-a-png-jpeg-or-webp-of", kib = &kib))
                .faults(faults),
        ];
        if self.has_logo {
            let taken = Field::check("without_logo", t!("settings-take-the-logo-away"), "yes");
            fields.push(taken.ticked(self.without_logo));
        }
        fields
    }
}

/// `GET /console/settings/branding`
pub(crate) async fn show(visitor: Visitor) -> Result<BrandingPage, PageError> {
    visitor.actor()?.require(Permission::TenantManage)?;
    let shown = Shown::of(visitor.branding());
    page(&visitor, &shown, Faults::default()).await
}

async fn page(visitor: &Visitor, shown: &Shown, faults: Faults) -> Result<BrandingPage, PageError> {
    let shell = visitor.shell().await?.console("settings");
    let accent = match shown.accent.as_str() {
        "" => "#0b5fb0",
        accent => accent,
    };
    Ok(BrandingPage {
        tabs: tabs(HERE, &shell),
        action: shell.to(HERE),
        row_version: shown.row_version,
        fields: shown.fields(&faults),
        faults,
        same: visitor.same(&[same::BRANDING_SET], &[("accent", accent)]),
        shell,
    })
}

/// `POST /console/settings/branding`
pub(crate) async fn submit(
    visitor: Visitor,
    upload: Upload<Settings>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let text = |name| Some(upload.text(name)).filter(|text| !text.is_empty());
    let shown = Shown {
        row_version: upload.number("row_version")?,
        accent: upload.text("accent"),
        welcome: upload.text("welcome"),
        without_logo: text("without_logo").is_some(),
        has_logo: visitor.branding().logo.is_some(),
    };
    let chosen = upload.file.as_ref();
    let chosen = chosen.map(|image| Some(SentLogo::Plain(image.to_vec())));
    let input = UpdateBranding {
        accent: Some(text("accent")),
        welcome: Some(text("welcome")),
        logo: chosen.or(shown.without_logo.then_some(None)),
    };
    let saved = branding::update_branding(visitor.db(), actor, Some(shown.row_version), input);
    match saved.await {
        Ok(_) => {
            let words = Flash::good(
                t!("settings-saved"),
                t!("settings-pages-and-mails-look-so-from"),
            );
            visitor.tell(words).await?;
            Ok(visitor.go(HERE).into_response())
        }
        Err(refusal) => {
            let mut faults = faults_of(refusal)?;
            if upload.file.is_some() && faults.of("logo").is_none() {
                faults.add("logo", t!("settings-choose-the-image-again-browsers-do"));
            }
            Ok(refused(page(&visitor, &shown, faults).await?))
        }
    }
}
