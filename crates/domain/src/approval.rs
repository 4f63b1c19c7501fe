//! Approval rules: which requests for a plan need nobody's decision, and in which words that is explained.
//!
//! A rule belongs to a plan. It judges what is known of a request ([`RequestFacts`]) and answers with every condition and
//! whether it held ([`Judgement`]), so that a decision made by a rule can be read like one made by a person.

use crate::fault::Fault;
use serde::{Deserialize, Serialize};

use crate::api::words;
use crate::environment::EnvironmentKind;
use crate::plan::{LimitRule, QuotaPeriod, grouped};
use crate::slug::Slug;

/// Most conditions of one rule.
pub const CONDITIONS_MAX: usize = 10;
/// Most domains or teams of one condition.
pub const VALUES_MAX: usize = 50;
/// Longest name of a rule, in characters.
pub const NAME_MAX: usize = 80;

words! {
    /// What a rule does with the requests it holds for.
    RuleMode {
        /// Approves them.
        Enforce = "enforce",
        /// Records that it would have; people decide.
        Shadow = "shadow",
        /// Nothing.
        Off = "off",
    }
}

words! {
    /// How many of the conditions must hold.
    RuleMatch {
        /// Every one.
        All = "all",
        /// At least one.
        Any = "any",
    }
}

words! {
    /// What kind of team asks.
    AskingTeam {
        /// A team that offers APIs.
        Provider = "provider",
        /// A team that uses them.
        Consumer = "consumer",
        /// Somebody's own team.
        Personal = "personal",
    }
}

/// A rule of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRule {
    /// What decisions name it by, 1 to 80 characters.
    pub name: String,
    /// Whether it acts.
    pub mode: RuleMode,
    /// How many conditions must hold.
    #[serde(rename = "match")]
    pub matching: RuleMatch,
    /// 1 to 10.
    pub conditions: Vec<RuleCondition>,
}

/// One condition. What is not known of a request never holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RuleCondition {
    /// The requester's mail address is confirmed and ends with `@` and one of these. Subdomains are named one by one.
    MailDomain {
        /// 1 to 50 host names in lower case.
        domains: Vec<String>,
    },
    /// The requester's mail address is confirmed.
    VerifiedMail {},
    /// The application belongs to one of these teams.
    Team {
        /// 1 to 50 slugs.
        teams: Vec<String>,
    },
    /// The application's team is of one of these kinds.
    TeamKind {
        /// At least one.
        kinds: Vec<AskingTeam>,
    },
    /// The plan lets through fewer calls a day than this, at its steady rate. A plan without limits never does.
    DailyRequestsBelow {
        /// At least 1.
        requests: u64,
    },
    /// Access is asked for in one of these.
    Environment {
        /// At least one.
        environments: Vec<EnvironmentKind>,
    },
}

/// What is known of a request when a rule judges it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFacts {
    /// The requester's address after the `@` in lower case; `None` when no person asks.
    pub mail_domain: Option<String>,
    /// Whether that address is confirmed.
    pub mail_verified: bool,
    /// Slug of the application's team.
    pub team: String,
    /// What kind of team that is.
    pub team_kind: AskingTeam,
    /// Where access is asked for.
    pub environment: EnvironmentKind,
    /// The most calls a day the plan lets through at its steady rate; `None` is without bound.
    pub daily_requests: Option<u64>,
}

/// What a rule said of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The rule, by the name it had.
    pub rule: String,
    /// What it did then.
    pub mode: RuleMode,
    /// Whether it held.
    pub holds: bool,
    /// Each condition, in the order of the rule.
    pub checks: Vec<Check>,
}

/// One condition in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The condition, such as "the mail domain is acme.example".
    pub words: String,
    /// Whether it held.
    pub holds: bool,
}

/// A part of a rule or of a question that cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartFault {
    /// JSON pointer (RFC 6901) from the rule or the list of questions.
    pub pointer: String,
    /// Which bound, as a stable word.
    pub code: &'static str,
    /// What to write instead.
    pub fault: Fault,
}

impl PartFault {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, fault: Fault) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            fault,
        }
    }
}

impl Judgement {
    /// The decision's reason in words: "Approved by the rule 'internal teams'."
    pub fn reason(&self) -> String {
        format!("Approved by the rule '{}'.", self.rule)
    }

    /// Whether the rule approves by itself.
    pub fn approves(&self) -> bool {
        self.holds && self.mode == RuleMode::Enforce
    }
}

impl ApprovalRule {
    /// Every bound that is not kept.
    pub fn check(&self) -> Vec<PartFault> {
        let mut faults = Vec::new();
        let name = self.name.trim().chars().count();
        if !(1..=NAME_MAX).contains(&name) || self.name.chars().any(char::is_control) {
            let fault = Fault::RuleName { max: NAME_MAX };
            faults.push(PartFault::new("/name", "length", fault));
        }
        let count = self.conditions.len();
        if !(1..=CONDITIONS_MAX).contains(&count) {
            let (max, got) = (CONDITIONS_MAX, count);
            let fault = Fault::Conditions { max, got };
            faults.push(PartFault::new("/conditions", "out_of_range", fault));
        }
        for (place, condition) in self.conditions.iter().enumerate() {
            faults.extend(condition.check().into_iter().map(|fault| PartFault {
                pointer: format!("/conditions/{place}{}", fault.pointer),
                ..fault
            }));
        }
        faults
    }

    /// Judges a request.
    pub fn judge(&self, facts: &RequestFacts) -> Judgement {
        let checks: Vec<Check> = self
            .conditions
            .iter()
            .map(|condition| Check {
                words: condition.words(),
                holds: condition.holds(facts),
            })
            .collect();
        let holds = match self.matching {
            RuleMatch::All => !checks.is_empty() && checks.iter().all(|check| check.holds),
            RuleMatch::Any => checks.iter().any(|check| check.holds),
        };
        Judgement {
            rule: self.name.trim().to_owned(),
            mode: self.mode,
            holds,
            checks,
        }
    }
}

impl RuleCondition {
    fn check(&self) -> Vec<PartFault> {
        match self {
            Self::MailDomain { domains } => listed("/domains", domains, |domain| {
                (!is_domain(domain)).then(|| Fault::Domain(domain.clone()))
            }),
            Self::Team { teams } => listed("/teams", teams, |team| {
                Slug::new(team.as_str()).err().map(Fault::Team)
            }),
            Self::TeamKind { kinds } => counted("/kinds", kinds.len()),
            Self::Environment { environments } => counted("/environments", environments.len()),
            Self::DailyRequestsBelow { requests: 0 } => vec![PartFault::new(
                "/requests",
                "out_of_range",
                Fault::BelowZero,
            )],
            Self::DailyRequestsBelow { .. } | Self::VerifiedMail {} => Vec::new(),
        }
    }

    fn holds(&self, facts: &RequestFacts) -> bool {
        match self {
            // An address that nobody confirmed may be anybody's.
            Self::MailDomain { domains } => {
                facts.mail_verified
                    && facts
                        .mail_domain
                        .as_ref()
                        .is_some_and(|domain| domains.contains(domain))
            }
            Self::VerifiedMail {} => facts.mail_verified,
            Self::Team { teams } => teams.contains(&facts.team),
            Self::TeamKind { kinds } => kinds.contains(&facts.team_kind),
            Self::DailyRequestsBelow { requests } => {
                facts.daily_requests.is_some_and(|daily| daily < *requests)
            }
            Self::Environment { environments } => environments.contains(&facts.environment),
        }
    }

    /// The condition in words, for whoever reads a decision.
    pub fn words(&self) -> String {
        match self {
            Self::MailDomain { domains } => {
                format!("the confirmed mail domain is {}", either(domains))
            }
            Self::VerifiedMail {} => "the mail address is confirmed".to_owned(),
            Self::Team { teams } => format!("the team is {}", either(teams)),
            Self::TeamKind { kinds } => format!(
                "the team is a {} team",
                either(&kinds.iter().map(ToString::to_string).collect::<Vec<_>>())
            ),
            Self::DailyRequestsBelow { requests } => format!(
                "the plan lets through fewer than {} calls a day",
                grouped(*requests)
            ),
            Self::Environment { environments } => format!(
                "the environment is {}",
                either(
                    &environments
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                )
            ),
        }
    }
}

fn either(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [many @ .., last] => format!("{} or {last}", many.join(", ")),
    }
}

fn counted(pointer: &str, count: usize) -> Vec<PartFault> {
    if (1..=VALUES_MAX).contains(&count) {
        return Vec::new();
    }
    let (max, got) = (VALUES_MAX, count);
    let fault = Fault::Values { max, got };
    vec![PartFault::new(pointer, "out_of_range", fault)]
}

fn listed(
    pointer: &str,
    values: &[String],
    fault: impl Fn(&String) -> Option<Fault>,
) -> Vec<PartFault> {
    let mut faults = counted(pointer, values.len());
    for (place, value) in values.iter().enumerate() {
        if let Some(fault) = fault(value) {
            faults.push(PartFault::new(format!("{pointer}/{place}"), "form", fault));
        }
    }
    faults
}

/// A host name of at least two labels, in lower case (RFC 1035 §2.3.1, in its form of letters, digits and hyphens).
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// The most calls a day that limits let through at their steady rate; `None` is without bound. A month has at least 28 days,
/// so a monthly quota is reckoned as a 28th: what a rule calls small is small in every month.
pub fn daily_requests(limits: impl IntoIterator<Item = LimitRule>) -> Option<u64> {
    limits
        .into_iter()
        .map(|limit| match limit {
            LimitRule::Rate {
                amount, window_s, ..
            } => u64::from(amount) * 86_400 / u64::from(window_s.max(1)),
            LimitRule::Quota {
                amount,
                period: QuotaPeriod::Day,
            } => amount,
            LimitRule::Quota {
                amount,
                period: QuotaPeriod::Month,
            } => amount.div_ceil(28),
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> RequestFacts {
        RequestFacts {
            mail_domain: Some("acme.example".to_owned()),
            mail_verified: true,
            team: "shop".to_owned(),
            team_kind: AskingTeam::Consumer,
            environment: EnvironmentKind::Sandbox,
            daily_requests: Some(999),
        }
    }

    fn rule(matching: RuleMatch, conditions: Vec<RuleCondition>) -> ApprovalRule {
        ApprovalRule {
            name: "internal teams".to_owned(),
            mode: RuleMode::Enforce,
            matching,
            conditions,
        }
    }

    fn domain(domain: &str) -> RuleCondition {
        RuleCondition::MailDomain {
            domains: vec![domain.to_owned()],
        }
    }

    #[test]
    fn every_condition_holds_for_what_it_names_and_for_nothing_else() {
        let team = |team: &str| RuleCondition::Team {
            teams: vec![team.to_owned()],
        };
        let kind = |kind| RuleCondition::TeamKind { kinds: vec![kind] };
        let below = |requests| RuleCondition::DailyRequestsBelow { requests };
        let within = |kind| RuleCondition::Environment {
            environments: vec![kind],
        };
        for (condition, holds) in [
            (domain("acme.example"), true),
            (domain("example"), false),
            (domain("mail.acme.example"), false),
            (RuleCondition::VerifiedMail {}, true),
            (team("shop"), true),
            (team("shops"), false),
            (kind(AskingTeam::Consumer), true),
            (kind(AskingTeam::Personal), false),
            (below(1000), true),
            (below(999), false),
            (within(EnvironmentKind::Sandbox), true),
            (within(EnvironmentKind::Production), false),
        ] {
            assert_eq!(condition.holds(&facts()), holds, "{condition:?}");
        }
    }

    #[test]
    fn an_unconfirmed_address_and_a_plan_without_limits_never_hold() {
        let unconfirmed = RequestFacts {
            mail_verified: false,
            daily_requests: None,
            ..facts()
        };
        for condition in [
            domain("acme.example"),
            RuleCondition::VerifiedMail {},
            RuleCondition::DailyRequestsBelow { requests: u64::MAX },
        ] {
            assert!(!condition.holds(&unconfirmed), "{condition:?}");
        }
    }

    #[test]
    fn all_needs_every_condition_and_any_needs_one() {
        let conditions = vec![domain("acme.example"), domain("other.example")];
        let all = rule(RuleMatch::All, conditions.clone()).judge(&facts());
        assert!(!all.holds && !all.approves());
        assert_eq!(
            all.checks
                .iter()
                .map(|check| check.holds)
                .collect::<Vec<_>>(),
            [true, false]
        );
        let any = rule(RuleMatch::Any, conditions).judge(&facts());
        assert!(any.holds && any.approves());
        assert_eq!(any.reason(), "Approved by the rule 'internal teams'.");
        assert!(!rule(RuleMatch::All, Vec::new()).judge(&facts()).holds);
    }

    #[test]
    fn a_rule_in_shadow_holds_and_approves_nothing() {
        let shadow = ApprovalRule {
            mode: RuleMode::Shadow,
            ..rule(RuleMatch::Any, vec![domain("acme.example")])
        };
        let judged = shadow.judge(&facts());
        assert!(judged.holds && !judged.approves());
    }

    #[test]
    fn every_bound_is_held_and_named_by_its_place() {
        let many = |count| rule(RuleMatch::All, vec![RuleCondition::VerifiedMail {}; count]);
        assert!(many(1).check().is_empty() && many(CONDITIONS_MAX).check().is_empty());
        assert_eq!(many(0).check()[0].pointer, "/conditions");
        assert_eq!(many(CONDITIONS_MAX + 1).check()[0].pointer, "/conditions");
        let named = |name: String| ApprovalRule { name, ..many(1) };
        assert!(named("a".repeat(NAME_MAX)).check().is_empty());
        for name in [String::new(), "a".repeat(NAME_MAX + 1), "a\nb".to_owned()] {
            assert_eq!(named(name).check()[0].pointer, "/name");
        }
        let faulty = rule(
            RuleMatch::All,
            vec![
                RuleCondition::VerifiedMail {},
                RuleCondition::MailDomain {
                    domains: vec!["acme.example".to_owned(), "@acme.example".to_owned()],
                },
                RuleCondition::DailyRequestsBelow { requests: 0 },
                RuleCondition::Team {
                    teams: vec!["a team".to_owned()],
                },
                RuleCondition::TeamKind { kinds: Vec::new() },
            ],
        );
        let pointers: Vec<_> = faulty
            .check()
            .into_iter()
            .map(|fault| fault.pointer)
            .collect();
        assert_eq!(
            pointers,
            [
                "/conditions/1/domains/1",
                "/conditions/2/requests",
                "/conditions/3/teams/0",
                "/conditions/4/kinds"
            ]
        );
        let domains = |count: usize| RuleCondition::MailDomain {
            domains: (0..count).map(|n| format!("d{n}.example")).collect(),
        };
        assert!(domains(VALUES_MAX).check().is_empty());
        assert_eq!(domains(VALUES_MAX + 1).check().len(), 1);
    }

    #[test]
    fn what_limits_let_through_in_a_day_is_the_least_of_them() {
        let rate = LimitRule::Rate {
            amount: 5,
            window_s: 1,
            burst: 10,
        };
        let day = LimitRule::Quota {
            amount: 1000,
            period: QuotaPeriod::Day,
        };
        let month = LimitRule::Quota {
            amount: 2801,
            period: QuotaPeriod::Month,
        };
        assert_eq!(daily_requests([]), None);
        assert_eq!(daily_requests([rate]), Some(432_000));
        assert_eq!(daily_requests([rate, day]), Some(1000));
        assert_eq!(daily_requests([rate, day, month]), Some(101));
    }

    #[test]
    fn a_rule_reads_back_as_it_was_written_and_unknown_words_are_refused() {
        let text = r#"{"name":"internal","mode":"shadow","match":"any","conditions":[
            {"kind":"mail_domain","domains":["acme.example"]},{"kind":"verified_mail"},
            {"kind":"team_kind","kinds":["personal"]},{"kind":"environment","environments":["sandbox"]}]}"#;
        let rule: ApprovalRule = serde_json::from_str(text).unwrap();
        let again: ApprovalRule =
            serde_json::from_str(&serde_json::to_string(&rule).unwrap()).unwrap();
        assert_eq!(rule, again);
        for unknown in [
            text.replace("\"shadow\"", "\"dark\""),
            text.replace("verified_mail", "verified"),
            text.replace("\"domains\"", "\"domain\""),
        ] {
            assert!(
                serde_json::from_str::<ApprovalRule>(&unknown).is_err(),
                "{unknown}"
            );
        }
    }
}
