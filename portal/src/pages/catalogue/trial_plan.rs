//! A call before anybody has asked for access: *Send* takes the API's plan for trying out, where that is granted at once, costs
//! nothing and asks for nothing.

use crate::page_error::PageError;
use crate::pages::catalogue::plan_words::rate_words;
use crate::pages::catalogue::trial::Hint;
use crate::pages::list_of::all;
use crate::view::form::{Choice, Faults, faults_of};
use crate::view::parts::Link;
use crate::visitor::Visitor;
use gatehouse_control_plane::applications::{self, ApplicationFilter};
use gatehouse_control_plane::catalogue::{self, Reference};
use gatehouse_control_plane::changes;
use gatehouse_control_plane::console_calls::GrantedCall;
use gatehouse_control_plane::plans::PlanView;
use gatehouse_control_plane::subscriptions::{self, AppChoice, RequestAccess, SubscriptionView};
use gatehouse_domain::Permission;
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_language::t;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a call waits for the gateways to know of the access it has just been given. They do within a second.
pub(crate) const IN_FORCE_WITHIN: Duration = Duration::from_secs(5);
/// Longest name of an application, in characters.
const NAME_MAX: usize = 80;
/// In place of an application's slug: one is made with the call.
pub(crate) const NEW: &str = "";

/// What a first call takes.
pub(crate) struct TrialPlan {
    pub(crate) name: String,
    pub(crate) rate: String,
    pub(crate) days: i32,
    slug: String,
    /// What an application that is made for it is called.
    application: String,
    /// Where it is offered.
    pub(crate) environments: Vec<Choice>,
    /// The one that is made for it, and the visitor's own.
    pub(crate) applications: Vec<Choice>,
}

impl TrialPlan {
    /// The plan that whoever looks may take without asking anybody. `theirs` is all they ever asked of this API: a team takes
    /// one trial and no second.
    pub(crate) async fn of(
        visitor: &Visitor,
        found: &Reference,
        theirs: &[SubscriptionView],
    ) -> Result<Option<Self>, PageError> {
        let (db, actor) = (visitor.db(), visitor.actor()?);
        if !actor.may_anywhere(Permission::ApplicationManage) {
            return Ok(None);
        }
        let api = &found.operation.api;
        let trials = catalogue::trials(db, &visitor.viewer()?, api.id).await?;
        let tried = |plan: &PlanView| theirs.iter().any(|one| one.plan.slug == plan.slug);
        if trials.iter().any(tried) {
            return Ok(None);
        }
        let Some(plan) = trials.iter().find(|plan| is_free(plan)) else {
            return Ok(None);
        };
        let mine = &ApplicationFilter {
            mine: true,
            ..ApplicationFilter::default()
        };
        let own =
            all(
                |page| async move { applications::list_applications(db, actor, mine, &page).await },
            )
            .await?;
        let application: String = t!("reference-trial-application", api = &api.name)
            .chars()
            .take(NAME_MAX)
            .collect();
        // Nothing changes for an application that is there, unless it is chosen.
        let mut choices = vec![Choice::new(
            NEW,
            t!("reference-trial-new", name = &application),
        )];
        let own = own.into_iter();
        choices.extend(own.map(|one| Choice::new(one.slug, one.name)));
        let environments = found
            .environments
            .iter()
            .filter(|one| plan.environments.contains(&one.kind));
        Ok(Some(Self {
            name: plan.name.clone(),
            rate: rate_words(plan),
            days: plan.max_subscription_days.unwrap_or_default(),
            slug: plan.slug.clone(),
            application,
            environments: environments.map(super::trial::environment).collect(),
            applications: choices,
        }))
    }

    /// Asks for the plan, which is granted, and waits until gateways know. Tells as which application the call goes.
    pub(crate) async fn take(
        &self,
        visitor: &Visitor,
        found: &Reference,
        application: &str,
        environment: &str,
    ) -> Result<Result<String, Faults>, PageError> {
        let (db, actor) = (visitor.db(), visitor.actor()?);
        let operation = &found.operation;
        let wish = RequestAccess {
            application: match application {
                NEW => AppChoice::New {
                    name: self.application.clone(),
                    team: None,
                },
                own => AppChoice::Existing(own.into()),
            },
            api: operation.api.slug.as_str().into(),
            plan: self.slug.as_str().into(),
            environment: environment.into(),
            reason: t!(
                "reference-trial-reason",
                operation = format!("{} {}", operation.row.method, operation.row.path_template)
            ),
            answers: BTreeMap::new(),
            accepts_terms: None,
        };
        let made = match subscriptions::request(db, actor, wish).await {
            Ok(made) => made,
            Err(refusal) => return Ok(Err(faults_of(refusal)?)),
        };
        if let Some(change) = &made.change {
            // Where a gateway is silent the call goes all the same: another one answers it, or says why not.
            changes::wait_for_change(db, actor, change.id, IN_FORCE_WITHIN).await?;
        }
        Ok(Ok(made.value.application.slug))
    }

    /// What to do next, once it was taken with a call.
    pub(crate) fn taken(&self, visitor: &Visitor, granted: &GrantedCall) -> Hint {
        let keys = format!("/applications/{}/keys", granted.application);
        Hint {
            words: t!(
                "reference-trial-taken",
                application = &granted.application_name,
                plan = &self.name
            ),
            step: Some(Link::new(t!("reference-create-key"), visitor.to(&keys))),
        }
    }
}

/// Whether taking it needs nobody else, no words and no money.
fn is_free(plan: &PlanView) -> bool {
    plan.approval == ApprovalMode::Auto
        && plan.questions.is_empty()
        && plan.terms.is_none()
        && plan.price.is_none()
}
