//! Credentials of every kind: what is told once, what is kept, and what gateways get.

use gatehouse_control_plane::applications::{self, CreateApplication};
use gatehouse_control_plane::credentials::{
    self, CredentialView, IssueKey, Material, PUBLIC_MAX, Rotate,
};
use gatehouse_control_plane::{Changed, Lookup, Refusal};
use gatehouse_domain::credential::{CredentialKind as K, CredentialState};
use gatehouse_domain::id::ApplicationId;
use gatehouse_domain::key::Key;
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

use crate::world::{World, faults};

async fn app(world: &World) -> ApplicationId {
    let input = CreateApplication {
        name: "Shop".to_owned(),
        ..CreateApplication::default()
    };
    let made = applications::create_application(&world.db, &world.dora, input).await;
    made.unwrap().value.id
}

async fn issue(
    world: &World,
    app: ApplicationId,
    kind: K,
    material: &Material,
) -> Result<Changed<(CredentialView, Option<Key>)>, Refusal> {
    let app = Lookup::Id(app);
    credentials::issue_credential(&world.db, &world.dora, app, wish(kind), kind, material).await
}

fn wish(kind: K) -> IssueKey {
    IssueKey {
        environment: Lookup::from("production"),
        name: kind.to_string(),
        expires_in_days: None,
        products: Vec::new(),
    }
}

/// The key of RFC 7517 appendix A.1.
fn public_key() -> Value {
    json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": "1",
           "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})
}

/// The key of RFC 7515 appendix A.3.
fn another_key() -> Value {
    json!({"kty": "EC", "crv": "P-256",
           "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})
}

fn jwk(public_key: Value) -> Material {
    Material {
        public_key: Some(public_key),
        ..Material::default()
    }
}

fn pem() -> String {
    let made = rcgen::generate_simple_self_signed(vec!["till.shop.example".to_owned()]);
    made.unwrap().cert.pem()
}

/// One that is valid from a moment to another.
fn pem_of(from: OffsetDateTime, to: OffsetDateTime) -> String {
    let mut params = rcgen::CertificateParams::new(vec!["till.shop.example".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (from, to);
    let key = rcgen::KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().pem()
}

fn certificate(pem: &str) -> Material {
    Material {
        certificate: Some(pem.to_owned()),
        ..Material::default()
    }
}

/// Tables that hold a text, or its bytes, in any column.
async fn tables_with(world: &World, text: &str) -> Vec<String> {
    let mut conn = world.superuser().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c
         where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition order by 1",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    assert!(tables.len() > 50, "{tables:?}");
    let bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut holding = Vec::new();
    for table in tables {
        let statement = format!(
            "select exists (select from {table} t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0)"
        );
        let found: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .bind(text)
            .bind(&bytes)
            .fetch_one(&mut conn)
            .await
            .unwrap();
        if found {
            holding.push(table);
        }
    }
    holding
}

#[tokio::test]
async fn a_secret_of_any_kind_is_told_once_and_a_dump_of_every_table_has_none() {
    let world = World::create().await;
    let app = app(&world).await;
    for kind in [K::ApiKey, K::Basic, K::Hmac, K::OauthClient] {
        let made = issue(&world, app, kind, &Material::default())
            .await
            .unwrap();
        let (view, key) = made.value;
        let text = key.unwrap().reveal();
        assert_eq!((view.kind, &view.fingerprint), (kind, &None));
        assert!(text.starts_with(&view.prefix) && text.ends_with(&view.last4));
        assert_eq!(tables_with(&world, &text[19..51]).await, [""; 0], "{kind}");
        assert!(
            !tables_with(&world, &view.last4).await.is_empty(),
            "the search finds"
        );
        let sealed: bool =
            sqlx::query_scalar("select secret_enc is not null from credential where id = $1")
                .bind(view.id.uuid())
                .fetch_one(&mut world.superuser().await)
                .await
                .unwrap();
        assert_eq!(sealed, kind == K::Hmac, "{kind}");
        // Gateways judge API keys; nothing of the others goes to them.
        assert_eq!(made.change.is_some(), kind == K::ApiKey, "{kind}");
        let next = credentials::rotate(
            &world.db,
            &world.dora,
            view.id,
            None,
            Rotate::with_overlap(60),
        )
        .await;
        assert_eq!(next.unwrap().value.0.kind, kind);
    }
}

#[tokio::test]
async fn the_public_half_of_a_key_pair_or_certificate_is_kept_and_replaced_by_another() {
    let world = World::create().await;
    let app = app(&world).await;
    let pem = pem();
    for (kind, first) in [
        (K::JwtKey, jwk(public_key())),
        (K::MtlsCert, certificate(&pem)),
    ] {
        let made = issue(&world, app, kind, &first).await.unwrap();
        let (view, key) = made.value;
        assert!(key.is_none() && made.change.is_none(), "{kind}");
        let fingerprint = view.fingerprint.clone().unwrap();
        assert_eq!(fingerprint.len(), 64);
        assert!(fingerprint.ends_with(&view.last4));
        let again = Rotate::with_overlap(60);
        let without = credentials::rotate(&world.db, &world.dora, view.id, None, again).await;
        let pointer = if kind == K::JwtKey {
            "/public_key"
        } else {
            "/certificate"
        };
        assert_eq!(faults(without), [pointer]);
        let same =
            credentials::rotate_credential(&world.db, &world.dora, view.id, None, again, &first)
                .await;
        assert_eq!(faults(same), [pointer], "by itself");
        let next = if kind == K::JwtKey {
            jwk(another_key())
        } else {
            certificate(&self::pem())
        };
        let next =
            credentials::rotate_credential(&world.db, &world.dora, view.id, None, again, &next)
                .await;
        let (next, key) = next.unwrap().value;
        assert!(key.is_none());
        assert_ne!(next.fingerprint.unwrap(), fingerprint);
        let revoked = credentials::revoke(&world.db, &world.dora, view.id, "")
            .await
            .unwrap();
        assert_eq!(revoked.value.state, CredentialState::Revoked);
        let again = issue(&world, app, kind, &first).await;
        assert_eq!(faults(again), [pointer], "what was revoked stays revoked");
    }
}

#[tokio::test]
async fn a_credential_ends_with_its_certificate_and_the_next_with_the_next() {
    let world = World::create().await;
    let app = app(&world).await;
    let now = world.db.clock().now();
    let (day, second) = (Duration::DAY, Duration::SECOND);
    let end = now.replace_nanosecond(0).unwrap() + 20 * day;
    let first = certificate(&pem_of(now - day, end));
    let made = issue(&world, app, K::MtlsCert, &first).await.unwrap();
    assert_eq!(
        made.value.0.expires_at,
        Some(end),
        "nobody asked for an end"
    );
    let asked = IssueKey {
        expires_in_days: Some(3),
        ..wish(K::MtlsCert)
    };
    let other = certificate(&pem_of(now - day, end + day));
    let issued = credentials::issue_credential(
        &world.db,
        &world.dora,
        Lookup::Id(app),
        asked,
        K::MtlsCert,
        &other,
    );
    let sooner = issued.await.unwrap().value.0;
    assert_eq!(sooner.expires_at, Some(now + 3 * day));
    let later = certificate(&pem_of(now - day, end + 300 * day));
    let (id, with) = (made.value.0.id, Rotate::with_overlap(60));
    let next = credentials::rotate_credential(&world.db, &world.dora, id, None, with, &later);
    let next = next.await.unwrap().value.0;
    assert_eq!(next.expires_at, Some(end + 300 * day));
    let never = datetime!(9999-12-31 23:59:59 UTC);
    let endless = certificate(&pem_of(now - day, never));
    let endless = issue(&world, app, K::MtlsCert, &endless).await.unwrap();
    assert_eq!(endless.value.0.expires_at, None, "RFC 5280 §4.1.2.5");
    for (from, to, code) in [
        (now - day, now - second, "expired"),
        (now + day, now + 2 * day, "not_yet_valid"),
    ] {
        let sent = certificate(&pem_of(from, to));
        let refused = issue(&world, app, K::MtlsCert, &sent).await.unwrap_err();
        let Refusal::Invalid(faults) = refused else {
            panic!("{code}: {refused:?}")
        };
        assert_eq!(
            (faults[0].pointer.as_str(), faults[0].code),
            ("/certificate", code)
        );
    }
}

#[tokio::test]
async fn of_rivals_with_one_public_key_one_gets_a_credential_however_the_key_is_written() {
    let world = World::create().await;
    let apps = [app(&world).await, app(&world).await];
    let mut written = public_key();
    written["kid"] = json!("another name");
    let keys = [jwk(public_key()), jwk(written)];
    let mut rivals = JoinSet::new();
    for rival in 0..8 {
        let (db, dora) = (world.db.clone(), world.dora.clone());
        let (app, key) = (Lookup::Id(apps[rival % 2]), keys[rival / 4].clone());
        rivals.spawn(async move {
            credentials::issue_credential(&db, &dora, app, wish(K::JwtKey), K::JwtKey, &key).await
        });
    }
    let done = rivals.join_all().await;
    let made = done.iter().filter(|made| made.is_ok()).count();
    assert_eq!(made, 1, "{done:?}");
    for refused in done.into_iter().filter(Result::is_err) {
        assert_eq!(faults(refused), ["/public_key"]);
    }
    let curve =
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let made = issue(&world, apps[0], K::JwtKey, &jwk(curve))
        .await
        .unwrap();
    // The thumbprint of RFC 8037 appendix A.3, kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k.
    let fingerprint = made.value.0.fingerprint.unwrap();
    assert_eq!(
        fingerprint,
        "90facafea9b1556698540f70c0117a22ea37bd5cf3ed3c47093c1707282b4b89"
    );
}

#[tokio::test]
async fn nobody_knows_when_a_credential_is_quiet_that_gateways_do_not_check() {
    let world = World::create().await;
    let app = app(&world).await;
    let made = issue(&world, app, K::Basic, &Material::default()).await;
    let view = made.unwrap().value.0;
    assert!(!view.enforced);
    let how = Rotate {
        quiet_hours: Some(24),
        ..Rotate::with_overlap(60)
    };
    let refused = credentials::rotate(&world.db, &world.dora, view.id, None, how).await;
    assert_eq!(faults(refused), ["/quiet_hours"]);
}

#[tokio::test]
async fn what_is_no_public_half_or_not_of_the_kind_is_refused_where_it_stands() {
    let world = World::create().await;
    let app = app(&world).await;
    let none = Material::default();
    let mut private = public_key();
    private["d"] = json!("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE");
    let shared = json!({"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"});
    let pem = pem();
    let both = format!("{pem}{pem}");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let leaked = format!("{pem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    for (kind, material, pointer) in [
        (K::JwtKey, none.clone(), "/public_key"),
        (K::MtlsCert, none, "/certificate"),
        (K::Basic, jwk(public_key()), "/public_key"),
        (K::ApiKey, certificate(&pem), "/certificate"),
        (K::JwtKey, jwk(private), "/public_key"),
        (K::JwtKey, jwk(shared), "/public_key"),
        (K::JwtKey, jwk(json!({"kty": "EC"})), "/public_key"),
        (
            K::JwtKey,
            jwk(json!({"kty": "EC", "crv": "P-256", "x": "no number!", "y": "AQAB"})),
            "/public_key",
        ),
        (K::JwtKey, jwk(json!("nothing")), "/public_key"),
        (K::MtlsCert, certificate("nothing"), "/certificate"),
        (K::MtlsCert, certificate(&both), "/certificate"),
        (K::MtlsCert, certificate(broken), "/certificate"),
        (K::MtlsCert, certificate(&leaked), "/certificate"),
    ] {
        assert_eq!(
            faults(issue(&world, app, kind, &material).await),
            [pointer],
            "{kind} {material:?}"
        );
    }
    assert_eq!(world.count("select count(*) from credential").await, 0);
    for (size, mut key, fits) in [
        (PUBLIC_MAX - 1, public_key(), true),
        (PUBLIC_MAX, another_key(), true),
        (PUBLIC_MAX + 1, public_key(), false),
    ] {
        let bare = key.to_string().len();
        // `,"note":""` is ten bytes.
        key["note"] = json!("x".repeat(size - bare - 10));
        assert_eq!(key.to_string().len(), size);
        assert_eq!(
            issue(&world, app, K::JwtKey, &jwk(key)).await.is_ok(),
            fits,
            "{size}"
        );
    }
}

#[tokio::test]
async fn a_private_key_that_was_sent_by_mistake_is_refused_without_a_word_of_it() {
    let world = World::create().await;
    let app = app(&world).await;
    let canary = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE";
    let mut pair = public_key();
    pair["d"] = json!(canary);
    let block = format!("-----BEGIN PRIVATE KEY-----\n{canary}\n-----END PRIVATE KEY-----\n");
    for (kind, material) in [
        (K::JwtKey, jwk(pair)),
        (K::JwtKey, jwk(json!(block))),
        (K::JwtKey, jwk(json!(canary))),
        // Where a parser would say which value it did not expect.
        (K::JwtKey, jwk(json!({"kty": canary}))),
        (K::MtlsCert, certificate(&block)),
        (K::MtlsCert, certificate(&format!("{}{block}", pem()))),
        (K::MtlsCert, certificate(canary)),
    ] {
        let refused = issue(&world, app, kind, &material).await;
        let Err(refused) = refused else {
            panic!("{kind} was taken");
        };
        let told = format!("{refused:?}");
        assert!(!told.contains("870MB6"), "{kind}: {told}");
    }
    assert_eq!(tables_with(&world, "870MB6").await, Vec::<String>::new());
}

#[tokio::test]
async fn no_team_can_burn_the_public_key_of_another() {
    let world = World::create().await;
    let (db, eli) = (&world.db, &world.eli);
    let input = CreateApplication {
        name: "Mallory".to_owned(),
        ..CreateApplication::default()
    };
    let theirs = applications::create_application(db, eli, input).await;
    let theirs = theirs.unwrap().value.id;
    let certificate = certificate(&pem());
    for (kind, material) in [
        (K::JwtKey, jwk(public_key())),
        (K::MtlsCert, certificate.clone()),
    ] {
        // Whoever saw the public half registers it first, and gives it up.
        let made =
            credentials::issue_credential(db, eli, Lookup::Id(theirs), wish(kind), kind, &material);
        let made = made.await.unwrap().value.0;
        credentials::revoke(db, eli, made.id, "Mischief.")
            .await
            .unwrap();
        let own = app(&world).await;
        let mine = issue(&world, own, kind, &material).await;
        let mine = mine.unwrap().value.0;
        // And what its owners revoke is revoked for good in their application.
        credentials::revoke(db, &world.dora, mine.id, "Leaked.")
            .await
            .unwrap();
        assert!(issue(&world, own, kind, &material).await.is_err());
    }
}
