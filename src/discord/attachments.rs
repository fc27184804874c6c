//! Links to files in messages of Discord. They work for about a day (`C-38`), so one that was stored is renewed before it is
//! shown: the one way for every place that shows one.

use std::time::Duration;

use super::bot::Bot;

/// A link that works for less than this is renewed, so that whoever copies it has time.
const SPARE: Duration = Duration::from_hours(12);
/// How long somebody who asked waits for a new link.
const PATIENCE: Duration = Duration::from_secs(5);

impl Bot {
    /// Puts a link there that works now. Where Discord gives none, the old one stays; it is the best there is.
    ///
    /// This needs no right to read the channel. Whoever knows the message of the file asks for that first, because only so
    /// it is seen when the file is gone.
    pub async fn renew(&self, url: &mut String) {
        if expiry(url).is_some_and(|at| at > self.clock.now().after(SPARE).seconds()) {
            return;
        }
        let asked = [url.as_str()];
        match tokio::time::timeout(PATIENCE, self.rest.refresh_urls(&asked)).await {
            Ok(Ok(fresh)) => match fresh.into_iter().next().flatten() {
                Some(fresh) => *url = fresh,
                None => tracing::warn!("Discord has no new link to a file"),
            },
            Ok(Err(error)) => tracing::warn!(%error, "cannot renew the link to a file"),
            Err(_) => tracing::warn!("no new link to a file came in time"),
        }
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
