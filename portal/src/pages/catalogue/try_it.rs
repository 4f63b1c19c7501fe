//! `POST /apis/{api}/{version}/reference/{operation}`: sends one call as one of the visitor's applications and shows the answer.

use crate::address::Path;
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::catalogue::addresses::address;
use crate::pages::catalogue::answered;
use crate::pages::catalogue::language::ChooseLanguage;
use crate::pages::catalogue::operation;
use crate::pages::catalogue::trial::{BODY_MAX, Sent, Trial, TrialForm};
use crate::relay::Relayed;
use crate::view::form::{Faults, WHOLE_FORM, faults_of};
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::catalogue::{self, Reference};
use gatehouse_control_plane::console_calls::{self, GrantedCall, WantedCall};
use gatehouse_domain::EnvironmentKind;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_spec::sample::{GivenFault, SampleRequest};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

/// In the session, once somebody has said that they mean production.
const MEANT: &str = "console.production";

/// Why nothing was sent.
enum NotSent {
    Faults(Faults),
    /// Something in production would be changed; it is asked once.
    Asks,
}

/// `POST /apis/{api}/{version}/reference/{operation}`
pub(crate) async fn send(
    visitor: Visitor,
    Path([api, version, slug]): Path<3>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, PageError> {
    visitor.actor()?;
    let viewer = visitor.viewer()?;
    let found = catalogue::get_reference(visitor.db(), &viewer, &api, &version, &slug).await?;
    let at = format!("/apis/{api}/{version}/reference/{slug}");
    let mut trial = Trial::of(&visitor, &found, at, Some(&sent)).await?;
    let show = async |trial: Trial| {
        let language = ChooseLanguage::default().chosen(&headers);
        operation::page(&visitor, &found, language, trial).await
    };
    let Some(form) = &mut trial.form else {
        return Ok(refused(show(trial).await?));
    };
    if let Some(unknown) = sent.keys().find(|field| !form.knows(field)) {
        let words = format!("This operation has no field {unknown}.");
        return Err(Problem::new(ProblemKind::BadRequest).detail(words).into());
    }
    let call = match exchange(&visitor, &found, form, &sent).await? {
        Ok(call) => call,
        Err(NotSent::Asks) => {
            form.asks = true;
            return Ok(show(trial).await?.into_response());
        }
        Err(NotSent::Faults(faults)) => {
            form.refuse(faults);
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
    pub(crate) granted: GrantedCall,
    pub(crate) answer: Relayed,
    /// The same request as anybody would send it.
    pub(crate) public: SampleRequest,
}

/// Checks what was filled in, gets a credential and sends the call.
async fn exchange(
    visitor: &Visitor,
    found: &Reference,
    form: &TrialForm,
    sent: &Sent,
) -> Result<Result<Exchange, NotSent>, PageError> {
    let operation = &found.operation;
    let environment = found
        .environments
        .iter()
        .find(|one| one.slug == form.environment);
    let Some(environment) = environment else {
        let faults = Faults::one("environment", "Choose one of the environments.");
        return Ok(Err(NotSent::Faults(faults)));
    };
    let (relay, api) = (visitor.portal().relay(), operation.api.slug.as_str());
    let base = relay.base(environment, api, &operation.version);
    let given = form.given();
    if given.body.len() > BODY_MAX {
        let faults = Faults::one(
            "body",
            "Use at most 32 KiB here; the sample takes any size.",
        );
        return Ok(Err(NotSent::Faults(faults)));
    }
    let made = SampleRequest::of_given(&base, &operation.fragment, &given);
    let request = match made {
        Ok(request) => request,
        Err(faults) => return Ok(Err(NotSent::Faults(named(faults)))),
    };
    let is_for_real = environment.kind == EnvironmentKind::Production;
    if is_for_real && changes(&request.method) && !is_meant(visitor, sent).await? {
        return Ok(Err(NotSent::Asks));
    }
    let wanted = WantedCall {
        api: api.to_owned(),
        version: operation.version.clone(),
        operation: operation.row.slug.clone(),
        application: form.application.as_str().into(),
        environment: environment.slug.as_str().into(),
    };
    let granted = console_calls::grant_call(visitor.db(), visitor.actor()?, &wanted).await;
    let granted = match granted {
        Ok(granted) => granted,
        Err(refusal) => return Ok(Err(NotSent::Faults(faults_of(refusal)?))),
    };
    let answer = relay
        .send(&granted.environment, &request, &granted.credential)
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(words) => {
            let faults = Faults::one(WHOLE_FORM, words.to_string());
            return Ok(Err(NotSent::Faults(faults)));
        }
    };
    let public = address(visitor.portal(), environment, api, &operation.version);
    let public = SampleRequest::of_given(&public, &operation.fragment, &given);
    Ok(Ok(Exchange {
        granted,
        answer,
        public: public.unwrap_or(request),
    }))
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

fn named(faults: Vec<GivenFault>) -> Faults {
    let mut all = Faults::default();
    for fault in faults {
        if fault.place == "body" {
            all.add("body", format!("Body: {}", fault.words));
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
