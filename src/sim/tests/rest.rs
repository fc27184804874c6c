//! A bare REST client: what a bot's library would send, without the library.

use serde_json::{Value, json};

use super::*;

/// Calls the simulator as the bot.
pub(super) struct Rest {
    pub(super) http: reqwest::Client,
    token: std::sync::Mutex<String>,
    pub(super) sim: Sim,
    pub(super) house: GuildIds,
    pub(super) hand: ClockHand,
}

impl Rest {
    /// A simulator with one guild, and a client for it.
    pub(super) async fn new() -> Self {
        let (sim, hand) = sim().await;
        let house = sim.create_guild(house()).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let token = std::sync::Mutex::new(sim.bot_token());
        Self { http, token, sim, house, hand }
    }

    /// Sends another token from now on.
    pub(super) fn use_token(&self, token: &str) {
        *self.token.lock().unwrap() = token.to_owned();
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/api/v10{path}", self.sim.discord_url());
        let token = format!("Bot {}", self.token.lock().unwrap());
        self.http.request(method.parse().unwrap(), url).header("authorization", token)
    }

    /// Sends no body; gives the answer as it is.
    pub(super) async fn raw(&self, method: &str, path: &str) -> reqwest::Response {
        self.request(method, path).send().await.unwrap()
    }

    /// Sends JSON (`Null` for no body); gives the status and the JSON of the answer.
    pub(super) async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let request = self.request(method, path);
        let request = if body.is_null() { request } else { request.json(&body) };
        read(request.send().await.unwrap()).await
    }

    /// Sends `payload_json` with files.
    pub(super) async fn send_files(&self, path: &str, body: Value, files: &[(&str, Vec<u8>)]) -> (u16, Value) {
        let mut form = reqwest::multipart::Form::new().text("payload_json", body.to_string());
        for (at, (name, bytes)) in files.iter().enumerate() {
            let part = reqwest::multipart::Part::bytes(bytes.clone()).file_name((*name).to_owned());
            form = form.part(format!("files[{at}]"), part);
        }
        read(self.request("POST", path).multipart(form).send().await.unwrap()).await
    }

    /// Sends JSON and gives the status and Discord's code (0 where all is well).
    pub(super) async fn code(&self, method: &str, path: &str, body: Value) -> (u16, u64) {
        let (status, answer) = self.call(method, path, body).await;
        (status, answer["code"].as_u64().unwrap_or(0))
    }

    /// Makes a message of the bot in `submit` and gives its path.
    pub(super) async fn said(&self, text: &str) -> String {
        let (status, message) = self.call("POST", &self.submit(), json!({"content": text})).await;
        assert_eq!(status, 200, "{message}");
        format!("{}/{}", self.submit(), message["id"].as_str().unwrap())
    }

    /// The path of the messages in `submit`.
    pub(super) fn submit(&self) -> String {
        format!("/channels/{}/messages", self.house.channel("submit"))
    }

    /// Fetches a file as anybody could; gives status and body.
    pub(super) async fn download(&self, link: &str) -> (u16, Vec<u8>) {
        let response = self.http.get(link).send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }

    /// Registers the command `/go` and lets ann run it; gives the paths of the callback and of the follow-ups.
    pub(super) async fn run_go(&self) -> (Id, String, String) {
        let bot = self.sim.bot();
        let commands = json!([{"name": "go", "description": "Goes"}]);
        let (status, _) = self.call("PUT", &format!("/applications/{bot}/commands"), commands).await;
        assert_eq!(status, 200);
        let call = CommandCall::new(self.house.guild, self.house.channel("submit"), self.house.member("ann"), "go");
        let id = self.sim.start_command(call).await.unwrap();
        let token = self.token(id);
        (id, format!("/interactions/{id}/{token}/callback"), format!("/webhooks/{bot}/{token}"))
    }

    /// The token of an interaction.
    pub(super) fn token(&self, id: Id) -> String {
        self.sim.look(|world| world.interactions.get(id).unwrap().token.clone())
    }

    /// Calls the control API.
    pub(super) async fn control(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.sim.control_url()));
        let request = if body.is_null() { request } else { request.json(&body) };
        read(request.send().await.unwrap()).await
    }
}

async fn read(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
}
