//! Who calls: a bearer token becomes an [`Actor`], and a handler names the permission it needs in its [`Caller`]'s type.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use gatehouse_control_plane::{Actor, Db, PlatformActor, account, tokens};
use gatehouse_domain::Permission;
use gatehouse_runtime::RequestId;
use gatehouse_web::{ClientIp, Problem, ProblemKind};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

/// Finds the actor of a request, or answers 401. Everything behind this layer has an actor.
pub(crate) async fn authenticate(
    State(db): State<Db>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let text = bearer(request.headers()).ok_or_else(not_signed_in)?;
    let ClientIp(ip) = part(request.extensions())?;
    let id: RequestId = part(request.extensions())?;
    let actor = tokens::authenticate(&db, text, ip).await?;
    let actor = actor.ok_or_else(not_signed_in)?;
    tracing::debug!(tenant = %actor.tenant(), actor = actor.name(), "authenticated");
    request
        .extensions_mut()
        .insert(actor.from_request(ip, id.as_str()));
    Ok(next.run(request).await)
}

fn not_signed_in() -> Problem {
    Problem::new(ProblemKind::NotSignedIn)
}

/// What a layer further out left; without it the router is put together wrongly.
pub(crate) fn part<T: Clone + Send + Sync + 'static>(
    extensions: &http::Extensions,
) -> Result<T, Problem> {
    let found = extensions.get::<T>().cloned();
    found.ok_or_else(|| {
        Problem::internal(anyhow::anyhow!(
            "no {} in the request",
            std::any::type_name::<T>()
        ))
    })
}

/// The token of exactly one `Authorization: Bearer` (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The permission a handler needs somewhere before its verb looks closer at what it is asked about.
pub(crate) trait Need {
    /// One of these suffices. None at all: any token of the tenant; the verb decides by what is asked about.
    const ANY_OF: &'static [Permission];
}

macro_rules! needs {
    ($($name:ident = $($permission:ident)|*;)*) => {
        /// One type for each need of a handler.
        pub(crate) mod needs {
            use super::{Need, Permission};
            $(
                #[derive(Debug)]
                pub(crate) enum $name {}

                impl Need for $name {
                    const ANY_OF: &'static [Permission] = &[$(Permission::$permission),*];
                }
            )*
        }
    };
}

needs! {
    AnyToken = ;
    CatalogueSee = CatalogueRead | ApiRead | SpecPublish;
    ApiRead = ApiRead;
    ApiWrite = ApiWrite;
    SpecPublish = SpecPublish;
    SpecCompare = SpecPublish | ApiRead;
    CompatSet = ApiWrite | SubscriptionDecide;
    UpstreamManage = UpstreamManage;
    PlanManage = PlanManage;
    ApplicationSee = ApplicationManage | ApplicationManageAny | SubscriptionRead;
    ApplicationManage = ApplicationManage | ApplicationManageAny;
    KeyRevoke = ApplicationManage | ApplicationManageAny | SubscriptionEnforce;
    UsageReadAny = UsageReadAny;
    UsageSee = UsageReadAny | ApplicationManage | ApplicationManageAny;
    SubscriptionSee = SubscriptionRead | ApplicationManage | ApplicationManageAny;
    MessageSend = SubscriptionDecide | ApplicationManage | ApplicationManageAny;
    SubscriptionRead = SubscriptionRead;
    SubscriptionDecide = SubscriptionDecide;
    SubscriptionEnforce = SubscriptionEnforce;
    MemberRead = MemberRead;
    MemberManage = MemberManage;
    TeamManage = TeamManage;
    TeamLead = TeamManage | ApplicationManage;
    TokenManage = TokenManage;
    GatewayRead = GatewayRead;
    GatewayManage = GatewayManage;
    IncidentSee = CatalogueRead | ApiRead | SpecPublish | IncidentManage;
    IncidentManage = IncidentManage;
    AuditRead = AuditRead;
    TenantManage = TenantManage;
    TenantEnd = TenantEnd;
    WebhookManage = TenantManage | ApplicationManage | ApplicationManageAny;
}

/// An actor who has what `N` names. The only way for a handler to an actor, so none can forget to say what it needs.
#[derive(Debug)]
pub(crate) struct Caller<N> {
    actor: Actor,
    need: PhantomData<fn() -> N>,
}

impl<N: Need, S: Send + Sync> FromRequestParts<S> for Caller<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let actor: Actor = part(&parts.extensions)?;
        let has_one = N::ANY_OF
            .iter()
            .any(|permission| actor.may_anywhere(*permission));
        if let (false, Some(first)) = (has_one, N::ANY_OF.first()) {
            actor.require_anywhere(*first)?;
        }
        Ok(Self {
            actor,
            need: PhantomData,
        })
    }
}

impl<N> Deref for Caller<N> {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}

/// A person of the platform, by a token that speaks for them above all tenants. Whoever is none learns nothing, not even that
/// there is something: 404.
#[derive(Debug)]
pub(crate) struct PlatformCaller(PlatformActor);

impl<S: Send + Sync> FromRequestParts<S> for PlatformCaller
where
    Db: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let actor: Actor = part(&parts.extensions)?;
        let who = tokens::platform_actor(&Db::from_ref(state), &actor).await?;
        who.map(Self)
            .ok_or_else(|| Problem::new(ProblemKind::NotFound))
    }
}

impl Deref for PlatformCaller {
    type Target = PlatformActor;

    fn deref(&self) -> &PlatformActor {
        &self.0
    }
}

/// A caller who opens somebody's own account: a token as good as the person who made it. Whoever opens none is told what to do
/// before anything is looked at.
#[derive(Debug)]
pub(crate) struct AccountCaller(Actor);

impl<S: Send + Sync> FromRequestParts<S> for AccountCaller
where
    Db: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let actor: Actor = part(&parts.extensions)?;
        Ok(Self(account::open(&Db::from_ref(state), &actor).await?))
    }
}

impl Deref for AccountCaller {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_bearer_token_is_read() {
        let headers = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, value.parse().unwrap());
            }
            headers
        };
        assert_eq!(bearer(&headers(&["Bearer gta_1"])), Some("gta_1"));
        assert_eq!(bearer(&headers(&["bearer gta_1"])), Some("gta_1"));
        for refused in [
            &[][..],
            &["Basic gta_1"],
            &["gta_1"],
            &["Bearer a", "Bearer a"],
        ] {
            assert_eq!(bearer(&headers(refused)), None, "{refused:?}");
        }
    }
}
