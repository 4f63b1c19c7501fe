//! The stylesheet, the script and the icon: embedded, named by their content, cached for ever.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "../static/"]
struct Embedded;

/// Paths of the assets below the portal's base path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AssetUrls {
    pub(crate) css: String,
    pub(crate) js: String,
    pub(crate) icon: String,
}

struct Asset {
    /// `gatehouse.0123456789abcdef.css`
    hashed_name: String,
    content: Cow<'static, [u8]>,
    media_type: &'static str,
}

static CSS: LazyLock<Option<Asset>> =
    LazyLock::new(|| load("gatehouse", "css", "text/css; charset=utf-8"));
static JS: LazyLock<Option<Asset>> =
    LazyLock::new(|| load("gatehouse", "js", "text/javascript; charset=utf-8"));
static ICON: LazyLock<Option<Asset>> = LazyLock::new(|| load("icon", "svg", "image/svg+xml"));

fn load(stem: &str, extension: &str, media_type: &'static str) -> Option<Asset> {
    let content = Embedded::get(&format!("{stem}.{extension}"))?.data;
    let digest = Sha256::digest(&content);
    let short: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(Asset {
        hashed_name: format!("{stem}.{short}.{extension}"),
        content,
        media_type,
    })
}

/// Where the pages of a portal mounted at `base_path` find their assets.
pub(crate) fn urls(base_path: &str) -> AssetUrls {
    let url = |asset: &Option<Asset>| {
        asset
            .as_ref()
            .map(|asset| format!("{base_path}/static/{}", asset.hashed_name))
            .unwrap_or_default()
    };
    AssetUrls {
        css: url(&CSS),
        js: url(&JS),
        icon: url(&ICON),
    }
}

/// Answers an asset by its hashed name; any other name is 404, so an old page never gets a newer script.
pub(crate) fn serve(name: &str) -> Response {
    let found = [&*CSS, &*JS, &*ICON]
        .into_iter()
        .flatten()
        .find(|asset| asset.hashed_name == name);
    let Some(asset) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    (
        [
            (header::CONTENT_TYPE, asset.media_type),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ],
        Body::from(asset.content.clone().into_owned()),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::{serve, urls};
    use http::{StatusCode, header};

    #[test]
    fn assets_are_served_under_the_name_of_their_content_only() {
        let urls = urls("/portal");
        let name = urls.css.strip_prefix("/portal/static/").unwrap();
        let answer = serve(name);
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(
            answer.headers()[header::CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        for wrong in [
            "gatehouse.css",
            "gatehouse.0000000000000000.css",
            "../Cargo.toml",
            "",
        ] {
            assert_eq!(serve(wrong).status(), StatusCode::NOT_FOUND, "{wrong}");
        }
    }
}
