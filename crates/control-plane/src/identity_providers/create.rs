//! Adding a provider: it is asked for its discovery document before anything is kept.

use gatehouse_domain::id::{IdentityProviderId, TeamId};
use gatehouse_domain::{Email, Permission, Role, Slug};
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use sqlx::types::Json;
use uuid::Uuid;

use super::{ClaimGrant, ENTRIES_MAX, IdentityProviderView, PROVIDERS_MAX, seal, told};
use crate::actor::Actor;
use crate::db::Db;
use crate::members;
use crate::oidc::Issuers;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::work::{Changed, Work};

/// What a new provider needs.
#[derive(Debug, Clone)]
pub struct CreateIdentityProvider {
    /// Its name in URLs; never changes, because its operator registers an address that holds it.
    pub slug: String,
    /// Its name on the button, 1 to 80 characters.
    pub name: String,
    /// The issuer, such as `https://login.example.com`.
    pub issuer: String,
    /// Our name there, 1 to 255 characters.
    pub client_id: String,
    /// Our secret there; none for a public client.
    pub client_secret: Option<Secret<String>>,
    /// What is asked for besides `openid` and `email`.
    pub scopes: Vec<String>,
    /// The only mail domains whose people may come in; none is every domain.
    pub email_domains: Vec<String>,
    /// What people get who join by it; developer when nothing is said.
    pub default_role: Option<Role>,
    /// The claim `grants` speaks of.
    pub claim: Option<String>,
    /// What values of that claim give besides.
    pub grants: Vec<ClaimGrant>,
}

/// Adds a provider once its discovery document was read.
pub async fn create_identity_provider(
    db: &Db,
    issuers: &Issuers,
    actor: &Actor,
    input: CreateIdentityProvider,
) -> Result<Changed<IdentityProviderView>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let mut faults = Faults::default();
    let slug = faults.parse("/slug", "slug", Slug::new(input.slug.trim()));
    let mut view = IdentityProviderView {
        id: gatehouse_runtime::random::uuid_v7(db.clock().now()).into(),
        slug: slug.map(|slug| slug.to_string()).unwrap_or_default(),
        name: input.name,
        issuer: faults.text("/issuer", &input.issuer, 500),
        client_id: faults.text("/client_id", &input.client_id, 255),
        has_client_secret: input.client_secret.is_some(),
        scopes: input.scopes,
        email_domains: input.email_domains,
        default_role: input.default_role.unwrap_or(Role::Developer),
        claim: input.claim,
        grants: input.grants,
        authorization_origin: String::new(),
        enabled: true,
        created_at: db.clock().now(),
        row_version: 1,
    };
    judge_secret(&mut faults, input.client_secret.as_ref());
    judge(&mut faults, actor, &mut view);
    faults.finish()?;
    view.authorization_origin = issuers.authorization_origin(db, &view.issuer).await?;
    let mut work = Work::begin(db, actor).await?;
    view.created_at = work.now();
    require_room(&mut work).await?;
    require_teams(&mut work, &view.grants).await?;
    insert(&mut work, &view, input.client_secret.as_ref()).await?;
    told(&mut work, "identity_provider.create", &view, Some(&view));
    work.commit(view).await
}

pub(super) fn judge_secret(faults: &mut Faults, secret: Option<&Secret<String>>) {
    let length = secret.map_or(1, |secret| secret.expose().chars().count());
    faults.require(
        (1..=1_000).contains(&length),
        "/client_secret",
        "range",
        t!(
            "refused-people-use-1-to-1000-characters-or",
            length = &length
        ),
    );
}

/// Judges and tidies everything that may change later too.
pub(super) fn judge(faults: &mut Faults, actor: &Actor, view: &mut IdentityProviderView) {
    view.name = faults.text("/name", &view.name, 80);
    judge_scopes(faults, view);
    judge_domains(faults, view);
    judge_role(faults, actor, "/default_role", view.default_role);
    if let Some(claim) = &view.claim {
        view.claim = Some(faults.text("/claim", claim, 100));
    }
    faults.require(
        view.claim.is_some() || view.grants.is_empty(),
        "/claim",
        "required",
        t!("refused-people-name-the-claim-whose-values-the"),
    );
    faults.require(
        view.grants.len() <= ENTRIES_MAX,
        "/grants",
        "too_many",
        t!(
            "refused-people-use-at-most-grants-this-has",
            entries_max = &ENTRIES_MAX,
            grants = &view.grants.len()
        ),
    );
    for (position, grant) in view.grants.iter_mut().enumerate() {
        let place = format!("/grants/{position}");
        grant.value = faults.text(&format!("{place}/value"), &grant.value, 200);
        faults.require(
            grant.role.is_some() || grant.team.is_some(),
            &place,
            "required",
            t!("refused-people-name-the-role-or-the-team"),
        );
        if let Some(role) = grant.role {
            judge_role(faults, actor, &format!("{place}/role"), role);
        }
    }
}

/// Nobody lets a provider hand out more than they may hand out themselves.
fn judge_role(faults: &mut Faults, actor: &Actor, pointer: &str, role: Role) {
    // Every member may do what a developer may, so that role gives nothing away.
    let may = role == Role::Developer || members::require_power_over(actor, role).is_ok();
    faults.require(
        may,
        pointer,
        "not_yours",
        t!("refused-people-you-may-not-make-somebody-so", role = &role),
    );
}

fn judge_scopes(faults: &mut Faults, view: &mut IdentityProviderView) {
    let mut scopes = vec!["openid".to_owned(), "email".to_owned()];
    for (position, scope) in view.scopes.iter().enumerate() {
        let scope = scope.trim();
        // RFC 6749 §3.3.
        let spelled = (1..=100).contains(&scope.len())
            && scope
                .bytes()
                .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        faults.require(
            spelled,
            &format!("/scopes/{position}"),
            "scope",
            t!(
                "refused-people-use-1-to-100-printable-characters",
                scope = &scope
            ),
        );
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    faults.require(
        scopes.len() <= 20,
        "/scopes",
        "too_many",
        t!(
            "refused-people-use-at-most-20-scopes-this",
            scopes = &scopes.len()
        ),
    );
    view.scopes = scopes;
}

fn judge_domains(faults: &mut Faults, view: &mut IdentityProviderView) {
    faults.require(
        view.email_domains.len() <= ENTRIES_MAX,
        "/email_domains",
        "too_many",
        t!(
            "refused-people-use-at-most-domains-this-has",
            entries_max = &ENTRIES_MAX,
            email_domains = &view.email_domains.len()
        ),
    );
    for (position, domain) in view.email_domains.iter_mut().enumerate() {
        *domain = domain.trim().trim_start_matches('@').to_lowercase();
        faults.require(
            Email::new(format!("a@{domain}")).is_ok(),
            &format!("/email_domains/{position}"),
            "domain",
            t!(
                "refused-people-enter-a-domain-such-as-example",
                domain = domain.as_str()
            ),
        );
    }
}

/// Keeps the tenant's row, so that two who add the last one see each other.
async fn require_room(work: &mut Work<'_>) -> Result<(), Refusal> {
    let tenant = work.tenant();
    crate::tenants::get_locked(work.conn(), tenant.into()).await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from identity_provider where tenant_id = $1"#,
        tenant
    )
    .fetch_one(work.conn())
    .await?;
    if count >= PROVIDERS_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-people-a-tenant-has-at-most-identity",
            providers_max = &PROVIDERS_MAX
        )));
    }
    Ok(())
}

/// Every team a grant leads into is one of the tenant's.
pub(super) async fn require_teams(
    work: &mut Work<'_>,
    grants: &[ClaimGrant],
) -> Result<(), Refusal> {
    let wanted: Vec<Uuid> = grants
        .iter()
        .filter_map(|grant| grant.team)
        .map(TeamId::uuid)
        .collect();
    let tenant = work.tenant();
    let known = sqlx::query_scalar!(
        "select id from team where tenant_id = $1 and id = any($2)",
        tenant,
        &wanted
    )
    .fetch_all(work.conn())
    .await?;
    for (position, grant) in grants.iter().enumerate() {
        if grant.team.is_some_and(|team| !known.contains(&team.uuid())) {
            return Err(Refusal::unknown(format!("/grants/{position}/team")));
        }
    }
    Ok(())
}

async fn insert(
    work: &mut Work<'_>,
    view: &IdentityProviderView,
    secret: Option<&Secret<String>>,
) -> Result<(), Refusal> {
    let tenant = work.tenant();
    let id: IdentityProviderId = view.id;
    let (sealed, key_id) = seal(work, id, secret).await?;
    sqlx::query!(
        "insert into identity_provider (id, tenant_id, slug, name, issuer, client_id, client_secret_enc, scopes, email_domains,
                                        default_role, claim, grants, authorization_origin, created_at, client_secret_key_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        id.uuid(),
        tenant,
        view.slug,
        view.name,
        view.issuer,
        view.client_id,
        sealed,
        &view.scopes,
        &view.email_domains,
        view.default_role.as_str(),
        view.claim,
        Json(&view.grants) as _,
        view.authorization_origin,
        view.created_at,
        key_id,
    )
    .execute(work.conn())
    .await
    .on_constraint("identity_provider_slug_key", || {
        Refusal::Conflict(t!("refused-people-there-is-an-identity-provider-already", slug = &view.slug))
    })
    .on_constraint("identity_provider_client_key", || {
        Refusal::Conflict(t!("refused-people-there-is-an-identity-provider-for", client_id = &view.client_id, issuer = &view.issuer))
    })?;
    Ok(())
}
