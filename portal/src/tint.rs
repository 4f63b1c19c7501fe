//! The stylesheet of a tenant's own colour: the tokens that differ, after [`crate::assets`]'s. Made of its name alone, so browsers
//! keep it for good, and asking for one that no tenant has costs nothing.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use gatehouse_domain::Accent;
use http::header;

/// What its address begins with, in the folder of the assets.
const PREFIX: &str = "accent-";

/// Where the pages of a portal mounted at `base_path` find it.
pub(crate) fn url(base_path: &str, accent: Accent) -> String {
    let digits = accent.to_string();
    let digits = digits.trim_start_matches('#');
    format!("{base_path}/static/{PREFIX}{digits}.css")
}

/// Answers the stylesheet of this name; `None` when it is none, or of a colour that no tenant can have.
pub(crate) fn serve(name: &str) -> Option<Response> {
    let digits = name.strip_prefix(PREFIX)?.strip_suffix(".css")?;
    let accent = Accent::parse(&format!("#{digits}")).ok()?;
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Some((headers, Body::from(sheet(accent))).into_response())
}

fn sheet(accent: Accent) -> String {
    let (light, dark) = (accent.light(), accent.dark());
    // Outside of every layer: it goes before what the layers of gatehouse.css say.
    format!(
        ":root {{\n  --accent: light-dark({}, {});\n  --on-accent: light-dark({}, {});\n  --accent-soft: light-dark({}, {});\n}}\n",
        light.accent, dark.accent, light.on_accent, dark.on_accent, light.soft, dark.soft
    )
}

#[cfg(test)]
mod tests {
    use super::{serve, sheet, url};
    use gatehouse_domain::Accent;
    use http::StatusCode;

    #[test]
    fn a_colour_has_a_stylesheet_and_nothing_else_has() {
        let accent = Accent::parse("#0B5FB0").unwrap();
        assert_eq!(url("/portal", accent), "/portal/static/accent-0b5fb0.css");
        assert_eq!(serve("accent-0b5fb0.css").unwrap().status(), StatusCode::OK);
        assert!(
            sheet(accent).contains("--accent: light-dark(#0b5fb0, #"),
            "{}",
            sheet(accent)
        );
        for none in [
            "accent-ffffff.css",
            "accent-0b5fb0",
            "accent-0b5fb.css",
            "accent-}a{b:0.css",
            "0b5fb0.css",
        ] {
            assert!(serve(none).is_none(), "{none}");
        }
    }
}
