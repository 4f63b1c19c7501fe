//! `POST /apis/{api}/{version}/reference/{operation}`: sends one call as one of the visitor's applications and shows the answer.

use crate::address::{Path, encode};
use crate::form::{Form, is_form};
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::catalogue::addresses::address;
use crate::pages::catalogue::answered;
use crate::pages::catalogue::language::ChooseLanguage;
use crate::pages::catalogue::operation;
use crate::pages::catalogue::trial::{Sent, Trial, TrialForm};
use crate::relay::{NotRelayed, Payload, Relayed};
use crate::upload::{Call, Chosen, Upload};
use crate::view::form::{Faults, WHOLE_FORM, faults_of};
use crate::visitor::Visitor;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gatehouse_control_plane::catalogue::{self, Reference};
use gatehouse_control_plane::console_calls::{self, GrantedCall, WantedCall};
use gatehouse_domain::EnvironmentKind;
use gatehouse_language::t;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_spec::render::simulated;
use gatehouse_spec::sample::{Given, GivenFault, SampleRequest};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

/// Largest form: room for files that are too large, which is told beside their control. Of these no more is kept than can be sent.
pub(crate) const FORM_BYTES_MAX: usize = 32 << 20;

/// In the session, once somebody has said that they mean production.
const MEANT: &str = "console.production";

/// Why nothing was sent.
enum NotSent {
    Faults(Faults),
    /// Something in production would be changed; it is asked once.
    Asks,
}

/// What the form sent: in parts where the body has files, else as every form.
pub(crate) struct Filled {
    texts: Sent,
    files: Vec<Chosen>,
    /// The control whose files were too large to be kept.
    overflowed: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for Filled {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        if is_form(request.headers()) {
            let Form(texts) = Form::<Sent>::from_request(request, state).await?;
            return Ok(Self {
                texts,
                files: Vec::new(),
                overflowed: None,
            });
        }
        let upload = Upload::<Call>::from_request(request, state).await?;
        // Line ends as of every other form.
        let texts = upload.fields.into_iter();
        let texts = texts.map(|(name, text)| (name, text.replace("\r\n", "\n").replace('\0', "")));
        Ok(Self {
            texts: texts.collect(),
            files: upload.files,
            overflowed: upload.overflowed,
        })
    }
}

/// `POST /apis/{api}/{version}/reference/{operation}`
pub(crate) async fn send(
    visitor: Visitor,
    Path([api, version, slug]): Path<3>,
    headers: HeaderMap,
    filled: Filled,
) -> Result<Response, PageError> {
    visitor.actor()?;
    let sent = &filled.texts;
    let viewer = visitor.viewer()?;
    let found = catalogue::get_reference(visitor.db(), &viewer, &api, &version, &slug).await?;
    let at = format!("/apis/{api}/{version}/reference/{slug}");
    let mut trial = Trial::of(&visitor, &found, at.clone(), Some(sent)).await?;
    let show = async |trial: Trial| {
        let language = ChooseLanguage::default().chosen(&headers);
        operation::page(&visitor, &found, language, trial).await
    };
    let Some(form) = &mut trial.form else {
        return Ok(refused(show(trial).await?));
    };
    let files = filled.files.iter().map(|file| &file.field);
    let mut names = sent.keys().chain(files).chain(&filled.overflowed);
    if let Some(unknown) = names.find(|field| !form.knows(field)) {
        let words = t!("reference-no-field", field = unknown);
        return Err(Problem::new(ProblemKind::BadRequest).detail(words).into());
    }
    let exchanged = exchange(&visitor, &found, form, &filled).await?;
    if let Some(plan) = form.plan.take() {
        // What it takes may be taken now.
        trial = Trial::of(&visitor, &found, at, Some(sent)).await?;
        if let Ok(Exchange {
            granted: Some(granted),
            ..
        }) = &exchanged
        {
            trial.hint = Some(plan.taken(&visitor, granted));
        }
    }
    let Some(form) = &mut trial.form else {
        return Ok(refused(show(trial).await?));
    };
    let call = match exchanged {
        Ok(call) => call,
        Err(NotSent::Asks) => {
            form.asks = true;
            form.body.forget(&filled.files);
            return Ok(show(trial).await?.into_response());
        }
        Err(NotSent::Faults(faults)) => {
            form.refuse(faults);
            form.body.forget(&filled.files);
            return Ok(refused(show(trial).await?));
        }
    };
    if sent.contains_key("download") {
        return Ok(download(call.answer));
    }
    trial.outcome = Some(answered::outcome(&visitor, &call));
    Ok(show(trial).await?.into_response())
}

/// A call that was made.
pub(crate) struct Exchange {
    /// None where the answer was made from the description, and nothing was sent.
    pub(crate) granted: Option<GrantedCall>,
    pub(crate) answer: Relayed,
    /// The same request as anybody would send it.
    pub(crate) public: SampleRequest,
}

/// Checks what was filled in, gets a credential and sends the call.
async fn exchange(
    visitor: &Visitor,
    found: &Reference,
    form: &TrialForm,
    filled: &Filled,
) -> Result<Result<Exchange, NotSent>, PageError> {
    let operation = &found.operation;
    let environment = found
        .environments
        .iter()
        .find(|one| one.slug == form.environment);
    let Some(environment) = environment else {
        let faults = Faults::one("environment", t!("reference-choose-environment"));
        return Ok(Err(NotSent::Faults(faults)));
    };
    let (relay, api) = (visitor.portal().relay(), operation.api.slug.as_str());
    let base = relay.base(environment, api, &operation.version);
    let (given, request, payload) = match prepared(&base, found, form, filled) {
        Ok(prepared) => prepared,
        Err(faults) => return Ok(Err(NotSent::Faults(faults))),
    };
    let public = address(visitor.portal(), environment, api, &operation.version);
    let public = SampleRequest::of_given(&public, &operation.fragment, &given)
        .unwrap_or_else(|_| request.clone());
    if !form.scenario.is_empty() {
        let Some(answer) = simulated(&operation.fragment, &form.scenario) else {
            let faults = Faults::one("scenario", t!("reference-choose-scenario"));
            return Ok(Err(NotSent::Faults(faults)));
        };
        return Ok(Ok(Exchange {
            granted: None,
            answer: answer.into(),
            public,
        }));
    }
    if !form.sends() {
        let faults = Faults::one("scenario", t!("reference-choose-scenario"));
        return Ok(Err(NotSent::Faults(faults)));
    }
    let is_for_real = environment.kind == EnvironmentKind::Production;
    if is_for_real && changes(&request.method) && !is_meant(visitor, &filled.texts).await? {
        return Ok(Err(NotSent::Asks));
    }
    let application = match &form.plan {
        None => form.application.clone(),
        Some(plan) => {
            let taken = plan.take(visitor, found, &form.application, &environment.slug);
            match taken.await? {
                Ok(application) => application,
                Err(faults) => return Ok(Err(NotSent::Faults(faults))),
            }
        }
    };
    let wanted = WantedCall {
        api: api.to_owned(),
        version: operation.version.clone(),
        operation: operation.row.slug.clone(),
        application: application.as_str().into(),
        environment: environment.slug.as_str().into(),
    };
    let granted = console_calls::grant_call(visitor.db(), visitor.actor()?, &wanted).await;
    let granted = match granted {
        Ok(granted) => granted,
        Err(refusal) => return Ok(Err(NotSent::Faults(faults_of(refusal)?))),
    };
    let answer = relay
        .send(&granted.environment, &request, payload, &granted.credential)
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(words) => return Ok(Err(NotSent::Faults(not_relayed(WHOLE_FORM, &words)))),
    };
    Ok(Ok(Exchange {
        granted: Some(granted),
        answer,
        public,
    }))
}

/// The request of what was filled in, with its bytes, or what is wrong with it.
fn prepared(
    base: &str,
    found: &Reference,
    form: &TrialForm,
    filled: &Filled,
) -> Result<(Given, SampleRequest, Payload), Faults> {
    if let Some(field) = &filled.overflowed {
        return Err(not_relayed(field, &NotRelayed::TooMuch));
    }
    let given = form.given(&filled.files);
    let made = SampleRequest::of_given(base, &found.operation.fragment, &given);
    let request = made.map_err(named)?;
    let contents: Vec<Bytes> = filled.files.iter().map(|one| one.bytes.clone()).collect();
    match Payload::of(&request, &contents) {
        Ok(payload) => Ok((given, request, payload)),
        Err(words) => {
            let first = filled.files.first();
            let field = first.map_or("body", |one| one.field.as_str());
            Err(not_relayed(field, &words))
        }
    }
}

/// RFC 9110 §9.2.1 names the safe methods.
fn changes(method: &str) -> bool {
    !matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

/// Whether the person has said in this session that they mean production, or says so now.
async fn is_meant(visitor: &Visitor, sent: &Sent) -> Result<bool, PageError> {
    let session = visitor.session();
    if sent.contains_key("confirm") {
        session
            .insert(MEANT, true)
            .await
            .map_err(PageError::fault)?;
        return Ok(true);
    }
    let meant: Option<bool> = session.get(MEANT).await.map_err(PageError::fault)?;
    Ok(meant == Some(true))
}

fn not_relayed(field: &str, words: &NotRelayed) -> Faults {
    Faults::one(field, words.to_string())
}

fn named(faults: Vec<GivenFault>) -> Faults {
    let mut all = Faults::default();
    for fault in faults {
        if fault.name.is_empty() {
            all.add("body", t!("reference-fault-body", fault = &fault.words));
        } else if fault.place == "body" {
            let field = format!("body.{}", encode(&fault.name));
            all.add(field, format!("{}: {}", fault.name, fault.words));
        } else {
            let field = format!("{}.{}", fault.place, fault.name);
            all.add(field, format!("{}: {}", fault.name, fault.words));
        }
    }
    all
}

/// The answer as a file: never something a browser would show.
fn download(answer: Relayed) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CONTENT_DISPOSITION, "attachment; filename=\"answer\""),
        (CACHE_CONTROL, "private, no-store"),
    ];
    (headers, answer.body).into_response()
}
