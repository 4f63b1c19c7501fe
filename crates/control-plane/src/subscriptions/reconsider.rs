//! A refusal taken back: pressed by mistake, or answered well since.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::subscription::SubscriptionEvent;
use gatehouse_language::t;

use super::act::{Act, Record};
use super::approval::{self, Question};
use super::decide::{current_terms, kind};
use super::view::{RequestSubject, SubscriptionView};
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::words::optional_reason;
use crate::work::Changed;

/// Lets a rejected request wait again, for as many people as before; what was decided stays in the record. The requester is
/// told. Refused when they asked again since, or when nobody could be granted it any more.
pub async fn reconsider(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Reconsider).await?;
    let reason = optional_reason(reason)?;
    act.decide_for(act.row.requested_by)?;
    act.apply(SubscriptionEvent::Reconsider)?;
    require_place(&mut act).await?;
    let terms = current_terms(&mut act).await?;
    terms.require_open("/plan", kind(&act)?)?;
    let words = act.row.request_reason.clone();
    let question = Question {
        subscription: act.row.id,
        subject: RequestSubject::Subscription,
        required: act.row.approvals_required.max(1),
        asked_by: act.row.requested_by,
        reason: &words,
        plan: &terms,
        ruling: None,
    };
    approval::ask(&mut act.work, &question).await?;
    act.finish(Record::new(
        "subscription.reconsider",
        "subscription.reconsidered",
        reason,
    ))
    .await
}

/// Refuses where somebody asked again since: of one place, only the newest counts. Who asks locks the one before theirs.
async fn require_place(act: &mut Act<'_>) -> Result<(), Refusal> {
    let found = sqlx::query!(
        r#"select exists (select from subscription n
                          where n.application_id = s.application_id and n.product_id = s.product_id
                            and n.environment_id = s.environment_id and n.id > s.id) as "newer!",
                  a.state = 'deleted' as "deleted!"
           from subscription s join application a on a.id = s.application_id
           where s.id = $1"#,
        act.row.id,
    )
    .fetch_one(act.work.conn())
    .await?;
    let name = &act.row.application_name;
    if found.deleted {
        Err(Refusal::Conflict(t!(
            "refused-access-deleted-since",
            name = name
        )))
    } else if found.newer {
        Err(Refusal::Conflict(t!(
            "refused-access-asked-again",
            name = name
        )))
    } else {
        Ok(())
    }
}
