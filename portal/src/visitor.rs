//! Who is looking, at which tenant, from where: found once per request, before any handler.

mod know;
mod shell;

pub(crate) use know::know;

use crate::address::{encode, with_query};
use crate::csrf::Binding;
use crate::language::Reading;
use crate::page_error::PageError;
use crate::pages::account::looks::Looks;
use crate::portal::Portal;
use crate::view::parts::Flash;
use crate::view::same::{Same, Way};
use axum::extract::FromRequestParts;
use axum::response::Redirect;
use gatehouse_control_plane::accounts::{self, UserView};
use gatehouse_control_plane::branding::Branding;
use gatehouse_control_plane::catalogue::Viewer;
use gatehouse_control_plane::sessions::Origin;
use gatehouse_control_plane::tenants::TenantView;
use gatehouse_control_plane::{Actor, Change, Db, PlatformActor};
use gatehouse_domain::Permission;
use gatehouse_language::t;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::RequestId;
use http::request::Parts;
use std::net::IpAddr;
use std::sync::Arc;
use time::OffsetDateTime;
use tower_sessions::Session;

/// What is known about a request. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Visitor(Arc<Inner>);

struct Inner {
    portal: Portal,
    session: Session,
    tenant: Option<TenantView>,
    branding: Branding,
    /// What goes before every path of this tenant.
    base: String,
    user: Option<UserView>,
    actor: Option<Actor>,
    /// Whether the tenant wants a second factor of them before they are anybody here.
    owes_factor: bool,
    is_platform_admin: bool,
    /// When they last showed who they are.
    proved: Option<OffsetDateTime>,
    /// Whether this session speaks for the whole account.
    answers: bool,
    binding: Binding,
    looks: Looks,
    reading: Reading,
    /// Whether the request is for a page, not a form that was sent.
    is_page: bool,
    here: String,
    /// The page it was sent from, inside the tenant.
    came_from: Option<String>,
    request_id: RequestId,
    ip: IpAddr,
    agent: String,
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

    /// Where this request comes from, for the person to recognise later.
    pub(crate) fn from(&self) -> Origin {
        Origin {
            ip: self.0.ip.to_string(),
            agent: self.0.agent.clone(),
        }
    }

    /// Path and query of this page inside the tenant.
    pub(crate) fn here(&self) -> &str {
        &self.0.here
    }

    /// The page of the form that was sent, inside the tenant, or where to begin when the browser does not say.
    pub(crate) fn came_from(&self) -> &str {
        match &self.0.came_from {
            Some(page) => page,
            None if self.0.here.starts_with("/console") => "/console",
            None => "/",
        }
    }

    /// This page; of a form, the page it is on. Nobody is sent to an address that takes forms only.
    fn page(&self) -> &str {
        match self.0.is_page {
            true => &self.0.here,
            false => self.came_from(),
        }
    }

    /// How the tenant's pages look.
    pub(crate) fn branding(&self) -> &Branding {
        &self.0.branding
    }

    /// The tenant looked at; an installation without one has nothing to show.
    pub(crate) fn tenant(&self) -> Result<&TenantView, PageError> {
        self.0.tenant.as_ref().ok_or_else(PageError::not_found)
    }

    pub(crate) fn user(&self) -> Option<&UserView> {
        self.0.user.as_ref()
    }

    /// Whether the person has a platform role, and a session that says so: one that a tenant's own provider began does not.
    pub(crate) fn is_platform_admin(&self) -> bool {
        self.0.is_platform_admin
    }

    /// The person above all tenants, with the roles they have now. `None` for people without one, and in a session that a tenant's
    /// own provider began: that one is believed in its tenant only.
    pub(crate) async fn platform(&self) -> Result<Option<PlatformActor>, PageError> {
        let Some(user) = self.user().filter(|_| self.is_platform_admin()) else {
            return Ok(None);
        };
        let who = accounts::platform_actor(self.db(), user.id).await?;
        Ok(who.map(|who| who.from_request(self.ip(), self.request_id())))
    }

    /// Whether the tenant wants a second factor of them first.
    pub(crate) fn owes_factor(&self) -> bool {
        self.0.owes_factor
    }

    /// When this session's person last showed who they are.
    pub(crate) fn proved(&self) -> Option<OffsetDateTime> {
        self.0.proved
    }

    /// Who is signed in, whatever they may do here: for pages of their own account.
    pub(crate) fn account(&self) -> Result<&UserView, PageError> {
        let user = self.0.user.as_ref();
        user.ok_or_else(|| PageError::Elsewhere(self.login()))
    }

    /// The same, to change the account: a session that one tenant's own identity provider began may not, unless the account is
    /// that tenant's alone.
    pub(crate) fn own_account(&self) -> Result<&UserView, PageError> {
        let user = self.account()?;
        if self.0.answers {
            return Ok(user);
        }
        Err(Problem::new(ProblemKind::Forbidden)
            .detail(t!("shared-your-account-is-used-in-other"))
            .into())
    }

    /// The person as who acts on their own account, with no right but that.
    pub(crate) fn myself(&self) -> Result<Actor, PageError> {
        let actor = accounts::acting(self.tenant()?.id, self.own_account()?);
        Ok(actor.from_request(self.ip(), self.request_id()))
    }

    /// The person with their rights here; somebody not signed in is sent to sign in and back.
    pub(crate) fn actor(&self) -> Result<&Actor, PageError> {
        match (&self.0.actor, &self.0.user) {
            (Some(actor), _) => Ok(actor),
            (None, Some(_)) if self.0.owes_factor => {
                let next = [("next", self.page())];
                let setting_up = with_query("/account/security", &next);
                Err(PageError::Elsewhere(self.to(&setting_up)))
            }
            (None, Some(_)) => Err(Problem::new(ProblemKind::Forbidden)
                .detail(t!("shared-you-are-signed-in-but-you"))
                .into()),
            (None, None) => Err(PageError::Elsewhere(self.login())),
        }
    }

    /// The person, when they have a permission somewhere; the verb judges whether here.
    pub(crate) fn require(&self, permission: Permission) -> Result<&Actor, PageError> {
        let actor = self.actor()?;
        actor.require_anywhere(permission)?;
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
        self.to(&format!("/login?next={}", encode(self.page())))
    }

    /// The same action on the command line and as a request.
    pub(crate) fn same(&self, ways: &[Way], known: &[(&str, &str)]) -> Same {
        Same::new(self.0.portal.admin_api_url(), ways, known)
    }

    /// Leaves words for the page a redirect leads to. Only signed-in people have somewhere to keep them.
    pub(crate) async fn tell(&self, flash: Flash) -> Result<(), PageError> {
        match &self.0.user {
            Some(_) => self.leave(flash).await,
            None => Ok(()),
        }
    }

    /// The same for somebody this request has signed in.
    pub(crate) async fn leave(&self, flash: Flash) -> Result<(), PageError> {
        let left = self.0.session.insert(FLASH, flash).await;
        left.map_err(PageError::fault)
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

    /// What names this browser, or this session of it.
    pub(crate) fn browser(&self) -> &str {
        &self.0.binding.0
    }

    /// Whether a form's token belongs to this visitor.
    pub(crate) fn accepts_token(&self, token: &str) -> bool {
        self.0.portal.csrf_key().accepts(&self.0.binding, token)
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
