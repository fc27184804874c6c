//! One task of the catalogue, and a new one.

use maud::{Markup, Render, html};

use super::{CATALOGUE, PATH, below, removal};
use crate::features::tasks::claims;
use crate::features::tasks::model::{KnownTask, TaskId};
use crate::store::Read;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, Refill};
use crate::web::api::tasks::revision;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::tasks::editor::{Known, PROVEN_ANYWHERE, Values, plain_fields, preview};
use crate::web::segments::One;
use crate::web::ui::components::{Button, Form, save_bar};

/// Why the page of a form is not brought up to date.
const STILL: Option<&str> = Some("It is a form that the operator alone fills in.");

/// A new task.
pub struct NewOfferedTaskPage;

impl Page for NewOfferedTaskPage {
    const NAME: &'static str = "catalogue.new_task_page";
    const ABOUT: &'static str = "The form of a new task for all servers.";
    const PATHS: &'static [&'static str] = &["/instance/catalogue/tasks/new"];
    const WHO: Who = Who::Instance;
    const STILL: Option<&'static str> = STILL;

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let known = web.look(Self::NAME, |read| Known::look(read, CATALOGUE)).await?;
        let (action, sealed) = (format!("{PATH}/tasks/new"), seen.seal("task"));
        let form = Form { is_guarded: true, ..Form::new(&action, sealed.seal()) };
        let refill = seen.refill.as_ref();
        let values = Values::new(refill, None, &known);
        Ok(below("New task for all servers", edited(&form, refill, (&values, &known), "Offer it", &html! {})))
    }
}

/// One task.
pub struct OfferedTaskPage;

impl Page for OfferedTaskPage {
    const NAME: &'static str = "catalogue.task_page";
    const ABOUT: &'static str = "Shows a task that is offered to all servers, with its form.";
    const PATHS: &'static [&'static str] = &["/instance/catalogue/tasks/{task}"];
    const WHO: Who = Who::Instance;
    const STILL: Option<&'static str> = STILL;

    type Path = One<TaskId>;
    type Query = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("task", samples.offered_task.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let One(id) = seen.path;
        let look = move |read: &dyn Read| Ok((claims::require(read, CATALOGUE, id)?, Known::look(read, CATALOGUE)?));
        let (KnownTask { task, .. }, known) = web.look(Self::NAME, look).await?;
        let (action, sealed, removing) = (format!("{PATH}/tasks/{id}"), seen.seal("task"), seen.seal("remove"));
        let (refill, revision) = (seen.refill.as_ref(), revision(id, &task));
        let form =
            Form { is_guarded: true, revision: Some(revision.in_form(refill)), ..Form::new(&action, sealed.seal()) };
        let values = Values::new(refill, Some(&task), &known);
        let asks = "Take this task out of the catalogue? All servers end their copies.";
        let remove = removal(&format!("{action}/remove"), removing.seal(), asks);
        Ok(below(task.name.clone(), edited(&form, refill, (&values, &known), "Save", &remove)))
    }
}

fn edited(
    form: &Form<'_>,
    refill: Option<&Refill>,
    (values, known): (&Values, &Known),
    save: &str,
    beside: &Markup,
) -> Markup {
    html! {
        div.editor {
            (form.around(&html! { (plain_fields(refill, values, known, &PROVEN_ANYWHERE)) (save_bar(&Button::main(save).render())) }))
            div { (preview(values, &known.money, None, None)) (beside) }
        }
    }
}
