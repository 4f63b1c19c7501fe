//! The stage of the story: its clock, its people, and small words for what they refer to.

use std::collections::HashMap;

use anyhow::Context;
use gatehouse_control_plane::{Actor, Db, Lookup, members};
use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_runtime::ClockHand;
use time::{Duration, OffsetDateTime, Time};

/// How long before the present the story begins.
pub(super) const STORY: Duration = Duration::days(23);

/// Where the story takes place.
pub(super) struct Stage {
    pub(super) db: Db,
    hand: ClockHand,
    /// The real present.
    pub(super) now: OffsetDateTime,
    people: HashMap<&'static str, (UserId, Actor)>,
}

impl Stage {
    pub(super) fn new(db: Db, hand: ClockHand, now: OffsetDateTime) -> Self {
        Self {
            db,
            hand,
            now,
            people: HashMap::new(),
        }
    }

    /// Turns the clock to an hour of a day so many days ago (UTC). Days are told in order; the present is never passed.
    pub(super) fn turn_to(&self, days_ago: i64, hour: u8) {
        let time = Time::from_hms(hour, 0, 0).unwrap_or(Time::MIDNIGHT);
        let at = (self.now - Duration::days(days_ago))
            .date()
            .with_time(time)
            .assume_utc();
        let present = self.now - Duration::minutes(1);
        self.hand.set_wall(at.max(self.time()).min(present));
    }

    /// Turns the clock to the real present.
    pub(super) fn turn_to_now(&self) {
        self.hand.set_wall(self.now);
    }

    /// The time on stage.
    pub(super) fn time(&self) -> OffsetDateTime {
        self.db.clock().now()
    }

    /// Lets a little time pass: what one person does after another happens later.
    pub(super) fn pass(&self) {
        let later = self.time() + Duration::seconds(47);
        self.hand.set_wall(later.min(self.now));
    }

    /// Remembers somebody, with the rights they have from now on.
    pub(super) async fn introduce(
        &mut self,
        handle: &'static str,
        tenant: TenantId,
        user: UserId,
    ) -> anyhow::Result<()> {
        let actor = members::actor_of_user(&self.db, tenant, user).await?;
        let actor = actor.with_context(|| format!("{handle} is no member"))?;
        self.people.insert(handle, (user, actor));
        Ok(())
    }

    /// Somebody as an actor; a little time passes before they act.
    pub(super) fn person(&self, handle: &str) -> anyhow::Result<&Actor> {
        self.pass();
        self.known(handle).map(|(_, actor)| actor)
    }

    /// Somebody's id.
    pub(super) fn id_of(&self, handle: &str) -> anyhow::Result<UserId> {
        self.known(handle).map(|(user, _)| *user)
    }

    fn known(&self, handle: &str) -> anyhow::Result<&(UserId, Actor)> {
        self.people
            .get(handle)
            .with_context(|| format!("nobody is called {handle}"))
    }
}

/// A reference by slug.
pub(super) fn slug<Id>(text: &str) -> Lookup<Id> {
    Lookup::Slug(text.to_owned())
}
