//! Other people's awkward descriptions: each ends in pages or in a named fault.

use std::collections::BTreeMap;
use std::io::Read;

use gatehouse_spec::Format;
use gatehouse_spec::sample::curl;

use super::*;

#[derive(Default, Debug, PartialEq, Eq)]
struct Count {
    read: usize,
    refused: usize,
}

/// Every file of the archive that could be a description, by path.
fn files() -> Vec<(String, Vec<u8>)> {
    let archive = std::fs::File::open(data("openapi-awkward.tar.xz")).unwrap();
    let mut archive = tar::Archive::new(xz2::read::XzDecoder::new(archive));
    let mut files = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        if ["json", "yaml", "yml"]
            .iter()
            .any(|ending| path.ends_with(ending))
        {
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            files.push((path, content));
        }
    }
    files
}

/// Whether the file calls itself Swagger 2.0.
fn is_swagger(content: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content).replace(['"', '\'', ' '], "");
    text.lines()
        .any(|line| line.starts_with("swagger:2.0") || line.starts_with("{swagger:2.0"))
}

#[test]
fn every_awkward_description_ends_in_pages_or_in_a_located_fault() {
    let (mut all, mut swagger) = (Count::default(), Count::default());
    let mut formats: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, content) in files() {
        let is_swagger = is_swagger(&content);
        match parse(&content, &Limits::default()) {
            Ok(description) => {
                all.read += 1;
                swagger.read += usize::from(description.format() == Format::Swagger20);
                *formats.entry(description.format().as_str()).or_default() += 1;
                let mut fragments = description.fragments();
                for operation in description.operations() {
                    let fragment = fragments.value(operation);
                    let page = OperationPage::from_fragment(&fragment);
                    assert_eq!(page.path, operation.path_template, "{path}");
                    assert!(
                        curl("http://h", &fragment, "$KEY").starts_with("curl "),
                        "{path}"
                    );
                }
            }
            Err(errors) => {
                all.refused += 1;
                swagger.refused += usize::from(is_swagger);
                for error in errors.errors {
                    assert!(
                        !error.message.is_empty() && error.location.is_some(),
                        "{path}: {error:?}"
                    );
                }
            }
        }
    }
    println!("{all:?}, of them Swagger 2.0 {swagger:?}; {formats:?}");
    // The rest are fragments of descriptions, refer to other files, or are broken on purpose.
    assert_eq!(
        all,
        Count {
            read: 245,
            refused: 52
        }
    );
    assert!(swagger.read >= 85, "{swagger:?}");
    assert!(
        swagger.read * 100 >= (swagger.read + swagger.refused) * 95,
        "{swagger:?}"
    );
}
