//! Sample pages of long work.

use super::{no, pages, shell};
use crate::pages::console::job_outcome::Refused;
use crate::pages::console::jobs::{JobPage, JobRow, JobsPage, Said};
use crate::view::parts::{Badge, Crumbs, Link};
use crate::view::same::{self, Same};
use crate::view::words::When;
use askama::Template;
use gatehouse_runtime::settings::PublicUrl;
use time::macros::datetime;

fn same(way: same::Way) -> Same {
    let admin: PublicUrl = "http://127.0.0.1:8001".parse().unwrap();
    Same::new(&admin, &[way], &[("job", "job_1")])
}

pub(super) fn list() -> String {
    let now = datetime!(2026-11-20 11:38:00 UTC);
    let row = |name: &str, state, progress: &str| JobRow {
        href: "/console/jobs/job_1".into(),
        name: name.into(),
        state,
        progress: progress.into(),
        by: "Mia Kovač".into(),
        at: When::ago(datetime!(2026-11-20 11:20:00 UTC), now),
    };
    JobsPage {
        shell: shell().console("jobs"),
        lead: gatehouse_language::t!("running-work-that-takes-longer-than-a"),
        rows: vec![
            row(
                "Publish orders v3",
                Badge::waiting("Running"),
                "400 of 1,206",
            ),
            row("Decide access requests", Badge::good("Done"), ""),
            row(
                "Publish billing v1",
                Badge::stopped("Failed"),
                "Line 3, column 5: A string is expected here.",
            ),
        ],
        empty: no(),
        pages: pages(),
        same: same(same::JOB_LIST),
    }
    .render()
    .unwrap()
}

pub(super) fn running() -> String {
    job(false, "Stores the operations", Vec::new(), Vec::new())
}

pub(super) fn over() -> String {
    let refused = Refused {
        href: "/requests/sub_1".into(),
        label: "sub_1".into(),
        words: "Ben approved this request 3 min ago.".into(),
    };
    let outcome = vec!["312 requests decided, 4 need another person, 1 not decided.".into()];
    job(true, "", outcome, vec![refused])
}

fn job(over: bool, stage: &str, outcome: Vec<String>, refused: Vec<Refused>) -> String {
    let said = |at: &str, text: &str| Said {
        at: at.into(),
        text: text.into(),
    };
    JobPage {
        shell: shell().console("jobs"),
        crumbs: Crumbs::new(
            "Publish orders v3",
            vec![Link::new("Jobs", "/console/jobs")],
        ),
        heading: "Publish orders v3".into(),
        lead: "orders v3. Asked by Mia Kovač.".into(),
        here: "/console/jobs/job_1".into(),
        over,
        state: match over {
            true => Badge::good("Done"),
            false => Badge::waiting("Running"),
        },
        stage: stage.into(),
        bar: Some((400, 1206)),
        progress: "400 of 1,206".into(),
        elapsed: "Runs for 14 s.".into(),
        outcome,
        refused,
        links: match over {
            true => vec![Link::new("Download 12 KB", "/console/jobs/job_1/export")],
            false => Vec::new(),
        },
        may_cancel: !over,
        log: vec![
            said("11:37:46", "Reads the description"),
            said("11:37:52", "Stores the operations"),
        ],
        same: same(same::JOB_WATCH),
    }
    .render()
    .unwrap()
}
