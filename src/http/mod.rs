//! What is asked on the web outside of Discord and TikTok. Only fixed hosts are, each answer is bounded in size and time,
//! and no redirect is followed.

pub mod oembed;
