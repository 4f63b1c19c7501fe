//! Plans in words: what they allow and cost, who decides, how long they last.

use crate::pages::catalogue::addresses::environment_word;
use gatehouse_control_plane::plans::{PlanView, limit_words};
use gatehouse_domain::plan::{ApprovalMode, LimitRule};
use gatehouse_domain::price::{Price, PricePeriod};
use gatehouse_language::t;

/// A line of the table that has plans side by side.
pub(crate) struct PlanRow {
    pub(crate) label: String,
    pub(crate) cells: Vec<String>,
}

pub(crate) fn plan_rows(plans: &[PlanView]) -> Vec<PlanRow> {
    let row = |label: String, words: &dyn Fn(&PlanView) -> String| PlanRow {
        label,
        cells: plans.iter().map(words).collect(),
    };
    vec![
        row(t!("catalogue-rate"), &rate_words),
        row(t!("word-quota"), &quota_words),
        row(t!("catalogue-environments"), &|plan| {
            plan.environments
                .iter()
                .map(|kind| environment_word(kind.as_str()))
                .collect::<Vec<_>>()
                .join(", ")
        }),
        row(t!("catalogue-price"), &|plan| {
            price_words(plan).unwrap_or_else(|| t!("catalogue-price-untold"))
        }),
        row(t!("word-decision"), &|plan| decision_words(plan.approval)),
        row(t!("catalogue-lasts"), &|plan| {
            plan.max_subscription_days.map_or_else(
                || t!("catalogue-without-end"),
                |days| t!("catalogue-days", count = days),
            )
        }),
    ]
}

/// What a plan costs and whether it is for trying out, in words.
pub(crate) fn price_words(plan: &PlanView) -> Option<String> {
    let price = plan.price.as_ref().and_then(cost);
    match (price, plan.trial) {
        (Some(price), true) => Some(t!("catalogue-price-trial", price = price)),
        (None, true) => Some(t!("catalogue-trial")),
        (price, false) => price,
    }
}

/// "EUR 49.90 a month and EUR 0.5 for 1,000 calls".
fn cost(price: &Price) -> Option<String> {
    let money = |amount: &String| format!("{} {amount}", price.currency);
    let by_time = price.amount.as_ref().zip(price.period);
    let by_time = by_time.map(|(amount, period)| match period {
        PricePeriod::Day => t!("catalogue-price-day", price = money(amount)),
        PricePeriod::Month => t!("catalogue-price-month", price = money(amount)),
        PricePeriod::Year => t!("catalogue-price-year", price = money(amount)),
    });
    let by_call = price.per_thousand_calls.as_ref();
    let by_call = by_call.map(|amount| t!("catalogue-price-calls", price = money(amount)));
    match (by_time, by_call) {
        (Some(period), Some(calls)) => {
            Some(t!("catalogue-price-both", period = period, calls = calls))
        }
        (by_time, by_call) => by_time.or(by_call),
    }
}

/// The rate limits of a plan in words.
pub(crate) fn rate_words(plan: &PlanView) -> String {
    let wanted = |rule: &LimitRule| matches!(rule, LimitRule::Rate { .. });
    words_of(plan, wanted).unwrap_or_else(|| t!("catalogue-no-rate"))
}

/// The quotas of a plan in words.
pub(crate) fn quota_words(plan: &PlanView) -> String {
    let wanted = |rule: &LimitRule| matches!(rule, LimitRule::Quota { .. });
    words_of(plan, wanted).unwrap_or_else(|| t!("catalogue-no-quota"))
}

fn words_of(plan: &PlanView, wanted: impl Fn(&LimitRule) -> bool) -> Option<String> {
    let rules = plan.limits.iter().map(|limit| &limit.rule);
    let words: Vec<String> = rules.filter(|rule| wanted(rule)).map(limit_words).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Who decides, as every page says it.
pub(crate) fn decision_words(approval: ApprovalMode) -> String {
    match approval {
        ApprovalMode::Auto => t!("catalogue-decision-auto"),
        ApprovalMode::Manual => t!("catalogue-decision-manual"),
        ApprovalMode::TwoPerson => t!("catalogue-decision-two-person"),
    }
}

#[cfg(test)]
mod tests {
    use super::{LimitRule, Price, PricePeriod, cost, limit_words};
    use gatehouse_domain::plan::QuotaPeriod;

    #[test]
    fn limits_and_prices_are_said_as_other_answers_say_them() {
        let rate = |window_s| LimitRule::Rate {
            amount: 5000,
            window_s,
            burst: 10,
        };
        let quota = |period| LimitRule::Quota {
            amount: 100_000,
            period,
        };
        let mut rules = [1, 60, 90, 3600].map(rate).to_vec();
        rules.extend(QuotaPeriod::ALL.iter().copied().map(quota));
        for rule in rules {
            assert_eq!(limit_words(&rule), rule.in_words());
        }
        let mut price = Price {
            currency: "EUR".to_owned(),
            amount: Some("49.90".to_owned()),
            period: None,
            per_thousand_calls: None,
        };
        for period in PricePeriod::ALL {
            price.period = Some(*period);
            assert_eq!(cost(&price), Some(price.in_words()));
        }
        price.per_thousand_calls = Some("0.5".to_owned());
        assert_eq!(cost(&price), Some(price.in_words()));
        price.amount = None;
        assert_eq!(cost(&price), Some(price.in_words()));
    }
}
