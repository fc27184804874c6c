//! The operator's password: as the configuration has it, which counts from the start on, or as the command line sets it. Only
//! its hash is kept.

use crate::app::config::web::Operator;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::secret::Secret;
use crate::signin::{link, operator};
use crate::store::Tx;
use crate::web::Web;

/// Keeps the password of the configuration, where the operator has another one or none yet. Whoever was signed in by another
/// one has to sign in again.
pub(super) async fn keep(web: &Web, chosen: &Operator) -> Result<()> {
    let Some(password) = chosen.password.clone().filter(|_| chosen.may_sign_in) else { return Ok(()) };
    let name = chosen.name.clone();
    let stored = web.look("operator", move |read| operator::of(read, &name)).await?;
    let hash = stored.map(|stored| stored.phc().expose().to_owned());
    // Each hash has a salt of its own, so two of one password are not the same text.
    if web.passwords.matches(password.clone(), hash).await? {
        return Ok(());
    }
    let (name, hash) = (chosen.name.clone(), Secret::new(web.passwords.hash(password).await?));
    let set = move |tx: &Tx<'_>| set_password(tx, &name, &hash, Actor::System);
    web.bot.store.write("operator_password_set", set).await?;
    tracing::info!(operator = %chosen.name, "the operator has the password of ADMIN_PASSWORD from now on");
    Ok(())
}

/// Gives the operator a password, by its hash. The link by which Greenroom would be set up is then of no use to anybody.
pub(in crate::app) fn set_password(tx: &Tx<'_>, name: &str, hash: &Secret, by: Actor) -> Result<()> {
    operator::set_password(tx, name, hash, by, None)?;
    link::take_back(tx, &link::Purpose::FirstRun)
}
