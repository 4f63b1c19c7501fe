//! Loading: defaults, file, environment, and everything that is refused on the way.

use std::time::Duration;

use serde::Deserialize;

use super::*;
use crate::secret::Secret;

const DEFAULTS: &str = r#"
# Where to listen. One line with an = sign in prose is no key.
listen = "127.0.0.1:8000"
workers = 2
strict = true
# The database; a private one when unset.
#database_url = "postgres://..."
trusted = []

[listener]
idle = "60s"
# Bytes at once.
body_max = "10MiB"

[mail]
#smtp_url = "smtp://localhost"
#password = "none"

[environments."*"]
public_url = "http://127.0.0.1:8000"
"#;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    listen: ListenAddr,
    workers: u8,
    strict: bool,
    database_url: Option<Secret<String>>,
    trusted: TrustedProxies,
    listener: Listener,
    mail: Mail,
    #[serde(default)]
    environments: std::collections::BTreeMap<String, Environments>,
}

#[derive(Debug, Deserialize)]
struct Listener {
    #[serde(deserialize_with = "duration")]
    idle: Duration,
    #[serde(deserialize_with = "byte_size")]
    body_max: u64,
}

#[derive(Debug, Deserialize)]
struct Mail {
    smtp_url: Option<Secret<String>>,
    password: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Environments {
    public_url: PublicUrl,
}

fn from(file: Option<&str>, variables: &[(&str, &str)]) -> Result<Loaded<Settings>, SettingsError> {
    let environment = variables.iter().copied().collect();
    let Some(text) = file else {
        return load("gateway", DEFAULTS, None, &environment);
    };
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("gatehouse.toml");
    std::fs::write(&path, text).expect("written");
    load("gateway", DEFAULTS, Some(&path), &environment)
}

fn refusal(file: Option<&str>, variables: &[(&str, &str)]) -> String {
    let refused = from(file, variables).expect_err("refused").to_string();
    // The folder differs from run to run.
    let Some(name) = refused.find("gatehouse.toml") else {
        return refused;
    };
    let folder = refused[..name]
        .rfind(['(', ' '])
        .map_or(0, |before| before + 1);
    format!("{}{}", &refused[..folder], &refused[name..])
}

fn printed(loaded: &Loaded<Settings>) -> String {
    let mut out = Vec::new();
    loaded.print(&mut out).expect("written");
    String::from_utf8(out).expect("text")
}

#[test]
fn the_defaults_alone_are_complete() {
    let settings = from(None, &[]).expect("defaults").settings;
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8000");
    assert_eq!((settings.workers, settings.strict), (2, true));
    assert_eq!(settings.listener.idle, Duration::from_secs(60));
    assert_eq!(settings.listener.body_max, 10 << 20);
    assert!(settings.database_url.is_none() && settings.mail.smtp_url.is_none());
    assert!(settings.mail.password.is_none() && settings.environments.is_empty());
    assert_eq!(settings.trusted, TrustedProxies::default());
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = "workers = 3\nstrict = false\n[listener]\nidle = '5s'\n";
    let loaded = from(Some(file), &[("GATEHOUSE_GATEWAY__LISTENER__IDLE", "1m")]).expect("loads");
    assert_eq!(
        (loaded.settings.workers, loaded.settings.strict),
        (3, false)
    );
    assert_eq!(loaded.settings.listener.idle, Duration::from_secs(60));
    let text = printed(&loaded);
    assert!(
        text.contains("listener.idle = \"1m\"  # GATEHOUSE_GATEWAY__LISTENER__IDLE\n"),
        "{text}"
    );
    assert!(
        text.contains("gatehouse.toml:1\n") && text.contains("workers = 3"),
        "{text}"
    );
    assert!(
        text.contains("listen = \"127.0.0.1:8000\"  # default\n"),
        "{text}"
    );
    assert!(text.contains("#mail.smtp_url = unset\n"), "{text}");
    assert!(!text.contains('*'), "{text}");
}

#[test]
fn variables_are_read_as_the_kind_of_their_key() {
    let loaded = from(
        None,
        &[
            ("GATEHOUSE_GATEWAY__WORKERS", " 7"),
            ("GATEHOUSE_GATEWAY__STRICT", "false"),
            ("GATEHOUSE_GATEWAY__TRUSTED", "10.0.0.0/8, 192.0.2.1"),
            (
                "GATEHOUSE_GATEWAY__ENVIRONMENTS__SANDBOX__PUBLIC_URL",
                "https://sandbox.example.com",
            ),
        ],
    );
    let settings = loaded.expect("loads").settings;
    assert_eq!((settings.workers, settings.strict), (7, false));
    assert!(
        settings
            .trusted
            .contains("10.9.9.9".parse().expect("address"))
    );
    assert!(
        settings
            .trusted
            .contains("192.0.2.1".parse().expect("address"))
    );
    assert_eq!(
        settings.environments["sandbox"].public_url.host(),
        "sandbox.example.com"
    );
    let list = [("GATEHOUSE_GATEWAY__TRUSTED", "['10.0.0.0/8']")];
    assert!(
        from(None, &list)
            .expect("loads")
            .settings
            .trusted
            .contains("10.1.1.1".parse().expect("address"))
    );
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_name() {
    assert_eq!(
        refusal(Some("workers = 1\n\n[listener]\nidel = '5s'\n"), &[]),
        "gatehouse.toml:4: unknown setting listener.idel; did you mean listener.idle?"
    );
    assert_eq!(
        refusal(Some("[listner]\nidle = '5s'\n"), &[]),
        "gatehouse.toml:1: unknown setting listner; did you mean listener?"
    );
    assert_eq!(
        refusal(Some("zzz = 1"), &[]),
        "gatehouse.toml:1: unknown setting zzz"
    );
    assert_eq!(
        refusal(Some("[environments.sandbox]\npublic_ulr = 'http://x'"), &[]),
        "gatehouse.toml:2: unknown setting environments.sandbox.public_ulr; \
         did you mean environments.*.public_url?"
    );
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest_name() {
    for (name, nearest) in [
        ("GATEHOUSE_GATEWAY__WORKER", "GATEHOUSE_GATEWAY__WORKERS"),
        (
            "GATEHOUSE_GATEWAY__LISTENER__IDEL",
            "GATEHOUSE_GATEWAY__LISTENER__IDLE",
        ),
        (
            "GATEHOUSE_GATEWAY__LISTEN_FILES",
            "GATEHOUSE_GATEWAY__LISTEN",
        ),
        ("GATEHOUSE_GATEWAY_LISTEN", "GATEHOUSE_GATEWAY__LISTEN"),
        (
            "GATEHOUSE_GATEWAY_DATABASE_URL_FILE",
            "GATEHOUSE_GATEWAY__DATABASE_URL",
        ),
        ("GATEHOUSE_GATEWYA__WORKERS", "GATEHOUSE_GATEWAY__WORKERS"),
    ] {
        let expected = format!("environment: unknown setting {name}; did you mean {nearest}?");
        assert_eq!(refusal(None, &[(name, "1")]), expected);
    }
}

#[test]
fn variables_of_others_are_left_alone() {
    let others = [
        ("GATEHOUSE_PORTAL__LISTEN", "x"),
        ("GATEHOUSE_ADMIN_API__WORKERS", "x"),
        ("GATEHOUSE_PG_BIN", "/usr/bin"),
        ("GATEHOUSE_GATEWAY_SERVICE_HOST", "10.0.0.1"),
        ("GATEHOUSE_GATEWAY_PORT_8000_TCP", "tcp://10.0.0.1:8000"),
        ("gatehouse_gateway__workers", "x"),
        ("WORKERS", "x"),
    ];
    assert_eq!(from(None, &others).expect("loads").settings.workers, 2);
}

#[test]
fn a_file_variable_reads_its_value_from_a_file_without_the_last_line_end() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("secret");
    let path_text = path.to_str().expect("text").to_owned();
    for (written, read) in [
        ("canary", "canary"),
        ("canary\n", "canary"),
        ("canary\r\n", "canary"),
        (" a\n\n", " a\n"),
    ] {
        std::fs::write(&path, written).expect("written");
        let loaded = from(
            None,
            &[("GATEHOUSE_GATEWAY__MAIL__SMTP_URL_FILE", &path_text)],
        );
        let url = loaded.expect("loads").settings.mail.smtp_url.expect("set");
        assert_eq!(url.expose(), read);
    }
    let missing = refusal(
        None,
        &[("GATEHOUSE_GATEWAY__MAIL__SMTP_URL_FILE", "/no/such/file")],
    );
    assert!(
        missing.starts_with(
            "cannot read /no/such/file named by GATEHOUSE_GATEWAY__MAIL__SMTP_URL_FILE"
        ),
        "{missing}"
    );
}

#[test]
fn a_value_given_twice_is_refused() {
    let both = [
        ("GATEHOUSE_GATEWAY__MAIL__SMTP_URL", "a"),
        ("GATEHOUSE_GATEWAY__MAIL__SMTP_URL_FILE", "/dev/null"),
    ];
    assert_eq!(
        refusal(None, &both),
        "environment: GATEHOUSE_GATEWAY__MAIL__SMTP_URL and GATEHOUSE_GATEWAY__MAIL__SMTP_URL_FILE \
         both set the same value; keep one"
    );
}

#[test]
fn the_database_is_found_under_its_usual_name_and_the_exact_name_wins() {
    let usual = ("DATABASE_URL", "postgres://usual");
    let loaded = from(None, &[usual]).expect("loads");
    assert_eq!(
        loaded.settings.database_url.expect("set").expose(),
        "postgres://usual"
    );
    let exact = "GATEHOUSE_GATEWAY__DATABASE_URL";
    let loaded = from(None, &[usual, (exact, "postgres://exact")]).expect("loads");
    assert_eq!(
        loaded.settings.database_url.expect("set").expose(),
        "postgres://exact"
    );
    #[derive(Deserialize)]
    struct Without {}
    let environment = [usual].into_iter().collect();
    load::<Without>("gateway", "", None, &environment)
        .expect("a role without a database ignores it");
}

#[test]
fn secrets_are_never_printed_nor_repeated_in_errors() {
    let loaded = from(
        Some("[mail]\nsmtp_url = 'smtp://me:canary@mail'\npassword = 'canary'"),
        &[("DATABASE_URL", "postgres://me:canary@db")],
    );
    let loaded = loaded.expect("loads");
    let text = printed(&loaded);
    assert!(text.contains("mail.smtp_url = [secret]"), "{text}");
    // Plain text in the settings type, but its name says what it is.
    assert!(text.contains("mail.password = [secret]"), "{text}");
    assert!(
        text.contains("database_url = [secret]  # DATABASE_URL"),
        "{text}"
    );
    assert!(!text.contains("canary"), "{text}");
    assert!(!format!("{:?}", loaded.settings.database_url).contains("canary"));

    let wrong_kind = refusal(Some("[mail]\nsmtp_url = ['canary']"), &[]);
    assert_eq!(
        wrong_kind,
        "mail.smtp_url (gatehouse.toml:2): is not a value this secret can hold"
    );
}

#[test]
fn a_value_that_does_not_fit_names_its_key_and_origin() {
    for (file, variables, start) in [
        (
            None,
            ("GATEHOUSE_GATEWAY__WORKERS", "many"),
            "workers (GATEHOUSE_GATEWAY__WORKERS): expected integer",
        ),
        (
            None,
            ("GATEHOUSE_GATEWAY__WORKERS", "256"),
            "workers (GATEHOUSE_GATEWAY__WORKERS): invalid value: integer `256`",
        ),
        (
            None,
            ("GATEHOUSE_GATEWAY__LISTENER__IDLE", "10"),
            "listener.idle (GATEHOUSE_GATEWAY__LISTENER__IDLE): \"10\" is not a duration",
        ),
        (
            None,
            ("GATEHOUSE_GATEWAY__TRUSTED", "10.0.0.0/8,x"),
            "trusted (GATEHOUSE_GATEWAY__TRUSTED): \"x\" is not a network",
        ),
        (Some("strict = 'yes'"), ("HOME", "/"), "strict ("),
    ] {
        let refused = refusal(file, &[variables]);
        assert!(refused.starts_with(start), "{refused}");
    }
    assert!(
        refusal(Some("\nstrict = 'yes'"), &[]).contains("gatehouse.toml:2): invalid type: string")
    );
}

#[test]
fn text_that_is_no_toml_is_refused_with_its_line() {
    let refused = refusal(Some("workers = 1\nstrict = \n"), &[]);
    assert!(refused.starts_with("gatehouse.toml:2: "), "{refused}");
    let missing = load::<Settings>(
        "gateway",
        DEFAULTS,
        Some(std::path::Path::new("/no/such.toml")),
        &Environment::default(),
    );
    let missing = missing.expect_err("no file").to_string();
    assert!(
        missing.starts_with("cannot read settings file /no/such.toml: "),
        "{missing}"
    );
}
