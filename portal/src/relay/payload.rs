//! The bytes of a call: the request model with the contents of files in it.

use bytes::{BufMut, Bytes, BytesMut};
use gatehouse_spec::sample::{PartValue, SampleBody, SamplePart, SampleRequest, quoted_name};
use http::HeaderValue;
use sha2::{Digest, Sha256};

use super::NotRelayed;

/// Largest body that is sent, the frame of its parts included.
pub(crate) const SENT_BYTES_MAX: usize = 10 * 1024 * 1024;

/// A body that is ready to be sent, at most [`SENT_BYTES_MAX`].
#[derive(Debug, Default)]
pub(crate) struct Payload {
    pub(super) content_type: Option<HeaderValue>,
    pub(super) bytes: Bytes,
}

impl Payload {
    /// The body of a request; `files` holds the contents that it and its parts name by number.
    pub(crate) fn of(request: &SampleRequest, files: &[Bytes]) -> Result<Self, NotRelayed> {
        let (content_type, bytes) = match &request.body {
            SampleBody::None => return Ok(Self::default()),
            SampleBody::Text { content_type, text } => {
                (content_type.clone(), Bytes::from(text.clone()))
            }
            SampleBody::Form(pairs) => (
                "application/x-www-form-urlencoded".to_owned(),
                Bytes::from(pairs.join("&")),
            ),
            SampleBody::File {
                content_type,
                number,
                ..
            } => (content_type.clone(), content(files, *number)?.clone()),
            SampleBody::Multipart(parts) => multipart(parts, files)?,
        };
        if bytes.len() > SENT_BYTES_MAX {
            return Err(NotRelayed::TooMuch);
        }
        let content_type = HeaderValue::from_str(&content_type).map_err(|_| NotRelayed::Header)?;
        Ok(Self {
            content_type: Some(content_type),
            bytes,
        })
    }
}

fn content(files: &[Bytes], number: usize) -> Result<&Bytes, NotRelayed> {
    files.get(number).ok_or(NotRelayed::NoFile)
}

/// A body of RFC 7578, and its type.
fn multipart(parts: &[SamplePart], files: &[Bytes]) -> Result<(String, Bytes), NotRelayed> {
    let contents: Vec<&[u8]> = parts
        .iter()
        .map(|part| match &part.value {
            PartValue::Text(text) => Ok(text.as_bytes()),
            PartValue::File { number, .. } => content(files, *number).map(|bytes| &**bytes),
        })
        .collect::<Result<_, _>>()?;
    let size = contents.iter().map(|content| content.len()).sum::<usize>();
    if size > SENT_BYTES_MAX {
        return Err(NotRelayed::TooMuch);
    }
    let boundary = boundary(&contents);
    let mut body = BytesMut::with_capacity(size + parts.len() * 256);
    for (part, content) in parts.iter().zip(contents) {
        body.put_slice(head(part, &boundary)?.as_bytes());
        body.put_slice(content);
        body.put_slice(b"\r\n");
    }
    body.put_slice(format!("--{boundary}--\r\n").as_bytes());
    let content_type = format!("multipart/form-data; boundary={boundary}");
    Ok((content_type, body.freeze()))
}

/// No content can hold the hash of all of it, so none can begin a part (RFC 2046 §5.1.1; at most 70 characters).
fn boundary(contents: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for content in contents {
        hash.update(content.len().to_be_bytes());
        hash.update(content);
    }
    let hex: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("part{hex}")
}

/// Everything of a part before its content. The names come from a description and from whoever chose the file; none of them
/// ends its quotes or its line.
fn head(part: &SamplePart, boundary: &str) -> Result<String, NotRelayed> {
    let name = in_quotes(&part.name);
    let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
    if let PartValue::File { name, .. } = &part.value {
        head.push_str(&format!("; filename=\"{}\"", in_quotes(name)));
    }
    if let Some(kind) = &part.content_type {
        if kind.contains(char::is_control) {
            return Err(NotRelayed::Header);
        }
        head.push_str(&format!("\r\nContent-Type: {kind}"));
    }
    head.push_str("\r\n\r\n");
    Ok(head)
}

/// As browsers write it; readers refuse the other control characters in a header (RFC 9110 §5.5).
fn in_quotes(name: &str) -> String {
    quoted_name(name).replace(char::is_control, "_")
}
