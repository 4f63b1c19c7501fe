//! `gatehouse product`: what can be subscribed to, put together from versions of APIs.

use std::process::ExitCode;
use std::str::FromStr;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("PRODUCT", "/slug"),
    column("NAME", "/name"),
    column("STATE", "/state"),
    column("VISIBILITY", "/visibility"),
    column("API", "/api"),
    column("ITEMS", "/items"),
    column("SUBSCRIPTIONS", "/subscriptions"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Product {
    /// List them; those that stand for one API, too.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get(Named),
    /// Put one together, as a draft.
    Create {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        fields: Fields,
        /// What it opens: api/version, or api/version=GET /path for one operation. More than one by repeating.
        #[arg(long = "item")]
        items: Vec<Item>,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Change who finds it, or publish or deprecate it.
    Update {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        fields: Fields,
        /// published or deprecated.
        #[arg(long)]
        state: Option<String>,
        /// Slug of a team a restricted product is shown to; all of them, by repeating.
        #[arg(long = "team")]
        teams: Vec<String>,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Say what it opens, all of it.
    Items {
        #[command(flatten)]
        named: Named,
        /// What it opens: api/version, or api/version=GET /path for one operation. More than one by repeating.
        #[arg(long = "item", required = true)]
        items: Vec<Item>,
    },
    /// End it for ever, and the subscriptions to it.
    Retire {
        #[command(flatten)]
        named: Named,
        /// Why, where applications still have access to it.
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Slug or id of the product.
    product: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Fields {
    /// Its name.
    #[arg(long)]
    name: Option<String>,
    /// One sentence about it.
    #[arg(long)]
    summary: Option<String>,
    /// Who may find it: private, restricted, tenant or public.
    #[arg(long)]
    visibility: Option<String>,
    /// Slug of the team that owns it.
    #[arg(long)]
    owner: Option<String>,
}

impl Fields {
    fn body(&self) -> Value {
        let mut body = json!({});
        for (name, value) in [
            ("name", &self.name),
            ("summary", &self.summary),
            ("visibility", &self.visibility),
            ("owner_team", &self.owner),
        ] {
            if let Some(value) = value {
                body[name] = json!(value);
            }
        }
        body
    }
}

/// What a product opens as the command line writes it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    api: String,
    version: String,
    operation: Option<String>,
}

impl FromStr for Item {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (place, operation) = match text.split_once('=') {
            Some((place, operation)) => (place, Some(operation.to_owned())),
            None => (text, None),
        };
        let how = "write api/version, or api/version=GET /path";
        let (api, version) = place.split_once('/').context(how)?;
        Ok(Self {
            api: api.to_owned(),
            version: version.to_owned(),
            operation,
        })
    }
}

/// Items of one version become one, with all operations that were named.
fn items(items: &[Item]) -> Value {
    let mut found: Vec<Value> = Vec::new();
    for item in items {
        let same =
            |known: &&mut Value| known["api"] == item.api && known["version"] == item.version;
        match (found.iter_mut().find(same), &item.operation) {
            (Some(known), Some(operation)) if known["operations"].is_array() => {
                if let Some(operations) = known["operations"].as_array_mut() {
                    operations.push(json!(operation));
                }
            }
            (_, operation) => {
                let operations = operation.as_ref().map(|operation| vec![operation]);
                found.push(
                    json!({ "api": item.api, "version": item.version, "operations": operations }),
                );
            }
        }
    }
    Value::Array(found)
}

impl Named {
    fn path(&self) -> String {
        format!("/v1/products/{}", segment(&self.product))
    }
}

pub(crate) async fn run(command: Product) -> anyhow::Result<ExitCode> {
    match command {
        Product::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/products", &[], &rows, "/slug", COLUMNS)
                .await?;
        }
        Product::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/slug", COLUMNS)?;
        }
        Product::Create {
            named,
            fields,
            items: opened,
            dry,
        } => {
            let mut body = fields.body();
            body["slug"] = json!(named.product);
            if fields.name.is_none() {
                body["name"] = json!(named.product);
            }
            body["items"] = items(&opened);
            let session = named.remote.open()?;
            let made = session.create("/v1/products", dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        Product::Update {
            named,
            fields,
            state,
            teams,
            dry,
        } => {
            let mut body = fields.body();
            if let Some(state) = state {
                body["state"] = json!(state);
            }
            if !teams.is_empty() {
                body["granted_teams"] = json!(teams);
            }
            let session = named.remote.open()?;
            let changed = session.patch(&named.path(), dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Product::Items {
            named,
            items: opened,
        } => {
            let body = json!({ "items": items(&opened) });
            let session = named.remote.open()?;
            let changed = session.put_part(&named.path(), "/items", body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Product::Retire {
            named,
            reason,
            dry,
            sure,
        } => {
            let session = named.remote.open()?;
            if !dry.dry_run {
                let what = format!("The subscriptions to {} end with it.", named.product);
                session.confirm(sure, &what)?;
            }
            let path = format!("{}/retire", named.path());
            let changed = session
                .create(&path, dry, json!({ "reason": reason }))
                .await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_of_one_version_are_one_item() {
        let read = |text: &str| text.parse::<Item>().unwrap();
        let all = [
            read("pets/v1=GET /pets"),
            read("pets/v1=GET /pets/{id}"),
            read("cats/v2"),
        ];
        assert_eq!(
            items(&all),
            json!([
                { "api": "pets", "version": "v1", "operations": ["GET /pets", "GET /pets/{id}"] },
                { "api": "cats", "version": "v2", "operations": null },
            ])
        );
        assert!("pets".parse::<Item>().is_err());
    }
}
