//! A person on the live as TikTok writes them: the user message with its badges, and the marks beside a comment or gift.

use super::event::SimViewer;
use super::protobuf::Proto;

/// The kinds of badges that are shown.
const MODERATOR: u64 = 1;
const SUBSCRIBER: u64 = 4;
const GIFTER_LEVEL: u64 = 8;
const TEAM_LEVEL: u64 = 10;

impl SimViewer {
    /// The account's number: the given one, or one made from the handle, so that a handle keeps its number.
    pub(crate) fn number(&self) -> u64 {
        self.id.unwrap_or_else(|| number_of(&self.handle))
    }

    /// The user message.
    pub(crate) fn message(&self) -> Proto {
        let number = self.number();
        let shown = self.nickname.as_deref().unwrap_or(&self.handle);
        let picture = Proto::new().text(1, &format!("https://p16.example/{number}.webp"));
        let follows = u64::from(self.is_follower);
        let user = Proto::new()
            .number(1, number)
            .text(3, shown)
            .message(9, &picture)
            .message(22, &Proto::new().number(1, 31).number(2, 12).number(3, follows))
            .message(32, &Proto::new().flag(2, self.is_moderator))
            .text(38, &self.handle)
            .text(46, &format!("MS4wLjABAAAA{number:x}"));
        let user = match self.level {
            Some(level) => user.message(23, &Proto::new().number(6, u64::from(level))),
            None => user,
        };
        let user = match self.team_level {
            Some(level) => user.message(24, &Proto::new().message(1, &Proto::new().number(2, u64::from(level)))),
            None => user,
        };
        let user = self.badges().iter().fold(user, |user, badge| user.message(64, badge));
        let user = user.flag(1029, self.is_follower).flag(1090, self.is_subscriber);
        if self.is_anonymous { user.message(1092, &Proto::new().flag(1, true)) } else { user }
    }

    /// What a comment and a gift say about their sender in relation to the host.
    pub(crate) fn identity(&self) -> Proto {
        Proto::new().flag(2, self.is_subscriber).flag(4, self.is_follower).flag(5, self.is_moderator)
    }

    fn badges(&self) -> Vec<Proto> {
        let leveled = [(GIFTER_LEVEL, self.level), (TEAM_LEVEL, self.team_level)];
        let leveled = leveled.into_iter().filter_map(|(scene, level)| Some((scene, level?.to_string())));
        let marks = [(MODERATOR, self.is_moderator), (SUBSCRIBER, self.is_subscriber)];
        let marks = marks.into_iter().filter(|(_, is_worn)| *is_worn).map(|(scene, _)| (scene, String::new()));
        leveled.chain(marks).map(|(scene, level)| badge(scene, &level)).collect()
    }
}

/// A badge as a picture with a text, its level in the log extra.
fn badge(scene: u64, level: &str) -> Proto {
    let extra = Proto::new().text(2, &format!("71961899{scene:04}")).text(5, level);
    let icon = Proto::new().text(1, "https://p16.example/badge.webp");
    Proto::new()
        .number(1, 4)
        .number(3, scene)
        .flag(11, true)
        .message(12, &extra)
        .message(23, &Proto::new().message(2, &icon).text(4, level))
}

/// FNV-1a, brought into the range of real account numbers (19 digits).
pub(crate) fn number_of(handle: &str) -> u64 {
    let hash = handle
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    6_800_000_000_000_000_000 + hash % 100_000_000_000_000_000
}
