//! The form of a plan's approval: at most one condition of each kind, and questions one a line.

use crate::view::form::{Choice, Faults, Field};
use crate::view::span::{parse_span, span_words};
use gatehouse_control_plane::plans::{PlanApproval, SetPlanApproval};
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::approval::{ApprovalRule, AskingTeam, RuleCondition, RuleMatch, RuleMode};
use gatehouse_domain::question::{QuestionKind, RequestQuestion};
use gatehouse_language::t;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RuleForm {
    pub(super) row_version: i32,
    /// `try` or nothing: the button.
    decide: String,
    /// Empty: no rule.
    mode: String,
    name: String,
    matching: String,
    domains: String,
    verified: String,
    teams: String,
    kind: String,
    daily: String,
    environment: String,
    due: String,
    questions: String,
}

impl RuleForm {
    pub(super) fn of(now: &PlanApproval) -> Self {
        let lines: Vec<String> = now.questions.iter().map(line).collect();
        let mut form = Self {
            row_version: now.row_version,
            due: now.due_s.map(span_words).unwrap_or_default(),
            questions: lines.join("\n"),
            ..Self::default()
        };
        if let Some(rule) = &now.rule {
            form.mode = rule.mode.as_str().to_owned();
            form.name = rule.name.clone();
            form.matching = rule.matching.as_str().to_owned();
            for condition in &rule.conditions {
                form.take(condition);
            }
        }
        form
    }

    fn take(&mut self, condition: &RuleCondition) {
        match condition {
            RuleCondition::MailDomain { domains } => self.domains = domains.join("\n"),
            RuleCondition::VerifiedMail {} => self.verified = "yes".to_owned(),
            RuleCondition::Team { teams } => self.teams = teams.join("\n"),
            RuleCondition::TeamKind { kinds } => {
                self.kind = kinds.first().map_or("", |kind| kind.as_str()).to_owned();
            }
            RuleCondition::DailyRequestsBelow { requests } => self.daily = requests.to_string(),
            RuleCondition::Environment { environments } => {
                let first = environments.first().map_or("", |one| one.as_str());
                self.environment = first.to_owned();
            }
        }
    }

    /// Whether the form can show the rule there is without loss, whatever the order of its conditions.
    pub(super) fn shows(now: &PlanApproval) -> bool {
        let Some(rule) = &now.rule else { return true };
        let Ok(Some(shown)) = Self::of(now).rule() else {
            return false;
        };
        shown.conditions.len() == rule.conditions.len()
            && rule
                .conditions
                .iter()
                .all(|one| shown.conditions.contains(one))
    }

    pub(super) fn tries(&self) -> bool {
        self.decide == "try"
    }

    /// What is to be stored, or everything that cannot be read. A rule the form cannot show stays.
    pub(super) fn read(&self, now: &PlanApproval) -> Result<SetPlanApproval, Faults> {
        let (rule, mut faults) = match (Self::shows(now), self.rule()) {
            (false, _) => (now.rule.clone(), Faults::default()),
            (true, Ok(rule)) => (rule, Faults::default()),
            (true, Err(faults)) => (None, faults),
        };
        let due = self.due.trim();
        let due_s = parse_span(due);
        if due_s.is_none() && !due.is_empty() {
            faults.add("due", t!("policies-use-days-hours-and-minutes-as"));
        }
        let questions = read_questions(&self.questions, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(SetPlanApproval {
            rule,
            due_s,
            questions,
        })
    }

    /// The rule of the form; `None` where there is to be none.
    pub(super) fn rule(&self) -> Result<Option<ApprovalRule>, Faults> {
        let Some(mode) = RuleMode::parse(&self.mode) else {
            return Ok(None);
        };
        Ok(Some(ApprovalRule {
            name: self.name.trim().to_owned(),
            mode,
            matching: RuleMatch::parse(&self.matching).unwrap_or(RuleMatch::All),
            conditions: self.conditions()?,
        }))
    }

    fn conditions(&self) -> Result<Vec<RuleCondition>, Faults> {
        let mut all = Vec::new();
        let (domains, teams) = (words(&self.domains), words(&self.teams));
        if !domains.is_empty() {
            all.push(RuleCondition::MailDomain { domains });
        }
        if !self.verified.is_empty() {
            all.push(RuleCondition::VerifiedMail {});
        }
        if !teams.is_empty() {
            all.push(RuleCondition::Team { teams });
        }
        if let Some(kind) = AskingTeam::parse(&self.kind) {
            all.push(RuleCondition::TeamKind { kinds: vec![kind] });
        }
        let daily = self.daily.trim();
        if !daily.is_empty() {
            let requests = daily.parse();
            let requests = requests
                .map_err(|_| Faults::one("daily", t!("policies-use-a-whole-number-from-1")))?;
            all.push(RuleCondition::DailyRequestsBelow { requests });
        }
        if let Some(environment) = EnvironmentKind::parse(&self.environment) {
            let environments = vec![environment];
            all.push(RuleCondition::Environment { environments });
        }
        Ok(all)
    }

    /// Faults of the verbs beside the form's fields.
    pub(super) fn placed(faults: Faults) -> Faults {
        faults.renamed(&[("rule", "name"), ("due_s", "due")])
    }

    pub(super) fn rule_fields(&self, faults: &Faults) -> Vec<Field> {
        let mode = [
            ("", t!("policies-there-is-no-rule")),
            ("shadow", t!("policies-only-says-what-it-would-do")),
            ("enforce", t!("policies-approves-by-itself")),
            ("off", t!("policies-is-kept-and-does-nothing")),
        ];
        let matching = [
            ("all", t!("policies-every-condition-holds")),
            ("any", t!("policies-one-condition-holds")),
        ];
        let verified = [
            ("", t!("policies-not-asked")),
            ("yes", t!("policies-must-be-confirmed")),
        ];
        let kind = [
            ("", t!("word-any")),
            ("provider", t!("policies-a-team-that-offers-apis")),
            ("consumer", t!("policies-a-team-that-uses-them")),
            ("personal", t!("policies-somebody-s-own")),
        ];
        let environment = [
            ("", t!("word-any")),
            ("sandbox", t!("policies-sandbox")),
            ("production", t!("policies-production")),
        ];
        let fields = [
            Field::select("mode", t!("policies-what-the-rule-does"), choices(mode))
                .value(&self.mode),
            Field::text("name", t!("policies-name-of-the-rule"))
                .optional()
                .value(&self.name)
                .max(80)
                .help(t!("policies-decisions-name-it-it-needs-at")),
            Field::select("matching", t!("policies-it-holds-when"), choices(matching))
                .value(&self.matching),
            Field::area(
                "domains",
                t!("policies-mail-domains-of-the-requester"),
                12_000,
            )
            .optional()
            .value(&self.domains)
            .help(t!("policies-one-a-line-as-in-acme")),
            Field::select("verified", t!("policies-mail-address"), choices(verified))
                .value(&self.verified),
            Field::area("teams", t!("word-teams"), 4_000)
                .optional()
                .value(&self.teams)
                .help(t!("policies-slugs-one-a-line")),
            Field::select("kind", t!("policies-kind-of-team"), choices(kind)).value(&self.kind),
            Field::number("daily", t!("policies-fewer-calls-a-day-than"))
                .optional()
                .value(&self.daily)
                .help(t!("policies-what-the-plan-s-limits-let")),
            Field::select("environment", t!("word-environment"), choices(environment))
                .value(&self.environment),
        ];
        fields
            .into_iter()
            .map(|field| field.faults(faults))
            .collect()
    }

    pub(super) fn rest_fields(&self, faults: &Faults) -> Vec<Field> {
        vec![
            Field::text("due", t!("policies-a-decision-is-due-after"))
                .optional()
                .value(&self.due)
                .help(t!("policies-as-in-2-days-empty-as"))
                .faults(faults),
            Field::area("questions", t!("policies-questions-of-a-request"), 30_000)
                .optional()
                .value(&self.questions)
                .help(t!("policies-one-a-line-key-question-required"))
                .faults(faults),
        ]
    }
}

fn choices<const N: usize>(all: [(&str, String); N]) -> Vec<Choice> {
    all.map(|(value, label)| Choice::new(value, label)).into()
}

/// The words of a text, one a line or with commas.
fn words(text: &str) -> Vec<String> {
    let words = text.split(['\n', ',']).map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `volume | How many calls a day? | required`
fn line(question: &RequestQuestion) -> String {
    let need = if question.required {
        "required"
    } else {
        "optional"
    };
    let mut line = format!("{} | {} | {need}", question.key, question.text);
    if !question.choices.is_empty() {
        line.push_str(&format!(" | {}", question.choices.join(", ")));
    }
    line
}

fn read_questions(text: &str, faults: &mut Faults) -> Vec<RequestQuestion> {
    let mut questions = Vec::new();
    for (place, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match read_question(line) {
            Some(question) => questions.push(question),
            None => {
                let form = t!("policies-write-key-question-required-or-optional");
                faults.add(
                    "questions",
                    t!("policies-line-3", place = &place + 1, form = &form),
                );
            }
        }
    }
    questions
}

fn read_question(line: &str) -> Option<RequestQuestion> {
    let mut parts = line.splitn(4, '|').map(str::trim);
    let (key, text) = (parts.next()?, parts.next()?);
    let required = match parts.next() {
        None | Some("" | "optional") => false,
        Some("required") => true,
        Some(_) => return None,
    };
    let choices = words(parts.next().unwrap_or_default());
    let kind = match choices.is_empty() {
        true => QuestionKind::Text,
        false => QuestionKind::Choice,
    };
    Some(RequestQuestion {
        key: key.to_owned(),
        text: text.to_owned(),
        kind,
        choices,
        required,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_come_back_from_their_lines_and_a_bad_line_is_named() {
        let text = "volume | How many? | required\nregion | Where? | optional | eu, us";
        let mut faults = Faults::default();
        let questions = read_questions(text, &mut faults);
        assert!(faults.is_empty() && questions[0].required);
        assert_eq!(questions[1].choices, ["eu", "us"]);
        let lines: Vec<String> = questions.iter().map(line).collect();
        assert_eq!(lines.join("\n"), text);
        read_questions("fine | Why?\n\nnothing", &mut faults);
        assert!(faults.of("questions").unwrap().starts_with("Line 3:"));
    }
}
