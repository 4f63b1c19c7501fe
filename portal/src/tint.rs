//! The stylesheet of a tenant's own colour: the tokens that differ, after [`crate::assets`]'s. It is made of the colour in its name, so
//! asking for one that no tenant has costs nothing; the name ends with its content's hash, so browsers keep it for good.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use gatehouse_domain::Accent;
use http::header;
use sha2::{Digest, Sha256};

/// What its address begins with, in the folder of the assets.
const PREFIX: &str = "accent-";

/// Where the pages of a portal mounted at `base_path` find it.
pub(crate) fn url(base_path: &str, accent: Accent) -> String {
    format!("{base_path}/static/{}", name(accent))
}

/// `accent-0b5fb0.01234567.css`
fn name(accent: Accent) -> String {
    let colour = accent.to_string();
    let digest = Sha256::digest(sheet(accent));
    let short: String = digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{PREFIX}{}.{short}.css", colour.trim_start_matches('#'))
}

/// Answers the stylesheet of this name; `None` when it is none, of a colour that no tenant can have, or what another version of the
/// program made of it.
pub(crate) fn serve(asked: &str) -> Option<Response> {
    let (digits, _) = asked.strip_prefix(PREFIX)?.split_once('.')?;
    let accent = Accent::parse(&format!("#{digits}")).ok()?;
    if name(accent) != asked {
        return None;
    }
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
    use super::{name, serve, sheet, url};
    use gatehouse_domain::Accent;
    use gatehouse_domain::accent::{CONTRAST_MIN, Colour};
    use http::StatusCode;

    /// Every ground of the stylesheet that words in the accent may stand on.
    fn grounds(theme: usize) -> Vec<Colour> {
        let style = include_str!("../../static/gatehouse.css");
        let tokens = style
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--"));
        let tokens = tokens.filter_map(|line| line.split_once(": light-dark("));
        let names = [
            "bg", "surface", "sunken", "neutral", "current", "code", "raised",
        ];
        let grounds = tokens.filter(|(name, _)| {
            let soft = name.ends_with("-soft") && *name != "accent-soft";
            names.contains(name) || soft
        });
        let colours = grounds.map(|(_, colours)| {
            let colour = colours
                .trim_end_matches(");")
                .split(", ")
                .nth(theme)
                .unwrap();
            let digits = colour.trim_start_matches('#');
            let long = match digits.len() {
                3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
                _ => digits.to_owned(),
            };
            Colour::parse(&format!("#{long}")).unwrap()
        });
        colours.collect()
    }

    #[test]
    fn words_in_any_accent_can_be_read_on_every_ground_of_the_stylesheet() {
        let (light, dark) = (grounds(0), grounds(1));
        assert!(light.len() > 8 && dark.len() == light.len(), "{light:?}");
        for chosen in [
            "#ff3300", "#ffcc00", "#00ff00", "#00ffff", "#ff00ff", "#8080ff", "#ffffff",
        ] {
            let accent = Accent::nearest(chosen).unwrap();
            for (shades, grounds) in [(accent.light(), &light), (accent.dark(), &dark)] {
                for ground in grounds {
                    let contrast = shades.accent.contrast(*ground);
                    assert!(
                        contrast >= CONTRAST_MIN,
                        "{chosen}: {} on {ground} is {contrast}",
                        shades.accent
                    );
                }
            }
        }
    }

    #[test]
    fn a_colour_has_a_stylesheet_and_nothing_else_has() {
        let accent = Accent::parse("#0B5FB0").unwrap();
        let own = name(accent);
        assert_eq!(url("/portal", accent), format!("/portal/static/{own}"));
        assert_eq!(serve(&own).unwrap().status(), StatusCode::OK);
        assert!(
            sheet(accent).contains("--accent: light-dark(#0b5fb0, #"),
            "{}",
            sheet(accent)
        );
        let light = own.replace("0b5fb0", "ffffff");
        let loud = own.replace("0b5fb0", "0B5FB0");
        let other = own.replace("0b5fb0", "0b5fb1");
        for none in [
            light.as_str(),
            loud.as_str(),
            other.as_str(),
            "accent-0b5fb0.css",
            "accent-0b5fb0.00000000.css",
            "accent-0b5fb0",
            "accent-}a{b:0.css",
            "0b5fb0.css",
        ] {
            assert!(serve(none).is_none(), "{none}");
        }
    }
}
