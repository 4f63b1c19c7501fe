//! `GET /apis/{api}/{version}/reference/{operation}`: one operation, text at the left, code at the right.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::addresses::address;
use crate::pages::catalogue::language::{self, ChooseLanguage, LanguageLink};
use crate::pages::catalogue::rail::{OperationRail, beside, parts_page};
use crate::pages::catalogue::schema_view::{self, FieldView, SchemaPages, SchemaView};
use crate::pages::catalogue::trial::Trial;
use crate::pages::{Fact, method_class};
use crate::view::code::Code;
use crate::view::parts::{Crumbs, Link};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Response;
use gatehouse_control_plane::catalogue::{self, Reference};
use gatehouse_domain::EnvironmentKind;
use gatehouse_language::t;
use gatehouse_spec::render;
use gatehouse_spec::sample::Language;
use http::HeaderMap;

/// Parameters, bodies, answers, samples.
#[derive(Template)]
#[template(path = "pages/catalogue/operation.html")]
pub(crate) struct OperationPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) rail: OperationRail,
    pub(crate) api_name: String,
    pub(crate) version: String,
    pub(crate) title: String,
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) path: String,
    pub(crate) deprecated: bool,
    /// Sanitised HTML.
    pub(crate) description: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) parameters: Vec<ParameterGroup>,
    pub(crate) bodies: Vec<BodyView>,
    pub(crate) answers: Vec<AnswerView>,
    /// Requests that the API sends back, each with a page.
    pub(crate) callbacks: Vec<CallbackLink>,
    pub(crate) languages: Vec<LanguageLink>,
    pub(crate) sample: Code,
    pub(crate) body_example: Option<Code>,
    pub(crate) answer_examples: Vec<Code>,
    pub(crate) trial: Trial,
}

web_page!(OperationPage, Private);

/// A callback in a list.
pub(crate) struct CallbackLink {
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) title: String,
    pub(crate) expression: String,
    pub(crate) href: String,
}

pub(crate) struct ParameterGroup {
    pub(crate) label: String,
    pub(crate) inside: SchemaView,
}

pub(crate) struct BodyView {
    pub(crate) note: String,
    pub(crate) description: String,
    pub(crate) inside: SchemaView,
}

pub(crate) struct AnswerView {
    pub(crate) status: String,
    pub(crate) tone: &'static str,
    pub(crate) summary: String,
    /// Empty where it only repeats the summary.
    pub(crate) description: String,
    pub(crate) note: String,
    pub(crate) inside: SchemaView,
    pub(crate) headers: SchemaView,
    /// Operations that the answer leads to, in words.
    pub(crate) links: Vec<String>,
    pub(crate) is_bare: bool,
}

/// `GET /apis/{api}/{version}/reference/{operation}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, version, operation]): Path<3>,
    Query(choice): Query<ChooseLanguage>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let viewer = visitor.viewer()?;
    let found = catalogue::get_reference(visitor.db(), &viewer, &api, &version, &operation).await?;
    let at = format!("/apis/{api}/{version}/reference/{operation}");
    let trial = Trial::of(&visitor, &found, at, None).await?;
    let page = page(&visitor, &found, choice.chosen(&headers), trial).await?;
    Ok(choice.kept_with(&visitor, page))
}

/// The page with what is shown to try it.
pub(super) async fn page(
    visitor: &Visitor,
    found: &Reference,
    language: Language,
    trial: Trial,
) -> Result<OperationPage, PageError> {
    let shell = visitor.shell().await?.at("apis");
    let (api, version) = (&found.operation.api.slug, &found.operation.version);
    let operation = &found.operation.row.slug;
    let base = format!("/apis/{api}/{version}/reference");
    let fragment = &found.operation.fragment;
    let page = render::OperationPage::from_fragment(fragment);
    let address = found
        .environments
        .iter()
        .max_by_key(|one| one.kind == EnvironmentKind::Production)
        .map(|one| address(visitor.portal(), one, api, version))
        .unwrap_or_default();
    let pages = SchemaPages::new(shell.to(&parts_page(&base)), &found.schemas);
    let title = page.summary.clone().unwrap_or_else(|| page.path.clone());
    Ok(OperationPage {
        crumbs: Crumbs::new(
            title.clone(),
            vec![
                Link::new(t!("word-apis"), shell.to("/apis")),
                Link::new(
                    format!("{} {version}", found.operation.api.name),
                    shell.to(&format!("/apis/{api}?version={version}")),
                ),
                Link::new(t!("reference-here"), shell.to(&base)),
            ],
        ),
        rail: beside(found, &base, &shell),
        method_class: method_class(&page.method),
        path: if page.webhook {
            page.path.clone()
        } else {
            format!("/{api}/{version}{}", page.path)
        },
        deprecated: page.deprecated,
        description: page.description_html.as_str().to_owned(),
        facts: facts(&page),
        parameters: parameters(&page, &pages),
        bodies: bodies(&page, &pages),
        answers: answers(&page, &pages),
        callbacks: callbacks(&page, &format!("{base}/{operation}"), &shell),
        languages: language::links(&shell, &format!("{base}/{operation}"), language),
        sample: language::code(language, &address, fragment),
        body_example: page
            .request_body
            .as_ref()
            .and_then(|body| example("body-example", t!("reference-body"), &body.media_types)),
        answer_examples: answer_examples(&page),
        method: page.method,
        title,
        api_name: found.operation.api.name.clone(),
        version: version.clone(),
        trial,
        shell,
    })
}

fn facts(page: &render::OperationPage) -> Vec<Fact> {
    let mut facts = vec![Fact::new(
        t!("reference-sign-in"),
        t!("reference-sign-in-by-key"),
    )];
    if let Some(id) = &page.operation_id {
        facts.push(Fact::new(t!("word-operation"), id.clone()));
    }
    if page.cut {
        facts.push(Fact::new(t!("reference-note"), t!("reference-left-out")));
    }
    facts
}

fn callbacks(page: &render::OperationPage, operation: &str, shell: &Shell) -> Vec<CallbackLink> {
    let link = |one: &render::CallbackView| CallbackLink {
        method: one.method.clone(),
        method_class: method_class(&one.method),
        title: one.summary.clone().unwrap_or_else(|| one.name.clone()),
        expression: one.expression.clone(),
        href: shell.to(&format!("{operation}/callbacks/{}", one.slug)),
    };
    page.callbacks.iter().map(link).collect()
}

pub(super) fn parameters(page: &render::OperationPage, pages: &SchemaPages) -> Vec<ParameterGroup> {
    let groups = page.parameter_groups.iter();
    groups.map(|group| parameter_group(group, pages)).collect()
}

pub(super) fn bodies(page: &render::OperationPage, pages: &SchemaPages) -> Vec<BodyView> {
    let body = page.request_body.iter();
    body.flat_map(|body| body_views(body, pages)).collect()
}

pub(super) fn answers(page: &render::OperationPage, pages: &SchemaPages) -> Vec<AnswerView> {
    let responses = page.responses.iter();
    responses.map(|response| answer(response, pages)).collect()
}

fn parameter_group(group: &render::ParameterGroup, pages: &SchemaPages) -> ParameterGroup {
    ParameterGroup {
        label: group_title(group),
        inside: SchemaView {
            fields: group
                .parameters
                .iter()
                .map(|one| parameter_field(one, pages))
                .collect(),
            variants: Vec::new(),
        },
    }
}

fn group_title(group: &render::ParameterGroup) -> String {
    match group.location {
        "path" => t!("reference-path-parameters"),
        "query" => t!("reference-query-parameters"),
        "header" => t!("reference-header-parameters"),
        "cookie" => t!("reference-cookie-parameters"),
        _ => group.title.to_owned(),
    }
}

fn parameter_field(parameter: &render::ParameterView, pages: &SchemaPages) -> FieldView {
    let mut field = schema_view::field(&parameter.schema, pages);
    field.name = parameter.name.clone();
    field.anchor = parameter.anchor.clone();
    field.required = parameter.required;
    field.deprecated = parameter.deprecated;
    if !parameter.description_html.is_empty() {
        field.description = parameter.description_html.as_str().to_owned();
    }
    field.bounds.extend(parameter.style_words.clone());
    field
}

fn body_views(body: &render::RequestBodyView, pages: &SchemaPages) -> Vec<BodyView> {
    let note = |media_type: &str| match body.required {
        true => t!("reference-body-required", kind = media_type),
        false => media_type.to_owned(),
    };
    body.media_types
        .iter()
        .map(|media| BodyView {
            note: note(&media.media_type),
            description: body.description_html.as_str().to_owned(),
            inside: media
                .schema
                .as_ref()
                .map(|node| schema_view::root(node, pages))
                .unwrap_or_default(),
        })
        .collect()
}

fn header(header: &render::HeaderView, pages: &SchemaPages) -> FieldView {
    let mut field = schema_view::field(&header.schema, pages);
    field.name.clone_from(&header.name);
    field.required = header.required;
    field.deprecated = header.deprecated;
    header
        .description_html
        .as_str()
        .clone_into(&mut field.description);
    field
}

/// What an answer leads to, in one sentence.
fn leads_to(link: &render::LinkView) -> String {
    let target = link.operation_id.as_ref().or(link.operation_ref.as_ref());
    let target = target
        .cloned()
        .unwrap_or_else(|| t!("reference-another-operation"));
    let filled: Vec<String> = link
        .parameters
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    if filled.is_empty() {
        t!("reference-leads-to", link = &link.name, target = target)
    } else {
        t!(
            "reference-leads-to-with",
            link = &link.name,
            target = target,
            values = filled.join(", "),
        )
    }
}

/// Codes have the phrases of HTTP; what stands for several of them is said.
fn status_words(response: &render::ResponseView) -> String {
    match response.status.as_str() {
        "default" => t!("reference-status-default"),
        "1XX" => t!("reference-status-informational"),
        "2XX" => t!("reference-status-success"),
        "3XX" => t!("reference-status-redirect"),
        "4XX" => t!("reference-status-client"),
        "5XX" => t!("reference-status-server"),
        _ => response.status_words.to_owned(),
    }
}

fn answer(response: &render::ResponseView, pages: &SchemaPages) -> AnswerView {
    let inside = response
        .media_types
        .iter()
        .find_map(|media| media.schema.as_ref())
        .map(|node| schema_view::root(node, pages));
    AnswerView {
        status: response.status.clone(),
        tone: match response.status.as_bytes().first() {
            Some(b'2' | b'3') => "good",
            Some(b'4') => "care",
            Some(b'5') => "stop",
            _ => "",
        },
        summary: status_words(response),
        description: match response.description_html.as_str() {
            said if said.trim() == format!("<p>{}</p>", response.status_words) => String::new(),
            said => said.to_owned(),
        },
        note: response
            .media_types
            .first()
            .map(|media| media.media_type.clone())
            .unwrap_or_default(),
        headers: SchemaView {
            fields: response
                .headers
                .iter()
                .map(|one| header(one, pages))
                .collect(),
            variants: Vec::new(),
        },
        links: response.links.iter().map(leads_to).collect(),
        is_bare: response.media_types.is_empty(),
        inside: inside.unwrap_or_default(),
    }
}

fn example(
    id: &'static str,
    title: impl Into<String>,
    media: &[render::MediaTypeView],
) -> Option<Code> {
    let text = &media.iter().find_map(|media| media.examples.first())?.text;
    (!text.is_empty()).then(|| Code::json(id, title, text))
}

/// The example of the first good answer and of the first bad one.
fn answer_examples(page: &render::OperationPage) -> Vec<Code> {
    let good = page
        .responses
        .iter()
        .find(|response| response.status.starts_with('2'));
    let bad = page
        .responses
        .iter()
        .find(|response| response.status.starts_with('4'));
    [("answer-good", good), ("answer-bad", bad)]
        .into_iter()
        .filter_map(|(id, response)| {
            let response = response?;
            example(id, response.status.clone(), &response.media_types)
        })
        .collect()
}
