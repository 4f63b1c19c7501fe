//! A Valkey or Redis through which gateways share their limits, in place of the control plane.
//!
//! Beside the request path, which never waits for it: several times a second each gateway says what its limits were asked for
//! and how far its quotas are, and puts in force what the scripts answer. When the store is away or slow, a gateway goes on
//! with what it holds, then with its equal share of what was left (`docs/limits.md`). Keys of one subscription carry its id
//! as a hash tag, so that a cluster keeps them together. Commands and scripts are those that Redis 7.0 and Valkey share.

use std::sync::Arc;
use std::time::Duration;

use gatehouse_domain::id::{GatewayGroupId, LimitId, NodeId, SubscriptionId};
use gatehouse_runtime::Secret;
use gatehouse_snapshot::protocol::{
    LimitsAnswer, NODE_LIVE_S, QuotaAsk, QuotaGrant, RateAsk, RateShare,
};
use gatehouse_snapshot::sharing::WHOLE;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{Cmd, FromRedisValue, RedisError, RedisResult};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::live_config::Sharing;
use crate::live_config::desk::Desk;

const QUOTA: &str = include_str!("limit_store/quota.lua");
const RATE: &str = include_str!("limit_store/rate.lua");
/// Between two rounds; a round that is urgently wanted comes earlier.
const EVERY: Duration = Duration::from_millis(200);
const URGENT_PAUSE: Duration = Duration::from_millis(20);
/// Longest wait for one answer.
const ANSWER: Duration = Duration::from_millis(50);
/// Longest wait for a connection, which nothing else waits for.
const CONNECT: Duration = Duration::from_secs(1);
/// Commands under way at once.
const AT_ONCE: usize = 64;
/// A rate that nobody asked for within it is contended no more.
const FRESH_MS: i64 = 5_000;
/// A window's leases are kept this long after they were last spoken of: longer than any period.
const KEEP_MS: i64 = 40 * 86_400_000;
/// Contended rates that a node follows.
const CONTENDED_MAX: isize = 2_000;

/// The store of a group, as one node of it.
pub(crate) struct LimitStore {
    urls: Vec<Secret<String>>,
    group: GatewayGroupId,
    node: NodeId,
    link: Option<Link>,
    patience: Duration,
}

#[derive(Clone)]
struct Link {
    road: Road,
    /// Longest wait for one answer.
    patience: Duration,
}

#[derive(Clone)]
enum Road {
    One(ConnectionManager),
    Cluster(ClusterConnection),
}

impl Link {
    async fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> RedisResult<T> {
        let answer = async {
            match &mut self.road {
                Road::One(link) => command.query_async(link).await,
                Road::Cluster(link) => command.query_async(link).await,
            }
        };
        let late = || RedisError::from((redis::ErrorKind::Io, "no answer in time"));
        timeout(self.patience, answer).await.map_err(|_| late())?
    }
}

/// One thing that is asked in a round.
enum Question {
    Rate(RateAsk),
    Quota {
        ask: QuotaAsk,
        amount: u64,
        settled: u64,
        used: u64,
    },
}

enum Said {
    Rate(RateShare),
    Quota(QuotaGrant),
}

impl LimitStore {
    /// `addresses` is one URL, or several with commas between: the nodes of a cluster.
    pub(crate) fn new(addresses: &Secret<String>, group: GatewayGroupId, node: NodeId) -> Self {
        let urls = addresses.expose().split(',').map(str::trim);
        Self {
            urls: urls.map(|url| Secret::new(url.to_owned())).collect(),
            group,
            node,
            link: None,
            patience: ANSWER,
        }
    }

    /// Settles limits for ever.
    pub(crate) async fn run(mut self, mut desk: Desk, sharing: Arc<Sharing>) {
        let mut was_away = false;
        loop {
            match self.round(&mut desk, &sharing).await {
                Ok(answer) => {
                    sharing.settled();
                    if std::mem::take(&mut was_away) {
                        tracing::info!("the store of limits answers again");
                    }
                    let kept = tokio::task::block_in_place(|| desk.put(&answer));
                    if let Err(error) = kept {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "leases of quotas could not be kept and are not used"
                        );
                    }
                }
                Err(error) => {
                    sharing.unsettled();
                    self.link = None;
                    if !std::mem::replace(&mut was_away, true) {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "the store of limits does not answer; limits go on by what is held"
                        );
                    }
                }
            }
            let urgent = async {
                tokio::time::sleep(URGENT_PAUSE).await;
                sharing.looks().rung().await;
            };
            tokio::select! {
                () = urgent => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Asks about everything that waits, and about what others ask for.
    async fn round(&mut self, desk: &mut Desk, sharing: &Sharing) -> RedisResult<LimitsAnswer> {
        let nodes = sharing.live_nodes();
        let mut link = self.link().await?;
        let mut ask = desk.ask();
        if nodes > 1 {
            let contended = self.contended(&mut link, &ask.rates).await?;
            desk.ask_about(&contended, &mut ask);
        }
        let quotas = ask.quotas.into_iter().filter_map(|ask| {
            let (amount, settled, used) = desk.book(&ask)?;
            Some(Question::Quota {
                ask,
                amount,
                settled,
                used,
            })
        });
        let questions = ask.rates.into_iter().map(Question::Rate).chain(quotas);
        let mut answer = LimitsAnswer::default();
        let mut waiting = JoinSet::new();
        let mut take = |said| match said {
            Said::Rate(share) => answer.rates.push(share),
            Said::Quota(grant) => answer.quotas.push(grant),
        };
        let mut asked = false;
        for question in questions {
            asked = true;
            if waiting.len() >= AT_ONCE
                && let Some(said) = waiting.join_next().await
            {
                take(said.map_err(broken)??);
            }
            let (mut link, node) = (link.clone(), self.node);
            waiting.spawn(async move { question.put_to(&mut link, node, nodes).await });
        }
        while let Some(said) = waiting.join_next().await {
            take(said.map_err(broken)??);
        }
        if !asked {
            // Silence must be noticed while nothing is asked, too.
            link.ask::<i64>(redis::cmd("EXISTS").arg(self.asked_key()))
                .await?;
        }
        Ok(answer)
    }

    async fn link(&mut self) -> RedisResult<Link> {
        if let Some(link) = &self.link {
            return Ok(link.clone());
        }
        let urls = self.urls.iter().map(|url| url.expose().as_str());
        let connecting = async {
            match self.urls.as_slice() {
                [url] => {
                    let config = ConnectionManagerConfig::new()
                        .set_connection_timeout(Some(CONNECT))
                        .set_response_timeout(Some(self.patience))
                        .set_number_of_retries(1);
                    let client = redis::Client::open(url.expose().as_str())?;
                    let link = ConnectionManager::new_with_config(client, config).await?;
                    Ok::<_, RedisError>(Road::One(link))
                }
                _ => {
                    let client = ClusterClient::new(urls)?;
                    Ok(Road::Cluster(client.get_async_connection().await?))
                }
            }
        };
        let late = || RedisError::from((redis::ErrorKind::Io, "no connection in time"));
        let road = timeout(2 * CONNECT, connecting)
            .await
            .map_err(|_| late())??;
        let patience = self.patience;
        let link = Link { road, patience };
        self.link = Some(link.clone());
        Ok(link)
    }

    fn asked_key(&self) -> String {
        format!("gatehouse:{{{}}}:asked", self.group)
    }

    /// Notes which rates this node is asked for, and reads which anybody is.
    async fn contended(
        &self,
        link: &mut Link,
        rates: &[RateAsk],
    ) -> RedisResult<Vec<(SubscriptionId, LimitId)>> {
        let key = self.asked_key();
        let (seconds, micros): (i64, i64) = link.ask(&redis::cmd("TIME")).await?;
        let now_ms = seconds * 1_000 + micros / 1_000;
        let mut note = redis::cmd("ZADD");
        note.arg(&key);
        let asked = rates.iter().filter(|ask| ask.demand > 0);
        let mut any = false;
        for ask in asked {
            any = true;
            note.arg(now_ms)
                .arg(format!("{} {}", ask.subscription, ask.limit));
        }
        if any {
            link.ask::<i64>(&note).await?;
            let mut old = redis::cmd("ZREMRANGEBYSCORE");
            old.arg(&key).arg("-inf").arg(now_ms - 2 * FRESH_MS);
            link.ask::<i64>(&old).await?;
        }
        let mut fresh = redis::cmd("ZRANGEBYSCORE");
        fresh.arg(&key).arg(now_ms - FRESH_MS).arg("+inf");
        fresh.arg("LIMIT").arg(0).arg(CONTENDED_MAX);
        let members: Vec<String> = link.ask(&fresh).await?;
        let read = members.iter().filter_map(|member| {
            let (subscription, limit) = member.split_once(' ')?;
            Some((subscription.parse().ok()?, limit.parse().ok()?))
        });
        Ok(read.collect())
    }
}

fn broken(_: tokio::task::JoinError) -> RedisError {
    RedisError::from((redis::ErrorKind::Client, "a question broke off"))
}

impl Question {
    async fn put_to(self, link: &mut Link, node: NodeId, nodes: u32) -> RedisResult<Said> {
        let live_ms = NODE_LIVE_S * 1_000;
        match self {
            Self::Rate(ask) => {
                let key = format!("gatehouse:{{{}}}:rate:{}", ask.subscription, ask.limit);
                let mut command = redis::cmd("EVAL");
                command.arg(RATE).arg(1).arg(key).arg(node.to_string());
                command.arg(ask.demand).arg(ask.share).arg(nodes);
                command.arg(FRESH_MS).arg(live_ms).arg(WHOLE);
                let share: u32 = link.ask(&command).await?;
                Ok(Said::Rate(RateShare {
                    subscription: ask.subscription,
                    limit: ask.limit,
                    share: share.clamp(1, WHOLE),
                }))
            }
            Self::Quota {
                ask,
                amount,
                settled,
                used,
            } => {
                let start_ms = ask.window_start.0;
                let key = format!(
                    "gatehouse:{{{}}}:{}:{start_ms}",
                    ask.subscription, ask.period
                );
                let mut command = redis::cmd("EVAL");
                command.arg(QUOTA).arg(1).arg(key).arg(node.to_string());
                command.arg(ask.own).arg(ask.ceiling).arg(ask.demand);
                command.arg(settled).arg(used).arg(amount).arg(nodes);
                command.arg(live_ms).arg(KEEP_MS);
                let (ceiling, others): (i64, i64) = link.ask(&command).await?;
                Ok(Said::Quota(QuotaGrant {
                    subscription: ask.subscription,
                    period: ask.period,
                    window_start: ask.window_start,
                    ceiling: u64::try_from(ceiling).unwrap_or(u64::MAX),
                    others: others.unsigned_abs(),
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests;
