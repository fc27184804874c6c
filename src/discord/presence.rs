//! What the bot shows of itself, as Discord wants it.

use serenity::all::{ActivityData, OnlineStatus};

use crate::presence::{Presence, Status, Type};

/// The text with what stands before it; `None` where there is none.
pub(super) fn activity(presence: &Presence) -> Option<ActivityData> {
    let message = presence.message.as_str();
    if message.is_empty() {
        return None;
    }
    Some(match presence.kind {
        Type::Custom => ActivityData::custom(message),
        Type::Playing => ActivityData::playing(message),
        Type::Listening => ActivityData::listening(message),
        Type::Watching => ActivityData::watching(message),
        Type::Competing => ActivityData::competing(message),
    })
}

/// Whether the bot is there.
pub(super) const fn status(presence: &Presence) -> OnlineStatus {
    match presence.status {
        Status::Online => OnlineStatus::Online,
        Status::Idle => OnlineStatus::Idle,
        Status::Dnd => OnlineStatus::DoNotDisturb,
        Status::Invisible => OnlineStatus::Invisible,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_word_before_it_and_an_empty_one_is_none() {
        let shown = |kind, message: &str| {
            let presence = Presence { kind, message: message.to_owned(), ..Presence::default() };
            activity(&presence).map(|activity| (activity.name, activity.state))
        };
        assert_eq!(shown(Type::Playing, ""), None);
        assert_eq!(shown(Type::Playing, "chess"), Some(("chess".to_owned(), None)));
        assert_eq!(shown(Type::Custom, "back soon").and_then(|(_, state)| state).as_deref(), Some("back soon"));
    }
}
