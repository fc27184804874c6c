//! A page as an answer.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// A page as an answer, which nothing on the way keeps or rewrites.
pub fn html_response(status: StatusCode, document: String) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store, no-transform")),
        (VARY, HeaderValue::from_static("cookie")),
    ];
    (status, headers, document).into_response()
}
