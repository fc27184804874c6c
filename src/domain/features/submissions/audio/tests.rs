//! Audio files: valid ones, disguised ones, broken ones.

use proptest::prelude::*;

use super::*;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::NO_COMMANDS;

/// A tag of the ID3 kind with `size` bytes in it.
fn id3(size: usize) -> Vec<u8> {
    let sizes = [size >> 21, size >> 14, size >> 7, size].map(|part| u8::try_from(part & 0x7F).unwrap());
    [b"ID3\x04\x00\x00".as_slice(), &sizes, &vec![b'x'; size]].concat()
}

/// A box of an MPEG-4 container.
fn mp4_box(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(8 + body.len()).unwrap();
    [size.to_be_bytes().as_slice(), &kind, body].concat()
}

/// A track with this handler and this codec.
fn track(handler: [u8; 4], codec: [u8; 4]) -> Vec<u8> {
    let hdlr = mp4_box(*b"hdlr", &[[0; 8].as_slice(), &handler, &[0; 12]].concat());
    let stsd = mp4_box(*b"stsd", &[[0, 0, 0, 0, 0, 0, 0, 1].as_slice(), &mp4_box(codec, &[0; 28])].concat());
    let minf = mp4_box(*b"minf", &mp4_box(*b"stbl", &stsd));
    mp4_box(*b"trak", &mp4_box(*b"mdia", &[hdlr, minf].concat()))
}

/// A container of this brand with a track of sound.
fn m4a(major: [u8; 4], compatible: &[&[u8; 4]]) -> Vec<u8> {
    [ftyp(major, compatible), mp4_box(*b"moov", &track(*b"soun", *b"mp4a"))].concat()
}

fn ftyp(major: [u8; 4], compatible: &[&[u8; 4]]) -> Vec<u8> {
    let size = u32::try_from(16 + 4 * compatible.len()).unwrap();
    let mut bytes = [size.to_be_bytes().as_slice(), b"ftyp", &major, &[0; 4]].concat();
    for brand in compatible {
        bytes.extend_from_slice(*brand);
    }
    bytes
}

/// As many frames with this head, `length` bytes each.
fn frames(head: [u8; 4], length: usize, count: usize) -> Vec<u8> {
    let mut frame = head.to_vec();
    frame.resize(length, 0x55);
    frame.repeat(count)
}

/// A chunk of a wav file.
fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap();
    [kind.as_slice(), &size.to_le_bytes(), body].concat()
}

/// A wav file of these chunks.
fn wav(name: [u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    [name.as_slice(), &[0xFF; 4], b"WAVE", &chunks.concat()].concat()
}

const MPEG_FRAME: [u8; 4] = [0xFF, 0xFB, 0x90, 0x64];
const MPEG_FRAME_BYTES: usize = 417;
const FLAC: &[u8] = b"fLaC\0\0\0\x22";

fn mp3() -> Vec<u8> {
    frames(MPEG_FRAME, MPEG_FRAME_BYTES, 2)
}

fn flac() -> Vec<u8> {
    [FLAC, &[1; 34], b"\xFF\xF8 and so on"].concat()
}

#[test]
fn the_four_kinds_are_taken_by_their_extension() {
    for (name, kind) in [
        ("song.mp3", AudioKind::Mp3),
        ("My.Song.M4A", AudioKind::M4a),
        ("take 2.Wav ", AudioKind::Wav),
        (".flac", AudioKind::Flac),
    ] {
        assert_eq!(check_declared(name, None, 1), Ok(Some(kind)));
    }
    for name in ["song.ogg", "song.aac", "song.mp3.exe", "song.mp3/x", "song.wave"] {
        assert_eq!(check_declared(name, Some("audio/mpeg"), 1), Err(AudioRefusal::Type), "{name}");
    }
    for name in ["song.mp4", "song.MOV", "song.webm"] {
        assert_eq!(check_declared(name, Some("audio/mpeg"), 1), Err(AudioRefusal::Video), "{name}");
    }
    for name in ["mp3", "song.", "", "Mr. Smith - Night"] {
        assert_eq!(check_declared(name, Some("audio/mpeg"), 1), Ok(None), "{name}: only its content can tell");
    }
}

#[test]
fn a_content_type_decides_only_where_it_says_something_else() {
    for accepted in [
        "audio/mpeg",
        "audio/mp3",
        "audio/mp4",
        "audio/x-m4a",
        "audio/aac",
        "audio/wav",
        "audio/x-wav",
        "audio/wave",
        "audio/vnd.wave",
        "audio/flac",
        "audio/x-flac",
        "AUDIO/MPEG",
        "audio/mp4; codecs=\"mp4a.40.2\"",
        " audio/mpeg ;x",
        "",
        "application/octet-stream",
        "binary/octet-stream",
        "application/x-download",
        "audio",
        "xaudio/mpeg",
        "äudio/x",
    ] {
        assert_eq!(check_declared("a.mp3", Some(accepted), 1), Ok(Some(AudioKind::Mp3)), "{accepted}");
    }
    for refused in ["video/mp4", "text/plain", "image/png; x=audio/mpeg", "TEXT/HTML"] {
        assert_eq!(check_declared("a.mp3", Some(refused), 1), Err(AudioRefusal::Type), "{refused}");
    }
    assert_eq!(check_declared("a.m4a", Some("video/mp4"), 1), Ok(Some(AudioKind::M4a)));
    assert_eq!(check_declared("a.m4a", Some("image/heic"), 1), Err(AudioRefusal::Type));
    assert_eq!(check_declared("a", Some("video/mp4"), 1), Err(AudioRefusal::Video));
}

#[test]
fn twenty_five_megabytes_are_taken_and_not_one_byte_more() {
    assert_eq!(check_declared("a.wav", None, 26_214_400), Ok(Some(AudioKind::Wav)));
    assert_eq!(check_declared("a.wav", None, 26_214_401), Err(AudioRefusal::TooLarge { size: 26_214_401 }));
    assert_eq!(check_declared("a.wav", None, u64::MAX), Err(AudioRefusal::TooLarge { size: u64::MAX }));
    assert_eq!(check_declared("a.wav", None, 0), Err(AudioRefusal::Empty));
    assert_eq!(check_declared("a.txt", None, u64::MAX), Err(AudioRefusal::Type));
}

#[test]
fn each_kind_is_known_by_how_it_begins() {
    let form = || chunk(*b"fmt ", &[1; 16]);
    let sound = || chunk(*b"data", &[1; 8]);
    let files: [(AudioKind, Vec<u8>); 30] = [
        (AudioKind::Mp3, mp3()),
        (AudioKind::Mp3, frames([0xFF, 0xFA, 0x90, 0], 417, 2)),
        (AudioKind::Mp3, frames([0xFF, 0xF3, 0x84, 0], 192, 2)),
        (AudioKind::Mp3, frames([0xFF, 0xE3, 0x40, 0], 208, 2)),
        (AudioKind::Mp3, frames([0xFF, 0xFB, 0x00, 0], 293, 2)),
        (AudioKind::Mp3, frames(MPEG_FRAME, MPEG_FRAME_BYTES, 1)),
        (AudioKind::Mp3, [frames(MPEG_FRAME, MPEG_FRAME_BYTES, 1), b"TAG".to_vec(), vec![b'x'; 125]].concat()),
        (AudioKind::Mp3, [frames(MPEG_FRAME, MPEG_FRAME_BYTES, 1), vec![0; 500]].concat()),
        (AudioKind::Mp3, [vec![0; 300], mp3()].concat()),
        (AudioKind::Mp3, [id3(300), mp3()].concat()),
        (AudioKind::Mp3, [id3(5), id3(200), vec![0; 50], mp3()].concat()),
        (AudioKind::Mp3, [id3(200_000), mp3()].concat()),
        (AudioKind::M4a, m4a(*b"M4A ", &[b"isom", b"mp42"])),
        (AudioKind::M4a, m4a(*b"M4B ", &[])),
        (AudioKind::M4a, m4a(*b"mp42", &[b"isom"])),
        (AudioKind::M4a, m4a(*b"isom", &[])),
        (AudioKind::M4a, m4a(*b"iso6", &[])),
        (AudioKind::M4a, m4a(*b"3gp4", &[])),
        (AudioKind::M4a, m4a(*b"dash", &[])),
        (AudioKind::M4a, m4a(*b"caqv", &[b"mp42", b"M4A "])),
        (AudioKind::M4a, [id3(300), m4a(*b"M4A ", &[])].concat()),
        (AudioKind::Wav, wav(*b"RIFF", &[form(), sound()])),
        (AudioKind::Wav, wav(*b"RIFF", &[chunk(*b"LIST", b"odd\0\0"), form(), sound()])),
        (AudioKind::Wav, wav(*b"RF64", &[chunk(*b"ds64", &[0; 28]), form(), sound()])),
        (AudioKind::Wav, wav(*b"BW64", &[chunk(*b"ds64", &[0; 28]), form(), sound()])),
        (AudioKind::Flac, flac()),
        (AudioKind::Flac, [b"fLaC\x80\0\0\x22".as_slice(), &[1; 40]].concat()),
        (AudioKind::Flac, [id3(300), flac()].concat()),
        (AudioKind::Flac, [id3(0), flac()].concat()),
        (AudioKind::Flac, [id3(200_000), flac()].concat()),
    ];
    for (kind, head) in files {
        assert_eq!(check_bytes(Some(kind), &head), Ok(kind), "{kind:?} {:?}", &head[..head.len().min(24)]);
        assert_eq!(check_bytes(None, &head), Ok(kind), "known without its name");
    }
}

#[test]
fn the_beginning_of_a_song_alone_makes_no_song() {
    let text = b"This is only text. ".repeat(500);
    let head = MPEG_FRAME.as_slice();
    let form = chunk(*b"fmt ", &[1; 16]);
    let files: [(AudioKind, Vec<u8>); 15] = [
        (AudioKind::Mp3, head.to_vec()),
        (AudioKind::Mp3, [head, &text].concat()),
        (AudioKind::Mp3, [b"\xFF\xFB\x90\0".as_slice(), &text].concat()),
        (AudioKind::Mp3, [b"\xFF\xFB\0\0".as_slice(), &text].concat()),
        (AudioKind::Mp3, [id3(10).as_slice(), b"\xFF\xFBhello text"].concat()),
        (AudioKind::Mp3, [id3(10), b"\xFF\xFBhello text".repeat(3)].concat()),
        (AudioKind::Mp3, [vec![0; 50_000], head.to_vec()].concat()),
        (AudioKind::Mp3, mp3().into_iter().take(10).collect()),
        (AudioKind::Flac, b"fLaC".to_vec()),
        (AudioKind::Flac, [FLAC, &[1; 34]].concat()),
        (AudioKind::Flac, [b"fLaC".as_slice(), &text].concat()),
        (AudioKind::Wav, wav(*b"RIFF", &[])),
        (AudioKind::Wav, wav(*b"RIFF", &[text])),
        (AudioKind::Wav, wav(*b"RIFF", &[form, chunk(*b"data", b"")])),
        (AudioKind::Wav, wav(*b"RIFF", &[chunk(*b"data", &[1; 8])])),
    ];
    for (claimed, bytes) in files {
        assert_eq!(
            check_bytes(Some(claimed), &bytes),
            Err(AudioRefusal::Content { claimed, found: None }),
            "{claimed:?} {:?}",
            &bytes[..bytes.len().min(24)]
        );
    }
}

#[test]
fn a_disguised_file_is_refused_by_what_it_holds() {
    let song = mp3();
    let files: [(AudioKind, &[u8], Option<&str>); 18] = [
        (AudioKind::Mp3, b"Hello, this is just text.", None),
        (AudioKind::Mp3, b"\xFF\xFEH\0e\0l\0l\0o\0", None),
        (AudioKind::Mp3, b"\x89PNG\r\n\x1A\n0000", Some("png")),
        (AudioKind::Mp3, b"%PDF-1.7 ", Some("pdf")),
        (AudioKind::Mp3, b"OggS\0\x02\0\0\0\0", Some("ogg")),
        (AudioKind::Mp3, &[0xFF, 0xF1, 0x50, 0x80, 0], Some("aac")),
        (AudioKind::Mp3, &[0xFF, 0xFB, 0xF0, 0], None),
        (AudioKind::Mp3, &[0xFF, 0xFB, 0x9C, 0], None),
        (AudioKind::Mp3, &[0xFF, 0xFB], None),
        (AudioKind::Mp3, &[0; 64], None),
        (AudioKind::Mp3, FLAC, Some("flac")),
        (AudioKind::Mp3, b"RIFF\x24\0\0\0WAVEfmt ", Some("wav")),
        (AudioKind::Wav, b"RIFF\x24\0\0\0AVI LIST", Some("avi")),
        (AudioKind::Wav, &song, Some("mp3")),
        (AudioKind::Flac, b"fLa", None),
        (AudioKind::M4a, b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", Some("mov")),
        (AudioKind::M4a, b"\0\0\0\x14ftypM4V \0\0\0\0M4A ", Some("m4v")),
        (AudioKind::M4a, b"\0\0\0\x20ftyp", None),
    ];
    for (claimed, head, found) in files {
        assert_eq!(
            check_bytes(Some(claimed), head),
            Err(AudioRefusal::Content { claimed, found }),
            "{claimed:?} {head:?}"
        );
    }
    assert_eq!(check_bytes(Some(AudioKind::Mp3), b""), Err(AudioRefusal::Empty));
    assert!(check_bytes(Some(AudioKind::Mp3), b"ID3 is a kind of tag, and this is a text about it.").is_err());
    assert!(check_bytes(Some(AudioKind::Mp3), &id3(300)).is_err());
    let flac_in_disguise = [id3(300), flac()].concat();
    assert!(check_bytes(Some(AudioKind::Mp3), &flac_in_disguise).is_err());
    assert!(check_bytes(Some(AudioKind::Flac), &[id3(300), mp3()].concat()).is_err());
}

#[test]
fn a_container_is_judged_by_its_tracks() {
    let holding = |tracks: &[Vec<u8>]| [ftyp(*b"M4A ", &[]), mp4_box(*b"moov", &tracks.concat())].concat();
    let check = |bytes: &[u8]| check_bytes(Some(AudioKind::M4a), bytes);
    let (sound, film, cover) = (track(*b"soun", *b"alac"), track(*b"vide", *b"avc1"), track(*b"vide", *b"jpeg"));
    assert_eq!(check(&holding(&[cover.clone(), sound.clone()])), Ok(AudioKind::M4a));
    assert_eq!(check(&holding(&[sound, film.clone()])), Err(AudioRefusal::Video));
    assert_eq!(check(&holding(&[film])), Err(AudioRefusal::Video));
    assert!(check(&holding(&[cover])).is_err(), "a picture is no song");
    assert!(check(&holding(&[track(*b"soun", *b"drms")])).is_err(), "nobody else can play a song that is locked");
    assert!(check(&holding(&[])).is_err());
}

#[test]
fn a_track_of_sound_with_nothing_in_it_is_no_song() {
    let counted = |handler: [u8; 4], codec: [u8; 4], kind: [u8; 4], samples: u32| {
        let hdlr = mp4_box(*b"hdlr", &[[0; 8].as_slice(), &handler, &[0; 12]].concat());
        let stsd = mp4_box(*b"stsd", &[[0, 0, 0, 0, 0, 0, 0, 1].as_slice(), &mp4_box(codec, &[0; 28])].concat());
        let sizes = mp4_box(kind, &[[0; 8].as_slice(), &samples.to_be_bytes()].concat());
        let stbl = mp4_box(*b"stbl", &[stsd, sizes].concat());
        mp4_box(*b"trak", &mp4_box(*b"mdia", &[hdlr, mp4_box(*b"minf", &stbl)].concat()))
    };
    let file = |inside: &[Vec<u8>], behind: &[u8]| {
        [ftyp(*b"M4A ", &[]), mp4_box(*b"moov", &inside.concat()), behind.to_vec()].concat()
    };
    let check = |bytes: &[u8]| check_bytes(Some(AudioKind::M4a), bytes);
    let picture = || counted(*b"vide", *b"avc1", *b"stsz", 1);
    for kind in [*b"stsz", *b"stz2"] {
        let (nothing, sound) = (counted(*b"soun", *b"mp4a", kind, 0), counted(*b"soun", *b"mp4a", kind, 40));
        assert!(check(&file(&[picture(), nothing.clone()], b"")).is_err(), "a picture with silence is no song");
        assert!(check(&file(std::slice::from_ref(&nothing), b"")).is_err());
        assert_eq!(check(&file(&[picture(), sound], b"")), Ok(AudioKind::M4a));
        assert_eq!(check(&file(&[nothing.clone(), mp4_box(*b"mvex", b"")], b"")), Ok(AudioKind::M4a));
        assert_eq!(check(&file(&[nothing], &mp4_box(*b"moof", b""))), Ok(AudioKind::M4a));
    }
}

#[test]
fn a_large_cover_in_a_tag_whose_size_is_a_plain_number_hides_no_song() {
    let cover = vec![0; 0x2C_C6C0];
    let tag = [b"ID3\x03\0\0".as_slice(), &0x002C_C6C0_u32.to_be_bytes(), &cover].concat();
    let song = [tag.as_slice(), &frames(MPEG_FRAME, MPEG_FRAME_BYTES, 4)].concat();
    assert_eq!(check_bytes(Some(AudioKind::Mp3), &song), Ok(AudioKind::Mp3));
    assert_eq!(check_bytes(Some(AudioKind::Flac), &[tag.as_slice(), &flac()].concat()), Ok(AudioKind::Flac));
    assert!(check_bytes(Some(AudioKind::Mp3), &[tag.as_slice(), b"these are my lyrics".as_slice()].concat()).is_err());
}

#[test]
fn words_with_the_head_of_a_frame_at_every_length_of_one_are_no_song() {
    // 0xFF and 0xFB are letters in Latin 1, and what follows them makes a frame of 130 bytes.
    let line = b"\xFF\xFB \xE7a c'est du texte \xFF\n";
    let words = [line.as_slice(), &[b'.'; 130 - 23]].concat().repeat(40);
    assert_eq!(words.len() % 130, 0, "each begins where a frame would");
    for words in [words.clone(), [id3(300), words.clone()].concat(), words[1..].to_vec()] {
        assert!(check_bytes(Some(AudioKind::Mp3), &words).is_err());
    }
}

#[test]
fn a_name_that_says_mpeg_is_known_by_what_the_file_holds() {
    for name in ["WhatsApp Audio 2026-05-01.mpeg", "song.mpga", "SONG.MPG"] {
        for content_type in [None, Some("audio/mpeg"), Some("video/mpeg"), Some("application/octet-stream")] {
            assert_eq!(check_declared(name, content_type, 1), Ok(None), "{name} {content_type:?}");
            assert!(is_meant_as_audio(name, content_type) && !is_video(name, content_type));
        }
        assert_eq!(check_declared(name, Some("image/png"), 1), Err(AudioRefusal::Type), "{name}");
    }
    assert_eq!(check_bytes(None, &mp3()), Ok(AudioKind::Mp3));
    assert_eq!(check_bytes(None, b"\0\0\x01\xBA\x44\0\x04\0\x04\x01"), Err(AudioRefusal::Video));
    assert_eq!(check_bytes(None, b"these are my lyrics"), Err(AudioRefusal::Type));
}

#[test]
fn refusals_say_what_would_work() {
    let said = |refusal: AudioRefusal| format!("{}: {}", refusal.code(), refusal.sentence().markdown(NO_COMMANDS));
    insta::assert_snapshot!(said(AudioRefusal::Type), @"submission.file_type: This type of file can't be reviewed. Send an mp3, m4a, wav or flac file of up to 25 MB, or a link to the song.");
    insta::assert_snapshot!(said(AudioRefusal::Video), @"submission.file_video: A video can't be reviewed. Send its sound as an mp3, m4a, wav or flac file of up to 25 MB, or the link to it on YouTube.");
    insta::assert_snapshot!(said(AudioRefusal::TooLarge { size: MAX_FILE_BYTES + 1 }), @"submission.file_too_large: This file is too large (25.1 MB). Send an mp3, m4a, wav or flac file of up to 25 MB.");
    insta::assert_snapshot!(said(AudioRefusal::TooLarge { size: 26 * 1024 * 1024 }), @"submission.file_too_large: This file is too large (26.0 MB). Send an mp3, m4a, wav or flac file of up to 25 MB.");
    insta::assert_snapshot!(said(AudioRefusal::Empty), @"submission.file_empty: This file is empty. Send an mp3, m4a, wav or flac file of up to 25 MB.");
    insta::assert_snapshot!(said(AudioRefusal::Content { claimed: AudioKind::Mp3, found: Some("png") }), @"submission.file_content: This file is named .mp3 but holds png data. Send an mp3, m4a, wav or flac file of up to 25 MB.");
    insta::assert_snapshot!(said(AudioRefusal::Content { claimed: AudioKind::M4a, found: None }), @"submission.file_content: This file is named .m4a but holds something else. Send an mp3, m4a, wav or flac file of up to 25 MB.");
}

#[test]
fn a_file_name_loses_what_could_do_harm_and_keeps_its_extension() {
    for (name, safe) in [
        ("song.mp3", "song.mp3"),
        ("My Song (final) [v2].Wav", "My Song (final) _v2_.Wav"),
        ("../../etc/passwd.mp3", "passwd.mp3"),
        (r"C:\Music\song.mp3", "song.mp3"),
        ("a\u{202E}3pm.flac", "a3pm.flac"),
        ("a\nb\0.mp3", "a b.mp3"),
        ("@everyone `x`*.mp3", "_everyone _x__.mp3"),
        ("..mp3", "audio.mp3"),
        ("x..mp3. ", "x.mp3"),
        (".mp3", "audio.mp3"),
        ("", "audio"),
        ("..", "audio"),
        ("song/", "audio"),
        ("夜のドライブ.m4a", "夜のドライブ.m4a"),
        ("night.drive.by.ann", "night.drive.by.ann"),
    ] {
        assert_eq!(safe_file_name(name), safe);
        assert_eq!(safe_file_name(safe), safe);
    }
    let long = safe_file_name(&format!("{}.flac", "x".repeat(300)));
    assert_eq!((long.len(), long.ends_with("x.flac")), (MAX_FILE_NAME_CHARS, true));
}

proptest! {
    #[test]
    fn any_file_name_becomes_safe(name in r"(\PC|[./\\ \n@]|👩‍👧|\.mp3){0,150}") {
        let safe = safe_file_name(&name);
        prop_assert!((1..=MAX_FILE_NAME_CHARS).contains(&safe.chars().count()));
        prop_assert!(!safe.contains(|c: char| c.is_control() || "/\\<>:\"|?*`@".contains(c)), "{}", safe);
        prop_assert!(!safe.starts_with('.'));
    }

    #[test]
    fn a_safe_file_name_claims_the_same_kind(stem in r"(\PC|[./\\ \n@]){0,150}", kind in prop::sample::select(AudioKind::VARIANTS)) {
        let safe = safe_file_name(&format!("{stem}.{}", kind.extension()));
        prop_assert_eq!(AudioKind::claimed_by(&safe), Some(kind));
    }

    #[test]
    fn any_bytes_get_a_verdict(start in prop::sample::select(vec![&b""[..], b"ID3\x04\0\0", b"\0\0\0\x18ftyp", b"RIFF", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"PK\x03\x04"]), rest in prop::collection::vec(any::<u8>(), 0..200)) {
        let head = [start, &rest].concat();
        for kind in AudioKind::VARIANTS {
            let _ = check_bytes(Some(*kind), &head);
        }
    }

    #[test]
    fn any_declaration_gets_a_verdict(name in any::<String>(), content_type in any::<Option<String>>(), size in any::<u64>()) {
        if let Err(refusal) = check_declared(&name, content_type.as_deref(), size) {
            let sentence = refusal.sentence().to_string();
            prop_assert!(sentence.contains("mp3, m4a, wav or flac") && sentence.contains("25 MB"));
        }
    }
}
