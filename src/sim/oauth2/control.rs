//! How the control API says who signs in elsewhere, and where they may come back to.

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use crate::control::{Answer, Body, done};
use crate::{Id, Sim};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInCall {
    #[serde(default)]
    user: Option<Id>,
    #[serde(default)]
    redirect_uris: Option<Vec<String>>,
}

pub(crate) async fn sign_ins(State(sim): State<Sim>, Body(call): Body<SignInCall>) -> Answer<Value> {
    sim.authorizes(call.user);
    if let Some(addresses) = call.redirect_uris {
        sim.set(|settings| settings.redirect_uris = addresses);
    }
    Ok(done())
}
