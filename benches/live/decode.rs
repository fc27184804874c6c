//! Frames of mixed messages, as they come and packed.

use criterion::Criterion;
use greenroom::tiktok::wire::{FrameKind, Observed, PushFrame};

use crate::encode::{Fields, batch, common, frame, gzip, message, user, with_header};
use crate::support::report::Report;
use crate::support::runs::sampled;

/// Messages in a frame.
const MESSAGES: u64 = 10;
/// Frames in a run; all different.
const FRAMES: u64 = 200;
/// Messages a second that have to be reached.
const TARGET: f64 = 300_000.0;

/// Frames that are not packed.
pub fn plain(criterion: &mut Criterion, report: &mut Report) {
    let frames: Vec<_> = (0..FRAMES).map(|number| frame("msg", &payload(number)).bytes()).collect();
    measured(criterion, report, "plain", &frames);
}

/// Frames as TikTok sends most of them.
pub fn packed(criterion: &mut Criterion, report: &mut Report) {
    let packed = |number| with_header(frame("msg", &gzip(&payload(number))), "gzip").bytes();
    measured(criterion, report, "gzip", &(0..FRAMES).map(packed).collect::<Vec<_>>());
}

fn measured(criterion: &mut Criterion, report: &mut Report, packing: &str, frames: &[Vec<u8>]) {
    let count = FRAMES * MESSAGES;
    let time = sampled(criterion, &format!("decode of {count} mixed messages/{packing}"), |_| {
        let told: u64 = frames.iter().map(|frame| events(frame)).sum();
        assert_eq!(told, count, "every message tells an event");
    });
    let rate = f64::from(u32::try_from(count).unwrap()) / time.as_secs_f64();
    let bytes = frames.iter().map(Vec::len).sum::<usize>() / frames.len();
    let what = format!("mixed messages decoded, {packing}, {MESSAGES} in a frame of {bytes} bytes");
    report.target(&what, "300,000 a second", format!("{rate:.0} a second"), rate >= TARGET);
}

/// How many events a frame tells.
fn events(frame: &[u8]) -> u64 {
    let FrameKind::Messages(batch) = PushFrame::decode(frame).unwrap().kind else { panic!("no messages") };
    batch.messages.iter().map(|message| u64::from(matches!(message.what, Observed::Event(_)))).sum()
}

/// A batch of mixed messages.
fn payload(frame: u64) -> Vec<u8> {
    let messages: Vec<_> = (frame * MESSAGES..(frame + 1) * MESSAGES).map(mixed).collect();
    let id = 7_300_000_000_000_000_000 + frame;
    batch(&messages).text(2, format!("{id}_1")).text(5, format!("fetch_time:{id}|ack_ids:{id}")).varint(9, 1).bytes()
}

fn mixed(number: u64) -> Fields {
    let id = 7_310_000_000_000_000_000 + number;
    let by = |field, key: &str| Fields::new().nested(1, &common(id, key)).nested(field, &viewer(number));
    let (method, payload) = match number % 20 {
        0..7 => ("WebcastLikeMessage", by(5, "pm_mt_msg_viewer").varint(2, 15).varint(3, 40_000 + number)),
        7..12 => ("WebcastMemberMessage", by(2, "live_room_enter_toast").varint(3, 700).varint(10, 1).varint(9, 6)),
        12..18 => ("WebcastChatMessage", by(2, "").text(3, format!("love this one 🎶 number {number}")).text(14, "en")),
        18 => ("WebcastGiftMessage", gift(by(7, "webcast_aweme_gift_send_message"), number)),
        _ => ("WebcastSocialMessage", by(2, "pm_main_follow_message_viewer_2").varint(4, 1).varint(6, 9_000)),
    };
    message(id, method, &payload)
}

fn gift(by: Fields, number: u64) -> Fields {
    let rose = Fields::new()
        .nested(1, &picture("resource/eba3a9bb85c33e017f3648eaf88d7189"))
        .text(2, "sent Rose")
        .varint(5, 5_655)
        .varint(10, 1)
        .varint(11, 1)
        .varint(12, 1)
        .text(16, "Rose")
        .nested(21, &picture("resource/eba3a9bb85c33e017f3648eaf88d7189"));
    by.varint(2, 5_655).varint(4, 1).varint(5, number % 9 + 1).varint(6, 1).varint(11, number).nested(15, &rose)
}

/// A person with pictures, badges and club, in about the size of a real one.
fn viewer(number: u64) -> Fields {
    let handle = format!("viewer.{number:06}");
    let icon = picture("webcast-va/grade_badge_icon_lite_lv15_v2.png");
    let badge = |scene: u64, level: &str| {
        let combined = Fields::new().varint(1, 1).nested(2, &icon).text(4, level);
        let details = Fields::new().text(1, "7196929090442513157").text(2, "7138381176787539748").text(5, level);
        Fields::new().varint(1, 4).varint(3, scene).varint(11, 1).nested(12, &details).nested(23, &combined)
    };
    let club = Fields::new().nested(1, &Fields::new().text(1, "Green Room").varint(2, 12).varint(3, 1));
    user(&handle)
        .nested(11, &picture(&format!("tos-maliva-avt-0068/{number:032x}~tplv-tiktokx-cropcenter:1080:1080.webp")))
        .nested(24, &club)
        .nested(64, &badge(10, "12"))
        .nested(66, &Fields::new().varint(2, 12).varint(3, 4_400))
        .varint(1_024, 1)
        .varint(1_029, 1)
}

fn picture(name: &str) -> Fields {
    let address =
        |server: u32| format!("https://p{server}-webcast.tiktokcdn.com/{name}?lk3s=a5d48078&x-expires=1763800000");
    Fields::new()
        .text(1, address(16))
        .text(1, address(19))
        .text(2, name)
        .varint(3, 100)
        .varint(4, 100)
        .text(5, "#EBCECE")
}
