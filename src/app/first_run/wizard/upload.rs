//! A backup that a browser sends: straight into a file below the data folder, however large it is.

use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart};
use axum::http::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use tempfile::TempPath;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::Wizard;
use super::course::FormError;
use crate::app::backup::folder::Room;
use crate::app::exit::Stop;
use crate::kernel::digest::Digest;
use crate::web::ui::components::CSRF;

/// The largest backup that is taken, in bytes.
const MOST: u64 = 16 << 30;
/// The longest wait for the next part of it.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest of the fields beside it, in bytes.
const LONGEST_FIELD: usize = 1_024;
/// The field of the file.
pub(super) const FIELD: &str = "backup";

/// Takes a file in. The token of the form stands before it.
pub(super) async fn take(wizard: &Wizard, session: &Digest, parts: Parts, body: Body) -> Result<TempPath, FormError> {
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let length = length.unwrap_or_default();
    if length > MOST {
        return Err(too_large());
    }
    let data_dir = &wizard.storage.data_dir;
    Room::OfDisk.require(data_dir, length).map_err(|error| Stop::storage(data_dir, &error))?;
    let sent = Multipart::from_request(Request::from_parts(parts, body), &()).await;
    let mut sent = sent.map_err(|_| FormError::of_field(FIELD, "That is no file."))?;
    let mut is_meant = false;
    while let Some(mut field) = sent.next_field().await.map_err(|error| broken_off(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            CSRF => is_meant = wizard.csrf.admits(session, &short(&mut field).await?, wizard.clock.now()),
            FIELD if is_meant => return received(wizard, field).await,
            FIELD => return Err(not_meant()),
            _ => {}
        }
    }
    Err(if is_meant { nothing_chosen() } else { not_meant() })
}

async fn received(wizard: &Wizard, mut field: Field<'_>) -> Result<TempPath, FormError> {
    let storage = |error: std::io::Error| FormError::from(Stop::storage(&wizard.incoming(), &error));
    let (file, path) = wizard.take_in().map_err(storage)?;
    let (mut file, mut bytes) = (tokio::fs::File::from_std(file), 0_u64);
    loop {
        let part = timeout(PATIENCE, field.chunk()).await;
        let part = part.map_err(|_| FormError::new("The file stopped coming. Send it once more."))?;
        let Some(part) = part.map_err(|error| broken_off(&error))? else { break };
        bytes += part.len() as u64;
        if bytes > MOST {
            return Err(too_large());
        }
        file.write_all(&part).await.map_err(storage)?;
    }
    file.sync_all().await.map_err(storage)?;
    if bytes == 0 { Err(nothing_chosen()) } else { Ok(path) }
}

/// A short field.
async fn short(field: &mut Field<'_>) -> Result<String, FormError> {
    let mut text = Vec::new();
    while let Some(part) = field.chunk().await.map_err(|error| broken_off(&error))? {
        text.extend_from_slice(&part);
        if text.len() > LONGEST_FIELD {
            return Err(not_meant());
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn too_large() -> FormError {
    let sentence = "That is too large: up to 16 GiB are taken here. Put the file on this machine, and run `greenroom restore` with \
                    its name there.";
    FormError::of_field(FIELD, sentence)
}

fn nothing_chosen() -> FormError {
    FormError::of_field(FIELD, "Choose the file of a backup first.")
}

fn not_meant() -> FormError {
    FormError::of_field(FIELD, "This page was open for a while. Please send the file once more.")
}

fn broken_off(error: &MultipartError) -> FormError {
    tracing::debug!(%error, "a backup did not come whole");
    FormError::of_field(FIELD, "The file did not come whole. Send it once more.")
}
