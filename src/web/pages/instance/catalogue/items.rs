//! One item of the catalogue, and a new one.

use maud::{Markup, html};

use super::{CATALOGUE, PATH, below, removal};
use crate::features::shop::model::{Item, ItemId};
use crate::features::shop::service;
use crate::kernel::amount::Amount;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, Revision};
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::shop::form::Fields;
use crate::web::pages::shop::{About, called};
use crate::web::segments::One;
use crate::web::ui::components::{Button, Form, save_bar};

/// Why the page of a form is not brought up to date.
const STILL: Option<&str> = Some("It is a form that the operator alone fills in.");

/// A new item.
pub struct NewOfferedItemPage;

impl Page for NewOfferedItemPage {
    const NAME: &'static str = "catalogue.new_item_page";
    const ABOUT: &'static str = "The form of a new item for all servers, with how it will look.";
    const PATHS: &'static [&'static str] = &["/instance/catalogue/items/new"];
    const WHO: Who = Who::Instance;
    const STILL: Option<&'static str> = STILL;

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let about = web.look(Self::NAME, |read| About::look(read, CATALOGUE)).await?;
        let (action, sealed) = (format!("{PATH}/items/new"), seen.seal("item"));
        let form = Form { is_guarded: true, ..Form::new(&action, sealed.seal()) };
        let item = Item::new("", Amount::ZERO);
        let fields = Fields { seen, item: &item, about: &about, server: None, is_new: true };
        Ok(below("New item for all servers", edited(&form, &fields, "Offer it", &html! {})))
    }
}

/// One item.
pub struct OfferedItemPage;

impl Page for OfferedItemPage {
    const NAME: &'static str = "catalogue.item_page";
    const ABOUT: &'static str = "Shows an item that is offered to all servers, with its form.";
    const PATHS: &'static [&'static str] = &["/instance/catalogue/items/{item}"];
    const WHO: Who = Who::Instance;
    const STILL: Option<&'static str> = STILL;

    type Path = One<ItemId>;
    type Query = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("item", samples.offered_item.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let One(id) = seen.path;
        let look = move |read: &dyn Read| Ok((service::item(read, CATALOGUE, id)?, About::look(read, CATALOGUE)?));
        let (item, about) = web.look(Self::NAME, look).await?;
        let (action, sealed, removing) = (format!("{PATH}/items/{id}"), seen.seal("item"), seen.seal("remove"));
        let revision = Revision::of(&item.revision);
        let form = Form {
            revision: Some(revision.in_form(seen.refill.as_ref())),
            is_guarded: true,
            ..Form::new(&action, sealed.seal())
        };
        let fields = Fields { seen, item: &item, about: &about, server: None, is_new: false };
        let asks = "Take this item out of the catalogue? All servers stop selling their copies.";
        let remove = removal(&format!("{action}/remove"), removing.seal(), asks);
        Ok(below(called(&item), edited(&form, &fields, "Save", &remove)))
    }
}

fn edited<P: Page>(form: &Form<'_>, fields: &Fields<'_, P>, save: &str, beside: &Markup) -> Markup {
    html! {
        div.editor {
            section.card {
                h2 { "The item" }
                (form.around(&html! { (fields.drawn()) (save_bar(&html! { (Button::main(save)) })) }))
            }
            div { (fields.preview()) (beside) }
        }
    }
}
