//! `GET` and `POST /apis/{api}/request`: one form, with the application made in place.

use crate::page::web_page;
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{Crumbs, Timeline};
use crate::view::shell::Shell;
use askama::Template;

/// Plan, application, purpose.
#[derive(Template)]
#[template(path = "pages/catalogue/request.html")]
pub(crate) struct RequestPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) api_name: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) plans: Vec<PlanChoice>,
    pub(crate) environments: Vec<Choice>,
    pub(crate) environment: String,
    pub(crate) applications: Vec<Choice>,
    pub(crate) application: String,
    pub(crate) app_name: Field,
    pub(crate) team: Field,
    pub(crate) purpose: Field,
    pub(crate) timeline: Timeline,
    pub(crate) back: String,
}

web_page!(RequestPage, Private);

pub(crate) struct PlanChoice {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) rate: String,
    pub(crate) quota: String,
    pub(crate) decision: &'static str,
    pub(crate) chosen: bool,
}
