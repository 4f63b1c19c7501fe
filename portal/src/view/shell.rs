//! What every page carries around its content: who is here, where they are, and the bars above and below.

use crate::assets::AssetUrls;
use crate::language::LanguageChoice;
use crate::pages::account::looks::Looks;
use crate::view::parts::Flash;
use askama::filters::HtmlSafe;
use gatehouse_domain::role::Permission;
use gatehouse_language::t;

/// The signed-in person, as the bar shows them.
#[derive(Debug, Clone)]
pub(crate) struct ShellUser {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) roles_in_words: String,
}

impl ShellUser {
    pub(crate) fn initials(&self) -> String {
        let letters: String = self
            .name
            .split_whitespace()
            .filter_map(|word| word.chars().next())
            .take(2)
            .collect();
        letters.to_uppercase()
    }
}

/// A person of the demo, offered for one-click sign-in. Exists only when the settings say demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DemoPerson {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: String,
    /// Offered as a switch in the banner of every page.
    pub(crate) switch: bool,
}

/// What the tenant's pages have of its own besides the name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Brand {
    /// Address of the stylesheet of its colour.
    pub(crate) style: Option<String>,
    /// Address of its logo.
    pub(crate) logo: Option<String>,
}

/// Another tenant the person belongs to.
#[derive(Debug, Clone)]
pub(crate) struct TenantLink {
    pub(crate) name: String,
    pub(crate) href: String,
}

/// A heading of the console's rail.
#[derive(Debug, Clone)]
pub(crate) struct RailGroup {
    pub(crate) name: &'static str,
    pub(crate) label: String,
}

/// One line of the console's rail.
#[derive(Debug, Clone)]
pub(crate) struct RailEntry {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) current: bool,
    pub(crate) count: usize,
}

/// Everything around the content. Templates read it as `shell`.
#[derive(Debug, Clone)]
pub(crate) struct Shell {
    /// What goes before every path: the public URL's base path and the tenant's prefix.
    pub(crate) base: String,
    pub(crate) tenant_name: String,
    pub(crate) brand: Brand,
    pub(crate) looks: Looks,
    /// The buttons of the choice of language, when there is one.
    pub(crate) languages: Vec<LanguageChoice>,
    pub(crate) assets: AssetUrls,
    pub(crate) csrf_token: String,
    pub(crate) user: Option<ShellUser>,
    /// In how many seconds without another request the session ends; none for whoever is not signed in.
    pub(crate) idle_s: Option<u64>,
    /// The permissions of the person's roles here; decides what shows, never what is allowed.
    pub(crate) permissions: Vec<Permission>,
    /// Those of them that hold in the whole tenant.
    pub(crate) everywhere: Vec<Permission>,
    pub(crate) is_platform_admin: bool,
    pub(crate) has_console: bool,
    pub(crate) inbox_count: usize,
    pub(crate) waiting_requests: usize,
    pub(crate) other_tenants: Vec<TenantLink>,
    pub(crate) shows_outbox: bool,
    pub(crate) banner: Option<String>,
    pub(crate) demo_people: Vec<DemoPerson>,
    pub(crate) flash: Option<Flash>,
    /// Path and query of this page inside the tenant, to come back to.
    pub(crate) here: String,
    pub(crate) in_console: bool,
    pub(crate) page_has_search: bool,
    pub(crate) section: &'static str,
    pub(crate) version: &'static str,
}

impl Shell {
    /// The link to a path of this tenant.
    pub(crate) fn to(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The hidden field every form begins with.
    pub(crate) fn csrf(&self) -> CsrfField<'_> {
        CsrfField(&self.csrf_token)
    }

    pub(crate) fn initial(&self) -> String {
        self.tenant_name
            .chars()
            .next()
            .map(|c| c.to_uppercase().to_string())
            .unwrap_or_default()
    }

    pub(crate) fn is(&self, section: &str) -> bool {
        self.section == section
    }

    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// The same in the whole tenant, for what belongs to no team, product or API.
    pub(crate) fn may_everywhere(&self, permission: Permission) -> bool {
        self.everywhere.contains(&permission)
    }

    pub(crate) fn flash_html(&self) -> MaybeHtml<'_> {
        MaybeHtml(self.flash.as_ref())
    }

    /// Says which entry of the navigation is current.
    pub(crate) fn at(mut self, section: &'static str) -> Self {
        self.section = section;
        self
    }

    /// The page owns a search field of its own; the bar's steps aside.
    pub(crate) fn with_own_search(mut self) -> Self {
        self.page_has_search = true;
        self
    }

    /// The page is one of the console.
    pub(crate) fn console(mut self, section: &'static str) -> Self {
        self.in_console = true;
        self.section = section;
        self
    }

    /// The label of the rail's current entry, for the button that opens the rail on a phone.
    pub(crate) fn console_here(&self) -> String {
        RAIL.iter()
            .find(|line| line.section == self.section)
            .map_or_else(|| t!("rail-menu"), |line| (line.label)())
    }

    /// The groups of the rail in their order; the first has no heading.
    pub(crate) fn console_groups(&self) -> [RailGroup; 3] {
        let group = |name, label| RailGroup { name, label };
        [
            group("", String::new()),
            group("offer", t!("rail-offer")),
            group("run", t!("rail-run")),
        ]
    }

    /// The lines of one group of the rail that this person can use.
    pub(crate) fn console_entries(&self, group: &str) -> Vec<RailEntry> {
        RAIL.iter()
            .filter(|line| line.group == group && line.needs.shown_to(self))
            .map(|line| RailEntry {
                label: (line.label)(),
                href: self.to(line.path),
                current: line.section == self.section,
                count: if line.section == "requests" {
                    self.waiting_requests
                } else {
                    0
                },
            })
            .collect()
    }
}

/// A text that a table names: it is said when it is shown, in the language of then.
type Label = fn() -> String;

struct RailLine {
    group: &'static str,
    label: Label,
    path: &'static str,
    section: &'static str,
    needs: Needs,
}

/// Whom a line of the rail is for: nobody is led to a page that would refuse them.
enum Needs {
    /// Everybody in the console.
    Nothing,
    /// Whoever has it somewhere: the page shows what is theirs.
    Somewhere(Permission),
    /// Whoever has it in the whole tenant.
    Everywhere(Permission),
    /// Whoever has one of these in the whole tenant.
    OneOf(&'static [Permission]),
}

impl Needs {
    fn shown_to(&self, shell: &Shell) -> bool {
        match self {
            Self::Nothing => true,
            Self::Somewhere(needed) => shell.may(*needed),
            Self::Everywhere(needed) => shell.may_everywhere(*needed),
            Self::OneOf(needed) => needed.iter().any(|one| shell.may_everywhere(*one)),
        }
    }
}

const fn line(
    group: &'static str,
    label: Label,
    path: &'static str,
    section: &'static str,
    needs: Needs,
) -> RailLine {
    RailLine {
        group,
        label,
        path,
        section,
        needs,
    }
}

const RAIL: [RailLine; 15] = [
    line("", || t!("rail-home"), "/console", "home", Needs::Nothing),
    line(
        "",
        || t!("rail-requests"),
        "/console/requests",
        "requests",
        Needs::Somewhere(Permission::SubscriptionRead),
    ),
    line(
        "offer",
        || t!("rail-apis"),
        "/console/apis",
        "apis",
        Needs::Somewhere(Permission::ApiRead),
    ),
    line(
        "offer",
        || t!("rail-products"),
        "/console/products",
        "products",
        Needs::Somewhere(Permission::ApiRead),
    ),
    line(
        "offer",
        || t!("rail-plans"),
        "/console/plans",
        "plans",
        Needs::Somewhere(Permission::ApiRead),
    ),
    line(
        "offer",
        || t!("rail-terms"),
        "/console/terms",
        "terms",
        Needs::Somewhere(Permission::ApiRead),
    ),
    line(
        "offer",
        || t!("rail-applications"),
        "/console/applications",
        "applications",
        Needs::Somewhere(Permission::SubscriptionRead),
    ),
    line(
        "offer",
        || t!("rail-people"),
        "/console/people",
        "people",
        Needs::Everywhere(Permission::MemberRead),
    ),
    line(
        "run",
        || t!("rail-gateways"),
        "/console/gateways",
        "gateways",
        Needs::Everywhere(Permission::GatewayRead),
    ),
    line(
        "run",
        || t!("rail-incidents"),
        "/console/incidents",
        "incidents",
        Needs::Somewhere(Permission::IncidentManage),
    ),
    line(
        "run",
        || t!("rail-releases"),
        "/console/releases",
        "releases",
        Needs::Everywhere(Permission::ApiRead),
    ),
    line(
        "run",
        || t!("rail-configuration"),
        "/console/configuration",
        "configuration",
        Needs::Everywhere(Permission::ApiRead),
    ),
    line(
        "run",
        || t!("rail-jobs"),
        "/console/jobs",
        "jobs",
        Needs::Nothing,
    ),
    line(
        "run",
        || t!("rail-audit"),
        "/console/audit",
        "audit",
        Needs::Everywhere(Permission::AuditRead),
    ),
    line(
        "run",
        || t!("rail-settings"),
        "/console/settings",
        "settings",
        Needs::OneOf(crate::pages::console::settings::NEEDED),
    ),
];

/// The first letter in upper case.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The token's hidden input; the token is base64url, so it needs no escaping, and is escaped anyway.
pub(crate) struct CsrfField<'a>(&'a str);

impl std::fmt::Display for CsrfField<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let safe: String = self
            .0
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .collect();
        write!(f, "<input type=\"hidden\" name=\"csrf\" value=\"{safe}\">")
    }
}

impl askama::FastWritable for CsrfField<'_> {
    fn write_into(
        &self,
        dest: &mut dyn std::fmt::Write,
        _: &dyn askama::Values,
    ) -> askama::Result<()> {
        Ok(write!(dest, "{self}")?)
    }
}

impl HtmlSafe for CsrfField<'_> {}

/// A flash message, or nothing.
pub(crate) struct MaybeHtml<'a>(Option<&'a Flash>);

impl std::fmt::Display for MaybeHtml<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |flash| flash.fmt(f))
    }
}

impl askama::FastWritable for MaybeHtml<'_> {
    fn write_into(
        &self,
        dest: &mut dyn std::fmt::Write,
        _: &dyn askama::Values,
    ) -> askama::Result<()> {
        Ok(write!(dest, "{self}")?)
    }
}

impl HtmlSafe for MaybeHtml<'_> {}
