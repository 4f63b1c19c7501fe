//! Simulated answers: what a description says that an operation may answer with, as answers to somebody who asks for one.

use serde_json::{Map, Value};

use super::{Context, Direction, bodies};

/// Scenarios of one operation.
const SCENARIOS_MAX: usize = 60;

/// An answer that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// Unique in the operation, and the same as long as the description says the same.
    pub id: String,
    /// As the description names it: `200`, `4XX` or `default`.
    pub status: String,
    /// None of an answer without a body.
    pub media_type: Option<String>,
    /// What the author called the example; empty where it has no name or is made from the schema.
    pub example: String,
}

/// An answer as it would come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// The lowest of a range; 500 for `default`, which describes what no other entry does.
    pub status: u16,
    /// `Content-Type` first, where there is a body; then those with a value to show.
    pub headers: Vec<(String, String)>,
    /// Empty also where no example can be made.
    pub body: String,
}

impl Scenario {
    /// The status it is answered with.
    pub fn status_code(&self) -> u16 {
        let digits = self.status.to_ascii_uppercase().replace('X', "0");
        let code = digits.parse().ok();
        code.filter(|code| (100..600).contains(code)).unwrap_or(500)
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// What an operation can be asked to answer with, from its fragment: by status, and each named example by itself.
pub fn scenarios(fragment: &Value) -> Vec<Scenario> {
    let responses = members(&fragment["operation"]["responses"]);
    let mut all: Vec<Scenario> = responses
        .filter(|(status, response)| !status.starts_with("x-") && response.is_object())
        .flat_map(|(status, response)| of_status(status, &response["content"]))
        .collect();
    // As answers are listed on the page; otherwise in the author's order.
    all.sort_by_key(|one| one.status.to_ascii_uppercase().replace('D', "z"));
    all.truncate(SCENARIOS_MAX);
    all
}

fn of_status(status: &str, content: &Value) -> Vec<Scenario> {
    let scenario = |media_type: Option<&String>, example: &str| Scenario {
        id: [status, media_type.map_or("", String::as_str), example].join("|"),
        status: status.to_owned(),
        media_type: media_type.cloned(),
        example: example.to_owned(),
    };
    let mut all = Vec::new();
    for (media_type, media) in members(content) {
        let named = bodies::named_examples(media).map(|name| scenario(Some(media_type), name));
        let before = all.len();
        all.extend(named);
        if all.len() == before {
            all.push(scenario(Some(media_type), ""));
        }
    }
    if all.is_empty() {
        all.push(scenario(None, ""));
    }
    all
}

/// The answer of one scenario; none when the operation has it no more.
pub fn simulated(fragment: &Value, id: &str) -> Option<Simulated> {
    let scenario = scenarios(fragment).into_iter().find(|one| one.id == id)?;
    let context = Context::new(fragment);
    let response = &fragment["operation"]["responses"][&scenario.status];
    let mut headers = Vec::new();
    let mut body = String::new();
    if let Some(media_type) = &scenario.media_type {
        let media = &response["content"][media_type];
        let examples = bodies::examples(media_type, media, Direction::Response, &context);
        let example = examples
            .into_iter()
            .find(|one| one.name == scenario.example);
        body = example.map(|one| one.text).unwrap_or_default();
        headers.push(("content-type".to_owned(), media_type.clone()));
    }
    let said = bodies::headers(&response["headers"], "", &context);
    let shown = said
        .into_iter()
        .filter_map(|header| Some((header.name, header.example?)));
    headers.extend(shown);
    Some(Simulated {
        status: scenario.status_code(),
        headers,
        body,
    })
}
