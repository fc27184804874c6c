//! What each step does once it was asked for: decisions and their effects, without a word of HTTP.

use std::sync::Arc;

use super::Wizard;
use super::course::{Announcement, FormError, Step};
use crate::app::exit::Stop;
use crate::app::first_run::account::Account;
use crate::app::first_run::code::Code;
use crate::app::restore::COUNTED;
use crate::app::web::{secrets, set_password};
use crate::kernel::actor::Actor;
use crate::kernel::digest::SecretBytes;
use crate::kernel::error::{Error, Result};
use crate::kernel::secret::{Secret, random};
use crate::signin::link::{self, LinkRefusal, Purpose};
use crate::signin::operator;
use crate::store::{Read, Tx};
use crate::web::access::check;

impl Wizard {
    /// Uses a code up, and lets in whoever brought it; answers what their browser shows from now on.
    pub(super) async fn enter(&self, typed: &str) -> Result<SecretBytes> {
        let digest = Code::typed(typed).ok_or(LinkRefusal::Gone)?.digest();
        let used = move |tx: &Tx<'_>| -> Result<()> {
            let found = link::look(tx, digest, tx.now())?;
            if found.purpose != Purpose::FirstRun {
                return Err(LinkRefusal::Gone.into());
            }
            link::redeem(tx, digest).map(drop)
        };
        self.store().await.write("setup_entered", used).await?;
        let session = SecretBytes::new(random());
        let now = self.clock.now();
        self.with_course(|course| course.let_in(session.digest(), now));
        Ok(session)
    }

    /// Whether a code would let somebody in; that uses nothing up.
    pub(super) async fn is_good(&self, code: &Code) -> Result<bool> {
        let (digest, now) = (code.digest(), self.clock.now());
        let look = move |read: &dyn Read| match link::look(read, digest, now) {
            Ok(found) => Ok(found.purpose == Purpose::FirstRun),
            Err(Error::Refused(_)) => Ok(false),
            Err(failed @ Error::Failed(_)) => Err(failed),
        };
        self.store().await.read("setup_code", look).await
    }

    /// Where somebody is.
    pub(super) fn step(&self) -> Step {
        self.with_course(|course| course.step.clone())
    }

    /// Goes on to another step.
    pub(super) fn go_to(&self, step: Step) {
        self.with_course(|course| course.step = step);
    }

    /// Says on the next page why something was not done.
    pub(super) fn tell(&self, wrong: FormError) {
        self.with_course(|course| course.told = Some(Announcement::FormError(wrong)));
    }

    /// Does something that takes a while: it goes on where the browser gives up. Where it fails, `before` is the step again.
    pub(super) async fn work(
        self: &Arc<Self>,
        words: &'static str,
        before: Step,
        work: impl Future<Output = Result<Step, FormError>> + Send + 'static,
    ) {
        self.go_to(Step::Working(words));
        let (wizard, last) = (Arc::clone(self), before.clone());
        let working = tokio::spawn(async move {
            match work.await {
                Ok(step) => wizard.go_to(step),
                Err(wrong) => {
                    wizard.go_to(before);
                    wizard.tell(wrong);
                }
            }
        });
        if let Err(error) = working.await {
            self.go_to(last);
            self.tell(FormError::broken(&error));
        }
    }

    /// The step before one; `None` where there is none to go back to.
    pub(super) async fn before(&self, step: &Step) -> Result<Option<Step>, FormError> {
        Ok(match step {
            Step::Copies(_) | Step::Confirm(_) | Step::Password { .. } => Some(Step::Begin),
            Step::Token => Some(match self.after_beginning().await? {
                password @ Step::Password { .. } => password,
                _ => Step::Begin,
            }),
            Step::Invite(_) => Some(Step::Token),
            Step::Begin | Step::Working(_) | Step::Started(_) => None,
        })
    }

    /// What the store here holds, as people count it.
    pub(super) async fn counted(&self) -> Result<Vec<(&'static str, u64)>> {
        let store = self.store().await;
        let of = store.clone();
        let count = move |read: &dyn Read| {
            let counted = COUNTED.map(|(words, name)| {
                let table = of.schema().tables.iter().find(|table| table.name() == name);
                Ok((words, table.map_or(Ok(0), |table| table.row_count(read))?))
            });
            counted.into_iter().collect::<Result<Vec<_>>>()
        };
        store.read("counted", count).await
    }

    /// What comes behind the beginning: a password, where one is needed.
    pub(super) async fn after_beginning(&self) -> Result<Step, FormError> {
        if !self.operator.may_sign_in || self.operator.password.is_some() {
            return Ok(Step::Token);
        }
        let has_one = self.store().await.read("any_operator", operator::is_any).await?;
        Ok(Step::Password { has_one })
    }

    /// Gives the operator a password that was typed twice.
    pub(super) async fn choose_password(&self, password: Secret, again: &Secret) -> Result<(), FormError> {
        check(&password).map_err(|refusal| FormError::in_field("password", refusal.into()))?;
        if password != *again {
            return Err(FormError::of_field("again", "The two are not the same."));
        }
        let hash = Secret::new(self.passwords.hash(password).await?);
        let name = self.operator.name.clone();
        let set = move |tx: &Tx<'_>| set_password(tx, &name, &hash, Actor::Operator);
        self.store().await.write("operator_password_set", set).await?;
        self.go_to(Step::Token);
        Ok(())
    }

    /// Tries a token, and keeps it where Discord knows it.
    pub(super) async fn try_token(&self, token: Secret) -> Result<(), FormError> {
        let account = Account::of(&token, &self.endpoint).await?;
        self.keep_token(&token).map_err(|error| Stop::storage(&secrets::folder(&self.storage.data_dir), &error))?;
        tracing::info!(bot = account.name, "there is a bot token now");
        self.with_course(|course| {
            course.token = Some(token);
            course.step = Step::Invite(account);
        });
        Ok(())
    }

    /// Keeps a token in the data folder. Whoever looks meanwhile whether another one came sees it before or after that.
    pub(super) fn keep_token(&self, token: &Secret) -> std::io::Result<()> {
        self.with_course(|course| {
            secrets::keep(&self.storage.data_dir, secrets::DISCORD_TOKEN, token)?;
            course.kept = Some(token.clone());
            Ok(())
        })
    }

    /// Looks once more what Discord says of the bot.
    pub(super) async fn look_again(&self) -> Result<(), FormError> {
        let Some(token) = self.with_course(|course| course.token.clone()) else {
            self.go_to(Step::Token);
            return Ok(());
        };
        let account = Account::of(&token, &self.endpoint).await.map_err(|unknown| FormError::new(unknown.sentence))?;
        self.go_to(Step::Invite(account));
        Ok(())
    }

    /// Lets the bot start, once somebody has the last page, or nobody asks for it.
    pub(super) fn start(&self, account: Account) {
        let now = self.clock.now();
        self.with_course(|course| {
            course.step = Step::Started(account);
            course.started_at = Some(now);
        });
    }
}
