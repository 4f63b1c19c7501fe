//! What narrows the approval queue. It stands in the address, so that it can be kept as a bookmark and shared.

use crate::address::with_query;
use crate::form;
use crate::page_error::PageError;
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::list_of::{every_api, listable};
use crate::view::form::{Choice, Field};
use crate::visitor::Visitor;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::environments;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::{RequestFilter, RequestSubject};
use gatehouse_language::t;

/// `?about=&api=&environment=&show=`; empty is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub(crate) struct QueueFilter {
    #[serde(default)]
    about: String,
    #[serde(default)]
    api: String,
    #[serde(default)]
    environment: String,
    /// `mine` or `late`.
    #[serde(default)]
    show: String,
}

impl QueueFilter {
    /// Reads what [`QueueFilter::query`] wrote; anything else narrows nothing.
    pub(super) fn parse(query: &str) -> Self {
        let query = query.trim_start_matches('?');
        form::read(form::parse(query.as_bytes())).unwrap_or_default()
    }

    /// The queue with this filter.
    pub(super) fn path(&self) -> String {
        let pairs = [
            ("about", self.about.as_str()),
            ("api", &self.api),
            ("environment", &self.environment),
            ("show", &self.show),
        ];
        with_query("/console/requests", &pairs)
    }

    pub(super) fn query(&self) -> String {
        let path = self.path();
        path.split_once('?')
            .map_or("", |(_, query)| query)
            .to_owned()
    }

    pub(super) fn is_on(&self) -> bool {
        *self != Self::default()
    }

    /// What the verb is asked for.
    pub(super) fn wanted(&self) -> RequestFilter {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        RequestFilter {
            subject: RequestSubject::parse(&self.about),
            api: given(&self.api).as_deref().map(Lookup::from),
            environment: given(&self.environment),
            application: None,
            overdue: self.show == "late",
            for_me: self.show == "mine",
        }
    }

    /// One control each.
    pub(super) async fn fields(
        &self,
        visitor: &Visitor,
        actor: &Actor,
    ) -> Result<Vec<Field>, PageError> {
        let about = [
            ("", t!("access-everything")),
            ("subscription", t!("access-first-requests")),
            ("plan_change", t!("access-plan-changes")),
            ("renewal", t!("access-renewals")),
        ];
        let show = [
            ("", t!("access-all-waiting")),
            ("mine", t!("access-left-for-me")),
            ("late", t!("access-past-target")),
        ];
        let choices = |all: &[(&str, String)]| {
            let all = all.iter();
            all.map(|(value, label)| Choice::new(*value, label.as_str()))
                .collect()
        };
        let filters = [
            Field::select("show", t!("word-show"), choices(&show)).value(&self.show),
            Field::select("about", t!("access-about"), choices(&about)).value(&self.about),
            Field::select("api", t!("word-api"), apis_of(visitor, actor).await?).value(&self.api),
            Field::select(
                "environment",
                t!("word-environment"),
                places_of(visitor, actor).await?,
            )
            .value(&self.environment),
        ];
        Ok(filters.into())
    }
}

async fn apis_of(visitor: &Visitor, actor: &Actor) -> Result<Vec<Choice>, PageError> {
    let found = every_api(visitor.db(), actor).await;
    let apis = listable(found)?
        .into_iter()
        .map(|api| Choice::new(api.slug, api.name));
    Ok(std::iter::once(Choice::new("", t!("access-every-api")))
        .chain(apis)
        .collect())
}

async fn places_of(visitor: &Visitor, actor: &Actor) -> Result<Vec<Choice>, PageError> {
    let found = environments::list_environments(visitor.db(), actor).await;
    let found = listable(found)?;
    let places = found
        .into_iter()
        .map(|place| Choice::new(place.slug.clone(), environment_word(&place.slug)));
    Ok(
        std::iter::once(Choice::new("", t!("access-every-environment")))
            .chain(places)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::QueueFilter;

    #[test]
    fn a_filter_comes_back_from_its_address_and_nothing_else_does() {
        let filter = QueueFilter {
            about: "renewal".into(),
            api: "a&b=c".into(),
            show: "late".into(),
            ..QueueFilter::default()
        };
        assert_eq!(QueueFilter::parse(&filter.query()), filter);
        assert_eq!(
            filter.path(),
            "/console/requests?about=renewal&api=a%26b%3Dc&show=late"
        );
        assert!(filter.is_on() && filter.wanted().overdue);
        let nothing = QueueFilter::parse("//evil.example/?x=1#");
        assert!(!nothing.is_on() && nothing.path() == "/console/requests");
    }
}
