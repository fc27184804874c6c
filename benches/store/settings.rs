//! The settings that one message asks for: read once, looked up from then on.

use std::sync::LazyLock;
use std::time::Duration;

use criterion::Criterion;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::GuildId;
use greenroom::settings::Setting;
use greenroom::store::Options;

use crate::GUILD;
use crate::report::Report;
use crate::support::runs::sampled;
use crate::support::times::shown;
use crate::support::{folder, progress, store};

/// Servers with settings of their own.
const GUILDS: u64 = 500;
/// How many of the forty a server has chosen.
const OWN: usize = 20;
/// For how many of the others the instance has a value.
const OF_INSTANCE: usize = 5;

static SETTINGS: LazyLock<Vec<Setting<u32>>> =
    LazyLock::new(|| (0..40).map(|n| Setting::new(format!("setting_{n:02}").leak(), 1)).collect());

/// Forty within one read, the snapshot included.
pub fn forty_in_one_read(criterion: &mut Criterion, report: &mut Report) {
    progress("filling the settings of 500 servers");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let fill = store.write_blocking("fill_settings", |tx| {
        for guild in (0..GUILDS).map(|n| GuildId::new(GUILD.get() + n)) {
            SETTINGS.iter().take(OWN).try_for_each(|setting| setting.set(tx, guild, &7))?;
        }
        let mut of_instance = SETTINGS.iter().skip(OWN).take(OF_INSTANCE);
        of_instance.try_for_each(|setting| setting.set(tx, GuildId::INSTANCE, &8))
    });
    fill.unwrap();

    let took = sampled(criterion, "forty settings/greenroom", |_| {
        let sum = store.read_blocking("settings", |read| {
            SETTINGS.iter().map(|setting| setting.get(read, GUILD)).sum::<Result<u32>>()
        });
        assert_eq!(sum.unwrap(), 20 * 7 + 5 * 8 + 15);
    });
    let limit = Duration::from_micros(40);
    report.target("40 settings within one read", "under 40 µs", shown(took), took < limit);
    store.close_blocking();
}
