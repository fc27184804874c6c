//! What people type looks like text, wherever it is shown: no formatting, masked links, new lines or turned directions.

use crate::world::{World, mp3, number_in};

/// Titles that try to be more than text.
const TRICKS: [&str; 14] = [
    "**bold** __under__ *it* ~~gone~~",
    "||spoiler||",
    "`code` ```block```",
    "[free nitro](https://evil.tld)",
    "[x](<https://evil.tld>)",
    "<https://evil.tld> https://evil.tld/x",
    "** – ** #000000 **",
    "> quote",
    "# Heading",
    "-# small - item",
    "1. one\r\n\n2. two\u{2028}three\u{85}four",
    "\u{202E}gnp.exe\u{202C} \u{2066}x\u{2069} \u{200F}",
    "</next:1> <t:1:R> <#1> <:a:1> <id:customize>",
    "\\** \\\\[x\\](https://evil.tld) \\",
];

/// The marks of a text that Discord reads: what is left when escaped characters, plain ones and the addresses that
/// Discord gives to files are gone.
fn marks(text: &str) -> String {
    let mut marks = String::new();
    let text: Vec<&str> =
        text.split("](http").map(|part| part.split_once("&)").map_or(part, |(_, rest)| rest)).collect();
    let text = text.join("]()");
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '*' | '_' | '~' | '|' | '`' | '[' | ']' | '(' | ')' | '<' | '>' | '#' | '\n' => marks.push(character),
            _ => {}
        }
    }
    marks
}

/// Fails on characters that hide, turn or pile up, and on a masked link to where a person said.
fn assert_clean(text: &str, trick: &str) {
    let is_odd = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}')
    };
    assert!(!text.chars().any(is_odd), "{trick:?} leaves odd characters in {text:?}");
    let mut tower = 0;
    for character in text.chars() {
        tower = if ('\u{300}'..='\u{36F}').contains(&character) { tower + 1 } else { 0 };
        assert!(tower <= 3, "{trick:?} leaves a tower in {text:?}");
    }
    assert!(!text.contains("://evil"), "{trick:?} leaves a link in {text:?}");
}

/// Everything that is shown about one song on its way, each with a name.
async fn shown(name: &str, trick: &str, file: bool) -> Vec<(&'static str, String)> {
    let mut world = World::new().await;
    let person = world.sim.add_member(world.ids.guild, name.into()).await.unwrap();
    world.ids.members.insert("singer".into(), person);
    let host = world.host().in_channel("staff");
    for (command, channel) in [("setnowplayingchannel", "now-playing"), ("setbookmarkchannel", "bookmarks")] {
        host.run_with(command, [("channel", world.channel(channel).to_string())]).await;
    }
    world.member("ben").submits("https://youtu.be/aaaaaaaaaaa", "Plain").await;
    let singer = world.member("singer");
    // As much of the trick as a handle can be.
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    let handle: String = format!("_x_{trick}").chars().filter(fits).take(24).collect();
    let call = if file {
        let call = singer.call("submitfile").with_file("file", mp3(&format!("{trick}.mp3")));
        call.with("artist_name", trick).with("song_title", trick).with("note", trick).with("tiktok_handle", &*handle)
    } else {
        singer.call("submit")
    };
    let line: String = trick.replace(['\r', '\n', '\u{2028}', '\u{85}'], " ");
    let link = "https://youtu.be/bbbbbbbbbbb";
    let fields = [
        ("link", link),
        ("artist_name", &*line),
        ("song_title", &*line),
        ("note", &*line),
        ("tiktok_handle", &*handle),
    ];
    let answer = if file { singer.run_call(call).await } else { singer.fill_in(call, fields).await };
    let number = number_in(&answer.text()).to_string();
    let mut shown = vec![
        ("answer", answer.text()),
        ("confirmation", singer.dms().await.pop().unwrap()),
        ("queue", world.member("ann").run("queue").await.text()),
        ("own queue", singer.run("queue").await.text()),
        ("own songs", singer.run("mysubmissions").await.text()),
    ];
    let options = [("submission_id", number), ("target_line", "5 Skip".to_owned())];
    shown.push(("move", host.run_with("move", options).await.text()));
    let playing = host.run("next").await;
    host.press(playing.original.as_ref().unwrap(), "Bookmark").await;
    shown.push(("next", playing.text()));
    shown.push(("announcement", world.seen_in("now-playing").await.join("\n")));
    shown.push(("bookmark", world.seen_in("bookmarks").await.join("\n")));
    shown.push(("playing", world.member("ann").run("queue").await.text()));
    world.end().await;
    shown
}

/// Fails where a trick leaves other marks than a plain text does.
async fn assert_same_layout(name: &str, trick: &str, file: bool) {
    let plain = shown("singer", "Plain title", file).await;
    let tricked = shown(name, trick, file).await;
    for ((place, plain), (_, tricked)) in plain.into_iter().zip(tricked) {
        assert_eq!(marks(&tricked), marks(&plain), "{trick:?} changes the {place}:\n{tricked}\ninstead of\n{plain}");
        assert_clean(&tricked, trick);
    }
}

#[tokio::test]
async fn no_trick_in_a_link_submission_changes_a_layout() {
    for trick in TRICKS {
        assert_same_layout("singer", trick, false).await;
    }
}

#[tokio::test]
async fn towers_of_marks_and_invisible_letters_are_cut() {
    let tower = format!("Z{}al\u{200B}go\u{FEFF}", "\u{351}\u{36B}\u{343}\u{32A}\u{302}".repeat(8));
    assert_same_layout("singer", &tower, false).await;
}

#[tokio::test]
async fn no_trick_in_a_file_submission_changes_a_layout() {
    for trick in ["**x** [x](https://evil.tld)", "`a` ||b|| > # \u{202E}c", "](https://evil.tld) <@1>"] {
        assert_same_layout("singer", trick, true).await;
    }
}

#[tokio::test]
async fn no_trick_in_a_username_changes_a_layout() {
    for name in
        ["**x** [x](https://evil.tld)", "`a` ||b|| > #\u{202E}c", "Z\u{351}\u{36B}\u{343}\u{32A}\u{302}\u{36B}al"]
    {
        assert_same_layout(name, "Plain title", false).await;
    }
}

#[tokio::test]
async fn the_lines_of_a_note_stay_in_its_field_and_in_one_quote() {
    let world = World::new().await;
    let host = world.host().in_channel("staff");
    host.run_with("setbookmarkchannel", [("channel", world.channel("bookmarks").to_string())]).await;
    let fields = [("link", "https://youtu.be/dQw4w9WgXcQ"), ("note", "one\n# two\n> three\n\n\n\n- four")];
    number_in(&world.member("ann").submit(fields).await.text());
    let playing = host.run("next").await;
    assert!(playing.text().contains("Note: one\n\\# two\n\\> three\n\\- four\n"), "{}", playing.text());
    host.press(playing.original.as_ref().unwrap(), "Bookmark").await;
    let copy = world.seen_in("bookmarks").await.concat();
    assert!(copy.lines().last().unwrap().starts_with("> one"), "{copy}");
    assert_eq!(copy.lines().filter(|line| line.starts_with('>')).count(), 1, "{copy}");
    world.end().await;
}
