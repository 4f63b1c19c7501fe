//! The lists, and what an operation gets of all of them.

use super::{ALL, PETS, Window, add, added, held, scene};
use crate::address::with_query;

/// What the page says an operation gets.
fn effective(operation: &str, environment: &str) -> String {
    let asked = [
        ("version", "v1"),
        ("operation", operation),
        ("environment", environment),
    ];
    with_query(PETS, &asked)
}

#[tokio::test]
async fn the_lists_tell_kind_place_environment_mode_and_lock() {
    let (_stand, mut owner) = scene().await;
    let page = owner.get(PETS).await;
    assert!(page.body.contains("No policies yet"), "{}", page.body);
    assert!(page.body.contains("No policy applies"), "{}", page.body);
    let locked = [
        ("any_origin", "yes"),
        ("inherit", "locked"),
        ("slug", "every-page"),
    ];
    added(&mut owner, ALL, "cors", &locked).await;
    let rate = [
        ("amount", "1000"),
        ("window_s", "60"),
        ("version", "v1"),
        ("operation", "GET /pets/{id}"),
        ("environment", "sandbox"),
        ("mode", "shadow"),
        ("slug", "try-rate"),
    ];
    added(&mut owner, PETS, "rate_limit", &rate).await;
    let row = |body: &str, slug: &str| {
        let (_, rest) = body.rsplit_once(&format!("/{slug}\">{slug}</a>")).unwrap();
        rest.split("</tr>").next().unwrap().to_owned()
    };
    for list in [PETS, ALL] {
        let page = owner.get(list).await;
        let row = row(&page.body, "try-rate");
        for words in [
            "1,000 calls in 60 s",
            "Shared rate",
            "GET /pets/{} in v1 of Petstore",
            "Operation",
            "Sandbox",
            "Shadow",
        ] {
            assert!(row.contains(words), "{list} {words}: {row}");
        }
        assert!(!row.contains("Locked"), "{row}");
        assert!(
            page.body.contains(&format!("href=\"{list}/new?kind=jwt\"")),
            "{}",
            page.body
        );
    }
    let all = owner.get(ALL).await;
    let every = row(&all.body, "every-page");
    for words in [
        "CORS",
        "Every API",
        "Tenant",
        "Everywhere",
        "Enforced",
        "Locked",
    ] {
        assert!(every.contains(words), "{words}: {every}");
    }
    assert!(
        all.body.contains(&format!("href=\"{PETS}/try-rate\"")),
        "its own page"
    );
    let own = owner.get(PETS).await;
    let own = own.between("Policies of this API", "</section>");
    assert!(!own.contains("every-page"), "it is of every API: {own}");
}

/// Of every API and of the Petstore, at each level, and one for an operation in one environment only.
async fn at_every_level(owner: &mut Window) {
    let place = [
        ("version", "v1"),
        ("operation", "GET /pets/{id}"),
        ("environment", "sandbox"),
    ];
    let set = |value: &'static str| [("request_set", value)];
    added(owner, ALL, "headers", &set("x-a: every")).await;
    added(
        owner,
        PETS,
        "headers",
        &[&set("x-b: own")[..], &place, &[("slug", "own-fields")]].concat(),
    )
    .await;
    let rate = [("amount", "5"), ("window_s", "1")];
    added(
        owner,
        PETS,
        "rate_limit",
        &[&rate[..], &[("version", "v1")]].concat(),
    )
    .await;
    added(owner, ALL, "rate_limit", &rate).await;
    added(
        owner,
        PETS,
        "cors",
        &[("any_origin", "yes"), ("mode", "off")],
    )
    .await;
}

#[tokio::test]
async fn an_operation_s_policies_stand_in_the_order_of_stages_with_where_each_comes_from() {
    let (_stand, mut owner) = scene().await;
    at_every_level(&mut owner).await;
    let page = owner.get(&effective("GET /pets/{id}", "sandbox")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let applied = page.between("What an operation gets", "Does not apply");
    assert!(
        applied.contains("GET /pets/{} in v1 of Petstore, in sandbox."),
        "{applied}"
    );
    // Behind the row of heads.
    let rows: Vec<&str> = applied.split("<tr>").skip(2).collect();
    let wanted = [
        ["Preflights, and every answer", "API: Petstore", "Off"],
        ["Shared rate", "Tenant: Every API", "Enforced"],
        ["Shared rate", "Version: v1 of Petstore", "Enforced"],
        [
            "x-b",
            "Operation: GET /pets/{} in v1 of Petstore",
            "Sandbox",
        ],
    ];
    assert_eq!(rows.len(), wanted.len(), "{applied}");
    for ((row, wanted), order) in rows.iter().zip(wanted).zip(1..) {
        let order = format!("data-l=\"Order\">{order}<");
        assert!(row.contains(&order), "{order}: {row}");
        for words in wanted {
            assert!(row.contains(words), "{words}: {row}");
        }
    }
    let not = page.between("Does not apply", "</section>");
    assert!(
        not.contains("x-a") && not.contains("own-fields applies in its place"),
        "{not}"
    );

    let other = owner.get(&effective("GET /pets", "sandbox")).await;
    assert!(!other.body.contains("Does not apply"), "{}", other.body);
    let applied = other.between("What an operation gets", "</section>");
    assert!(
        applied.contains("x-a") && !applied.contains("x-b"),
        "{applied}"
    );
    let production = owner.get(&effective("GET /pets/{id}", "production")).await;
    let applied = production.between("What an operation gets", "</section>");
    assert!(
        applied.contains("x-a") && !applied.contains("x-b"),
        "{applied}"
    );
    // What is not there is told beside the field, which keeps it.
    let wrong = owner.get(&effective("GET /none", "sandbox")).await;
    assert_eq!(wrong.status, 200, "{}", wrong.body);
    assert!(
        wrong.body.contains("id=\"f-operation-error\""),
        "{}",
        wrong.body
    );
    assert!(wrong.body.contains("value=\"GET /none\""), "{}", wrong.body);
    let none = owner.get(&format!("{PETS}?version=v9")).await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn a_locked_policy_is_named_to_those_it_keeps_out() {
    let (stand, mut owner) = scene().await;
    let cors = [("any_origin", "yes")];
    added(&mut owner, PETS, "cors", &cors).await;
    let locked = [
        ("origins", "https://a.example"),
        ("inherit", "locked"),
        ("slug", "house-rules"),
    ];
    added(&mut owner, ALL, "cors", &locked).await;
    let page = owner.get(&effective("GET /pets", "sandbox")).await;
    let applied = page.between("What an operation gets", "Does not apply");
    assert!(
        applied.contains("house-rules") && applied.contains("Locked"),
        "{applied}"
    );
    let not = page.between("Does not apply", "</section>");
    let because = "Kept out by house-rules, which is locked (Tenant: Every API, everywhere).";
    assert!(
        not.contains("petstore-cors") && not.contains(because),
        "{not}"
    );
    // Another one further in is put in place, and told why it does not apply.
    let version = [("any_origin", "yes"), ("version", "v1"), ("slug", "vain")];
    for act in ["check", "save"] {
        let sent = add(
            &mut owner,
            PETS,
            "cors",
            &[&version[..], &[("act", act)]].concat(),
        )
        .await;
        assert_eq!(sent.status == 303, act == "save", "{act}: {}", sent.body);
        let told = owner.follow(sent).await;
        let flash = told.between("<div class=\"flash care\"", "</div>");
        assert!(
            flash.contains("house-rules") && flash.contains("is locked"),
            "{flash}"
        );
    }
    assert_eq!(held(&stand).await.len(), 3);
    let page = owner.get(&effective("GET /pets", "sandbox")).await;
    let not = page.between("Does not apply", "</section>");
    assert!(
        not.contains("vain") && not.contains("petstore-cors"),
        "{not}"
    );
}
