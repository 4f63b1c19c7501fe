//! `gatehouse test` through the built executable: what passes, what fails and where, what cannot be run.

use std::path::Path;

use gatehouse_harness::command::{Ran, run};
use gatehouse_harness::{TestStack, postgres_cache};
use serde_json::json;

use crate::GATEHOUSE;

const PETS: &str = r#"{ "openapi": "3.0.3", "info": { "title": "Pets", "version": "1" },
  "paths": { "/pets": { "get": { "responses": { "200": { "description": "ok" } } },
                        "post": { "responses": { "201": { "description": "ok" } } } } } }"#;

fn write(folder: &Path, name: &str, text: &str) {
    let target = folder.join(name);
    std::fs::create_dir_all(target.parent().unwrap()).unwrap();
    std::fs::write(target, text).unwrap();
}

/// An API with two plans: one with a low limit, one that two people decide about.
fn configuration(folder: &Path) {
    let resource = |name: &str, kind: &str, metadata: &str, spec: &str| {
        let text =
            format!("apiVersion: gatehouse/v1\nkind: {kind}\nmetadata: {metadata}\nspec:\n{spec}");
        write(folder, name, &text);
    };
    resource("api.yaml", "api", "{name: pets}", "  name: Pets\n");
    write(folder, "v1.json", PETS);
    let version = "  description: {file: v1.json}\n";
    resource("v1.yaml", "version", "{api: pets, name: v1}", version);
    for (environment, url) in [
        ("production", "https://pets.example/base"),
        ("sandbox", "http://sandbox.pets.example"),
    ] {
        resource(
            &format!("upstream-{environment}.yaml"),
            "upstream",
            &format!("{{api: pets, name: {environment}}}"),
            &format!("  targets: [{{url: '{url}'}}]\n"),
        );
    }
    let plan = |name: &str, approval: &str, limits: &str| {
        resource(
            &format!("plan-{name}.yaml"),
            "plan",
            &format!("{{api: pets, name: {name}}}"),
            &format!("  approval: {approval}\n  limits: {limits}\n"),
        );
    };
    // So slow that no call becomes free while the cases run.
    let few = "[{kind: rate, amount: 3, window_s: 3600, burst: 3}]";
    plan("few", "manual", few);
    plan("free", "two_person", "[]");
    let policy = |name: &str, kind: &str, document: &str| {
        resource(
            &format!("policy-{name}.yaml"),
            "policy",
            &format!("{{name: {name}}}"),
            &format!("  api: pets\n  version: v1\n  kind: {kind}\n  document: {document}\n"),
        );
    };
    policy("pages", "cors", "{origins: ['https://shop.test']}");
    let served = "{response: {set: [{name: x-served-by, value: pets}]}, request: {set: [{name: x-zone, value: eu}, {name: authorization, value: 'Bearer ${vault:token}'}]}}";
    policy("served", "headers", served);
}

/// Runs the program with a folder for temporary files of its own, which must be empty afterwards.
async fn gatehouse_test(args: &[&str]) -> Ran {
    let scratch = tempfile::tempdir().unwrap();
    let cache = postgres_cache().await;
    let mut all = vec!["test", "--cache-dir", cache.to_str().unwrap()];
    all.extend(args);
    let env = [
        ("TMPDIR", scratch.path().to_str().unwrap()),
        // Of an installation that the command runs beside: none of its business.
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
        ("GATEHOUSE_GATEWAY__LIMITS__BODY", "1B"),
    ];
    let ran = run(Path::new(GATEHOUSE), &all, &env).await;
    let left: Vec<_> = std::fs::read_dir(scratch.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?} is left: {ran:#?}");
    ran
}

const PASSING: &str = r#"
cases:
  - name: No key, no call
    request: {path: /pets/v1/pets}
    expect: {status: 401, code: no_key, headers: {www-authenticate: true}, received: nothing}
  - name: A key nobody made
    as: wrong_key
    request: {path: /pets/v1/pets}
    expect: {status: 401, code: key_unknown, received: nothing}
  - name: An application without access
    as: stranger
    request: {path: /pets/v1/pets}
    expect: {status: 403, code: not_subscribed, received: nothing}
  - name: A key of the sandbox in production
    as: {api: pets, plan: free, environment: sandbox}
    request: {path: /pets/v1/pets}
    expect: {status: 401, code: wrong_environment, received: nothing}
  - name: An address without an API
    as: {api: pets, plan: free}
    request: {path: /nothing/v1}
    expect: {status: 404, code: no_route}
  - name: What is sent arrives, but for the key
    as: {api: pets, plan: free}
    request: {method: POST, path: '/pets/v1/pets?x=%2F', headers: {X-Region: EU}, body: {name: Rex}}
    backend: {status: 201, headers: {x-kept: 'yes'}, body: {id: 7, name: Rex}}
    expect:
      status: 201
      headers: {x-kept: 'yes'}
      body: {id: 7}
      received:
        target: https://pets.example/base
        method: POST
        path: /base/pets
        query: x=%2F
        headers: {x-region: EU, x-api-key: false, content-type: application/json}
        body: {name: Rex}
  - name: The sandbox has a backend of its own
    as: {api: pets, plan: few}
    environment: sandbox
    request: {path: /pets/v1/pets}
    backend: {status: 404, body: gone}
    expect: {status: 404, body: gone, received: {target: 'http://sandbox.pets.example', path: /pets}}
  - name: The fourth call of three
    as: {api: pets, plan: few}
    request: {path: /pets/v1/pets}
    times: 3
    expect: {status: 200, received: {method: GET}}
    then:
      - expect: {status: 429, code: rate_limited, headers: {retry-after: true}, received: nothing}
        times: 2
  - name: A page of the shop may ask, and asks without a key
    request:
      method: OPTIONS
      path: /pets/v1/pets
      headers: {origin: 'https://shop.test', access-control-request-method: POST}
    expect:
      status: 204
      headers: {access-control-allow-origin: 'https://shop.test', access-control-allow-methods: 'GET, POST'}
      received: nothing
  - name: What policies set is set on both ways
    as: {api: pets, plan: free}
    request: {path: /pets/v1/pets, headers: {origin: 'https://shop.test'}}
    backend: {headers: {x-served-by: somebody else}}
    expect:
      status: 200
      headers: {x-served-by: pets, access-control-allow-origin: 'https://shop.test'}
      received: {headers: {x-zone: eu, authorization: Bearer vault-token}}
  - name: A limit is nobody else's
    as: {api: pets, plan: few}
    request: {path: /pets/v1/pets}
    expect: {status: 200}
"#;

#[tokio::test]
async fn cases_pass_against_what_a_tenant_exported() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Cases").await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let token = tenant.root().await;
    configuration(&folder.path().join("written"));
    let (written, config) = (path("written"), path("config"));
    let cli = async |args: &[&str]| token.cli(stack.program(), args).await;
    // Of the API that has to be there first.
    let (served, aside) = (path("written/policy-served.yaml"), path("aside.yaml"));
    std::fs::rename(&served, &aside).unwrap();
    cli(&["apply", &written, "--yes"]).await.assert_success();
    let put = ["backend-secret", "put", "pets", "token"];
    let put = token.cli_fed(stack.program(), &put, Some("of the tenant\n"));
    put.await.assert_success();
    std::fs::rename(&aside, &served).unwrap();
    cli(&["apply", &written, "--yes"]).await.assert_success();
    cli(&["export", &config]).await.assert_success();

    write(folder.path(), "cases.yaml", PASSING);
    let (cases, junit) = (path("cases.yaml"), path("junit.xml"));
    let ran = gatehouse_test(&[&config, &cases, "-o", "json", "--junit", &junit]).await;
    let report = ran.json();
    assert_eq!(
        (&report["passed"], &report["failed"]),
        (&json!(11), &json!(0))
    );
    assert_eq!(report["cases"][7]["calls"], 5);
    assert!(report["started_ms"].as_u64().unwrap() > 0, "{report}");
    assert!(ran.stderr.contains("Started in "), "{ran:#?}");
    let junit = std::fs::read_to_string(junit).unwrap();
    assert!(junit.contains("tests=\"11\" failures=\"0\""), "{junit}");
}

const FAILING: &str = r#"cases:
  - name: status
    request: {path: /pets/v1/pets}
    expect: {status: 200}
  - name: code
    request: {path: /pets/v1/pets}
    expect: {code: rate_limited}
  - name: header
    as: {api: pets, plan: few}
    request: {path: /pets/v1/pets}
    expect: {status: 200, headers: {x-none: true}}
  - name: body
    as: {api: pets, plan: few}
    request: {path: /pets/v1/pets}
    backend: {body: {name: Rex}}
    expect: {body: {name: Max}}
  - name: received
    as: {api: pets, plan: few}
    request: {path: /pets/v1/pets}
    expect: {received: {path: /cats}}
  - name: not received
    request: {path: /pets/v1/pets}
    expect: {received: {path: /base/pets}}
  - name: limit
    as: {api: pets, plan: few}
    request: {path: /pets/v1/pets}
    times: 4
    expect:
      status: 200
  - name: no such plan
    as: {api: pets, plan: gold}
    request: {path: /pets/v1/pets}
    expect: {status: 200}
  - name: no such environment
    environment: moon
    request: {path: /pets/v1/pets}
    expect: {status: 200}
  - name: passes
    request: {path: /pets/v1/pets}
    expect: {status: 401}
"#;

#[tokio::test]
async fn each_kind_of_failure_is_told_at_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    configuration(&folder.path().join("config"));
    write(folder.path(), "cases.yaml", FAILING);
    let cases = path("cases.yaml");
    let junit = path("junit.xml");
    let ran = gatehouse_test(&[&path("config"), &cases, "--junit", &junit]).await;
    ran.assert_code(1);
    for told in [
        "4:14: status: call 1, status: expected 200, got 401 no_key",
        "7:14: code: call 1, code: expected rate_limited, got no_key",
        "11:37: header: call 1, header x-none: expected any value, got none",
        r#"16:21: body: call 1, body/name: expected "Max", got "Rex""#,
        "20:25: received: call 1, received path: expected /cats, got /base/pets",
        "23:14: not received: call 1, the backend received: expected a call, got nothing",
        "29:7: limit: call 4, status: expected 200, got 429 rate_limited",
        "31:5: no such plan: the caller: expected to have access, got unknown_reference",
        "35:5: no such environment: the environment: expected one of the tenant's, got moon",
        "1 passed, 9 failed.",
    ] {
        assert!(ran.stderr.contains(told), "no '{told}' in {ran:#?}");
    }
    assert!(ran.stdout.contains("passed  passes"), "{ran:#?}");
    let junit = std::fs::read_to_string(junit).unwrap();
    assert!(junit.contains("tests=\"10\" failures=\"9\""), "{junit}");
    assert!(junit.contains("cases.yaml:29:7: call 4, status"), "{junit}");
}

#[tokio::test]
async fn what_cannot_be_run_says_where_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    configuration(&folder.path().join("config"));
    let (config, cases) = (path("config"), path("cases.yaml"));
    write(folder.path(), "cases.yaml", PASSING);

    // Cases with faults start nothing.
    let faulty = "cases:\n  - name: x\n    request: {path: /pets}\n    expects: {status: 200}\n";
    write(folder.path(), "faulty.yaml", faulty);
    let ran = gatehouse_test(&[&config, &cases, &path("faulty.yaml")]).await;
    ran.assert_code(2);
    assert!(
        ran.stderr.contains("faulty.yaml:4:5: /cases/0/expects: "),
        "{ran:#?}"
    );
    write(folder.path(), "config/cases.yaml", PASSING);
    let ran = gatehouse_test(&[&config, &path("config/cases.yaml")]).await;
    ran.assert_code(2);
    std::fs::remove_file(folder.path().join("config/cases.yaml")).unwrap();
    gatehouse_test(&[&config]).await.assert_code(2);
    let ran = gatehouse_test(&[&path("nowhere"), &cases]).await;
    ran.assert_code(2);
    let nowhere = path("nowhere/junit.xml");
    let ran = gatehouse_test(&[&config, &cases, "--junit", &nowhere]).await;
    ran.assert_code(2);
    assert!(ran.stderr.contains("nowhere/junit.xml"), "{ran:#?}");

    // Files that are refused were judged by the control plane, and no case was.
    let plan = folder.path().join("config/plan-few.yaml");
    let text = std::fs::read_to_string(&plan).unwrap() + "  limitz: []\n";
    std::fs::write(&plan, text).unwrap();
    let ran = gatehouse_test(&[&config, &cases, "--junit", &path("junit.xml")]).await;
    ran.assert_code(6);
    assert!(
        ran.stderr.contains("7:3 plan-few.yaml#/spec/limitz"),
        "{ran:#?}"
    );
    assert_eq!(ran.stdout, "");
    assert!(!folder.path().join("junit.xml").exists());
}
