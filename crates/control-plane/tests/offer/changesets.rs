//! Configuration as code: files in, what changes looked at, applied as one change on the base it was looked at on.

use std::collections::BTreeMap;

use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::changesets::{self, ChangesetInput, ChangesetView, Mode};
use gatehouse_control_plane::drift::{self, InteractiveEdits};
use gatehouse_control_plane::plans::{self, UpdatePlan};
use gatehouse_control_plane::resources::ResourceFile;
use gatehouse_control_plane::{Actor, Changed, Lookup, Refusal, releases};
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_runtime::Secret;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::world::{World, conflict, is_forbidden, is_not_found, make_tenant, member};

pub(crate) fn file(path: &str, content: &str) -> ResourceFile {
    ResourceFile {
        path: path.to_owned(),
        content: content.to_owned(),
    }
}

fn plan_file(name: &str, spec: &str) -> ResourceFile {
    let content = format!(
        "apiVersion: gatehouse/v1\nkind: plan\nmetadata:\n  api: pets\n  name: {name}\nspec:\n{spec}"
    );
    file(&format!("apis/pets/plans/{name}.yaml"), &content)
}

fn kinds(view: &ChangesetView) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    view.changes
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (word(&change["action"]), word(&change["resource"])))
        .collect()
}

impl World {
    pub(crate) async fn make(&self, input: ChangesetInput) -> Result<ChangesetView, Refusal> {
        let made = changesets::make_changeset(&self.db, &self.ada, input).await;
        made.map(|made| made.value)
    }

    pub(crate) async fn plan_files(
        &self,
        files: Vec<ResourceFile>,
    ) -> Result<ChangesetView, Refusal> {
        let input = ChangesetInput {
            files,
            ..ChangesetInput::default()
        };
        self.make(input).await
    }

    pub(crate) async fn sync(
        &self,
        scope: &str,
        files: Vec<ResourceFile>,
    ) -> Result<ChangesetView, Refusal> {
        let input = ChangesetInput {
            mode: Mode::Sync,
            scope: Some(scope.to_owned()),
            files,
            ..ChangesetInput::default()
        };
        self.make(input).await
    }

    pub(crate) async fn apply(
        &self,
        view: &ChangesetView,
    ) -> Result<Changed<ChangesetView>, Refusal> {
        changesets::apply_changeset(&self.db, &self.ada, view.id, "").await
    }

    pub(crate) async fn exported(&self, scope: Option<&str>) -> Vec<ResourceFile> {
        changesets::export(&self.db, &self.ada, scope)
            .await
            .unwrap()
    }

    async fn rename(&self, actor: &Actor, name: &str) -> Result<(), Refusal> {
        let input = UpdateApi {
            name: Some(name.to_owned()),
            ..UpdateApi::default()
        };
        apis::update_api(&self.db, actor, self.api(), None, input)
            .await
            .map(drop)
    }
}

#[tokio::test]
async fn what_is_exported_is_the_same_bytes_again_and_changes_nothing_when_synced() {
    let world = World::create().await;
    let first = world.exported(None).await;
    let paths: Vec<_> = first.iter().map(|file| file.path.as_str()).collect();
    for expected in [
        "apis/pets/api.yaml",
        "apis/pets/plans/team.yaml",
        "apis/pets/upstreams/production.yaml",
        "apis/pets/versions/v1.openapi.json",
        "apis/pets/versions/v1.yaml",
        "environments/production.yaml",
        "teams/northwind.yaml",
    ] {
        assert!(paths.contains(&expected), "{paths:?}");
    }
    assert_eq!(world.exported(None).await, first);
    let head = world.head().await;
    let apply = world.plan_files(first.clone()).await.unwrap();
    assert_eq!(kinds(&apply), []);
    let applied = world.apply(&apply).await.unwrap();
    assert!(applied.change.is_none());
    assert_eq!(applied.value.release, None);
    // Taken over into a scope, which is all that changes; after that nothing does.
    let sync = world.sync("shop", first.clone()).await.unwrap();
    assert!(kinds(&sync).iter().all(|(action, _)| action == "update"));
    world.apply(&sync).await.unwrap();
    let scoped = world.exported(Some("shop")).await;
    assert_eq!(scoped.len(), first.len());
    assert_eq!(world.exported(Some("other")).await, []);
    let again = world.sync("shop", scoped.clone()).await.unwrap();
    assert_eq!(kinds(&again), []);
    world.apply(&again).await.unwrap();
    assert_eq!(world.exported(Some("shop")).await, scoped);
    assert_eq!(world.head().await, head, "no gateway heard of any of it");
}

#[tokio::test]
async fn an_exported_tenant_is_made_anew_elsewhere_from_its_files() {
    let world = World::create().await;
    let files = world.exported(None).await;
    let other = make_tenant(&world.db, "elsewhere").await;
    let ruth = member(&world.db, other, "Ruth", gatehouse_domain::Role::Admin).await;
    // Environments come with a tenant, and the team of the same name is another.
    let files: Vec<_> = files
        .into_iter()
        .filter(|file| !file.path.starts_with("environments/"))
        .map(|file| ResourceFile {
            content: file
                .content
                .replace("base_path: \"\"", "base_path: /elsewhere"),
            ..file
        })
        .collect();
    let input = ChangesetInput {
        files: files.clone(),
        ..ChangesetInput::default()
    };
    let made = changesets::make_changeset(&world.db, &ruth, input)
        .await
        .unwrap()
        .value;
    assert_eq!(
        made.changes.as_array().unwrap().len(),
        // A description is no thing of its own, and the lint rules are those that every tenant begins with.
        files.len() - 2,
        "{}",
        made.changes
    );
    let applied = changesets::apply_changeset(&world.db, &ruth, made.id, "")
        .await
        .unwrap();
    assert!(applied.change.is_some());
    let there = changesets::export(&world.db, &ruth, None).await.unwrap();
    let there: Vec<_> = there
        .into_iter()
        .filter(|file| !file.path.starts_with("environments/") && !file.path.contains("elsewhere"))
        .collect();
    assert_eq!(there, files);
}

#[tokio::test]
async fn a_changeset_is_one_change_one_release_and_one_decision_and_says_whom_it_concerns() {
    let world = World::create().await;
    world.approved("Shop", "team").await;
    world.approved("Till", "team").await;
    let files = vec![
        plan_file(
            "team",
            "  name: Team plan\n  limits:\n    - {kind: quota, amount: 7000, period: day}\n",
        ),
        plan_file(
            "gold",
            "  name: Gold\n  approval: auto\n  environments: [production]\n",
        ),
        file(
            "apis/pets/api.yaml",
            "apiVersion: gatehouse/v1\nkind: api\nmetadata: {name: pets}\nspec: {summary: All about pets}\n",
        ),
    ];
    let before = (world.footprint().await, world.head().await);
    let made = world.plan_files(files).await.unwrap();
    let mut after = world.footprint().await;
    after[11] -= 1;
    assert_eq!(
        (after, world.head().await),
        before,
        "looking changes nothing but the log"
    );
    let expected = [
        ("update", "api/pets"),
        ("create", "plan/pets/gold"),
        ("update", "plan/pets/team"),
    ];
    let expected = expected.map(|(action, key)| (action.to_owned(), key.to_owned()));
    assert_eq!(kinds(&made), expected);
    let team = &made.changes[2];
    assert_eq!(
        (
            &team["impact"]["subscriptions"],
            &team["impact"]["applications"]
        ),
        (&2.into(), &2.into())
    );
    assert_eq!(made.changes[1]["impact"]["subscriptions"], 0);
    assert_eq!(made.impact["subscriptions"], 2);
    assert_eq!(team["file"], "apis/pets/plans/team.yaml");
    let pointers: Vec<_> = team["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| &field["pointer"])
        .collect();
    assert_eq!(pointers, ["/spec/name", "/spec/limits"]);
    assert_eq!(team["fields"][0]["before"], "team");

    let applied = world.apply(&made).await.unwrap();
    let change = applied.change.unwrap();
    assert_eq!(change.config.len(), 1, "one number in the one group");
    assert_eq!(world.head().await.0, before.1.0 + 1);
    let release = releases::get_release(&world.db, &world.ada, applied.value.release.unwrap())
        .await
        .unwrap();
    assert_eq!(
        (release.changes, release.kind.as_str()),
        (3, "changeset.apply")
    );
    assert_eq!(release.changeset_id, Some(made.id));
    assert_eq!(release.change_id, Some(change.id));
    let plan = plans::get_plan(&world.db, &world.ada, world.api(), Lookup::from("team"))
        .await
        .unwrap();
    assert_eq!(
        plan.limits[0].rule,
        LimitRule::Quota {
            amount: 7000,
            period: QuotaPeriod::Day
        }
    );
    // What the file leaves out is not touched.
    assert_eq!(plan.approval.as_str(), "manual");
    world.assert_consistent().await;
    assert!(conflict(world.apply(&made).await).contains("applied already as release"));
}

#[tokio::test]
async fn a_changeset_whose_base_moved_is_refused_and_says_what_moved() {
    let world = World::create().await;
    let made = world
        .plan_files(vec![plan_file("team", "  name: Team plan\n")])
        .await
        .unwrap();
    let input = UpdatePlan {
        summary: Some("By hand".to_owned()),
        ..UpdatePlan::default()
    };
    plans::update_plan(
        &world.db,
        &world.paul,
        world.api(),
        Lookup::from("team"),
        None,
        input,
    )
    .await
    .unwrap();
    let before = (world.footprint().await, world.head().await);
    let words = conflict(world.apply(&made).await);
    assert!(
        words.contains("plan/pets/team") && words.contains("by Paul"),
        "{words}"
    );
    assert_eq!((world.footprint().await, world.head().await), before);
    // What moved elsewhere is no obstacle.
    let made = world
        .plan_files(vec![plan_file("team", "  name: Team plan\n")])
        .await
        .unwrap();
    world.rename(&world.paul, "Many pets").await.unwrap();
    world.apply(&made).await.unwrap();
}

#[tokio::test]
async fn of_many_who_apply_the_same_base_one_wins_and_nothing_is_half_done() {
    let world = World::create().await;
    let mut made = Vec::new();
    for number in 0..6 {
        let spec = format!("  name: Team {number}\n  summary: Number {number}\n");
        made.push(
            world
                .plan_files(vec![plan_file("team", &spec), plan_file("free", &spec)])
                .await
                .unwrap(),
        );
    }
    let mut tasks = JoinSet::new();
    for view in made {
        let (db, ada) = (world.db.clone(), world.ada.clone());
        tasks.spawn(async move { changesets::apply_changeset(&db, &ada, view.id, "").await });
    }
    let answers = tasks.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 5), "{lost:?}");
    assert!(
        lost.into_iter()
            .all(|answer| conflict(answer).contains("The base moved"))
    );
    let names = world
        .count("select count(distinct right(name, 1)) from plan where slug in ('team', 'free')")
        .await;
    assert_eq!(names, 1, "both plans are those of the same changeset");
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_a_verb_refuses_is_told_with_file_line_and_column_and_nothing_is_done() {
    let world = World::create().await;
    let before = (world.footprint().await, world.head().await);
    let located = |answer: Result<ChangesetView, Refusal>| match answer {
        Err(Refusal::Invalid(faults)) => (faults[0].pointer.clone(), faults[0].place),
        other => panic!("{other:?}"),
    };
    let good = plan_file("gold", "  name: Gold\n");
    let bad = plan_file(
        "team",
        "  limits:\n    - kind: rate\n      amount: 0\n      window_s: 1\n",
    );
    let answer = world.plan_files(vec![good.clone(), bad]).await;
    assert_eq!(
        located(answer),
        (
            "apis/pets/plans/team.yaml#/spec/limits/0".to_owned(),
            Some((8, 7))
        )
    );
    let api = "apiVersion: gatehouse/v1\nkind: api\nmetadata: {name: pets}\nspec:\n  owner_team: nobody\n";
    let answer = world
        .plan_files(vec![good.clone(), file("a.yaml", api)])
        .await;
    assert_eq!(
        located(answer),
        ("a.yaml#/spec/owner_team".to_owned(), Some((5, 3)))
    );
    let version = "apiVersion: gatehouse/v1\nkind: version\nmetadata: {api: pets, name: v2}\nspec:\n  description: {file: v2.json}\n";
    let files = vec![
        good,
        file("v2.yaml", version),
        file("v2.json", "{\n  \"openapi\": \"3.1.0\",\n  \"info\": ]\n}"),
    ];
    let (pointer, place) = located(world.plan_files(files).await);
    assert!(
        pointer.starts_with("v2.json#") && place.is_some(),
        "{pointer} {place:?}"
    );
    assert_eq!((world.footprint().await, world.head().await), before);
}

#[tokio::test]
async fn sync_takes_away_only_in_its_scope_and_never_what_people_have() {
    let world = World::create().await;
    let scoped = |name: &str| {
        let own = plan_file(name, "  name: Scoped\n");
        ResourceFile {
            content: own
                .content
                .replace("  name: ", "  scope: shop\n  name: ")
                .replacen("  scope: shop\n  name: Scoped", "  name: Scoped", 1),
            ..own
        }
    };
    let view = world
        .sync("shop", vec![scoped("gold"), scoped("silver")])
        .await
        .unwrap();
    assert_eq!(kinds(&view).len(), 2);
    world.apply(&view).await.unwrap();
    let (gold, _) = (world.ask(&world.dora, "Shop", "gold").await, ());
    world.approve(&world.ana, gold.id).await.unwrap();
    // Only silver goes; team, free and vault are nobody's scope.
    let view = world.sync("shop", vec![scoped("gold")]).await.unwrap();
    assert_eq!(
        kinds(&view),
        [("delete".to_owned(), "plan/pets/silver".to_owned())]
    );
    world.apply(&view).await.unwrap();
    assert_eq!(
        world
            .count("select count(*) from plan where state = 'closed'")
            .await,
        1
    );
    let answer = world.sync("shop", Vec::new()).await;
    assert!(conflict(answer).contains("plan/pets/gold: 1 subscriptions have this plan"));
    assert!(matches!(
        world
            .make(ChangesetInput {
                mode: Mode::Sync,
                ..ChangesetInput::default()
            })
            .await,
        Err(Refusal::Invalid(_))
    ));
    // Another scope's files cannot take it either.
    let mut stolen = scoped("gold");
    stolen.content = stolen.content.replace("scope: shop", "scope: other");
    assert!(matches!(
        world.sync("other", vec![stolen]).await,
        Err(Refusal::Invalid(_))
    ));
    // Apply never takes away.
    let view = world.plan_files(Vec::new()).await.unwrap();
    assert_eq!(kinds(&view), []);
}

#[tokio::test]
async fn references_are_resolved_shown_and_exported_as_references() {
    let world = World::create().await;
    let content = "apiVersion: gatehouse/v1\nkind: upstream\nmetadata: {api: pets, name: production}\nspec:\n  targets:\n    - url: https://${env:PETS_HOST}/base\n";
    let files = vec![file("apis/pets/upstreams/production.yaml", content)];
    match world.plan_files(files.clone()).await {
        Err(Refusal::Invalid(faults)) => {
            assert_eq!(faults[0].code, "reference");
            assert!(faults[0].pointer.ends_with("#/spec/targets/0/url"));
        }
        other => panic!("{other:?}"),
    }
    let secret = "hidden.example";
    let input = ChangesetInput {
        files,
        values: BTreeMap::from([(
            "${env:PETS_HOST}".to_owned(),
            Secret::new(secret.to_owned()),
        )]),
        ..ChangesetInput::default()
    };
    let made = world.make(input).await.unwrap();
    assert!(
        !made.changes.to_string().contains(secret),
        "{}",
        made.changes
    );
    assert!(made.changes.to_string().contains("${env:PETS_HOST}"));
    let sealed = world
        .count("select count(*) from changeset where position('hidden' in encode(sealed_values, 'escape')) > 0")
        .await;
    assert_eq!(sealed, 0, "values wait sealed");
    world.apply(&made).await.unwrap();
    assert_eq!(
        world
            .count("select count(*) from upstream_target where url like 'https://hidden.example%'")
            .await,
        1
    );
    assert_eq!(
        world
            .count("select count(*) from changeset where sealed_values is not null")
            .await,
        0
    );
    let exported = world.exported(None).await;
    let own = exported
        .iter()
        .find(|file| file.path.ends_with("upstreams/production.yaml"))
        .unwrap();
    assert!(
        own.content.contains("${env:PETS_HOST}") && !own.content.contains(secret),
        "{}",
        own.content
    );
}

#[tokio::test]
async fn an_edit_by_hand_of_what_files_own_is_drift_or_refused_and_other_fields_are_free() {
    let world = World::create().await;
    let content = "apiVersion: gatehouse/v1\nkind: api\nmetadata: {name: pets}\nspec: {name: Pets, summary: From files}\n";
    let made = world
        .plan_files(vec![file("pets.yaml", content)])
        .await
        .unwrap();
    world.apply(&made).await.unwrap();
    let drift = async || drift::list_drift(&world.db, &world.ada).await.unwrap();
    assert_eq!(drift().await, []);
    world.rename(&world.paul, "By hand").await.unwrap();
    let found = drift().await;
    assert_eq!((found.len(), found[0].resource.as_str()), (1, "api/pets"));
    let field = &found[0].fields[0];
    assert_eq!(
        (field.pointer.as_str(), &field.configured, &field.actual),
        ("/spec/name", &"Pets".into(), &"By hand".into())
    );
    assert_eq!(
        world
            .count("select count(*) from outbox where type = 'config.drift'")
            .await,
        1
    );

    let set =
        drift::set_interactive_edits(&world.db, &world.ada, Some(1), InteractiveEdits::Refuse)
            .await;
    assert_eq!(
        set.unwrap().value.interactive_edits,
        InteractiveEdits::Refuse
    );
    let before = world.footprint().await;
    let words = conflict(world.rename(&world.paul, "Again").await);
    assert!(
        words.contains("/spec/name of api/pets") && words.contains("configuration files"),
        "{words}"
    );
    assert_eq!(world.footprint().await, before);
    // A field that no file states stays free, and files may always change their own.
    let input = UpdateApi {
        visibility: Some(gatehouse_domain::Visibility::Public),
        ..UpdateApi::default()
    };
    apis::update_api(&world.db, &world.paul, world.api(), None, input)
        .await
        .unwrap();
    let made = world
        .plan_files(vec![file("pets.yaml", content)])
        .await
        .unwrap();
    world.apply(&made).await.unwrap();
    assert_eq!(drift().await, []);
}

#[tokio::test]
async fn another_tenant_sees_and_applies_nothing_of_it_and_readers_cannot_apply() {
    let world = World::create().await;
    let made = world
        .plan_files(vec![plan_file("gold", "  name: Gold\n")])
        .await
        .unwrap();
    let other = make_tenant(&world.db, "elsewhere").await;
    let ruth = member(&world.db, other, "Ruth", gatehouse_domain::Role::Admin).await;
    assert!(is_not_found(
        &changesets::get_changeset(&world.db, &ruth, made.id).await
    ));
    assert!(is_not_found(
        &changesets::apply_changeset(&world.db, &ruth, made.id, "").await
    ));
    assert!(
        changesets::apply_changeset(&world.db, &world.dora, made.id, "")
            .await
            .is_err()
    );
    // Whoever may look but not do gets a changeset that says so.
    let input = ChangesetInput {
        files: vec![plan_file("gold", "  name: Gold\n")],
        ..ChangesetInput::default()
    };
    let looked = changesets::make_changeset(&world.db, &world.ana, input)
        .await
        .unwrap()
        .value;
    assert!(
        looked.refused.as_deref().unwrap().contains("plan.manage"),
        "{looked:?}"
    );
    assert!(
        changesets::apply_changeset(&world.db, &world.ana, looked.id, "")
            .await
            .is_err()
    );
    world.apply(&looked).await.unwrap();
}

#[tokio::test]
async fn who_may_only_look_takes_nothing_over_by_stating_what_is_so_already() {
    let world = World::create().await;
    let api = |fields: &str| {
        let head = "apiVersion: gatehouse/v1\nkind: api\nmetadata: {name: pets}\nspec: ";
        vec![file("pets.yaml", &format!("{head}{{{fields}}}\n"))]
    };
    let by = async |actor: &Actor, scope: Option<&str>, fields: &str| {
        let input = ChangesetInput {
            scope: scope.map(ToOwned::to_owned),
            files: api(fields),
            ..ChangesetInput::default()
        };
        let made = changesets::make_changeset(&world.db, actor, input).await;
        changesets::apply_changeset(&world.db, actor, made.unwrap().value.id, "").await
    };
    let owned = async || -> Vec<(String, Option<String>, Vec<String>)> {
        sqlx::query_as("select key, scope, fields from managed_resource order by key")
            .fetch_all(&mut world.superuser().await)
            .await
            .unwrap()
    };
    let (ana, ada) = (&world.ana, &world.ada);
    // Nobody's files have it yet.
    assert!(is_forbidden(&by(ana, Some("hers"), "name: Pets").await));
    assert!(is_forbidden(&by(ana, None, "name: Pets").await));
    assert_eq!(owned().await, []);
    by(ada, Some("shop"), "name: Pets, summary: ''")
        .await
        .unwrap();
    let before = owned().await;
    assert_eq!(before.len(), 1);
    // Into another scope; with a field less, which would be free then; with a field more.
    for (scope, fields) in [
        (Some("hers"), "name: Pets, summary: ''"),
        (None, "name: Pets"),
        (None, "name: Pets, summary: '', visibility: tenant"),
    ] {
        let refused = by(ana, scope, fields).await;
        assert!(is_forbidden(&refused), "{fields}: {refused:?}");
        assert_eq!(owned().await, before, "{fields}");
    }
    by(ada, None, "name: Pets").await.unwrap();
    assert_eq!(owned().await[0].2, ["/spec/name"]);
}

#[tokio::test]
async fn limits_of_operations_prices_and_rules_of_plans_are_files_too() {
    let world = World::create().await;
    let spec = "  name: Gold\n  approval: manual\n  operation_limits:\n    - {operation: 'get /pets/{petId}', amount: 2, window_s: 1}\n  price: {currency: EUR, amount: '49.90', period: month}\n  approval_rule:\n    name: Ours\n    mode: enforce\n    match: all\n    conditions: [{kind: verified_mail}]\n  approval_due_s: 7200\n  questions:\n    - {key: volume, text: How many calls?, kind: text, required: true}\n";
    let wrong = spec.replace("get /pets/{petId}", "GET /cats");
    let refused = world.plan_files(vec![plan_file("gold", &wrong)]).await;
    let places = crate::world::faults(refused);
    assert!(
        places[0].ends_with("/operation_limits/0/operation"),
        "{places:?}"
    );
    let wrong = spec.replace("7200", "1");
    let refused = world.plan_files(vec![plan_file("gold", &wrong)]).await;
    let places = crate::world::faults(refused);
    assert!(places[0].ends_with("/approval_due_s"), "{places:?}");
    let files = || vec![plan_file("gold", spec)];
    let made = world.plan_files(files()).await.unwrap();
    world.apply(&made).await.unwrap();
    let gold = || Lookup::from("gold");
    let plan = plans::get_plan(&world.db, &world.ada, world.api(), gold()).await;
    let plan = plan.unwrap();
    assert_eq!(plan.operation_limits[0].operation, "GET /pets/{}");
    assert_eq!(plan.price.unwrap().in_words(), "EUR 49.90 a month");
    let decided = plans::get_plan_approval(&world.db, &world.ada, world.api(), gold()).await;
    let decided = decided.unwrap();
    assert_eq!((decided.due_s, decided.questions.len()), (Some(7200), 1));
    assert_eq!(decided.rule.unwrap().name, "Ours");
    // What was exported changes nothing, and what was exported then is exported again.
    let again = world.plan_files(files()).await.unwrap();
    assert!(kinds(&again).is_empty(), "{:?}", again.changes);
    let less = spec.split("  approval_rule").next().unwrap();
    let made = world
        .plan_files(vec![plan_file("gold", less)])
        .await
        .unwrap();
    assert!(kinds(&made).is_empty(), "what is left out stays");
    let none = format!(
        "{}  operation_limits: []\n",
        less.split("  operation_limits").next().unwrap()
    );
    let files = || vec![plan_file("gold", &none)];
    let made = world.plan_files(files()).await.unwrap();
    assert_eq!(
        kinds(&made),
        [("update".to_owned(), "plan/pets/gold".to_owned())]
    );
    world.apply(&made).await.unwrap();
    let plan = plans::get_plan(&world.db, &world.ada, world.api(), gold()).await;
    assert!(plan.unwrap().operation_limits.is_empty());
}
