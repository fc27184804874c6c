//! What people read about what they submitted.

use super::{modal, views};
use crate::bot::tests::songs::{ANN, entry};
use crate::bot::tests::{message_of, messages_of, visible};
use crate::discord::Caller;
use crate::features::queue::model::Line;
use crate::features::queue::queries::Standing;
use crate::features::submissions::model::Details;
use crate::features::submissions::posted::{Became, Part, Remains};
use crate::flows::song_submitted::Submitted;
use crate::kernel::ids::{ChannelId, GuildId};

const CHANNEL: ChannelId = ChannelId::new(5);
const FIRST: Option<Standing> = Some(Standing { ahead: Some(0), wait: None });

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_form_asks_for_the_link_first_and_knows_the_handle() {
    let form = |is_skip, handle| serde_json::to_value(modal::form(is_skip, handle)).unwrap();
    let (ordinary, skip) = (form(false, Some("@dj_ann")), form(true, None));
    let fields = ordinary["components"].as_array().unwrap().iter().map(|row| {
        let field = &row["components"][0];
        let [label, placeholder, value] =
            ["label", "placeholder", "value"].map(|key| field[key].as_str().unwrap_or("-"));
        let needed = if field["required"] == false { "" } else { " (needed)" };
        format!("{label}{needed}, up to {}: {placeholder}, {value}", field["max_length"])
    });
    let text = [ordinary["title"].as_str().unwrap().to_owned()].into_iter().chain(fields).collect::<Vec<_>>();
    insta::assert_snapshot!(text.join("\n"), @"
    Submit a song
    Link (needed), up to 2000: YouTube, Spotify, SoundCloud, Deezer or Ditto, -
    Artist, up to 100: Your username, if you leave this empty, -
    Title, up to 100: Not Known, if you leave this empty, -
    Note for the reviewer, up to 500: -, -
    TikTok handle, up to 200: @yourname, @dj_ann
    ");
    assert_eq!([&ordinary["custom_id"], &skip["custom_id"]], ["submit:modal", "submit:modal:skip"]);
    assert!(skip["components"][4]["components"][0]["value"].is_null());
}

#[test]
fn a_submitter_is_thanked() {
    let submitted = |used_credit| Submitted { entry: entry(Line::Skip5), standing: FIRST, used_credit };
    let (by_gifts, ordinary) = (submitted(true), submitted(false));
    let two = owned(&["https://a.example", "https://b.example"]);
    let shown = [
        views::submitted(&by_gifts),
        views::submitted_by_form(&ordinary, &owned(&["https://a.example/`x`"]), "long ``` @everyone"),
        views::submitted_by_form(&ordinary, &two, ""),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    Thank you! #012345 **\*Ann\* – Light @(invisible)everyone** is in.
    ⚡ 5 Skip, place **1**
    Your gifts on the live put it there.
    Thank you! #012345 **\*Ann\* – Light @(invisible)everyone** is in.
    ⚡ 5 Skip, place **1**
    ⚠️ `https://a.example/'x'` was not taken: one song for each form. Use `/submit` again for it.
    Not all that you wrote beside the link is in the note. Here it is, to be copied.
    ╒ What you typed
    ```
    long `(invisible)`(invisible)` @(invisible)everyone
    ```
    Thank you! #012345 **\*Ann\* – Light @(invisible)everyone** is in.
    ⚡ 5 Skip, place **1**
    ⚠️ `https://a.example`, `https://b.example` were not taken: one song for each form. Use `/submit` again for them.
    ");
}

#[test]
fn a_song_is_confirmed_to_its_submitter_alone() {
    let lifted = views::confirmation(&entry(Line::Skip5), FIRST, true, false);
    insta::assert_snapshot!(message_of(views::confirmation_in_channel(ANN, lifted)), @r"
    <@1>
    ╒ Submission #012345 received
    Use `/link-tiktok` so that what you do on the live moves your songs up.
    Artist: \*Ann\*
    Title: Light @(invisible)everyone
    Line: ⚡ 5 Skip, place **1**
    Gifts: Your gifts on the live put it straight into this line.
    TikTok: @dj\_ann\_
    pings <@1>
    ");
    let mut without_handle = entry(Line::Removed);
    without_handle.song.tiktok_username = None;
    insta::assert_snapshot!(message_of(views::confirmation(&without_handle, None, false, true)), @r"
    ╒ Submission #012345 received
    Artist: \*Ann\*
    Title: Light @(invisible)everyone
    Line: ❌ Removed
    ");
}

#[test]
fn a_kept_file_names_the_song_and_pings_nobody() {
    let caller =
        Caller { guild: GuildId::new(9), channel: CHANNEL, user: ANN, name: "ann_b".to_owned(), roles: Vec::new() };
    let named = Details::new(Some("*Ann*"), Some("Light @here"), None, None, false).unwrap();
    let shown = [views::kept_file(&named, &caller), views::kept_file(&Details::default(), &caller)];
    insta::assert_snapshot!(messages_of(shown), @r"
    🎵 **\*Ann\* – Light @(invisible)here** submitted by <@1>
    🎵 **ann\_b – Not Known** submitted by <@1>
    ");
}

#[test]
fn submissions_are_opened_and_closed_for_all_to_see() {
    let shown = [views::opened(true), views::opened(false), views::notice(true), views::notice(false)];
    insta::assert_snapshot!(messages_of(shown), @"
    Submissions are open.
    Submissions are closed. Songs that wait stay in the queue.
    🟢 **Submissions are open.** Post a link or an audio file here, or use `/submit` or `/submitfile`.
    🔴 **Submissions are closed.** Songs that wait stay in the queue.
    ");
}

#[test]
fn what_became_of_a_message_is_told_part_by_part() {
    let part = |name: &str, became| Part { name: name.to_owned(), became };
    let refused = |name| part(name, Became::Refused("This file holds no sound.".to_owned()));
    let taken = |number: &str| part("https://youtu.be/x", Became::Taken(number.to_owned()));
    let parts = [taken("#012345"), refused("a`b.pdf"), part("b.mp3", Became::Later)];
    let remains = Remains { others: owned(&["cat.png"]), has_long_words: true, ..Remains::default() };
    let nothing = Remains::default();
    let in_place = Remains { has_file_in_place: true, ..Remains::default() };
    let words = [
        views::what_became(&parts, &remains),
        views::what_became(&[taken("#012345"), taken("#012346"), refused("c.pdf")], &nothing),
        views::what_became(&[part("before", Became::TakenBefore), refused("c.pdf")], &nothing),
        views::what_became(&[refused("c.pdf"), refused("d.pdf")], &nothing),
        views::what_became(&[taken("#012345")], &in_place),
        views::what_became(&[taken("#012345"), refused("c.pdf")], &in_place),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    **#012345** is in. Your message stays, because of what was not taken:
    - `a'b.pdf`: This file holds no sound.
    - `b.mp3`: Discord did not answer me just now. I try again by myself, for up to an hour.
    - `cat.png`: this is no song.
    - Your words: only the beginning of them fits into the note.
    **#012345**, **#012346** are in. Your message stays, because of what was not taken:
    - `c.pdf`: This file holds no sound.
    This was not taken from your message:
    - `c.pdf`: This file holds no sound.
    This file holds no sound.
    **#012345** is in. Please keep your message: the file is too large for me to post it again, so the song lives in it.
    **#012345** is in. Your message stays, because of what was not taken:
    - `c.pdf`: This file holds no sound.
    - Please keep your message: the file is too large for me to post it again, so the song lives in it.
    ");
}

#[test]
fn a_message_that_went_is_given_back() {
    let many: Vec<String> = (1..=11).map(|number| format!("{number}.png")).collect();
    let words = [
        views::no_song_went(CHANNEL, &owned(&["cat.png"]), "*hi* @everyone"),
        views::no_song_went(CHANNEL, &many, ""),
        views::no_song_went(CHANNEL, &[], "hi"),
        views::song_went(CHANNEL, &owned(&["song.mp3"]), "", "Send it in <#6>."),
    ];
    insta::assert_snapshot!(visible(&words.join("\n")), @r"
    Your message in <#5> was deleted, because only songs are taken there. It held `cat.png`. Send a link, or an mp3, m4a, wav or flac file.
    You wrote: \*hi\* @(invisible)everyone
    Your message in <#5> was deleted, because only songs are taken there. It held `1.png`, `2.png`, `3.png`, `4.png`, `5.png`, `6.png`, `7.png`, `8.png`, `9.png`, `10.png` and 1 more. Send a link, or an mp3, m4a, wav or flac file.
    Your message in <#5> was deleted, because only songs are taken there. Send a link, or an mp3, m4a, wav or flac file.
    You wrote: hi
    Your message in <#5> was deleted. It held `song.mp3`.
    Send it in <#6>.
    ");
}
