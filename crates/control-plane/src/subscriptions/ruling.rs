//! How many people a question needs: what the plan's mode and its rule say of it.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::approval::{AskingTeam, Judgement, RequestFacts, RuleMode, daily_requests};
use gatehouse_domain::plan::ApprovalMode;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::plans::limits;
use crate::plans::terms::Terms;
use crate::refusal::Refusal;
use crate::words::known;

/// Who asks for what, as a rule judges it.
pub(super) struct Asker<'a> {
    pub(super) terms: &'a Terms,
    /// The requester; `None` is the program itself.
    pub(super) person: Option<Uuid>,
    /// The application's team.
    pub(super) team: Uuid,
    pub(super) environment: EnvironmentKind,
}

/// What became of it.
#[derive(Debug, Clone)]
pub(super) struct Ruling {
    /// How many different people must agree.
    pub(super) required: i32,
    /// What the rule said, whether it acted or not; `None` where nothing was asked of one.
    pub(super) judged: Option<Judgement>,
}

impl Ruling {
    /// Why nobody was asked.
    pub(super) fn reason(&self) -> String {
        self.acting().map_or_else(
            || "The plan needs no approval.".to_owned(),
            Judgement::reason,
        )
    }

    /// The rule that decided.
    pub(super) fn rule(&self) -> Option<&str> {
        self.acting().map(|judged| judged.rule.as_str())
    }

    fn acting(&self) -> Option<&Judgement> {
        self.judged.as_ref().filter(|judged| judged.approves())
    }

    /// What the rule said, for the question's row.
    pub(super) fn stored(&self) -> Result<Option<Value>, Refusal> {
        let judged = self.judged.as_ref().map(serde_json::to_value).transpose();
        Ok(judged.map_err(anyhow::Error::from)?)
    }
}

/// Judges a question. A rule spares one person, never two, and has nothing to say where nobody is asked anyway.
pub(super) async fn rule(conn: &mut PgConnection, asker: &Asker<'_>) -> Result<Ruling, Refusal> {
    let required = asker.terms.approval.approvals_required();
    let rule = asker
        .terms
        .rule
        .as_ref()
        .filter(|rule| rule.mode != RuleMode::Off && required > 0);
    let Some(rule) = rule else {
        return Ok(Ruling {
            required,
            judged: None,
        });
    };
    let mut judged = rule.judge(&facts(conn, asker).await?);
    if asker.terms.approval == ApprovalMode::TwoPerson {
        judged.mode = RuleMode::Shadow;
    }
    Ok(Ruling {
        required: if judged.approves() { 0 } else { required },
        judged: Some(judged),
    })
}

async fn facts(conn: &mut PgConnection, asker: &Asker<'_>) -> Result<RequestFacts, Refusal> {
    let row = sqlx::query!(
        r#"select t.slug, t.kind, t.personal_user_id is not null as "personal!", u.email as "email?",
                  coalesce(u.email_verified_at is not null, false) as "verified!"
           from team t left join app_user u on u.id = $2
           where t.id = $1"#,
        asker.team,
        asker.person,
    )
    .fetch_one(&mut *conn)
    .await?;
    let known_limits = limits::of_plans(conn, &[asker.terms.id]).await?;
    let limits = known_limits.into_values().flatten().map(|limit| limit.rule);
    Ok(RequestFacts {
        mail_domain: row.email.as_deref().and_then(mail_domain),
        mail_verified: row.verified,
        team: row.slug,
        team_kind: team_kind(&row.kind, row.personal)?,
        environment: asker.environment,
        daily_requests: daily_requests(limits),
    })
}

/// What stands after the last `@`, in lower case.
pub(super) fn mail_domain(email: &str) -> Option<String> {
    let (_, domain) = email.rsplit_once('@')?;
    Some(domain.to_ascii_lowercase())
}

pub(super) fn team_kind(kind: &str, personal: bool) -> Result<AskingTeam, Refusal> {
    if personal {
        return Ok(AskingTeam::Personal);
    }
    known(AskingTeam::parse(kind), kind)
}
