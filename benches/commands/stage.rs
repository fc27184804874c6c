//! Bot and simulated Discord in one process, over a store in a file that was filled before.

use greenroom::app::application::{Application, Blueprint};
use greenroom::discord::registration::Registration;
use greenroom::discord::rest::Endpoint;
use greenroom::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
use greenroom::features::submissions::settings::SUBMISSION_CHANNEL;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::time::Clock;
use greenroom::store::{Options, StoreLocation};
use tempfile::TempDir;

use crate::people::Server;
use crate::support::{FILLING, fill, folder, progress, store};

/// See the module.
pub struct Stage {
    /// The people.
    pub server: Server,
    /// The bot.
    pub app: Application,
    _folder: TempDir,
}

impl Stage {
    /// Fills a store and starts everything.
    pub async fn set(songs: u64, handles: u64) -> Self {
        progress(&format!("setting a stage with {songs} songs and {handles} handles"));
        let server = Server::open().await;
        let (guild, channel) = (server.guild(), server.channel());
        let folder = folder();
        let file = folder.path().join("greenroom.redb");
        let filling = {
            let file = file.clone();
            tokio::task::spawn_blocking(move || {
                let store = store(&file, FILLING);
                fill::songs(&store, guild, songs);
                fill::points(&store, guild, songs);
                fill::handles(&store, guild, handles);
                store.write_blocking("channel", move |tx| SUBMISSION_CHANNEL.set(tx, guild, &Some(channel))).unwrap();
                store.close_blocking();
            })
        };
        filling.await.unwrap();
        let app = Application::start(Blueprint {
            place: StoreLocation::File(file),
            cache_bytes: Options::CACHE_BYTES,
            clock: Clock::system(),
            seed: Seed::from_entropy(),
            token: server.sim.bot_token(),
            endpoint: Endpoint::Simulated(server.sim.discord_url()),
            live: greenroom::tiktok::ClientSettings::default(),
            oembed: None,
            displays: greenroom::discord::display::Rhythm::default(),
            registration: Registration { fast_guild: None },
            defaults: vec![(&ALLOW_ANY_HANDLE_LINKING, true)],
            debug_channel: None,
            live_rehearsal: false,
            backups: None,
        });
        let app = app.await.unwrap();
        server.registered().await;
        Self { server, app, _folder: folder }
    }

    /// Ends everything; no request of the bot may have been refused.
    pub async fn strike(self) {
        let refused: Vec<_> =
            self.server.sim.requests(0).await.into_iter().filter(|asked| asked.status >= 400).collect();
        assert!(refused.is_empty(), "refused: {refused:?}");
        self.app.stop().await;
    }
}
