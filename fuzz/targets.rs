//! What is tried with arbitrary bytes: one function for each thing that comes from outside. None may panic, take long or
//! grow, and each says what must hold whatever the bytes are.
//!
//! Two runners share them: `fuzz/` with libFuzzer, which follows coverage and needs nightly Rust, and
//! `tests/it/fuzzing.rs`, which mutates the same corpus on stable Rust with every run of the tests.

use std::net::SocketAddr;

use axum::http::header::{COOKIE, HOST, IF_NONE_MATCH, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use greenroom::bot::{coins, desk, queue, setup, submissions};
use greenroom::discord::component::{Arguments, Component, Control, Picked};
use greenroom::discord::display::turning;
use greenroom::features::queue::model::PublicId;
use greenroom::features::submissions::audio::{AudioKind, check_bytes};
use greenroom::features::submissions::links::{LinkVerdict, find_in, judge};
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::text::{discord_len, escape, html, one_line, paragraph, truncate};
use greenroom::live::Handle;
use greenroom::live::show_file::Line;
use greenroom::live::show_reader::Lines;
use greenroom::tiktok::wire::{FetchResult, FrameKind, PushFrame};
use greenroom::web::access::{Hosts, Name, Proxies, jwt, sender};
use greenroom::web::answer::{is_known, is_page_of_ours};
use serenity::all::{ActionRowComponent, ComponentInteractionDataKind, Interaction, Message};
use strum::VariantArray;
use url::{Host, Url};

/// A target with its name, which is also that of the folder of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("links", links),
    ("audio", audio),
    ("show", show),
    ("live_frame", live_frame),
    ("interaction", interaction),
    ("shown", shown),
];

/// What people paste where a link is asked for, and messages that may hold some.
pub fn links(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = find_in(&text);
    assert!(found.words.len() <= text.len(), "words are what is left of a text");
    let LinkVerdict::Accepted(song) = judge(&text) else { return };
    assert_eq!(judge(&song.url), LinkVerdict::Accepted(song.clone()), "an accepted link is judged the same again");
    assert!(song.url.starts_with("https://") && !song.url.contains(char::is_whitespace));
}

/// Files that are sent as songs, whatever their name claims.
pub fn audio(data: &[u8]) {
    let kind = check_bytes(None, data);
    for claimed in AudioKind::VARIANTS.iter().copied() {
        let verdict = check_bytes(Some(claimed), data);
        assert!(verdict.is_err() || verdict == kind, "a file is of one kind, whatever its name claims");
    }
}

/// Shows.
pub fn show(data: &[u8]) {
    for line in Lines::new(data, data.len() as u64).flatten() {
        let mut written = Vec::new();
        line.write(&mut written);
        let text = String::from_utf8(written).unwrap();
        let again = Line::read(&text);
        assert!(matches!(&again, Ok(Some(_))), "what is written is read again: {text} {again:?}");
    }
}

/// Bytes from TikTok's socket, and from the server that signs.
pub fn live_frame(data: &[u8]) {
    let batch = FetchResult::decode(data);
    assert_eq!(FetchResult::decode(data), batch, "the same bytes tell the same");
    let frame = PushFrame::decode(data);
    assert_eq!(PushFrame::decode(data), frame, "the same bytes tell the same");
    if let Ok(PushFrame { kind: FrameKind::Messages(batch), .. }) = frame {
        assert!(batch.messages.iter().all(|message| message.id.get() != 0));
    }
}

/// What browsers and programs show over HTTP: names, cookies, hops, addresses, tags. Nobody is known by what they make up, and
/// nothing leads elsewhere.
pub fn shown(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert_eq!(jwt::read(b"0123456789abcdef0123456789abcdef", &text, 0), None, "nobody guesses a signature");
    let home = Url::parse("https://greenroom.example/").unwrap();
    if is_page_of_ours(&text) {
        let led = home.join(&text).map(|led| led.origin());
        assert_eq!(led, Ok(home.origin()), "a page of ours leads elsewhere");
    }
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let forwarded = HeaderName::from_static("x-forwarded-for");
    let names = [HOST, ORIGIN, COOKIE, IF_NONE_MATCH, forwarded];
    let headers: HeaderMap = names.into_iter().map(|name| (name, value.clone())).collect();
    let hosts = Hosts { names: vec!["greenroom.example".to_owned()] };
    if hosts.admit(&Uri::from_static("/"), &headers)
        && let Ok(asked) = Url::parse(&format!("http://{text}/"))
    {
        let is_ours = match asked.host() {
            Some(Host::Domain(name)) => {
                ["localhost", "greenroom.example"].contains(&name.strip_suffix('.').unwrap_or(name))
            }
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
            None => false,
        };
        assert!(is_ours, "we answer under the name of somebody else");
    }
    let far = SocketAddr::from(([203, 0, 113, 7], 1));
    let proxies = Proxies(vec!["10.0.0.0/8".parse().unwrap()]);
    assert_eq!(proxies.origin(far, &headers).address, far.ip(), "who is no proxy of ours says where it comes from");
    proxies.origin(SocketAddr::from(([10, 0, 0, 1], 1)), &headers);
    sender(&headers, Some(&home));
    assert!(Name::Access.of(&headers, true).is_none_or(|shown| !shown.contains(';')), "a cookie ends");
    is_known(&headers, "W/\"a.1\"");
}

/// What Discord's gateway sends when somebody does something. What it cannot be read as is dropped; every text in the
/// rest goes through what the bot does with texts.
pub fn interaction(data: &[u8]) {
    let mut texts: Vec<String> = Vec::new();
    match serde_json::from_slice::<Interaction>(data) {
        Ok(Interaction::Command(command)) => {
            texts.push(command.data.name.clone());
            texts.extend(command.data.options.iter().filter_map(|option| option.value.as_str().map(str::to_owned)));
        }
        Ok(Interaction::Component(component)) => {
            texts.push(component.data.custom_id.clone());
            if desk::components::TIER.click(&component).is_ok() {
                assert!(component.guild_id.is_some(), "a click outside of a server is refused");
            }
            if let ComponentInteractionDataKind::StringSelect { values } = component.data.kind {
                texts.extend(values);
            }
        }
        Ok(Interaction::Modal(modal)) => {
            texts.push(modal.data.custom_id.clone());
            if let Ok(form) = submissions::modal::SUBMIT.filled(&modal) {
                assert!(modal.guild_id.is_some(), "a form outside of a server is refused");
                texts.extend(["link", "song_title"].iter().filter_map(|id| form.field(id)).map(str::to_owned));
            }
            let inputs = modal.data.components.iter().flat_map(|row| &row.components);
            texts.extend(inputs.filter_map(|input| match input {
                ActionRowComponent::InputText(input) => input.value.clone(),
                _ => None,
            }));
        }
        _ => {}
    }
    texts.extend(serde_json::from_slice::<Message>(data).ok().map(|message| message.content));
    // A text in no envelope, so that most mutations reach what is ours.
    texts.push(String::from_utf8_lossy(data).into_owned());
    for text in &texts {
        typed(text);
    }
}

/// Everything that the bot makes of a text.
fn typed(text: &str) {
    let clean = one_line(text, 100);
    assert_eq!(one_line(&clean, 100), clean, "a clean text stays as it is");
    assert!(clean.chars().count() <= 100 && !clean.contains('\n'));
    let note = paragraph(text, 1000);
    assert_eq!(paragraph(&note, 1000), note, "a clean text stays as it is");
    assert!(discord_len(&truncate(&escape(&note), 200)) <= 200);
    html(text);
    if let Ok(handle) = Handle::parse(text) {
        assert_eq!(Handle::parse(&handle.to_string()).as_ref(), Ok(&handle));
    }
    if let Ok(number) = text.parse::<PublicId>() {
        assert_eq!(number.to_string().parse(), Ok(number));
    }
    behind(&turning::TURN, text);
    behind(&queue::components::QUEUE_PAGE, text);
    behind(&queue::components::BOOKMARK, text);
    behind(&coins::components::OWN_HISTORY, text);
    behind(&coins::components::HISTORY, text);
    behind(&desk::components::NEXT, text);
    behind(&desk::components::APPROVE, text);
    behind(&desk::components::TIER, text);
    behind(&setup::components::CHOOSE, text);
    behind(&setup::components::UNDO, text);
    links(text.as_bytes());
}

/// A text in the place of the arguments of a button, below a message as below the bot's own.
fn behind<A: Arguments, V: Picked>(button: &Control<A, V>, text: &str) {
    let written = |custom_id: &str| {
        let arguments = button.read(custom_id, GuildId::new(5)).ok()?;
        Some(button.with(&arguments))
    };
    let Some(once) = written(&format!("{}:{text}", button.id())) else { return };
    assert!(once.len() <= 100, "Discord takes no longer id: {once}");
    assert_eq!(written(&once).as_ref(), Some(&once), "what is read is written so that it is read as the same");
}
