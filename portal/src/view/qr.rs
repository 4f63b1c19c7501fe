//! QR codes (ISO/IEC 18004) as inline SVG: drawn on the server, so that no script sees what is in them.

use askama::filters::HtmlSafe;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::{self, Write as _};

/// Quiet zone around the code, modules.
const MARGIN: i32 = 4;

/// A drawn code: dark on white in every theme, because cameras need that.
#[derive(Clone)]
pub(crate) struct Qr {
    side: i32,
    /// One square of a path for each dark module.
    path: String,
}

impl Qr {
    /// `None` for a text that no code is large enough for (about 2,300 bytes).
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                let _ = write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
            }
        }
        Some(Self {
            side: code.size() + 2 * MARGIN,
            path,
        })
    }
}

impl fmt::Display for Qr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<svg class=\"qr\" viewBox=\"0 0 {0} {0}\" width=\"232\" height=\"232\" role=\"img\" aria-label=\"QR code for your app\">\
             <path fill=\"#fff\" d=\"M0 0h{0}v{0}H0z\"/><path fill=\"#000\" d=\"{1}\"/></svg>",
            self.side, self.path
        )
    }
}

impl askama::FastWritable for Qr {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(dest, "{self}")?)
    }
}

impl HtmlSafe for Qr {}

#[cfg(test)]
mod tests {
    use super::Qr;

    #[test]
    fn a_code_is_drawn_with_its_three_corners_and_a_quiet_zone() {
        let code = Qr::of("otpauth://totp/Acme:mia%40acme.example?secret=ABC").unwrap();
        for corner in [
            "M4 4h1",
            &format!("M{} 4h1", code.side - 5),
            &format!("M4 {}h1", code.side - 5),
        ] {
            assert!(code.path.contains(corner), "{corner}");
        }
        assert!(!code.path.contains("M3 "), "nothing is drawn in the margin");
        assert!(Qr::of(&"x".repeat(5_000)).is_none());
    }
}
