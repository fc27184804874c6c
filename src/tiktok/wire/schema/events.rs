//! What people and the host do.

use prost::Message;
use prost::bytes::Bytes;

use super::schema;

schema! {
    Member: 36,
    Like: 9,
    Chat: 28,
    EmoteChat: 5,
    Social: 15,
    SubscriptionNotice: 14,
    GiftEvent: 56,
    Gift: 52,
    RoomViewers: 8,
    RoomControl: 4,
    Barrage: 102,
}

/// `WebcastMemberMessage`: somebody came in, or a moderator did something.
#[derive(Message)]
pub(crate) struct Member {
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) user: Bytes,
    #[prost(int64, tag = "10")]
    pub(crate) action: i64,
}

/// `WebcastLikeMessage`.
#[derive(Message)]
pub(crate) struct Like {
    #[prost(int64, tag = "2")]
    pub(crate) count: i64,
    #[prost(bytes = "bytes", tag = "5")]
    pub(crate) user: Bytes,
}

/// `WebcastChatMessage`.
#[derive(Message)]
pub(crate) struct Chat {
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) user: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    pub(crate) content: Bytes,
}

/// `WebcastEmoteChatMessage`: a comment of pictures alone.
#[derive(Message)]
pub(crate) struct EmoteChat {
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) user: Bytes,
}

/// `WebcastSocialMessage`: a follow or a share.
#[derive(Message)]
pub(crate) struct Social {
    /// See [`Common`].
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) common: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) user: Bytes,
    #[prost(int64, tag = "4")]
    pub(crate) action: i64,
    #[prost(bytes = "bytes", tag = "5")]
    pub(crate) share_target: Bytes,
    #[prost(int64, tag = "6")]
    pub(crate) follow_count: i64,
    #[prost(int64, tag = "8")]
    pub(crate) share_count: i64,
}

/// `WebcastSubNotifyMessage`.
#[derive(Message)]
pub(crate) struct SubscriptionNotice {
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) user: Bytes,
    /// 0 for a subscription that was made; others remind or tell of gifts.
    #[prost(int64, tag = "7")]
    pub(crate) kind: i64,
    /// 3 cancelled, 4 refunded.
    #[prost(int64, tag = "8")]
    pub(crate) status: i64,
}

/// `WebcastGiftMessage`.
#[derive(Message)]
pub(crate) struct GiftEvent {
    #[prost(uint64, tag = "2")]
    pub(crate) gift_id: u64,
    #[prost(int64, tag = "5")]
    pub(crate) repeat_count: i64,
    #[prost(bytes = "bytes", tag = "7")]
    pub(crate) user: Bytes,
    #[prost(int64, tag = "9")]
    pub(crate) repeat_end: i64,
    #[prost(uint64, tag = "11")]
    pub(crate) group_id: u64,
    /// See [`Gift`].
    #[prost(bytes = "bytes", optional, tag = "15")]
    pub(crate) gift: Option<Bytes>,
}

/// A gift as such: its name and price.
#[derive(Message)]
pub(crate) struct Gift {
    #[prost(uint64, tag = "5")]
    pub(crate) id: u64,
    #[prost(bool, tag = "10")]
    pub(crate) is_combo: bool,
    #[prost(int64, tag = "11")]
    pub(crate) kind: i64,
    #[prost(int64, tag = "12")]
    pub(crate) diamond_count: i64,
    #[prost(bytes = "bytes", tag = "16")]
    pub(crate) name: Bytes,
}

/// `WebcastRoomUserSeqMessage`.
#[derive(Message)]
pub(crate) struct RoomViewers {
    /// How many watch now; field 7 would be how many ever did.
    #[prost(int64, optional, tag = "3")]
    pub(crate) total: Option<i64>,
}

/// `WebcastControlMessage`.
#[derive(Message)]
pub(crate) struct RoomControl {
    #[prost(int64, tag = "2")]
    pub(crate) action: i64,
}

/// `WebcastBarrageMessage`: a line across the screen.
#[derive(Message)]
pub(crate) struct Barrage {
    /// See [`DisplayText`].
    #[prost(bytes = "bytes", tag = "5")]
    pub(crate) content: Bytes,
    /// See [`DisplayText`].
    #[prost(bytes = "bytes", tag = "24")]
    pub(crate) common_content: Bytes,
    #[prost(bytes = "bytes", tag = "50")]
    pub(crate) user: Bytes,
}
