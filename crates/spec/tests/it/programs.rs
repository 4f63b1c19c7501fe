//! Samples as whole programs: those whose language is on this machine are run, against a server that keeps what arrives.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;

use gatehouse_spec::sample::{Language, program};
use serde_json::json;

use super::*;

/// What a server got.
#[derive(Debug)]
struct Got {
    line: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value)
    }
}

/// Answers one request and hands it over.
fn server() -> (String, thread::JoinHandle<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/base/", listener.local_addr().unwrap());
    let serving = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let mut headers = Vec::new();
        loop {
            let mut field = String::new();
            reader.read_line(&mut field).unwrap();
            let Some((name, value)) = field.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut got = Got {
            line: line.trim_end().to_owned(),
            headers,
            body: Vec::new(),
        };
        got.body = vec![0; got.header("content-length").parse().unwrap_or(0)];
        reader.read_exact(&mut got.body).unwrap();
        let mut stream = stream;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            .unwrap();
        got
    });
    (url, serving)
}

fn is_here(command: &str) -> bool {
    Command::new(command)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// How a saved program is run; `None` when its language is not on this machine, which is said aloud.
fn runner(language: Language) -> Option<(&'static str, &'static str)> {
    let (command, file) = match language {
        Language::Curl => ("sh", "sample.sh"),
        Language::Python => ("python3", "sample.py"),
        Language::JavaScript => ("node", "sample.mjs"),
        Language::Java => ("java", "Sample.java"),
        Language::Go | Language::Rust => return None,
    };
    let needed = if language == Language::Curl {
        "curl"
    } else {
        command
    };
    if is_here(needed) {
        return Some((command, file));
    }
    let _ = writeln!(
        std::io::stderr().lock(),
        "SKIPPED: samples in {}: no {needed} here",
        language.label()
    );
    None
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("gatehouse-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs the sample of `fragment` in every language that is here, and gives what arrived.
fn run_all(name: &str, fragment: &Value) -> Vec<(Language, Got)> {
    let folder = folder(name);
    std::fs::write(folder.join("file.bin"), b"\x00\xffbytes").unwrap();
    let mut all = Vec::new();
    for language in Language::ALL {
        let Some((command, file)) = runner(language) else {
            continue;
        };
        let (url, serving) = server();
        let text = program(language, &url, fragment, "API_KEY");
        std::fs::write(folder.join(file), &text).unwrap();
        let output = Command::new(command)
            .arg(file)
            .current_dir(&folder)
            .env("API_KEY", "gth_test_1")
            .env("no_proxy", "*")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{language:?}: {}\n{text}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("ok"),
            "{language:?} prints the answer"
        );
        all.push((language, serving.join().unwrap()));
    }
    std::fs::remove_dir_all(&folder).unwrap();
    all
}

/// Texts that mean something to one of the languages or another.
const HOSTILE: &str =
    "it's \"quoted\" `tick` ${x} $(id) \\ \\u0041 ''' \"\"\" %s #{y} é \u{1f600}\t| end\\";

#[test]
fn every_program_sends_the_same_call_whatever_the_texts_are() {
    for body in [
        json!({ "name": HOSTILE, "lines": ["a", "b"] }),
        json!({ "plain": 1 }),
    ] {
        let description = read(&with_paths(
            &json!({ "/a/{id}": { "post": {
                "parameters": [
                    { "name": "id", "in": "path", "required": true, "example": HOSTILE },
                    { "name": "q", "in": "query", "required": true, "example": HOSTILE },
                    { "name": "X-Note", "in": "header", "required": true, "example": "it's \"$x\" \\n `y`" },
                ],
                "requestBody": { "content": { "application/json": { "example": body } } },
            } } })
            .to_string(),
        ));
        let fragment = fragment(&description, "POST /a/{}");
        for (language, got) in run_all("call", &fragment) {
            let sent: Value = serde_json::from_slice(&got.body)
                .unwrap_or_else(|error| panic!("{language:?}: {error}: {got:?}"));
            assert_eq!(sent, body, "{language:?}");
            assert!(
                got.line.starts_with("POST /base/a/it%27s%20%22quoted%22"),
                "{language:?} {got:?}"
            );
            assert!(got.line.contains("q=it%27s%20"), "{language:?} {got:?}");
            assert_eq!(got.header("x-api-key"), "gth_test_1", "{language:?}");
            assert_eq!(
                got.header("content-type"),
                "application/json",
                "{language:?}"
            );
            assert_eq!(got.header("x-note"), "it's \"$x\" \\n `y`", "{language:?}");
        }
    }
}

#[test]
fn every_program_sends_forms_files_and_parts() {
    let description = read(&with_paths(
        r#"{"/form":{"post":{"requestBody":{"content":{"application/x-www-form-urlencoded":{"example":{"a b":"c&d=é"}}}}}},
            "/file":{"put":{"requestBody":{"content":{"application/octet-stream":{"schema":{"type":"string","format":"binary"}}}}}},
            "/parts":{"post":{"requestBody":{"content":{"multipart/form-data":{"example":{"no\"te":"it's"},
              "schema":{"type":"object","properties":{"no\"te":{"type":"string"},"file":{"type":"string","format":"binary"}}}}}}}},
            "/typed":{"post":{"requestBody":{"content":{"multipart/form-data":{"example":{"meta":{"a":"it's \"b\"; c"}},
              "schema":{"type":"object","properties":{"meta":{"type":"object"},"photo":{"type":"string","format":"binary"}}},
              "encoding":{"photo":{"contentType":"image/png"}}}}}}}}"#,
    ));
    for (language, got) in run_all("form", &fragment(&description, "POST /form")) {
        assert_eq!(got.body, b"a%20b=c%26d%3D%C3%A9", "{language:?}");
        assert_eq!(
            got.header("content-type"),
            "application/x-www-form-urlencoded",
            "{language:?}"
        );
    }
    for (language, got) in run_all("file", &fragment(&description, "PUT /file")) {
        assert_eq!(got.body, b"\x00\xffbytes", "{language:?}");
    }
    for (language, got) in run_all("typed", &fragment(&description, "POST /typed")) {
        let body = String::from_utf8_lossy(&got.body).to_ascii_lowercase();
        for line in ["content-type: application/json", "content-type: image/png"] {
            assert!(body.contains(line), "{language:?}: {line}: {body}");
        }
        let content = "\r\n\r\n{\"a\":\"it's \\\"b\\\"; c\"}\r\n";
        assert!(body.contains(content), "{language:?}: {body}");
        let file = b"\r\n\r\n\x00\xffbytes\r\n";
        assert!(
            got.body.windows(file.len()).any(|window| window == file),
            "{language:?}: {body}"
        );
    }
    for (language, got) in run_all("parts", &fragment(&description, "POST /parts")) {
        let boundary = got.header("content-type").split_once("boundary=");
        let (_, boundary) = boundary.unwrap_or_else(|| panic!("{language:?}: {got:?}"));
        let body = String::from_utf8_lossy(&got.body);
        let parts: Vec<&str> = body.split(boundary.trim_matches('"')).collect();
        assert_eq!(parts.len(), 4, "{language:?}: {body}");
        assert!(body.contains("\r\n\r\nit's\r\n"), "{language:?}: {body}");
        assert!(
            body.contains("filename=\"file.bin\""),
            "{language:?}: {body}"
        );
        let file = b"\r\n\r\n\x00\xffbytes\r\n";
        assert!(
            got.body.windows(file.len()).any(|window| window == file),
            "{language:?}: {body}"
        );
    }
}

/// Go and Rust are not run, but a formatter that is here has to be able to read them.
#[test]
fn programs_that_are_not_run_can_be_parsed() {
    let folder = folder("parsed");
    for (language, command, arguments, file) in [
        (
            Language::Rust,
            "rustfmt",
            &["--edition", "2024", "--check", "--config", "max_width=9999"][..],
            "sample.rs",
        ),
        (Language::Go, "gofmt", &["-l"][..], "sample.go"),
    ] {
        if !Path::new("/usr/bin").join(command).exists() && !is_here(command) {
            let _ = writeln!(
                std::io::stderr().lock(),
                "SKIPPED: {} samples: no {command} here",
                language.label()
            );
            continue;
        }
        for key in ["GET /pets/{}", "PUT /pets/{}", "POST /upload"] {
            let text = program(
                language,
                "http://127.0.0.1/base",
                &super::fragment(&everything(), key),
                "API_KEY",
            );
            std::fs::write(folder.join(file), format!("{text}\n")).unwrap();
            let output = Command::new(command)
                .args(arguments)
                .arg(file)
                .current_dir(&folder)
                .output()
                .unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                !errors.contains("error") && !errors.contains("sample.go:"),
                "{errors}\n{text}"
            );
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn languages_are_found_by_their_slug() {
    for language in Language::ALL {
        assert_eq!(Language::parse(language.slug()), Some(language));
    }
    assert_eq!(Language::parse("cobol"), None);
}
