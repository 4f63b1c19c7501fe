//! What a case sends: bytes, pauses, a half-close, with places that are filled in for the proxy at hand.

use anyhow::{Context, bail};

/// What a client does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Sends bytes.
    Write(Vec<u8>),
    /// Lets the other side read what was sent before more comes.
    Pause,
    /// Says that nothing more will come.
    Close,
}

/// What the places of a script become.
#[derive(Debug, Clone)]
pub struct Fill {
    /// `{p}`: the path under which the proxy forwards to the judge's backend.
    pub prefix: String,
    /// `{key}`: a whole header line that lets the call through.
    pub credential: String,
    /// The limits that cases name.
    pub limits: Limits,
}

/// The limits of the proxy at hand.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of path and query.
    pub address: usize,
    /// Number of header lines.
    pub headers: usize,
    /// Bytes of header names and values.
    pub header_bytes: usize,
    /// Bytes of a body.
    pub body: usize,
}

/// The bytes of a case with places still open.
#[derive(Debug, Clone)]
pub struct Script(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Bytes(Vec<u8>),
    Prefix,
    Key,
    /// A request that must never be seen on its own.
    Smuggled,
    /// One text so many times: `{text*1000}`, `{text*address+1}`.
    Repeat(Vec<u8>, Count),
    Pause,
    Close,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    limit: Option<fn(&Limits) -> usize>,
    add: isize,
}

impl Script {
    /// Lines of a file. Each ends with CRLF unless its last character is a backslash.
    pub(super) fn parse(lines: &[String]) -> anyhow::Result<Self> {
        let mut pieces = Pieces::default();
        for line in lines {
            match line.strip_suffix('\\').filter(|line| !line.ends_with('\\')) {
                Some(open) => pieces.take(open)?,
                None => {
                    pieces.take(line)?;
                    pieces.bytes(b"\r\n");
                }
            }
        }
        Ok(Self(pieces.0))
    }

    /// Whether the client itself says that nothing more will come.
    #[must_use]
    pub fn says_its_end(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Close))
    }

    /// What to do, for this proxy.
    #[must_use]
    pub fn steps(&self, fill: &Fill) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for piece in &self.0 {
            let bytes = match piece {
                Piece::Pause => {
                    steps.push(Step::Pause);
                    continue;
                }
                Piece::Close => {
                    steps.push(Step::Close);
                    continue;
                }
                Piece::Bytes(bytes) => bytes.clone(),
                Piece::Prefix => fill.prefix.clone().into_bytes(),
                Piece::Key => fill.credential.clone().into_bytes(),
                Piece::Smuggled => format!(
                    "GET {}/smuggled HTTP/1.1\r\nHost: smuggled.test\r\n{}\r\n\r\n",
                    fill.prefix, fill.credential
                )
                .into_bytes(),
                Piece::Repeat(text, count) => text.repeat(count.of(&fill.limits)),
            };
            match steps.last_mut() {
                Some(Step::Write(written)) => written.extend(bytes),
                _ => steps.push(Step::Write(bytes)),
            }
        }
        steps
    }
}

impl Count {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let at = text.find(['+', '-']).unwrap_or(text.len());
        let (name, add) = text.split_at(at);
        if let Ok(count) = name.parse() {
            return Ok(Self {
                limit: None,
                add: count,
            });
        }
        let limit: fn(&Limits) -> usize = match name {
            "address" => |limits| limits.address,
            "headers" => |limits| limits.headers,
            "header_bytes" => |limits| limits.header_bytes,
            "body" => |limits| limits.body,
            _ => bail!("no such limit: {name}"),
        };
        let add = if add.is_empty() {
            0
        } else {
            add.parse().with_context(|| format!("number {add}"))?
        };
        Ok(Self {
            limit: Some(limit),
            add,
        })
    }

    fn of(self, limits: &Limits) -> usize {
        let base = self.limit.map_or(0, |limit| limit(limits));
        base.saturating_add_signed(self.add)
    }
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn bytes(&mut self, bytes: &[u8]) {
        match self.0.last_mut() {
            Some(Piece::Bytes(last)) => last.extend_from_slice(bytes),
            _ => self.0.push(Piece::Bytes(bytes.to_vec())),
        }
    }

    fn take(&mut self, text: &str) -> anyhow::Result<()> {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let used = match first {
                '\\' => self.escape(&rest[1..])? + 1,
                '{' => {
                    let end = rest.find('}').context("'{' without '}' (write \\x7b)")?;
                    self.place(&rest[1..end])?;
                    end + 1
                }
                other => {
                    self.bytes(&rest.as_bytes()[..other.len_utf8()]);
                    other.len_utf8()
                }
            };
            rest = &rest[used..];
        }
        Ok(())
    }

    /// Returns how many characters after the backslash it used.
    fn escape(&mut self, after: &str) -> anyhow::Result<usize> {
        let (byte, used) = match after.as_bytes().first() {
            Some(b'r') => (b'\r', 1),
            Some(b'n') => (b'\n', 1),
            Some(b't') => (b'\t', 1),
            Some(b's') => (b' ', 1),
            Some(b'\\') => (b'\\', 1),
            Some(b'x') => {
                let digits = after.get(1..3).context("\\x needs two digits")?;
                (u8::from_str_radix(digits, 16)?, 3)
            }
            _ => bail!("no such escape: \\{after}"),
        };
        self.bytes(&[byte]);
        Ok(used)
    }

    fn place(&mut self, name: &str) -> anyhow::Result<()> {
        self.0.push(match name {
            "p" => Piece::Prefix,
            "key" => Piece::Key,
            "smuggled" => Piece::Smuggled,
            "pause" => Piece::Pause,
            "close" => Piece::Close,
            repeat => {
                let (text, count) = repeat
                    .rsplit_once('*')
                    .with_context(|| format!("no such place: {{{name}}}"))?;
                let mut inner = Self::default();
                inner.take(text)?;
                match inner.0.as_slice() {
                    [Piece::Bytes(bytes)] => Piece::Repeat(bytes.clone(), Count::parse(count)?),
                    _ => bail!("only bytes can be repeated: {name}"),
                }
            }
        });
        Ok(())
    }
}
