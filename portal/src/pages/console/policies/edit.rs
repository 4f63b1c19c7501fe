//! The page of one policy: what it says is typed into fields or as the document that files have, and the whole file stands beside it.

use crate::address::Query;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Fact;
use crate::pages::console::policies::controls::controls;
use crate::pages::console::policies::effective::{choices, operations, versions};
use crate::pages::console::policies::form::{FilePlace, Notation, PolicyForm};
use crate::pages::console::policies::place::{Named, Place};
use crate::pages::console::policies::rows::{
    environment_words, kind_help, kind_words, level_words, mode_badge, place_words,
};
use crate::pages::form_page::why_field;
use crate::view::code::Code;
use crate::view::form::{Choice, Faults, Field, Hidden};
use crate::view::parts::{Badge, Crumbs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::environments;
use gatehouse_control_plane::policies::{PolicyDocument, PolicyView};
use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyMode};
use gatehouse_language::t;
use gatehouse_runtime::random;
use serde_json::Value;

/// One policy: the form for who may change it, and the file that makes it.
#[derive(Template)]
#[template(path = "pages/console/policy.html")]
pub(crate) struct PolicyPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) badges: Vec<Badge>,
    pub(crate) faults: Faults,
    /// Where it is, which stays.
    pub(crate) facts: Vec<Fact>,
    pub(crate) may_write: bool,
    pub(crate) action: String,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) place: Vec<Field>,
    pub(crate) says: Vec<Field>,
    pub(crate) as_document: bool,
    pub(crate) rest: Vec<Field>,
    pub(crate) button: String,
    /// None as long as what was typed makes no document.
    pub(crate) file: Option<Code>,
    pub(crate) delete: Option<String>,
    pub(crate) back: String,
    pub(crate) same: Same,
}

web_page!(PolicyPage, Private);

/// The form of a policy that is there, or of a new one.
pub(super) async fn page(
    visitor: &Visitor,
    at: &Place,
    view: Option<&PolicyView>,
    form: &PolicyForm,
    faults: Faults,
) -> Result<PolicyPage, PageError> {
    let place = match view {
        Some(_) => Vec::new(),
        None => place_fields(visitor, at, form, &faults).await?,
    };
    let shell = at.shell(visitor).await?;
    let heading = match view {
        Some(view) => view.slug.clone(),
        None => t!(
            "policies-add-a-policy-2",
            kind_words = &kind_words(form.kind)
        ),
    };
    let path = match view {
        Some(view) => at.one(view),
        None => format!("{}/new", at.list()),
    };
    Ok(PolicyPage {
        crumbs: at.crumbs(&heading, None, &shell),
        lead: kind_help(form.kind),
        badges: view.map(badges).unwrap_or_default(),
        facts: view.map(facts).unwrap_or_default(),
        may_write: at.may_write,
        action: shell.to(&path),
        hidden: hidden(form),
        place,
        says: says_fields(form, &faults),
        as_document: form.notation == Notation::Document,
        rest: rest_fields(form, &faults),
        button: match view {
            Some(_) => t!("policies-save-policy"),
            None => t!("policies-add-policy"),
        },
        file: file(at, view, form),
        delete: view.map(|_| shell.to(&format!("{path}/delete"))),
        back: shell.to(&at.list()),
        same: ways(visitor, view),
        faults,
        heading,
        shell,
    })
}

fn badges(view: &PolicyView) -> Vec<Badge> {
    let mut badges = vec![mode_badge(view.mode)];
    if view.inherit == PolicyInherit::Locked {
        badges.push(Badge::plain(t!("policies-locked")));
    }
    badges
}

fn facts(view: &PolicyView) -> Vec<Fact> {
    vec![
        Fact::new(t!("word-kind"), kind_words(view.kind)),
        Fact::new(level_words(view.level), place_words(view)),
        Fact::new(t!("word-environment"), environment_words(view)),
    ]
}

fn hidden(form: &PolicyForm) -> Vec<Hidden> {
    let seen = match form.row_version {
        Some(version) => Hidden::new("row_version", version.to_string()),
        None => Hidden::new("nonce", random::token()),
    };
    vec![
        Hidden::new("kind", form.kind.as_str()),
        Hidden::new("notation", form.notation.as_str()),
        seen,
    ]
}

/// Where a new policy is to be. It stays there.
async fn place_fields(
    visitor: &Visitor,
    at: &Place,
    form: &PolicyForm,
    faults: &Faults,
) -> Result<Vec<Field>, PageError> {
    let mut fields = Vec::new();
    if let Some(api) = &at.api {
        let known = versions(api);
        let version = match form.version.as_str() {
            "" => known.first().map_or("", |newest| newest.value.as_str()),
            chosen => chosen,
        };
        let suggested = operations(visitor, api, version).await?;
        let mut all = vec![Choice::new("", t!("policies-every-version"))];
        all.extend(known);
        fields.extend([
            Field::select("version", t!("word-version"), all).value(&form.version),
            Field::text("operation", t!("word-operation"))
                .optional()
                .max(2_000)
                .value(&form.operation)
                .suggest(suggested)
                .help(t!("policies-method-and-path-such-as-get")),
        ]);
    }
    let found = environments::list_environments(visitor.db(), visitor.actor()?).await?;
    let mut everywhere = vec![Choice::new("", t!("policies-everywhere"))];
    everywhere.extend(choices(&found));
    fields.extend([
        Field::select("environment", t!("word-environment"), everywhere).value(&form.environment),
        Field::text("slug", t!("word-short-name"))
            .optional()
            .max(40)
            .value(&form.slug)
            .help(t!("policies-for-addresses-and-files-never-changes")),
    ]);
    let fields = fields.into_iter();
    Ok(fields.map(|field| field.faults(faults)).collect())
}

fn says_fields(form: &PolicyForm, faults: &Faults) -> Vec<Field> {
    if form.notation == Notation::Document {
        let field = Field::area("document", t!("policies-document"), 300_000)
            .value(&form.document)
            .help(t!("policies-json-or-yaml"));
        return vec![field.faults(faults)];
    }
    let fields = controls(form.kind).iter().map(|control| {
        let typed = form.typed.get(control.name).map_or("", String::as_str);
        control.field(typed).faults(faults)
    });
    fields.collect()
}

fn rest_fields(form: &PolicyForm, faults: &Faults) -> Vec<Field> {
    let modes = PolicyMode::ALL.iter().filter(|mode| {
        // What refuses nothing has nothing to try.
        **mode != PolicyMode::Shadow || form.kind.refuses()
    });
    let modes = modes.map(|mode| Choice::new(mode.as_str(), mode_words(*mode)));
    let inherit = PolicyInherit::ALL.iter();
    let inherit = inherit.map(|one| Choice::new(one.as_str(), inherit_words(*one)));
    let help = match form.kind.adds_up() {
        true => t!("policies-shared-rates-add-up-all-on"),
        false => t!("policies-the-innermost-policy-of-a-kind"),
    };
    let fields = [
        Field::select("mode", t!("word-mode"), modes.collect()).value(form.mode.as_str()),
        Field::select("inherit", t!("policies-further-in"), inherit.collect())
            .value(form.inherit.as_str())
            .help(help),
        why_field(&form.reason, faults),
    ];
    fields
        .into_iter()
        .map(|field| field.faults(faults))
        .collect()
}

fn mode_words(mode: PolicyMode) -> String {
    match mode {
        PolicyMode::Enforce => t!("policies-enforce-it-decides"),
        PolicyMode::Shadow => t!("policies-shadow-what-it-would-refuse-is"),
        PolicyMode::Off => t!("policies-off-it-does-nothing-and-takes"),
    }
}

fn inherit_words(inherit: PolicyInherit) -> String {
    match inherit {
        PolicyInherit::Default => t!("policies-another-policy-may-take-its-place"),
        PolicyInherit::Locked => t!("policies-locked-none-takes-its-place"),
    }
}

/// The file that makes what is typed.
fn file(at: &Place, view: Option<&PolicyView>, form: &PolicyForm) -> Option<Code> {
    let document = form.said().ok()?;
    let place = match view {
        Some(view) => FilePlace {
            name: &view.slug,
            api: view.api.as_ref().map(|api| api.slug.as_str()),
            version: view.version.as_deref(),
            operation: view.operation.as_deref(),
            environment: view.environment.as_ref().map(|one| one.slug.as_str()),
        },
        None => FilePlace {
            name: &form.slug,
            api: at.api.as_ref().map(|api| api.slug.as_str()),
            version: Some(&form.version),
            operation: Some(&form.operation),
            environment: Some(&form.environment),
        },
    };
    Some(Code::new("file", t!("policies-as-a-file")).text(form.file(&place, document)))
}

fn ways(visitor: &Visitor, view: Option<&PolicyView>) -> Same {
    match view {
        Some(view) => visitor.same(
            &[same::POLICY_UPDATE, same::POLICY_DELETE],
            &[("policy", view.slug.as_str()), ("mode", view.mode.as_str())],
        ),
        // The file that stands beside.
        None => visitor.same(&[same::CHANGESET_APPLY], &[("dir", ".")]),
    }
}

/// `?kind=`
#[derive(Debug, serde::Deserialize)]
pub(crate) struct NewQuery {
    kind: PolicyKind,
}

/// `GET …/policies/new`
pub(crate) async fn show_new(
    visitor: Visitor,
    named: Named,
    Query(query): Query<NewQuery>,
) -> Result<PolicyPage, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let form = PolicyForm::new(query.kind);
    page(&visitor, &place, None, &form, Faults::default()).await
}

/// `?notation=document` shows it as a document from the start.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct ShowQuery {
    #[serde(default)]
    notation: String,
}

/// `GET …/policies/{policy}`
pub(crate) async fn show(
    visitor: Visitor,
    named: Named,
    Query(query): Query<ShowQuery>,
) -> Result<PolicyPage, PageError> {
    let place = named.open(&visitor).await?;
    let view = place.policy(&visitor).await?;
    let wanted = match query.notation.as_str() {
        "document" => Notation::Document,
        _ => Notation::Fields,
    };
    let form = PolicyForm::of(&view, &value(&view.document)?, wanted);
    page(&visitor, &place, Some(&view), &form, Faults::default()).await
}

fn value(document: &PolicyDocument) -> Result<Value, PageError> {
    serde_json::to_value(document).map_err(PageError::fault)
}
