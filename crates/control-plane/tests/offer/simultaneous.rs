//! Every verb at once: nothing deadlocks, and what is left adds up.

use bytes::Bytes;
use gatehouse_control_plane::applications::{
    self, ApplicationFilter, CreateApplication, UpdateApplication,
};
use gatehouse_control_plane::audit::{self, Verification};
use gatehouse_control_plane::credentials::{self, CredentialFilter, IssueKey, Rotate};
use gatehouse_control_plane::plans::{self, ClosePlan, CreatePlan, UpdatePlan};
use gatehouse_control_plane::publishing::{self, PublishRefusal, PublishSpec, Source};
use gatehouse_control_plane::subscriptions::{
    self, AppChoice, Conditions, RequestAccess, SubscriptionFilter,
};
use gatehouse_control_plane::upstreams::{self, PutTarget, PutUpstream};
use gatehouse_control_plane::versions::{self, Deprecate};
use gatehouse_control_plane::{Actor, Db, Lookup, Page, Refusal, apis};
use gatehouse_domain::id::{ApplicationId, CredentialId, SubscriptionId};
use gatehouse_domain::plan::{ApprovalMode, LimitRule, QuotaPeriod};
use gatehouse_runtime::random::below;
use time::Duration;
use tokio::task::JoinSet;

use crate::world::{PETS, World};

/// What one task does things with.
#[derive(Clone)]
struct Hands {
    db: Db,
    consumers: [Actor; 2],
    approvers: [Actor; 2],
    publisher: Actor,
    operator: Actor,
    system: Actor,
}

fn one_of<T>(things: &[T]) -> Option<&T> {
    things.get(usize::try_from(below(things.len() as u64)).unwrap())
}

impl Hands {
    fn consumer(&self) -> &Actor {
        one_of(&self.consumers).unwrap()
    }

    fn approver(&self) -> &Actor {
        one_of(&self.approvers).unwrap()
    }

    async fn subscription(&self) -> SubscriptionId {
        let page = Page {
            limit: 12,
            after: None,
        };
        let all = SubscriptionFilter::default();
        let listed = subscriptions::list_subscriptions(&self.db, &self.system, &all, &page).await;
        let listed = listed.unwrap().data;
        one_of(&listed).map_or(SubscriptionId::from_uuid(uuid::Uuid::nil()), |view| view.id)
    }

    async fn application(&self) -> ApplicationId {
        let page = Page {
            limit: 6,
            after: None,
        };
        let all = ApplicationFilter::default();
        let listed = applications::list_applications(&self.db, &self.system, &all, &page).await;
        let listed = listed.unwrap().data;
        one_of(&listed).map_or(ApplicationId::from_uuid(uuid::Uuid::nil()), |view| view.id)
    }

    async fn key(&self) -> CredentialId {
        let app = Lookup::Id(self.application().await);
        let usable = CredentialFilter {
            usable: true,
            ..CredentialFilter::default()
        };
        let page = Page::default();
        let listed =
            credentials::list_credentials(&self.db, &self.system, app, &usable, &page).await;
        let listed = listed.map(|listed| listed.data).unwrap_or_default();
        one_of(&listed).map_or(CredentialId::from_uuid(uuid::Uuid::nil()), |view| view.id)
    }

    fn plan<Id: std::str::FromStr>(&self) -> Lookup<Id> {
        Lookup::from(*one_of(&["free", "team", "vault", "extra"]).unwrap())
    }

    fn environment<Id: std::str::FromStr>(&self) -> Lookup<Id> {
        Lookup::from(*one_of(&["sandbox", "production"]).unwrap())
    }

    async fn wish(&self) -> RequestAccess {
        let application = if below(3) == 0 {
            AppChoice::New {
                name: "App".to_owned(),
                team: None,
            }
        } else {
            AppChoice::Existing(Lookup::Id(self.application().await))
        };
        RequestAccess {
            application,
            api: Lookup::from("pets"),
            plan: self.plan(),
            environment: self.environment(),
            reason: String::new(),
            answers: std::collections::BTreeMap::new(),
            accepts_terms: None,
        }
    }

    /// One verb, any of them.
    async fn act(&self) -> Result<(), Refusal> {
        let db = &self.db;
        match below(30) {
            0..=3 => subscriptions::request(db, self.consumer(), self.wish().await)
                .await
                .map(drop),
            4..=6 => {
                let id = self.subscription().await;
                subscriptions::approve(db, self.approver(), id, Conditions::default())
                    .await
                    .map(drop)
            }
            7 => subscriptions::reject(db, self.approver(), self.subscription().await, "no")
                .await
                .map(drop),
            8 => subscriptions::grant(db, self.approver(), self.wish().await, "yes")
                .await
                .map(drop),
            9 => subscriptions::withdraw(db, self.consumer(), self.subscription().await)
                .await
                .map(drop),
            10 => subscriptions::suspend(db, &self.operator, self.subscription().await, "stop")
                .await
                .map(drop),
            11 => subscriptions::unsuspend(db, &self.operator, self.subscription().await)
                .await
                .map(drop),
            12 => subscriptions::pause(db, self.consumer(), self.subscription().await)
                .await
                .map(drop),
            13 => subscriptions::resume(db, self.consumer(), self.subscription().await)
                .await
                .map(drop),
            14 => subscriptions::cancel(db, self.consumer(), self.subscription().await)
                .await
                .map(drop),
            15 => subscriptions::revoke(db, self.approver(), self.subscription().await, "no")
                .await
                .map(drop),
            16 => {
                let id = self.subscription().await;
                subscriptions::request_plan_change(db, self.consumer(), id, self.plan(), "")
                    .await
                    .map(drop)
            }
            17 => subscriptions::approve_plan_change(
                db,
                self.approver(),
                self.subscription().await,
                "",
            )
            .await
            .map(drop),
            18 => subscriptions::reject_plan_change(
                db,
                self.approver(),
                self.subscription().await,
                "no",
            )
            .await
            .map(drop),
            19 | 20 => {
                let input = IssueKey {
                    environment: self.environment(),
                    name: String::new(),
                    expires_in_days: None,
                    products: Vec::new(),
                };
                let app = Lookup::Id(self.application().await);
                credentials::issue(db, self.consumer(), app, input)
                    .await
                    .map(drop)
            }
            21 => {
                let overlap = i64::try_from(below(2) * 60).unwrap();
                credentials::rotate(
                    db,
                    self.consumer(),
                    self.key().await,
                    None,
                    Rotate::with_overlap(overlap),
                )
                .await
                .map(drop)
            }
            22 => credentials::revoke(db, &self.operator, self.key().await, "")
                .await
                .map(drop),
            23 => {
                let input = CreateApplication {
                    name: "App".to_owned(),
                    ..CreateApplication::default()
                };
                applications::create_application(db, self.consumer(), input)
                    .await
                    .map(drop)
            }
            24 => {
                let app = Lookup::Id(self.application().await);
                match below(4) {
                    0 => applications::delete_application(db, self.consumer(), app, None)
                        .await
                        .map(drop),
                    1 => applications::suspend_application(db, &self.operator, app, "x")
                        .await
                        .map(drop),
                    2 => applications::unsuspend_application(db, &self.operator, app)
                        .await
                        .map(drop),
                    _ => {
                        let input = UpdateApplication {
                            description: Some("x".to_owned()),
                            ..UpdateApplication::default()
                        };
                        applications::update_application(db, self.consumer(), app, None, input)
                            .await
                            .map(drop)
                    }
                }
            }
            25 => self.change_plans().await,
            26 => self.change_versions().await,
            27 => {
                let input = PublishSpec {
                    api: Lookup::from("pets"),
                    version: (*one_of(&["v1", "v2", "v3"]).unwrap()).to_owned(),
                    content: Bytes::from(PETS.replace("1.2.0", &below(5).to_string())),
                    source: Source::default(),
                    create: false,
                    dry_run: below(5) == 0,
                    drop_orphans: false,
                };
                match publishing::publish_spec(db, &self.publisher, input).await {
                    Err(PublishRefusal::Refused(refusal)) => Err(refusal),
                    other => {
                        other.unwrap();
                        Ok(())
                    }
                }
            }
            28 => {
                let input = PutUpstream {
                    targets: vec![PutTarget::new(format!("http://10.0.0.{}", below(4)))],
                    ..PutUpstream::default()
                };
                let environment = *one_of(&["sandbox", "production"]).unwrap();
                upstreams::put_upstream(
                    db,
                    &self.operator,
                    Lookup::from("pets"),
                    environment,
                    None,
                    input,
                )
                .await
                .map(drop)
            }
            _ => {
                subscriptions::expire_due(db, &self.system, 10).await?;
                credentials::expire_due(db, &self.system, 10)
                    .await
                    .map(drop)
            }
        }
    }

    async fn change_plans(&self) -> Result<(), Refusal> {
        let api = Lookup::from("pets");
        if below(3) == 0 {
            let input = ClosePlan {
                move_to: Some(Lookup::from("team")),
                ends_at: None,
            };
            let closed = plans::close_plan(
                &self.db,
                &self.publisher,
                api,
                Lookup::from("extra"),
                None,
                input,
            )
            .await;
            return closed.map(drop);
        }
        let input = UpdatePlan {
            limits: Some(vec![LimitRule::Quota {
                amount: below(9) + 1,
                period: QuotaPeriod::Month,
            }]),
            ..UpdatePlan::default()
        };
        let changed =
            plans::update_plan(&self.db, &self.publisher, api, self.plan(), None, input).await;
        changed.map(drop)
    }

    async fn change_versions(&self) -> Result<(), Refusal> {
        let api = Lookup::from("pets");
        let label = *one_of(&["v2", "v3"]).unwrap();
        if below(2) == 0 {
            return versions::publish_version(&self.db, &self.publisher, api, label, None)
                .await
                .map(drop);
        }
        let input = Deprecate {
            sunset_at: self.db.clock().now() + Duration::days(9),
            successor: Some("v1".to_owned()),
            guide: None,
        };
        versions::deprecate_version(&self.db, &self.publisher, api, label, None, input)
            .await
            .map(drop)
    }
}

/// Most refusals are expected: somebody else was faster. A failing database or program never is.
fn require_expected(answer: &Result<(), Refusal>) {
    assert!(
        !matches!(answer, Err(Refusal::Database(_) | Refusal::Internal(_))),
        "{answer:?}"
    );
}

async fn hands(world: &World) -> Hands {
    let extra = CreatePlan {
        slug: "extra".to_owned(),
        name: "Extra".to_owned(),
        approval: ApprovalMode::Auto,
        max_subscription_days: Some(1),
        ..CreatePlan::default()
    };
    plans::create_plan(&world.db, &world.paul, Lookup::from("pets"), extra)
        .await
        .unwrap();
    let api = apis::get_api(&world.db, &world.paul, Lookup::from("pets")).await;
    assert_eq!(api.unwrap().versions.len(), 1);
    Hands {
        db: world.db.clone(),
        consumers: [world.dora.clone(), world.eli.clone()],
        approvers: [world.ana.clone(), world.ben.clone()],
        publisher: world.paul.clone(),
        operator: world.otto.clone(),
        system: world.system(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_tasks_use_every_verb_at_once_without_a_deadlock() {
    let world = World::create().await;
    let hands = hands(&world).await;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let hands = hands.clone();
        tasks.spawn(async move {
            let mut done = 0;
            for _ in 0..60 {
                let answer = hands.act().await;
                require_expected(&answer);
                done += usize::from(answer.is_ok());
            }
            done
        });
    }
    let done: usize = tasks.join_all().await.into_iter().sum();
    assert!(done > 100, "only {done} of 480 verbs did anything");
    world.assert_consistent().await;
    let verified = audit::verify(&world.db, world.tenant).await.unwrap();
    assert!(
        matches!(verified, Verification::Intact { .. }),
        "{verified:?}"
    );
}

#[tokio::test]
async fn after_a_random_sequence_of_verbs_the_state_hash_is_the_sum_of_the_objects() {
    let world = World::create().await;
    let hands = hands(&world).await;
    for round in 0..4 {
        for _ in 0..60 {
            require_expected(&hands.act().await);
        }
        world.assert_consistent().await;
        // Some subscriptions of the short plan end between the rounds.
        world.pass(round * 43_200 + 1);
    }
}
