//! `/console/apis/{api}/plans/{plan}/approval`: the rule that approves by itself, tried on the past before it acts, the time a
//! decision may take, and the questions of a request.

use crate::address::Path;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::plan_form::home;
use crate::pages::console::rule_form::RuleForm;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Flash, Link};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::plans;
use gatehouse_control_plane::subscriptions::{self, RuleSimulation};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// Days a rule is tried on.
const TRIED_DAYS: u16 = 90;

/// One form with two buttons: try, save.
#[derive(Template)]
#[template(path = "pages/console/rules.html")]
pub(crate) struct RulesPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) plan: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) row_version: i32,
    /// The rule has parts that the form cannot show: it stays as it is.
    pub(crate) fixed: bool,
    pub(crate) rule: Vec<Field>,
    pub(crate) rest: Vec<Field>,
    pub(crate) tried: Option<Tried>,
    pub(crate) back: String,
    pub(crate) same: Same,
}

web_page!(RulesPage, Private);

/// What a rule would have done.
pub(crate) struct Tried {
    pub(crate) lead: String,
    pub(crate) lines: Vec<(String, usize)>,
    /// Whether somebody refused what the rule would have let in.
    pub(crate) care: bool,
}

/// What the page was sent, and what came of it.
#[derive(Default)]
struct Sent {
    form: Option<RuleForm>,
    tried: Option<Tried>,
    faults: Faults,
}

async fn page(visitor: &Visitor, at: &[String; 2], sent: Sent) -> Result<RulesPage, PageError> {
    let actor = visitor.require(Permission::PlanManage)?;
    let [api, plan] = at;
    let (at_api, at_plan) = (Lookup::from(api.as_str()), Lookup::from(plan.as_str()));
    let now = plans::get_plan_approval(visitor.db(), actor, at_api, at_plan).await?;
    let form = sent.form.unwrap_or_else(|| RuleForm::of(&now));
    let shell = visitor.shell().await?.console("plans");
    let back = shell.to(&format!("{}/plans/{plan}", home(visitor, api)));
    Ok(RulesPage {
        same: visitor.same(
            &[same::APPROVAL_SIMULATE, same::APPROVAL_SET],
            &[("api", api), ("plan", plan), ("days", "90")],
        ),
        crumbs: Crumbs::new(
            t!("policies-how-requests-are-decided"),
            vec![
                Link::new(t!("word-plans"), shell.to("/console/plans")),
                Link::new(now.plan.name.clone(), back.clone()),
            ],
        ),
        action: shell.to(&path(visitor, at)),
        row_version: form.row_version,
        fixed: !RuleForm::shows(&now),
        rule: form.rule_fields(&sent.faults),
        rest: form.rest_fields(&sent.faults),
        tried: sent.tried,
        back,
        plan: now.plan.name,
        faults: sent.faults,
        shell,
    })
}

/// Of a plan of an API or of a product, as the page's own address says.
fn path(visitor: &Visitor, [api, plan]: &[String; 2]) -> String {
    format!("{}/plans/{plan}/approval", home(visitor, api))
}

/// `GET /console/apis/{api}/plans/{plan}/approval`
pub(crate) async fn show(visitor: Visitor, Path(at): Path<2>) -> Result<RulesPage, PageError> {
    page(&visitor, &at, Sent::default()).await
}

/// `POST /console/apis/{api}/plans/{plan}/approval`
pub(crate) async fn submit(
    visitor: Visitor,
    Path(at): Path<2>,
    Form(form): Form<RuleForm>,
) -> Result<Response, PageError> {
    visitor.require(Permission::PlanManage)?;
    let done = match form.tries() {
        true => try_out(&visitor, &at, &form).await?,
        false => save(&visitor, &at, &form).await?,
    };
    let (tried, faults) = match done {
        Done::Saved => return Ok(visitor.go(&path(&visitor, &at)).into_response()),
        Done::Tried(tried) => (Some(tried), Faults::default()),
        Done::Refused(faults) => (None, faults),
    };
    let accepted = tried.is_some();
    let sent = Sent {
        form: Some(form),
        tried,
        faults,
    };
    let page = page(&visitor, &at, sent).await?;
    Ok(if accepted {
        page.into_response()
    } else {
        refused(page)
    })
}

enum Done {
    Saved,
    Tried(Tried),
    Refused(Faults),
}

impl Done {
    fn refused(refusal: Refusal) -> Result<Self, PageError> {
        Ok(Self::Refused(RuleForm::placed(faults_of(refusal)?)))
    }
}

fn lookups<A: std::str::FromStr, P: std::str::FromStr>(
    [api, plan]: &[String; 2],
) -> (Lookup<A>, Lookup<P>) {
    (Lookup::from(api.as_str()), Lookup::from(plan.as_str()))
}

async fn try_out(visitor: &Visitor, at: &[String; 2], form: &RuleForm) -> Result<Done, PageError> {
    let rule = match form.rule() {
        Ok(Some(rule)) => rule,
        Ok(None) => {
            let faults = Faults::one("mode", t!("policies-choose-what-the-rule-does-to"));
            return Ok(Done::Refused(faults));
        }
        Err(faults) => return Ok(Done::Refused(faults)),
    };
    let (api, plan) = lookups(at);
    let (db, actor) = (visitor.db(), visitor.actor()?);
    match subscriptions::simulate_rule(db, actor, api, plan, Some(rule), TRIED_DAYS).await {
        Ok(done) => Ok(Done::Tried(tried(&done))),
        Err(refusal) => Done::refused(refusal),
    }
}

async fn save(visitor: &Visitor, at: &[String; 2], form: &RuleForm) -> Result<Done, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let (api, plan) = lookups(at);
    let now = plans::get_plan_approval(db, actor, api, plan).await?;
    let input = match form.read(&now) {
        Ok(input) => input,
        Err(faults) => return Ok(Done::Refused(faults)),
    };
    let (api, plan) = lookups(at);
    let version = Some(form.row_version);
    match plans::set_plan_approval(db, actor, api, plan, version, input).await {
        Ok(_) => {
            let flash = Flash::good(
                t!("policies-saved"),
                t!("policies-it-counts-for-requests-from-now"),
            );
            visitor.tell(flash).await?;
            Ok(Done::Saved)
        }
        Err(refusal) => Done::refused(refusal),
    }
}

fn tried(done: &RuleSimulation) -> Tried {
    Tried {
        lead: t!(
            "policies-of-in-the-last-days-the",
            count = done.requests,
            days = done.days,
            approved = done.would_approve
        ),
        lines: vec![
            (
                t!("policies-it-approves-people-did-too"),
                done.agreed_approve,
            ),
            (t!("policies-it-approves-people-refused"), done.contradicted),
            (
                t!("policies-it-leaves-to-people-who-approved"),
                done.left_approved,
            ),
            (
                t!("policies-it-leaves-to-people-who-refused"),
                done.left_rejected,
            ),
        ],
        care: done.contradicted > 0,
    }
}
