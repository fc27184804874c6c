//! `/dashboard`.

use super::views;
use crate::discord::{Caller, Command, Context, ContextExt};
use crate::kernel::digest::SecretBytes;
use crate::kernel::error::Result;
use crate::kernel::secret::random;
use crate::refusals;
use crate::signin::link::{self, Purpose};

/// Those of everybody.
pub fn for_everybody() -> Vec<Command> {
    vec![dashboard()]
}

refusals! {
    /// Why nobody gets a link.
    enum DashboardRefusal {
        /// This program serves no pages.
        WebOff => "dashboard.web_off", "The web pages of this Greenroom are switched off. Whoever runs it can switch them on \
            with `API_BIND`.";
    }
}

/// Link to the web dashboard
#[poise::command(slash_command)]
async fn dashboard(ctx: Context<'_>) -> Result<()> {
    let Caller { guild, user, name, .. } = Caller::anywhere(ctx);
    let web = ctx.data().web_address().ok_or(DashboardRefusal::WebOff)?;
    // The secret goes to whoever asks, and nowhere else: only its digest is stored.
    let secret = SecretBytes::new(random());
    let (digest, address) = (secret.digest(), format!("{web}/in/{}", secret.text().expose()));
    let purpose = Purpose::SignIn { user, name, guild };
    ctx.write("link_issued", move |tx| link::issue(tx, digest, &purpose), |_| views::link(&address)).await
}
