//! A fresh proof of who is signed in, which what cannot be taken back asks for: the password once more, or a link of one's
//! own. Whoever signs in anew, by Discord for example, has proved it by that.

use maud::html;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth;
use crate::kernel::digest::SecretBytes;
use crate::kernel::secret::Secret;
use crate::refusals;
use crate::signin::Person;
use crate::signin::link::{self, LinkRefusal};
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{ACCESS, Limit, Who};
use crate::web::answer::{Answered, Problem, is_page_of_ours};
use crate::web::endpoint::{Asked, Door, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::pages::at_the_proof;
use crate::web::sign_in::{FRESH_PROOF, Renamed, session_shown};
use crate::web::ui::components::{Notice, Tone};

refusals! {
    /// Why nothing is proved.
    pub enum ProofRefusal {
        /// A program asks.
        NoSession => "auth.no_session" as NotAllowed, "A token cannot prove who holds it. Please do this in a browser.";
        /// Nothing was shown that could prove anything.
        Nothing => "auth.no_proof" as NotValid, "Show your password, or a link of your own from {/dashboard}.";
    }
}

/// Proves that it is whoever is signed in.
pub struct Prove;

/// By what.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Proof {
    /// The operator's password.
    pub password: Option<String>,
    /// A link of one's own that was not used, or the code at its end.
    pub link: Option<String>,
    /// The page that a form leads to.
    pub next: Option<String>,
}

/// The session goes on under another id.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvenView {
    /// For the header `Authorization: Bearer …`, in place of the one before.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: &'static str,
    /// For how many seconds the proof counts.
    pub proof_expires_in: u64,
    /// For how many seconds the access counts.
    pub expires_in: u64,
}

impl Endpoint for Prove {
    const NAME: &'static str = "auth.prove";
    const ABOUT: &'static str = "Proves once more who is signed in, and answers another token: the one that was shown opens nothing from then on.";
    const DOORS: Doors = Doors::post(&["/api/auth/prove"]).form("/prove", at_the_proof);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::SignIn;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = Nothing;
    type Body = Proof;
    type Answer = ProvenView;

    fn sample(samples: &Samples) -> Sample {
        let body = serde_json::json!({ "link": samples.own_link });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ProvenView>, Problem> {
        let person = asked.visitor.somebody().ok_or(Problem::Unauthenticated)?.person.clone();
        let sid = session_shown(&asked.visitor).ok_or(ProofRefusal::NoSession)?;
        check(web, &asked, person).await?;
        let Renamed { sid, access, cookie } = web.prove_session(sid).await?.ok_or(Problem::Unauthenticated)?;
        let view = ProvenView {
            access_token: access,
            token_type: "Bearer",
            proof_expires_in: FRESH_PROOF.as_secs(),
            expires_in: ACCESS.as_secs(),
        };
        if asked.door == Door::Form {
            let text = html! { "Thank you. Now you can do what you wanted. What you typed is still there." };
            web.notices.leave_for(sid, Notice::new(Tone::Good, text));
        }
        let next = asked.body.next.filter(|next| is_page_of_ours(next)).unwrap_or_else(|| "/".to_owned());
        Ok(Answered::from(view).with_cookies([cookie]).leading_to(next))
    }
}

/// Whether what was shown proves that it is this person.
async fn check(web: &Web, asked: &Asked<Prove>, person: Person) -> Result<(), Problem> {
    let (link, password) = (shown(asked.body.link.as_deref()), asked.body.password.as_deref().unwrap_or_default());
    if let Some(link) = link {
        let code = link.rsplit('/').next().and_then(SecretBytes::parse).ok_or(LinkRefusal::Gone)?;
        let (digest, now) = (code.digest(), asked.now);
        if web.settings.is_standing(digest) {
            web.look("proven_by_link", move |read| link::look_for(read, digest, &person, now)).await?;
        } else {
            web.bot.store.write("proven_by_link", move |tx| link::redeem_for(tx, digest, &person)).await?;
        }
        return Ok(());
    }
    match person {
        Person::Operator { name } if !password.is_empty() => {
            auth::prove(web, asked.origin, asked.now, &name, Secret::new(password)).await
        }
        _ => Err(ProofRefusal::Nothing.into()),
    }
}

fn shown(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
