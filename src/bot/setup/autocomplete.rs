//! What is offered while a setting or its value is typed. Only administrators get any.

use serenity::all::{AutocompleteChoice, CreateAutocompleteResponse, ResolvedValue};

use crate::discord::access::is_administrator;
use crate::discord::{Context, choice};
use crate::features::ALL;
use crate::kernel::text::{self, typed_name};
use crate::settings::Listed;

/// Every setting, in the order of the features.
pub(super) fn listed() -> impl Iterator<Item = &'static Listed> {
    ALL.iter().flat_map(|feature| feature.settings)
}

/// The setting of this key, or of this title, under which it is offered.
pub(super) fn named(typed: &str) -> Option<&'static Listed> {
    let name = typed_name(typed);
    listed().find(|listed| [listed.setting.key(), listed.title].iter().any(|known| typed_name(known) == name))
}

/// The key of the setting that was probably meant by a name that is none.
pub(super) fn meant(typed: &str) -> Option<&'static str> {
    let known = listed().flat_map(|listed| [listed.setting.key(), listed.title]);
    text::meant(known, typed).and_then(named).map(|listed| listed.setting.key())
}

/// Offers the settings whose key or title contains what was typed.
pub(super) async fn complete_key(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, |_| true).await
}

/// The same, without those that a command of their own changes.
pub(super) async fn complete_changeable_key(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, |listed| listed.command.is_none()).await
}

/// Offers the values of the setting in the option `key`.
pub(super) async fn complete_value(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let key = ctx.args.iter().find(|option| option.name == "key").and_then(|option| match option.value {
        ResolvedValue::String(key) => Some(key),
        _ => None,
    });
    let chosen = key.and_then(named);
    let offered = match chosen.filter(|listed| listed.command.is_none()) {
        Some(listed) if is_allowed(ctx).await => listed.setting.offered(),
        _ => Vec::new(),
    };
    let typed = typed.trim().to_lowercase();
    let fitting = offered.into_iter().filter(|value| value.to_lowercase().contains(&typed));
    choice::offer(fitting.map(|value| AutocompleteChoice::new(value, value)))
}

async fn offer(ctx: Context<'_>, typed: &str, is_wanted: fn(&Listed) -> bool) -> CreateAutocompleteResponse {
    if !is_allowed(ctx).await {
        return CreateAutocompleteResponse::new();
    }
    let typed = typed_name(typed);
    let fits = |listed: &&Listed| {
        let names = [listed.setting.key(), listed.title];
        is_wanted(listed) && names.iter().any(|name| typed_name(name).contains(&typed))
    };
    choice::offer(listed().filter(fits).map(|listed| AutocompleteChoice::new(listed.title, listed.setting.key())))
}

/// Discord completes the options of people whose permission was changed by the server, too.
async fn is_allowed(ctx: Context<'_>) -> bool {
    is_administrator(ctx).await
}
