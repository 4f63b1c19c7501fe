//! Who is looking, at which tenant, from where: found once per request, before any handler.

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::accounts::UserView;
use gatehouse_control_plane::catalogue::Viewer;
use gatehouse_control_plane::members;
use gatehouse_control_plane::tenants::{self, TenantView};
use gatehouse_control_plane::{Actor, Change, Db, accounts, notices};
use gatehouse_domain::Permission;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::RequestId;
use gatehouse_runtime::listener::Peer;
use http::header::{COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use time::OffsetDateTime;
use tower_http::csrf::ProtectionError;
use tower_sessions::Session;

use crate::address::encode;
use crate::csrf::Binding;
use crate::headers;
use crate::page_error::{PageError, ProblemToShow, problem_of};
use crate::pages::problem::ProblemPage;
use crate::place::Place;
use crate::portal::Portal;
use crate::session;
use crate::view::parts::Flash;
use crate::view::shell::{Shell, ShellUser, TenantLink, roles_in_words};

/// What is known about a request. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Visitor(Arc<Inner>);

struct Inner {
    portal: Portal,
    session: Session,
    tenant: Option<TenantView>,
    /// What goes before every path of this tenant.
    base: String,
    user: Option<UserView>,
    actor: Option<Actor>,
    is_platform_admin: bool,
    binding: Binding,
    theme: &'static str,
    here: String,
    request_id: RequestId,
    ip: IpAddr,
    now: OffsetDateTime,
}

const FLASH: &str = "flash";

impl Visitor {
    pub(crate) fn portal(&self) -> &Portal {
        &self.0.portal
    }

    pub(crate) fn db(&self) -> &Db {
        self.0.portal.db()
    }

    pub(crate) fn session(&self) -> &Session {
        &self.0.session
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.0.now
    }

    pub(crate) fn request_id(&self) -> String {
        self.0.request_id.to_string()
    }

    pub(crate) fn ip(&self) -> IpAddr {
        self.0.ip
    }

    /// Path and query of this page inside the tenant.
    pub(crate) fn here(&self) -> &str {
        &self.0.here
    }

    /// The tenant looked at; an installation without one has nothing to show.
    pub(crate) fn tenant(&self) -> Result<&TenantView, PageError> {
        self.0.tenant.as_ref().ok_or_else(PageError::not_found)
    }

    pub(crate) fn user(&self) -> Option<&UserView> {
        self.0.user.as_ref()
    }

    /// The person with their rights here; somebody not signed in is sent to sign in and back.
    pub(crate) fn actor(&self) -> Result<&Actor, PageError> {
        match (&self.0.actor, &self.0.user) {
            (Some(actor), _) => Ok(actor),
            (None, Some(_)) => Err(Problem::new(ProblemKind::Forbidden)
                .detail("You are signed in, but you are no active member here.")
                .into()),
            (None, None) => Err(PageError::Elsewhere(self.login())),
        }
    }

    /// The person, when they have a permission.
    pub(crate) fn require(&self, permission: Permission) -> Result<&Actor, PageError> {
        let actor = self.actor()?;
        actor.require(permission)?;
        Ok(actor)
    }

    /// Who looks at the catalogue.
    pub(crate) fn viewer(&self) -> Result<Viewer<'_>, PageError> {
        match &self.0.actor {
            Some(actor) => Ok(Viewer::Member(actor)),
            None => Ok(Viewer::Anonymous(self.tenant()?.id)),
        }
    }

    /// The link to a path of this tenant.
    pub(crate) fn to(&self, path: &str) -> String {
        format!("{}{path}", self.0.base)
    }

    /// See Other (303) to a path of this tenant.
    pub(crate) fn go(&self, path: &str) -> Redirect {
        Redirect::to(&self.to(path))
    }

    /// The same, and the page it leads to watches the change spread.
    pub(crate) fn go_with(&self, path: &str, change: Option<&Change>) -> Redirect {
        match change {
            Some(change) => {
                let mark = if path.contains('?') { '&' } else { '?' };
                self.go(&format!("{path}{mark}change={}", change.id))
            }
            None => self.go(path),
        }
    }

    fn login(&self) -> String {
        self.to(&format!("/login?next={}", encode(&self.0.here)))
    }

    /// Leaves words for the page a redirect leads to. Only signed-in people have somewhere to keep them.
    pub(crate) async fn tell(&self, flash: Flash) -> Result<(), PageError> {
        if self.0.user.is_some() {
            self.0
                .session
                .insert(FLASH, flash)
                .await
                .map_err(PageError::fault)?;
        }
        Ok(())
    }

    /// The words left for this page. Taking what is not there would mark the session as changed and store it on every page.
    async fn take_flash(&self) -> Result<Option<Flash>, PageError> {
        let session = &self.0.session;
        let left: Option<Flash> = session.get(FLASH).await.map_err(PageError::fault)?;
        if left.is_some() {
            session
                .remove_value(FLASH)
                .await
                .map_err(PageError::fault)?;
        }
        Ok(left)
    }

    /// Whether a form's token belongs to this visitor.
    pub(crate) fn accepts_token(&self, token: &str) -> bool {
        self.0.portal.csrf_key().accepts(&self.0.binding, token)
    }

    pub(crate) fn error(&self, problem: Problem) -> PageError {
        problem.into()
    }

    /// Everything around the content of a page.
    pub(crate) async fn shell(&self) -> Result<Shell, PageError> {
        let mut shell = self.bare_shell();
        if let Some(user) = &self.0.user {
            shell.flash = self.take_flash().await?;
            for tenant in members::tenants_of(self.db(), user.id).await? {
                if self
                    .0
                    .tenant
                    .as_ref()
                    .is_none_or(|here| here.id != tenant.id)
                {
                    let base = self.0.portal.base_of(&tenant.slug.to_string(), false);
                    shell.other_tenants.push(TenantLink {
                        name: tenant.name,
                        href: format!("{base}/"),
                    });
                }
            }
        }
        if let Some(actor) = &self.0.actor {
            shell.inbox_count =
                usize::try_from(notices::unread_count(self.db(), actor).await?).unwrap_or(0);
            if actor.may(Permission::SubscriptionRead) {
                shell.waiting_requests = crate::pages::console::queue::waiting(self, actor).await?;
            }
        }
        Ok(shell)
    }

    /// The same without anything read from the database: what error pages stand in.
    fn bare_shell(&self) -> Shell {
        let inner = &self.0;
        let permissions: Vec<Permission> = inner.actor.as_ref().map_or_else(Vec::new, |actor| {
            Permission::ALL
                .iter()
                .copied()
                .filter(|permission| actor.may(*permission))
                .collect()
        });
        let roles = inner.actor.as_ref().map(roles_of).unwrap_or_default();
        Shell {
            base: inner.base.clone(),
            tenant_name: inner
                .tenant
                .as_ref()
                .map_or_else(|| "Gatehouse".to_owned(), |tenant| tenant.name.clone()),
            theme: inner.theme,
            assets: inner.portal.assets().clone(),
            csrf_token: inner.portal.csrf_key().token(&inner.binding),
            user: inner.user.as_ref().map(|user| ShellUser {
                name: user.name.clone(),
                email: user.email.to_string(),
                roles_in_words: roles_in_words(&roles),
            }),
            has_console: roles.iter().any(|role| role.opens_console()),
            permissions,
            is_platform_admin: inner.is_platform_admin,
            inbox_count: 0,
            waiting_requests: 0,
            other_tenants: Vec::new(),
            shows_outbox: self.sees_outbox(),
            banner: inner.portal.banner(),
            demo_people: inner.portal.demo_people(),
            flash: None,
            here: inner.here.clone(),
            in_console: false,
            page_has_search: false,
            section: "",
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// Platform administrators see the outbox while no mail server is set; in the demo everybody signed in does.
    pub(crate) fn sees_outbox(&self) -> bool {
        let portal = &self.0.portal;
        let demo = portal.is_demo();
        portal.holds_mail() && self.0.user.is_some() && (demo || self.0.is_platform_admin)
    }
}

fn roles_of(actor: &Actor) -> Vec<gatehouse_domain::Role> {
    match actor.kind() {
        gatehouse_control_plane::ActorKind::User { roles, .. } => roles.clone(),
        _ => Vec::new(),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(PageError::internal)
    }
}

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
    let mut response = match found {
        Ok((visitor, new_visit)) => {
            head.extensions.insert(visitor.clone());
            let mut response = next.run(Request::from_parts(head, body)).await;
            shown(&visitor, &mut response).await;
            if let Some(cookie) = new_visit {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response.headers_mut().insert(
                gatehouse_web::edge::REQUEST_ID,
                visitor.0.request_id.header_value(),
            );
            response
        }
        Err(problem) => without_visitor(&problem),
    };
    headers::secure(response.headers_mut(), https);
    response
}

/// Turns a problem that a handler answered with into a page.
async fn shown(visitor: &Visitor, response: &mut Response) {
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

/// The database is away: there is no shell to stand in, so the page is plain.
fn without_visitor(problem: &Problem) -> Response {
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head><body><main><h1>{0}</h1>\
         <p>{1}</p></main></body></html>",
        problem.kind().title(),
        problem.kind().fix()
    );
    (
        problem.status(),
        problem.headers().into_iter().collect::<HeaderMap>(),
        axum::response::Html(body),
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
    let tenant = tenant_of(portal, &place).await?;
    let who = session::current(&session, portal.session_settings(), now)
        .await
        .map_err(|error| unavailable(&error))?;
    let (user, actor, is_platform_admin) = match who {
        Some(who) => {
            person(
                portal.db(),
                &session,
                who.user,
                tenant.as_ref(),
                (ip, &request_id),
            )
            .await?
        }
        None => (None, None, false),
    };
    let (binding, new_visit) = match (&user, session.id()) {
        (Some(_), Some(id)) => (Binding(id.to_string()), None),
        _ => visit(portal, headers),
    };
    let base = portal.base_of(
        place.tenant.as_deref().unwrap_or_default(),
        place.tenant.is_none(),
    );
    let visitor = Visitor(Arc::new(Inner {
        portal: portal.clone(),
        session,
        tenant,
        base,
        user,
        actor,
        is_platform_admin,
        binding,
        theme: theme(headers),
        here: place.here,
        request_id,
        ip,
        now,
    }));
    Ok((visitor, new_visit))
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

type Person = (Option<UserView>, Option<Actor>, bool);

async fn person(
    db: &Db,
    session: &Session,
    id: gatehouse_domain::id::UserId,
    tenant: Option<&TenantView>,
    (ip, request_id): (IpAddr, &RequestId),
) -> Result<Person, Problem> {
    let user = match accounts::get_user(db, id).await {
        Ok(user) if user.status == "active" => user,
        Ok(_) | Err(gatehouse_control_plane::Refusal::NotFound) => {
            session.flush().await.map_err(|error| unavailable(&error))?;
            return Ok((None, None, false));
        }
        Err(refusal) => return Err(problem_of(refusal)),
    };
    let actor = match tenant {
        Some(tenant) => members::actor_of_user(db, tenant.id, id)
            .await
            .map_err(problem_of)?,
        None => None,
    };
    let actor = actor.map(|actor| actor.from_request(ip, request_id.to_string()));
    let platform = accounts::platform_actor(db, id).await.map_err(problem_of)?;
    Ok((Some(user), actor, platform.is_some()))
}

/// The visit cookie that forms before sign-in are bound to; made when it is missing.
fn visit(portal: &Portal, headers: &HeaderMap) -> (Binding, Option<HeaderValue>) {
    let name = portal.visit_cookie();
    if let Some(value) = cookie(headers, name).filter(|value| value.len() == 32) {
        return (Binding(format!("visit:{value}")), None);
    }
    let value: String = gatehouse_runtime::random::bytes::<16>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let secure = if portal.secure_cookies() {
        "; Secure"
    } else {
        ""
    };
    let header = HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"
    ))
    .ok();
    (Binding(format!("visit:{value}")), header)
}

fn theme(headers: &HeaderMap) -> &'static str {
    match cookie(headers, crate::pages::account::theme::COOKIE) {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "auto",
    }
}

/// The value of one cookie (RFC 6265 §5.4).
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}
