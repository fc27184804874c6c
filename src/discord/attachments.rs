//! Links to files in messages of Discord. They work for about a day (`C-38`), so one that was stored is renewed before it is
//! shown: the one way for every place that shows one.

use std::time::Duration;

use super::bot::Bot;
use crate::kernel::ids::{AttachmentId, ChannelId, MessageId};

/// A link that works for less than this is renewed, so that whoever copies it has time.
const SPARE: Duration = Duration::from_hours(12);
/// How long somebody who asked waits for a new link.
const PATIENCE: Duration = Duration::from_secs(5);

/// A stored link to a file, and the message that holds it, where that is known.
pub struct StoredLink<'a> {
    /// Channel, message and file.
    pub place: Option<(ChannelId, MessageId, AttachmentId)>,
    /// The link.
    pub url: &'a mut String,
}

impl<'a> From<(Option<(ChannelId, MessageId, AttachmentId)>, &'a mut String)> for StoredLink<'a> {
    fn from((place, url): (Option<(ChannelId, MessageId, AttachmentId)>, &'a mut String)) -> Self {
        Self { place, url }
    }
}

impl Bot {
    /// Puts a link there that works now. Where Discord gives none, the old one stays; it is the best there is.
    pub async fn renew(&self, link: Option<StoredLink<'_>>) {
        let Some(StoredLink { place, url }) = link else { return };
        if expiry(url).is_some_and(|at| at > self.clock.now().after(SPARE).seconds()) {
            return;
        }
        let asked = async {
            match place {
                Some(place) => self.link_in_message(place, url).await,
                None => self.link_for_link(url).await,
            }
        };
        if let Ok(Some(fresh)) = tokio::time::timeout(PATIENCE, asked).await {
            *url = fresh;
        } else {
            tracing::warn!(?place, "cannot renew the link to a file");
        }
    }

    async fn link_in_message(&self, place: (ChannelId, MessageId, AttachmentId), old: &str) -> Option<String> {
        let (channel, message, attachment) = place;
        match self.rest.get_message(channel.get().into(), message.get().into()).await {
            Ok(found) => Some(found.attachments.into_iter().find(|file| file.id.get() == attachment.get())?.url),
            // The bot may not read the channel any more, and may still have the file.
            Err(_) => self.link_for_link(old).await,
        }
    }

    async fn link_for_link(&self, old: &str) -> Option<String> {
        let fresh = self.rest.refresh_urls(&[old]).await;
        fresh.ok()?.into_iter().next()?
    }
}

/// When a link dies, in seconds since 1970, as it says itself.
fn expiry(url: &str) -> Option<i64> {
    let (_, query) = url.split_once('?')?;
    let hex = query.split('&').find_map(|pair| pair.strip_prefix("ex="))?;
    i64::from_str_radix(hex, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_itself_when_it_dies() {
        let link = "https://cdn.discordapp.com/attachments/1/2/a.mp3?ex=65d903de&is=65c68ede&hm=2481f30d&";
        assert_eq!(expiry(link), Some(1_708_721_118));
        for none in
            ["https://cdn.discordapp.com/attachments/1/2/a.mp3", "", "?ex=", "?ex=xyz&is=1", "https://a/b?hex=65"]
        {
            assert_eq!(expiry(none), None, "{none}");
        }
    }
}
