//! Makes a token by which new gateways join; its text is shown this once.

use axum::extract::State;
use gatehouse_control_plane::{Changed, Db, gateways, tokens};
use gatehouse_web::{OptionalJson, Problem};
use serde::Deserialize;
use time::Duration;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::{Mutation, WithSecret};
use crate::edge::auth::{Caller, needs};

/// Makes a token by which new gateways join; its text is shown this once.
#[utoipa::path(
    post,
    path = "/v1/gateways/join-tokens",
    tag = "gateways",
    request_body = Option<CreateJoinToken>,
    responses((status = 201, description = "The token", body = bodies::Secret<bodies::JoinToken>)),
    security(("token" = ["gateway.manage"]))
)]
pub(crate) async fn create_join_token(
    caller: Caller<needs::GatewayManage>,
    State(db): State<Db>,
    OptionalJson(body): OptionalJson<CreateJoinToken>,
) -> Result<WithSecret, Problem> {
    let platform = tokens::platform_actor(&db, &caller).await?;
    let made = gateways::create_join_token(&db, &caller, platform.as_ref(), body.into()).await?;
    let mutation = Mutation::changed(&Changed {
        value: made.0,
        change: None,
    });
    let secret = (!caller.is_dry_run()).then(|| made.1.reveal());
    Ok(WithSecret::new(
        mutation.made(),
        secret.as_ref().map(|secret| secret.as_str()),
    ))
}

/// What the token allows.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateJoinToken {
    /// Slug of the group the gateways will belong to; `default` is the shared one.
    group: Option<String>,
    /// How many gateways may use it.
    #[schema(minimum = 1, maximum = 100, default = 1)]
    uses: Option<i32>,
    /// How long it lives, seconds.
    #[schema(minimum = 60, maximum = 604_800, default = 900)]
    ttl_s: Option<i64>,
}

impl From<CreateJoinToken> for gateways::CreateJoinToken {
    fn from(body: CreateJoinToken) -> Self {
        let usual = Self::default();
        Self {
            group: body.group.unwrap_or(usual.group),
            uses: body.uses.unwrap_or(usual.uses),
            ttl: body.ttl_s.map_or(usual.ttl, Duration::seconds),
        }
    }
}
