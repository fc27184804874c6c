//! The modal of `/submit` (`C-24`): five fields, and whether it is a skip in the custom id.

use serenity::all::InputTextStyle;
use serenity::builder::{CreateActionRow, CreateInputText, CreateModal};

use super::links::judge;
use super::model::Details;
use super::{intake, views};
use crate::discord::access::Access;
use crate::discord::component::{Form, Modal};
use crate::discord::{Bot, Draft};
use crate::kernel::error::Result;

/// Submits what was typed.
pub static SUBMIT: Modal =
    Modal { id: "submit:modal", access: Access::Everyone, run: |bot, form| Box::pin(submit(bot, form)) };

const SKIP: &str = "skip";
/// The most characters of a handle, so that the address of a profile fits as well.
const LONGEST_HANDLE: u16 = 200;

/// The empty form, with the handle that the caller chose.
pub fn form(is_skip: bool, tiktok_handle: Option<&str>) -> CreateModal {
    let id = if is_skip { format!("{}:{SKIP}", SUBMIT.id) } else { SUBMIT.id.to_owned() };
    let short = |id: &str, label: &str, longest: u16| {
        CreateInputText::new(InputTextStyle::Short, label, id).required(false).max_length(longest)
    };
    let mut handle = short("tiktok_handle", "TikTok handle", LONGEST_HANDLE).placeholder("@yourname");
    if let Some(typed) = tiktok_handle.filter(|typed| typed.chars().count() <= LONGEST_HANDLE.into()) {
        handle = handle.value(typed);
    }
    let link = CreateInputText::new(InputTextStyle::Short, "Link", "link")
        .max_length(2000)
        .placeholder("YouTube, Spotify, SoundCloud, Deezer or Ditto");
    let note = CreateInputText::new(InputTextStyle::Paragraph, "Note for the reviewer", "note")
        .required(false)
        .max_length(500);
    let artist = short("artist_name", "Artist", 100).placeholder("Your username, if you leave this empty");
    let title = short("song_title", "Title", 100).placeholder("Not Known, if you leave this empty");
    let rows = [link, artist, title, note, handle].map(CreateActionRow::InputText);
    CreateModal::new(id, "Submit a song").components(rows.into())
}

async fn submit(bot: &Bot, form: Form) -> Result<Draft> {
    let is_skip = form.arguments.first().is_some_and(|argument| argument == SKIP);
    let song = judge(form.field("link").unwrap_or_default()).into_song()?;
    let details = Details::new(
        form.field("artist_name"),
        form.field("song_title"),
        form.field("note"),
        form.field("tiktok_handle"),
        is_skip,
    )?;
    let submitted = intake::submit(bot, form.caller, details, intake::source_of(song), None).await?;
    Ok(views::submitted(&submitted))
}
