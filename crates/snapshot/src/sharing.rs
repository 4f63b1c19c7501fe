//! How the live nodes of a group share a limit: the arithmetic, in one place for whoever hands out the parts.
//!
//! Two rules hold whatever is asked for, lost on the way or asked again:
//!
//! - The shares of a rate that nodes may have in force never exceed the whole together: a node is told to grow only into what
//!   others are known to have given up ([`share`]).
//! - The leases of a quota that nodes may hold never exceed what is left of it together ([`lease`]).

/// Parts of a whole rate.
pub const WHOLE: u32 = 1_000_000;
/// A lease is for at most so many seconds of a node's demand.
pub const LEASE_S: u64 = 10;
/// Of an equal share, the part that every live node keeps whatever the others ask for: one in this many.
const FLOOR_PART: u32 = 10;

/// What is known of one live node and one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateNode {
    /// Calls it was asked for in the last second.
    pub demand: u64,
    /// The most it may have in force: what it last said, or what it was told since, in parts of [`WHOLE`].
    pub held: u32,
}

/// An equal share of `nodes`.
#[must_use]
pub fn equal_share(nodes: usize) -> u32 {
    WHOLE / u32::try_from(nodes.max(1)).unwrap_or(WHOLE).min(WHOLE)
}

/// The share of a rate that the node at `place` is told now: by its demand, every node keeping a floor, and no more than the
/// others leave. At least 1.
#[must_use]
pub fn share(nodes: &[RateNode], place: usize) -> u32 {
    let Some(own) = nodes.get(place) else {
        return 1;
    };
    let equal = equal_share(nodes.len());
    let floor = equal / FLOOR_PART;
    let demand: u128 = nodes.iter().map(|node| u128::from(node.demand)).sum();
    let to_split = WHOLE.saturating_sub(floor.saturating_mul(nodes.len() as u32));
    let target = match (u128::from(to_split) * u128::from(own.demand)).checked_div(demand) {
        Some(part) => floor + u32::try_from(part).unwrap_or(0),
        None => equal,
    };
    let others = nodes.iter().enumerate().filter(|(at, _)| *at != place);
    let held = others.fold(0_u32, |sum, (_, node)| sum.saturating_add(node.held));
    target.min(WHOLE.saturating_sub(held)).max(1)
}

/// What is known of a quota when a node asks for a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaBook {
    /// Calls of the period.
    pub amount: u64,
    /// Those the ledger has.
    pub used: u64,
    /// Leases of live nodes, the asking one included, that the ledger has no calls for yet.
    pub outstanding: u64,
    /// Live nodes.
    pub nodes: u32,
}

impl QuotaBook {
    /// What nobody has used or holds.
    #[must_use]
    pub fn free(&self) -> u64 {
        let taken = self.used.saturating_add(self.outstanding);
        self.amount.saturating_sub(taken)
    }
}

/// How much a node is leased on top of the `left` it still has: at most what is free by twice the number of nodes, and at most
/// [`LEASE_S`] of its demand (calls a second).
#[must_use]
pub fn lease(book: &QuotaBook, demand: u64, left: u64) -> u64 {
    let free = book.free();
    let want = LEASE_S.saturating_mul(demand.max(1)).saturating_sub(left);
    let most = (free / (2 * u64::from(book.nodes.max(1)))).max(1);
    want.min(most).min(free)
}

/// A quota's window from the side of one node, when it says how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaAccount {
    /// Calls of the period.
    pub amount: u64,
    /// Those the ledger has.
    pub used: u64,
    /// How many of them are this node's.
    pub settled: u64,
    /// Leases of the other live nodes that the ledger has no calls for yet.
    pub others: u64,
    /// Live nodes.
    pub nodes: u32,
}

/// What a node is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaPart {
    /// The number that its own calls may reach; `u64::MAX` when it is alone and no lease bounds it.
    pub told: u64,
    /// What it holds by that, for the others to reckon with.
    pub held: u64,
    /// What others have used or hold.
    pub others: u64,
}

impl QuotaAccount {
    /// Leases more to a node that has let `own` calls through and holds leases up to `ceiling`. Calls it made without a lease
    /// are calls all the same; a lease it does not name it does not hold.
    #[must_use]
    pub fn grant(&self, own: u64, ceiling: u64, demand: u64) -> QuotaPart {
        let reached = own.max(self.settled);
        let others = self.used.saturating_sub(self.settled);
        let others = others.saturating_add(self.others);
        if self.nodes <= 1 {
            return QuotaPart {
                told: u64::MAX,
                held: reached,
                others,
            };
        }
        let held = ceiling.min(self.amount).max(reached);
        let book = QuotaBook {
            amount: self.amount,
            used: self.used,
            outstanding: (held - self.settled).saturating_add(self.others),
            nodes: self.nodes,
        };
        let ceiling = held + lease(&book, demand, held - reached);
        QuotaPart {
            told: ceiling,
            held: ceiling,
            others,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(demand: u64, held: u32) -> RateNode {
        RateNode { demand, held }
    }

    #[test]
    fn a_share_follows_demand_and_leaves_everyone_a_floor() {
        let equal = WHOLE / 2;
        // The idle node shrinks first; only then does the busy one grow.
        let nodes = [node(900, equal), node(0, equal)];
        assert_eq!(share(&nodes, 0), equal);
        assert_eq!(share(&nodes, 1), equal / 10);
        let nodes = [node(900, equal), node(0, equal / 10)];
        assert_eq!(share(&nodes, 0), WHOLE - equal / 10);
        assert_eq!(share(&[node(0, equal), node(0, equal)], 1), equal);
        assert_eq!(
            share(&[node(1, WHOLE), node(1, WHOLE)], 1),
            1,
            "nothing is left, but 0 would mean equal"
        );
    }

    #[test]
    fn whatever_is_lost_or_late_shares_never_exceed_the_whole() {
        // Nodes take turns in any order; each reply may be lost; what a node may hold is the larger of the two then.
        let mut seed = 7_u64;
        let mut random = |below: u64| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for count in 2..8_usize {
            let mut in_force = vec![equal_share(count); count];
            let mut nodes: Vec<RateNode> = in_force.iter().map(|held| node(0, *held)).collect();
            for _ in 0..5_000 {
                let at = random(count as u64) as usize;
                nodes[at] = node(random(4) * 1_000, in_force[at]);
                let told = share(&nodes, at);
                nodes[at].held = told.max(in_force[at]);
                if random(3) > 0 {
                    in_force[at] = told;
                }
                let sum: u64 = in_force.iter().map(|share| u64::from(*share)).sum();
                assert!(
                    sum <= u64::from(WHOLE) + count as u64,
                    "{count}: {in_force:?}"
                );
            }
        }
    }

    #[test]
    fn a_lease_goes_on_from_what_the_node_holds_or_has_used() {
        let granted = |own, ceiling, (used, settled, others), nodes| {
            let account = QuotaAccount {
                amount: 1_000,
                used,
                settled,
                others,
                nodes,
            };
            let part = account.grant(own, ceiling, 1_000);
            (part.told, part.held)
        };
        assert_eq!(granted(0, 0, (0, 0, 0), 2), (250, 250));
        assert_eq!(granted(250, 250, (100, 100, 0), 2), (437, 437));
        assert_eq!(
            granted(400, 250, (100, 100, 0), 2),
            (550, 550),
            "used without a lease"
        );
        assert_eq!(granted(0, 0, (0, 0, 999), 2), (1, 1));
        assert_eq!(granted(0, 0, (500, 0, 500), 2), (0, 0));
        assert_eq!(granted(10, 10, (10, 10, 0), 1), (u64::MAX, 10), "alone");
        let whole = granted(5, u64::MAX, (0, 0, 0), 2);
        assert_eq!(
            whole,
            (1_000, 1_000),
            "it holds the whole until it says otherwise"
        );
    }

    #[test]
    fn leases_never_exceed_what_is_left() {
        let book = |used, outstanding, nodes| QuotaBook {
            amount: 1_000,
            used,
            outstanding,
            nodes,
        };
        assert_eq!(lease(&book(0, 0, 2), 1_000_000, 0), 250);
        assert_eq!(lease(&book(0, 0, 2), 5, 0), 50, "ten seconds of demand");
        assert_eq!(lease(&book(0, 0, 2), 5, 30), 20);
        assert_eq!(lease(&book(0, 0, 2), 5, 50), 0);
        assert_eq!(lease(&book(0, 0, 2), 0, 0), 10);
        assert_eq!(lease(&book(999, 0, 9), 100, 0), 1);
        assert_eq!(lease(&book(900, 100, 9), 100, 0), 0);
        assert_eq!(lease(&book(2_000, 0, 1), 100, 0), 0);
    }
}
