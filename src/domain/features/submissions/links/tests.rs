//! Links: every form, every trick.

use proptest::prelude::*;

use super::*;

fn song(text: &str) -> SongLink {
    match judge(text) {
        LinkVerdict::Accepted(song) => song,
        other => panic!("{text}: {other:?}"),
    }
}

fn unsupported_host(host: &str) -> LinkVerdict {
    LinkVerdict::Unsupported { host: host.to_owned() }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_form_of_a_song_has_one_key_and_one_address() {
    let songs: [(&str, &str, &[&str]); 16] = [
        (
            "youtube:dQw4w9WgXcQ",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            &[
                "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
                "http://youtube.com/watch?v=dQw4w9WgXcQ&t=42s&list=PL123&index=2",
                "HTTPS://WWW.YOUTUBE.COM/watch?feature=share&v=dQw4w9WgXcQ#t=10",
                "https://m.youtube.com/watch?v=dQw4w9WgXcQ&pp=ygUK",
                "https://youtu.be/dQw4w9WgXcQ?si=AbCdEf",
                "youtu.be/dQw4w9WgXcQ",
                "www.youtube.com/shorts/dQw4w9WgXcQ?feature=share",
                "https://youtube.com/live/dQw4w9WgXcQ/",
                "https://www.youtube.com/embed/dQw4w9WgXcQ?list=PL1",
                "https://www.youtube.com/v/dQw4w9WgXcQ",
                "https://youtube.com:443/watch?v=dQw4w9WgXcQ",
                "http://youtube.com:80//watch?v=dQw4w9WgXcQ",
            ],
        ),
        (
            "youtube:dQw4w9WgXcQ",
            "https://music.youtube.com/watch?v=dQw4w9WgXcQ",
            &["https://music.youtube.com/watch?v=dQw4w9WgXcQ&list=RDAMVM&si=x"],
        ),
        (
            "youtube:list:PL-1_a",
            "https://www.youtube.com/playlist?list=PL-1_a",
            &["https://youtube.com/playlist?list=PL-1_a&si=q", "https://www.youtube.com/embed/videoseries?list=PL-1_a"],
        ),
        ("ditto:ditto.fm/a%2E", "https://ditto.fm/a%2E", &["https://ditto.fm/a.?si=1"]),
        (
            "ditto:dittomusic.com/%40anna",
            "https://www.dittomusic.com/%40anna",
            &["https://www.dittomusic.com/@anna?si=1"],
        ),
        (
            "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
            "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC",
            &[
                "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC?si=abc&utm_source=copy-link",
                "https://open.spotify.com/intl-de/track/4uLU6hMCjMI75M1A2tKUQC",
                "https://open.spotify.com/embed/track/4uLU6hMCjMI75M1A2tKUQC?theme=0",
                "play.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC",
                "https://spotify.com/track/4uLU6hMCjMI75M1A2tKUQC/",
            ],
        ),
        (
            "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M",
            "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M",
            &[
                "https://open.spotify.com/user/ann/playlist/37i9dQZF1DXcBWIGoYBM5M",
                "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M",
            ],
        ),
        ("spotify:spotify.link/AbC", "https://spotify.link/AbC", &["https://spotify.link/AbC?_branch_match_id=1"]),
        (
            "soundcloud:ann/night-drive",
            "https://soundcloud.com/ann/night-drive",
            &[
                "https://soundcloud.com/ann/night-drive?in=ann/sets/best&utm_source=clipboard",
                "https://m.soundcloud.com/ann/night-drive",
                "https://www.soundcloud.com/ann/night-drive/",
            ],
        ),
        (
            "soundcloud:ann/night-drive",
            "https://soundcloud.com/Ann/Night-Drive",
            &["https://soundcloud.com/Ann/Night-Drive"],
        ),
        (
            "soundcloud:ann/demo/s-AbC1",
            "https://soundcloud.com/ann/demo/s-AbC1",
            &[
                "https://soundcloud.com/ann/demo/s-AbC1?si=1",
                "https://soundcloud.com/ann/demo?secret_token=s-AbC1&si=2",
            ],
        ),
        (
            "soundcloud:ann/sets/s-club",
            "https://soundcloud.com/ann/sets/S-Club",
            &["https://soundcloud.com/ann/sets/S-Club"],
        ),
        ("soundcloud:on.soundcloud.com/AbC", "https://on.soundcloud.com/AbC", &["https://on.soundcloud.com/AbC?x=1"]),
        (
            "deezer:track:3135556",
            "https://www.deezer.com/track/3135556",
            &[
                "https://www.deezer.com/en/track/3135556?utm_campaign=clipboard",
                "https://deezer.com/track/3135556",
                "deezer.com/pt-br/track/3135556/",
            ],
        ),
        ("deezer:link.deezer.com/s/30xY", "https://link.deezer.com/s/30xY", &["https://link.deezer.com/s/30xY?host=1"]),
        (
            "ditto:ditto.fm/ann-night?id=7",
            "https://ditto.fm/ann-night?id=7",
            &["https://ditto.fm/ann-night?utm_medium=x&id=7&fbclid=1", "http://DITTO.FM/ann-night?id=7"],
        ),
    ];
    for (key, url, forms) in songs {
        for form in forms {
            let song = song(form);
            assert_eq!((song.key.as_str(), song.url.as_str()), (key, url), "{form}");
        }
    }
}

#[test]
fn ids_that_differ_in_case_are_different_songs() {
    assert_ne!(song("https://youtu.be/abcdefghijk").key, song("https://youtu.be/abcdefghijK").key);
    assert_ne!(song("https://on.soundcloud.com/abc").key, song("https://on.soundcloud.com/abC").key);
    assert_ne!(song("https://soundcloud.com/a/b/s-abc").key, song("https://soundcloud.com/a/b/s-abC").key);
    assert_eq!(song("https://soundcloud.com/a/b").key, song("https://soundcloud.com/A/B").key);
}

#[test]
fn each_platform_is_known_by_each_of_its_hosts() {
    for (platform, page, hosts) in [
        (Platform::SoundCloud, "a/track1", "soundcloud.com www.soundcloud.com m.soundcloud.com on.soundcloud.com"),
        (
            Platform::Spotify,
            "track/4uLU6hMCjMI75M1A2tKUQC",
            "spotify.com open.spotify.com play.spotify.com spotify.link",
        ),
        (Platform::YouTube, "live/track1_____", "youtube.com www.youtube.com m.youtube.com music.youtube.com youtu.be"),
        (Platform::Deezer, "track/314", "deezer.com www.deezer.com deezer.page.link link.deezer.com"),
        (Platform::Ditto, "track1", "dittomusic.com www.dittomusic.com ditto.fm"),
    ] {
        for host in hosts.split(' ') {
            assert_eq!(song(&format!("https://{host}/{page}")).platform, platform);
            assert_eq!(song(&format!("{}/{page}", host.to_uppercase())).platform, platform);
        }
    }
}

#[test]
fn apple_is_rejected_by_each_of_its_hosts() {
    for host in [
        "music.apple.com",
        "itunes.apple.com",
        "geo.music.apple.com",
        "apple.co",
        "embed.music.apple.com",
        "MUSIC.Apple.com",
    ] {
        for form in [
            format!("https://{host}/us/album/x/1?i=2"),
            format!("{host}/x"),
            format!("http://a:b@{host}:81/"),
            format!("https://{host}."),
        ] {
            assert_eq!(judge(&form), LinkVerdict::Apple, "{form}");
        }
    }
    assert_eq!(judge("https://notmusic.apple.com.evil.tld/x"), unsupported_host("notmusic.apple.com.evil.tld"));
    assert_eq!(judge("https://pineapple.co/x"), unsupported_host("pineapple.co"));
}

#[test]
fn look_alikes_are_strangers() {
    for (typed, host) in [
        ("https://youtube.com.evil.tld/watch?v=dQw4w9WgXcQ", "youtube.com.evil.tld"),
        ("https://evilyoutube.com/watch?v=dQw4w9WgXcQ", "evilyoutube.com"),
        ("https://sub.youtube.com/watch?v=dQw4w9WgXcQ", "sub.youtube.com"),
        ("https://youtube.com@evil.tld/watch?v=dQw4w9WgXcQ", "evil.tld"),
        ("https://youtube.com%2Fwatch@evil.tld/", "evil.tld"),
        ("https://evil.tld/https://youtu.be/dQw4w9WgXcQ", "evil.tld"),
        ("https://evil.tld/?u=https://youtu.be/dQw4w9WgXcQ", "evil.tld"),
        ("https://evil.tld#@youtube.com/x", "evil.tld"),
        ("https://уoutube.com/watch?v=dQw4w9WgXcQ", "xn--outube-vrf.com"),
        ("https://xn--outube-vrf.com/watch?v=1", "xn--outube-vrf.com"),
        ("http://142.250.1.1/watch?v=1", "142.250.1.1"),
        ("http://2398683393/watch?v=1", "142.249.1.1"),
        ("www.vimeo.com", "www.vimeo.com"),
        ("vimeo.com/123", "vimeo.com"),
    ] {
        assert_eq!(judge(typed), unsupported_host(host), "{typed}");
    }
}

#[test]
fn a_known_host_in_disguise_is_refused() {
    let disguised = LinkVerdict::Disguised { platform: Platform::YouTube };
    for typed in [
        "https://user:pass@youtube.com/watch?v=dQw4w9WgXcQ",
        "https://user@youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com:8443/watch?v=dQw4w9WgXcQ",
        "http://youtube.com:443/watch?v=dQw4w9WgXcQ",
        "youtube.com:8080/watch?v=dQw4w9WgXcQ",
        "https://youtube.com./watch?v=dQw4w9WgXcQ",
    ] {
        assert_eq!(judge(typed), disguised, "{typed}");
    }
}

#[test]
fn a_page_without_a_song_is_told_from_a_song() {
    for (typed, platform) in [
        ("https://youtube.com/", Platform::YouTube),
        ("youtube.com", Platform::YouTube),
        ("https://youtu.be", Platform::YouTube),
        ("https://www.youtube.com/watch", Platform::YouTube),
        ("https://www.youtube.com/watch?v=", Platform::YouTube),
        ("https://www.youtube.com/redirect?q=https://evil.tld", Platform::YouTube),
        ("https://open.spotify.com/intl-de/", Platform::Spotify),
        ("https://open.spotify.com/track/", Platform::Spotify),
        ("https://soundcloud.com?x=1", Platform::SoundCloud),
        ("https://www.deezer.com/en/", Platform::Deezer),
        ("https://dittomusic.com/?id=3", Platform::Ditto),
    ] {
        assert_eq!(judge(typed), LinkVerdict::NoSong { platform, miss: Miss::Nothing }, "{typed}");
    }
}

#[test]
fn what_is_no_web_address_is_no_link() {
    for typed in [
        "",
        " ",
        "my new song",
        "hello",
        "Mr.Smith",
        "ftp://youtube.com/x",
        "javascript:alert(1)",
        "data:text/html,youtu.be/x",
        "spotify:track:1",
        "mailto:me@youtube.com",
        "me@youtube.com",
        "https://",
        "https:youtu.be/x",
        r"https://youtube.com\@evil.tld/x",
        "http://[::1",
        "24/7",
        "...",
        "<>",
        "://youtu.be",
    ] {
        assert_eq!(judge(typed), LinkVerdict::NotALink, "{typed}");
    }
    assert_eq!(judge(&format!("https://youtu.be/{}", "a".repeat(2_000))), LinkVerdict::TooLong);
    assert_eq!(judge(&format!("https://ditto.fm/{}", "@".repeat(1_900))), LinkVerdict::TooLong);
    assert_eq!(judge(&format!("https://soundcloud.com/a/{}", "b".repeat(900))), LinkVerdict::TooLong);
}

#[test]
fn real_forms_of_links_get_the_verdict_of_their_kind() {
    let (mut count, mut wrong) = (0, Vec::new());
    let rows = include_str!("forms.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for row in rows {
        let (expected, link) = row.split_once(" | ").unwrap();
        let verdict = shown(judge(link));
        count += 1;
        if verdict != expected.trim_end() {
            wrong.push(format!("{link}\n  expected {expected}\n  got      {verdict}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count >= 380, "the table has {count} forms");
}

/// A verdict as the table of forms writes it.
fn shown(verdict: LinkVerdict) -> String {
    match verdict {
        LinkVerdict::Accepted(song) => song.key,
        LinkVerdict::Apple => "apple".to_owned(),
        LinkVerdict::Unsupported { host } => format!("foreign {host}"),
        LinkVerdict::NoSong { platform, miss: Miss::Nothing } => format!("{platform}: no song"),
        LinkVerdict::NoSong { platform, miss: Miss::Own } => format!("{platform}: own page"),
        LinkVerdict::NoSong { platform, miss: Miss::Artist } => format!("{platform}: artist"),
        LinkVerdict::NoSong { platform, miss: Miss::Cut { found, .. } } => format!("{platform}: cut, {found}"),
        LinkVerdict::Disguised { platform } => format!("{platform}: disguised"),
        LinkVerdict::TooLong => "too long".to_owned(),
        LinkVerdict::NotALink => "no link".to_owned(),
    }
}

fn likely_link() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "https://",
        "http://",
        "HTTPS://",
        "youtube.com",
        "youtu.be",
        "open.spotify.com",
        "soundcloud.com",
        "on.soundcloud.com",
        "www.deezer.com",
        "ditto.fm",
        "music.apple.com",
        "music.youtube.com",
        "/",
        "/",
        "/watch",
        "?v=dQw4w9WgXcQ",
        "4uLU6hMCjMI75M1A2tKUQC",
        "dQw4w9WgXcQ",
        "w.soundcloud.com/player/?url=",
        "api.soundcloud.com/tracks/7",
        "www.google.com/url?q=",
        "spotify:track:",
        "playlist",
        "clip/",
        "?v=",
        "?list=",
        "&",
        "=",
        "track",
        "intl-de",
        "en",
        "sets",
        "s-Ab",
        "?secret_token=",
        "a",
        "B",
        "1",
        "_",
        "-",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "*",
        "|",
        "'",
        "@",
        ":",
        "#",
        "%",
        "%28",
        "%2F",
        ".",
        "..",
        "é",
        " ",
        "\\",
        "\u{200B}",
        "utm_x=1",
        "//",
    ]);
    prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}

fn check_accepted(verdict: LinkVerdict) -> Result<(), TestCaseError> {
    let LinkVerdict::Accepted(song) = verdict else { return Ok(()) };
    prop_assert_eq!(judge(&song.url), LinkVerdict::Accepted(song.clone()));
    prop_assert_eq!(judge(&format!("[a]({}), b", song.url)), LinkVerdict::Accepted(song.clone()));
    prop_assert!(song.url.starts_with("https://") && song.url.len() <= MAX_SONG_URL_BYTES);
    let harmless = |c: char| c.is_ascii_graphic() && !"()<>[]{}*~|'\"`@^\\#".contains(c);
    prop_assert!(song.url.chars().all(harmless), "{}", song.url);
    Ok(())
}

proptest! {
    #[test]
    fn any_text_gets_a_verdict(text in any::<String>()) {
        check_accepted(judge(&text))?;
    }

    #[test]
    fn an_accepted_link_is_harmless_and_judged_the_same_again(text in likely_link()) {
        check_accepted(judge(&text))?;
    }

    #[test]
    fn wrapping_and_tracking_do_not_change_a_song(id in "[A-Za-z0-9_-]{11}", tail in "[a-z0-9]{0,8}") {
        let key = format!("youtube:{id}");
        for form in [
            format!("https://youtu.be/{id}?si={tail}"),
            format!("<https://www.youtube.com/watch?utm_source={tail}&v={id}>"),
            format!("[x](https://music.youtube.com/watch?v={id}&list=PL{tail})"),
            format!("m.youtube.com/shorts/{id}#{tail}"),
        ] {
            prop_assert_eq!(&song(&form).key, &key);
        }
    }
}
