//! Forms with a file. Whoever may not send it is refused before the body is read, and the token stands before the file, so
//! a forged upload is refused before the file is read.

use crate::page_error::PageError;
use crate::visitor::Visitor;
use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use gatehouse_domain::Permission;
use gatehouse_problem::{Problem, ProblemKind};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// Longest text of a field that is not a file.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// What an upload is for, and who may send it.
pub(crate) trait Purpose: Send {
    const NEEDS: Permission;
}

/// A description of an API.
pub(crate) struct Description;

impl Purpose for Description {
    const NEEDS: Permission = Permission::SpecPublish;
}

/// Something of the tenant's own.
pub(crate) struct Settings;

impl Purpose for Settings {
    const NEEDS: Permission = Permission::TenantManage;
}

/// The fields of an upload, and its file when one was chosen. Only somebody who may send it has one.
pub(crate) struct Upload<P = Description> {
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) file: Option<Bytes>,
    purpose: PhantomData<P>,
}

impl<P> Upload<P> {
    /// The text of a field, trimmed, with line breaks as everywhere else: forms send two characters for one. Empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> String {
        self.fields
            .get(name)
            .map(|value| value.trim().replace("\r\n", "\n"))
            .unwrap_or_default()
    }

    /// A number that the page put there itself.
    pub(crate) fn number(&self, name: &str) -> Result<i32, PageError> {
        let number = self.text(name).parse();
        number.map_err(|_| PageError::of(ProblemKind::BadRequest))
    }
}

impl<P: Purpose, S: Send + Sync> FromRequest<S> for Upload<P> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let visitor = request
            .extensions()
            .get::<Visitor>()
            .cloned()
            .ok_or_else(PageError::internal)?;
        visitor.require(P::NEEDS)?;
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| PageError::of(ProblemKind::UnsupportedMediaType))?;
        let mut upload = Self {
            fields: BTreeMap::new(),
            file: None,
            purpose: PhantomData,
        };
        let mut trusted = false;
        while let Some(part) = parts
            .next_field()
            .await
            .map_err(|error| unreadable(&error))?
        {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            if !trusted && name != "csrf" {
                return Err(PageError::of(ProblemKind::CsrfFailed));
            }
            let bytes = part.bytes().await.map_err(|error| unreadable(&error))?;
            if is_file {
                upload.file = Some(bytes).filter(|bytes| !bytes.is_empty());
                continue;
            }
            // A description may be pasted; the form as a whole is bounded for it.
            if bytes.len() > TEXT_BYTES_MAX && name != "text" {
                return Err(Problem::new(ProblemKind::BodyTooLarge)
                    .detail("A field may have 16 KiB.")
                    .into());
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if name == "csrf" {
                trusted = visitor.accepts_token(&text);
                if !trusted {
                    return Err(PageError::of(ProblemKind::CsrfFailed));
                }
            } else {
                upload.fields.insert(name, text);
            }
        }
        if trusted {
            Ok(upload)
        } else {
            Err(PageError::of(ProblemKind::CsrfFailed))
        }
    }
}

fn unreadable(error: &axum::extract::multipart::MultipartError) -> PageError {
    let kind = match error.status().as_u16() {
        413 => ProblemKind::BodyTooLarge,
        _ => ProblemKind::BadRequest,
    };
    PageError::of(kind)
}
