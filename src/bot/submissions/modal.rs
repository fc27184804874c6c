//! The form of `/submit` (`C-24`): five fields, and whether it is a skip in the custom id.

use serenity::all::InputTextStyle;
use serenity::builder::{CreateActionRow, CreateInputText, CreateModal};

use super::{intake, views};
use crate::discord::access::Access;
use crate::discord::component::{Arguments, ComponentRefusal, Field, Filled, Form, Parts};
use crate::discord::{Bot, Draft};
use crate::features::submissions::links::{LinkVerdict, SongLink, TextParts, find_in, judge};
use crate::features::submissions::model::Details;
use crate::kernel::error::Result;

/// Submits what was typed.
pub static SUBMIT: Form<IsSkip> =
    Form::new("submit:modal", Access::Everyone, &[LINK, ARTIST, TITLE, NOTE, HANDLE], |bot, form| {
        Box::pin(submit(bot, form))
    });

/// Whether the song is a skip. The word stands in the custom id of those only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsSkip(pub bool);

impl Arguments for IsSkip {
    fn write(&self, to: &mut Vec<String>) {
        to.extend(self.0.then(|| SKIP.to_owned()));
    }

    fn read(from: &mut Parts<'_>) -> Result<Self> {
        if from.is_at_end() {
            return Ok(Self(false));
        }
        if from.part()? == SKIP { Ok(Self(true)) } else { Err(ComponentRefusal::Unknown.into()) }
    }
}

const LINK: Field = ("link", "Link");
const ARTIST: Field = ("artist_name", "Artist");
const TITLE: Field = ("song_title", "Title");
const NOTE: Field = ("note", "Note for the reviewer");
const HANDLE: Field = ("tiktok_handle", "TikTok handle");

const SKIP: &str = "skip";
/// The most characters of a handle, so that the address of a profile fits as well.
const LONGEST_HANDLE: u16 = 200;

/// The empty form, with the handle that the caller chose.
pub fn form(is_skip: bool, tiktok_handle: Option<&str>) -> CreateModal {
    let field = |style: InputTextStyle, (id, label): Field, longest: u16| {
        CreateInputText::new(style, label, id).max_length(longest)
    };
    let short = |named: Field, longest: u16| field(InputTextStyle::Short, named, longest).required(false);
    let mut handle = short(HANDLE, LONGEST_HANDLE).placeholder("@yourname");
    if let Some(typed) = tiktok_handle.filter(|typed| typed.chars().count() <= LONGEST_HANDLE.into()) {
        handle = handle.value(typed);
    }
    let link = field(InputTextStyle::Short, LINK, 2000).placeholder("YouTube, Spotify, SoundCloud, Deezer or Ditto");
    let note = field(InputTextStyle::Paragraph, NOTE, 500).required(false);
    let artist = short(ARTIST, 100).placeholder("Your username, if you leave this empty");
    let title = short(TITLE, 100).placeholder("Not Known, if you leave this empty");
    let rows = [link, artist, title, note, handle].map(CreateActionRow::InputText);
    CreateModal::new(SUBMIT.with(&IsSkip(is_skip)), "Submit a song").components(rows.into())
}

async fn submit(bot: &Bot, form: Filled<IsSkip>) -> Result<Draft> {
    let IsSkip(is_skip) = form.arguments;
    let typed = |(id, _): Field| form.field(id);
    let link = typed(LINK).unwrap_or_default();
    let song = judge(link).into_song()?;
    let mut details = Details::new(typed(ARTIST), typed(TITLE), typed(NOTE), typed(HANDLE), is_skip)?;
    let (other_links, words) = take_over_rest(link, &song, &mut details);
    let submitted = intake::submit(bot, form.caller, details, intake::source_of(song), None).await?;
    Ok(views::submitted_by_form(&submitted, &other_links, &words))
}

/// Takes over what stands beside the song in the field of the link: the words become the note where none was typed, as in a
/// message. Gives what is left: the other links as they were written, and the words where not all of them are the note.
fn take_over_rest(typed: &str, song: &SongLink, details: &mut Details) -> (Vec<String>, String) {
    let TextParts { links, words } = find_in(typed);
    // An address that only a form takes, without `https://`, is all that was typed.
    if links.is_empty() {
        return (Vec::new(), String::new());
    }
    let mut others: Vec<String> = Vec::new();
    for link in links {
        let is_song = matches!(&link.verdict, LinkVerdict::Accepted(other) if other.key == song.key);
        if !is_song && !others.contains(&link.written) {
            others.push(link.written);
        }
    }
    if details.note.is_some() {
        return (others, words);
    }
    details.note = Details::with_note(&words).note;
    let left = if Details::fits_note(&words) { String::new() } else { words };
    (others, left)
}
