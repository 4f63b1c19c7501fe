//! Finding out who is looking, before any handler; and showing a handler's problem as a page after it.

use super::{Inner, Visitor};
use crate::address::safe_next;
use crate::csrf::Binding;
use crate::page_error::{ProblemToShow, problem_of};
use crate::pages::account::looks;
use crate::pages::problem::ProblemPage;
use crate::place::Place;
use crate::portal::Portal;
use crate::view::problems;
use crate::{cookies, headers, language, session, throttled};
use askama::Template;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use gatehouse_control_plane::accounts::{self, UserView};
use gatehouse_control_plane::branding::{self, Branding};
use gatehouse_control_plane::tenants::{self, TenantView};
use gatehouse_control_plane::{Actor, Db, Refusal, members, second_factor};
use gatehouse_domain::Permission;
use gatehouse_language::{speaking, speaking_now};
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::listener::Peer;
use gatehouse_runtime::{RequestId, random};
use http::header::{REFERER, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tower_http::csrf::ProtectionError;
use tower_sessions::Session;

/// The layer: finds out, runs the handler, shows its problem as a page, sets the headers.
pub(crate) async fn know(
    State(portal): State<Portal>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    // A body is not Sync: only the head may be looked at across an await.
    let (mut head, body) = request.into_parts();
    let found = find(&portal, session, &head).await;
    let https = portal.is_https();
    let (spoken, mut response) = match found {
        Ok((visitor, new_visit)) => {
            head.extensions.insert(visitor.clone());
            let spoken = visitor.0.reading.spoken;
            let run = next.run(Request::from_parts(head, body));
            let answer = speaking(spoken, answered(&visitor, run));
            let mut response = answer.await;
            if let Some(cookie) = new_visit {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response.headers_mut().insert(
                gatehouse_web::edge::REQUEST_ID,
                visitor.0.request_id.header_value(),
            );
            (spoken, response)
        }
        Err(problem) => {
            let spoken = language::reading(&portal, None, &head.headers).spoken;
            (spoken, speaking_now(spoken, || without_visitor(&problem)))
        }
    };
    language::tell(response.headers_mut(), spoken);
    let targets = response.extensions_mut().remove::<headers::FormTargets>();
    headers::secure(response.headers_mut(), https, targets.as_ref());
    response
}

/// What the handler answers, with its problem as a page: all of it in the reader's language.
async fn answered(visitor: &Visitor, run: impl Future<Output = Response>) -> Response {
    let mut response = throttled::told(run).await;
    shown(visitor, &mut response);
    response
}

/// Turns a problem that a handler answered with into a page.
fn shown(visitor: &Visitor, response: &mut Response) {
    let forged = response
        .extensions_mut()
        .remove::<ProtectionError>()
        .is_some();
    let problem = match response.extensions_mut().remove::<ProblemToShow>() {
        Some(ProblemToShow(problem)) => problem,
        None if forged => Problem::new(ProblemKind::CsrfFailed),
        None => return,
    };
    let shell = visitor.bare_shell();
    let page = ProblemPage::new(shell, &problem, visitor.0.request_id.to_string());
    let mut page = (problem.status(), page).into_response();
    page.headers_mut().extend(problem.headers());
    *response = page;
}

/// What happened and what to do, without anything around it.
#[derive(Template)]
#[template(path = "pages/errors/plain.html")]
struct PlainPage {
    heading: String,
    fix: String,
}

/// The database is away: there is no shell to stand in, so the page is plain.
fn without_visitor(problem: &Problem) -> Response {
    let page = PlainPage {
        heading: problems::heading(problem.kind()),
        fix: problems::fix(problem.kind()),
    };
    (
        problem.status(),
        problem.headers().into_iter().collect::<HeaderMap>(),
        Html(page.to_string()),
    )
        .into_response()
}

async fn find(
    portal: &Portal,
    session: Session,
    head: &Parts,
) -> Result<(Visitor, Option<HeaderValue>), Problem> {
    let now = portal.db().clock().now();
    let place = head.extensions.get::<Place>().cloned();
    let place = place.unwrap_or(Place {
        tenant: None,
        here: head.uri.path().to_owned(),
    });
    let headers = &head.headers;
    let peer = head
        .extensions
        .get::<Peer>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let ip = portal.client_ip(peer, headers);
    let request_id = RequestId::new(now);
    // Neither asks for the other: they cost the time of one.
    let (tenant, who) = tokio::join!(
        tenant_of(portal, &place),
        session::current(&session, portal.session_settings(), now)
    );
    let (tenant, who) = (tenant?, who.map_err(|error| unavailable(&error))?);
    // A session that one tenant's own identity provider began says nothing anywhere else.
    let who = who.filter(|who| {
        who.only
            .is_none_or(|only| tenant.as_ref().is_some_and(|tenant| tenant.id == only))
    });
    let confined = who.is_some_and(|who| who.only.is_some());
    let whereabouts = (ip, &request_id);
    let (branding, mut known) = tokio::try_join!(
        branding_of(portal, tenant.as_ref()),
        person(portal.db(), &session, who, tenant.as_ref(), whereabouts)
    )?;
    if let (Some(who), (Some(_), actor, platform)) = (who, &known) {
        let console = *platform || actor.as_ref().is_some_and(Actor::opens_console);
        if console && session::console_ended(&who, portal.session_settings(), now) {
            session.flush().await.map_err(|error| unavailable(&error))?;
            known = (None, None, false);
        } else if let Some(actor) = actor.as_ref().filter(|_| head.method.is_safe()) {
            // A form that is open keeps its token: the id changes with the next page.
            session::note_rights(
                &session,
                who,
                (actor.tenant(), rights_of(actor, who.factor)),
            )
            .await
            .map_err(|error| unavailable(&error))?;
        }
    }
    let (user, actor, is_platform_admin) = known;
    let actor = match confined {
        true => actor.map(Actor::vouched_for),
        false => actor,
    };
    let answers = match (&user, &tenant) {
        (Some(user), Some(tenant)) if confined => {
            let answers = accounts::answers_for(portal.db(), tenant.id, user.id).await;
            answers.map_err(problem_of)?
        }
        _ => true,
    };
    let wants_factor = tenant
        .as_ref()
        .is_some_and(|tenant| tenant.second_factor_required)
        && actor.as_ref().is_some_and(Actor::opens_console);
    let owes_factor = match who {
        Some(who) if wants_factor => {
            let held = second_factor::held_since(portal.db(), who.user).await;
            !who.has_factor(held.map_err(problem_of)?)
        }
        _ => false,
    };
    // A session that does not speak for the whole account neither reads nor writes what the account prefers.
    let preferred = user.as_ref().filter(|_| answers);
    let preferred = preferred.and_then(|user| user.language);
    // Without it they are somebody who is signed in and may do nothing here.
    let actor = actor.filter(|_| !owes_factor);
    let (binding, new_visit) = match (&user, session.id()) {
        (Some(_), Some(id)) => (Binding(id.to_string()), None),
        _ => visit(portal, headers),
    };
    let base = portal.base_of(
        place.tenant.as_deref().unwrap_or_default(),
        place.tenant.is_none(),
    );
    let base_url = format!("{}{base}", portal.public_url().origin());
    let visitor = Visitor(Arc::new(Inner {
        portal: portal.clone(),
        session,
        tenant,
        branding,
        base,
        user,
        actor,
        owes_factor,
        is_platform_admin: is_platform_admin && !confined,
        proved: who.map(|who| who.proved),
        answers,
        binding,
        looks: looks::chosen(headers),
        reading: language::reading(portal, preferred, headers),
        came_from: came_from(&base_url, headers),
        is_page: head.method.is_safe(),
        here: place.here,
        request_id,
        ip,
        agent: agent_of(headers),
        now,
    }));
    Ok((visitor, new_visit))
}

/// What somebody may do, and how well they proved who they are, as a number that changes with it.
fn rights_of(actor: &Actor, factor: bool) -> u64 {
    let held = Permission::ALL
        .iter()
        .filter(|permission| actor.may_anywhere(**permission));
    let mut digest = Sha256::new();
    digest.update([u8::from(factor)]);
    for permission in held {
        digest.update(permission.as_str());
        digest.update([0]);
    }
    let digest = digest.finalize();
    let first: [u8; 8] = std::array::from_fn(|place| digest[place]);
    u64::from_le_bytes(first)
}

fn unavailable(error: &tower_sessions::session::Error) -> Problem {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "the session cannot be read"
    );
    Problem::new(ProblemKind::Unavailable).retry_after(5)
}

/// The tenant the path names; without a name the first of the installation.
async fn tenant_of(portal: &Portal, place: &Place) -> Result<Option<TenantView>, Problem> {
    let found = match &place.tenant {
        Some(slug) => tenants::find_tenant(portal.db(), &slug.as_str().into()).await,
        None => tenants::first_tenant(portal.db()).await,
    };
    let found = found.map_err(problem_of)?;
    if place.tenant.is_some() && found.is_none() {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    Ok(found)
}

async fn branding_of(portal: &Portal, tenant: Option<&TenantView>) -> Result<Branding, Problem> {
    match tenant {
        Some(tenant) => branding::get_branding(portal.db(), tenant.id)
            .await
            .map_err(problem_of),
        None => Ok(Branding::default()),
    }
}

type Person = (Option<UserView>, Option<Actor>, bool);

async fn person(
    db: &Db,
    session: &Session,
    who: Option<session::Who>,
    tenant: Option<&TenantView>,
    (ip, request_id): (IpAddr, &RequestId),
) -> Result<Person, Problem> {
    let Some(id) = who.map(|who| who.user) else {
        return Ok((None, None, false));
    };
    let here = async {
        match tenant {
            Some(tenant) => members::actor_of_user(db, tenant.id, id).await,
            None => Ok(None),
        }
    };
    let (user, actor, platform) = tokio::join!(
        accounts::get_user(db, id),
        here,
        accounts::platform_actor(db, id)
    );
    let user = match user {
        Ok(user) if user.status == "active" => user,
        Ok(_) | Err(Refusal::NotFound) => {
            session.flush().await.map_err(|error| unavailable(&error))?;
            return Ok((None, None, false));
        }
        Err(refusal) => return Err(problem_of(refusal)),
    };
    let actor = actor.map_err(problem_of)?;
    let actor = actor.map(|actor| actor.from_request(ip, request_id.to_string()));
    let platform = platform.map_err(problem_of)?;
    Ok((Some(user), actor, platform.is_some()))
}

/// The page of this tenant that the browser says it was on, as a path inside the tenant.
fn came_from(base_url: &str, headers: &HeaderMap) -> Option<String> {
    let sent = headers.get(REFERER)?.to_str().ok()?;
    let path = sent.strip_prefix(base_url)?;
    Some(safe_next(path).to_owned())
}

/// What the browser calls itself, cut to what a list can show.
fn agent_of(headers: &HeaderMap) -> String {
    let named = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    named.unwrap_or_default().chars().take(200).collect()
}

/// The visit cookie that forms before sign-in are bound to; made when it is missing.
fn visit(portal: &Portal, headers: &HeaderMap) -> (Binding, Option<HeaderValue>) {
    let name = portal.visit_cookie();
    let known = cookies::read(headers, name).filter(|value| value.len() == random::TOKEN_LENGTH);
    let (value, made) = match known {
        Some(value) => (value.to_owned(), None),
        None => {
            let value = random::token();
            let line = cookies::set(portal, name, &value, None);
            (value, line)
        }
    };
    (Binding(format!("visit:{value}")), made)
}
