//! The throw-away stack: a private Postgres, an admin API, one gateway, and a backend that stands for every target.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use gatehouse_control_plane::members::{Admit, actor_of_user, admit};
use gatehouse_control_plane::tenants::{CreateTenant, create_tenant};
use gatehouse_control_plane::tokens::{CreateToken, create_token};
use gatehouse_control_plane::{Actor, Db, PlatformActor};
use gatehouse_domain::id::TenantId;
use gatehouse_domain::{Permission, Role};
use gatehouse_runtime::{Secret, Supervisor, random};
use gatehouse_spec::{Limits, file};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::backend::Backend;
use super::secrets;
use super::wire::Place;
use crate::cli::Ports;
use crate::commands::folder;
use crate::commands::up::{READY_WITHIN, join_token_file};
use crate::remote::{DryRun, Format, Refused, Session, segment};
use crate::stack::{Addresses, Child, ChildSpec, Database, StackPlan};

/// The tenant where the files tell of no other, and who acts.
const NAME: &str = "gatehouse-test";
/// Longest wait for the gateway to have a change.
const IN_FORCE_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// Configuration as files.
pub(super) struct Files {
    pub(super) dir: PathBuf,
    /// By path below the folder.
    pub(super) texts: BTreeMap<String, String>,
}

/// What runs. Its processes end when it is dropped and the supervisor shuts down.
pub(super) struct Stage {
    _admin_api: Child,
    _gateway: Child,
    pub(super) session: Session,
    pub(super) backend: Backend,
    /// By the slug of the environment.
    places: BTreeMap<String, Place>,
    gateway: SocketAddr,
    /// The last answer that carried a change.
    changed: Value,
}

impl Stage {
    /// Starts everything in a folder of its own and waits until the gateway has joined. The lines of the processes go to files
    /// there, or are passed on.
    pub(super) async fn start(
        data_dir: &Path,
        (database, db): (&Database, &Db),
        files: &Files,
        verbose: bool,
        supervisor: &Supervisor,
    ) -> anyhow::Result<Self> {
        let token = found(db, tenant_of(files)).await?;
        let plan = StackPlan {
            data_dir: data_dir.to_owned(),
            addresses: Addresses::choose(IpAddr::V4(Ipv4Addr::LOCALHOST), Ports::Auto)?,
            database: database.addresses.clone(),
            demo_people: Vec::new(),
        };
        let start = |spec: ChildSpec| {
            let log = data_dir.join(format!("{}.log", spec.name));
            let log = (!verbose).then_some(log);
            // Settings of an installation that this is run beside are none of the stage's.
            let isolated = true;
            Child::start(
                ChildSpec {
                    log,
                    isolated,
                    ..spec
                },
                supervisor,
            )
        };
        let mut gateway = plan.gateway(&join_token_file(&plan, db).await?);
        // What a backend does in one case is no reason to leave it out in the next.
        let never = ("GATEHOUSE_GATEWAY__UPSTREAM__EJECT_AFTER", "0");
        gateway.env.insert(never.0.to_owned(), never.1.to_owned());
        let (mut admin_api, mut gateway_process) = (start(plan.admin_api()), start(gateway));
        admin_api.ready(READY_WITHIN).await?;
        gateway_process.ready(READY_WITHIN).await?;
        // Until it has joined, a change is in force everywhere and nowhere.
        let identity = plan.gateway_identity();
        joined(&identity).await?;
        let url = plan.addresses.admin_api_url();
        Ok(Self {
            _admin_api: admin_api,
            _gateway: gateway_process,
            session: Session::connect(&url, token, Format::Table)?.quietly(),
            backend: Backend::start(supervisor)?,
            gateway: plan.addresses.gateway,
            places: BTreeMap::new(),
            changed: Value::Null,
        })
    }

    /// Makes the tenant what the files say, then lets the backend stand for every target. Gives the number of changes.
    pub(super) async fn apply(&mut self, files: &Files) -> anyhow::Result<usize> {
        let named = secrets::named(files);
        let mut changes = 0;
        if !named.secrets.is_empty() {
            // A secret is of an API, which has to be there before, and policies that name it come after it.
            let mut before = files.texts.clone();
            before.retain(|path, _| !named.by.contains(path));
            changes += self.change(&files.dir, &before).await?;
            for (api, name) in &named.secrets {
                self.put_secret(api, name).await?;
            }
        }
        changes += self.change(&files.dir, &files.texts).await?;
        let environments = self.session.get("/v1/environments").await?;
        for environment in folder::list(&environments, "data") {
            let word = |name: &str| environment[name].as_str().map(str::to_owned);
            let place = Place {
                gateway: self.gateway,
                host: word("host"),
                base_path: word("base_path").unwrap_or_default(),
            };
            self.places.insert(word("slug").unwrap_or_default(), place);
        }
        self.let_the_backend_stand_in().await?;
        Ok(changes)
    }

    /// Applies files as one changeset; gives the number of changes.
    async fn change(
        &mut self,
        dir: &Path,
        texts: &BTreeMap<String, String>,
    ) -> anyhow::Result<usize> {
        let body = folder::body_of(dir, texts)?;
        let made = self.session.post("/v1/changesets", body).await?;
        let id = segment(made["id"].as_str().unwrap_or_default());
        let path = format!("/v1/changesets/{id}/apply");
        let applied = self.session.post(&path, json!({})).await?;
        self.keep(&applied);
        Ok(folder::list(&applied, "changes").len())
    }

    /// Puts what a backend secret stands for. That there is no such API is told by the changeset, at its place.
    async fn put_secret(&mut self, api: &str, name: &str) -> anyhow::Result<()> {
        let path = format!(
            "/v1/apis/{}/backend-secrets/{}",
            segment(api),
            segment(name)
        );
        let body = json!({ "value": secrets::stand_in(name) });
        let put = self.session.put(&path, DryRun { dry_run: false }, body);
        match put.await {
            Ok(put) => {
                self.keep(&put);
                Ok(())
            }
            Err(error) => match error.downcast_ref::<Refused>() {
                Some(refused) if refused.status == 404 => Ok(()),
                _ => Err(error),
            },
        }
    }

    async fn let_the_backend_stand_in(&mut self) -> anyhow::Result<()> {
        let mut after = String::new();
        loop {
            let path = format!("/v1/apis?limit=200{after}");
            let page = self.session.get(&path).await?;
            for api in folder::list(&page, "data") {
                let slug = segment(api["slug"].as_str().unwrap_or_default());
                for environment in self.places.keys().cloned().collect::<Vec<_>>() {
                    let path = format!("/v1/apis/{slug}/upstreams/{environment}");
                    self.point(&path).await?;
                }
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={}", segment(next)),
                None => return Ok(()),
            }
        }
    }

    /// Points the targets of an upstream, where there is one, at the backend. Everything else about it stays.
    async fn point(&mut self, path: &str) -> anyhow::Result<()> {
        let upstream = match self.session.get(path).await {
            Ok(upstream) => upstream,
            Err(error) => match error.downcast_ref::<Refused>() {
                Some(refused) if refused.status == 404 => return Ok(()),
                _ => return Err(error),
            },
        };
        let mut targets = Vec::new();
        for target in folder::list(&upstream, "targets") {
            let url = target["url"].as_str().unwrap_or_default();
            let url = self.backend.stand_in(url)?;
            let (weight, drain) = (&target["weight"], &target["drain"]);
            targets.push(json!({ "url": url, "weight": weight, "drain": drain }));
        }
        let body = json!({
            "targets": targets, "load_balancing": upstream["load_balancing"], "timeouts": upstream["timeouts"],
        });
        let changed = self.session.put(path, DryRun { dry_run: false }, body);
        let changed = changed.await?;
        self.keep(&changed);
        Ok(())
    }

    /// Where an environment is; `None` for one that there is not.
    pub(super) fn place(&self, environment: &str) -> Option<&Place> {
        self.places.get(environment)
    }

    /// Remembers the change of an answer, where it has one: when the last is in force, all are.
    pub(super) fn keep(&mut self, answer: &Value) {
        if answer["change_id"].is_string() {
            self.changed = json!({ "change_id": answer["change_id"] });
        }
    }

    /// Waits until the gateway has everything that was changed.
    pub(super) async fn in_force(&self) -> anyhow::Result<()> {
        if self
            .session
            .in_force(&self.changed, IN_FORCE_WITHIN)
            .await?
        {
            return Ok(());
        }
        bail!("the gateway does not take the configuration; its lines say why")
    }
}

async fn joined(identity: &Path) -> anyhow::Result<()> {
    let deadline = Instant::now() + READY_WITHIN;
    while !identity.exists() {
        if Instant::now() > deadline {
            bail!("the gateway has not joined; its lines say why");
        }
        sleep(POLL).await;
    }
    Ok(())
}

/// Makes the tenant, with a token that may do everything in it. Only the first tenant of an installation is at the root of its
/// gateways; where the files tell of a base path, it is not the first.
async fn found(db: &Db, base: Option<String>) -> anyhow::Result<Secret<String>> {
    let slugs = match base {
        None => vec![NAME.to_owned()],
        Some(base) => vec![NAME.to_owned(), base],
    };
    let who = PlatformActor::system(NAME);
    let mut tenant = None;
    for slug in slugs {
        let input = CreateTenant {
            name: slug.clone(),
            slug,
            owner: None,
        };
        let made = create_tenant(db, &who, input).await;
        tenant = Some(made.context("making a tenant")?.value.id);
    }
    let tenant = tenant.context("there is no tenant")?;
    let owner = owner(db, tenant).await.context("making an owner")?;
    let input = CreateToken {
        name: NAME.to_owned(),
        scopes: Permission::ALL.to_vec(),
        apis: None,
        platform: None,
        expires_in_days: Some(1),
    };
    let token = create_token(db, &owner, input).await;
    let (_, key) = token.context("making a token")?.value;
    Ok(Secret::new(key.reveal().to_string()))
}

/// Access is decided by people: somebody to stand behind the token, whose password nobody knows.
async fn owner(db: &Db, tenant: TenantId) -> anyhow::Result<Actor> {
    let input = Admit {
        email: format!("{NAME}@gatehouse.invalid"),
        name: NAME.to_owned(),
        password: Secret::new(random::token()),
        roles: vec![Role::Owner],
    };
    let member = admit(db, &Actor::system(tenant, NAME), input).await?;
    let actor = actor_of_user(db, tenant, member.value.user_id).await?;
    actor.context("the owner is no member")
}

/// The slug of the tenant the files come from, as far as they tell: the first segment of an environment's base path, where it
/// is not that of a first tenant.
fn tenant_of(files: &Files) -> Option<String> {
    let resources = files
        .texts
        .values()
        .filter(|text| text.contains("apiVersion"));
    for text in resources {
        let Ok(value) = file::read(text.as_bytes(), &Limits::default()) else {
            continue; // The changeset tells what is wrong, and where.
        };
        if value["kind"] != "environment" {
            continue;
        }
        let base = value["spec"]["base_path"].as_str().unwrap_or_default();
        let first = base.trim_start_matches('/').split('/').next();
        match first {
            None | Some("" | "sandbox") => {}
            Some(slug) => return Some(slug.to_owned()),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_is_the_one_whose_base_path_the_files_tell() {
        let of = |text: &str| {
            tenant_of(&Files {
                dir: PathBuf::new(),
                texts: BTreeMap::from([("a.yaml".to_owned(), text.to_owned())]),
            })
        };
        let environment = |base: &str| {
            of(&format!(
                "apiVersion: gatehouse/v1\nkind: environment\nmetadata: {{name: x}}\nspec: {{base_path: '{base}'}}\n"
            ))
        };
        assert_eq!(environment("/acme"), Some("acme".to_owned()));
        assert_eq!(environment("/acme/sandbox"), Some("acme".to_owned()));
        assert_eq!((environment(""), environment("/sandbox")), (None, None));
        assert_eq!(of("apiVersion: gatehouse/v1\nkind: [\n"), None);
        assert_eq!(of("apiVersion: gatehouse/v1\nkind: api\nspec: {}\n"), None);
    }
}
