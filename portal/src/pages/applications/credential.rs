//! `/applications/{app}/credentials/new`: credentials of the kinds that are not API keys.

use crate::address::Path;
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::applications::keys::environment_choices;
use crate::pages::applications::show::key_crumbs;
use crate::pages::console::policies::form::may_sign;
use crate::pages::form_page::FormPage;
use crate::sealed;
use crate::twice::{self, Once};
use crate::view::form::{Choice, Faults, Field, Hidden, faults_of};
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::applications;
use gatehouse_control_plane::credentials::{self, IssueKey, Material, PUBLIC_MAX};
use gatehouse_domain::Permission;
use gatehouse_domain::credential::CredentialKind;
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;
use gatehouse_runtime::random;

/// A kind as people know it.
pub(crate) fn kind_words(kind: CredentialKind) -> String {
    match kind {
        CredentialKind::ApiKey => t!("applications-api-key"),
        CredentialKind::Basic => t!("applications-name-and-password"),
        CredentialKind::Hmac => t!("applications-shared-secret-that-signs-requests-hmac"),
        CredentialKind::JwtKey => t!("applications-key-pair-that-signs-tokens-jwt"),
        CredentialKind::OauthClient => t!("applications-oauth-client"),
        CredentialKind::MtlsCert => t!("applications-client-certificate-mtls"),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialForm {
    nonce: String,
    kind: String,
    environment: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    expires_in_days: Option<i32>,
    #[serde(default)]
    public_key: Option<String>,
    #[serde(default)]
    certificate: Option<String>,
}

impl CredentialForm {
    /// Takes out what may hold a private key: it is refused, and no page shows it again.
    fn withhold(&mut self) -> Faults {
        let mut faults = Faults::default();
        let halves = [
            ("public_key", &mut self.public_key),
            ("certificate", &mut self.certificate),
        ];
        for (name, half) in halves {
            if half.take_if(|text| may_sign(text)).is_some() {
                faults.add(name, t!("applications-this-may-hold-a-private-key"));
            }
        }
        faults
    }
}

/// The public half as it was pasted. Text that is no JSON goes on as text: the verb says what is wrong with it.
pub(crate) fn material(public_key: Option<&str>, certificate: Option<&str>) -> Material {
    let pasted = |text: Option<&str>| {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    Material {
        public_key: pasted(public_key)
            .map(|text| serde_json::from_str(&text).unwrap_or_else(|_| text.into())),
        certificate: pasted(certificate),
    }
}

/// The boxes for the public half of what its owner keeps.
pub(crate) fn public_halves(
    kinds: &[CredentialKind],
    pasted: (Option<&str>, Option<&str>),
    faults: &Faults,
) -> Vec<Field> {
    let max = u32::try_from(PUBLIC_MAX).unwrap_or(u32::MAX);
    let key = || {
        Field::area("public_key", t!("applications-public-key"), max)
            .value(pasted.0.unwrap_or_default())
            .help(t!("applications-for-a-key-pair-that-signs"))
    };
    let certificate = || {
        Field::area("certificate", t!("applications-certificate"), max)
            .value(pasted.1.unwrap_or_default())
            .help(t!("applications-for-a-client-certificate-pem-without"))
    };
    let fields = kinds.iter().filter_map(|kind| match kind {
        CredentialKind::JwtKey => Some(key()),
        CredentialKind::MtlsCert => Some(certificate()),
        _ => None,
    });
    fields
        .map(|field| field.optional().faults(faults))
        .collect()
}

async fn page(
    visitor: &Visitor,
    application: &str,
    form: &CredentialForm,
    faults: Faults,
) -> Result<FormPage, PageError> {
    let actor = visitor.actor()?;
    let view = applications::get_application(visitor.db(), actor, application.into()).await?;
    let environments = environment_choices(visitor).await?;
    let kinds: Vec<CredentialKind> = CredentialKind::ALL
        .iter()
        .copied()
        .filter(|kind| !kind.is_enforced())
        .collect();
    let choices = kinds.iter();
    let choices = choices.map(|kind| Choice::new(kind.as_str(), kind_words(*kind)));
    let mut fields = vec![
        Field::select("kind", t!("word-kind"), choices.collect())
            .value(&form.kind)
            .faults(&faults),
        Field::select("environment", t!("word-environment"), environments)
            .value(&form.environment)
            .faults(&faults),
        Field::text("name", t!("word-name"))
            .optional()
            .max(80)
            .value(&form.name)
            .faults(&faults),
        Field::number("expires_in_days", t!("applications-ends-after-days"))
            .optional()
            .value(
                form.expires_in_days
                    .map_or_else(String::new, |days| days.to_string()),
            )
            .help(t!("applications-without-a-number-it-lives-as"))
            .faults(&faults),
    ];
    let pasted = (form.public_key.as_deref(), form.certificate.as_deref());
    fields.extend(public_halves(&kinds, pasted, &faults));
    let shell = visitor.shell().await?.at("applications");
    let base = format!("/applications/{}", view.id);
    Ok(FormPage {
        crumbs: key_crumbs(&t!("applications-another-kind"), &view, &shell),
        heading: t!("applications-create-a-credential-of-another-kind"),
        lead: t!(
            "applications-for",
            name = &view.name,
            not_enforced = &CredentialKind::NOT_ENFORCED
        ),
        faults,
        action: shell.to(&format!("{base}/credentials/new")),
        multipart: false,
        hidden: vec![Hidden::new("nonce", random::token())],
        fields,
        button: t!("applications-create-credential").into(),
        back: shell.to(&format!("{base}/keys")),
        same: None,
        shell,
    })
}

/// `GET /applications/{application}/credentials/new`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application]): Path<1>,
) -> Result<FormPage, PageError> {
    visitor
        .actor()?
        .require_anywhere(Permission::ApplicationManage)?;
    let form = CredentialForm::default();
    page(&visitor, &application, &form, Faults::default()).await
}

/// `POST /applications/{application}/credentials/new`: makes it and leads to its page, which shows a secret once.
pub(crate) async fn create(
    visitor: Visitor,
    Path([application]): Path<1>,
    Form(mut form): Form<CredentialForm>,
) -> Result<Response, PageError> {
    let Some(kind) = CredentialKind::parse(&form.kind) else {
        return Err(PageError::of(ProblemKind::BadRequest));
    };
    let private = form.withhold();
    if !private.is_empty() {
        let page = page(&visitor, &application, &form, private).await?;
        return Ok(refused(page));
    }
    let turn = match twice::begin(&visitor, &form.nonce, &application).await? {
        Once::First(turn) => turn,
        Once::Again(path) => return Ok(visitor.go(&path).into_response()),
    };
    let input = IssueKey {
        environment: form.environment.as_str().into(),
        name: form.name.clone(),
        expires_in_days: form.expires_in_days,
        products: Vec::new(),
    };
    let app = application.as_str().into();
    let material = material(form.public_key.as_deref(), form.certificate.as_deref());
    let made =
        credentials::issue_credential(visitor.db(), turn.actor(), app, input, kind, &material)
            .await;
    match made {
        Ok(made) => {
            let (key, text) = made.value;
            if let Some(text) = text {
                sealed::keep(&visitor, &key.id.to_string(), &text.reveal()).await?;
            }
            let path = format!("/applications/{}/keys/{}", key.application_id, key.id);
            twice::finish(&visitor, &turn, &path).await?;
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            twice::forget(&visitor, &turn).await?;
            let page = page(&visitor, &application, &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
