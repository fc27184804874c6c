//! Administrators who are signed in, each in as many browsers as one may have, and what these send.
//!
//! How often somebody may ask is counted by session and by place. So whoever asks more than people do takes one session after
//! the other, each from elsewhere.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use greenroom::kernel::digest::{Digest, SecretBytes};
use greenroom::kernel::ids::UserId;
use greenroom::kernel::time::Clock;
use greenroom::signin::Person;
use greenroom::signin::session::{self, Door, SignIn};
use greenroom::store::Store;
use greenroom::web::access::jwt;

/// Sessions of one person; with one more the first would end.
pub const OF_A_PERSON: usize = 50;
/// Sessions that are begun in one transaction.
const AT_ONCE: usize = 500;
const DAY: Duration = Duration::from_hours(24);

/// The number of the session that was begun last.
static LAST: AtomicUsize = AtomicUsize::new(0);

/// A browser in which somebody is signed in.
pub struct Session {
    pub sid: Digest,
    /// The access cookie.
    pub access: String,
    place: String,
}

impl Session {
    /// Looks at something, as a program does.
    pub fn get(&self, path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head())
    }

    /// Looks at something, as a browser does.
    pub fn get_packed(&self, path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\n{}accept-encoding: gzip\r\n\r\n", self.head())
    }

    /// Changes something, as a script of a page does with the token of this session.
    pub fn post(&self, path: &str, token: &str, body: &str) -> String {
        let head = self.head();
        let says = format!("sec-fetch-site: same-origin\r\nx-csrf-token: {token}\r\n");
        format!("POST {path} HTTP/1.1\r\n{head}{says}{}", with_length(body))
    }

    /// Changes something, as a program does that shows the access in place of a token.
    pub fn post_as_program(&self, path: &str, body: &str) -> String {
        let Self { access, place, .. } = self;
        let head = format!("host: localhost\r\nx-forwarded-for: {place}\r\nauthorization: Bearer {access}\r\n");
        format!("POST {path} HTTP/1.1\r\n{head}{}", with_length(body))
    }

    fn head(&self) -> String {
        let Self { access, place, .. } = self;
        format!("host: localhost\r\nx-forwarded-for: {place}\r\ncookie: access={access}\r\n")
    }
}

/// The end of a head, and the body.
pub fn with_length(body: &str) -> String {
    format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// An address of the internet for each number.
pub fn place(number: usize) -> String {
    format!("203.{}.{}.{}", number / 62_500 % 250, number / 250 % 250, number % 250)
}

/// Begins so many sessions of each of these people, so that neighbours in the list are of different people.
pub async fn signed_in(store: &Store, people: &[Person], each: usize, key: &[u8]) -> Vec<Session> {
    let sign_ins: Vec<SignIn> = (0..each).flat_map(|_| people.iter().map(sign_in)).collect();
    for some in sign_ins.chunks(AT_ONCE) {
        let some = some.to_vec();
        let begin = store
            .write("sessions", move |tx| some.iter().try_for_each(|sign_in| session::begin(tx, sign_in).map(drop)));
        begin.await.unwrap();
    }
    let session = |(number, sign_in): (usize, &SignIn)| Session {
        sid: sign_in.sid,
        access: access(key, sign_in),
        place: place(number),
    };
    sign_ins.iter().enumerate().map(session).collect()
}

fn sign_in(person: &Person) -> SignIn {
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let secret = |part: usize| Digest::of(&[number, part].map(usize::to_be_bytes).concat());
    SignIn {
        sid: secret(0),
        refresh: secret(1),
        person: person.clone(),
        name: "somebody".to_owned(),
        avatar: None,
        door: if matches!(person, Person::Operator { .. }) { Door::Password } else { Door::Link },
        agent: "a bench".to_owned(),
        address: "127.0.0.1".parse().unwrap(),
        guilds: Vec::new(),
        replaces: None,
    }
}

/// The cookie that a browser has of a session.
fn access(key: &[u8], sign_in: &SignIn) -> String {
    let now = Clock::system().now();
    let claims = jwt::Claims {
        sid: SecretBytes::new(*sign_in.sid.bytes()).text().expose().to_owned(),
        user_id: "somebody".to_owned(),
        username: sign_in.name.clone(),
        discriminator: "0".to_owned(),
        avatar: None,
        guilds: Vec::new(),
        iat: now.seconds(),
        exp: now.after(DAY).seconds(),
    };
    jwt::write(key, claims)
}

/// Members as sessions know them.
pub fn members(users: &[UserId]) -> Vec<Person> {
    users.iter().map(|user| Person::Member { user: *user }).collect()
}
